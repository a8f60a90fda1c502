//! Places that are made anew or written over as a whole by an app that does not know all of them.

use std::collections::{BTreeMap, BTreeSet};

use crdt_core::{CrdtNode, Json};
use serde_json::json;

use super::{App, Apps, Edit, versions};

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Name {
    name: String,
}

/// What the old app knows of a [`Card`]. Three fields are of another kind.
#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct OldCard {
    name: String,
    votes: BTreeMap<u8, String>,
    #[crdt(text)]
    items: String,
    inner: Name,
    status: OldStatus,
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
enum OldStatus {
    #[default]
    Open,
    Done,
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Card {
    name: String,
    #[crdt(counter)]
    votes: i64,
    items: Vec<Name>,
    inner: Inner,
    status: Status,
    #[crdt(text)]
    notes: String,
    entries: BTreeMap<String, Name>,
    tags: BTreeSet<bool>,
    maybe: Option<Name>,
    json: Json,
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Inner {
    name: String,
    colour: String,
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
enum Status {
    #[default]
    Open,
    Done {
        by: String,
    },
    Archived {
        by: String,
    },
}

versions! {
    Old { cards: BTreeMap<u8, OldCard>, card: Option<OldCard>, choice: OldChoice }
    New { cards: BTreeMap<u8, Card>, card: Option<Card>, choice: Choice }
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
enum OldChoice {
    #[default]
    Nothing,
    Card(OldCard),
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
enum Choice {
    #[default]
    Nothing,
    Card(Box<Card>),
}

fn name(name: &str) -> Name {
    Name { name: name.into() }
}

/// A card with something in each field.
fn full() -> Card {
    Card {
        name: "new".into(),
        votes: 5,
        items: vec![name("a"), name("b")],
        inner: Inner { name: "new".into(), colour: "red".into() },
        status: Status::Done { by: "me".into() },
        notes: "notes".into(),
        entries: BTreeMap::from([("k".into(), name("a"))]),
        tags: BTreeSet::from([true]),
        maybe: Some(name("a")),
        json: Json(json!({ "a": [1, { "b": "c" }] })),
    }
}

fn old_card() -> OldCard {
    OldCard { name: "old".into(), status: OldStatus::Done, ..OldCard::default() }
}

/// What the new app reads of [`old_card`] where nothing else stands.
fn bare() -> Card {
    Card { name: "old".into(), status: Status::Done { by: String::new() }, ..Card::default() }
}

/// The new app has written a full card in every place; the old one has something in one field of
/// another kind too.
fn full_cards() -> Apps<Old, New> {
    let mut apps = Apps::<Old, New>::begin();
    apps.new
        .change(|new| {
            (0..4).try_for_each(|key| new.cards.insert(key, full()))?;
            new.card.set(Some(full()))?;
            new.choice.set(Choice::Card(full().into()))
        })
        .unwrap();
    apps.exchange();
    apps.old.change(|old| old.cards.entry(1)?.items.push_str("mine")).unwrap();
    apps.exchange();
    apps
}

#[test]
fn place_written_over() {
    let mut apps = full_cards();
    apps.old
        .change(|old| {
            old.cards.insert(0, old_card())?;
            old.cards.insert(1, old_card())?;
            old.card.set(Some(old_card()))?;
            old.choice.set(OldChoice::Card(old_card()))
        })
        .unwrap();
    apps.exchange();
    let (old, new) = apps.read();
    assert_eq!((&old.cards[&0], &old.cards[&1]), (&old_card(), &old_card()));
    assert_eq!((&new.cards[&0], &new.cards[&1]), (&bare(), &bare()));
    assert_eq!((new.card, new.choice), (Some(bare()), Choice::Card(bare().into())));
    assert_eq!((&new.cards[&2], &new.cards[&3]), (&full(), &full()), "nothing else is touched");
}

#[test]
fn place_made_anew() {
    let mut apps = full_cards();
    apps.old
        .change(|old| {
            old.cards.clear()?;
            old.card.remove()?;
            old.choice.set(OldChoice::Nothing)
        })
        .unwrap();
    apps.exchange();
    apps.old
        .change(|old| {
            old.cards.insert(0, old_card())?;
            old.cards.entry(1)?.name.set("old")?;
            old.card.get_or_insert_default()?.name.set("old")?;
            old.choice.set(OldChoice::Card(old_card()))
        })
        .unwrap();
    apps.old.update(|old| drop(old.cards.insert(2, old_card()))).unwrap();
    apps.exchange();
    let (_, new) = apps.read();
    let entered = Card { status: Status::Open, ..bare() };
    let expected = BTreeMap::from([(0, bare()), (1, entered.clone()), (2, bare())]);
    assert_eq!(
        (new.cards, new.card, new.choice),
        (expected, Some(entered), Choice::Card(bare().into()))
    );
}

/// What is not written over as a whole is left alone.
#[test]
fn place_edited() {
    let mut apps = full_cards();
    apps.old
        .update(|old| {
            old.cards.get_mut(&0).unwrap().name = "old".into();
            old.card.as_mut().unwrap().inner.name = "old".into();
        })
        .unwrap();
    apps.old
        .change(|old| {
            old.cards.get_mut(&2)?.unwrap().items.push_str("old")?;
            old.cards.entry(3)?.status.set(OldStatus::Open)?;
            old.choice.as_card().unwrap().name.set("old")
        })
        .unwrap();
    apps.exchange();
    let before = apps.old.digest();
    apps.new.change(|new| new.cards.entry(3)?.notes.clear()).unwrap();
    apps.exchange();
    assert_ne!(apps.old.digest(), before, "what is unknown is hidden and not unseen");
    let (_, new) = apps.read();
    let named = Card { name: "old".into(), ..full() };
    let inner = Inner { name: "old".into(), ..full().inner };
    assert_eq!((&new.cards[&0], &new.choice), (&named, &Choice::Card(named.clone().into())));
    assert_eq!(new.card, Some(Card { inner, ..full() }));
    assert_eq!(new.cards[&2], full());
    let notes = String::new();
    assert_eq!(new.cards[&3], Card { status: Status::Open, notes, ..full() });
}

/// Only what the old app has seen is cleared.
#[test]
fn place_written_over_and_edited_at_once() {
    let writes: [Edit<Old>; 2] = [
        |old| old.cards.insert(0, old_card()),
        |old| {
            old.cards.remove(&0)?;
            old.cards.insert(0, old_card())
        },
    ];
    for write in writes {
        let mut apps = full_cards();
        apps.old.change(write).unwrap();
        apps.new
            .change(|new| {
                let mut card = new.cards.entry(0)?;
                card.votes.add(2)?;
                card.notes.push_str("!")?;
                card.items.push(name("c"))?;
                card.entries.insert("l", name("b"))?;
                card.inner.colour.set("blue")
            })
            .unwrap();
        apps.exchange();
        let edited = Card {
            votes: 2,
            notes: "!".into(),
            items: vec![name("c")],
            entries: BTreeMap::from([("l".into(), name("b"))]),
            inner: Inner { colour: "blue".into(), ..Inner::default() },
            ..bare()
        };
        assert_eq!(apps.read().1.cards[&0], edited);
        apps.old.change(write).unwrap();
        apps.exchange();
        assert_eq!(apps.read().1.cards[&0], bare(), "once more, with all of it seen");
    }
}

/// The entries are of one kind in the old app and of another in the new one.
#[test]
fn entry_of_another_kind_made_anew() {
    versions! {
        Old {
            words: BTreeMap<u8, String>,
            lists: BTreeMap<u8, Vec<u32>>,
            unit: BTreeSet<u8>,
            maybe: BTreeMap<u8, Name>,
            keys: BTreeMap<u8, BTreeMap<u8, u32>>,
            items: BTreeMap<u8, Vec<Name>>,
            json: Json,
        }
        New {
            words: BTreeMap<u8, Name>,
            lists: BTreeMap<u8, Json>,
            unit: BTreeMap<u8, Name>,
            maybe: BTreeMap<u8, Option<Name>>,
            keys: BTreeMap<u8, BTreeMap<u64, u32>>,
            items: BTreeMap<u8, Vec<String>>,
            json: BTreeMap<String, Name>,
        }
    }
    let mut apps = Apps::<Old, New>::begin();
    apps.new
        .change(|new| {
            new.words.insert(1, name("a"))?;
            new.lists.insert(1, Json(json!({ "a": "b" })))?;
            new.unit.insert(1, name("a"))?;
            new.unit.insert(2, name("a"))?;
            new.maybe.insert(1, Some(name("a")))?;
            new.keys.insert(1, BTreeMap::from([(7, 7), (300, 300)]))?;
            new.items.insert(1, vec!["a".into(), "b".into()])?;
            new.json.insert("k", name("a"))
        })
        .unwrap();
    apps.exchange();
    apps.old
        .change(|old| {
            old.words.insert(1, "old".into())?;
            old.lists.insert(1, vec![])?;
            old.unit.remove(&1)?;
            old.unit.insert(1u8)?;
            old.unit.insert(2u8)?;
            old.maybe.insert(1, name("old"))?;
            old.keys.insert(1, BTreeMap::from([(8, 8)]))?;
            old.json.set("", json!({}))?;
            old.json.set("/k", "old")
        })
        .unwrap();
    apps.exchange();
    let (_, new) = apps.read();
    assert_eq!((&new.words[&1], &new.lists[&1]), (&name(""), &Json::default()));
    // An element that is in a set already is not written over: nothing is in it.
    assert_eq!((&new.unit[&1], &new.unit[&2]), (&name(""), &name("a")));
    assert_eq!((&new.maybe[&1], &new.keys[&1]), (&None, &BTreeMap::from([(8, 8)])));
    assert_eq!(new.json["k"], name(""));
    // The elements are of another type, but the list is known and its elements are deleted once.
    apps.old.change(|old| old.items.insert(1, vec![])).unwrap();
    assert_eq!(apps.old.history().changes().last().unwrap().ops().len(), 2, "put and delete");
    apps.exchange();
    assert!(apps.read().1.items[&1].is_empty());
}
