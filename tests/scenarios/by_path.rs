//! A document that is read and edited by paths and plain values.

use std::collections::{BTreeMap, BTreeSet};

use crdt_core::limits::MAX_KEY_BYTES;
use crdt_core::serde_json::{Value, json};
use crdt_core::{
    Author, CrdtNode, Document, EditError, Editor, Json, Keypair, NodeKind, PathEditor, PlainValue,
    Resolved, Side,
};
use serde::{Deserialize, Serialize};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Shelf {
    #[crdt(rename = "label", alias = "name")]
    title: String,
    books: Vec<Book>,
    tags: BTreeSet<String>,
    years: BTreeSet<i16>,
    people: BTreeMap<Author, Visits>,
    size: Size,
    #[crdt(bytes)]
    cover: Vec<u8>,
    wide: u128,
    #[crdt(register)]
    mixed: Mixed,
    rest: Option<Json>,
    #[expect(clippy::option_option, reason = "a document may have one")]
    lent: Option<Option<Vec<String>>>,
    boxed: Box<Visits>,
    state: State,
    nothing: (),
    #[crdt(skip)]
    seen: bool,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Book {
    #[crdt(key)]
    isbn: u64,
    #[crdt(text)]
    title: String,
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Visits {
    #[crdt(counter)]
    count: u8,
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Size(f32, u16);

#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
struct Mixed {
    ratio: f64,
    count: u8,
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
enum State {
    #[default]
    Open,
    Kept(Vec<i64>),
}

fn key(secret: u8) -> Keypair {
    Keypair::from_secret_bytes(&[secret; 32])
}

/// The same document twice.
fn twice() -> [Document<Shelf>; 2] {
    let mut founder = Document::<Shelf>::create(key(3)).expect("the system has randomness");
    founder.change(|shelf| shelf.title.set("founded")).expect("it fits");
    [(), ()].map(|()| {
        let mut shelf = Document::join(founder.id(), key(1));
        shelf.apply(&founder.export(&[])).expect("replicas of one document");
        shelf
    })
}

/// Makes a change in types and by path, which must be the same.
#[track_caller]
fn both(
    [typed, by_path]: &mut [Document<Shelf>; 2],
    edit: impl FnOnce(&mut Editor<'_, Shelf>) -> Result<(), EditError>,
    same: impl FnOnce(&mut PathEditor<'_>) -> Result<(), EditError>,
) {
    typed.change(edit).expect("it fits");
    by_path.change_by_path(same).expect("it fits");
    assert_eq!(by_path.heads(), typed.heads());
    assert_eq!(by_path.value(), typed.value());
}

fn plain(value: Value) -> PlainValue {
    value.into()
}

#[test]
fn elements_with_keys_are_found_again() {
    let mut shelf = twice();
    let book = |isbn, title: &str| Book { isbn, title: title.to_owned() };
    let some = [(1, "one"), (2, "two"), (3, "three")];
    let others = [(3, "free"), (4, "four"), (1, "one")];
    for books in [&some[..], &others, &some[1..], &[]] {
        let values = books.iter().map(|(isbn, title)| book(*isbn, title));
        let plain = books.iter().map(|(isbn, title)| json!({ "isbn": isbn, "title": title }));
        both(
            &mut shelf,
            |shelf| shelf.books.set(values),
            |shelf| shelf.set("/books", plain.collect::<Value>()),
        );
    }
}

#[test]
fn every_kind_of_key_is_a_step() {
    let mut shelf = twice();
    let (author, hex) = (key(3).author(), key(3).author().to_string());
    both(
        &mut shelf,
        |shelf| {
            shelf.tags.insert("a/b~")?;
            shelf.tags.insert("a/b~")?;
            shelf.tags.remove("a/b~")?;
            shelf.tags.set(["new", "old"])?;
            shelf.years.insert(-7)?;
            shelf.years.set([-7, 3])?;
            shelf.people.entry(author)?.count.add(2)?;
            shelf.people.insert(author, Visits { count: 3 })?;
            shelf.people.at(&author)?.count.reset()
        },
        |shelf| {
            shelf.put("/tags/a~1b~0")?;
            shelf.put("/tags/a~1b~0")?;
            assert_eq!(shelf.remove("/tags/a~1b~0"), Ok(true));
            assert_eq!(shelf.remove("/tags/a~1b~0"), Ok(false));
            shelf.set("/tags", json!(["old", "new"]))?;
            shelf.put("/years/-7")?;
            shelf.set("/years", json!([3.0, -7]))?;
            shelf.put(format!("/people/{hex}"))?;
            shelf.add(format!("/people/{hex}/count"), 2)?;
            shelf.insert(format!("/people/{hex}"), json!({ "count": 3 }))?;
            shelf.clear(format!("/people/{hex}/count"))
        },
    );
    let view = shelf[1].read_by_path();
    let kinds = ["/tags", "/people"].map(|path| view.get(path).map(|it| it.kind()));
    assert_eq!(kinds, [Some(NodeKind::Set), Some(NodeKind::Map)]);
    assert_eq!(view.get("/people").map(|people| people.keys()), Some(vec![hex]));
    assert!(view.contains("/tags/new") && !view.contains("/tags/a~1b~0"));
    assert!(view.contains("/years/3") && !view.contains("/years/03"));
}

#[test]
fn values_are_what_their_types_read_from_them() {
    let mut shelf = twice();
    let mixed = Mixed { ratio: 1.0, count: 2 };
    both(
        &mut shelf,
        |shelf| {
            shelf.set(Shelf {
                title: "all".into(),
                books: vec![Book { isbn: 7, title: "seven".into() }],
                tags: BTreeSet::new(),
                years: BTreeSet::new(),
                people: BTreeMap::new(),
                size: Size(0.1, 3),
                cover: vec![1, 2],
                wide: 1 << 100,
                mixed,
                rest: Some(Json(json!({ "a": [1.0] }))),
                lent: Some(Some(vec!["b".into()])),
                boxed: Box::new(Visits { count: 255 }),
                state: State::Kept(vec![1]),
                nothing: (),
                seen: true,
            })
        },
        |shelf| {
            let mut value = BTreeMap::from([
                ("cover".to_owned(), PlainValue::Bytes(vec![1, 2])),
                ("wide".to_owned(), PlainValue::Integer(1 << 100)),
            ]);
            let PlainValue::Map(rest) = plain(json!({
                "name": "all",
                "books": [{ "isbn": 7.0, "title": "seven" }],
                "size": [0.1, 3.0],
                "mixed": { "ratio": 1, "count": 2.0 },
                "rest": { "a": [1.0] },
                "lent": ["b"],
                "boxed": { "count": 255 },
                "state": { "Kept": [1] },
                "nothing": null,
            })) else {
                unreachable!("an object is a map")
            };
            value.extend(rest);
            shelf.set("", value)
        },
    );
    let view = shelf[1].read_by_path();
    assert_eq!(view.get("/cover").map(|it| it.value()), Some(PlainValue::Bytes(vec![1, 2])));
    assert_eq!(view.get("/wide").map(|it| it.value()), Some(PlainValue::Integer(1 << 100)));
    assert_eq!(view.get("/rest/a/0").map(|it| it.value()), Some(1.0.into()));
    assert_eq!(view.get("/lent/0").map(|it| it.value()), Some("b".into()));
    assert_eq!(view.get("/state/Kept/0").map(|it| it.value()), Some(1.into()));
    assert!(view.get("/state/Open").is_none() && view.get("/seen").is_none());
    // What is left out reads as by default.
    both(&mut shelf, |shelf| shelf.lent.set(None), |shelf| shelf.set("/lent", ()));
    both(
        &mut shelf,
        |shelf| shelf.boxed.set(Visits::default()),
        |shelf| shelf.set("/boxed", json!({})),
    );
    let whole = shelf[1].read_by_path().value();
    let [_, by_path] = &mut shelf;
    let before = by_path.heads();
    by_path.change_by_path(|shelf| shelf.set("", whole)).expect("it reads so");
    assert_eq!(by_path.heads(), before, "what is the same is not written");
}

#[test]
fn optional_nodes_are_what_they_hold() {
    let mut shelf = twice();
    both(
        &mut shelf,
        |shelf| {
            shelf.rest.get_or_insert_default()?.push("", 1)?;
            shelf.lent.set(Some(Some(vec!["a".into()])))?;
            let mut lent = shelf.lent.get_or_insert_default()?;
            lent.get_or_insert_default()?.push("b".into()).map(drop)
        },
        |shelf| {
            shelf.put("/rest")?;
            shelf.push("/rest", 1)?;
            shelf.set("/lent", json!(["a"]))?;
            shelf.push("/lent", "b").map(drop)
        },
    );
}

#[test]
fn texts_and_cursors_are_reached_by_path() {
    let [mut shelf, _] = twice();
    let new = shelf
        .change_by_path(|shelf| {
            let new = shelf.push("/books", json!({ "isbn": 1 }))?;
            shelf.text("/books/0/title")?.insert(0, "🦀 and")?;
            shelf.put("/rest")?;
            shelf.text("/rest/notes")?.push_str("b")?;
            Ok(new)
        })
        .expect("it fits");
    let id = shelf.element_id(new).expect("it was made");
    let view = shelf.read_by_path();
    let books = view.get("/books").expect("a list");
    assert_eq!((books.id_at(0), books.position_of(id)), (Some(id), Some(0)));
    let title = view.get(format!("/books/{id}/title")).expect("a text");
    assert_eq!(title.text().map(|text| text.position_of_utf16(2)), Some(Ok(1)));
    let cursor = title.cursor(1, Side::Right).expect("a space is there");
    shelf.change_by_path(|shelf| shelf.text("/books/0/title")?.delete(..1)).expect("it fits");
    let title = shelf.read_by_path().get("/books/0/title").expect("a text");
    assert_eq!(title.resolve(cursor), Some(Resolved { position: 0, is_exact: true }));
    let notes = shelf.read_by_path().get("/rest/notes").map(|notes| notes.value());
    assert_eq!(notes, Some("b".into()));
}

/// An edit that cannot be made.
type Failing<'f> = &'f dyn Fn(&mut PathEditor<'_>) -> Result<(), EditError>;

/// Whatever fails has done nothing, and the change goes on.
#[test]
fn what_fails_leaves_nothing() {
    let [mut shelf, _] = twice();
    let edit = shelf.change_by_path(|shelf| {
        shelf.set("/label", "kept")?;
        shelf.put("/rest")
    });
    edit.expect("it fits");
    let (before, value) = (shelf.heads(), shelf.value());
    let deep = |depth| (0..depth).fold(json!(0), |inner, _| json!([inner]));
    let long = "k".repeat(MAX_KEY_BYTES + 1);
    let failing: [Failing<'_>; 24] = [
        &|it| it.set("/books", json!([{ "isbn": 1 }, { "isbn": "x" }])),
        &|it| it.set("/books", json!([{ "isbn": 1 }, { "colour": "red" }])),
        &|it| it.insert("/books/0", json!({ "isbn": -1 })).map(drop),
        &|it| it.insert("/books/1", json!({})).map(drop),
        &|it| it.set("/books/-", json!({})),
        &|it| it.insert_all("/books", 1, [json!({})]).map(drop),
        &|it| it.push("/label", 1).map(drop),
        &|it| it.set("", json!({ "label": "lost", "wide": 1.5 })),
        &|it| it.set("/years", json!([1, 40_000])),
        &|it| it.set(format!("/tags/{long}"), ()),
        &|it| it.put(format!("/tags/{long}")),
        &|it| it.put("/years/40000"),
        &|it| it.set("/size", json!([1, 2, 3])),
        &|it| it.set("/boxed/count", 256),
        &|it| it.add("/label", 1),
        &|it| it.set("/state", "Lost"),
        &|it| it.set("/state", json!({ "Open": 1 })),
        &|it| it.set("/state/Kept/0", 1),
        &|it| it.set("/rest", deep(300)),
        &|it| it.set("/rest", deep(130)),
        &|it| it.set("/rest/a", PlainValue::Bytes(vec![1])),
        &|it| it.remove("/rest/a/b").map(drop),
        &|it| it.text("/label").map(drop),
        &|it| it.set("/lent/0", "x"),
    ];
    for (number, fails) in failing.into_iter().enumerate() {
        let went_on = shelf.change_by_path(|shelf| {
            fails(shelf).expect_err("it cannot be done");
            Ok(())
        });
        went_on.unwrap_or_else(|error| panic!("{number}: {error}"));
        assert_eq!((shelf.heads(), shelf.value()), (before.clone(), value.clone()), "{number}");
    }
}

#[test]
fn no_path_leads_astray() {
    let [mut shelf, _] = twice();
    shelf
        .change_by_path(|shelf| {
            shelf.push("/books", json!({ "title": "t" }))?;
            shelf.put("/rest")?;
            shelf.set("/rest/a/b", 1)?;
            shelf.put("/lent")
        })
        .expect("it fits");
    let steps = [
        "",
        "/",
        "//",
        "label",
        "/label",
        "/name",
        "/books",
        "/books/0",
        "/books/-",
        "/books/00",
        "/books/18446744073709551616",
        "/books/0/title",
        "/tags",
        "/tags/a",
        "/years/x",
        "/years/170141183460469231731687303715884105728",
        "/people/00ff",
        "/people/é",
        "/size/0",
        "/size/2",
        "/rest",
        "/rest/a",
        "/rest/a/b",
        "/lent",
        "/boxed",
        "/boxed/count",
        "/state",
        "/state/Kept",
        "/nothing",
        "/seen",
        "/~",
        "/~2",
        "/mixed/count",
    ];
    let tails = ["", "/", "/0", "/-", "/a", "/count", "/~1"];
    for (step, tail) in steps.iter().flat_map(|step| tails.map(|tail| (step, tail))) {
        let path = &format!("{step}{tail}");
        let made = shelf.change_by_path(|shelf| {
            let found = shelf.get(path).map(|it| (it.kind(), it.len(), it.keys(), it.value()));
            let _ = (found, shelf.at(path).map(drop), shelf.json(path).map(drop));
            let _ = (shelf.put(path), shelf.set(path, json!({ "a": [] })), shelf.add(path, 1));
            let _ = (shelf.insert(path, 1), shelf.push(path, "x"), shelf.clear(path));
            let _ = (shelf.insert_all(path, 0, [1, 2]), shelf.move_to(path, 0));
            let _ = (shelf.move_range(path, 0..1, 1), shelf.delete(path, ..1));
            let _ = (shelf.text(path).map(drop), shelf.remove(path));
            Ok(())
        });
        made.unwrap_or_else(|error| panic!("{path}: {error}"));
    }
    let mut copy = Document::<Shelf>::join(shelf.id(), key(2));
    copy.apply(&shelf.export(&[])).expect("replicas of one document");
    assert_eq!((copy.value(), copy.digest()), (shelf.value(), shelf.digest()));
}
