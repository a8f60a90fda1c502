//! The mark that the store and its key have, and files that are put back.

use std::fs;
use std::path::{Path, PathBuf};

use crdt_core::Document;
use crdt_store::{Identity, Store, StoreOptions};

use super::{Note, key};

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn key(&self) -> String {
        fs::read_to_string(self.at("a.crdt.key")).unwrap()
    }
}

/// Writes over a file, which stays the same one.
fn put_back(from: &Path, to: &Path) {
    fs::write(to, fs::read(from).unwrap()).unwrap();
}

/// Whether a store that is put back goes on under another key, so that nothing forks.
fn is_found_out(copy: impl Fn(&Place, &Store), put_back: impl Fn(&Place, &Path)) -> bool {
    let place = Place::new();
    let path = place.at("a.crdt");
    let store = Store::open(&path).unwrap();
    let mut note = store.create::<Note>().unwrap();
    note.change(|note| note.title.set("kept")).unwrap();
    store.shrink().unwrap();
    copy(&place, &store);
    note.change(|note| note.title.set("lost, and sent")).unwrap();
    let mut peer = Document::<Note>::join(note.id(), key(9));
    peer.apply(&note.export(&[]).unwrap()).unwrap();
    drop((note, store));
    put_back(&place, &path);
    let store = Store::open(&path).unwrap();
    let mut note = store.open_document::<Note>(peer.id()).unwrap();
    assert_eq!(note.read().title, "kept");
    note.change(|note| note.title.set("on")).unwrap();
    peer.apply(&note.export(&[]).unwrap()).unwrap();
    let is_new = matches!(store.identity(), Identity::Replaced { .. });
    assert_eq!(is_new, peer.equivocations().is_empty());
    is_new
}

#[test]
fn a_backup_that_is_put_back_is_found_out() {
    // Also where the session never ends, as it does not when the process is killed.
    let place = Place::new();
    let store = Store::open(place.at("a.crdt")).unwrap();
    store.backup(place.at("b.crdt")).unwrap();
    let mark = |name: &str| -> Vec<u8> {
        let raw = rusqlite::Connection::open(place.at(name)).unwrap();
        raw.query_row("SELECT generation FROM store", [], |row| row.get(0)).unwrap()
    };
    assert_ne!(mark("a.crdt"), mark("b.crdt"));
    let copy = |place: &Place, store: &Store| store.backup(place.at("backup")).unwrap();
    assert!(is_found_out(copy, |place, path| put_back(&place.at("backup"), path)));
    assert!(is_found_out(copy, |place, path| fs::rename(place.at("backup"), path).unwrap()));
}

#[test]
fn a_copy_within_a_session_that_is_put_back_is_found_out() {
    let copy = |place: &Place, store: &Store| {
        fs::copy(store.path().unwrap(), place.at("copy")).unwrap();
        fs::copy(place.at("a.crdt.key"), place.at("copy.key")).unwrap();
    };
    assert!(is_found_out(copy, |place, path| put_back(&place.at("copy"), path)));
    // The control: as `key.rs` says, a file and its key that are put back in place are not.
    assert!(!is_found_out(copy, |place, path| {
        put_back(&place.at("copy"), path);
        put_back(&place.at("copy.key"), &place.at("a.crdt.key"));
    }));
}

#[test]
fn the_mark_is_renewed_with_the_last_clone() {
    let place = Place::new();
    let store = Store::open(place.at("a.crdt")).unwrap();
    let clone = store.clone();
    let note = store.create::<Note>().unwrap();
    let within = place.key();
    drop((store, clone));
    assert_eq!(place.key(), within);
    drop(note);
    let after = place.key();
    assert_ne!(after, within);
    assert_eq!(after.lines().filter(|line| line.starts_with("generation")).count(), 1);
    assert_eq!(Store::open(place.at("a.crdt")).unwrap().identity(), &Identity::Known);
}

#[test]
fn sessions_that_end_in_any_order_keep_the_key() {
    let place = Place::new();
    let open = || Store::open(place.at("a.crdt")).unwrap();
    let author = open().author();
    let (one, other) = (open(), open());
    drop(one);
    let third = open();
    drop(other);
    drop(third);
    let store = open();
    assert_eq!((store.identity(), store.author()), (&Identity::Known, author));
}

#[test]
fn a_key_that_is_another_by_now_is_left_alone() {
    let place = Place::new();
    let store = Store::open(place.at("a.crdt")).unwrap();
    let other = Place::new();
    drop(Store::open(other.at("a.crdt")).unwrap());
    fs::copy(other.at("a.crdt.key"), place.at("a.crdt.key")).unwrap();
    drop(store);
    assert_eq!(place.key(), other.key());
    let store = Store::open(other.at("a.crdt")).unwrap();
    fs::remove_file(other.at("a.crdt.key")).unwrap();
    drop(store);
    assert!(!other.at("a.crdt.key").exists());
    // Nor is anybody waited for.
    let store = Store::open(place.at("a.crdt")).unwrap();
    let within = place.key();
    let holder = rusqlite::Connection::open(place.at("a.crdt")).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let begin = std::time::Instant::now();
    drop(store);
    assert!(begin.elapsed() < std::time::Duration::from_secs(2));
    assert_eq!(place.key(), within);
    drop(holder);
    assert_eq!(Store::open(place.at("a.crdt")).unwrap().identity(), &Identity::Known);
}

#[cfg(unix)]
#[test]
fn a_file_with_two_names_has_one_key() {
    let place = Place::new();
    let author = Store::open(place.at("a.crdt")).unwrap().author();
    std::os::unix::fs::symlink(place.at("a.crdt"), place.at("link.crdt")).unwrap();
    for name in ["link.crdt", "a.crdt", "link.crdt"] {
        let store = Store::open(place.at(name)).unwrap();
        assert_eq!((store.identity(), store.author()), (&Identity::Known, author));
    }
    assert!(!place.at("link.crdt.key").exists());
    // And where the key is a link it stays one.
    fs::rename(place.at("a.crdt.key"), place.at("elsewhere")).unwrap();
    std::os::unix::fs::symlink(place.at("elsewhere"), place.at("a.crdt.key")).unwrap();
    assert_eq!(Store::open(place.at("a.crdt")).unwrap().identity(), &Identity::Known);
    assert!(fs::symlink_metadata(place.at("a.crdt.key")).unwrap().is_symlink());
}

#[test]
fn what_is_no_key_has_nobody_wait() {
    let place = Place::new();
    let options = StoreOptions::new();
    for content in [b"\xff\xfe".to_vec(), vec![0; 1 << 20], Vec::new()] {
        fs::write(place.at("a.crdt.key"), content).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let own = fs::Permissions::from_mode(0o600);
            fs::set_permissions(place.at("a.crdt.key"), own).unwrap();
        }
        let refused = Store::open_with(place.at("a.crdt"), &options).map(drop).unwrap_err();
        assert!(refused.to_string().contains("is not a key of a store"), "{refused}");
    }
    fs::remove_file(place.at("a.crdt.key")).unwrap();
    fs::create_dir(place.at("a.crdt.key")).unwrap();
    let refused = Store::open_with(place.at("a.crdt"), &options).map(drop).unwrap_err();
    assert!(refused.to_string().contains("is not a key of a store"), "{refused}");
}
