//! A stranger has written in every place on more chains than one change can name. Nobody is kept
//! from writing there by that, and a change that fails leaves nothing.

use std::collections::{BTreeMap, BTreeSet};

use crdt_core::limits::{MAX_CHANGE_BYTES, MAX_DEPENDENCIES};
use crdt_core::serde_json::json;
use crdt_core::{CrdtNode, Document, DocumentId, EditError, Json};

use crate::wire::{Bundle, Draft, Op, Place, Segment, Writer, cbor};
use crate::{field, genesis, key, same};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Wall {
    title: String,
    #[crdt(text)]
    body: String,
    #[crdt(text)]
    notes: String,
    #[crdt(counter)]
    votes: i64,
    items: Vec<String>,
    labels: BTreeMap<String, String>,
    shelves: BTreeMap<String, Shelf>,
    pinned: Option<Shelf>,
    tags: BTreeSet<String>,
    status: Status,
    extra: Json,
    blob: String,
}

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
struct Shelf {
    name: String,
}

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
enum Status {
    #[default]
    Open,
    Closed(String),
}

/// A document with a change of one op in every place on each of so many chains.
fn flooded() -> Document<Wall> {
    let genesis = genesis();
    let mallory = Writer::new(3);
    let text = |text: &str| Segment::Text(text.to_owned());
    let at = |name: &str, rest: &[Segment]| [&field(name)[..], rest].concat();
    let name = Segment::Field("name".to_owned());
    let drafts: Vec<Draft> = (0..MAX_DEPENDENCIES as u32 + 100)
        .map(|number| {
            let value = cbor(&number.to_string());
            let draft = mallory.draft(genesis.hash(), None);
            draft
                .with(Op::set(&field("title"), &[], &value))
                .with(Op::insert_text(&field("body"), Place::Root, "x"))
                .with(Op::insert_text(&field("notes"), Place::Root, "y"))
                .with(Op::add(&field("votes"), 1))
                .with(Op::insert(&field("items"), Place::Root, &[Vec::new()]))
                .with(Op::put(&at("labels", &[text("one")]), &[]))
                .with(Op::put(&at("labels", &[text("two")]), &[]))
                .with(Op::set(&at("shelves", &[text("absent"), name.clone()]), &[], &value))
                .with(Op::set(&at("pinned", &[Segment::Bool(true), name.clone()]), &[], &value))
                .with(Op::put(&at("tags", &[text("one")]), &[]))
                .with(Op::set(&field("status"), &[], &cbor("Closed")))
                .with(Op::set(&field("extra"), &[], &[0xa0]))
                .with(Op::put(&at("extra", &[text("key")]), &[]))
        })
        .collect();
    let mut wall = Document::join(DocumentId::from_bytes(genesis.hash()), key(9));
    for some in drafts.chunks(4096) {
        let some: Vec<&Draft> = some.iter().collect();
        wall.apply(&Bundle::new(&some, &[&mallory]).framed()).expect("valid changes");
    }
    wall
}

#[test]
fn everything_can_be_written_on_and_nothing_is_half_written() {
    let mut wall = flooded();
    let all = |wall: &Document<Wall>| (wall.heads(), wall.digest(), wall.save());
    let before = all(&wall);
    // What needs many changes is written as many, and taken back as many: the last one cannot be
    // made.
    let blob = "b".repeat(MAX_CHANGE_BYTES);
    let edit = wall.change(|wall| {
        wall.title.set("mine")?;
        wall.body.clear()?;
        wall.labels.clear()?;
        wall.blob.set(blob)
    });
    assert_eq!(edit, Err(EditError::ChangeTooLarge("bytes of a change")));
    assert!(all(&wall) == before, "nothing was half written");
    let edit = wall.change(|wall| {
        wall.title.set("mine")?;
        wall.body.clear()?;
        wall.items.insert(99_999, "beyond".to_owned())
    });
    assert!(matches!(edit, Err(EditError::OutOfRange { .. })));
    assert!(all(&wall) == before, "nothing was half written");

    let mut change =
        |what: &str,
         edit: &dyn Fn(&mut <Wall as CrdtNode>::Editor<'_>) -> Result<(), EditError>| {
            wall.change(edit).unwrap_or_else(|error| panic!("{what}: {error}"));
        };
    change("set", &|wall| wall.title.set("mine"));
    change("elements of many", &|wall| {
        (0..wall.items.len()).try_for_each(|at| wall.items.at(at)?.set("mine"))
    });
    change("list.clear", &|wall| wall.items.clear());
    change("text.clear", &|wall| wall.body.clear());
    change("reset", &|wall| wall.votes.reset());
    change("insert", &|wall| wall.labels.insert("one", "mine".to_owned()));
    change("map.clear", &|wall| wall.labels.clear());
    change("entry", &|wall| wall.shelves.entry("absent")?.name.set("mine"));
    change("option.set", &|wall| wall.pinned.set(Some(Shelf { name: "mine".to_owned() })));
    change("remove", &|wall| Ok(assert!(wall.tags.remove("one")?)));
    change("enum", &|wall| wall.status.set(Status::Open));
    change("json", &|wall| wall.extra.set("", json!({ "mine": [1] })));
    wall.update(|wall| wall.notes = "mine".to_owned()).expect("update");

    let value = wall.value();
    assert_eq!((&*value.title, &*value.body, &*value.notes), ("mine", "", "mine"));
    assert_eq!((value.votes, value.items.len(), value.labels.len()), (0, 0, 0));
    assert_eq!(value.shelves["absent"].name, "mine");
    assert_eq!(value.pinned.expect("it was set").name, "mine");
    assert_eq!((value.tags.len(), value.status), (0, Status::Open));
    assert_eq!(value.extra, json!({ "mine": [1] }));
    let mut other = Document::<Wall>::join(wall.id(), key(10));
    other.apply(&wall.export(&[])).expect("honest bytes");
    same(&wall, &other);
}

