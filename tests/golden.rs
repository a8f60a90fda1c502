//! The wire format, byte for byte.
//!
//! Every file in `golden/` is one of the worked examples of `docs/wire-format.md`: bytes in
//! hexadecimal, with what they mean behind a `#`. Each is built anew through the public API from
//! fixed keys and salts and compared, and read back; those with blocks in them are only read back,
//! and what no editor writes yet is written by the second encoder.

use core::convert::Infallible;
use std::collections::BTreeMap;

use crdt_core::{
    Action, ChangeHash, ChangeOptions, CrdtNode, Document, DocumentId, EditError,
    EquivocationProof, Frontier, Keypair, Name, Outcome, Place, Side, Standing,
};
use rand::rand_core::{TryCryptoRng, TryRng};
use test_support::wire;

type Tested = Result<(), Box<dyn std::error::Error>>;

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Note {
    title: String,
    #[crdt(text)]
    body: String,
}

/// Has every kind of node, so that one change can have every kind of op and path segment.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Plan {
    title: String,
    #[crdt(counter)]
    votes: i64,
    #[crdt(text)]
    text: String,
    tasks: Vec<Task>,
    labels: BTreeMap<String, String>,
    rooms: BTreeMap<i64, bool>,
    flags: BTreeMap<bool, u8>,
    status: Status,
    lead: Option<Task>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Task {
    title: String,
    done: bool,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
enum Status {
    #[crdt(default)]
    Open,
    Blocked {
        reason: String,
    },
}

/// A "random" source whose every byte is the same.
struct Constant(u8);

impl TryRng for Constant {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes([self.0; 4]))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_le_bytes([self.0; 8]))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill(self.0);
        Ok(())
    }
}

impl TryCryptoRng for Constant {}

fn alice() -> Keypair {
    Keypair::from_secret_bytes(&[1; 32])
}

fn bob() -> Keypair {
    Keypair::from_secret_bytes(&[2; 32])
}

/// Alice's document with one change that says "Plan" and "Hi".
fn first() -> Result<Document<Note>, EditError> {
    let mut document = Document::<Note>::create_with(alice(), &mut Constant(0x5a));
    let options = ChangeOptions::new().claimed_time(1_700_000_000_000).message("begin");
    document.change_with(&options, |note| {
        note.title.set("Plan")?;
        note.body.insert(0, "Hi")
    })?;
    Ok(document)
}

/// Bob's replica of it, in which he made "Hi" to "Hello" and set another title.
fn second(first: &Document<Note>) -> Result<Document<Note>, Box<dyn std::error::Error>> {
    let mut document = Document::<Note>::join(first.id(), bob());
    document.apply(&first.export(&[]))?;
    document.change(|note| {
        note.body.replace(1..2, "ello")?;
        note.title.set("Greeting")
    })?;
    Ok(document)
}

fn plan() -> Result<Document<Plan>, EditError> {
    let mut document = Document::<Plan>::create_with(alice(), &mut Constant(0xa5));
    document.change(|plan| {
        plan.text.insert(0, "ac")?;
        plan.tasks.push(Task { title: "Write".into(), done: false })?;
        plan.labels.insert("red", "urgent".into())
    })?;
    document.change(|plan| {
        plan.title.set("Launch")?;
        plan.title.unset()?;
        plan.votes.add(-2)?;
        plan.votes.reset()?;
        plan.text.insert(1, "b")?;
        plan.text.delete(0..1)?;
        plan.tasks.at(0)?.done.set(true)?;
        plan.tasks.push(Task { title: String::new(), done: true })?;
        plan.labels.remove("red")?;
        plan.rooms.insert(300, true)?;
        plan.rooms.entry(-1)?;
        plan.flags.entry(true)?;
        plan.flags.entry(false)?;
        plan.status.set(Status::Blocked { reason: "rain".into() })?;
        plan.lead.set(Some(Task { title: "Ask".into(), done: false }))
    })?;
    Ok(document)
}

/// Alice's document, after her key was used in two places.
fn forked() -> Result<Document<Note>, Box<dyn std::error::Error>> {
    let mut here = first()?;
    let mut there = Document::<Note>::load(&here.save(), alice())?;
    here.change(|note| note.body.insert(2, "!"))?;
    there.change(|note| note.body.insert(2, "?"))?;
    there.change(|note| note.body.insert(3, "?"))?;
    here.apply(&there.export(&[]))?;
    Ok(here)
}

/// The proof of that.
fn proof() -> Result<EquivocationProof, Box<dyn std::error::Error>> {
    let forked = forked()?;
    let forks = forked.equivocations();
    Ok(forked.prove(&forks[0]).ok_or("both branches are signed")?)
}

