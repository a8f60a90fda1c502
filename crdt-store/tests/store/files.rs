//! The file: what is one, where it can be, and what is said where it cannot.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crdt_core::{Document, EditError};
use crdt_store::{Durability, Store, StoreError, StoreOptions};
use rusqlite::Connection;

use super::{Note, key, text};

fn made(path: &Path) -> crdt_core::DocumentId {
    let store = Store::open(path).unwrap();
    let mut note = store.create::<Note>().unwrap();
    note.change(|note| note.title.set("Plan")).unwrap();
    note.id()
}

#[test]
fn a_document_is_there_the_next_day() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let id = made(&path);
    let store = Store::open(&path).unwrap();
    let mut note = store.open_document::<Note>(id).unwrap();
    note.update(|note| note.lines.push("first".into())).unwrap();
    let failed = note.try_change(|note| {
        note.title.set("never")?;
        Err::<(), Box<dyn std::error::Error>>("not today".into())
    });
    assert_eq!(failed.unwrap_err().to_string(), "not today");
    let expected = Note { title: "Plan".into(), body: String::new(), lines: vec!["first".into()] };
    assert_eq!(note.value(), expected);
    assert_eq!(note.author(), store.author());

    let [listing] = &store.documents().unwrap()[..] else { panic!("one document") };
    assert_eq!((listing.id, listing.changes), (id, 2));
    assert!(listing.type_name.as_deref().is_some_and(|name| name.contains("Note")), "{listing:?}");
    store.set_title(id, Some("My plan")).unwrap();
    assert_eq!(store.documents().unwrap()[0].title.as_deref(), Some("My plan"));
}

#[test]
fn two_handles_are_one_author() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let id = made(&path);
    let (one, other) = (Store::open(&path).unwrap(), Store::open(&path).unwrap());
    let mut one = one.open_document::<Note>(id).unwrap();
    let mut other = other.open_document::<Note>(id).unwrap();
    let mut observer = other.observe();
    for number in 0..40 {
        one.change(|note| note.lines.push(format!("one {number}"))).unwrap();
        other.change(|note| note.lines.push(format!("other {number}"))).unwrap();
    }
    assert!(one.refresh().unwrap());
    assert!(!one.refresh().unwrap());
    assert_eq!(one.value(), other.value());
    assert_eq!(one.read().lines.len(), 80);
    assert!(one.equivocations().is_empty());
    assert_eq!(other.look(&mut observer).changes.len(), 80);
}

#[test]
fn what_was_removed_does_not_come_back_by_itself() {
    let store = Store::in_memory(key(1));
    let mut note = store.create::<Note>().unwrap();
    note.change(|note| note.title.set("Plan")).unwrap();
    let (id, mut guest) = (note.id(), Document::<Note>::join(note.id(), key(2)));
    guest.apply(&note.export(&[]).unwrap()).unwrap();
    store.remove(id).unwrap();
    assert!(matches!(note.change(|note| note.title.set("x")), Err(StoreError::Removed(_))));
    assert_eq!(note.read().title, "Plan");
    assert!(matches!(store.open_document::<Note>(id), Err(StoreError::Removed(_))));
    assert!(store.was_removed(id).unwrap());
    assert_eq!(store.documents().unwrap(), []);

    let mut again = store.join::<Note>(id).unwrap();
    assert!(again.history().is_empty());
    assert!(matches!(note.change(|note| note.title.set("x")), Err(StoreError::Removed(_))));
    again.apply(&guest.export(&[])).unwrap();
    again.change(|note| note.title.set("Again")).unwrap();
    assert!(again.equivocations().is_empty());
    assert_eq!(store.open_document::<Note>(id).unwrap().read().title, "Again");
}

