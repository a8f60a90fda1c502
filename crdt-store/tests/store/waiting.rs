//! What waits for changes that are not here, on the disk.

use std::path::{Path, PathBuf};

use crdt_core::{Document, DocumentId};
use crdt_store::{Durability, Store, StoreOptions, Stored};

use super::{Note, key, text};

struct Place {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { path: folder.path().join("notes.crdt"), _folder: folder }
    }

    fn open(&self) -> Store {
        let options = StoreOptions::new().keypair(key(1)).durability(Durability::Grouped);
        Store::open_with(&self.path, &options).unwrap()
    }
}

fn made(store: &Store) -> Stored<Note> {
    let mut note = store.create::<Note>().unwrap();
    note.change(|note| note.title.set("Plan")).unwrap();
    note
}

/// Two changes of somebody, of which the second waits for the first.
fn two(note: &Stored<Note>, author: u8) -> [Vec<u8>; 2] {
    let mut guest = note.fork(key(author)).unwrap();
    ["first", "second"].map(|line| {
        let before = guest.heads();
        guest.change(|note| note.lines.push(line.into())).unwrap();
        guest.export(&before)
    })
}

fn rows(store: &Store, id: DocumentId) -> (usize, u64) {
    let size = store.size(id).unwrap();
    (size.waiting_rows, size.waiting)
}

/// What the row of the document says of these.
fn counted(path: &Path) -> u64 {
    let raw = rusqlite::Connection::open(path).unwrap();
    raw.query_row("SELECT waiting FROM documents", [], |row| row.get(0)).unwrap()
}

#[test]
fn what_is_sent_again_waits_once() {
    let place = Place::new();
    let store = place.open();
    let mut note = made(&store);
    let [first, second] = two(&note, 2);
    let mut other = store.open_document::<Note>(note.id()).unwrap();
    for _ in 0..20 {
        note.apply(&second).unwrap();
    }
    // Nor where another handle, which knows nothing of it, is sent the same.
    other.apply(&second).unwrap();
    assert_eq!(rows(&store, note.id()), (1, second.len() as u64));
    note.apply(&first).unwrap();
    assert_eq!((rows(&store, note.id()), counted(&place.path)), ((0, 0), 0));
}

/// In a handle that only looks, and in one that did not know of it.
#[test]
fn what_comes_free_goes_with_what_is_written_next() {
    let place = Place::new();
    let store = place.open();
    let note = made(&store);
    let id = note.id();
    let [first, second] = two(&note, 2);
    let mut waits = store.open_document::<Note>(id).unwrap();
    let mut brings = store.open_history(id).unwrap();
    waits.apply(&second).unwrap();
    brings.apply(&first).unwrap();
    assert_eq!(brings.len(), 2);
    assert!(waits.refresh().unwrap());
    assert_eq!((waits.history().len(), rows(&store, id).0), (3, 1));
    waits.change(|note| note.title.set("on")).unwrap();
    assert_eq!(rows(&store, id), (0, 0));
    drop((note, waits, brings));
    assert_eq!(store.open_document::<Note>(id).unwrap().read().lines.len(), 2);
}

#[test]
fn what_came_free_when_it_was_opened_goes_too() {
    for how in 0..3 {
        let place = Place::new();
        let store = place.open();
        let mut note = made(&store);
        let id = note.id();
        let [first, second] = two(&note, 2);
        let mut brings = store.open_history(id).unwrap();
        note.apply(&second).unwrap();
        brings.apply(&first).unwrap();
        drop((note, brings));
        let mut note = store.open_document::<Note>(id).unwrap();
        assert_eq!((note.history().len(), rows(&store, id).0), (3, 1));
        match how {
            0 => note.change(|note| note.title.set("on")).unwrap(),
            1 => drop(note.apply(&first).unwrap()),
            _ => note.compact().unwrap(),
        }
        assert_eq!(rows(&store, id), (0, 0), "{how}");
        drop(note);
        assert_eq!(store.open_document::<Note>(id).unwrap().read().lines.len(), 2);
    }
}

/// Bytes that are known, or applied, do not push out what waits.
#[test]
fn only_what_waits_is_kept_as_waiting() {
    let place = Place::new();
    let store = place.open();
    let mut note = made(&store);
    let id = note.id();
    let [_, honest] = two(&note, 2);
    note.apply(&honest).unwrap();
    let mut guest = Document::<Note>::join(id, key(3));
    guest.apply(&note.export(&[]).unwrap()).unwrap();
    let text = text(20_000);
    guest.change(|note| note.body.push_str(&text)).unwrap();
    let known = guest.export(&note.heads());
    let [_, little] = two(&note, 4);
    note.apply(&[known, little.clone()].concat()).unwrap();
    let expected = honest.len() + little.len();
    assert_eq!(rows(&store, id), (2, expected as u64));
    drop(note);
    assert_eq!(store.open_document::<Note>(id).unwrap().history().pending().0, 2);
}

/// As of a document to which nothing was written yet, or to who has changes without it.
#[test]
fn the_record_of_a_document_is_kept_if_it_comes_alone() {
    let theirs = Document::<Note>::create(key(2)).unwrap();
    let record = theirs.export_since(0);
    for is_typed in [true, false] {
        let place = Place::new();
        let store = place.open();
        let id = theirs.id();
        for _ in 0..3 {
            if is_typed {
                store.join::<Note>(id).unwrap().apply(&record).unwrap();
            } else {
                store.join_history(id).unwrap().apply(&record).unwrap();
            }
        }
        let kept = store.open_history(id).unwrap();
        assert!(kept.genesis().is_some() && kept.is_empty(), "{is_typed}");
        assert_eq!(store.size(id).unwrap().appended_rows, 1);
        assert!(store.documents().unwrap()[0].type_name.is_some());
        drop(kept);
        store.open_history(id).unwrap().compact().unwrap();
        assert!(store.open_history(id).unwrap().genesis().is_some());
    }
}

/// What memory lets go is let go on the disk.
#[test]
fn what_is_dropped_for_want_of_room_is_dropped() {
    let place = Place::new();
    let store = place.open();
    let note = made(&store);
    let few = crdt_core::PendingLimits { bundles: 3, ..crdt_core::PendingLimits::default() };
    let options = crdt_core::LoadOptions::new().pending_limits(few);
    let mut small = store.open_document_with::<Note>(&options, note.id()).unwrap();
    for author in 2..12 {
        small.apply(&two(&note, author)[1]).unwrap();
    }
    assert_eq!((small.history().pending().0, rows(&store, note.id()).0), (3, 3));
    assert_eq!(counted(&place.path), rows(&store, note.id()).1);
}
