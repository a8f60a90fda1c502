//! JSON without a schema: its places, with every error of their paths, and where it can be.

use std::collections::BTreeMap;

use crdt_core::node::JsonEditor;
use crdt_core::serde_json::{Value, json};
use crdt_core::{CrdtNode, Document, EditError, ElementId, Json};

use crate::{sync, two};

/// A document that is some JSON.
pub(crate) fn document(value: Value) -> Document<Json> {
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
    assert_eq!(document.history().to_json(), read);
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
    assert_eq!(document.history().to_json(), expected);
}

#[test]
fn values_are_inserted() {
    let start = json!({ "a": 1, "list": ["x", "y"] });
    let insert = |path: &str| edited(start.clone(), |json| json.insert(path, "new").map(drop));
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
    let push = |path: &str| edited(start.clone(), |json| json.push(path, 1).map(drop));
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
    let remove = |path: &str| edited(start.clone(), |json| json.remove(path).map(drop));
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
    let text = |path: &str| edited(start.clone(), |json| json.text(path)?.push_str("!"));
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
    assert_eq!((view.as_str().as_deref(), view.len()), (Some("abc"), 3));
    assert_eq!(view.as_text().unwrap(), "abc");
    document.change(|json| json.text("/string")?.replace(1..2, "x")).unwrap();
    document.update(|json| json["string"] = "axcd".into()).unwrap();
    assert_eq!(document.read().get("/string").unwrap().as_text().unwrap(), "axcd");
    let inside = document.change(|json| json.set("/string/0", 1));
    let fault = EditError::NotAContainer { path: pointed("/string"), found: "a text" };
    assert_eq!(inside, Err(fault));
    // What is set is a plain string again.
    document.change(|json| json.set("/string", "plain")).unwrap();
    assert_eq!(document.read().get("/string").unwrap().as_str().as_deref(), Some("plain"));
    // Made anew, the text starts as the string, not as it once was.
    document.change(|json| json.text("/string")?.push_str("!")).unwrap();
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
    assert_eq!(
        fault(|json| json.remove("/b").map(drop)),
        "nothing is at \"/b\": write it with `set` first"
    );
    assert_eq!(
        fault(|json| json.set("/a/b", 1)),
        "a number is at \"/a\", and nothing is inside it: `set` it to an object or array first"
    );
    assert_eq!(
        fault(|json| json.insert("/l/x", 1).map(drop)),
        "an array is at \"/l\", and \"x\" is no position in it: write the number of an element, counted from 0, or `-` for the end"
    );
    assert_eq!(
        fault(|json| json.push("/a", 1).map(drop)),
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
    document.change(|json| json.text("/text")?.push_str("äö")).unwrap();
    let view = document.read();
    let at = |path: &str| view.get(path).unwrap();
    assert!(at("/null").is_null() && !at("/bool").is_null() && !at("/text").is_null());
    assert_eq!(at("/bool").as_bool(), Some(true));
    assert_eq!((at("/int").as_i64(), at("/int").as_u64()), (Some(-3), None));
    assert_eq!((at("/big").as_i64(), at("/big").as_u64()), (None, Some(u64::MAX)));
    assert_eq!((at("/float").as_f64(), at("/float").as_i64()), (Some(0.5), None));
    assert_eq!((at("/string").as_str().as_deref(), at("/string").len()), (Some("é!"), 2));
    assert!(at("/string").as_text().is_none());
    assert_eq!(at("/text").as_str(), Some(at("/text").as_text().unwrap().to_string().into()));
    assert_eq!(at("/text").as_text().unwrap().to_string(), "äö");
    let object = at("/object").as_object().unwrap();
    assert_eq!(object.keys().collect::<Vec<_>>(), ["a", "b"]);
    assert!(object.contains_key("a") && object.get("c").is_none());
    assert_eq!((object.len(), object.is_empty(), at("/null").is_empty()), (2, false, true));
    let array = at("/array").as_array().unwrap();
    assert_eq!(array.iter().map(|item| item.value()).collect::<Vec<_>>(), [json!(10), json!("x")]);
    assert_eq!(view.get("/array/-").map(|end| end.value()), None);
    assert_eq!(view.get("/array/00").map(|item| item.value()), None);
    assert_eq!(view.get("no pointer").map(|item| item.value()), None);
    assert_eq!(view.get("/int/0").map(|item| item.value()), None);
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

#[test]
fn pointers_name_elements_by_their_ids() {
    let mut document = document(json!({ "list": ["a", { "name": "b", "tags": [] }] }));
    let list = document.read().get("/list").unwrap().as_array().unwrap();
    let ids: Vec<ElementId> = (0..2).map(|position| list.id_at(position).unwrap()).collect();
    let (first, second) = (format!("/list/{}", ids[0]), format!("/list/{}", ids[1]));
    document
        .change(|json| {
            json.insert("/list/0", "new")?;
            json.set(format!("{second}/name"), "B")?;
            json.push(format!("{second}/tags"), "x")?;
            json.text(format!("{second}/notes"))?.push_str("n")?;
            json.insert(&first, "before")?;
            json.set(&first, "A")?;
            json.move_to(&second, 0)
        })
        .unwrap();
    let moved = json!({ "name": "B", "tags": ["x"], "notes": "n" });
    assert_eq!(document.value().0, json!({ "list": [moved, "new", "before", "A"] }));
    assert_eq!(document.read().get(format!("{second}/name")).unwrap(), "B");
    let by_path = document.read_by_path();
    assert_eq!(by_path.get("/list").unwrap().id_at(0), Some(ids[1]));
    assert_eq!(by_path.get("/list").unwrap().position_of(ids[0]), Some(3));
    assert_eq!(by_path.get("/list").unwrap().id_at(4), None);

    // An object has no elements: there it is a key, as any other text is.
    document.change(|json| json.set(format!("/object{second}"), 1)).unwrap();
    let id = ids[1].to_string();
    assert_eq!(document.read().get("/object/list").unwrap(), json!({ id: 1 }));
    document.change(|json| json.remove(&first).map(drop)).unwrap();
    assert!(document.read().get(&first).is_none());
    let fault = document.change(|json| json.set(&first, 1));
    assert_eq!(fault, Err(EditError::NoElement(ids[0])));
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
        all.boxed.text("")?.push_str("text")?;
        all.wrapped.push("", 7)?;
        all.atomic.set(Json(json!({ "whole": 1 })))?;
        Ok(())
    })
    .unwrap();
    sync(&mut a, &mut b);
    b.change(|all| {
        all.field.set("/b", 2)?;
        all.maybe.get_mut()?.expect("present").push("", "x")?;
        all.list.at(0)?.push("", 2)?;
        all.map.entry("k")?.remove("/x")?;
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