/// The bytes of a golden file: what stands before `#` in each line.
fn bytes(golden: &str) -> Vec<u8> {
    let digits: String = golden
        .lines()
        .filter_map(|line| line.split('#').next())
        .flat_map(|line| line.chars().filter(|letter| !letter.is_whitespace()))
        .collect();
    let pair = |at| u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits");
    (0..digits.len()).step_by(2).map(pair).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn check(golden: &str, name: &str, actual: &[u8]) {
    assert!(bytes(golden) == actual, "{name} is now\n{}\n", hex(actual));
    shown(golden, name);
}

/// Asserts that the documentation shows a golden file.
fn shown(golden: &str, name: &str) {
    let page = include_str!("../docs/wire-format.md");
    assert!(page.contains(golden.trim()), "docs/wire-format.md does not show {name} as it is");
}

fn applied(outcome: &Outcome, changes: &[ChangeHash]) {
    assert_eq!(outcome.applied, changes);
    assert_eq!((outcome.waiting.len(), outcome.given_up.len()), (0, 0));
}

#[test]
fn a_first_change_and_its_bundle() -> Tested {
    let document = first()?;
    let change = document.history().changes().next().ok_or("one change")?;
    check(include_str!("golden/first-change.hex"), "first-change", &change.to_bytes());
    let golden = include_str!("golden/first-bundle.hex");
    check(golden, "first-bundle", &document.export(&[]));

    let mut other = Document::<Note>::join(document.id(), bob());
    applied(&other.apply(&bytes(golden))?, &document.heads());
    assert_eq!(other.value(), Note { title: "Plan".into(), body: "Hi".into() });
    assert_eq!(other.history().genesis(), document.history().genesis());
    Ok(())
}

/// Alice's document, in which she goes on typing, a change for each letter, and takes two back.
fn typed() -> Result<Document<Note>, EditError> {
    let mut document = first()?;
    for letter in ", world".chars() {
        document.change(|note| note.body.insert(note.body.len(), letter.to_string()))?;
    }
    for _ in 0..2 {
        document.change(|note| note.body.delete(note.body.len() - 1..))?;
    }
    Ok(document)
}

/// How bytes are compressed is for the writer to choose and differs between versions of
/// compressors, so these are only read.
#[test]
fn a_bundle_in_columns() -> Tested {
    let document = typed()?;
    let golden = include_str!("golden/columns-bundle.hex");
    shown(golden, "columns-bundle");

    let mut other = Document::<Note>::join(document.id(), bob());
    let outcome = other
        .apply(&bytes(golden))
        .map_err(|error| format!("{error}; it would be {}", hex(&document.export(&[]))))?;
    assert_eq!(outcome.applied.len(), 10);
    assert_eq!(other.heads(), document.heads());
    assert_eq!(other.value(), Note { title: "Plan".into(), body: "Hi, wor".into() });
    Ok(())
}

#[test]
fn a_change_that_names_another_authors_elements() -> Tested {
    let first = first()?;
    let second = second(&first)?;
    let change = second.history().changes().nth(1).ok_or("two changes")?;
    check(include_str!("golden/second-change.hex"), "second-change", &change.to_bytes());
    let golden = include_str!("golden/second-bundle.hex");
    check(golden, "second-bundle", &second.export(&first.heads()));

    let mut other = Document::<Note>::join(first.id(), alice());
    assert_eq!(other.apply(&bytes(golden))?.waiting, second.heads());
    let outcome = other.apply(&bytes(include_str!("golden/first-bundle.hex")))?;
    assert_eq!(outcome.applied, [&first.heads()[..], &second.heads()].concat());
    assert_eq!(other.value(), Note { title: "Greeting".into(), body: "Hello".into() });
    Ok(())
}

#[test]
fn a_change_with_every_kind_of_op() -> Tested {
    let document = plan()?;
    let change = document.history().changes().nth(1).ok_or("two changes")?;
    check(include_str!("golden/every-op.hex"), "every-op", &change.to_bytes());
    Ok(())
}

/// Alice inserts three tasks, adds a vote and takes it back, writes a text and deletes of it. Bob
/// moves two of the tasks behind the third, takes her reset back and says that her delete stands.
fn moved() -> [wire::Draft; 2] {
    let [alice, bob] = [1, 2].map(wire::Writer::new);
    let field = |name: &str| [wire::Segment::Field(name.to_owned())];
    let (tasks, votes, text) = (field("tasks"), field("votes"), field("text"));
    let document = wire::Genesis::new(alice.author(), 0xa5, "Plan").hash();
    let first = alice
        .draft(document, None)
        .with(wire::Op::insert(&tasks, wire::Place::Root, &vec![Vec::new(); 3]))
        .with(wire::Op::add(&votes, 1))
        .with(wire::Op::reset(&votes, &[]))
        .with(wire::Op::insert_text(&text, wire::Place::Root, "ab"))
        .with(wire::Op::delete(&text, (0, 5), 2));
    let second = bob
        .draft(document, None)
        .after(&[first.hash()])
        .with(wire::Op::moved(&tasks, wire::Place::Right(1, 2), &[(1, 0), (1, 1)]))
        .with(wire::Op::annul(&tasks, false, &[(0, 1)]))
        .with(wire::Op::annul(&votes, false, &[(1, 4)]))
        .with(wire::Op::annul(&text, true, &[(1, 7)]));
    [first, second]
}

#[test]
fn a_change_that_moves_and_annuls() -> Tested {
    let drafts = moved();
    let second = [drafts[1].header(), drafts[1].body()].concat();
    check(include_str!("golden/moved-change.hex"), "moved-change", &second);

    let mut document = Document::<Plan>::join(DocumentId::from_bytes(drafts[0].document), bob());
    let writers = [1, 2].map(wire::Writer::new);
    let bundle = wire::Bundle::new(&drafts.each_ref(), &writers.each_ref());
    assert_eq!(document.apply(&bundle.framed())?.applied.len(), 2);
    let change = document.history().changes().nth(1).ok_or("two changes")?;
    assert_eq!(change.to_bytes(), second);
    let name = |index, counter| Name { index, counter };
    let annul = |standing, name| Action::Annul { standing, names: [name].into() };
    let place = Place::Child(name(1, 2), Side::Right);
    let ops = change.ops();
    let actions: Vec<_> = ops.iter().map(|(counter, op)| (*counter, op.action.clone())).collect();
    assert_eq!(
        actions,
        [
            (0, Action::Move { place, elements: [name(1, 0), name(1, 1)].into() }),
            (2, annul(Standing::Void, name(0, 1))),
            (3, annul(Standing::Void, name(1, 4))),
            (4, annul(Standing::Stands, name(1, 7))),
        ]
    );
    Ok(())
}

#[test]
fn a_change_that_undoes() -> Tested {
    let mut document = first()?;
    document.change(|note| note.title.set("Launch"))?;
    document.undo()?;
    let change = document.history().changes().nth(2).ok_or("three changes")?;
    check(include_str!("golden/undo-change.hex"), "undo-change", &change.to_bytes());
    let title = Name { index: 0, counter: 0 };
    let payload: &[u8] = b"\x64Plan";
    let restore = Action::Set { replaces: Vec::new(), of: Some(title), payload };
    assert_eq!(change.ops()[0].1.action, restore);
    Ok(())
}

#[test]
fn a_frontier() -> Tested {
    let mut document = forked()?;
    document.apply(&second(&first()?)?.export(&[]))?;
    let golden = include_str!("golden/frontier.hex");
    check(golden, "frontier", &document.frontier().to_bytes());
    let frontier = Frontier::from_bytes(&bytes(golden))?;
    assert_eq!(frontier, document.frontier());
    assert!(document.export_for(&frontier).is_empty());
    Ok(())
}

#[test]
fn a_saved_document() -> Tested {
    let document = first()?;
    let golden = include_str!("golden/saved.hex");
    // Its blocks are not compressed: what a compressor makes of them is not part of the format.
    shown(golden, "saved");
    let (bytes, saved) = (bytes(golden), document.save());
    let loaded = Document::<Note>::load_read_only(&bytes)?;
    let verified = Document::<Note>::load_verified(&bytes, None)?;
    // The state, which is before the checksum, is too short to be compressed.
    let state = |file: &[u8]| hex(&file[file.len() - 109..file.len() - 32]);
    assert_eq!(state(&saved), state(&bytes));
    let written = Document::<Note>::load_read_only(&saved)?;
    for other in [loaded, verified, written] {
        assert_eq!(other.value(), document.value());
        assert_eq!((other.heads(), other.digest()), (document.heads(), document.digest()));
    }
    Ok(())
}

#[test]
fn a_proof_of_equivocation() -> Tested {
    let golden = include_str!("golden/proof.hex");
    check(golden, "proof", proof()?.as_bytes());
    let (document, fork) = EquivocationProof::from_bytes(&bytes(golden))?.verify()?;
    assert_eq!(document, first()?.id());
    assert_eq!((fork.author, fork.seq, fork.changes.len()), (alice().author(), 1, 2));
    Ok(())
}
