//! What is damaged is named, the rest is served, nothing false is, and what proves itself is saved.
//!
//! `CRDT_DAMAGE` is how many damaged files are looked at, if not the few hundred of every run.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use crdt_core::{ChangeHash, Document, DocumentId, Heads, History};
use crdt_store::{Recovered, Store, StoreError, StoreOptions};
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use super::{Note, key};

/// How long pages are.
const PAGE: usize = 2048;

/// A store, and everything in it.
struct Sample {
    /// The file, and its journal.
    files: [Vec<u8>; 2],
    documents: BTreeMap<DocumentId, Expected>,
    removed: DocumentId,
}

/// A document as it is.
struct Expected {
    changes: BTreeSet<ChangeHash>,
    heads: Heads,
    /// What waits.
    waiting: Vec<Vec<u8>>,
    digest: crdt_core::Digest,
    /// What is in its rows.
    rows: Vec<Vec<u8>>,
}

fn write(note: &mut crdt_store::Stored<Note>, changes: usize, seed: usize) {
    for number in 0..changes {
        let written = note.change(|note| {
            note.lines.push(format!("line {number} of {seed}"))?;
            // Random enough not to be compressed away.
            let noise = Sha256::digest(format!("{number} of {seed}"));
            let noise = format!("{:x?}", noise.as_slice());
            note.body.push_str(&noise)
        });
        written.unwrap();
    }
}

impl Sample {
    /// Documents of all kinds: with a base, with appends behind it, with appends alone, with what
    /// waits, of two authors, long and short; and one that was removed.
    fn new(is_closed: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let store = open(&path).unwrap();
        let mut notes = Vec::new();
        for (seed, (compacted, behind)) in
            [(0, 3), (30, 0), (120, 20), (40, 2), (1, 9), (0, 0)].into_iter().enumerate()
        {
            let mut note = store.create::<Note>().unwrap();
            if compacted > 0 {
                write(&mut note, compacted, seed);
                note.compact().unwrap();
            }
            write(&mut note, behind, seed + 100);
            notes.push(note);
        }
        exchange(&mut notes[3]);
        let mut gone = store.create::<Note>().unwrap();
        write(&mut gone, 3, 50);
        let removed = gone.id();
        store.remove(removed).unwrap();
        store.set_title(notes[1].id(), Some("The second")).unwrap();
        let raw = Connection::open(&path).unwrap();
        let documents = notes.iter().map(|note| (note.id(), Expected::of(note, &raw))).collect();
        drop(raw);
        let files_while_open = files(&path);
        drop((notes, gone, store));
        let files = if is_closed { files(&path) } else { files_while_open };
        Self { files, documents, removed }
    }

    /// The pages of a file in which something of each document lies.
    fn pages(&self) -> BTreeMap<DocumentId, BTreeSet<usize>> {
        let file = &self.files[0];
        let mut windows: HashMap<&[u8], Vec<usize>> = HashMap::new();
        for at in 0..file.len() - 8 {
            windows.entry(&file[at..at + 8]).or_default().push(at / PAGE);
        }
        let pages_of = |expected: &Expected| {
            let parts = expected.rows.iter().flat_map(|row| row.windows(8).step_by(4));
            parts.filter_map(|part| windows.get(part)).flatten().copied().collect()
        };
        self.documents.iter().map(|(id, expected)| (*id, pages_of(expected))).collect()
    }
}

impl Expected {
    fn of(note: &crdt_store::Stored<Note>, raw: &Connection) -> Self {
        let mut rows = Vec::new();
        for table in ["appends", "parts", "waiting"] {
            let sql = format!(
                "SELECT {table}.bytes FROM {table} JOIN documents USING (document) WHERE id = ?1"
            );
            let mut statement = raw.prepare(&sql).unwrap();
            let found = statement.query_map([note.id().as_bytes()], |row| row.get(0)).unwrap();
            rows.extend(found.map(Result::unwrap));
        }
        Self {
            changes: note.history().changes().map(|change| change.hash()).collect(),
            heads: note.heads(),
            waiting: note.history().waiting().map(<[u8]>::to_vec).collect(),
            digest: note.digest(),
            rows,
        }
    }
}

/// Another author writes too, and something of it waits.
fn exchange(note: &mut crdt_store::Stored<Note>) {
    let mut guest = Document::<Note>::join(note.id(), key(2));
    guest.apply(&note.export(&[]).unwrap()).unwrap();
    let heads = guest.heads();
    guest.change(|note| note.title.set("by a guest")).unwrap();
    note.apply(&guest.export(&heads)).unwrap();
    guest.change(|note| note.title.set("lost")).unwrap();
    let heads = guest.heads();
    guest.change(|note| note.title.set("waits")).unwrap();
    note.apply(&guest.export(&heads)).unwrap();
}

