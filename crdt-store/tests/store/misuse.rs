//! Names that no app would choose, what is no file at all, and closures that panic.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{fs, thread};

use crdt_store::{Store, StoreError, StoreOptions};

use super::Note;

fn options() -> [StoreOptions; 3] {
    [StoreOptions::new(), StoreOptions::new().read_only(), StoreOptions::new().read_as_is()]
}

#[test]
fn any_name_is_the_name_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        &b"with spaces and\nlines\t.crdt"[..],
        b"\xff\xfe not text",
        b"?mode=memory&cache=shared#%00%41",
        b":memory:",
        b"file:memory?mode=memory",
        b"-wal",
        b"x.key",
        &[b'n'; 240],
    ] {
        let path = folder.path().join(OsStr::from_bytes(name));
        let store = Store::open(&path).unwrap();
        let id = store.create::<Note>().unwrap().id();
        store.backup(folder.path().join("copy")).unwrap();
        drop(store);
        assert!(path.exists(), "{}", path.display());
        for options in options() {
            let store = Store::open_with(&path, &options).unwrap();
            store.open_document::<Note>(id).unwrap();
            assert!(store.check().unwrap().is_sound());
        }
        let saved = Store::recover(&path, folder.path().join("saved")).unwrap();
        assert_eq!(saved.len(), 1, "{}", path.display());
        for name in ["copy", "saved"] {
            fs::remove_file(folder.path().join(name)).unwrap();
        }
    }
}

/// The file is one, and so are its key, its journal and its queue.
#[test]
fn a_file_is_one_by_whatever_path() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("real")).unwrap();
    symlink(at("real"), at("linked")).unwrap();
    symlink("real/notes.crdt", at("link.crdt")).unwrap();
    let paths = ["real/notes.crdt", "linked/notes.crdt", "real/../linked/notes.crdt", "link.crdt"];
    let stores = paths.map(|path| Store::open(at(path)).unwrap());
    let id = stores[0].create::<Note>().unwrap().id();
    for store in &stores {
        assert_eq!(store.author(), stores[0].author());
        let mut note = store.open_document::<Note>(id).unwrap();
        note.change(|note| note.lines.push("x".into()).map(drop)).unwrap();
    }
    let note = stores[0].open_document::<Note>(id).unwrap();
    assert_eq!((note.read().lines.len(), note.heads().len()), (4, 1));
    assert!(!at("link.crdt.key").exists());
}

/// The journal, with everything in it, is beside what the link leads to.
#[test]
fn a_store_is_recovered_through_a_link() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("real")).unwrap();
    let store = Store::open(at("real/notes.crdt")).unwrap();
    let mut note = store.create::<Note>().unwrap();
    store.shrink().unwrap();
    note.change(|note| note.title.set("in the journal")).unwrap();
    symlink("real/notes.crdt", at("link.crdt")).unwrap();
    let saved = Store::recover(at("link.crdt"), at("saved.crdt")).unwrap();
    assert_eq!(saved.iter().map(|saved| saved.changes).collect::<Vec<_>>(), [1]);
}

/// What opening comes to, which has to come soon.
fn opened(path: &Path, options: &StoreOptions) -> Result<(), StoreError> {
    let (path, options) = (path.to_owned(), options.clone());
    let (send, receive) = mpsc::channel();
    thread::spawn(move || send.send(Store::open_with(&path, &options).map(drop)));
    receive.recv_timeout(Duration::from_secs(20)).expect("nobody waits for what never comes")
}

