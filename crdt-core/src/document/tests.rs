//! What the compiler is to say of documents, and what documents say of what went wrong.

mod editors;
mod notes;
mod observed;
mod opened;
mod parts;
mod past;
mod prepared;
mod remains;
mod undo;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{ChangeOptions, Document, Past, PastJson};
use crate::codec::{DecodeError, write};
use crate::crypto::{Author, ChangeHash, Keypair, domain, sha256_of_parts};
use crate::history::{
    ApplyError, Equivocation, Frontier, GivenUp, History, LoadError, Log, Outcome, Refusal,
};
use crate::node::{Counter, CrdtNode, EditError, Json, List, Map, MapKey, Register, Text};
use crate::op::Key;
use crate::op::limits::{MAX_PATH_DEPTH, MAX_TAG_BYTES};

fn travels<T: Send + Sync + 'static>() {}

#[test]
fn documents_can_be_shared_between_threads() {
    travels::<History>();
    travels::<Document<Text>>();
    travels::<Past<Text>>();
    travels::<PastJson>();
    travels::<Log<'_>>();
    travels::<Document<Counter>>();
    travels::<Document<List<Option<Vec<String>>>>>();
    travels::<Document<Map<String, Register<Vec<u8>>>>>();
}

fn key(secret: u8) -> Keypair {
    Keypair::from_secret_bytes(&[secret; 32])
}

fn create<T: CrdtNode>() -> Document<T> {
    Document::found(key(1), [7; 32])
}

#[test]
fn a_message_that_is_too_long_says_so() {
    let mut text = create::<Text>();
    let mut said = |length: usize| {
        let options = ChangeOptions::new().message("m".repeat(length)).claimed_time(1 << 40);
        text.change_with(&options, |text| text.insert(0, "a"))
    };
    let error = said(MAX_TAG_BYTES).expect_err("it is too long");
    let EditError::MessageTooLong { length: MAX_TAG_BYTES, limit } = error else {
        panic!("{error}");
    };
    assert_eq!(
        error.to_string(),
        format!("the message of the change has 65536 bytes, and at most {limit} are allowed")
    );
    assert_eq!(said(limit), Ok(()));
    assert!(said(limit + 1).is_err());
}

#[test]
fn a_range_that_ends_before_it_starts_says_so() {
    let (start, end) = (3, 1);
    let inverted = Err(EditError::InvertedRange { start, end });
    let mut text = create::<Text>();
    text.change(|text| text.insert(0, "abcdefg")).expect("it fits");
    assert_eq!(text.change(|text| text.delete(start..end)), inverted);
    assert_eq!(text.change(|text| text.replace(start..end, "x")), inverted);
    assert_eq!(text.read().slice(start..end).map(|_| ()), inverted);
    let mut list = create::<Vec<String>>();
    assert_eq!(list.change(|list| list.delete(start..end)), inverted);
    assert_eq!(text.value().0, "abcdefg");
}

#[test]
fn a_place_that_is_too_deep_is_named() {
    let mut json = create::<Json>();
    let deep = "/k".repeat(MAX_PATH_DEPTH + 1);
    let error = json.change(|json| json.set(&deep, 1)).expect_err("it is too deep");
    let text = format!("{deep} lies deeper than the 128 steps that the format allows");
    assert_eq!(error.to_string(), text);
}

