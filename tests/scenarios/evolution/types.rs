//! Fields whose type differs between the versions.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use crdt_core::{ApplyError, CrdtNode, Document, LoadError, LoadOptions};
use serde::{Deserialize, Serialize};

use super::{App, Apps, Edit, in_every_order, versions};
use crate::key;

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Name {
    name: String,
}

fn name(name: &str) -> Name {
    Name { name: name.into() }
}

/// Values that fit both types are read by both; the others are read as the default by the app that
/// they do not fit, until it sets one itself.
#[test]
fn integer_of_another_width() {
    versions! {
        Old { size: u8 }
        New { size: u64 }
    }
    let ends = in_every_order::<Old, New>(|old| old.size.set(7), |new| new.size.set(8u64));
    assert_eq!(ends.map(|(old, new)| (old.size, new.size)), [(8, 8), (7, 7), (8, 8)]);
    let ends = in_every_order::<Old, New>(|old| old.size.set(7), |new| new.size.set(300u64));
    assert_eq!(ends.map(|(old, new)| (old.size, new.size)), [(0, 300), (7, 7), (7, 300)]);
}

#[test]
fn register_of_another_type() {
    versions! {
        Old { size: String }
        New { size: u32 }
    }
    let ends = in_every_order::<Old, New>(|old| old.size.set("large"), |new| new.size.set(9u32));
    let expected = [("", 9), ("large", 0), ("large", 9)];
    assert_eq!(ends.map(|(old, new)| (old.size, new.size)), expected.map(|(a, b)| (a.into(), b)));
}

#[test]
fn leaf_made_optional() {
    versions! {
        Old { word: String }
        New { word: Option<String> }
    }
    let ends = in_every_order::<Old, New>(|old| old.word.set("old"), |new| new.word.set(None));
    let read = ends.map(|(old, new)| (old.word, new.word));
    let (old, none) = (|| "old".to_owned(), String::new);
    assert_eq!(read, [(none(), None), (old(), Some(old())), (old(), None)]);
    let ends = in_every_order::<Old, New>(|old| old.word.set("old"), |new| new.word.set("new"));
    let read = ends.map(|(old, new)| (old.word, new.word.unwrap()));
    assert_eq!(read, ["new", "old", "new"].map(|word| (word.to_owned(), word.to_owned())));
}

