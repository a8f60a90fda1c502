//! What the world does to a file: it is made by several at once, crafted, moved, or given by others.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

use crdt_core::{Document, DocumentId, History, LoadOptions};
use crdt_store::backend::Memory;
use crdt_store::{Durability, Store, StoreError, StoreOptions};
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use super::{Note, key, text};

fn options() -> StoreOptions {
    StoreOptions::new().keypair(key(1))
}

/// A document with three lines, and another one.
fn made(path: &Path) -> [DocumentId; 2] {
    let store = Store::open_with(path, &options()).unwrap();
    [3, 1].map(|lines| {
        let mut note = store.create::<Note>().unwrap();
        for number in 0..lines {
            note.change(|note| note.lines.push(format!("line {number}"))).unwrap();
        }
        note.id()
    })
}

fn crafted(sql: &str) -> (tempfile::TempDir, PathBuf, [DocumentId; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let ids = made(&path);
    let raw = Connection::open(&path).unwrap();
    let unchecked = "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;";
    raw.execute_batch(&format!("{unchecked} {sql}")).unwrap();
    (folder, path, ids)
}

#[test]
fn a_row_that_no_store_writes_is_damage_of_its_document() {
    for sql in [
        "UPDATE documents SET last = 50 WHERE document = 1",
        "UPDATE documents SET last = 0 WHERE document = 1",
        "UPDATE documents SET last = -1 WHERE document = 1",
        "UPDATE documents SET last = 9223372036854775807 WHERE document = 1",
        "UPDATE documents SET through = 100 WHERE document = 1",
        "DELETE FROM parts WHERE document = 1; UPDATE documents SET through = 3, last = 3, \
         changes = 0 WHERE document = 1; DELETE FROM appends WHERE document = 1",
        "UPDATE documents SET made = -1 WHERE document = 1",
        "UPDATE appends SET level = 300 WHERE document = 1",
        "UPDATE appends SET number = 9223372036854775807 WHERE document = 1 AND number = 3",
        "DELETE FROM appends WHERE document = 1 AND number = 2",
    ] {
        let (_folder, path, [damaged, other]) = crafted(sql);
        let store = Store::open_with(&path, &options()).unwrap();
        let opened = store.open_document::<Note>(damaged).map(|note| note.value());
        assert!(matches!(opened, Err(StoreError::Damaged { .. })), "{sql}: {opened:?}");
        assert_eq!(store.documents().unwrap().len(), 2, "{sql}");
        store.open_document::<Note>(other).unwrap().change(|note| note.title.set("x")).unwrap();
        assert!(!store.check().unwrap().is_sound(), "{sql}");
    }
}

/// Whatever one row says, the others are listed.
#[test]
fn a_row_that_cannot_be_listed_hides_no_other() {
    for sql in [
        "UPDATE documents SET title = CAST(x'ff00fe' AS TEXT) WHERE document = 1",
        "UPDATE documents SET changes = -1, bytes = -1, changed_at = -1 WHERE document = 1",
        "UPDATE documents SET changed_at = 9223372036854775807 WHERE document = 1",
        "UPDATE documents SET id = x'00' WHERE document = 1",
    ] {
        let (_folder, path, [_, other]) = crafted(sql);
        let store = Store::open_with(&path, &options()).unwrap();
        assert!(store.documents().unwrap().iter().any(|listing| listing.id == other), "{sql}");
        store.open_document::<Note>(other).unwrap();
    }
}

#[test]
fn what_would_be_run_is_refused() {
    for sql in [
        "CREATE TRIGGER t AFTER INSERT ON appends BEGIN DELETE FROM appends; END",
        "ALTER TABLE documents RENAME TO d; CREATE VIEW documents AS SELECT * FROM d",
        "CREATE VIEW v AS SELECT 1",
        "DROP TABLE parts",
    ] {
        let (_folder, path, _) = crafted(sql);
        for options in [options(), options().read_only(), options().existing()] {
            let opened = Store::open_with(&path, &options).map(drop);
            assert!(matches!(opened, Err(StoreError::Altered(_))), "{sql}: {opened:?}");
        }
    }
    // Also where it comes later: it is not run.
    let (_folder, path, [id, _]) = crafted("");
    let store = Store::open_with(&path, &options()).unwrap();
    let raw = Connection::open(&path).unwrap();
    let sql = "CREATE TRIGGER t AFTER INSERT ON appends BEGIN DELETE FROM appends; END";
    raw.execute_batch(sql).unwrap();
    let mut note = store.open_document::<Note>(id).unwrap();
    note.change(|note| note.lines.push("kept".into())).unwrap();
    assert_eq!(store.open_document::<Note>(id).unwrap().read().lines.len(), 4);
}

/// Has a saved state say something else than the changes come to.
fn forged(path: &Path) -> DocumentId {
    let store = Store::open_with(path, &options()).unwrap();
    let mut note = store.create::<Note>().unwrap();
    note.change(|note| note.title.set("PAY 0001 EUR")).unwrap();
    note.compact().unwrap();
    let id = note.id();
    drop((note, store));
    let raw = Connection::open(path).unwrap();
    let sql = "SELECT kind, bytes FROM parts WHERE kind <> 'outline' OR first = 0 \
               ORDER BY CASE kind WHEN 'head' THEN 0 \
               WHEN 'changes' THEN 1 WHEN 'outline' THEN 2 WHEN 'state' THEN 3 ELSE 4 END";
    let mut statement = raw.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let mut parts: Vec<(String, Vec<u8>)> = rows.map(Result::unwrap).collect();
    let (check, content) = parts.split_last_mut().unwrap();
    let state = &mut content[3].1;
    let at = state.windows(4).position(|window| window == b"0001").unwrap();
    state[at..at + 4].copy_from_slice(b"9999");
    let all: Vec<u8> = content.iter().flat_map(|(_, bytes)| bytes.clone()).collect();
    let hash = Sha256::new_with_prefix(b"crdt-core check of a saved file").chain_update(all);
    check.1 = hash.finalize().to_vec();
    for (kind, bytes) in &parts {
        let sql = "UPDATE parts SET bytes = ?2, checked = ?3 WHERE kind = ?1";
        raw.execute(sql, (kind, bytes, &Sha256::digest(bytes)[..16])).unwrap();
    }
    id
}

#[test]
fn a_file_of_somebody_else_is_verified_where_that_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let id = forged(&path);
    let trusting = Store::open_with(&path, &options()).unwrap();
    // The control.
    assert_eq!(trusting.open_document::<Note>(id).unwrap().read().title, "PAY 9999 EUR");
    let verified = LoadOptions::new().verified();
    let asked = trusting.open_document_with::<Note>(&verified, id).unwrap();
    assert_eq!(asked.read().title, "PAY 0001 EUR");
    let store = Store::open_with(&path, &options().verified()).unwrap();
    assert_eq!(store.open_document::<Note>(id).unwrap().read().title, "PAY 0001 EUR");
    assert_eq!(store.open_history(id).unwrap().len(), 1);
}

