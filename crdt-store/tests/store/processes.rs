//! Several processes on one file: this program again, told by the environment what to do.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crdt_core::{ChangeHash, DocumentId, LoadOptions, UndoLimits};
use crdt_store::Store;

use super::Note;

const FILE: &str = "CRDT_STORE_TEST_FILE";
const DOCUMENT: &str = "CRDT_STORE_TEST_DOCUMENT";
const NAME: &str = "CRDT_STORE_TEST_NAME";
const CHANGES: &str = "CRDT_STORE_TEST_CHANGES";

/// What a child does: it changes the document as fast as it can, and says of each change that it is
/// durable. It is no test where nothing is told.
#[test]
fn child() {
    let (Ok(file), Ok(document)) = (env::var(FILE), env::var(DOCUMENT)) else { return };
    let (name, changes) = (env::var(NAME).unwrap(), env::var(CHANGES).unwrap());
    let store = Store::open(file).unwrap();
    let mut note = store.open_document::<Note>(document.parse().unwrap()).unwrap();
    for number in 0..changes.parse().unwrap() {
        note.change(|note| {
            note.body.push_str(".")?;
            note.lines.push(format!("{name} {number}")).map(drop)
        })
        .unwrap();
        let heads = note.heads();
        assert_eq!(heads.len(), 1);
        println!("ack {}", heads[0]);
    }
}

fn start(file: &Path, document: DocumentId, name: &str, changes: u32) -> Child {
    let mut child = Command::new(env::current_exe().unwrap());
    child.args(["--exact", "processes::child", "--nocapture"]);
    child.env(FILE, file).env(DOCUMENT, document.to_string());
    child.env(NAME, name).env(CHANGES, changes.to_string());
    child.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// What a child said is durable, to its end.
fn acknowledged(child: &mut Child) -> Vec<ChangeHash> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let hash = |line: std::io::Result<String>| {
        // The last line of who was killed may be cut off.
        line.ok()?.split_once("ack ")?.1.trim().parse().ok()
    };
    lines.filter_map(hash).collect()
}

fn made(file: &Path) -> DocumentId {
    Store::open(file).unwrap().create::<Note>().unwrap().id()
}

#[test]
fn processes_that_write_at_once_are_one_author() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.crdt");
    let document = made(&file);
    let mut children: Vec<_> =
        (0..3).map(|name| start(&file, document, &format!("child {name}"), 100)).collect();
    let acknowledged: Vec<_> = children.iter_mut().flat_map(acknowledged).collect();
    assert!(children.iter_mut().all(|child| child.wait().unwrap().success()));
    assert_eq!(acknowledged.len(), 300);
    let note = Store::open(&file).unwrap().open_document::<Note>(document).unwrap();
    assert!(acknowledged.iter().all(|hash| note.history().contains(hash)));
    assert_eq!(note.history().len(), 300);
    assert_eq!(note.read().lines.len(), 300);
    assert!(note.equivocations().is_empty());
    assert_eq!(note.history().authors().count(), 1);
}

/// What a process has made that was killed can be undone by the next one: all that is there.
#[test]
fn what_can_be_undone_outlives_a_process_that_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.crdt");
    let document = made(&file);
    for round in 0..6 {
        let mut child = start(&file, document, "child", 10_000);
        std::thread::sleep(Duration::from_millis(40 + 17 * round));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let store = Store::open(&file).unwrap();
    let many = UndoLimits { groups: usize::MAX, bytes: usize::MAX };
    let options = LoadOptions::new().undo_limits(many);
    let mut note = store.open_document_with::<Note>(&options, document).unwrap();
    let made = note.history().len();
    let mut undone = 0;
    while note.undo().unwrap().is_some() {
        undone += 1;
    }
    assert_eq!((undone, note.read().lines.len(), note.read().body.len()), (made, 0, 0));
}

#[test]
fn what_was_acknowledged_outlives_a_process_that_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notes.crdt");
    let document = made(&file);
    let mut acknowledged_by_all = Vec::new();
    for round in 0..20 {
        let mut children: Vec<_> =
            (0..2).map(|name| start(&file, document, &format!("{round} {name}"), 10_000)).collect();
        std::thread::sleep(Duration::from_millis(15 + 7 * round));
        for child in &mut children {
            child.kill().unwrap();
        }
        acknowledged_by_all.extend(children.iter_mut().flat_map(acknowledged));
        for child in &mut children {
            assert!(!child.wait().unwrap().success());
        }
    }
    let note = Store::open(&file).unwrap().open_document::<Note>(document).unwrap();
    let lost = acknowledged_by_all.iter().filter(|hash| !note.history().contains(hash)).count();
    assert_eq!(lost, 0, "of {}", acknowledged_by_all.len());
    assert!(acknowledged_by_all.len() > 20, "{}", acknowledged_by_all.len());
    assert_eq!(note.read().lines.len(), note.read().body.len());
    assert!(note.equivocations().is_empty());
}
