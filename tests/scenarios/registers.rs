//! Registers and counters that two replicas write at once.

use std::collections::{BTreeMap, HashMap, HashSet};

use crdt_core::{CrdtNode, Document, EditError, Register};
use serde::{Deserialize, Serialize};

use crate::{sync, two};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Note {
    title: String,
    author: String,
    #[crdt(counter)]
    votes: i64,
}

#[test]
fn one_of_two_concurrent_values_wins_and_the_other_is_not_lost() {
    let (mut a, mut b) = two::<Note>();
    for (replica, text) in [(&mut a, "from a"), (&mut b, "from b")] {
        let edit = replica.change(|note| {
            note.title.set(text)?;
            note.author.set(text)
        });
        edit.unwrap();
    }
    sync(&mut a, &mut b);
    let note = a.value();
    assert_eq!(note, b.value());
    assert_eq!(note.title, note.author, "what was written together stays together");
    let mut conflicts = a.read().title.conflicts();
    assert_eq!(conflicts[0], &note.title);
    conflicts.sort();
    assert_eq!(conflicts, ["from a", "from b"]);
    a.change(|note| note.title.set("agreed")).unwrap();
    sync(&mut a, &mut b);
    assert_eq!(b.value().title, "agreed");
    assert_eq!(b.read().title.conflicts(), ["agreed"]);
}

#[test]
fn a_later_value_wins_against_one_it_has_seen() {
    let (mut a, mut b) = two::<Note>();
    for round in 0..20 {
        let (writer, reader) = if round % 2 == 0 { (&mut a, &mut b) } else { (&mut b, &mut a) };
        let edit = writer.change(|note| note.title.set(round.to_string()));
        edit.unwrap();
        sync(writer, reader);
        assert_eq!(reader.value().title, round.to_string());
    }
}

#[test]
fn additions_add_up_and_a_reset_takes_back_what_it_saw() {
    let (mut a, mut b) = two::<Note>();
    let add = |delta| {
        move |note: &mut <Note as CrdtNode>::Editor<'_>| {
            note.votes.add(delta)?;
            Ok::<(), EditError>(())
        }
    };
    a.change(add(5)).unwrap();
    b.change(add(-2)).unwrap();
    sync(&mut a, &mut b);
    assert_eq!(a.value().votes, 3);
    a.change(add(10)).unwrap();
    b.change(|note| note.votes.reset()).unwrap();
    sync(&mut a, &mut b);
    assert_eq!(a.value().votes, 10, "the reset had not seen the ten");
}

/// What serde makes of some types does not depend on the value alone.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Odd {
    /// Encodes as a list in any order.
    #[crdt(register)]
    words: HashSet<String>,
    /// Does not encode everything.
    #[crdt(register)]
    cached: Cached,
    /// Encodes as what it cannot decode.
    #[crdt(register)]
    broken: Broken,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default)]
struct Cached {
    kept: u8,
    #[serde(skip)]
    dropped: u8,
}

#[derive(Deserialize, Clone, Debug, PartialEq, Default)]
struct Broken {
    number: u8,
}

impl Serialize for Broken {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("no number")
    }
}

#[test]
fn the_digest_does_not_depend_on_the_order_of_a_hash_set() {
    let (mut a, mut b) = two::<Odd>();
    let words: HashSet<String> = (0..100).map(|n| n.to_string()).collect();
    a.change(|odd| odd.words.set(words.clone())).unwrap();
    sync(&mut a, &mut b);
    assert_eq!(b.value().words, words);
}

#[test]
fn a_writer_sees_what_others_see() {
    let (mut a, mut b) = two::<Odd>();
    a.change(|odd| {
        odd.cached.set(Cached { kept: 1, dropped: 1 })?;
        Ok(())
    })
    .unwrap();
    sync(&mut a, &mut b);
    assert_eq!(a.value(), b.value());
    assert_eq!(a.value().cached, Cached { kept: 1, dropped: 0 });
}

#[test]
fn a_value_that_cannot_be_read_back_is_not_written() {
    let (mut a, _) = two::<Odd>();
    let broken = Broken { number: 1 };
    let set = a.change(|odd| odd.broken.set(broken.clone()));
    assert!(matches!(set, Err(EditError::Unencodable(_))), "{set:?}");
}

type Maybe = Option<Option<u8>>;