#[test]
fn what_is_no_file_is_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("folder")).unwrap();
    fs::write(at("file"), "text that is no database, and long enough to be looked at").unwrap();
    symlink("nowhere/at/all", at("dangling")).unwrap();
    symlink("loop", at("loop")).unwrap();
    assert!(Command::new("mkfifo").arg(at("fifo")).status().unwrap().success());
    let socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
    let long = folder.path().join(vec!["n".repeat(200); 4].join("/"));
    fs::create_dir_all(long.parent().unwrap()).unwrap();
    let paths: [PathBuf; 10] = [
        at("folder"),
        at("file"),
        at("dangling"),
        at("loop"),
        at("fifo"),
        at("socket"),
        "/dev/zero".into(),
        "/dev/null".into(),
        at("file/below"),
        long.clone(),
    ];
    for path in paths {
        for options in options() {
            let error = opened(&path, &options).expect_err("it is no store");
            let is_named = match &error {
                StoreError::NotAStore(_) => path.exists(),
                StoreError::NotFound(named) => *named == path,
                // Or what would be beside it.
                StoreError::Io { path: named, .. } => {
                    named.to_string_lossy().starts_with(&*path.to_string_lossy())
                }
                StoreError::LongPath(_) => path == long,
                StoreError::Sqlite(_) => path.starts_with(at("file")),
                _ => false,
            };
            assert!(is_named, "{}: {error:?}", path.display());
        }
    }
    assert!(matches!(opened(&long, &StoreOptions::new()), Err(StoreError::LongPath(_))));
    drop(socket);
}

#[test]
fn a_closure_that_panics_writes_nothing_and_keeps_nobody_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let store = Store::open(&path).unwrap();
    let mut note = store.create::<Note>().unwrap();
    note.change(|note| note.title.set("kept")).unwrap();
    let [mut other, mut third] = [(); 2].map(|()| store.open_document::<Note>(note.id()).unwrap());
    for round in 0..20 {
        let panicked = catch_unwind(AssertUnwindSafe(|| match round % 3 {
            0 => note.change(|note| -> Result<(), _> {
                note.title.set("lost")?;
                panic!("a fault of the app")
            }),
            1 => note.update(|note| {
                note.title = "lost".into();
                panic!("a fault of the app")
            }),
            _ => store
                .create_with::<Note, StoreError>(|note| {
                    note.change(|note| note.title.set("lost"))?;
                    panic!("a fault of the app")
                })
                .map(drop),
        }));
        panicked.unwrap_err();
        assert_eq!(note.read().title, "kept");
        let begin = Instant::now();
        other.change(|note| note.lines.push("other".into()).map(drop)).unwrap();
        note.change(|note| note.lines.push("own".into()).map(drop)).unwrap();
        assert!(begin.elapsed() < Duration::from_secs(4));
    }
    third.refresh().unwrap();
    assert_eq!((third.read().lines.len(), third.history().len()), (40, 41));
    assert_eq!(store.documents().unwrap().len(), 1);
    assert!(store.check().unwrap().is_sound());
}

/// Handles may be dropped in any order, and one may outlive the store that it came from.
#[test]
fn what_is_written_within_a_change_is_refused_and_the_change_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.crdt");
    let options = StoreOptions::new().lock_timeout(Duration::from_millis(50));
    let store = Store::open_with(&path, &options).unwrap();
    let [mut note, mut other] = [(); 2].map(|()| store.create::<Note>().unwrap());
    let [mut same, reader] = [(); 2].map(|()| store.open_document::<Note>(note.id()).unwrap());
    note.change(|editor| {
        for handle in [&mut other, &mut same] {
            let refused = handle.change(|note| note.title.set("within"));
            assert!(matches!(refused, Err(StoreError::Locked(_))), "{refused:?}");
        }
        let refused = store.set_title(reader.id(), Some("within"));
        assert!(matches!(refused, Err(StoreError::Locked(_))), "{refused:?}");
        assert_eq!(store.documents().unwrap().len(), 2);
        same.refresh().unwrap();
        editor.title.set("outer")
    })
    .unwrap();
    drop(store);
    same.change(|note| note.lines.push("x".into()).map(drop)).unwrap();
    assert_eq!((same.read().title.as_str(), same.heads().len()), ("outer", 1));
    drop((note, other));
    same.change(|note| note.lines.push("y".into()).map(drop)).unwrap();
    assert!(same.store().check().unwrap().is_sound());
}