/// The next change takes the counters of one that came to nothing.
#[test]
fn an_element_of_a_change_that_came_to_nothing_has_no_name() {
    let mut list = create::<Vec<u8>>();
    let (mut made, mut undone) = (Vec::new(), Vec::new());
    for round in 0..5 {
        made.push(list.change(|list| list.push(round)).expect("it fits"));
        for _ in 0..round {
            let failed = list.change(|list| {
                undone.push(list.push(99)?);
                Err::<(), _>(EditError::NoEntry)
            });
            assert!(failed.is_err());
        }
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            list.change(|list| {
                undone.push(list.push(99)?);
                if round == 3 {
                    panic!("a fault of the app")
                } else {
                    Err::<(), _>(EditError::NoEntry)
                }
            })
        }));
        assert!(panicked.is_err() || round != 3);
        made.extend(list.change(|list| list.extend([round, round])).expect("it fits"));
    }
    let position = |new| list.read().position_of(list.element_id(new)?);
    let positions: Vec<_> = made.iter().map(|new| position(*new)).collect();
    assert_eq!(positions, (0..15).map(Some).collect::<Vec<_>>());
    assert!(undone.iter().all(|new| list.element_id(*new).is_none()));
}

#[test]
fn an_element_of_another_document_has_no_name() {
    let (mut list, mut other) = (create::<Vec<u8>>(), create::<Vec<u8>>());
    let new = list.change(|list| list.push(1)).expect("it fits");
    other.change(|list| list.push(2)).expect("it fits");
    assert!(list.element_id(new).is_some());
    assert_eq!(other.element_id(new), None);
    let fork = list.fork(key(3)).expect("it is whole");
    assert_eq!(fork.element_id(new), None);
}

/// A key that reads as another one below ten, and as none above a hundred.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Lossy(u8);

impl MapKey for Lossy {
    fn to_key(&self) -> Key<'_> {
        Key::Integer(self.0.into())
    }

    fn from_key(key: Key<'_>) -> Option<Self> {
        u8::from_key(key).filter(|number| *number <= 100).map(|number| Self(number.max(10)))
    }
}

/// A key that takes more bits than a path has for it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Wide(i128);

impl MapKey for Wide {
    fn to_key(&self) -> Key<'_> {
        Key::Integer(self.0)
    }

    fn from_key(key: Key<'_>) -> Option<Self> {
        if let Key::Integer(integer) = key { Some(Self(integer)) } else { None }
    }
}

#[test]
fn an_integer_beyond_64_bits_is_no_key() {
    let mut set = create::<BTreeSet<Wide>>();
    let (low, high) = (i128::from(i64::MIN), i128::from(u64::MAX));
    for beyond in [low - 1, high + 1] {
        let inserted = set.change(|set| set.insert(Wide(beyond)));
        assert_eq!(inserted, Err(EditError::AlteredKey(beyond.to_string())));
    }
    set.change(|set| set.extend([Wide(low), Wide(high)])).expect("they fit");
    let mut other = Document::<BTreeSet<Wide>>::join(set.id(), key(2));
    other.apply(&set.export(&[])).expect("it is genuine");
    assert_eq!(other.value(), set.value());
}

#[test]
fn a_key_that_does_not_come_back_is_not_written() {
    let mut map = create::<BTreeMap<Lossy, String>>();
    map.change(|map| map.insert(Lossy(10), "kept".into())).expect("it comes back");
    let before = (map.value(), map.heads());
    for number in [7, 101] {
        let altered = EditError::AlteredKey(number.to_string());
        let key = || Lossy(number);
        let edited = map.change(|map| {
            assert_eq!(map.insert(key(), "lost".into()), Err(altered.clone()));
            assert_eq!(map.entry(key()).map(|_| ()), Err(altered.clone()));
            assert_eq!(map.extend([(key(), "lost".into())]), Err(altered.clone()));
            Ok(())
        });
        assert_eq!(edited, Ok(()));
        assert_eq!(map.update(|map| drop(map.insert(key(), "lost".into()))), Err(altered));
    }
    assert_eq!((map.value(), map.heads()), before);
    let mut set = create::<BTreeSet<Lossy>>();
    let inserted = set.change(|set| set.insert(Lossy(7)));
    assert_eq!(inserted, Err(EditError::AlteredKey("7".into())));
    assert!(set.read().is_empty());
}

