//! What a bit that flips in the base of a document costs: how many changes are saved.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crdt_core::{Document, PartKind, Piece, Salvage, SaveOptions, SavedPart};
use crdt_store::{Store, StoreOptions};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use super::{Note, key};

/// A closed store with a document of two authors, all of which is in its base.
struct Place {
    folder: tempfile::TempDir,
    document: Document<Note>,
    /// Without those that hold changes.
    parts: Vec<Part>,
}

struct Part {
    kind: String,
    first: u64,
    bytes: Vec<u8>,
}

fn open(path: &Path) -> Store {
    Store::open_with(path, &StoreOptions::new().keypair(key(1))).unwrap()
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let mut document = Document::<Note>::create(key(1)).unwrap();
        let mut guest = document.fork(key(2)).unwrap();
        for line in ["first", "second"] {
            guest.merge(&mut document).unwrap();
            guest.change(|note| note.lines.push(line.into())).unwrap();
            document.merge(&mut guest).unwrap();
            document.change(|note| note.lines.push(line.into())).unwrap();
        }
        // Nothing of it was ever appended, so nothing of that is left in the file.
        let copy = Document::<Note>::load(&document.save(), key(1)).unwrap();
        drop(open(&path).add(copy).unwrap());
        let raw = Connection::open(&path).unwrap();
        let sql = "SELECT kind, first, bytes FROM parts WHERE kind <> 'changes'";
        let mut parts = raw.prepare(sql).unwrap();
        let part = |row: &rusqlite::Row<'_>| {
            Ok(Part { kind: row.get(0)?, first: row.get(1)?, bytes: row.get(2)? })
        };
        let parts = parts.query_map([], part).unwrap().map(Result::unwrap).collect();
        Self { folder, document, parts }
    }

    /// The store with a bit of a part flipped.
    fn damaged(&self, part: &Part, at: usize) -> PathBuf {
        let path = self.folder.path().join("damaged");
        fs::copy(self.folder.path().join("store"), &path).unwrap();
        let mut bytes = part.bytes.clone();
        bytes[at] ^= 1 << (at % 8);
        let raw = Connection::open(&path).unwrap();
        let sql = "UPDATE parts SET bytes = ?3 WHERE kind = ?1 AND first = ?2";
        assert_eq!(raw.execute(sql, params![part.kind, part.first, bytes]).unwrap(), 1);
        path
    }

    /// How many changes are saved from a damaged store.
    fn saved(&self, damaged: &Path) -> u64 {
        let new = self.folder.path().join("new");
        let found = Store::recover(damaged, &new).unwrap();
        fs::remove_file(new).unwrap();
        found[0].changes
    }
}

/// What comes from the changes costs none of them, and what proves them is there twice.
#[test]
fn a_bit_beside_the_changes_costs_none() {
    let place = Place::new();
    let all = place.document.history().len() as u64;
    for part in &place.parts {
        let is_outline = part.kind == "outline";
        let step = if is_outline { 29 } else { part.bytes.len() };
        for at in (0..part.bytes.len()).step_by(step) {
            let damaged = place.damaged(part, at);
            assert_eq!(place.saved(&damaged), all, "{} {} at {at}", part.kind, part.first);
            if is_outline {
                let store = open(&damaged);
                let note = store.open_document::<Note>(place.document.id()).unwrap();
                assert_eq!(note.digest(), place.document.digest());
                assert_eq!(store.check().unwrap().documents[0].damage.len(), 1, "{at}");
            }
        }
    }
    let outlines = place.parts.iter().filter(|part| part.kind == "outline");
    assert_eq!(outlines.map(|part| part.bytes.len() / 29 > 5).collect::<Vec<_>>(), [true, true]);
}

/// How many changes there are in a MiB at most, of which the last of each author is signed.
const SIGNED: usize = 33;

/// 32 KiB, random enough not to be compressed away.
fn noise(seed: u32) -> String {
    let mut noise = String::new();
    for byte in (0..512).flat_map(|block| Sha256::digest(format!("{block} of {seed}"))) {
        write!(noise, "{byte:02x}").unwrap();
    }
    noise
}

/// How many changes are saved where a bit of a part flips.
fn salvaged(document: &Document<Note>, parts: &[SavedPart], damaged: usize, at: usize) -> usize {
    let mut salvage = Salvage::new(document.id());
    for (place, part) in parts.iter().enumerate() {
        let mut bytes = part.bytes().to_vec();
        if place == damaged {
            bytes[at] ^= 1 << (at % 8);
        }
        let piece = match part.kind() {
            PartKind::Head => Piece::Head(&bytes),
            PartKind::Changes { first, .. } => Piece::Changes { first, bytes: &bytes },
            PartKind::Outline => Piece::Outline(&bytes),
            PartKind::State | PartKind::Check => continue,
        };
        let _ = salvage.take(piece);
    }
    salvage.finish().history.len()
}

/// What comes after a change that is lost depends on it. What comes before is saved up to the last
/// signature, or where the part cannot be unpacked any more, up to the last one before that.
#[test]
fn a_bit_in_a_change_costs_what_comes_after_it() {
    let mut document = Document::<Note>::create(key(1)).unwrap();
    for number in 0..110 {
        document.change(|note| note.body.push_str(noise(number))).unwrap();
        // As a store appends it.
        let _ = document.export(&document.heads());
        if number == 99 {
            let _ = document.save_in_parts(&SaveOptions::new());
        }
    }
    let parts = document.save_in_parts(&SaveOptions::new());
    let mut begins = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let PartKind::Changes { first, .. } = part.kind() else { continue };
        begins.push(first);
        for fifth in 1..5 {
            let saved = salvaged(&document, &parts, place, part.bytes().len() * fifth / 5);
            println!("from {first} on, at {fifth} fifths: {saved} of 110 are saved");
            assert!(saved + SIGNED >= first as usize && saved < 110, "{first}");
        }
    }
    assert_eq!(begins, [0, 100]);
}
