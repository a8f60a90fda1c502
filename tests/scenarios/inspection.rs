//! What one sees of a document when one looks under the value.

use std::collections::{BTreeMap, BTreeSet};

use crdt_core::{ChangeOptions, CrdtNode, Document, History};
use rand::{SeedableRng, rngs::ChaCha8Rng};

use crate::{key, sync};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Board {
    title: String,
    #[crdt(text)]
    notes: String,
    #[crdt(counter)]
    votes: i64,
    tasks: Vec<Task>,
    labels: BTreeMap<String, Task>,
    tags: BTreeSet<i32>,
    status: Status,
    lead: Option<Task>,
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
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

/// A newer app, whose title is no longer a register.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
#[crdt(rename = "Board")]
struct Other {
    #[crdt(text)]
    title: String,
}

fn task(title: &str) -> Task {
    Task { title: title.into(), done: false }
}

fn begun() -> Document<Board> {
    let mut a = Document::<Board>::create_with(key(1), &mut ChaCha8Rng::seed_from_u64(1));
    let first = a.change(|board| {
        board.title.set("Plan")?;
        board.notes.insert(0, "Hello world")?;
        board.votes.add(2)?;
        for title in ["one", "two", "three", "four"] {
            board.tasks.push(task(title))?;
        }
        board.labels.insert("red", task("Red"))?;
        board.labels.insert("blue", task("Blue"))?;
        board.tags.insert(-3)?;
        board.status.set(Status::Blocked { reason: "rain".into() })
    });
    first.unwrap();
    a
}

/// Two replicas that write concurrently, the second one by one key in two places.
fn written() -> [Document<Board>; 3] {
    let mut a = begun();
    let mut b = Document::<Board>::join(a.id(), key(2));
    let mut twin = Document::<Board>::join(a.id(), key(2));
    sync(&mut a, &mut b);
    sync(&mut a, &mut twin);
    // The ops of A are the higher ones.
    let head = a.heads()[0];
    a.change_with(&ChangeOptions::new().after(head), |_| Ok(())).unwrap();
    a.change(|board| {
        board.title.set("Plan A")?;
        board.notes.insert(5, ",")?;
        board.notes.delete(7..9)?;
        board.tasks.delete(1..3)?;
        board.labels.remove("blue")?;
        board.votes.add(-1)?;
        Ok(())
    })
    .unwrap();
    // Keystroke by keystroke: one run of three changes, in the middle of another.
    for (at, char) in [(9, "d"), (10, "!"), (11, "!")] {
        a.change(|board| board.notes.insert(at, char)).unwrap();
    }
    b.change(|board| {
        board.title.set("Plan B")?;
        board.votes.add(5)?;
        board.labels.insert("red", task("rot"))?;
        board.lead.set(Some(task("lead")))
    })
    .unwrap();
    twin.change(|board| board.status.set(Status::Open)).unwrap();
    [a, b, twin]
}

const GOLDEN: &str = r#"8 changes, heads 04c2ffca d06d83cd ed133ac7
fork of 8139770e at change 0: 04c2ffca ed133ac7
labels
  map of 1 entry, 1 absent
    "blue" absent
      title
        register "Blue" 9e8361aa:24 by 8a88e3dd
    "red" put 04c2ffca:2 by 8139770e
      title
        register "rot" 04c2ffca:3 by 8139770e
lead
  map of 1 entry
    true put 04c2ffca:4 by 8139770e
      title
        register "lead" 04c2ffca:5 by 8139770e
notes
  text of 13 characters, 2 deleted
    "Hello" 9e8361aa:1 by 8a88e3dd
    "," 8714aa7e:1 by 8a88e3dd
    " " 9e8361aa:6 by 8a88e3dd
    2 deleted
    "rl" 9e8361aa:9 by 8a88e3dd
    "d!!" 1ccc5b55:0 by 8a88e3dd
    "d" 9e8361aa:11 by 8a88e3dd
status
  register "Open" ed133ac7:0 by 8139770e
  variant Blocked
    reason
      register "rain" 9e8361aa:27 by 8a88e3dd
tags
  map of 1 entry
    -3 put 9e8361aa:25 by 8a88e3dd
tasks
  list of 2 elements, 2 deleted
    element 9e8361aa:13 by 8a88e3dd
      title
        register "one" 9e8361aa:14 by 8a88e3dd
    2 deleted
    element 9e8361aa:19 by 8a88e3dd
      title
        register "four" 9e8361aa:20 by 8a88e3dd
title
  register "Plan A" 8714aa7e:0 by 8a88e3dd
  overruled "Plan B" 04c2ffca:0 by 8139770e
votes
  counter 6
    +5 in 1 op by 8139770e
    +1 in 2 ops by 8a88e3dd
"#;

#[test]
fn everything_that_is_there_is_shown() {
    let [mut a, mut b, mut twin] = written();
    sync(&mut a, &mut b);
    sync(&mut b, &mut twin);
    sync(&mut a, &mut b);
    assert_eq!(a.inspect().to_string(), GOLDEN);
}

#[test]
fn replicas_with_the_same_changes_print_the_same() {
    let [mut a, mut b, mut twin] = written();
    let (from_a, from_b, from_twin) = (a.export(&[]), b.export(&[]), twin.export(&[]));
    let arrivals: [[&[u8]; 3]; 4] = [
        [&from_a, &from_b, &from_twin],
        [&from_twin, &from_b, &from_a],
        [&from_b, &from_a, &from_twin],
        [&from_twin, &from_a, &from_b],
    ];
    let printed = arrivals.map(|bundles| {
        // A relay, which knows no type.
        let mut relay = History::new(a.id());
        bundles.iter().for_each(|bundle| drop(relay.apply(bundle).unwrap()));
        relay.inspect().to_string()
    });
    assert!(printed.iter().all(|other| *other == printed[0]));
    for replica in [&mut a, &mut b, &mut twin] {
        for bundle in arrivals[0] {
            replica.apply(bundle).unwrap();
        }
        assert_eq!(replica.inspect().to_string(), printed[0]);
        assert_eq!(format!("{:?}", replica.inspect()), printed[0]);
    }
}

#[test]
fn a_node_that_two_types_use_is_shown_as_both() {
    let mut a = begun();
    let mut b = Document::<Other>::join(a.id(), key(2));
    b.change(|board| board.title.insert(0, "a\nb")).unwrap();
    a.apply(&b.export(&[])).unwrap();
    let text = a.inspect().to_string();
    let (_, rest) = text.split_once("\ntitle\n").unwrap();
    let lines: Vec<_> = rest.lines().map(|line| &line[..line.len().min(20)]).collect();
    assert!(lines[0].starts_with("  register \"Plan\""), "{text}");
    assert_eq!(lines[1], "  text of 3 characte");
    assert!(lines[2].starts_with("    \"a\\nb\" "), "{text}");
}

#[test]
fn a_document_in_which_nothing_was_written() {
    let a = Document::<Board>::create(key(1)).unwrap();
    assert_eq!(a.inspect().to_string(), "0 changes\n");
}