#[test]
fn bytes_of_another_kind_are_called_what_they_are() {
    let mut text = create::<Text>();
    text.change(|text| text.insert(0, "a")).expect("it fits");
    let (exported, saved) = (text.export(&[]), text.save());
    let frontier = text.frontier().to_bytes();
    let load = |bytes: &[u8]| Document::<Text>::load_read_only(bytes).unwrap_err().to_string();
    let exported_as = "they are exported changes: `apply` takes them in";
    assert_eq!(load(&exported), format!("not a saved document: {exported_as}"));
    let frontier_as = "they are a frontier: `Frontier::from_bytes` reads it";
    assert_eq!(load(&frontier), format!("not a saved document: {frontier_as}"));
    let read = Frontier::from_bytes(&exported).unwrap_err().to_string();
    assert!(read.ends_with(exported_as), "{read}");

    let mut apply = |bytes: &[u8]| text.apply(bytes).unwrap_err().to_string();
    assert_eq!(apply(&saved), "not a bundle: they are a saved document: `load` opens it");
    assert_eq!(apply(&frontier), format!("not a bundle: {frontier_as}"));
}

#[test]
fn bytes_of_something_else_are_not_called_cut() {
    let mut text = create::<Text>();
    text.change(|text| text.insert(0, "a")).expect("it fits");
    let genuine = text.export(&[]);
    let mut other = Document::<Text>::join(text.id(), key(2));
    for bytes in [&b"hello"[..], b"\x89PNG\r\n", b"{}", b"\x20C"] {
        let error = other.apply(bytes).expect_err("it is no bundle");
        if bytes != b"\x20C" {
            assert_eq!(error, ApplyError::Decode(DecodeError::WrongMagic), "{bytes:?}");
            assert!(error.to_string().starts_with("not a bundle: "), "{error}");
        }
        let error = Document::<Text>::load_read_only(bytes).expect_err("it is no document");
        assert_eq!(error, LoadError::Decode(DecodeError::WrongMagic), "{bytes:?}");
    }
    for end in 1..genuine.len() {
        let cut = other.apply(&genuine[..end]).map(|_| ());
        assert_eq!(cut, Err(ApplyError::Decode(DecodeError::Truncated)), "{end}");
    }
}

#[test]
fn errors_print_their_cause_once() {
    let refused = ApplyError::Refused(Refusal::Malformed(DecodeError::Truncated));
    let errors: [&dyn Error; 3] = [
        &refused,
        &LoadError::Apply(refused.clone()),
        &crate::history::ProofError::Decode(DecodeError::Truncated),
    ];
    for error in errors {
        assert!(error.source().is_none(), "{error}");
        assert_eq!(error.to_string().matches("the bytes end too early").count(), 1, "{error}");
    }
}

/// These bytes with one of the content turned over, and a checksum that fits.
fn forged(saved: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = saved[..saved.len() - 32].to_vec();
    bytes[at] ^= 1;
    let check = sha256_of_parts(&[domain::SAVED, &bytes]);
    bytes.extend_from_slice(&check);
    bytes
}

/// A map of which apps with other types have kept nodes of all kinds under one key.
fn kept_as_all_kinds<V: CrdtNode>(old: V::Value) -> Document<BTreeMap<String, V>> {
    let mut map = create::<BTreeMap<String, V>>();
    map.change(|map| map.insert("k", old)).expect("it fits");
    let mut other = Document::<Map<String, Counter>>::join(map.id(), key(2));
    other.change(|map| map.entry("k")?.add(5)).expect("it fits");
    map.apply(&other.export(&[])).expect("it is genuine");
    let mut other = Document::<Map<String, Text>>::join(map.id(), key(3));
    other.change(|map| map.entry("k")?.insert(0, "abc")).expect("it fits");
    map.apply(&other.export(&[])).expect("it is genuine");
    let mut other = Document::<Map<String, List<Json>>>::join(map.id(), key(4));
    other.change(|map| map.entry("k")?.push(Json(1.into())).map(drop)).expect("it fits");
    map.apply(&other.export(&[])).expect("it is genuine");
    let mut other = Document::<Map<String, Register<u8>>>::join(map.id(), key(5));
    other.change(|map| map.entry("k")?.set(7)).expect("it fits");
    map.apply(&other.export(&[])).expect("it is genuine");
    let mut other = Document::<Map<String, Map<u8, u8>>>::join(map.id(), key(6));
    other.change(|map| map.entry("k")?.insert(1, 1)).expect("it fits");
    map.apply(&other.export(&[])).expect("it is genuine");
    map
}

