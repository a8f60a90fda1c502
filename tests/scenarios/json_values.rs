//! The plain values of JSON without a schema: what is written of them, how deep they can be, and
//! what others may have written.

use std::collections::BTreeMap;

use crdt_core::limits::MAX_PATH_DEPTH;
use crdt_core::node::RegisterValue;
use crdt_core::serde_json::{Value, json};
use crdt_core::{Action, Document, EditError, Json, Register};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use crate::json::document;
use crate::updates::ops;
use crate::{key, sync, two};

#[test]
fn an_update_writes_what_differs() {
    let mut json = document(json!({
        "name": "a", "list": [1, { "x": 1 }, 3], "gone": {}, "same": { "deep": [0.5] },
    }));
    json.change(|json| json.text("/note")?.push_str("a note")).unwrap();
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
/// Whether it says what lies too deep, and how deep anything may.
fn is_too_deep(edit: &Result<(), EditError>) -> bool {
    matches!(
        edit,
        Err(EditError::PathTooDeep { path, limit: MAX_PATH_DEPTH })
            if path.matches('/').count() == MAX_PATH_DEPTH + 1
    )
}

#[test]
fn values_nest_as_deeply_as_paths() {
    for array in [false, true] {
        let deepest = nested(MAX_PATH_DEPTH, array);
        let mut json = document(deepest.clone());
        assert_eq!(json.value(), deepest);
        assert_eq!(json.history().to_json(), deepest);
        assert_eq!(Document::<Json>::load_read_only(&json.save()).unwrap().digest(), json.digest());
        assert_eq!(ops(&mut json, |json| json.0 = deepest.clone()), [""; 0]);
        let digest = json.digest();
        for depth in [MAX_PATH_DEPTH + 1 + usize::from(array), 2000] {
            let deeper = nested(depth, array);
            let set = json.change(|json| json.set("", deeper.clone()));
            assert!(is_too_deep(&set));
            assert!(is_too_deep(&json.update(|json| json.0 = deeper)));
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
        assert!(is_too_deep(&json.change(|json| json.set(&path, 1))));
        assert!(is_too_deep(&json.change(|json| json.push(&path, 1).map(drop))));
        assert!(is_too_deep(&json.change(|json| json.text(&path).map(|_| ()))));
        // It is not part of the document either if the closure goes on.
        assert_eq!(json.change(|json| Ok(drop(json.set(&path, 1)))), Ok(()));
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
    written.change(|register| register.set(value)).unwrap();
    let other = written.fork(key(9)).expect("it proves itself");
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
    assert_eq!((json.value(), json.history().to_json()), (whole.clone().into(), whole.clone()));
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
            prop_assert_eq!(&a.read().value(), value);
            prop_assert_eq!(&a.history().to_json(), value);
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

    /// Whatever a value becomes, an update makes it that, and once it is that nothing is left to
    /// do.
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
            prop_assert_eq!(a.history().to_json(), value);
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
