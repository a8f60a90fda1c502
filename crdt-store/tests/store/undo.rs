//! What can be undone is kept, for who made it and within bounds.

use std::path::Path;
use std::sync::Arc;

use crdt_core::{ChangeOptions, DocumentId, LoadOptions, UndoLimits};
use crdt_store::backend::Memory;
use crdt_store::{Identity, Store, StoreError, StoreOptions, Stored};
use rusqlite::Connection;

use super::wrapped::{Counts, Fault, Faulty};
use super::{Note, key};

fn written(note: &mut Stored<Note>, words: &[&str]) {
    for word in words {
        note.change(|note| note.body.push_str(word)).unwrap();
    }
}

fn body(note: &Stored<Note>) -> String {
    note.read().body.to_string()
}

/// The rows of notes, and how many bytes are in them.
fn notes(path: &Path) -> (usize, usize) {
    let raw = Connection::open(path).unwrap();
    let sql = "SELECT count(*), coalesce(sum(length(bytes)), 0) FROM notes";
    raw.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
}

fn undone(note: &mut Stored<Note>) -> usize {
    core::iter::from_fn(|| note.undo().unwrap()).count()
}

#[test]
fn what_can_be_undone_is_there_when_a_document_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let id = {
        let mut note = Store::open(&path).unwrap().create::<Note>().unwrap();
        written(&mut note, &["a", "b"]);
        let joined = ChangeOptions::new().joined();
        note.change_with(&joined, |note| note.body.push_str("c")).unwrap();
        note.change(|note| note.title.set("Plan")).unwrap();
        note.change(|note| note.title.set("Launch")).unwrap();
        note.undo().unwrap();
        note.id()
    };
    let open = || Store::open(&path).unwrap().open_document::<Note>(id).unwrap();
    {
        let mut note = open();
        assert_eq!(note.read().title, "Plan");
        note.redo().unwrap();
        assert_eq!(note.read().title, "Launch");
    }
    {
        let mut note = open();
        assert!(!note.can_redo());
        note.undo().unwrap();
        note.undo().unwrap();
        assert_eq!((note.read().title.to_string(), body(&note)), (String::new(), "abc".into()));
        assert_eq!(note.undo().unwrap().unwrap().len(), 2, "a group stays one");
        note.compact().unwrap();
        assert_eq!(notes(&path).0, 1, "what can be undone is compacted too");
    }
    let mut note = open();
    assert_eq!(body(&note), "a");
    written(&mut note, &["d"]);
    assert!(!note.can_redo(), "a change ends what can be redone");
    drop(note);
    let mut note = open();
    assert!(!note.can_redo());
    assert_eq!((undone(&mut note), body(&note)), (2, String::new()));
    assert!(note.equivocations().is_empty());
}

/// Handles that are open undo what they have made themselves. Who opens the document next has all.
#[test]
fn two_handles_on_one_document() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("store")).unwrap();
    let mut one = store.create::<Note>().unwrap();
    let mut two = store.open_document::<Note>(one.id()).unwrap();
    written(&mut one, &["a"]);
    written(&mut two, &["b"]);
    written(&mut one, &["c"]);
    two.undo().unwrap();
    assert_eq!(body(&two), "ac");
    assert_eq!(two.undo().unwrap(), None, "the others are not its own");
    one.undo().unwrap();
    assert_eq!(body(&one), "a");
    let mut three = store.open_document::<Note>(one.id()).unwrap();
    three.redo().unwrap();
    assert_eq!(body(&three), "ac", "what was undone last is redone first");
    three.redo().unwrap();
    assert_eq!(body(&three), "abc");
    // What another handle has undone and redone meanwhile is passed over, or still there.
    assert_eq!((undone(&mut one), body(&one)), (1, "bc".into()));
    assert_eq!((undone(&mut three), body(&three)), (2, String::new()));
    let mut four = store.open_document::<Note>(one.id()).unwrap();
    assert_eq!(undone(&mut four), 0);
}

