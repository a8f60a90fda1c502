//! Where a store is put: folders that cannot be written, and files that are cut off.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crdt_store::{Store, StoreError, StoreOptions};

use super::Note;

/// Whether this runs as somebody whom permissions do not stop.
fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|id| id.stdout.trim_ascii() == b"0")
}

#[test]
fn a_folder_that_cannot_be_written() {
    if is_root() {
        return println!("skipped: permissions do not stop the superuser");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let store = Store::open(&path).unwrap();
    let id = store.create::<Note>().unwrap().id();
    store.shrink().unwrap();
    drop(store);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).unwrap();
    let writing = Store::open(&path);
    let reading = Store::open_with(&path, &StoreOptions::new().read_only());
    let read = reading.map(|store| store.open_document::<Note>(id).unwrap().value());
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    assert!(writing.is_err());
    assert_eq!(read.unwrap().title, "");
}

#[test]
fn a_file_that_is_cut_off() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let store = Store::open(&path).unwrap();
    let mut note = store.create::<Note>().unwrap();
    note.change(|note| note.body.push_str("a text of some length, ".repeat(2_000))).unwrap();
    note.compact().unwrap();
    let id = note.id();
    drop((note, store));
    let whole = fs::read(&path).unwrap();
    for length in (0..whole.len()).step_by(1_000) {
        fs::write(&path, &whole[..length]).unwrap();
        for name in ["notes.crdt-wal", "notes.crdt-shm"] {
            let _ = fs::remove_file(folder.path().join(name));
        }
        let opened = Store::open_with(&path, &StoreOptions::new().read_only());
        let read =
            opened.and_then(|store| store.open_document::<Note>(id).map(|note| note.value()));
        match read {
            Ok(value) => assert_eq!(value.body.len(), 46_000, "{length}"),
            Err(
                StoreError::Corrupt(_)
                | StoreError::NotAStore(_)
                | StoreError::Damaged { .. }
                | StoreError::Load(_)
                | StoreError::Sqlite(_)
                | StoreError::UnknownDocument(_),
            ) => {}
            Err(error) => panic!("{length}: {error:?}"),
        }
    }
}
