//! A view is serialized as the value is, without making the value first.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use crdt_core::{CrdtNode, Document, ElementId, Map, ParseIdError, Text};
use serde::Serialize;

use crate::{key, two};

#[derive(CrdtNode, Serialize, Clone, Debug, PartialEq)]
#[crdt(rename_all = "camelCase")]
#[serde(rename_all = "camelCase")]
struct Archive {
    full_title: String,
    #[crdt(text, rename = "body")]
    #[serde(rename = "body")]
    notes: String,
    #[crdt(counter)]
    visits: u8,
    owner: Option<String>,
    nobody: Option<char>,
    lead: Option<Person>,
    absent: Option<Person>,
    #[crdt(register)]
    size: (u8, f64),
    #[crdt(skip)]
    #[serde(skip)]
    cache: u8,
    people: Vec<Person>,
    shelves: BTreeMap<Shelf, Vec<State>>,
    flags: BTreeMap<bool, ()>,
    tags: BTreeSet<Shelf>,
    wrapped: Wrapper<Person>,
    many: Many<Shelf, 2>,
    pair: Pair,
    mark: Mark,
    phantom: PhantomData<u8>,
}

#[derive(CrdtNode, Serialize, Clone, Debug, Default, PartialEq)]
struct Person {
    name: String,
    friend: Option<Box<Person>>,
}

#[derive(CrdtNode, Serialize, Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Shelf(u16);

#[derive(CrdtNode, Serialize, Clone, Debug, Default, PartialEq)]
struct Wrapper<T>(T);

#[derive(CrdtNode, Serialize, Clone, Debug, Default, PartialEq)]
struct Many<T, const N: usize> {
    all: Vec<Option<T>>,
}

#[derive(CrdtNode, Serialize, Clone, Debug, Default, PartialEq)]
struct Pair(
    u8,
    #[crdt(skip)]
    #[serde(skip)]
    u8,
    String,
);

#[derive(CrdtNode, Serialize, Clone, Debug, Default, PartialEq)]
struct Mark;

#[derive(CrdtNode, Serialize, Clone, Debug, Default, PartialEq)]
#[crdt(rename_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
enum State {
    #[default]
    OnShelf,
    Lent(Person),
    Moved(
        u8,
        #[crdt(skip)]
        #[serde(skip)]
        u8,
        i64,
    ),
    Lost {
        when: Option<u32>,
        #[crdt(text)]
        why: String,
        #[crdt(skip)]
        #[serde(skip)]
        seen: bool,
    },
    Empty {},
    Hidden(
        #[crdt(skip)]
        #[serde(skip)]
        u8,
    ),
}

fn states() -> Vec<State> {
    let person = Person { name: "Ida".into(), friend: Some(Box::default()) };
    vec![
        State::OnShelf,
        State::Lent(person),
        State::Moved(1, 0, -2),
        State::Lost { when: Some(3), why: "water".into(), seen: false },
        State::Empty {},
        State::Hidden(0),
    ]
}

fn filled() -> Document<Archive> {
    let (mut document, _) = two::<Archive>();
    let change = document.change(|archive| {
        archive.full_title.set("Papers")?;
        archive.notes.push_str("größer \"and\" 😀")?;
        archive.visits.add(300)?;
        archive.owner.set("Ada")?;
        archive.lead.set(Some(Person { name: "Max".into(), friend: None }))?;
        archive.size.set((7, 0.5))?;
        archive.people.push(Person::default())?;
        archive.people.push(Person { name: "gone".into(), friend: None })?;
        archive.people.remove(1)?;
        for (shelf, states) in [(9, states()), (10, Vec::new())] {
            archive.shelves.insert(Shelf(shelf), states)?;
            archive.tags.insert(Shelf(shelf))?;
        }
        archive.flags.insert(true, ())?;
        archive.wrapped.name.set("in a wrapper")?;
        archive.many.all.push(Some(Shelf(3)))?;
        archive.many.all.push(None)?;
        archive.pair.0.set(4u8)?;
        archive.pair.2.set("second")
    });
    change.unwrap();
    document
}