/// The options hold where there is no base yet, too.
#[test]
fn options_hold_for_what_was_only_appended() {
    let store = Store::in_memory(key(1));
    let mut theirs = Document::<Vec<String>>::create(key(2)).unwrap();
    theirs.change(|lines| lines.push("line".into()).map(drop)).unwrap();
    store.join_history(theirs.id()).unwrap().apply(&theirs.export(&[])).unwrap();
    assert!(store.open_document::<Note>(theirs.id()).is_err());
    let any = LoadOptions::new().any_type();
    assert_eq!(store.open_document_with::<Note>(&any, theirs.id()).unwrap().read().title, "");
}

#[test]
fn a_document_that_is_added_goes_on_with_the_key_of_the_store() {
    let mut theirs = Document::<Note>::create(key(3)).unwrap();
    theirs.change(|note| note.title.set("Plan")).unwrap();
    let mut guest = theirs.fork(key(4)).unwrap();
    guest.change(|note| note.lines.push("first".into())).unwrap();
    let heads = guest.heads();
    guest.change(|note| note.lines.push("second".into())).unwrap();
    theirs.apply(&guest.export(&heads)).unwrap();
    let saved = theirs.save();
    let read_only = Document::<Note>::load_read_only(&saved).unwrap();
    for document in [theirs, read_only] {
        let store = Store::in_memory(key(1));
        let mut added = store.add(document).unwrap();
        assert_eq!(added.author(), store.author());
        let listing = &store.documents().unwrap()[0];
        assert_eq!((listing.changes, listing.type_name.as_deref()), (1, Some("Note")));
        assert_eq!(store.open_document::<Note>(added.id()).unwrap().history().pending().0, 1);
        added.change(|note| note.title.set("on")).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let options = StoreOptions::new().without_key();
    let store = Store::open_with(folder.path().join("notes.crdt"), &options).unwrap();
    let added = store.add(Document::<Note>::load(&saved, key(3)).unwrap()).unwrap();
    assert_eq!((added.author(), &*added.value().title), (None, "Plan"));
}

#[test]
fn a_place_without_a_key_is_only_read() {
    let place = Arc::new(Memory::new());
    let writing = Store::over(place.clone(), Some(key(1)));
    let id = writing.create::<Note>().unwrap().id();
    let store = Store::over(place, None);
    let elsewhere = Document::<Note>::create(key(2)).unwrap();
    let bytes = elsewhere.export(&[]);
    let mut history = store.open_history(id).unwrap();
    let refused = [
        store.join_history(elsewhere.id()).map(drop),
        store.set_title(id, Some("x")),
        store.remove(id),
        store.shrink(),
        store.add(elsewhere).map(drop),
        history.apply(&bytes).map(drop),
        history.compact(),
        store.open_document::<Note>(id).unwrap().compact(),
    ];
    for (place, refused) in refused.into_iter().enumerate() {
        assert!(matches!(refused, Err(StoreError::ReadOnly)), "{place}: {refused:?}");
    }
    assert_eq!(store.documents().unwrap().len(), 1);
    assert_eq!(store.open_document::<Note>(id).unwrap().export(&[]).unwrap().len(), 0);
}

#[test]
fn a_lock_may_be_waited_for_long() {
    let folder = tempfile::tempdir().unwrap();
    for (name, timeout) in [("a", Duration::from_secs(90 * 86_400)), ("b", Duration::MAX)] {
        let options = options().lock_timeout(timeout);
        let store = Store::open_with(folder.path().join(name), &options).unwrap();
        store.create::<Note>().unwrap();
        let place = Arc::new(Memory::new().with_lock_timeout(timeout));
        Store::over(place, Some(key(1))).create::<Note>().unwrap();
    }
}

#[test]
fn an_empty_file_is_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("empty");
    fs::write(&path, "").unwrap();
    for options in [options().read_only(), options().read_as_is(), options().existing()] {
        let opened = Store::open_with(&path, &options).map(drop);
        assert!(matches!(opened, Err(StoreError::NotAStore(_))), "{opened:?}");
    }
    assert_eq!(fs::metadata(&path).unwrap().len(), 0);
    Store::open_with(&path, &options()).unwrap();
}

