//! The key beside the file, and copies of the file.

use std::fs;
use std::path::{Path, PathBuf};

use crdt_store::{Identity, KeyError, Store, StoreError, StoreOptions};

use super::{Note, key};

fn key_of(path: &Path) -> PathBuf {
    path.with_extension("crdt.key")
}

#[test]
fn the_key_is_beside_the_file_and_not_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let store = Store::open(&path).unwrap();
    assert_eq!(store.identity(), &Identity::New);
    let author = store.author();
    drop(store);
    for _ in 0..3 {
        let store = Store::open(&path).unwrap();
        assert_eq!((store.identity(), store.author()), (&Identity::Known, author));
    }
    let text = fs::read_to_string(key_of(&path)).unwrap();
    let secret = text.lines().find_map(|line| line.strip_prefix("secret ")).unwrap();
    let digits = |place: usize| u8::from_str_radix(&secret[place..place + 2], 16).unwrap();
    let secret: Vec<u8> = (0..64).step_by(2).map(digits).collect();
    for name in ["notes.crdt", "notes.crdt-wal"] {
        let file = fs::read(folder.path().join(name)).unwrap_or_default();
        assert!(!file.windows(32).any(|window| window == secret), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn others_cannot_read_the_key() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    drop(Store::open(&path).unwrap());
    let mode = fs::metadata(key_of(&path)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    fs::set_permissions(key_of(&path), fs::Permissions::from_mode(0o640)).unwrap();
    let refused = Store::open(&path);
    assert!(matches!(refused, Err(StoreError::Key(KeyError::Exposed(_)))));
}

#[test]
fn what_stands_in_the_way_of_a_key_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let beside = folder.path().join("notes.crdt.key.new");
    fs::create_dir(&beside).unwrap();
    let refused = Store::open(&path);
    let Err(StoreError::Key(KeyError::Io { path: named, .. })) = refused else { panic!("refused") };
    assert_eq!(named, beside);
    fs::remove_dir(&beside).unwrap();
    Store::open(&path).unwrap();
}

/// Where the files of a store lie, copied.
fn copy(from: &Path, to: &Path) {
    for ending in ["", ".key", "-wal"] {
        let named = |path: &Path| {
            let mut name = path.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        };
        if named(from).exists() {
            fs::copy(named(from), named(to)).unwrap();
        }
    }
}

#[test]
fn a_copy_or_a_backup_goes_on_under_a_new_key() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let store = Store::open(at("a.crdt")).unwrap();
    let mut note = store.create::<Note>().unwrap();
    note.change(|note| note.title.set("Plan")).unwrap();
    let (id, author) = (note.id(), store.author());

    // A copy with its key, as a synced folder makes it.
    copy(&at("a.crdt"), &at("b.crdt"));
    let copied = Store::open(at("b.crdt")).unwrap();
    let Identity::Replaced { retired } = copied.identity() else { panic!("a copy is found out") };
    assert!(retired.exists());
    assert_ne!(copied.author(), author);
    let mut copied = copied.open_document::<Note>(id).unwrap();
    copied.change(|note| note.body.push_str("there")).unwrap();
    note.change(|note| note.body.push_str("here")).unwrap();
    note.apply(&copied.export(&[]).unwrap()).unwrap();
    assert!(note.equivocations().is_empty());

    // The file as it was once, beside the key as it is now.
    let old = fs::read(at("a.crdt")).unwrap();
    store.backup(at("backup.crdt")).unwrap();
    drop((note, store, copied));
    drop(Store::open(at("a.crdt")).unwrap());
    let backup = fs::read(at("backup.crdt")).unwrap();
    assert_ne!(old, backup);
    fs::write(at("a.crdt"), backup).unwrap();
    let restored = Store::open(at("a.crdt")).unwrap();
    assert!(matches!(restored.identity(), Identity::Replaced { .. }), "{:?}", restored.identity());
    assert_ne!(restored.author(), author);
    assert!(restored.open_document::<Note>(id).unwrap().value().body.contains("there"));
    drop(restored);
    assert_eq!(Store::open(at("a.crdt")).unwrap().identity(), &Identity::Known);
}

#[test]
fn a_backup_without_a_key_is_written_by_somebody_new() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let store = Store::open(at("a.crdt")).unwrap();
    let id = store.create::<Note>().unwrap().id();
    store.backup(at("b.crdt")).unwrap();
    assert!(matches!(store.backup(at("b.crdt")), Err(StoreError::Io { .. })));
    let other = Store::open(at("b.crdt")).unwrap();
    assert_eq!(other.identity(), &Identity::New);
    assert_ne!(other.author(), store.author());
    other.open_document::<Note>(id).unwrap();
}

#[test]
fn a_key_of_the_app_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let store = Store::open_with(&path, &StoreOptions::new().keypair(key(5))).unwrap();
    assert_eq!(store.author(), Some(key(5).author()));
    assert_eq!(store.identity(), &Identity::Given);
    assert!(!key_of(&path).exists());
}

#[test]
fn a_file_that_is_no_key_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    fs::write(key_of(&path), "something else").unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(key_of(&path), fs::Permissions::from_mode(0o600)).unwrap();
    }
    assert!(matches!(Store::open(&path), Err(StoreError::Key(KeyError::NotAKey(_)))));
    assert_eq!(fs::read_to_string(key_of(&path)).unwrap(), "something else");
}