#[test]
fn what_waits_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let id = made(&path);
    let store = Store::open(&path).unwrap();
    let mut note = store.open_document::<Note>(id).unwrap();
    let mut guest = Document::<Note>::join(id, key(2));
    guest.apply(&note.export(&[]).unwrap()).unwrap();
    let heads = guest.heads();
    guest.change(|note| note.lines.push("first".into())).unwrap();
    let first = guest.export(&heads);
    let heads = guest.heads();
    guest.change(|note| note.lines.push("second".into())).unwrap();
    assert_eq!(note.apply(&guest.export(&heads)).unwrap().waiting.len(), 1);
    drop((note, store));

    let store = Store::open(&path).unwrap();
    let mut note = store.open_document::<Note>(id).unwrap();
    assert_eq!(note.history().pending().0, 1);
    assert_eq!(note.apply(&first).unwrap().applied.len(), 2);
    drop(note);
    let note = store.open_document::<Note>(id).unwrap();
    assert_eq!(note.history().pending().0, 0);
    assert_eq!(note.value().lines, ["first", "second"]);
}

#[test]
fn files_that_are_something_else() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("text"), "a shopping list, and not a database of any kind".repeat(100)).unwrap();
    assert!(matches!(Store::open(at("text")), Err(StoreError::NotAStore(_))));
    let other = Connection::open(at("other")).unwrap();
    other.execute_batch("CREATE TABLE cats (name TEXT)").unwrap();
    assert!(matches!(Store::open(at("other")), Err(StoreError::NotAStore(_))));
    made(&at("newer"));
    let newer = Connection::open(at("newer")).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    let Err(StoreError::Newer { version: 99, .. }) = Store::open(at("newer")) else {
        panic!("a newer format is refused")
    };
    for options in [StoreOptions::new().existing(), StoreOptions::new().read_only()] {
        let missing = Store::open_with(at("missing"), &options);
        assert!(matches!(missing, Err(StoreError::NotFound(_))));
        assert!(!at("missing").exists());
    }
    assert!(matches!(Store::open(at("no/folder")), Err(StoreError::Sqlite(_))));
}

#[test]
fn who_may_only_read_reads() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let id = made(&path);
    let read_only = StoreOptions::new().read_only();
    let store = Store::open_with(&path, &read_only).unwrap();
    let mut note = store.open_document::<Note>(id).unwrap();
    assert_eq!(note.read().title, "Plan");
    assert!(matches!(note.change(|note| note.title.set("x")), Err(StoreError::ReadOnly)));
    assert!(matches!(store.create::<Note>(), Err(StoreError::ReadOnly)));
    assert!(matches!(store.remove(id), Err(StoreError::ReadOnly)));
    // What another handle writes is seen.
    let writing = Store::open(&path).unwrap();
    let mut other = writing.open_document::<Note>(id).unwrap();
    other.change(|note| note.title.set("Launch")).unwrap();
    assert!(note.refresh().unwrap());
    assert_eq!(note.read().title, "Launch");
}

#[test]
fn a_lock_is_not_waited_for_without_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let id = made(&path);
    let options = StoreOptions::new().lock_timeout(Duration::from_millis(30));
    let store = Store::open_with(&path, &options).unwrap();
    let mut note = store.open_document::<Note>(id).unwrap();
    let holder = Connection::open(&path).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let heads = note.heads();
    assert!(matches!(note.change(|note| note.title.set("x")), Err(StoreError::Locked(_))));
    assert_eq!(note.heads(), heads);
    assert_eq!(note.read().title, "Plan");
    holder.execute_batch("ROLLBACK").unwrap();
    note.change(|note| note.title.set("Launch")).unwrap();

    // So it is for who writes within a change.
    let mut other = store.open_document::<Note>(id).unwrap();
    let nested = note.try_change(|note| {
        note.title.set("outer")?;
        other.change(|note| note.title.set("inner"))
    });
    assert!(matches!(nested, Err(StoreError::Locked(_))));
    assert_eq!(note.read().title, "Launch");
}

