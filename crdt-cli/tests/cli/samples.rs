//! Documents that are the same in every run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crdt_core::serde_json::json;
use crdt_core::{
    ChangeOptions, CrdtNode, Document, History, Json, Keypair, PartKind, SaveOptions, Text,
};
use crdt_store::{Store, StoreOptions};
use rand::SeedableRng as _;
use rand::rngs::ChaCha8Rng;
use sha2::{Digest as _, Sha256};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Board {
    title: String,
    #[crdt(text)]
    notes: String,
    #[crdt(counter)]
    votes: i64,
    tasks: Vec<Task>,
    labels: BTreeMap<String, String>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Task {
    name: String,
    done: bool,
}

/// 2026-01-31 12:00:00 UTC.
const NOON: u64 = 1_769_860_800_000;
const MINUTE: u64 = 60_000;

fn key(secret: u8) -> Keypair {
    Keypair::from_secret_bytes(&[secret; 32])
}

fn at(minute: u64, message: &str) -> ChangeOptions {
    ChangeOptions::new().claimed_time(NOON + minute * MINUTE).message(message)
}

fn create<T: CrdtNode>(secret: u8) -> Document<T> {
    Document::create_with(key(secret), &mut ChaCha8Rng::seed_from_u64(secret.into()))
}

fn task(name: &str) -> Task {
    Task { name: name.into(), done: false }
}

/// What two people did to a board: first one, then both at the same time, then one again.
fn board() -> (Document<Board>, Document<Board>) {
    let mut mine = create::<Board>(1);
    let made = mine.change_with(&at(0, "Begin"), |board| {
        board.title.set("Plan")?;
        board.notes.push_str("Hello")?;
        board.tasks.push(task("Write"))?;
        board.tasks.push(task("Test"))?;
        board.labels.insert("a/b", "red".to_owned())
    });
    made.expect("it is made");
    let mut yours = mine.fork(key(2)).expect("it is another key");
    let made = yours.change_with(&at(2, "Votes\nand a second line"), |board| {
        board.votes.add(2)?;
        board.notes.push_str(", you")
    });
    made.expect("it is made");
    let made = mine.change_with(&at(1, "Launch \u{1b}[31m\u{202e}"), |board| {
        board.title.set("Launch")?;
        board.tasks.at(0)?.done.set(true)
    });
    made.expect("it is made");
    mine.merge(&mut yours).expect("they are of one document");
    let made = yours.change(|board| {
        board.notes.delete(0..5)?;
        board.tasks.push(task("Ship"))?;
        board.tasks.move_to(1, 0)?;
        board.labels.remove("a/b").map(drop)
    });
    made.expect("it is made");
    (mine, yours)
}

/// A document of JSON, by author 4.
fn plan() -> Document<Json> {
    let mut plan = create::<Json>(4);
    let made = plan.change_with(&at(5, "Begin"), |plan| {
        plan.set(
            "",
            json!({ "title": "Plan", "tasks": [{ "name": "Write" }, { "name": "Test" }] }),
        )?;
        plan.text("/notes")?.push_str("Hello")
    });
    made.expect("it is made");
    plan
}

/// Writes a text of several lines, in which others have written after its author.
pub(crate) fn write_poem(path: &Path) {
    let mut mine = create::<Text>(1);
    let made = mine.change_with(&at(0, "Begin"), |text| text.push_str("Über\nthe wood\n\nends"));
    made.expect("it is made");
    let mut yours = mine.fork(key(2)).expect("it is another key");
    let made = yours.change_with(&at(1, "Colour"), |text| text.insert(9, "grüne "));
    made.expect("it is made");
    mine.merge(&mut yours).expect("they are of one document");
    for (minute, at_end) in (2..).zip([" here", " and\nnow\n"]) {
        let made = mine.change_with(&at(minute, "More"), |text| text.push_str(at_end));
        made.expect("it is made");
    }
    fs::write(path, mine.save()).expect("the file can be written");
}

/// Two devices wrote with one key.
fn forked() -> Document<Board> {
    let (mine, _) = board();
    let mut devices =
        [0, 1].map(|_| Document::<Board>::load(&mine.save(), key(1)).expect("it is saved"));
    for (minute, device) in (7..).zip(&mut devices) {
        let made = device.change_with(&at(minute, "On a device"), |board| board.votes.add(1));
        made.expect("it is made");
    }
    let [mut first, mut second] = devices;
    first.merge(&mut second).expect("they are of one document");
    first
}

/// The key that `plan.crdt` was written with, as a file.
fn key_file() -> String {
    let secret = "04".repeat(32);
    format!("secret {secret}\nauthor {}\n", key(4).author())
}

/// Writes all samples to a folder.
pub(crate) fn write(folder: &Path) {
    let (mine, yours) = board();
    let news = yours.export(&mine.heads());
    let plan = plan();
    let saved = mine.save();
    let all = History::load(&yours.save()).expect("it is saved").export(&[]);
    for (name, bytes) in [
        // A saved document.
        ("board.crdt", yours.save()),
        // One as it was before, and what has been appended to it since.
        ("journal.crdt", [saved.as_slice(), &news].concat()),
        // Changes alone: all of them, and those that the one before lacks.
        ("board.bundle", all),
        ("news.bundle", news.clone()),
        ("old.crdt", saved.clone()),
        ("forked.crdt", forked().save()),
        ("plan.crdt", plan.save()),
        ("plan.crdt.key", key_file().into_bytes()),
        ("plan.bundle", plan.export(&[])),
        // What can happen to a file.
        ("torn.crdt", [saved.as_slice(), &news[..news.len() - 5]].concat()),
        ("cut.crdt", saved[..saved.len() / 2].to_vec()),
        ("cut.bundle", news[..news.len() / 2].to_vec()),
        ("flipped.crdt", flipped(&saved, saved.len() / 2)),
        ("flipped.bundle", flipped(&news, news.len() / 2)),
        ("flipped-journal.crdt", [flipped(&saved, 60).as_slice(), &yours.export(&[])].concat()),
        ("forged.bundle", flipped(&news, news.len() - 1)),
        ("resealed.crdt", resealed(&saved)),
        ("empty.crdt", Vec::new()),
        ("foreign.crdt", b"\x89PNG\r\n\x1a\n and so on".to_vec()),
        ("board.frontier", mine.frontier().to_bytes()),
        ("data.json", br#"{ "title": "From a file" }"#.to_vec()),
    ] {
        fs::write(folder.join(name), bytes).expect("the folder can be written to");
    }
}

/// Writes a store with three documents, one of which was removed, by author 4 with a key that is
/// nowhere.
pub(crate) fn write_store(path: &Path) {
    let store = Store::open_with(path, &StoreOptions::new().keypair(key(4))).expect("it is made");
    let (_, board) = board();
    let board = store.add(board).expect("it is kept");
    store.set_title(board.id(), Some("Board")).expect("it is there");
    let mut plan = store.add(plan()).expect("it is kept");
    store.set_title(plan.id(), Some("Plan \u{1b}[31m")).expect("it is there");
    let made = plan.change_with(&at(6, "Done"), |plan| plan.set("/tasks/0/done", true));
    made.expect("it is made");
    let removed = store.add(create::<Json>(9)).expect("it is kept");
    store.remove(removed.id()).expect("it is there");
}

/// The document that was removed from the store.
pub(crate) fn write_removed(path: &Path) {
    let mut removed = create::<Json>(9);
    removed.change_with(&at(9, "Anew"), |json| json.set("", 1)).expect("it fits");
    fs::write(path, removed.export(&[])).expect("the folder can be written to");
}

/// Where the changes of the board lie in a store.
pub(crate) fn place_of_board(store: &[u8]) -> usize {
    let (_, board) = board();
    let parts = board.save_in_parts(&SaveOptions::new().without_waiting());
    let changes = parts.iter().find(|part| matches!(part.kind(), PartKind::Changes { .. }));
    let changes = changes.expect("it has some").bytes();
    let mut places = store.windows(changes.len()).enumerate();
    places.find(|(_, bytes)| *bytes == changes).expect("they are there").0
}

fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at] ^= 1;
    bytes
}

/// A saved document in which somebody has put another signature or change, and the right checksum.
/// Who believes it does not notice.
fn resealed(saved: &[u8]) -> Vec<u8> {
    let end = saved.len() - 32;
    let forged = (0..end).rev().map(|at| {
        let mut bytes = flipped(saved, at);
        let mut hasher = Sha256::new();
        hasher.update(b"crdt-core check of a saved file");
        hasher.update(&bytes[..end]);
        bytes[end..].copy_from_slice(&hasher.finalize());
        bytes
    });
    let deceives = |bytes: &Vec<u8>| {
        let believed = History::load(bytes).is_ok_and(|history| history.len() == 3);
        believed && History::load_verified(bytes).is_err()
    };
    forged.into_iter().find(deceives).expect("a signature can be another")
}