/// So that it is the same file wherever the process works by then, and is no URI.
#[test]
fn a_path_is_kept_whole() {
    let folder = tempfile::tempdir().unwrap();
    let here = std::env::current_dir().unwrap();
    let up: PathBuf = here.components().skip(1).map(|_| "..").collect();
    let below = folder.path().strip_prefix("/").unwrap_or(folder.path());
    let store = Store::open_with(up.join(below).join("a.crdt"), &options()).unwrap();
    assert!(store.path().unwrap().is_absolute());
    store.backup(up.join(below).join("b.crdt")).unwrap();
    assert!(folder.path().join("b.crdt").exists());
}

/// What would be written to a file that nobody sees any more is not acknowledged.
#[cfg(unix)]
#[test]
fn a_file_that_is_gone_or_another_one_is_not_written() {
    type Act = fn(&Path);
    let delete: Act = |path| fs::remove_file(path).unwrap();
    let replace: Act = |path| {
        Store::open_with(path.with_extension("other"), &options()).unwrap();
        fs::rename(path.with_extension("other"), path).unwrap();
    };
    let delete_journal: Act = |path| fs::remove_file(format!("{}-wal", path.display())).unwrap();
    // As another process does that opens the file then.
    let replace_journal: Act = |path| {
        let journal = format!("{}-wal", path.display());
        let other = format!("{journal}-other");
        fs::write(&other, "").unwrap();
        fs::rename(other, journal).unwrap();
    };
    for act in [delete, replace, delete_journal, replace_journal] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.crdt");
        let store = Store::open_with(&path, &options()).unwrap();
        let mut note = store.create::<Note>().unwrap();
        act(&path);
        let written = note.change(|note| note.title.set("nobody sees it"));
        assert!(matches!(written, Err(StoreError::Gone(_))), "{written:?}");
        assert_eq!(note.read().title, "");
    }
}