fn open(path: &Path) -> Result<Store, StoreError> {
    Store::open_with(path, &StoreOptions::new().keypair(key(1)))
}

fn open_read_only(path: &Path) -> Result<Store, StoreError> {
    Store::open_with(path, &StoreOptions::new().read_only())
}

fn journal(path: &Path) -> PathBuf {
    path.with_file_name("store-wal")
}

fn files(path: &Path) -> [Vec<u8>; 2] {
    [fs::read(path).unwrap(), fs::read(journal(path)).unwrap_or_default()]
}

/// Puts files into a folder of their own.
fn laid_out(files: &[Vec<u8>; 2]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    fs::write(&path, &files[0]).unwrap();
    if !files[1].is_empty() {
        fs::write(journal(&path), &files[1]).unwrap();
    }
    (folder, path)
}

struct Random(u64);

impl Random {
    /// SplitMix64.
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end.max(1) as u64).unwrap()
    }
}

/// Damages bytes, and says which of them it was.
fn damage(bytes: &mut Vec<u8>, random: &mut Random) -> core::ops::Range<usize> {
    let at = random.below(bytes.len());
    match random.below(8) {
        0 => {
            bytes.truncate(at);
            return at..usize::MAX;
        }
        1 => {
            let end = (at / 512 * 512 + 512).min(bytes.len());
            bytes[at / 512 * 512..end].fill(0);
            return at / 512 * 512..end;
        }
        2 => {
            // Noise that begins as a page with rows does.
            let start = at / PAGE * PAGE;
            let end = (start + PAGE).min(bytes.len());
            bytes[start..end].fill_with(|| u8::try_from(random.below(256)).unwrap_or(0));
            bytes[start] = [0x0d, 0x0a, 0x02][random.below(3)];
            return start..end;
        }
        _ => bytes[at] ^= 1 << random.below(8),
    }
    at..at + 1
}

/// How a document is served: all of it, what it was once, or not at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Served {
    Whole,
    Before,
    Refused,
}

/// That a history has nothing but changes that were made, each of which others can be shown.
fn is_true(history: &History, expected: &Expected) -> bool {
    let known = history.changes().all(|change| expected.changes.contains(&change.hash()));
    let mut received = History::new(history.document());
    let shown = received.apply(&history.export(&[])).is_ok() && received.len() == history.len();
    known && shown
}

/// How a store serves a document. What it serves has to be true, and what it says about the document.
fn served(store: &Store, id: DocumentId, expected: &Expected) -> Served {
    match store.open_history(id) {
        Ok(history) => {
            assert!(is_true(&history, expected), "something false is served");
            let note = store.open_document::<Note>(id);
            let note = note.expect("what is opened without a type is opened with it");
            let rebuilt = Document::<Note>::load(&history.save(), key(9)).unwrap();
            assert_eq!(note.digest(), rebuilt.digest(), "the state is that of the changes");
            if history.heads() != expected.heads {
                return Served::Before;
            }
            assert_eq!(note.digest(), expected.digest);
            Served::Whole
        }
        Err(StoreError::Damaged { document, .. }) => {
            assert_eq!(document, id, "another document is blamed");
            Served::Refused
        }
        // Its row, or what finds it, is damaged; or the file is as a whole.
        Err(
            StoreError::UnknownDocument(_)
            | StoreError::Removed(_)
            | StoreError::Corrupt(_)
            | StoreError::Sqlite(_),
        ) => Served::Refused,
        Err(error) => panic!("{error:?}"),
    }
}

/// That everything that was saved is true, and opens. Gives what was saved of each document.
fn recovered(path: &Path, sample: &Sample) -> BTreeMap<DocumentId, usize> {
    let before = files(path);
    let to = path.with_file_name("recovered");
    let found = match Store::recover(path, &to) {
        Ok(found) => found,
        Err(StoreError::NothingLeft(_)) => return BTreeMap::new(),
        Err(error) => panic!("{error}"),
    };
    assert_eq!(before, files(path), "the damaged file is as it was");
    let store = open(&to).unwrap();
    assert!(store.check().unwrap().is_sound());
    assert_eq!(store.documents().unwrap().len(), found.len());
    let mut saved = BTreeMap::new();
    for Recovered { id, changes, listed, .. } in &found {
        let Some(expected) = sample.documents.get(id) else {
            // Where its row is gone, nobody knows that it was removed, or that it was never there.
            assert!(*id == sample.removed || *changes == 0);
            continue;
        };
        let history = store.open_history(*id).unwrap();
        assert!(is_true(&history, expected));
        assert_eq!(history.len() as u64, *changes);
        let all = expected.changes.len() as u64;
        assert!(*changes == all || listed.is_none_or(|listed| listed != all) || *changes < all);
        saved.insert(*id, history.len());
    }
    saved
}

