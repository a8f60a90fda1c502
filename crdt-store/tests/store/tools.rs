//! What tools need that do not know the types of documents.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crdt_core::{Document, EditError};
use crdt_store::{Identity, Size, Store, StoreError, StoreOptions};

use super::{Note, key};

#[test]
fn a_document_is_made_with_something_in_it_or_not_at_all() {
    let store = Store::in_memory(key(1));
    let made = store.create_with(|note: &mut Document<Note>| {
        note.change(|note| note.title.set("Plan"))?;
        Ok::<(), StoreError>(())
    });
    let made = made.unwrap();
    assert_eq!(store.open_document::<Note>(made.id()).unwrap().read().title, "Plan");
    let listing = &store.documents().unwrap()[0];
    assert_eq!(listing.changes, 1);
    assert!(listing.type_name.as_deref().is_some_and(|name| name.contains("Note")));
    let failed = store.create_with(|note: &mut Document<Note>| {
        Ok::<(), StoreError>(note.change(|note| note.lines.at(7)?.set("x"))?)
    });
    assert!(matches!(failed, Err(StoreError::Edit(EditError::OutOfRange { .. }))));
    assert_eq!(store.documents().unwrap().len(), 1);
}

#[test]
fn what_need_not_be_signed_is_written_without_a_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let mut theirs = Document::<Note>::create(key(2)).unwrap();
    theirs.change(|note| note.title.set("Plan")).unwrap();
    let store = Store::open_with(&path, &StoreOptions::new().without_key()).unwrap();
    assert_eq!((store.identity(), store.author()), (&Identity::None, None));
    let mut taken = store.join_history(theirs.id()).unwrap();
    taken.apply(&theirs.export(&[])).unwrap();
    store.set_title(theirs.id(), Some("Theirs")).unwrap();
    taken.compact().unwrap();
    let mut note = store.open_document::<Note>(theirs.id()).unwrap();
    let signed = note.change(|note| note.title.set("x"));
    assert!(matches!(signed, Err(StoreError::Edit(EditError::ReadOnly))), "{signed:?}");
    assert!(matches!(store.create::<Note>(), Err(StoreError::ReadOnly)));
    assert_eq!(note.read().title, "Plan");
    assert_eq!(store.key().unwrap(), None);
    assert!(!folder.path().join("notes.crdt.key").exists());
}

#[test]
fn a_store_is_read_as_it_is_without_a_trace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let store = Store::open(&path).unwrap();
    let mut note = store.create::<Note>().unwrap();
    let as_is = StoreOptions::new().read_as_is();
    // Somebody has it open: what is written is seen.
    let looking = Store::open_with(&path, &as_is).unwrap();
    note.change(|note| note.title.set("Plan")).unwrap();
    assert_eq!(looking.open_document::<Note>(note.id()).unwrap().read().title, "Plan");
    let id = note.id();
    // Whoever may write puts the journal into the file, if it is the last.
    drop(looking);
    drop((note, store));
    let files = || {
        let names = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    };
    let before = files();
    let looking = Store::open_with(&path, &as_is).unwrap();
    assert_eq!(looking.open_document::<Note>(id).unwrap().read().title, "Plan");
    assert!(looking.check().unwrap().is_sound());
    assert!(matches!(looking.set_title(id, None), Err(StoreError::ReadOnly)));
    assert_eq!(files(), before);
    // Who reads on would have pages of two times.
    Store::open(&path).unwrap().set_title(id, Some("Later")).unwrap();
    let late = [looking.documents().map(drop), looking.open_document::<Note>(id).map(drop)];
    for late in late.into_iter().chain([looking.check().map(drop)]) {
        assert!(matches!(late, Err(StoreError::Rewritten(_))), "{late:?}");
    }
    let looking = Store::open_with(&path, &as_is).unwrap();
    assert_eq!(looking.documents().unwrap()[0].title.as_deref(), Some("Later"));
}

#[test]
fn the_state_stays_where_nothing_was_written_since() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let store = Store::open(&path).unwrap();
    let mut note = store.create::<Note>().unwrap();
    note.change(|note| note.body.push_str("a text")).unwrap();
    let id = note.id();
    let appended = store.size(id).unwrap();
    assert!(appended.appended > 0 && appended.appended_rows == 1, "{appended:?}");
    note.compact().unwrap();
    let compacted = store.size(id).unwrap();
    let Size { appended, state, waiting, .. } = compacted;
    assert!(appended == 0 && state > 30 && waiting == 0, "{compacted:?}");
    assert_eq!(compacted.all() - compacted.notes, store.documents().unwrap()[0].bytes);
    store.open_history(id).unwrap().compact().unwrap();
    assert_eq!(store.size(id).unwrap(), compacted);
    note.change(|note| note.body.push_str(" and more")).unwrap();
    store.open_history(id).unwrap().compact().unwrap();
    assert_eq!(store.size(id).unwrap().state, 1);
    assert_eq!(store.open_document::<Note>(id).unwrap().value().body, "a text and more");
    store.remove(id).unwrap();
    assert!(matches!(store.size(id), Err(StoreError::UnknownDocument(_))));
}

#[test]
fn a_key_is_looked_at_without_touching_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let author = Store::open(&path).unwrap().author();
    let status = || {
        let store = Store::open_with(&path, &StoreOptions::new().read_as_is()).unwrap();
        store.key().unwrap().unwrap()
    };
    let first = status();
    assert_eq!((Some(first.author), first.is_current), (author, true));
    assert_eq!((status(), first.retired.len()), (first.clone(), 0));
    // The file as it was before is another one.
    let before = fs::read(&path).unwrap();
    drop(Store::open(&path).unwrap());
    fs::write(&path, before).unwrap();
    assert!(!status().is_current);
    let replaced = Store::open(&path).unwrap();
    let Identity::Replaced { retired } = replaced.identity().clone() else { panic!("it is found") };
    let status = replaced.key().unwrap().unwrap();
    assert_eq!((Some(status.author), status.retired), (replaced.author(), vec![retired]));
}

/// What is written while it is checked is no damage.
#[test]
fn a_store_is_sound_while_others_write_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let store = Store::open(&path).unwrap();
    for _ in 0..10 {
        let mut note = store.create::<Note>().unwrap();
        note.change(|note| note.body.push_str(super::text(300))).unwrap();
    }
    let mut note = store.create::<Note>().unwrap();
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                note.change(|note| note.lines.push("a line".into()).map(drop)).unwrap();
            }
        });
        let checks: Vec<_> = (0..20).map(|_| Store::check(&store)).collect();
        is_done.store(true, Ordering::Relaxed);
        for checkup in checks {
            let checkup = checkup.unwrap();
            let damage: Vec<_> =
                checkup.documents.iter().flat_map(|document| &document.damage).collect();
            assert!(checkup.is_sound(), "{:?} {damage:?}", checkup.file);
        }
    });
}
