//! What was written here goes on behind itself, also where the document was removed meanwhile.

use crdt_core::{Document, DocumentId};
use crdt_store::{Store, StoreError, StoreOptions, Stored};
use rusqlite::Connection;

use super::{Note, key};

/// A document with five lines, somebody who has two of them, and somebody who has all.
fn written(store: &Store) -> (Stored<Note>, Document<Note>, Document<Note>) {
    let mut note = store.create::<Note>().unwrap();
    let mut behind = Document::<Note>::join(note.id(), key(8));
    let mut peer = Document::<Note>::join(note.id(), key(9));
    for number in 0..5 {
        note.change(|note| note.lines.push(format!("mine {number}"))).unwrap();
        if number == 1 {
            behind.apply(&note.export(&[]).unwrap()).unwrap();
        }
    }
    peer.apply(&note.export(&[]).unwrap()).unwrap();
    (note, behind, peer)
}

fn is_missing(note: &mut Stored<Note>, id: DocumentId) -> bool {
    let written = note.change(|note| note.title.set("before anything has come back"));
    matches!(written, Err(StoreError::OwnMissing(missing)) if missing == id)
}

#[test]
fn who_joins_again_goes_on_when_what_was_written_here_has_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let store = Store::open(&path).unwrap();
    let (note, behind, mut peer) = written(&store);
    let id = note.id();
    store.remove(id).unwrap();
    drop((note, store));
    let store = Store::open(&path).unwrap();
    let mut again = store.join::<Note>(id).unwrap();
    assert!(is_missing(&mut again, id));
    again.apply(&behind.export(&[])).unwrap();
    assert!(is_missing(&mut again, id));
    again.compact().unwrap();
    let mut reopened = store.open_document::<Note>(id).unwrap();
    assert!(is_missing(&mut reopened, id));
    assert_eq!(reopened.read().lines.len(), 2);
    // Whoever it is that brings it back.
    store.open_history(id).unwrap().apply(&peer.export(&[])).unwrap();
    again.change(|note| note.title.set("again")).unwrap();
    peer.apply(&again.export(&[]).unwrap()).unwrap();
    assert!(peer.equivocations().is_empty() && again.equivocations().is_empty());
    assert_eq!(peer.read().title, "again");
}

#[test]
fn an_older_copy_that_is_added_waits_for_the_rest_too() {
    let store = Store::in_memory(key(1));
    let mut note = store.create::<Note>().unwrap();
    note.change(|note| note.title.set("1")).unwrap();
    let id = note.id();
    let copies = [note.fork(key(7)).unwrap(), Document::load(&note.save(), key(1)).unwrap()];
    note.change(|note| note.title.set("2")).unwrap();
    let mut peer = Document::<Note>::join(id, key(9));
    peer.apply(&note.export(&[]).unwrap()).unwrap();
    for copy in copies {
        store.remove(id).unwrap();
        let mut added = store.add(copy).unwrap();
        assert!(is_missing(&mut added, id));
        assert!(is_missing(&mut store.open_document(id).unwrap(), id));
        added.apply(&peer.export(&[])).unwrap();
        added.change(|note| note.lines.push("3".into())).unwrap();
        peer.apply(&added.export(&[]).unwrap()).unwrap();
    }
    assert!(peer.equivocations().is_empty());
}

/// Every key that writes here has its own last change, also one that only brought something along.
#[test]
fn every_key_is_remembered() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let open = |number| Store::open_with(&path, &StoreOptions::new().keypair(key(number))).unwrap();
    let mut brought = Document::<Note>::create(key(1)).unwrap();
    brought.change(|note| note.title.set("brought along")).unwrap();
    let id = brought.id();
    let mut peer = Document::<Note>::join(id, key(9));
    peer.apply(&brought.export(&[])).unwrap();
    drop(open(1).add(brought).unwrap());
    open(2).open_document::<Note>(id).unwrap().change(|note| note.title.set("2")).unwrap();
    open(2).remove(id).unwrap();
    for number in [1, 2] {
        assert!(is_missing(&mut open(number).join::<Note>(id).unwrap(), id), "{number}");
    }
    let mut third = open(3).open_document::<Note>(id).unwrap();
    third.apply(&peer.export(&[])).unwrap();
    third.change(|note| note.title.set("3")).unwrap();
    assert!(!is_missing(&mut open(1).open_document::<Note>(id).unwrap(), id));
    assert!(is_missing(&mut open(2).open_document::<Note>(id).unwrap(), id));
}

#[test]
fn a_handle_to_what_was_removed_does_not_write_to_what_was_joined() {
    let store = Store::in_memory(key(1));
    let (mut old, behind, _) = written(&store);
    let id = old.id();
    let mut relay = store.open_history(id).unwrap();
    store.remove(id).unwrap();
    let mut again = store.join::<Note>(id).unwrap();
    again.apply(&behind.export(&[])).unwrap();
    again.compact().unwrap();
    let bytes = behind.export(&[]);
    assert!(matches!(old.change(|note| note.title.set("x")), Err(StoreError::Removed(_))));
    assert!(matches!(old.apply(&bytes), Err(StoreError::Removed(_))));
    assert!(matches!(old.refresh(), Err(StoreError::Removed(_))));
    assert!(matches!(old.compact(), Err(StoreError::Removed(_))));
    assert!(matches!(relay.apply(&bytes), Err(StoreError::Removed(_))));
    assert!(matches!(relay.refresh(), Err(StoreError::Removed(_))));
    assert_eq!(old.read().lines.len(), 5);
    assert_eq!(store.open_document::<Note>(id).unwrap().read().lines.len(), 2);
}

/// Whoever has a key of its own does not fork its chain where changes were lost.
#[test]
fn what_is_recovered_waits_for_what_was_lost() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let options = StoreOptions::new().keypair(key(1));
    let store = Store::open_with(at("a.crdt"), &options).unwrap();
    let (note, _, mut peer) = written(&store);
    let id = note.id();
    drop((note, store));
    let raw = Connection::open(at("a.crdt")).unwrap();
    let cut = "UPDATE appends SET bytes = x'' WHERE number = (SELECT max(number) FROM appends)";
    assert_eq!(raw.execute(cut, []).unwrap(), 1);
    raw.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(raw);
    assert_eq!(Store::recover(at("a.crdt"), at("b.crdt")).unwrap()[0].changes, 4);
    let store = Store::open_with(at("b.crdt"), &options).unwrap();
    let mut note = store.open_document::<Note>(id).unwrap();
    assert!(is_missing(&mut note, id));
    note.apply(&peer.export(&[])).unwrap();
    note.change(|note| note.title.set("on")).unwrap();
    peer.apply(&note.export(&[]).unwrap()).unwrap();
    assert!(peer.equivocations().is_empty());
}
