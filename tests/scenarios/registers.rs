//! Registers and counters that two replicas write at once.

use std::collections::HashSet;

use crdt_core::{CrdtNode, EditError};
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
            note.title.set(text);
            note.author.set(text);
            Ok(())
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
    a.change(|note| {
        note.title.set("agreed");
        Ok(())
    })
    .unwrap();
    sync(&mut a, &mut b);
    assert_eq!(b.value().title, "agreed");
    assert_eq!(b.read().title.conflicts(), ["agreed"]);
}

#[test]
fn a_later_value_wins_against_one_it_has_seen() {
    let (mut a, mut b) = two::<Note>();
    for round in 0..20 {
        let (writer, reader) = if round % 2 == 0 { (&mut a, &mut b) } else { (&mut b, &mut a) };
        let edit = writer.change(|note| {
            note.title.set(round.to_string());
            Ok(())
        });
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
            note.votes.add(delta);
            Ok::<(), EditError>(())
        }
    };
    a.change(add(5)).unwrap();
    b.change(add(-2)).unwrap();
    sync(&mut a, &mut b);
    assert_eq!(a.value().votes, 3);
    a.change(add(10)).unwrap();
    b.change(|note| {
        note.votes.reset();
        Ok(())
    })
    .unwrap();
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
    a.change(|odd| {
        odd.words.set(words.clone());
        Ok(())
    })
    .unwrap();
    sync(&mut a, &mut b);
    assert_eq!(b.value().words, words);
}

#[test]
fn a_writer_sees_what_others_see() {
    let (mut a, mut b) = two::<Odd>();
    a.change(|odd| {
        odd.cached.set(Cached { kept: 1, dropped: 1 });
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
    let set = a.change(|odd| {
        odd.broken.set(broken.clone());
        Ok(())
    });
    assert!(matches!(set, Err(EditError::Unencodable(_))), "{set:?}");
}
