//! A file of format version 1, which every later version opens.

use std::fs;
use std::path::{Path, PathBuf};

use crdt_core::Document;
use crdt_store::{Store, StoreError, StoreOptions};

use super::{Note, key};

/// Made by [`write_golden`] once, and never again.
fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store/version_1.crdt")
}

fn open(path: &Path) -> Result<Store, StoreError> {
    Store::open_with(path, &StoreOptions::new().keypair(key(1)))
}

#[test]
#[ignore = "it writes into the repository"]
fn write_golden() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = open(&path).unwrap();
    let mut note = store.create::<Note>().unwrap();
    store.set_title(note.id(), Some("Plan")).unwrap();
    note.change(|note| note.title.set("Launch")).unwrap();
    note.change(|note| note.body.insert(0, "Hello")).unwrap();
    note.compact().unwrap();
    for number in 0..11 {
        note.change(|note| note.lines.push(format!("line {number}"))).unwrap();
    }
    let mut guest = Document::<Note>::join(note.id(), key(2));
    guest.apply(&note.export(&[]).unwrap()).unwrap();
    guest.change(|note| note.body.push_str(", lost")).unwrap();
    let heads = guest.heads();
    guest.change(|note| note.body.push_str(" world")).unwrap();
    note.apply(&guest.export(&heads)).unwrap();
    let removed = store.create::<Note>().unwrap();
    store.remove(removed.id()).unwrap();
    drop((note, removed));
    store.shrink().unwrap();
    drop(store);
    fs::copy(path, golden()).unwrap();
}

#[test]
fn version_1_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    fs::copy(golden(), &path).unwrap();
    let read_only = Store::open_with(&path, &StoreOptions::new().read_only()).unwrap();
    let listings = read_only.documents().unwrap();
    let [listing] = &listings[..] else { panic!("one document: {listings:?}") };
    assert_eq!((listing.title.as_deref(), listing.changes), (Some("Plan"), 13));
    drop(read_only);

    let store = open(&path).unwrap();
    let mut note = store.open_document::<Note>(listing.id).unwrap();
    let lines = (0..11).map(|number| format!("line {number}")).collect();
    let expected = Note { title: "Launch".into(), body: "Hello".into(), lines };
    assert_eq!(note.value(), expected);
    assert_eq!(note.history().pending().0, 1);
    note.undo().unwrap();
    assert_eq!(note.read().lines.len(), 10);
    note.redo().unwrap();
    note.change(|note| note.body.push_str("!")).unwrap();
    note.compact().unwrap();
    assert!(note.equivocations().is_empty());
    assert_eq!(store.open_document::<Note>(listing.id).unwrap().value(), note.value());
}