/// Writing an entry over clears what does not fit there; taking that back gives each part its own.
fn takes_back_what_it_cleared<V>(old: V::Value, new: V::Value)
where
    V: CrdtNode<Value: Clone + PartialEq + core::fmt::Debug>,
{
    let mut map = kept_as_all_kinds::<V>(old);
    let before = (map.value(), map.digest(), map.save());
    let failed = map.change(|map| {
        map.insert("k", new.clone())?;
        Err::<(), _>(EditError::NoEntry)
    });
    assert_eq!(failed, Err(EditError::NoEntry));
    assert_eq!((map.value(), map.digest(), map.save()), before);
    let failed = map.change(|map| {
        map.remove("k")?;
        map.insert("k", new)?;
        Err::<(), _>(EditError::NoEntry)
    });
    assert_eq!(failed, Err(EditError::NoEntry));
    assert_eq!((map.value(), map.digest(), map.save()), before);
}

#[test]
fn a_failed_change_restores_what_did_not_fit_where_it_wrote() {
    takes_back_what_it_cleared::<String>("old".into(), "new".into());
    takes_back_what_it_cleared::<Register<Vec<u8>>>(vec![1].into(), vec![2].into());
    takes_back_what_it_cleared::<Counter>(Counter(1), Counter(2));
    takes_back_what_it_cleared::<Text>("old".into(), "new".into());
    takes_back_what_it_cleared::<Vec<u8>>(vec![1, 2], vec![3]);
    takes_back_what_it_cleared::<Json>(Json("old".into()), Json(2.into()));
    takes_back_what_it_cleared::<Json>(Json("old".into()), Json(vec![2].into()));
    takes_back_what_it_cleared::<Map<u8, String>>(Map::default(), Map([(1, "a".into())].into()));
    takes_back_what_it_cleared::<()>((), ());
    takes_back_what_it_cleared::<Named>("old".into(), "new".into());
    takes_back_what_it_cleared::<Option<u8>>(Some(1), Some(2));
    takes_back_what_it_cleared::<Option<Named>>(Some("old".into()), Some("new".into()));
}

/// So it is if the edit fails half-way and the closure goes on.
#[test]
fn a_failed_edit_restores_what_did_not_fit_where_it_wrote() {
    let mut map = kept_as_all_kinds::<Register<Option<Option<u8>>>>(None.into());
    let before = (map.value(), map.digest(), map.heads());
    map.change(|map| {
        map.insert("k", Some(None).into()).expect_err("it does not come back");
        Ok(())
    })
    .expect("nothing has failed");
    assert_eq!((map.value(), map.digest(), map.heads()), before);
}

#[test]
fn outcomes_and_equivocations_are_printed_and_serialized() {
    let hash = |byte| ChangeHash::from_bytes([byte; 32]);
    let given_up = GivenUp { changes: vec![hash(4)], reason: Refusal::PendingFull };
    let outcome = Outcome {
        applied: vec![hash(1), hash(2)],
        bytes: 90,
        waiting: vec![hash(3)],
        given_up: vec![given_up],
        ..Outcome::default()
    };
    let text =
        "2 applied, 1 waiting for others, 1 given up (the buffer for waiting bundles is full)";
    assert_eq!(outcome.to_string(), text);
    let json = serde_json::to_value(&outcome).expect("it is JSON");
    assert_eq!(json["applied"][0], hash(1).to_string());
    assert_eq!(json["given_up"][0]["reason"], "the buffer for waiting bundles is full");

    let author: Author = key(1).author();
    let fork = Equivocation { author, seq: 3, changes: vec![hash(1), hash(2)] };
    let (one, two) = (hash(1), hash(2));
    assert_eq!(fork.to_string(), format!("{author} wrote 2 changes with number 3: {one}, {two}"));
    let json = serde_json::to_value(&fork).expect("it is JSON");
    assert_eq!((&json["author"], &json["seq"]), (&author.to_string().into(), &3.into()));
}