fn cbor(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

#[test]
fn a_view_is_written_as_the_value() {
    let document = filled();
    let (view, value) = (document.read(), document.value());
    assert_eq!(value.shelves[&Shelf(9)], states());
    assert_eq!(value.visits, 255);
    assert_eq!(serde_json::to_string(&view).unwrap(), serde_json::to_string(&value).unwrap());
    assert_eq!(serde_json::to_value(view).unwrap(), serde_json::to_value(&value).unwrap());
    // Here struct fields keep their order and numbers of fields are written first.
    assert_eq!(cbor(&view), cbor(&value));
    assert_eq!(cbor(&document.read().people), cbor(&value.people));
}

#[test]
fn a_document_of_defaults_is_written_as_the_value_too() {
    let (document, _) = two::<Archive>();
    assert_eq!(cbor(&document.read()), cbor(&document.value()));
}

/// Keys need not be serializable to be written.
#[test]
fn keys_of_maps_are_written_as_what_they_are() {
    let (mut document, _) = two::<Map<Box<String>, Map<i8, Map<bool, Text>>>>();
    document
        .change(|map| map.entry(Box::new("a".into()))?.entry(-1)?.entry(true)?.insert(0, "b"))
        .unwrap();
    let json = serde_json::to_string(&document.read()).unwrap();
    assert_eq!(json, r#"{"a":{"-1":{"true":"b"}}}"#);
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Cursors {
    #[crdt(text)]
    text: String,
    #[crdt(register)]
    cursor: Option<ElementId>,
}

#[test]
fn element_ids_are_kept_in_json_and_in_documents() {
    let (mut document, _) = two::<Cursors>();
    document.change(|cursors| cursors.text.insert(0, "abc")).unwrap();
    let id = document.read().text.id_at(2).unwrap();
    document.change(|cursors| cursors.cursor.set(Some(id))).unwrap();
    assert_eq!(document.value().cursor, Some(id));

    let printed = id.to_string();
    assert_eq!(printed, format!("{}:2", id.change));
    assert_eq!(printed.parse(), Ok(id));
    let json = serde_json::to_string(&id).unwrap();
    assert_eq!(json, format!("{printed:?}"));
    assert_eq!(serde_json::from_str::<ElementId>(&json).unwrap(), id);
    let mut bytes = Vec::new();
    ciborium::into_writer(&id, &mut bytes).unwrap();
    assert_eq!(ciborium::from_reader::<ElementId, _>(bytes.as_slice()).unwrap(), id);
    assert!(bytes.len() < 40, "32 bytes and a number");

    let change = id.change;
    for (text, fault) in [
        (change.to_string(), ParseIdError::NoOffset),
        (format!("{change}:"), ParseIdError::InvalidOffset),
        (format!("{change}:+1"), ParseIdError::InvalidOffset),
        (format!("{change}:01"), ParseIdError::InvalidOffset),
        (format!("{change}:4294967296"), ParseIdError::InvalidOffset),
        ("ab:1".to_owned(), ParseIdError::WrongLength { expected: 64, found: 2 }),
    ] {
        assert_eq!(text.parse::<ElementId>(), Err(fault), "{text}");
    }
    let error = serde_json::from_str::<ElementId>("\"12\"").unwrap_err();
    assert!(error.to_string().contains("expected a change and an offset"), "{error}");
}

#[test]
fn documents_and_authors_are_named_in_json() {
    let (document, _) = two::<Cursors>();
    let names = (document.id(), key(1).author());
    let json = serde_json::to_string(&names).unwrap();
    assert_eq!(json, format!("[\"{}\",\"{}\"]", names.0, names.1));
    assert_eq!(
        serde_json::from_str::<(crdt_core::DocumentId, crdt_core::Author)>(&json).unwrap(),
        names
    );
}
