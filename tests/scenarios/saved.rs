//! Documents that are saved with their state, and opened as a friend or a stranger does.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use crdt_core::{CrdtNode, DecodeError, Document, History, Journal, Json, LoadError, Register};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use crate::{key, sync, two};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Shelf {
    title: String,
    #[crdt(text)]
    notes: String,
    #[crdt(counter)]
    visits: i64,
    books: Vec<Book>,
    labels: BTreeMap<String, Register<Label>>,
    rooms: BTreeMap<i64, Option<Book>>,
    tags: BTreeSet<bool>,
    state: State,
    best: Option<Box<Book>>,
    extra: Json,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Book {
    name: String,
    #[crdt(text)]
    review: String,
    parts: Vec<Book>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
enum State {
    #[crdt(default)]
    Open,
    Lent {
        to: String,
        #[crdt(counter)]
        days: u32,
    },
    Lost(Book),
}

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default)]
struct Label {
    color: String,
}

fn book(name: &str) -> Book {
    let part = Book { name: format!("{name}, part"), review: "ok".into(), parts: Vec::new() };
    Book { name: name.into(), review: format!("größer als {name}"), parts: vec![part] }
}

/// A shelf on which two authors have used everything, also at the same time.
fn shelf() -> (Document<Shelf>, Document<Shelf>) {
    let (mut a, mut b) = two::<Shelf>();
    a.change(|shelf| {
        shelf.title.set("Upstairs")?;
        shelf.notes.insert(0, "Hello wörld")?;
        shelf.visits.add(3)?;
        shelf.books.push(book("Emma"))?;
        shelf.books.push(book("Persuasion"))?;
        shelf.labels.insert("old", Register(Label { color: "brown".into() }))?;
        shelf.rooms.insert(-3, Some(book("Cellar")))?;
        shelf.tags.insert(true)?;
        shelf.state.set(State::Lent { to: "Anne".into(), days: 3 })?;
        shelf.best.set(Some(Box::new(book("Ulysses"))))?;
        shelf.extra.set("", serde_json::json!({ "list": [1, "two", [3]], "none": null }))
    })
    .unwrap();
    sync(&mut a, &mut b);
    b.change(|shelf| {
        shelf.title.set("Downstairs")?;
        shelf.notes.delete(2..4)?;
        shelf.notes.insert(1, "ä")?;
        shelf.books.at(0)?.review.insert(0, "By Jane: ")?;
        shelf.books.remove(1)?;
        shelf.visits.add(-1)?;
        shelf.state.set(State::Lost(book("Lost")))
    })
    .unwrap();
    a.change(|shelf| {
        shelf.title.set("Attic")?;
        shelf.notes.insert(1, "b")?;
        shelf.books.at(1)?.name.set("gone")?;
        shelf.labels.remove("old")?;
        shelf.visits.add(4)?;
        Ok(())
    })
    .unwrap();
    sync(&mut a, &mut b);
    (a, b)
}

/// Puts the right checksum at the end of changed bytes, as someone who wants to deceive would.
fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.len() - 32;
    let mut hasher = Sha256::new();
    hasher.update(b"crdt-core check of a saved file");
    hasher.update(&bytes[..end]);
    bytes[end..].copy_from_slice(&hasher.finalize());
    bytes
}

#[test]
fn everything_is_as_it_was() {
    let (a, mut b) = shelf();
    let saved = a.save();
    let mut opened = Document::<Shelf>::load(&saved, key(1)).unwrap();
    assert_eq!(opened.value(), a.value());
    assert_eq!(opened.digest(), a.digest());
    assert_eq!(opened.heads(), a.heads());
    assert_eq!(opened.read().title.conflicts(), a.read().title.conflicts());
    assert_eq!(opened.inspect().to_string(), a.inspect().to_string());
    assert_eq!(opened.export(&[]), a.export(&[]), "the changes are there, bit for bit");
    assert_eq!(opened.save(), saved);
    let kept = a.save_changes();
    assert!(kept.len() < saved.len());
    assert_eq!(Document::<Shelf>::load(&kept, key(1)).unwrap().digest(), a.digest());
    opened.change(|shelf| shelf.notes.insert(3, "!")).unwrap();
    sync(&mut opened, &mut b);
    let verified = Document::<Shelf>::load_verified(&opened.save(), None).unwrap();
    assert_eq!(verified.digest(), b.digest());
}

