//! A board.
use crdt_core::{CrdtNode, Document, Keypair};
use std::collections::BTreeMap;

/// A board.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Board {
    title: String,
    #[crdt(text)]
    notes: String,
    #[crdt(counter)]
    votes: i64,
    tasks: Vec<Task>,
    labels: BTreeMap<String, Label>,
    owner: Option<String>,
    status: Status,
    lead: Option<Label>,
    grid: Vec<Vec<u32>>,
}
#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Task {
    title: String,
    done: bool,
}
#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Label {
    color: String,
}
#[derive(CrdtNode, Clone, Debug, PartialEq)]
enum Status {
    #[crdt(default)]
    Open,
    Blocked {
        reason: String,
    },
    Done(u32),
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut a = Document::<Board>::create(Keypair::generate()?)?;
    a.change(|board| {
        board.title.set("Launch");
        board.notes.insert(0, "Hello")?;
        board.tasks.push(Task { title: "Write docs".into(), done: false })?;
        board.tasks.at(0)?.done.set(true);
        board.votes.add(3);
        board.labels.entry("x").color.set("red");
        board.owner.set("me");
        board.status.set(Status::Blocked { reason: "rain".into() })?;
        board.lead.set(Some(Label { color: "blue".into() }))?;
        board.grid.push(vec![1, 2, 3])?;
        board.grid.at(0)?.at(1)?.set(7u32);
        Ok(())
    })?;
    let mut b = Document::<Board>::join(a.id(), Keypair::generate()?);
    println!("{:?}", b.apply(&a.export(&b.heads()))?);
    assert_eq!(a.value(), b.value());
    assert_eq!(a.digest(), b.digest());
    b.change(|board| {
        board.notes.insert(5, " world")?;
        board.notes.delete(0..1)?;
        board.status.set(Status::Done(3))?;
        Ok(())
    })?;
    a.change(|board| board.notes.insert(5, "!!"))?;
    a.merge(&mut b)?;
    assert_eq!(a.value(), b.value());
    assert_eq!(a.digest(), b.digest());
    println!("{:#?}", a.value());
    println!("{}", a.to_json());
    let c = Document::<Board>::load(&a.save(), Keypair::generate()?)?;
    assert_eq!(c.digest(), b.digest());
    let r: Result<(), _> = a.change(|board| {
        board.title.set("x");
        board.tasks.at(9)?;
        Ok(())
    });
    println!("{r:?}");
    assert_eq!(c.digest(), a.digest());
    Ok(())
}
