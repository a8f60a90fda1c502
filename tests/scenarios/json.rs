//! JSON without a schema: its path API with every error, its plain values, and what others may send.

use std::collections::BTreeMap;

use crdt_core::limits::MAX_PATH_DEPTH;
use crdt_core::node::{JsonEditor, RegisterValue};
use crdt_core::serde_json::{Value, json};
use crdt_core::{Action, CrdtNode, Document, EditError, ElementId, Json, Register};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::updates::ops;
use crate::{key, sync, two};

fn document(value: Value) -> Document<Json> {
    let (mut document, _) = two::<Json>();
    document.change(|json| json.set("", value)).unwrap();
    document
}

/// What an edit leaves of a value, or why it is not made. A fault leaves nothing behind, even if
/// the change goes on after it.
fn edited(
    value: Value,
    edit: impl Fn(&mut JsonEditor<'_>) -> Result<(), EditError>,
) -> Result<Value, EditError> {
    let mut document = document(value.clone());
    let mut fault = None;
    let change = document.change(|json| Ok(fault = edit(json).err()));
    let (read, saved) = (document.value().0, document.save());
    let whole = Document::<Json>::load_read_only(&saved).unwrap();
    assert_eq!(document.digest(), whole.digest());
    assert_eq!(document.to_json(), read);
    match fault {
        Some(fault) => {
            assert_eq!(read, value);
            assert_eq!(document.history().len(), 1);
            Err(fault)
        }
        None => change.map(|()| read),
    }
}

fn pointed(path: &str) -> String {
    path.to_owned()
}

#[test]
fn places_are_set() {
    let start = json!({ "a": { "b": 1 }, "list": [1, { "c": null }] });
    let set =
        |path: &str, value: Value| edited(start.clone(), |json| json.set(path, value.clone()));
    assert_eq!(set("", json!(5)), Ok(json!(5)));
    assert_eq!(
        set("/a/b", json!("x")),
        Ok(json!({ "a": { "b": "x" }, "list": [1, { "c": null }] }))
    );
    assert_eq!(set("/a", json!([{}])), Ok(json!({ "a": [{}], "list": [1, { "c": null }] })));
    assert_eq!(
        set("/list/0", json!({})),
        Ok(json!({ "a": { "b": 1 }, "list": [{}, { "c": null }] }))
    );
    // Objects on the way are made where nothing is, or null.
    assert_eq!(
        set("/x/0/y", json!(true)),
        Ok(json!({ "a": { "b": 1 }, "list": [1, { "c": null }], "x": { "0": { "y": true } } }))
    );
    assert_eq!(
        set("/list/1/c/d", json!(true)),
        Ok(json!({ "a": { "b": 1 }, "list": [1, { "c": { "d": true } }] }))
    );
    assert_eq!(
        set("/a/b/c", json!(2)),
        Err(EditError::NotAContainer { path: pointed("/a/b"), found: "a number" })
    );
    assert_eq!(set("/list/2", json!(2)), Err(EditError::OutOfRange { position: 2, length: 2 }));
    assert_eq!(set("/list/-", json!(2)), Err(EditError::OutOfRange { position: 2, length: 2 }));
    assert_eq!(
        set("/list/01", json!(2)),
        Err(EditError::NotAPosition { path: pointed("/list"), token: "01".into() })
    );
    assert_eq!(set("a", json!(2)), Err(EditError::MalformedPointer("a".into())));
    assert_eq!(set("/a~", json!(2)), Err(EditError::MalformedPointer("/a~".into())));
}

#[test]
fn whatever_json_can_be_can_be_given() {
    let mut document = document(Value::Null);
    let change = document.change(|json| {
        json.set("/str", "s")?;
        json.set("/string", String::from("s"))?;
        json.set("/bool", true)?;
        json.set("/small", 1)?;
        json.set("/large", u64::MAX)?;
        json.set("/negative", i64::MIN)?;
        json.set("/float", 1.0)?;
        json.set("/unit", ())?;
        json.set("/infinite", f64::INFINITY)?;
        json.set("/items", vec![json!(1)])?;
        json.set("/value", json!({ "a": [] }))?;
        json.set("/json", Json(json!("j")))?;
        json.set("/", "the empty key")?;
        json.set("/a~1b~0c", "a key with escapes")
    });
    assert_eq!(change, Ok(()));
    let expected = json!({
        "str": "s", "string": "s", "bool": true, "small": 1, "large": u64::MAX,
        "negative": i64::MIN, "float": 1.0, "unit": null, "infinite": null, "items": [1],
        "value": { "a": [] }, "json": "j", "": "the empty key", "a/b~c": "a key with escapes",
    });
    assert_eq!(document.value(), expected);
    assert_eq!(document.to_json(), expected);
}

#[test]
fn values_are_inserted() {
    let start = json!({ "a": 1, "list": ["x", "y"] });
    let insert = |path: &str| edited(start.clone(), |json| json.insert(path, "new"));
    assert_eq!(insert(""), Ok(json!("new")));
    assert_eq!(insert("/b"), Ok(json!({ "a": 1, "b": "new", "list": ["x", "y"] })));
    assert_eq!(insert("/a"), Ok(json!({ "a": "new", "list": ["x", "y"] })));
    assert_eq!(insert("/list/0"), Ok(json!({ "a": 1, "list": ["new", "x", "y"] })));
    assert_eq!(insert("/list/2"), Ok(json!({ "a": 1, "list": ["x", "y", "new"] })));
    assert_eq!(insert("/list/-"), Ok(json!({ "a": 1, "list": ["x", "y", "new"] })));
    assert_eq!(insert("/list/3"), Err(EditError::OutOfRange { position: 3, length: 2 }));
    assert_eq!(
        insert("/list/x"),
        Err(EditError::NotAPosition { path: pointed("/list"), token: "x".into() })
    );
    assert_eq!(insert("/none/0"), Err(EditError::NothingAt(pointed("/none"))));
    assert_eq!(
        insert("/a/0"),
        Err(EditError::NotAContainer { path: pointed("/a"), found: "a number" })
    );
}

#[test]
fn values_are_pushed() {
    let start = json!({ "a": "string", "list": [[]], "null": null });
    let push = |path: &str| edited(start.clone(), |json| json.push(path, 1));
    let with = |list: Value, null: Value| json!({ "a": "string", "list": list, "null": (null) });
    assert_eq!(push("/list"), Ok(with(json!([[], 1]), json!(null))));
    assert_eq!(push("/list/0"), Ok(with(json!([[1]]), json!(null))));
    assert_eq!(push("/null"), Ok(with(json!([[]]), json!([1]))));
    assert_eq!(push("/null/b"), Ok(with(json!([[]]), json!({ "b": [1] }))));
    assert_eq!(push("/a"), Err(EditError::NotAnArray { path: pointed("/a"), found: "a string" }));
    assert_eq!(push(""), Err(EditError::NotAnArray { path: pointed(""), found: "an object" }));
    assert_eq!(
        push("/a/b"),
        Err(EditError::NotAContainer { path: pointed("/a"), found: "a string" })
    );
    assert_eq!(push("/list/-"), Err(EditError::OutOfRange { position: 1, length: 1 }));
}

#[test]
fn values_are_removed() {
    let start = json!({ "a": { "b": 1 }, "list": ["x", "y"] });
    let remove = |path: &str| edited(start.clone(), |json| json.remove(path));
    assert_eq!(remove(""), Ok(json!(null)));
    assert_eq!(remove("/a"), Ok(json!({ "list": ["x", "y"] })));
    assert_eq!(remove("/a/b"), Ok(json!({ "a": {}, "list": ["x", "y"] })));
    assert_eq!(remove("/list/0"), Ok(json!({ "a": { "b": 1 }, "list": ["y"] })));
    assert_eq!(remove("/c"), Err(EditError::NothingAt(pointed("/c"))));
    assert_eq!(remove("/c/d"), Err(EditError::NothingAt(pointed("/c"))));
    assert_eq!(remove("/list/-"), Err(EditError::OutOfRange { position: 2, length: 2 }));
    assert_eq!(
        remove("/a/b/c"),
        Err(EditError::NotAContainer { path: pointed("/a/b"), found: "a number" })
    );
}

#[test]
fn texts_are_edited() {
    let start = json!({ "string": "abc", "number": 1, "list": [], "yes": true });
    let text = |path: &str| edited(start.clone(), |json| Ok(json.text(path)?.push_str("!")));
    let with = |key: &str, value: &str| {
        let mut expected = start.clone();
        expected[key] = value.into();
        Ok(expected)
    };
    assert_eq!(text("/string"), with("string", "abc!"));
    assert_eq!(text("/new"), with("new", "!"));
    for (path, found) in
        [("", "an object"), ("/number", "a number"), ("/list", "an array"), ("/yes", "a boolean")]
    {
        assert_eq!(text(path), Err(EditError::NotAText { path: path.into(), found }));
    }

    let mut document = document(start);
    document.change(|json| json.text("/string").map(|_| ())).unwrap();
    let view = document.read().get("/string").unwrap();
    assert_eq!((view.as_str(), view.len()), (None, 3));
    assert_eq!(view.as_text().unwrap(), "abc");
    document.change(|json| json.text("/string")?.replace(1..2, "x")).unwrap();
    document.update(|json| json["string"] = "axcd".into()).unwrap();
    assert_eq!(document.read().get("/string").unwrap().as_text().unwrap(), "axcd");
    let inside = document.change(|json| json.set("/string/0", 1));
    let fault = EditError::NotAContainer { path: pointed("/string"), found: "a text" };
    assert_eq!(inside, Err(fault));
    // What is set is a plain string again.
    document.change(|json| json.set("/string", "plain")).unwrap();
    assert_eq!(document.read().get("/string").unwrap().as_str(), Some("plain"));
    // Made anew, the text starts as the string, not as it once was.
    document.change(|json| Ok(json.text("/string")?.push_str("!"))).unwrap();
    assert_eq!(document.value()["string"], "plain!");
}

#[test]
fn faults_say_what_was_found_and_what_to_do() {
    let fault = |edit: fn(&mut JsonEditor<'_>) -> Result<(), EditError>| {
        edited(json!({ "a": 1, "l": [] }), edit).unwrap_err().to_string()
    };
    assert_eq!(
        fault(|json| json.set("a", 1)),
        "\"a\" is not a JSON Pointer: it must be empty or begin with `/`, and in a key `~` is written `~0` and `/` is written `~1`"
    );
    assert_eq!(fault(|json| json.remove("/b")), "nothing is at \"/b\": write it with `set` first");
    assert_eq!(
        fault(|json| json.set("/a/b", 1)),
        "a number is at \"/a\", and nothing is inside it: `set` it to an object or array first"
    );
    assert_eq!(
        fault(|json| json.insert("/l/x", 1)),
        "an array is at \"/l\", and \"x\" is no position in it: write the number of an element, counted from 0, or `-` for the end"
    );
    assert_eq!(
        fault(|json| json.push("/a", 1)),
        "a number is at \"/a\", not an array: `set` it to an array first"
    );
    assert_eq!(
        fault(|json| json.text("/l").map(|_| ())),
        "an array is at \"/l\", not a text: `remove` it or `set` it to a string first"
    );
}

#[test]
fn editors_go_step_by_step() {
    let mut document = document(json!({ "tasks": [{ "name": "a" }, { "name": "b" }] }));
    document
        .change(|json| {
            let mut tasks = json.at("/tasks")?;
            assert_eq!(tasks.view().len(), 2);
            let mut second = tasks.at("/1")?;
            second.set("/name", "B")?;
            second.set("/done", true)?;
            assert_eq!(second.get("/done").and_then(|done| done.as_bool()), Some(true));
            tasks.at("/0/name")?.set("", "A")?;
            json.at("")?.remove("/tasks/0")
        })
        .unwrap();
    assert_eq!(document.value(), json!({ "tasks": [{ "name": "B", "done": true }] }));
    let nowhere = document.change(|json| json.at("/tasks/0/none").map(|_| ()));
    assert_eq!(nowhere, Err(EditError::NothingAt(pointed("/tasks/0/none"))));
}

#[test]
fn views_read_every_shape() {
    let mut document = document(json!({
        "null": null, "bool": true, "int": -3, "big": u64::MAX, "float": 0.5, "string": "é!",
        "object": { "b": 2, "a": 1 }, "array": [10, "x"],
    }));
    document.change(|json| Ok(json.text("/text")?.push_str("äö"))).unwrap();
    let view = document.read();
    let at = |path: &str| view.get(path).unwrap();
    assert!(at("/null").is_null() && !at("/bool").is_null() && !at("/text").is_null());
    assert_eq!(at("/bool").as_bool(), Some(true));
    assert_eq!((at("/int").as_i64(), at("/int").as_u64()), (Some(-3), None));
    assert_eq!((at("/big").as_i64(), at("/big").as_u64()), (None, Some(u64::MAX)));
    assert_eq!((at("/float").as_f64(), at("/float").as_i64()), (Some(0.5), None));
    assert_eq!((at("/string").as_str(), at("/string").len()), (Some("é!"), 2));
    assert!(at("/string").as_text().is_none() && at("/text").as_str().is_none());
    assert_eq!(at("/text").as_text().unwrap().to_string(), "äö");
    let object = at("/object").as_object().unwrap();
    assert_eq!(object.keys().collect::<Vec<_>>(), ["a", "b"]);
    assert!(object.contains_key("a") && object.get("c").is_none());
    assert_eq!((object.len(), object.is_empty(), at("/null").is_empty()), (2, false, true));
    let array = at("/array").as_array().unwrap();
    assert_eq!(
        array.iter().map(|item| item.to_value()).collect::<Vec<_>>(),
        [json!(10), json!("x")]
    );
    assert_eq!(view.get("/array/-").map(|end| end.to_value()), None);
    assert_eq!(view.get("/array/00").map(|item| item.to_value()), None);
    assert_eq!(view.get("no pointer").map(|item| item.to_value()), None);
    assert_eq!(view.get("/int/0").map(|item| item.to_value()), None);
    assert_eq!(format!("{:?}", at("/object")), r#"{"a": 1, "b": 2}"#);
    assert_eq!(at("/array").to_string(), r#"[10,"x"]"#);
    assert_eq!(view, document.value().0);
}

#[test]
fn elements_of_arrays_have_ids() {
    let mut document = document(json!({ "list": ["a", { "name": "b" }] }));
    let array = |document: &Document<Json>| -> Vec<Option<ElementId>> {
        let array = document.read().get("/list").unwrap().as_array().unwrap();
        (0..array.len()).map(|position| array.id_at(position)).collect()
    };
    let ids = array(&document);
    document.change(|json| json.insert("/list/0", "new")).unwrap();
    document.update(|json| json["list"][2]["name"] = "B".into()).unwrap();
    assert_eq!(array(&document)[1..], ids);
    let list = document.read().get("/list").unwrap().as_array().unwrap();
    assert_eq!(list.position_of(ids[1].unwrap()), Some(2));
    assert_eq!(list.by_id(ids[1].unwrap()).unwrap(), json!({ "name": "B" }));
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Everywhere {
    field: Json,
    maybe: Option<Json>,
    list: Vec<Json>,
    map: BTreeMap<String, Json>,
    choice: Choice,
    boxed: Box<Json>,
    wrapped: Wrapped,
    #[crdt(register)]
    atomic: Json,
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Wrapped(Json);

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
enum Choice {
    #[default]
    None,
    Some(Json),
    Named {
        json: Json,
    },
}

#[test]
fn it_can_be_anywhere_in_a_typed_document() {
    let (mut a, mut b) = two::<Everywhere>();
    a.change(|all| {
        all.field.set("/a", 1)?;
        all.maybe.set(Some(Json(json!(null))))?;
        all.list.push(Json(json!([1])))?;
        all.map.insert("k", json!({ "x": "y" }).into())?;
        all.choice.set(Choice::Some(json!([true]).into()))?;
        all.boxed.text("")?.push_str("text");
        all.wrapped.push("", 7)?;
        all.atomic.set(Json(json!({ "whole": 1 })));
        Ok(())
    })
    .unwrap();
    sync(&mut a, &mut b);
    b.change(|all| {
        all.field.set("/b", 2)?;
        all.maybe.get_mut().expect("present").push("", "x")?;
        all.list.at(0)?.push("", 2)?;
        all.map.entry("k").remove("/x")?;
        all.choice.as_some().expect("selected").set("/0", false)?;
        all.boxed.text("")?.insert(0, "a ")
    })
    .unwrap();
    sync(&mut a, &mut b);
    let expected = Everywhere {
        field: json!({ "a": 1, "b": 2 }).into(),
        maybe: Some(json!(["x"]).into()),
        list: vec![json!([1, 2]).into()],
        map: BTreeMap::from([("k".to_owned(), json!({}).into())]),
        choice: Choice::Some(json!([false]).into()),
        boxed: Box::new("a text".into()),
        wrapped: Wrapped(json!([7]).into()),
        atomic: json!({ "whole": 1 }).into(),
    };
    assert_eq!(a.value(), expected);
    let named = Choice::Named { json: json!({ "n": [1] }).into() };
    a.update(|all| {
        all.maybe = None;
        all.list.insert(0, json!("first").into());
        all.choice = named.clone();
        all.boxed.0 = "a longer text".into();
    })
    .unwrap();
    let expected = Everywhere {
        maybe: None,
        list: vec![json!("first").into(), json!([1, 2]).into()],
        choice: named,
        boxed: Box::new("a longer text".into()),
        ..expected
    };
    assert_eq!(a.value(), expected);
    assert_eq!(a.read().boxed.as_text().unwrap(), "a longer text");
    sync(&mut a, &mut b);
}

#[test]
fn an_update_writes_what_differs() {
    let mut json = document(json!({
        "name": "a", "list": [1, { "x": 1 }, 3], "gone": {}, "same": { "deep": [0.5] },
    }));
    json.change(|json| Ok(json.text("/note")?.push_str("a note"))).unwrap();
    let same = json.value();
    assert_eq!(ops(&mut json, |json| *json = same.clone()), [""; 0]);
    assert_eq!(ops(&mut json, |json| json["name"] = "b".into()), ["set"]);
    assert_eq!(ops(&mut json, |json| json["list"][1]["x"] = 2.into()), ["set"]);
    assert_eq!(ops(&mut json, |json| json["note"] = "a new note".into()), ["type ew n"]);
    assert_eq!(
        ops(&mut json, |json| json["list"].as_array_mut().unwrap().insert(1, 9.into())),
        ["insert 1"]
    );
    assert_eq!(
        ops(&mut json, |json| {
            json.as_object_mut().unwrap().remove("gone");
            json["more"] = json!([1, 2]);
        }),
        ["remove", "put", "set", "insert 2"]
    );
    assert_eq!(ops(&mut json, |json| json["list"] = json!({})), ["set"]);
    assert_eq!(ops(&mut json, |json| json["note"] = 1.into()), ["set"]);
    assert_eq!(ops(&mut json, |json| json.0 = Value::Null), ["set"]);
    assert_eq!(ops(&mut json, |json| json.0 = Value::Null), [""; 0]);
}

#[test]
fn numbers_are_told_apart_by_their_bytes() {
    let mut number = document(json!(1));
    assert_eq!(ops(&mut number, |number| number.0 = json!(1)), [""; 0]);
    assert_eq!(ops(&mut number, |number| number.0 = json!(1.0)), ["set"]);
    assert_eq!(number.value().to_string(), "1.0");
    assert_eq!(ops(&mut number, |number| number.0 = json!(0.0)), ["set"]);
    assert_eq!(ops(&mut number, |number| number.0 = json!(-0.0)), ["set"]);
    assert_eq!(number.value().to_string(), "-0.0");
    assert_eq!(ops(&mut number, |number| number.0 = json!([-0.0])), ["set", "insert 1"]);
    assert_eq!(ops(&mut number, |number| number.0 = json!([0.0])), ["set"]);
}

/// The payloads and seeds of a change.
fn payloads(document: &Document<Json>) -> Vec<Vec<u8>> {
    let change = document.history().changes().last().expect("a change");
    let ops = change.ops();
    let bytes = ops.iter().flat_map(|(_, op)| match &op.action {
        Action::Set { payload, .. } => vec![payload.to_vec()],
        Action::Insert { seeds, .. } => seeds.iter().map(<[u8]>::to_vec).collect(),
        _ => Vec::new(),
    });
    bytes.collect()
}

#[test]
fn shapes_are_written_as_the_wire_format_says() {
    let mut json = document(json!({ "k": [null, true, {}, []] }));
    assert_eq!(
        payloads(&json),
        [vec![0xa0], vec![0x80], vec![], vec![0xf5], vec![0xa0], vec![0x80]]
    );
    json.change(|json| json.text("/t").map(|_| ())).unwrap();
    assert_eq!(payloads(&json), [vec![0x40]]);
    json.change(|json| json.set("/k", json!([1, 1.0, -0.0, -1, u64::MAX, "a"]))).unwrap();
    let scalars: [&[u8]; 7] = [
        &[0x80],
        &[0x01],
        &[0xf9, 0x3c, 0],
        &[0xf9, 0x80, 0],
        &[0x20],
        &[0x1b, 255, 255, 255, 255, 255, 255, 255, 255],
        &[0x61, b'a'],
    ];
    assert_eq!(payloads(&json), scalars);
}

fn nested(depth: usize, array: bool) -> Value {
    let wrap = |inner| if array { json!([inner]) } else { json!({ "k": inner }) };
    (0..depth).fold(json!(1), |inner, _| wrap(inner))
}

/// Values can be as deep as paths; deeper ones fail the change before the stack is at its end. A
/// scalar takes no path of its own where it comes with its element.
#[test]
fn values_nest_as_deeply_as_paths() {
    for array in [false, true] {
        let deepest = nested(MAX_PATH_DEPTH, array);
        let mut json = document(deepest.clone());
        assert_eq!(json.value(), deepest);
        assert_eq!(json.to_json(), deepest);
        assert_eq!(Document::<Json>::load_read_only(&json.save()).unwrap().digest(), json.digest());
        assert_eq!(ops(&mut json, |json| json.0 = deepest.clone()), [""; 0]);
        let digest = json.digest();
        for depth in [MAX_PATH_DEPTH + 1 + usize::from(array), 2000] {
            let deeper = nested(depth, array);
            let set = json.change(|json| json.set("", deeper.clone()));
            assert_eq!(set, Err(EditError::PathTooDeep));
            assert_eq!(json.update(|json| json.0 = deeper), Err(EditError::PathTooDeep));
        }
        assert_eq!((json.value(), json.digest()), (deepest.into(), digest));
        let pointer = if array { "/0" } else { "/k" }.repeat(MAX_PATH_DEPTH);
        assert_eq!(json.read().get(&pointer).unwrap().as_i64(), Some(1));
        json.change(|json| json.set(&pointer, 2)).unwrap();
        assert_eq!(json.read().get(&pointer).unwrap().as_i64(), Some(2));
    }
    let mut json = document(Value::Null);
    let digest = json.digest();
    for path in ["/k".repeat(MAX_PATH_DEPTH + 1), "/k".repeat(100_000)] {
        assert_eq!(json.change(|json| json.set(&path, 1)), Err(EditError::PathTooDeep));
        assert_eq!(json.change(|json| json.push(&path, 1)), Err(EditError::PathTooDeep));
        assert_eq!(json.change(|json| json.text(&path).map(|_| ())), Err(EditError::PathTooDeep));
        // It is not part of the document either if the closure goes on.
        assert_eq!(json.change(|json| Ok(drop(json.set(&path, 1)))), Err(EditError::PathTooDeep));
        assert!(json.read().get(&path).is_none());
    }
    assert_eq!((json.digest(), json.value()), (digest, Json(Value::Null)));
}

#[test]
fn keys_are_as_long_as_the_format_allows() {
    let mut json = document(json!({}));
    let longest = "k".repeat(4096);
    json.change(|json| json.set(format!("/{longest}"), 1)).unwrap();
    let longer = json.change(|json| json.set(format!("/{longest}k"), 1));
    assert_eq!(longer, Err(EditError::KeyTooLong(4097)));
    let deep = json.update(|json| json["a"] = json!({ (longest.clone() + "k"): 1 }));
    assert_eq!(deep, Err(EditError::KeyTooLong(4097)));
    assert_eq!(json.value(), json!({ (longest): 1 }));
}

/// Bytes, of which JSON has none.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
struct Bytes(Vec<u8>);

impl Serialize for Bytes {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

/// What a document of atomic values reads as where it is taken for JSON.
fn taken_for_json<T: RegisterValue + Default>(value: T) -> Document<Json> {
    let (mut written, _) = two::<Register<T>>();
    written.change(|register| Ok(register.set(value))).unwrap();
    let other = written.fork(key(9));
    Document::load(&other.save(), key(8)).unwrap()
}

#[test]
fn values_that_are_no_json_are_passed_over() {
    let numbers = BTreeMap::from([(1, 2)]);
    let mut documents = [
        taken_for_json(Bytes(vec![1])),
        taken_for_json(vec![Bytes(vec![])]),
        taken_for_json(u128::MAX),
        taken_for_json(i128::MIN),
        taken_for_json(f64::NAN),
        taken_for_json(vec![f64::INFINITY]),
        taken_for_json(numbers.clone()),
        taken_for_json(vec![numbers]),
    ];
    for json in &mut documents {
        assert_eq!(json.value(), Json(Value::Null));
        assert!(json.read().conflicts().is_empty());
        // It is replaced like any value that is there.
        json.change(|json| json.set("/a", 1)).unwrap();
        assert_eq!((json.value(), json.read().conflicts().len()), (json!({ "a": 1 }).into(), 1));
    }
}

#[test]
fn atomic_values_are_read_as_they_are_and_taken_apart_by_edits() {
    let whole = json!({ "list": [1, { "x": [] }], "n": 0.5 });
    let mut json = taken_for_json(whole.clone());
    assert_eq!((json.value(), json.to_json()), (whole.clone().into(), whole.clone()));
    let view = json.read();
    assert_eq!(view.get("/list/1/x").unwrap(), json!([]));
    assert_eq!(view.get("/list").unwrap().as_array().unwrap().id_at(0), None);
    assert_eq!(view.as_object().unwrap().keys().collect::<Vec<_>>(), ["list", "n"]);
    assert_eq!(view.get("/list").unwrap().as_array().unwrap().iter().count(), 2);
    assert_eq!(format!("{view:?}"), r#"{"list": [1, {"x": []}], "n": 0.5}"#);
    assert_eq!(ops(&mut json, |json| json.0 = whole), [""; 0]);
    json.change(|json| json.push("/list/1/x", 2)).unwrap();
    assert_eq!(json.value(), json!({ "list": [1, { "x": [2] }], "n": 0.5 }));
    assert!(json.read().get("/list").unwrap().as_array().unwrap().id_at(0).is_some());

    // Empty containers mean the same either way.
    assert_eq!(taken_for_json(json!({})).value(), json!({}));
    assert_eq!(taken_for_json(json!([])).value(), json!([]));
    assert_eq!(taken_for_json(Bytes(vec![])).value(), json!(""));
    let mut list = taken_for_json(json!([1, 2]));
    list.change(|json| json.push("", 3)).unwrap();
    assert_eq!(list.value(), json!([1, 2, 3]));
    list.update(|json| json[0] = "one".into()).unwrap();
    assert_eq!(list.value(), json!(["one", 2, 3]));
}

/// Any JSON that is not too deep.
fn any_json() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3_i64..4).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[ab/~]{0,3}".prop_map(Value::from),
    ];
    scalar.prop_recursive(5, 40, 6, |inner| {
        let entries = prop::collection::btree_map("[ab/~]{0,2}", inner.clone(), 0..5);
        prop_oneof![
            prop::collection::vec(inner, 0..6).prop_map(Value::from),
            entries.prop_map(|entries| entries.into_iter().collect()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_is_set_is_read(first in any_json(), second in any_json()) {
        let (mut a, mut b) = two::<Json>();
        for value in [&first, &second] {
            a.change(|json| json.set("", value.clone())).unwrap();
            prop_assert_eq!(&a.value().0, value);
            prop_assert_eq!(&a.read().to_value(), value);
            prop_assert_eq!(&a.to_json(), value);
        }
        a.change(|json| {
            json.set("", ())?;
            json.set("/first/x", first.clone())?;
            json.push("/second", second.clone())
        }).unwrap();
        let both = json!({ "first": { "x": first }, "second": [second] });
        prop_assert_eq!(a.value(), both);
        sync(&mut a, &mut b);
        prop_assert_eq!(a.value(), b.value());
    }

    /// Whatever a value becomes, an update makes it that, and once it is that nothing is left to do.
    #[test]
    fn an_update_reaches_every_value(values in prop::collection::vec(any_json(), 1..5)) {
        let (mut a, mut b) = two::<Json>();
        for value in values {
            a.update(|json| json.0.clone_from(&value)).unwrap();
            // As text, so that zeros of both signs are told apart.
            prop_assert_eq!(a.value().to_string(), value.to_string());
            let heads = a.heads();
            a.update(|json| json.0.clone_from(&value)).unwrap();
            prop_assert_eq!(a.heads(), heads);
            prop_assert_eq!(a.to_json(), value);
        }
        sync(&mut a, &mut b);
    }

    /// Small edits of a plain value take few ops, whatever surrounds them.
    #[test]
    fn a_small_difference_takes_few_ops(value in any_json(), around in any_json()) {
        let mut json = document(json!({ "a": around, "b": [value, 1, 2] }));
        prop_assert_eq!(ops(&mut json, |json| json["b"][2] = 3.into()), ["set"]);
        prop_assert_eq!(
            ops(&mut json, |json| drop(json["b"].as_array_mut().unwrap().remove(1))),
            ["delete 1"]
        );
    }
}