#[test]
fn newtype_wrapped() {
    #[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
    struct Id(u32);
    #[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
    struct Notes(#[crdt(text)] String);
    versions! {
        Old { id: u32, #[crdt(text)] notes: String, name: Name }
        New { id: Id, notes: Notes, name: Box<Name> }
    }
    let ends = in_every_order::<Old, New>(
        |old| {
            old.notes.push_str("a")?;
            old.name.name.set("a")
        },
        |new| {
            new.id.set(5u32)?;
            new.notes.push_str("a")
        },
    );
    for (old, new) in ends {
        assert_eq!((old.id, &old.notes), (new.id.0, &new.notes.0));
        assert_eq!((old.id, old.notes.as_str()), (5, "aa"));
        assert_eq!((old.name, *new.name), (name("a"), name("a")));
    }
}

#[test]
fn container_of_another_library_type() {
    versions! {
        Old { list: Vec<u32>, map: BTreeMap<String, u32>, set: BTreeSet<u32> }
        New { list: VecDeque<u32>, map: HashMap<String, u32>, set: HashSet<u32> }
    }
    let ends = in_every_order::<Old, New>(
        |old| {
            old.list.push(1)?;
            old.map.insert("k", 1)
        },
        |new| {
            new.set.insert(1u32)?;
            Ok(())
        },
    );
    for (old, new) in ends {
        assert_eq!((old.list, old.set.len()), (vec![1], 1));
        assert_eq!((new.list, new.set.len()), (VecDeque::from([1]), 1));
        assert_eq!((old.map["k"], new.map["k"]), (1, 1));
    }
}

#[test]
fn string_to_enum() {
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    enum Status {
        #[crdt(default, rename = "open")]
        Open,
        #[crdt(rename = "done")]
        Done { by: String },
    }
    versions! {
        Old { status: String }
        New { status: Status }
    }
    let done = || Status::Done { by: "me".into() };
    let ends = in_every_order::<Old, New>(
        |old| old.status.set("done"),
        |new| new.status.set(Status::Done { by: "me".into() }),
    );
    assert_eq!(
        ends.map(|(old, new)| (old.status, new.status)),
        [0; 3].map(|_| ("done".into(), done()))
    );
    let ends = in_every_order::<Old, New>(
        |old| old.status.set("no variant"),
        |new| new.status.set(Status::Done { by: "me".into() }),
    );
    let read = ends.map(|(old, new)| (old.status, new.status));
    let other = || "no variant".to_owned();
    assert_eq!(read, [("done".into(), done()), (other(), Status::Open), ("done".into(), done())]);
}

/// Under each of these differences the two types are different nodes in one place: each app reads
/// what apps of its own version wrote, and neither replaces what the other did.
#[test]
fn node_of_another_kind() {
    versions! {
        Old {
            leaf: String,
            #[crdt(text)] text: String,
            list: Vec<u32>,
            #[crdt(counter)] counter: i64,
            nested: Name,
        }
        New {
            leaf: Name,
            text: String,
            list: BTreeMap<String, u32>,
            counter: i64,
            nested: Option<Name>,
        }
    }
    let ends = in_every_order::<Old, New>(
        |old| {
            old.leaf.set("old")?;
            old.text.push_str("old")?;
            old.list.push(1)?;
            old.counter.add(1)?;
            old.nested.name.set("old")
        },
        |new| {
            new.leaf.name.set("new")?;
            new.text.set("new")?;
            new.list.insert("k", 2)?;
            new.counter.set(2)?;
            new.nested.set(Some(name("new")))
        },
    );
    for (old, new) in ends {
        assert_eq!((old.leaf.as_str(), old.text.as_str()), ("old", "old"));
        assert_eq!((old.list, old.counter, old.nested), (vec![1], 1, name("old")));
        assert_eq!((new.leaf, new.text.as_str()), (name("new"), "new"));
        assert_eq!((new.list["k"], new.counter, new.nested), (2, 2, Some(name("new"))));
    }
}

#[test]
fn elements_of_another_type() {
    versions! {
        Old { list: Vec<String>, map: BTreeMap<String, String> }
        New { list: Vec<Name>, map: BTreeMap<String, Name> }
    }
    let mut apps = Apps::<Old, New>::begin();
    apps.old
        .change(|old| {
            old.list.push("old".into())?;
            old.map.insert("k", "old".into())
        })
        .unwrap();
    apps.exchange();
    apps.new
        .update(|new| {
            new.list[0].name.push_str("new");
            new.list.push(name("more"));
            new.map.get_mut("k").unwrap().name.push_str("new");
        })
        .unwrap();
    apps.exchange();
    let (old, new) = apps.read();
    assert_eq!((old.list, old.map["k"].as_str()), (vec!["old".to_owned(), String::new()], "old"));
    assert_eq!((new.list, &new.map["k"]), (vec![name("new"), name("more")], &name("new")));
}

#[test]
fn map_key_of_another_type() {
    versions! {
        Old { wider: BTreeMap<u8, u32>, other: BTreeMap<String, u32> }
        New { wider: BTreeMap<u64, u32>, other: BTreeMap<u64, u32> }
    }
    let ends = in_every_order::<Old, New>(
        |old| {
            old.wider.insert(1, 10)?;
            old.other.insert("1", 10)
        },
        |new| {
            new.wider.insert(300u64, 20)?;
            new.other.insert(1u64, 20)
        },
    );
    for (old, new) in ends {
        assert_eq!(old.wider, BTreeMap::from([(1, 10)]));
        assert_eq!(new.wider, BTreeMap::from([(1, 10), (300, 20)]));
        assert_eq!(old.other, BTreeMap::from([("1".to_owned(), 10)]));
        assert_eq!(new.other, BTreeMap::from([(1, 20)]));
    }
}

/// A register of a serde type is one value: serde decides what fits, and what serde leaves out is
/// gone when the app writes the register.
#[test]
fn fields_within_a_register() {
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Point {
        x: i32,
    }
    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Point3 {
        x: i32,
        #[serde(default)]
        z: i32,
    }
    versions! {
        Old { #[crdt(register)] at: Point }
        New { #[crdt(register)] at: Point3 }
    }
    let ends = in_every_order::<Old, New>(
        |old| old.at.set(Point { x: old.at.get().x + 1 }),
        |new| new.at.set(Point3 { x: 10, z: 10 }),
    );
    let read = ends.map(|(old, new)| (old.at.x, new.at.x, new.at.z));
    assert_eq!(read, [(10, 10, 10), (11, 11, 0), (10, 10, 10)]);
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Note {
    title: String,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
#[crdt(alias = "Note")]
struct Page {
    title: String,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Sheet {
    title: String,
}

/// A document of one type, in which something is written: as it is saved and as it is sent, and a
/// replica that takes it for another type.
fn written<Old: CrdtNode, New: CrdtNode>(edit: Edit<Old>) -> (Vec<u8>, Vec<u8>, Document<New>) {
    let mut document = Document::<Old>::create(key(1)).unwrap();
    document.change(edit).unwrap();
    let joined = Document::<New>::join(document.id(), key(2));
    (document.save(), document.export(&[]), joined)
}

#[test]
fn type_renamed() {
    let (saved, bundles, mut joined) = written::<Note, Page>(|note| note.title.set("written"));
    assert_eq!(Document::<Page>::load(&saved, key(2)).unwrap().value().title, "written");
    joined.apply(&bundles).unwrap();
    assert_eq!(joined.value().title, "written");
    let (saved, bundles, mut joined) = written::<Page, Note>(|page| page.title.set("written"));
    assert!(matches!(Document::<Note>::load(&saved, key(2)), Err(LoadError::OfAnotherType { .. })));
    assert!(matches!(joined.apply(&bundles), Err(ApplyError::OfAnotherType { .. })));
}

#[test]
fn part_renamed() {
    let (saved, bundles, mut joined) =
        written::<Vec<Note>, Vec<Page>>(|notes| notes.push(note("written")).map(drop));
    assert_eq!(Document::<Vec<Page>>::load(&saved, key(2)).unwrap().value()[0].title, "written");
    joined.apply(&bundles).unwrap();
    assert_eq!(joined.value()[0].title, "written");
}

#[test]
fn part_of_another_type() {
    let (saved, bundles, mut joined) =
        written::<Vec<Note>, Vec<Sheet>>(|notes| notes.push(note("written")).map(drop));
    let refused = Document::<Vec<Sheet>>::load(&saved, key(2));
    assert!(matches!(refused, Err(LoadError::OfAnotherType { .. })));
    assert!(matches!(joined.apply(&bundles), Err(ApplyError::OfAnotherType { .. })));
}

fn note(title: &str) -> Note {
    Note { title: title.into() }
}

#[test]
fn type_renamed_without_alias() {
    let (saved, bundles, mut joined) = written::<Note, Sheet>(|note| note.title.set("written"));
    let refused = Document::<Sheet>::load(&saved, key(2));
    assert!(matches!(refused, Err(LoadError::OfAnotherType { .. })));
    assert!(matches!(joined.apply(&bundles), Err(ApplyError::OfAnotherType { .. })));
    assert_eq!(joined.history().len(), 0, "nothing was taken in");
    let any = LoadOptions::new().any_type();
    let opened = Document::<Sheet>::load_with(&any, &saved, Some(key(2))).unwrap();
    assert_eq!(opened.value().title, "written");
}