/// More text than one change holds.
#[test]
fn a_text_larger_than_a_change_is_written_as_several() {
    let mut wall = Document::<Wall>::create(key(9)).expect("the system has randomness");
    let text = "ä".repeat(MAX_CHANGE_BYTES / 2 + 1);
    wall.change(|wall| {
        wall.title.set("before")?;
        wall.body.insert(0, &text)?;
        wall.body.insert(1, "in between")
    })
    .expect("it can be split");
    assert!(wall.history().len() > 1);
    assert_eq!(wall.read().body.len(), text.len() / 2 + 10);
    assert_eq!(wall.read().body.slice(0..12).expect("a range"), "äin betweenä");
    let mut other = Document::<Wall>::join(wall.id(), key(10));
    other.apply(&wall.export(&[])).expect("honest bytes");
    same(&wall, &other);
}

/// A list with an element on each of so many chains, and nothing that could be annulled is let go
/// of.
fn flooded_list() -> Document<Wall> {
    let genesis = genesis();
    let mallory = Writer::new(3);
    let first = Op::annul(&field("items"), true, &[(0, 0)]);
    let drafts: Vec<Draft> = (0..MAX_DEPENDENCIES as u32 + 100)
        .map(|number| {
            let insert = Op::insert(&field("items"), Place::Root, &[cbor(&number.to_string())]);
            mallory.draft(genesis.hash(), None).with(insert)
        })
        .collect();
    let annul = mallory.draft(genesis.hash(), Some(&drafts[0])).with(first);
    let mut wall = Document::join(DocumentId::from_bytes(genesis.hash()), key(9));
    for some in drafts.chunks(4096) {
        let some: Vec<&Draft> = some.iter().collect();
        wall.apply(&Bundle::new(&some, &[&mallory]).framed()).expect("valid changes");
    }
    wall.apply(&Bundle::new(&[&annul], &[&mallory]).framed()).expect("a valid change");
    wall
}

#[test]
fn elements_of_many_are_moved_and_deleted_after_an_annul() {
    let mut wall = flooded_list();
    let mut items = wall.value().items;
    let (count, before) = (items.len(), wall.digest());
    let edit = wall.change(|wall| {
        wall.items.move_range(0..count - 2, 1)?;
        wall.items.delete(3..count - 3)?;
        wall.items.insert(99_999, "beyond".to_owned())
    });
    assert!(matches!(edit, Err(EditError::OutOfRange { .. })));
    assert_eq!(wall.digest(), before, "nothing was half written");
    let edit = wall.change(|wall| {
        wall.items.move_range(0..count - 2, 1)?;
        wall.items.move_to(5, 0)
    });
    assert_eq!(edit, Ok(()));
    let (last, rest) = (items.remove(count - 2), items.remove(4));
    items.splice(0..0, [rest, last]);
    assert_eq!(wall.value().items, items);
    wall.change(|wall| wall.items.delete(3..count - 3)).expect("it can be split");
    items.drain(3..count - 3);
    assert_eq!(wall.value().items, items);
    let mut other = Document::<Wall>::join(wall.id(), key(10));
    other.apply(&wall.export(&[])).expect("honest bytes");
    same(&wall, &other);
}