/// A type with a name.
struct Named;

impl CrdtNode for Named {
    type Value = String;
    type State = <Text as CrdtNode>::State;
    type View<'a> = <Text as CrdtNode>::View<'a>;
    type Editor<'a> = <Text as CrdtNode>::Editor<'a>;
    type Delta = <Text as CrdtNode>::Delta;
    type Kind = crate::node::Nested;
    const NAME: &'static str = "Named";
    const ALIASES: &'static [&'static str] = &["Former"];

    fn describe(schema: &mut crate::schema::SchemaBuilder) -> crate::schema::Node {
        Text::describe(schema)
    }

    fn view<'a>(state: &'a Self::State, chains: &'a crate::history::Chains) -> Self::View<'a> {
        Text::view(state, chains)
    }

    fn edit<'a>(state: &'a mut Self::State, scope: crate::node::Scope<'a>) -> Self::Editor<'a> {
        Text::edit(state, scope)
    }

    fn value_of(view: Self::View<'_>) -> Self::Value {
        Text::value_of(view).0
    }

    fn view_of<'a>(editor: &'a Self::Editor<'_>) -> Self::View<'a> {
        Text::view_of(editor)
    }

    fn write_in(
        editor: &mut Self::Editor<'_>,
        value: String,
        how: crate::node::Writing,
    ) -> Result<(), EditError> {
        Text::write_in(editor, value.into(), how)
    }

    fn delta(
        before: crate::node::Before<'_, Self::State>,
        after: &Self::State,
        chains: &crate::history::Chains,
    ) -> Option<Self::Delta> {
        Text::delta(before, after, chains)
    }

    fn apply_delta(value: &mut String, delta: &Self::Delta) -> Result<(), crate::DeltaError> {
        delta.apply(value)
    }

    fn copy_value(value: &String) -> String {
        value.clone()
    }
}

/// A document of a type with another name.
fn other_type() -> Document<Text> {
    let genesis = crate::history::Genesis::new(key(1).author(), [7; 32], "Other");
    Document::<Text>::over(History::founded(genesis), Some(key(1)))
}

#[test]
fn a_document_of_another_type_is_refused_before_it_can_wait() {
    assert!(Named::is_known_as("Named") && Named::is_known_as("Former") && Named::is_known_as(""));
    assert!(!Named::is_known_as("Other"));
    let mut other = other_type();
    other.change(|text| text.insert(0, "a")).expect("it fits");
    let first = other.export(&[]);
    let heads = other.heads();
    other.change(|text| text.insert(1, "b")).expect("it fits");
    let second = other.export(&heads);

    let mut named = Document::<Named>::join(other.id(), key(2));
    for bytes in [&first, &second] {
        let refused = named.apply(bytes).expect_err("it is of another type");
        let expected = ApplyError::OfAnotherType {
            document: "Other".to_owned(),
            opened_as: "Named".to_owned(),
        };
        assert_eq!(refused, expected);
        assert_eq!((named.history().len(), named.history().pending().0), (0, 0));
    }
    let mut named = named.with_any_type();
    named.apply(&second).expect("it waits");
    named.apply(&first).expect("it is genuine");
    assert_eq!(named.value(), "ab");
    let mut framed = Vec::new();
    write::bytes(&mut framed, b"");
    assert_eq!(named.apply(&framed), Err(ApplyError::Decode(DecodeError::Truncated)));
}
