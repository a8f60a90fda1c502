//! A board of tasks, edited by two people who are offline, and what happens when somebody cheats.
//!
//! Run it with `cargo run --release --example cheating`. Every step asserts what it claims.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::collections::BTreeMap;
use std::error::Error;

use crdt_core::{ApplyError, CrdtNode, Document, EditError, EquivocationProof, Keypair, Refusal};

/// The document. Deriving `CrdtNode` makes every field a node that merges in its own way; the
/// struct itself stays an ordinary struct.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Board {
    /// A leaf is a register: it is replaced as a whole, and of concurrent values one wins.
    title: String,
    /// A text merges character by character.
    #[crdt(text)]
    notes: String,
    /// A counter adds up what everyone added.
    #[crdt(counter)]
    votes: i64,
    /// A list; every element is a nested node with fields that merge on their own.
    tasks: Vec<Task>,
    /// A map; the identity of an entry is its key.
    labels: BTreeMap<String, Label>,
    status: Status,
    owner: Option<String>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Task {
    title: String,
    done: bool,
    steps: Vec<String>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Label {
    color: String,
    #[crdt(text)]
    meaning: String,
}

/// Which variant is selected is a register; what a variant holds is a node of its own.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
enum Status {
    #[crdt(default)]
    Planned,
    Blocked {
        reason: String,
    },
    Done,
}

type Result<T = (), E = Box<dyn Error>> = core::result::Result<T, E>;

fn main() -> Result {
    let mut alice = begin()?;
    let mut bob = join(&alice)?;
    edit_offline(&mut alice, &mut bob)?;
    let bytes = tamper(&alice, &mut bob)?;
    exchange(&mut alice, &mut bob, &bytes)?;
    keep_all_or_nothing(&mut alice)?;
    use_one_key_twice(&mut alice, &bob)?;
    print(&alice.value());
    Ok(())
}

/// Alice makes the document. Her key signs whatever this replica writes.
fn begin() -> Result<Document<Board>> {
    let mut alice = Document::<Board>::create(Keypair::generate()?)?;
    // One closure is one atomic change. `board` has the fields of the struct, each an editor of
    // its node: the compiler knows that `tasks` is a list and that a task has a title.
    alice.change(|board| {
        board.title.set("Release")?;
        board.notes.insert(0, "Ship it.")?;
        board.tasks.push(Task { title: "Write docs".into(), done: false, steps: vec![] })?;
        board.tasks.push(Task { title: "Run tests".into(), done: false, steps: vec![] })?;
        board.status.set(Status::Blocked { reason: "no docs".into() })
    })?;
    Ok(alice)
}

/// Bob needs the document's id to join; the changes can come from anyone, since they prove
/// themselves.
fn join(alice: &Document<Board>) -> Result<Document<Board>> {
    let mut bob = Document::<Board>::join(alice.id(), Keypair::generate()?);
    // Bob's frontier says what he has; Alice's replica exports what he lacks.
    let outcome = bob.apply(&alice.export_for(&bob.frontier()))?;
    assert_eq!(outcome.applied, alice.heads());
    assert_eq!(bob.value(), alice.value());
    println!("Bob joined document {} and got {} change.", bob.id(), outcome.applied.len());
    Ok(bob)
}

/// Both edit without a connection. Nothing is lost later, whoever syncs first.
fn edit_offline(alice: &mut Document<Board>, bob: &mut Document<Board>) -> Result {
    alice.change(|board| {
        board.notes.insert(7, " on Friday")?;
        board.votes.add(2)?;
        board.tasks.at(0)?.done.set(true)?;
        board.tasks.at(0)?.steps.push("wire format".into())?;
        // Alice and Bob create the same entry without knowing of each other.
        board.labels.entry("urgent")?.color.set("red")?;
        board.status.set(Status::Done)
    })?;
    bob.change(|board| {
        board.notes.replace(0..4, "Release")?;
        board.votes.add(1)?;
        board.tasks.at(0)?.title.set("Write all docs")?;
        board.tasks.at(0)?.steps.push("examples".into())?;
        board.tasks.push(Task { title: "Tell people".into(), done: false, steps: vec![] })?;
        board.labels.entry("urgent")?.meaning.push_str("before anything else")?;
        board.owner.set("Bob")
    })?;
    assert_ne!(alice.value(), bob.value());
    Ok(())
}

/// Somebody between the two changes one letter of what Alice wrote. Returns the genuine bytes.
fn tamper(alice: &Document<Board>, bob: &mut Document<Board>) -> Result<Vec<u8>> {
    let genuine = alice.export_for(&bob.frontier());
    let at = genuine.windows(6).position(|bytes| bytes == b"Friday").ok_or("it is in there")?;
    let mut forged = genuine.clone();
    forged[at..at + 6].copy_from_slice(b"Monday");

    let (heads, digest) = (bob.heads(), bob.digest());
    let error = bob.apply(&forged).expect_err("a forged change is refused");
    assert!(matches!(error, ApplyError::Refused(Refusal::BadSignature(_))));
    println!("Bob refused forged bytes: {error}.");
    // After an error everything is as before.
    assert_eq!((bob.heads(), bob.digest()), (heads, digest));
    Ok(genuine)
}

/// The genuine bytes still apply, and both replicas come to hold the same board.
fn exchange(alice: &mut Document<Board>, bob: &mut Document<Board>, bytes: &[u8]) -> Result {
    bob.apply(bytes)?;
    alice.apply(&bob.export_for(&alice.frontier()))?;
    assert_eq!(alice.value(), bob.value());
    assert_eq!(alice.digest(), bob.digest());

    // `read` looks at the document by reference, without building a `Board`.
    let board = alice.read();
    assert_eq!(board.notes, "Release it on Friday.");
    assert_eq!(board.votes.get(), 3);
    assert_eq!(board.tasks.len(), 3);
    let label = board.labels.get("urgent").ok_or("both made it")?;
    assert_eq!(
        (label.color.as_str(), label.meaning.to_string()),
        ("red", "before anything else".into())
    );
    let task = board.tasks.get(0).ok_or("the first task")?;
    assert_eq!((task.title.as_str(), *task.done), ("Write all docs", true));
    assert_eq!(task.steps.len(), 2);
    println!("After the exchange both hold the same board.");
    Ok(())
}

/// An error in the closure undoes all of its edits.
fn keep_all_or_nothing(alice: &mut Document<Board>) -> Result {
    let (before, heads) = (alice.value(), alice.heads());
    let result = alice.change(|board| {
        board.title.set("Oops")?;
        board.tasks.remove(99)
    });
    assert_eq!(result, Err(EditError::OutOfRange { position: 99, length: 3 }));
    assert_eq!((alice.value(), alice.heads()), (before, heads));
    Ok(())
}

/// A key belongs to one device. Here Bob's saved document and key are opened twice, and both
/// copies go on writing: his chain of changes forks.
fn use_one_key_twice(alice: &mut Document<Board>, bob: &Document<Board>) -> Result {
    let (saved, secret) = (bob.save(), Keypair::generate()?.to_secret_bytes());
    let mut desk = Document::<Board>::load(&saved, Keypair::from_secret_bytes(&secret))?;
    desk.change(|board| board.votes.add(1))?;
    let saved = desk.save();
    let mut couch = Document::<Board>::load(&saved, Keypair::from_secret_bytes(&secret))?;
    desk.change(|board| board.owner.set("desk"))?;
    couch.change(|board| board.owner.set("couch"))?;

    // Alice takes in both branches: a fork splits nobody from anybody. But she can see it.
    alice.merge(&mut desk)?;
    alice.merge(&mut couch)?;
    desk.merge(&mut couch)?;
    assert_eq!(alice.digest(), desk.digest());
    let forks = alice.equivocations();
    let [fork] = &forks[..] else { return Err("there is one fork".into()) };
    assert_eq!(Some(fork.author), desk.author());
    assert_eq!((fork.seq, fork.changes.len()), (1, 2));

    // The proof convinces anyone, with nothing but these bytes.
    let proof = alice.prove(fork).ok_or("both branches are signed")?;
    let (document, proven) = EquivocationProof::from_bytes(proof.as_bytes())?.verify()?;
    assert_eq!((document, &proven), (alice.id(), fork));
    println!(
        "Author {:?} wrote two changes with number {}: {:?} and {:?} ({} bytes of proof).",
        proven.author,
        proven.seq,
        proven.changes[0],
        proven.changes[1],
        proof.as_bytes().len()
    );
    Ok(())
}

fn print(board: &Board) {
    println!(
        "\n{} [{:?}], owner {:?}, {} votes",
        board.title, board.status, board.owner, board.votes
    );
    println!("{}", board.notes);
    for task in &board.tasks {
        println!("  [{}] {} {:?}", if task.done { "x" } else { " " }, task.title, task.steps);
    }
    for (name, label) in &board.labels {
        println!("  #{name}: {} ({})", label.meaning, label.color);
    }
}