/// Two names of one file have two journals.
#[cfg(unix)]
#[test]
fn a_file_with_a_second_name_of_its_own_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let [path, other] = ["notes.crdt", "other.crdt"].map(|name| folder.path().join(name));
    made(&path);
    fs::hard_link(&path, &other).unwrap();
    for name in [&path, &other] {
        for options in [options(), options().read_only()] {
            let refused = Store::open_with(name, &options);
            assert!(matches!(refused, Err(StoreError::Linked(_))), "{refused:?}");
        }
    }
    assert_eq!(Store::recover(&path, folder.path().join("new.crdt")).unwrap().len(), 2);
    fs::remove_file(&other).unwrap();
    assert_eq!(Store::open_with(&path, &options()).unwrap().documents().unwrap().len(), 2);
}

#[test]
fn several_that_make_one_file_at_once_all_have_it() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.crdt");
        let begin = Barrier::new(6);
        let open = || {
            begin.wait();
            Store::open(&path).and_then(|store| store.create::<Note>()).map(drop)
        };
        thread::scope(|scope| {
            let opening: Vec<_> = (0..6).map(|_| scope.spawn(open)).collect();
            for opening in opening {
                opening.join().unwrap().unwrap();
            }
        });
        assert_eq!(Store::open(&path).unwrap().documents().unwrap().len(), 6);
    }
}

#[test]
fn a_backup_ends_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let grouped = options().durability(Durability::Grouped);
    let store = Store::open_with(at("a.crdt"), &grouped).unwrap();
    let mut note = store.create::<Note>().unwrap();
    // So much that it takes many times as long as a change.
    let text = text(400_000);
    for _ in 0..6 {
        store.create::<Note>().unwrap().change(|note| note.title.set(&*text)).unwrap();
    }
    let (is_over, (sender, receiver)) = (AtomicBool::new(false), mpsc::channel());
    let (is_over, to) = (&is_over, at("b.crdt"));
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut number = 0;
            while !is_over.load(Ordering::Relaxed) {
                note.change(|note| note.title.set(format!("{number}"))).unwrap();
                number += 1;
            }
        });
        scope.spawn(move || sender.send(store.backup(to)).unwrap());
        let ended = receiver.recv_timeout(Duration::from_secs(8));
        is_over.store(true, Ordering::Relaxed);
        ended.unwrap().unwrap();
    });
    let copy = Store::open_with(at("b.crdt"), &options()).unwrap();
    assert!(copy.check().unwrap().is_sound());
}

/// What is exported is synced, whoever wrote it, and that takes no lock.
#[test]
fn an_export_does_not_wait_for_who_writes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let quick = options().lock_timeout(Duration::from_millis(50));
    let store = Store::open_with(&path, &quick.durability(Durability::Grouped)).unwrap();
    let mut note = store.create::<Note>().unwrap();
    note.change(|note| note.title.set("Plan")).unwrap();
    let holder = Connection::open(&path).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let exported = note.export(&[]).unwrap();
    assert_eq!(History::new(note.id()).apply(&exported).unwrap().applied.len(), 1);
}