#[test]
fn what_is_new_is_saved_behind_what_was() {
    let (mut a, _) = shelf();
    for round in 0..40 {
        a.change(|shelf| shelf.notes.insert(0, format!("{round} "))).unwrap();
        let opened = Document::<Shelf>::load(&a.save(), key(1)).unwrap();
        assert_eq!((opened.digest(), opened.heads()), (a.digest(), a.heads()));
        if round % 3 == 0 {
            a = opened;
        }
    }
    assert_eq!(Document::<Shelf>::load_verified(&a.save(), None).unwrap().digest(), a.digest());
}

#[test]
fn an_edit_that_fails_leaves_an_opened_document_as_it_was() {
    let (a, _) = shelf();
    let mut opened = Document::<Shelf>::load(&a.save(), key(1)).unwrap();
    opened.change(|shelf| shelf.notes.insert(0, "more ")).unwrap();
    let before = (opened.digest(), opened.value());
    let failed = opened.change(|shelf| {
        shelf.books.remove(0)?;
        shelf.notes.clear()?;
        shelf.notes.delete(5..9)
    });
    assert!(failed.is_err());
    assert_eq!((opened.digest(), opened.value()), before);
}

#[test]
fn another_type_finds_everything_in_the_changes() {
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    #[crdt(rename = "Shelf")]
    struct Less {
        title: String,
        #[crdt(counter)]
        visits: i64,
    }
    let (a, _) = shelf();
    let mut less = Document::<Less>::load(&a.save(), key(3)).unwrap();
    assert_eq!(less.value().title, a.value().title);
    less.change(|less| less.visits.add(10)).unwrap();
    let again = Document::<Shelf>::load(&less.save(), key(1)).unwrap();
    assert_eq!(again.value().visits, a.value().visits + 10);
    assert_eq!(again.value().books, a.value().books);
}

#[test]
fn a_value_of_which_a_part_is_unknown_comes_to_light_later() {
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Default)]
    struct Tint {
        color: String,
        #[serde(default)]
        depth: u8,
    }
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    struct New {
        labels: BTreeMap<String, Register<Tint>>,
    }
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    #[crdt(rename = "New")]
    struct Old {
        labels: BTreeMap<String, Register<Label>>,
    }
    let tint = Tint { color: "red".into(), depth: 7 };
    let mut new = Document::<New>::create(key(1)).unwrap();
    new.change(|new| new.labels.insert("a", Register(tint.clone()))).unwrap();
    let old = Document::<Old>::load(&new.save(), key(2)).unwrap();
    assert_eq!(old.value().labels["a"].color, "red");
    let again = Document::<New>::load(&old.save(), key(1)).unwrap();
    assert_eq!(again.value().labels["a"].0, tint);
}

thread_local! {
    /// Whether this is the newer version of an app, in which `Tag` has a depth.
    static NEWER: Cell<bool> = const { Cell::new(false) };
}

/// A type whose definition differs between two versions of an app, under one name.
#[derive(Clone, Debug, PartialEq, Default)]
struct Tag {
    color: String,
    depth: u8,
}

impl Serialize for Tag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { color, depth } = self;
        if NEWER.get() { (color, depth).serialize(serializer) } else { color.serialize(serializer) }
    }
}

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Any {
            Old(String),
            New(String, u8),
        }
        Ok(match Any::deserialize(deserializer)? {
            Any::New(color, depth) if NEWER.get() => Self { color, depth },
            Any::Old(color) | Any::New(color, _) => Self { color, depth: 0 },
        })
    }
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Tagged {
    #[crdt(register)]
    tag: Tag,
    tags: Vec<Register<Tag>>,
}