#[test]
fn compaction_leaves_little_more_than_the_saved_document() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let store = Store::open(&path).unwrap();
    let mut note = store.create::<Note>().unwrap();
    for number in 0..3_000 {
        note.change(|note| note.body.insert(number / 2, "letters ")).unwrap();
    }
    note.compact().unwrap();
    let saved = note.save().len() as u64;
    let listed = store.documents().unwrap()[0].bytes;
    let sql = "SELECT length(bytes) FROM parts WHERE kind = 'outline' AND first = 1";
    let copy: u64 = Connection::open(&path).unwrap().query_one(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(listed, saved + copy);
    let file = fs::metadata(&path).unwrap().len();
    // An empty store has twelve pages.
    assert!(file <= saved + saved / 5 + (12 << 12), "{file} bytes for {saved}");
    let digest = note.digest();
    drop(note);
    let mut note = store.open_document::<Note>(store.documents().unwrap()[0].id).unwrap();
    assert_eq!(note.digest(), digest);
    note.change(|note| note.title.set("on")).unwrap();
}

#[test]
fn in_groups_nothing_is_lost_by_the_end_of_a_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let store =
        Store::open_with(&path, &StoreOptions::new().durability(Durability::Grouped)).unwrap();
    let mut note = store.create::<Note>().unwrap();
    note.change(|note| note.title.set("Plan")).unwrap();
    store.flush().unwrap();
    note.export(&[]).unwrap();
    let id = note.id();
    drop((note, store));
    assert_eq!(Store::open(&path).unwrap().open_document::<Note>(id).unwrap().read().title, "Plan");
}

#[test]
fn a_bit_that_flips_is_found_and_the_others_are_served() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let (damaged, whole) = (made(&path), made(&path));
    let raw = Connection::open(&path).unwrap();
    let sql = "UPDATE appends SET bytes = CAST(substr(bytes, 1, 40) || x'00' || substr(bytes, 42) AS BLOB) \
               WHERE document = 1";
    assert_eq!(raw.execute(sql, []).unwrap(), 1);
    let store = Store::open(&path).unwrap();
    let error = store.open_document::<Note>(damaged).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    assert_eq!(store.open_document::<Note>(whole).unwrap().read().title, "Plan");
}

#[test]
fn an_edit_that_fails_says_so() {
    let store = Store::in_memory(key(1));
    let mut note = store.create::<Note>().unwrap();
    let failed = note.change(|note| note.lines.at(7)?.set("x"));
    assert!(matches!(failed, Err(StoreError::Edit(EditError::OutOfRange { .. }))), "{failed:?}");
}

/// Others write to other documents while what came to one is verified, also within one process, and to
/// this one too.
#[test]
fn what_is_long_is_verified_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let options = StoreOptions::new().lock_timeout(Duration::from_millis(50)).keypair(key(1));
    let store = Store::open_with(folder.path().join("notes.crdt"), &options).unwrap();
    let mut theirs = Document::<Note>::create(key(2)).unwrap();
    for typed in text(5000).chars().take(5000) {
        theirs.change(|note| note.body.push_str(typed.to_string())).unwrap();
    }
    assert!(theirs.export(&[]).len() < 1 << 14, "it is long by what it states");
    let mut kept = store.join_history(theirs.id()).unwrap();
    let mut another = store.create::<Note>().unwrap();
    let mut same = store.join::<Note>(theirs.id()).unwrap();
    let mut asked = 0;
    let outcome = kept.apply_if(&theirs.export(&[]), |outcome| {
        asked += 1;
        if asked == 1 {
            another.change(|note| note.title.set("on"))?;
            same.apply(&theirs.export(&[]))?;
            same.change(|note| note.title.set("as well"))?;
        }
        assert_eq!(outcome.applied.len(), [5000, 0][asked - 1], "the second time it is known");
        Ok::<_, StoreError>(())
    });
    assert!(outcome.unwrap().applied.is_empty());
    assert_eq!((asked, kept.heads()), (2, same.heads()));
    drop((kept, same));
    assert_eq!(store.open_history(theirs.id()).unwrap().len(), 5001);
}