fn rounds() -> usize {
    let asked = std::env::var("CRDT_DAMAGE").ok().and_then(|rounds| rounds.parse().ok());
    asked.unwrap_or(80)
}

#[test]
fn a_file_that_is_damaged_anywhere() {
    let sample = Sample::new(true);
    assert!(sample.files[1].is_empty());
    let pages = sample.pages();
    let (mut refused, mut lost) = (0, 0);
    for round in 0..rounds() {
        let mut random = Random(round as u64);
        let mut files = sample.files.clone();
        let place = damage(&mut files[0], &mut random);
        let (_folder, path) = laid_out(&files);
        let is_touched = |id: &DocumentId| {
            let pages = &pages[id];
            pages.iter().any(|page| page * PAGE < place.end && place.start < (page + 1) * PAGE)
        };
        let saved = recovered(&path, &sample);
        for (id, expected) in &sample.documents {
            let is_whole = saved.get(id) == Some(&expected.changes.len());
            // A document in which nothing was ever written is known by its row alone.
            assert!(
                is_whole || is_touched(id) || expected.changes.is_empty(),
                "{round}: {place:?}"
            );
            lost += usize::from(!is_whole);
        }
        // Both open it alike, for the most part.
        let open_to_write: &[fn(&Path) -> _] = if round % 8 == 0 { &[open] } else { &[] };
        for open in open_to_write.iter().chain(&[open_read_only as fn(&Path) -> _]) {
            let Ok(store) = open(&path) else { continue };
            let is_sound = store.check().unwrap().is_sound();
            for (id, expected) in &sample.documents {
                let served = served(&store, *id, expected);
                assert!(served == Served::Whole || !is_sound, "{round}: {served:?} is not named");
                assert!(served != Served::Before, "{round}: something is missing unsaid");
                refused += usize::from(served == Served::Refused);
            }
        }
    }
    assert!(refused > rounds() / 20 && lost > rounds() / 20, "{refused} refused, {lost} lost");
}

#[test]
fn a_journal_that_is_damaged_anywhere() {
    let sample = Sample::new(false);
    assert!(!sample.files[1].is_empty());
    let (mut before, mut kept) = (0, 0);
    for round in 0..rounds() / 2 {
        let mut random = Random(round as u64);
        let mut files = sample.files.clone();
        let place = damage(&mut files[1], &mut random);
        let is_flip = place.len() == 1;
        let (_folder, path) = laid_out(&files);
        let saved = recovered(&path, &sample);
        let Ok(store) = open_read_only(&path) else { continue };
        let is_sound = store.check().unwrap().is_sound();
        for (id, expected) in &sample.documents {
            let served = served(&store, *id, expected);
            before += usize::from(served == Served::Before);
            let is_last = place.start + PAGE + 64 >= files[1].len();
            // What was torn off was not there, as far as anybody can tell.
            let is_named = served == Served::Whole || !is_sound || is_last || !is_flip;
            assert!(is_named, "{round}: {served:?} is not named, {place:?} of {}", files[1].len());
            let is_saved = saved.get(id) == Some(&expected.changes.len());
            let served_at_most = served != Served::Whole || is_saved;
            assert!(served_at_most, "{round}: less is saved than is served");
        }
        drop(store);
        let before = self::files(&path);
        match open(&path) {
            Err(StoreError::DamagedJournal(_)) => {
                assert!(self::files(&path) == before, "nothing is written over");
                kept += 1;
            }
            opened => {
                let lost = is_flip && commits_behind(&sample.files[1], place.start) > 1;
                assert!(!lost, "{round}: what was synced is written over: {opened:?}");
            }
        }
    }
    assert!(before > 0, "SQLite passes over what follows on damage in its journal");
    assert!(kept > 0, "a journal is not written over");
}

/// How many commits there are in a journal behind the image that a byte belongs to.
fn commits_behind(journal: &[u8], at: usize) -> usize {
    let image = at.saturating_sub(32) / (PAGE + 24);
    let images = journal[32..].chunks_exact(PAGE + 24).skip(image + 1);
    images.filter(|image| image[4..8] != [0; 4]).count()
}