#[test]
fn an_older_version_of_an_app_loses_nothing_of_a_value() {
    NEWER.set(true);
    let tag = Tag { color: "red".into(), depth: 7 };
    let mut new = Document::<Tagged>::create(key(1)).unwrap();
    new.change(|tagged| {
        tagged.tag.set(tag.clone())?;
        tagged.tags.push(Register(tag.clone()))
    })
    .unwrap();
    let saved = new.save();
    NEWER.set(false);
    let mut old = Document::<Tagged>::load(&saved, key(2)).unwrap();
    assert_eq!(old.value().tag, Tag { depth: 0, ..tag.clone() });
    old.change(|tagged| tagged.tags.push(Register(Tag::default()))).unwrap();
    let saved = old.save();
    NEWER.set(true);
    let again = Document::<Tagged>::load(&saved, key(1)).unwrap();
    assert_eq!((again.value().tag, again.value().tags[0].clone()), (tag.clone(), Register(tag)));
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Card {
    title: String,
    #[crdt(text)]
    notes: String,
}

/// A small document with everything that a saved one can have: two authors, changes at the same
/// time, two packs of which one goes on from the other, an own change that was signed when it was
/// saved, and a bundle that waits. Also what it waits for.
fn card() -> (Document<Card>, Vec<u8>) {
    let (mut a, mut b) = two::<Card>();
    a.change(|card| card.notes.insert(0, "a first text that is long".repeat(40))).unwrap();
    sync(&mut a, &mut b);
    a.change(|card| card.title.set("Attic")).unwrap();
    b.change(|card| card.title.set("Cellar")).unwrap();
    sync(&mut a, &mut b);
    let mut a = Document::<Card>::load(&a.save(), key(1)).unwrap();
    let mut messages = Vec::new();
    for title in ["one", "two"] {
        let heads = b.heads();
        b.change(|card| card.title.set(title)).unwrap();
        messages.push(b.export(&heads));
    }
    a.apply(&messages[1]).unwrap();
    a.change(|card| card.notes.insert(3, "!")).unwrap();
    (a, messages.swap_remove(0))
}

/// All that two replicas can differ in.
fn traces(card: &Document<Card>) -> impl PartialEq + core::fmt::Debug + use<> {
    let history = card.history();
    let sizes: Vec<_> = history.authors().map(|author| history.bytes_by(&author)).collect();
    let waiting = (history.pending(), history.missing());
    (card.digest(), card.heads(), history.bytes(), sizes, waiting, card.inspect().to_string())
}

/// Whatever byte of a file is otherwise, whoever verifies it refuses it or has the same document.
#[test]
fn a_stranger_looks_at_everything() {
    let (a, _) = card();
    let saved = a.save_changes();
    let whole = Document::<Card>::load_verified(&saved, None).unwrap();
    assert_eq!(traces(&whole), traces(&a));
    let expected = (traces(&a), whole.export(&[]));
    let mut same = 0;
    for (place, bits) in (0..saved.len() - 32).flat_map(|place| [(place, 1), (place, 0x80)]) {
        let mut forged = saved.clone();
        forged[place] ^= bits;
        if place > 5 + 2 {
            let opened = Document::<Card>::load(&forged, key(1));
            let damaged = LoadError::Decode(DecodeError::ChecksumMismatch);
            assert_eq!(opened.err(), Some(damaged), "byte {place}");
        }
        if let Ok(opened) = Document::<Card>::load_verified(&sealed(forged), None) {
            same += 1;
            assert_eq!((traces(&opened), opened.export(&[])), expected, "byte {place}");
        }
    }
    // For what the bundle that waits was taken to wait for, and bits that no stream of DEFLATE
    // needs.
    assert!(same < 8, "{same} files are not what was saved");
}

/// What waits when a document is saved waits when it is opened.
#[test]
fn what_waits_is_saved() {
    let (a, message) = card();
    let waiting = a.history().pending();
    assert_eq!(waiting.0, 1);
    let saved = a.save();
    let opened = Document::<Card>::load(&saved, key(1)).unwrap();
    let verified = Document::<Card>::load_verified(&saved, None).unwrap();
    let kept = Document::<Card>::load_read_only(&a.save_changes()).unwrap();
    let again = Document::<Card>::load_read_only(&opened.save()).unwrap();
    for mut opened in [opened, verified, kept, again] {
        let history = opened.history();
        assert_eq!((history.pending(), history.missing()), (waiting, a.history().missing()));
        let outcome = opened.apply(&message).unwrap();
        assert_eq!(outcome.applied.len(), 2);
        assert_eq!(opened.history().pending(), (0, 0));
    }
    let mut relay = History::load(&saved).unwrap();
    assert_eq!(relay.apply(&message).unwrap().applied.len(), 2);
}

/// What makes bundles shortest may not make them denser than a bundle may be, and everything is
/// sent and saved all the same.
#[test]
fn a_million_equal_characters() {
    const MANY: usize = 1_000_000;
    let mut whole = Document::<Card>::create(key(1)).unwrap();
    whole.change(|card| card.notes.insert(0, "a".repeat(MANY))).unwrap();
    let mut typed = Document::<Card>::create(key(1)).unwrap();
    // More changes than a bundle holds.
    for place in 0..if cfg!(debug_assertions) { MANY * 3 / 10 } else { MANY } {
        typed.change(|card| card.notes.insert(place, "a")).unwrap();
    }
    for card in [whole, typed] {
        let (exported, saved) = (card.export(&[]), card.save());
        let mut other = Document::<Card>::join(card.id(), key(2));
        let outcome = other.apply(&exported).unwrap();
        let opened = Document::<Card>::load(&saved, key(1)).unwrap();
        let verified = Document::<Card>::load_verified(&saved, None).unwrap();
        assert_eq!(outcome.bytes, card.history().bytes());
        for other in [other, opened, verified] {
            assert_eq!((other.heads(), other.digest()), (card.heads(), card.digest()));
            assert_eq!(other.history().bytes(), card.history().bytes());
        }
    }
}

/// What a file does not hold, though it says so, is not sent on as something else.
#[test]
fn a_pack_that_does_not_unpack_stays_here() {
    let (a, _) = card();
    let mut forged = a.save();
    let bundle = forged.windows(4).position(|mark| mark == b"CRDB").unwrap();
    forged[bundle + 4] = 9;
    let mut opened = Document::<Card>::load(&sealed(forged), key(1)).unwrap();
    assert_eq!(opened.value().notes, a.value().notes, "the state is believed");
    let heads = opened.heads();
    assert_eq!(opened.history().bytes(), a.history().bytes());
    opened.change(|card| card.notes.insert(0, "more")).unwrap();
    let mut other = Document::<Card>::load(&a.save(), key(3)).unwrap();
    assert!(opened.export(&[]).is_empty(), "nothing of what is lost, nor what it covers");
    assert_eq!(other.apply(&opened.export(&heads)).unwrap().applied, opened.heads());
}

/// A file is as large as it says, so that bundles can be appended to it.
#[test]
fn nothing_lies_behind_a_saved_document() {
    let (a, message) = card();
    let mut saved = a.save();
    saved.extend_from_slice(&message);
    let opened = Document::<Card>::load(&saved, key(1)).err();
    assert_eq!(opened, Some(LoadError::Decode(DecodeError::TrailingBytes)));
}

/// A journal cut anywhere gives out what is whole, and says where the rest begins.
#[test]
fn a_torn_journal() {
    let (a, message) = card();
    let pieces = [a.save(), message, a.export(&[]), a.export(&a.heads())];
    for first in 0..2 {
        let whole: Vec<u8> = pieces[first..].concat();
        for end in 0..=whole.len() {
            let mut journal = Journal::new(&whole[..end]);
            let mut expected = 0;
            let mut fits = |piece: &[u8]| {
                expected += piece.len();
                expected <= end && !piece.is_empty()
            };
            if first == 0 {
                let saved = fits(&pieces[0]).then_some(pieces[0].as_slice());
                assert_eq!(journal.saved(), saved, "cut at {end}");
            } else {
                assert_eq!(journal.saved(), None);
            }
            let bundles: Vec<&[u8]> = (&mut journal).collect();
            let left: Vec<&[u8]> =
                pieces[1..].iter().map(Vec::as_slice).take_while(|piece| fits(piece)).collect();
            assert_eq!(bundles, left, "cut at {end}");
            let saved = journal.saved().map_or(0, <[u8]>::len);
            assert_eq!(journal.offset(), saved + left.concat().len());
        }
    }
    for foreign in [&b"\x00"[..], b"\x05hello", b"CRDS\x01", b"CRDS\x02\x00", &[0xff; 20]] {
        let mut journal = Journal::new(foreign);
        assert_eq!((journal.saved(), journal.next(), journal.offset()), (None, None, 0));
    }
}

/// Files that are trusted and should not be: whatever is in them, nothing panics and nobody else is
/// deceived.
#[test]
fn forged_files_harm_only_those_who_trust_them() {
    let (a, b) = shelf();
    let saved = a.save();
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut opened = 0;
    for _ in 0..if cfg!(debug_assertions) { 1500 } else { 20_000 } {
        let mut forged = saved.clone();
        for _ in 0..rng.random_range(1..4) {
            let place = rng.random_range(37..saved.len() - 32);
            forged[place] = if rng.random_bool(0.5) { rng.random() } else { forged[place] ^ 1 };
        }
        let forged = sealed(forged);
        let _ = Document::<Shelf>::load_verified(&forged, None);
        let _ = History::load(&forged).map(|history| history.to_json());
        let Ok(mut document) = Document::<Shelf>::load(&forged, key(1)) else { continue };
        opened += 1;
        let _ = (document.value(), document.digest(), document.inspect().to_string());
        let _ = document.change(|shelf| {
            shelf.notes.insert(0, "new")?;
            shelf.books.push(book("New"))?;
            shelf.notes.delete(1..2)
        });
        let _ = document.apply(&b.export(&[]));
        let _ = document.save();
        let mut other = Document::<Shelf>::join(a.id(), key(4));
        if other.apply(&document.export(&[])).is_ok() {
            let _ = other.value();
        }
    }
    assert!(opened > 0, "some forged files are opened");
}