/// What a value can be kept in, each with a place for a `Some` that holds nothing.
#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
struct Kept {
    #[crdt(register)]
    plain: Maybe,
    #[crdt(register)]
    unit: Option<()>,
    #[crdt(register)]
    nested: Nested,
    list: Vec<Register<Maybe>>,
    map: BTreeMap<String, Register<Maybe>>,
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default)]
struct Nothing;

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default)]
struct Wrapped(Option<Nothing>);

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default)]
enum Nested {
    #[default]
    Empty,
    Struct {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        field: Option<Wrapped>,
    },
    Tuple(u8, Maybe),
    Newtype(Option<serde_json::Value>),
    Map(BTreeMap<String, (u8, Vec<Maybe>)>),
}

#[test]
fn a_some_that_holds_nothing_is_refused_anywhere() {
    let (mut a, _) = two::<Kept>();
    let mut refused = |edit: fn(&mut Kept)| {
        let heads = a.heads();
        let Err(EditError::Unencodable(reason)) = a.update(edit) else {
            panic!("it was written: {:?}", a.value());
        };
        assert!(reason.contains("write an enum"), "{reason}");
        assert_eq!((a.heads(), a.value()), (heads, Kept::default()));
    };
    refused(|kept| kept.plain = Some(None));
    refused(|kept| kept.unit = Some(()));
    refused(|kept| kept.nested = Nested::Struct { field: Some(Wrapped(None)) });
    refused(|kept| kept.nested = Nested::Struct { field: Some(Wrapped(Some(Nothing))) });
    refused(|kept| kept.nested = Nested::Tuple(1, Some(None)));
    refused(|kept| kept.nested = Nested::Newtype(Some(serde_json::Value::Null)));
    refused(|kept| {
        let list = vec![None, Some(Some(1)), Some(None)];
        kept.nested = Nested::Map(BTreeMap::from([("key".to_owned(), (1, list))]));
    });
    refused(|kept| kept.list.push(Register(Some(None))));
    refused(|kept| kept.map = BTreeMap::from([("key".to_owned(), Register(Some(None)))]));

    // Nothing else is.
    let written = Kept {
        plain: Some(Some(0)),
        unit: None,
        nested: Nested::Tuple(1, None),
        list: vec![Register(None), Register(Some(Some(1)))],
        map: BTreeMap::from([("key".to_owned(), Register(None))]),
    };
    a.update(|kept| *kept = written.clone()).unwrap();
    assert_eq!(a.value(), written);
    // An element that differs from the one that is there in nothing but this is not taken for it.
    let set = a.update(|kept| kept.list[0] = Register(Some(None)));
    assert!(matches!(set, Err(EditError::Unencodable(_))), "{set:?}");
    assert_eq!(a.value(), written);
}

/// Reads half of what it writes.
#[derive(Deserialize, Clone, Debug, PartialEq, Default)]
struct Halved {
    #[serde(deserialize_with = "half")]
    number: u32,
}

impl Serialize for Halved {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        BTreeMap::from([("number", self.number)]).serialize(serializer)
    }
}

fn half<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    Ok(u32::deserialize(deserializer)? / 2)
}

#[derive(CrdtNode, Clone, Debug, PartialEq, Default)]
struct Halves {
    #[crdt(register)]
    one: Halved,
    list: Vec<Register<Halved>>,
    /// A set within a map, each in an order of its own.
    #[crdt(register)]
    sets: HashMap<String, HashSet<Vec<u8>>>,
}

#[test]
fn a_value_that_comes_back_as_another_is_refused() {
    let (mut a, mut b) = two::<Halves>();
    let set = a.change(|halves| halves.one.set(Halved { number: 6 }));
    assert!(matches!(&set, Err(EditError::Unencodable(_))), "{set:?}");
    let pushed = a.change(|halves| halves.list.push(Register(Halved { number: 6 })));
    assert!(matches!(&pushed, Err(EditError::Unencodable(_))), "{pushed:?}");
    assert_eq!(a.value(), Halves::default());
    // Half of nothing is nothing; and what comes in another order is the same.
    let set = |from: u8| (from..100).map(|n| vec![n, 1]).collect();
    let sets = HashMap::from([("a".to_owned(), set(0)), ("b".to_owned(), set(50))]);
    a.change(|halves| {
        halves.one.set(Halved { number: 0 })?;
        halves.sets.set(sets.clone())?;
        Ok::<(), EditError>(())
    })
    .unwrap();
    sync(&mut a, &mut b);
    assert_eq!(b.value().sets, sets);
    // It is all that was said, so it can be saved as it is.
    let loaded = Document::<Halves>::load_read_only(&b.save()).unwrap();
    assert_eq!(loaded.value(), b.value());
}