#[test]
fn it_is_kept_within_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = Store::open_with(&path, &StoreOptions::new().keypair(key(1))).unwrap();
    let mut note = store.create::<Note>().unwrap();
    let mut most = (0, 0);
    for number in 0..1500 {
        note.change(|note| note.title.set(number.to_string())).unwrap();
        if number % 50 == 0 {
            let (rows, bytes) = notes(&path);
            most = (most.0.max(rows), most.1.max(bytes));
        }
    }
    // A note of one change has some 45 bytes, and of a thousand groups a dozen each.
    assert!(most.0 < 600 && most.1 < 40_000, "{most:?}");
    let few = LoadOptions::new().undo_limits(UndoLimits { groups: 3, ..UndoLimits::default() });
    let id = note.id();
    drop(note);
    let mut note = store.open_document_with::<Note>(&few, id).unwrap();
    assert_eq!((undone(&mut note), note.read().title.to_string()), (3, "1496".to_owned()));
    let nothing = UndoLimits { groups: 0, ..UndoLimits::default() };
    let mut note = store.create::<Note>().unwrap().with_undo_limits(nothing);
    let before = notes(&path);
    written(&mut note, &["a"]);
    assert_eq!((undone(&mut note), notes(&path)), (0, before));
}

#[test]
fn a_copy_of_the_store_has_nothing_to_undo() {
    let folder = tempfile::tempdir().unwrap();
    let [path, copy] = ["store", "copy"].map(|name| folder.path().join(name));
    let store = Store::open(&path).unwrap();
    let mut note = store.create::<Note>().unwrap();
    written(&mut note, &["a"]);
    store.backup(&copy).unwrap();
    let elsewhere = Store::open(&copy).unwrap();
    assert_eq!(elsewhere.identity(), &Identity::New);
    let mut copied = elsewhere.open_document::<Note>(note.id()).unwrap();
    assert_eq!(undone(&mut copied), 0);
    written(&mut copied, &["b"]);
    assert_eq!((undone(&mut copied), body(&copied)), (1, "a".into()));
    assert_eq!(undone(&mut note), 1);
    // Nor has who believes nothing.
    let verified = Store::open_with(&path, &StoreOptions::new().verified()).unwrap();
    assert_eq!(undone(&mut verified.open_document::<Note>(note.id()).unwrap()), 0);
}

#[test]
fn what_is_let_go_of_or_removed_stays_so() {
    let store = Store::in_memory(key(1));
    let mut note = store.create::<Note>().unwrap();
    written(&mut note, &["a", "b"]);
    let other = store.open_document::<Note>(note.id()).unwrap();
    assert!(other.can_undo());
    note.clear_undo().unwrap();
    assert!(!note.can_undo() && !store.open_document::<Note>(note.id()).unwrap().can_undo());
    written(&mut note, &["c"]);
    assert_eq!(undone(&mut store.open_document::<Note>(note.id()).unwrap()), 1);
    let (id, all) = (note.id(), note.export(&[]).unwrap());
    store.remove(id).unwrap();
    let mut again = store.join::<Note>(id).unwrap();
    again.apply(&all).unwrap();
    assert!(!store.open_document::<Note>(id).unwrap().can_undo());
}

/// A document that was in memory goes on with what can be undone.
#[test]
fn what_is_added_can_be_undone() {
    let store = Store::in_memory(key(1));
    let mut note = crdt_core::Document::<Note>::create(key(1)).unwrap();
    note.change(|note| note.title.set("Plan")).unwrap();
    note.change(|note| note.title.set("Launch")).unwrap();
    let id = store.add(note).unwrap().id();
    let mut note = store.open_document::<Note>(id).unwrap();
    note.undo().unwrap();
    assert_eq!(note.read().title, "Plan");
}

/// What can be undone is no part of the document: where it is damaged it is not there.
#[test]
fn what_is_damaged_cannot_be_undone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let id = {
        let mut note = Store::open(&path).unwrap().create::<Note>().unwrap();
        written(&mut note, &["a", "b"]);
        note.id()
    };
    let raw = Connection::open(&path).unwrap();
    raw.execute("UPDATE notes SET bytes = x'01' WHERE number = 2", []).unwrap();
    drop(raw);
    let store = Store::open(&path).unwrap();
    let checkup = store.check().unwrap();
    let damage = &checkup.documents[0].damage;
    assert_eq!(damage, &["a note of what can be undone is not what was written there"]);
    let mut note = store.open_document::<Note>(id).unwrap();
    assert_eq!((undone(&mut note), body(&note)), (0, "ab".into()));
    note.clear_undo().unwrap();
    written(&mut note, &["c"]);
    drop(note);
    assert!(store.check().unwrap().is_sound());
    assert_eq!(undone(&mut store.open_document::<Note>(id).unwrap()), 1);
}