/// What is damaged in the rows of a document is named, and the other documents are served.
#[test]
fn a_row_that_is_damaged() {
    let sample = Sample::new(true);
    let (mut looked_at, mut found) = (0, 0);
    for round in 0..rounds() / 4 {
        let mut random = Random(round as u64);
        let mut files = sample.files.clone();
        let (id, expected) =
            sample.documents.iter().filter(|(_, it)| !it.rows.is_empty()).nth(round % 5).unwrap();
        let row = &expected.rows[random.below(expected.rows.len())];
        // That is not served, and whoever sent it has it.
        let only_waits = expected.waiting.contains(row);
        let window = random.below(row.len().saturating_sub(32).max(1));
        let window = &row[window..row.len().min(window + 32)];
        let mut places =
            files[0].windows(window.len()).enumerate().filter(|(_, bytes)| *bytes == window);
        // What lies across pages, or twice, is left to the others.
        let (Some((at, _)), None) = (places.next(), places.next()) else { continue };
        files[0][at + random.below(window.len())] ^= 1 << random.below(8);
        let (_folder, path) = laid_out(&files);
        let store = open(&path).unwrap();
        let checkup = store.check().unwrap();
        looked_at += 1;
        if checkup.is_sound() {
            // It was what is left of it in a page that is not used any more.
            for (id, expected) in &sample.documents {
                assert_eq!(served(&store, *id, expected), Served::Whole);
            }
            continue;
        }
        found += 1;
        let named: Vec<_> = checkup.documents.iter().filter(|it| !it.damage.is_empty()).collect();
        assert_eq!(named.iter().map(|it| it.id).collect::<Vec<_>>(), [*id], "{round}");
        assert!(is_true(&named[0].left, expected));
        for (other, expected) in &sample.documents {
            let served = served(&store, *other, expected);
            assert_eq!(served == Served::Whole, other != id || only_waits, "{round}");
        }
        drop(store);
        let saved = recovered(&path, &sample);
        for (other, expected) in sample.documents.iter().filter(|(other, _)| *other != id) {
            assert_eq!(saved.get(other), Some(&expected.changes.len()), "{round}");
        }
        assert_eq!(saved.get(id), Some(&named[0].left.len()), "{round}");
    }
    assert!(found * 2 > looked_at, "{found} of {looked_at} are found");
}

/// With the checks ignored something false is served, and found.
#[test]
fn what_nobody_checks_is_found_by_this_test() {
    let sample = Sample::new(true);
    let (id, expected) = sample.documents.iter().max_by_key(|(_, it)| it.changes.len()).unwrap();
    let (_folder, path) = laid_out(&sample.files);
    let raw = Connection::open(&path).unwrap();
    let sql = "SELECT kind, parts.bytes FROM parts JOIN documents USING (document) \
               WHERE id = ?1 AND (kind <> 'outline' OR first = 0) \
               ORDER BY instr('headchangesoutlinestate', kind)";
    let mut statement = raw.prepare(sql).unwrap();
    let parts = statement.query_map([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let parts: Vec<(String, Vec<u8>)> = parts.map(Result::unwrap).collect();
    let base = |damaged: Option<usize>| -> Vec<u8> {
        let mut bytes: Vec<u8> = Vec::new();
        for (kind, part) in parts.iter().filter(|(kind, _)| kind != "check") {
            let at = bytes.len();
            bytes.extend_from_slice(part);
            if let (Some(damaged), "changes") = (damaged, &**kind) {
                bytes[at + damaged % part.len()] ^= 1;
            }
        }
        let hash = Sha256::new_with_prefix(b"crdt-core check of a saved file");
        let check = hash.chain_update(&bytes).finalize();
        [bytes, check.to_vec()].concat()
    };
    assert!(is_true(&History::load(&base(None)).unwrap(), expected));
    let is_false = |damaged: &usize| {
        History::load(&base(Some(*damaged))).is_ok_and(|history| !is_true(&history, expected))
    };
    assert!((0..4000).step_by(97).filter(is_false).count() > 3);
}

#[test]
fn a_key_that_is_damaged_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let store = Store::open(&path).unwrap();
    let mut note = store.create::<Note>().unwrap();
    note.change(|note| note.title.set("Plan")).unwrap();
    let id = note.id();
    drop((note, store));
    let key = fs::read(folder.path().join("store.key")).unwrap();
    let mut failed = 0;
    for round in 0..60 {
        let mut damaged = key.clone();
        damage(&mut damaged, &mut Random(round));
        fs::write(folder.path().join("store.key"), damaged).unwrap();
        match Store::open(&path) {
            Err(StoreError::Key(_)) => failed += 1,
            Err(error) => panic!("{error}"),
            Ok(store) => {
                let mut note = store.open_document::<Note>(id).unwrap();
                note.change(|note| note.body.push_str(".")).unwrap();
                assert!(note.equivocations().is_empty());
            }
        }
        let store = open_read_only(&path).unwrap();
        assert_eq!(store.open_document::<Note>(id).unwrap().read().title, "Plan");
    }
    assert!(failed > 20, "{failed} keys are refused");
}
