//! What is said of two versions is what happens: a document that was written with the old type is
//! opened with the new one.

use std::collections::{BTreeMap, BTreeSet};

use crdt_core::schema::{Rule, Schema, compare};
use crdt_core::{CrdtNode, Document};
use test_support::key;

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Label {
    name: String,
}

fn label(name: &str) -> Label {
    Label { name: name.into() }
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Wrapped(Label);

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
#[crdt(rename = "Status")]
enum Status {
    #[default]
    Open,
    Held {
        name: String,
    },
    Done,
}

/// [`Status`] with a variant less, and with one that holds the same otherwise.
#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
#[crdt(rename = "Status")]
enum Narrow {
    #[default]
    Open,
    Held(Label),
}

/// The same with one for those that are not known.
#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
enum Careful {
    #[default]
    Open,
    Held {
        name: String,
    },
    #[crdt(other)]
    Unknown,
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
#[crdt(rename = "App")]
struct Old {
    heading: String,
    unrelated: String,
    retyped: String,
    wider: u8,
    narrower: u64,
    huge: u64,
    optional: u32,
    optional_not: Option<u32>,
    #[crdt(text)]
    prose: String,
    defaulted: u32,
    #[crdt(counter)]
    count: i64,
    tags: BTreeSet<String>,
    words: Vec<String>,
    keys: BTreeMap<u8, u32>,
    other_keys: BTreeMap<String, u32>,
    status: Status,
    careful: Status,
    kept: String,
    nothing: (),
    float: f64,
    boxed: Label,
    wrapped: Label,
    joined: u8,
    into: u8,
    gone: String,
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
#[crdt(rename = "App")]
struct New {
    #[crdt(alias = "heading")]
    title: String,
    subject: String,
    retyped: u32,
    wider: u64,
    narrower: u8,
    huge: u128,
    optional: Option<u32>,
    optional_not: u32,
    prose: String,
    #[crdt(default = "seven")]
    defaulted: u32,
    #[crdt(counter)]
    count: u8,
    tags: BTreeMap<String, Label>,
    words: Vec<Label>,
    keys: BTreeMap<u64, u32>,
    other_keys: BTreeMap<u64, u32>,
    status: Narrow,
    careful: Careful,
    kept: Careful,
    nothing: String,
    float: f32,
    boxed: Box<Label>,
    wrapped: Wrapped,
    #[crdt(alias = "joined")]
    into: u8,
}

fn seven() -> u32 {
    7
}

fn written() -> Old {
    Old {
        heading: "heading".into(),
        unrelated: "lost".into(),
        retyped: "large".into(),
        wider: 200,
        narrower: 300,
        huge: u64::MAX,
        optional: 5,
        optional_not: Some(6),
        prose: "prose".into(),
        count: 300,
        tags: BTreeSet::from(["tag".to_owned()]),
        words: vec!["word".into()],
        keys: BTreeMap::from([(1, 10)]),
        other_keys: BTreeMap::from([("1".to_owned(), 10)]),
        status: Status::Done,
        careful: Status::Done,
        kept: "Held".into(),
        float: 0.1,
        boxed: label("boxed"),
        wrapped: label("wrapped"),
        joined: 3,
        gone: "kept".into(),
        ..Old::default()
    }
}

#[test]
fn what_is_found_is_what_there_is() {
    let comparison = compare(&Schema::of::<Old>(), &Schema::of::<New>());
    let mut found: Vec<_> = comparison.iter().map(|is| (is.path.as_str(), is.rule)).collect();
    found.sort_unstable();
    let expected = [
        ("careful", Rule::OtherMarked),
        ("careful/Done", Rule::VariantRemoved),
        ("count", Rule::CounterType),
        ("defaulted", Rule::DefaultChanged),
        ("float", Rule::RegisterType),
        ("gone", Rule::FieldRemoved),
        ("huge", Rule::IntegerType),
        ("joined", Rule::Joined),
        ("kept", Rule::StringToEnum),
        ("keys", Rule::IntegerType),
        ("narrower", Rule::IntegerType),
        ("nothing", Rule::FieldAdded),
        ("optional", Rule::LeafMadeOptional),
        ("optional_not", Rule::LeafMadeOptional),
        ("other_keys", Rule::KeyType),
        ("prose", Rule::NodeKind),
        ("retyped", Rule::RegisterType),
        ("status/Done", Rule::VariantRemovedWithoutOther),
        ("subject", Rule::RenamedWithoutAlias),
        ("tags/<key>", Rule::FieldAdded),
        ("title", Rule::Renamed),
        ("wider", Rule::IntegerType),
        ("words/<element>", Rule::NodeKind),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_document_is_read_as_is_said() {
    let mut old = Document::<Old>::create(key(1)).unwrap();
    old.update(|old| *old = written()).unwrap();
    let new = Document::<New>::load(&old.save(), key(2)).unwrap();
    let expected = New {
        // Safe: what was written is read, as far as it fits.
        title: "heading".into(),
        wider: 200,
        narrower: 0,
        huge: u64::MAX.into(),
        optional: Some(5),
        optional_not: 6,
        count: u8::MAX,
        tags: BTreeMap::from([("tag".to_owned(), Label::default())]),
        keys: BTreeMap::from([(1, 10)]),
        careful: Careful::Unknown,
        kept: Careful::Held { name: String::new() },
        boxed: Box::new(label("boxed")),
        wrapped: Wrapped(label("wrapped")),
        // Not safe: something else is read than was written.
        subject: String::new(),
        retyped: 0,
        prose: String::new(),
        defaulted: 7,
        words: vec![Label::default()],
        other_keys: BTreeMap::new(),
        status: Narrow::Open,
        float: new.value().float,
        into: 3,
        nothing: String::new(),
    };
    assert_eq!(new.value(), expected);
    assert_ne!(f64::from(new.value().float), 0.1, "it is not what was written");
}

/// What the new app does leaves what the old one has there: all that is safe, it reads on.
#[test]
fn what_is_safe_is_read_on_by_the_old_app() {
    let mut old = Document::<Old>::create(key(1)).unwrap();
    old.update(|old| *old = written()).unwrap();
    let mut new = Document::<New>::load(&old.save(), key(2)).unwrap();
    new.update(|new| {
        new.wider = 100;
        new.optional = Some(8);
        new.optional_not = 9;
        new.nothing = "something".into();
        new.tags.insert("more".into(), label("more"));
        new.keys.insert(300, 1);
    })
    .unwrap();
    old.apply(&new.export_for(&old.frontier())).unwrap();
    let expected = Old {
        wider: 100,
        optional: 8,
        optional_not: Some(9),
        tags: BTreeSet::from(["tag".to_owned(), "more".to_owned()]),
        ..written()
    };
    assert_eq!(old.value(), expected);
    // What was removed comes back, and so does what only looked removed.
    let again = Document::<Old>::load(&new.save(), key(3)).unwrap();
    assert_eq!(again.value(), old.value());
}

/// The fields of a variant and those of a struct that the variant holds are in one place.
#[test]
fn what_a_variant_holds_may_be_a_struct() {
    let mut old = Document::<Status>::create(key(1)).unwrap();
    old.change(|status| status.set(Status::Held { name: "me".into() })).unwrap();
    let new = Document::<Narrow>::load(&old.save(), key(2)).unwrap();
    assert_eq!(new.value(), Narrow::Held(label("me")));
}

/// A state that was written with a box in it is written otherwise than one without.
#[test]
fn saved_states_are_not_read_under_another_layout() {
    #[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
    #[crdt(rename = "Plain")]
    struct Plain {
        labels: Vec<Label>,
        label: Label,
        #[crdt(counter)]
        votes: u8,
    }
    #[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
    #[expect(clippy::vec_box, reason = "boxes are what this is about")]
    #[crdt(rename = "Plain")]
    struct Boxed {
        labels: Vec<Box<Label>>,
        label: Box<Label>,
        #[crdt(counter)]
        votes: u8,
    }
    let mut plain = Document::<Plain>::create(key(1)).unwrap();
    plain
        .update(|plain| {
            *plain = Plain { labels: vec![label("a"), label("b")], label: label("c"), votes: 2 };
        })
        .unwrap();
    let boxed = Document::<Boxed>::load(&plain.save(), key(1)).unwrap();
    assert_eq!(boxed.digest(), plain.digest());
    let expected = Boxed {
        labels: vec![Box::new(label("a")), Box::new(label("b"))],
        label: Box::new(label("c")),
        votes: 2,
    };
    assert_eq!(boxed.value(), expected);
    assert_eq!(Document::<Plain>::load(&boxed.save(), key(1)).unwrap().value(), plain.value());
}