/// A row that is damaged hides what was noted before it, and nothing that came after; and it goes
/// when all notes become one.
#[test]
fn a_damaged_note_hides_no_newer_one() {
    let damages = [
        "UPDATE notes SET bytes = x'01' WHERE number = 2",
        "UPDATE notes SET bytes = x'' WHERE number = 2",
        "UPDATE notes SET checked = x'0102' WHERE number = 2",
        "UPDATE notes SET bytes = substr(bytes, 1, length(bytes) - 1) WHERE number = 2",
    ];
    for damage in damages {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let id = {
            let mut note = Store::open(&path).unwrap().create::<Note>().unwrap();
            written(&mut note, &["a", "b", "c", "d"]);
            note.undo().unwrap();
            note.id()
        };
        let raw = Connection::open(&path).unwrap();
        raw.pragma_update(None, "ignore_check_constraints", true).unwrap();
        assert_eq!(raw.execute(damage, []).unwrap(), 1, "{damage}");
        drop(raw);
        let open = || Store::open(&path).unwrap().open_document::<Note>(id).unwrap();
        {
            let mut note = open();
            note.redo().unwrap();
            assert_eq!((undone(&mut note), body(&note)), (2, "ab".into()), "{damage}");
            for number in 0..200 {
                note.change(|note| note.title.set(number.to_string())).unwrap();
            }
        }
        assert!(Store::open(&path).unwrap().check().unwrap().is_sound(), "{damage}");
        assert_eq!(undone(&mut open()), 200, "{damage}");
    }
}

/// A group of which nothing was left does not come back when the document is opened again, whether a
/// change was made when it was passed over or not.
#[test]
fn what_was_passed_over_stays_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let (id, mut other) = {
        let mut note = Store::open(&path).unwrap().create::<Note>().unwrap();
        note.change(|note| note.body.push_str("a")).unwrap();
        note.change(|note| note.title.set("mine")).unwrap();
        let mut other = crdt_core::Document::<Note>::join(note.id(), key(9));
        other.apply(&note.export(&[]).unwrap()).unwrap();
        other.change(|note| note.body.clear()).unwrap();
        other.change(|note| note.title.set("theirs")).unwrap();
        note.apply(&other.export_for(&note.frontier())).unwrap();
        let before = note.heads();
        assert_eq!(note.undo().unwrap(), None, "nothing is left of either");
        assert!(note.heads() == before && !note.can_undo());
        (note.id(), other)
    };
    let open = || Store::open(&path).unwrap().open_document::<Note>(id).unwrap();
    let mut note = open();
    assert!(!note.can_undo() && !note.can_redo());
    // What is made then is noted after it.
    note.change(|note| note.body.push_str("b")).unwrap();
    drop(note);
    let mut note = open();
    other.undo().unwrap();
    note.apply(&other.export_for(&note.frontier())).unwrap();
    assert_eq!((undone(&mut note), body(&note)), (1, String::new()));
    assert_eq!(note.read().title, "mine");
}

/// A change that is not durable is nothing to undo.
#[test]
fn what_is_not_committed_is_not_noted() {
    let inner = Arc::new(Memory::new());
    let place = |fault| Arc::new(Faulty::new(inner.clone(), fault, Arc::new(Counts::default())));
    let store = Store::over(place(Fault::None), Some(key(1)));
    let mut note = store.create::<Note>().unwrap();
    written(&mut note, &["a"]);
    let failed = note.change(|note| {
        note.body.push_str("b")?;
        note.body.delete(9..12)
    });
    assert!(matches!(failed, Err(StoreError::Edit(_))));
    let id: DocumentId = note.id();
    assert_eq!(undone(&mut store.open_document::<Note>(id).unwrap()), 1);
}
