//! The JSON form of schemas that no type need have.

use crdt_core::schema::{Schema, compare};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Any node that refers to types among four.
fn node() -> impl Strategy<Value = Value> {
    let default = prop_oneof![
        Just(Value::Null),
        any::<f64>().prop_map(|float| json!(float)),
        any::<u64>().prop_map(|number| json!(number)),
        ".{0,3}".prop_map(|text| json!([text])),
    ];
    let leaf = prop_oneof![
        default.prop_map(|default| json!({ "register": { "value": "f64", "default": default } })),
        Just(json!({ "register": { "value": "app::Color" } })),
        Just(json!({ "counter": "i8" })),
        Just(json!("text")),
        Just(json!("json")),
        Just(json!("unit")),
        Just(json!({ "set": "u8" })),
        Just(json!({ "custom": "own" })),
        (0..4).prop_map(|number| json!({ "type": format!("T{number}") })),
    ];
    leaf.prop_recursive(3, 8, 1, |inner| {
        inner.prop_flat_map(|inner| {
            prop_oneof![
                Just(json!({ "list": inner })),
                Just(json!({ "option": inner })),
                Just(json!({ "box": inner })),
                Just(json!({ "map": { "key": "String", "value": inner } })),
            ]
        })
    })
}

/// Fields or variants: each has a name and perhaps a former one, and a mark on one of them.
fn named(place: &'static str) -> impl Strategy<Value = Value> {
    let each = (node(), any::<bool>(), any::<bool>(), "[a-z]{0,3}");
    prop::collection::vec(each, 1..4).prop_map(move |nodes| {
        let one =
            |(number, (node, aliased, marked, docs)): (usize, (Value, bool, bool, String))| {
                let mut one = json!({ "name": format!("n{number}"), place: node });
                if aliased {
                    one["aliases"] = json!([format!("former{number}")]);
                }
                if marked {
                    one[if place == "node" { "key" } else { "other" }] = true.into();
                }
                if !docs.is_empty() {
                    one["docs"] = docs.into();
                }
                one
            };
        nodes.into_iter().enumerate().map(one).collect()
    })
}

fn body() -> impl Strategy<Value = Value> {
    prop_oneof![
        named("node").prop_map(|fields| json!({ "struct": { "named": fields } })),
        named("node").prop_map(|fields| json!({ "struct": { "tuple": fields } })),
        Just(json!({ "struct": "unit" })),
        named("payload").prop_map(|variants| json!({ "enum": variants })),
        node().prop_map(|node| json!({ "newtype": node })),
    ]
}

fn schema() -> impl Strategy<Value = Value> {
    (node(), prop::array::uniform4(body())).prop_map(|(root, [a, b, c, d])| {
        json!({ "root": root, "types": { "T0": a, "T1": b, "T2": c, "T3": d } })
    })
}

proptest! {
    #[test]
    fn what_is_read_is_written_again(form in schema()) {
        let Ok(schema) = serde_json::from_value::<Schema>(form.clone()) else {
            // The one thing that can be wrong.
            let fault = serde_json::from_value::<Schema>(form).unwrap_err().to_string();
            prop_assert!(fault.contains("wraps nothing but itself"), "{}", fault);
            return Ok(());
        };
        prop_assert_eq!(&serde_json::to_value(&schema).unwrap(), &form);
        let text = serde_json::to_string(&schema).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Schema>(&text).unwrap(), &schema);
        prop_assert!(compare(&schema, &schema).is_empty());
    }

    #[test]
    fn any_two_can_be_compared(old in schema(), new in schema()) {
        let parsed = [old, new].map(serde_json::from_value::<Schema>);
        if let [Ok(old), Ok(new)] = parsed {
            let comparison = compare(&old, &new);
            prop_assert_eq!(comparison.is_safe(), comparison.not_safe().next().is_none());
            prop_assert_eq!(comparison.is_empty(), comparison.iter().next().is_none());
        }
    }
}

#[test]
fn what_does_not_hold_together_is_refused() {
    let fault = |form: Value| serde_json::from_value::<Schema>(form).unwrap_err().to_string();
    let missing = json!({ "root": { "list": { "type": "Gone" } } });
    assert_eq!(fault(missing), "the schema refers to the type `Gone`, which is not in it");
    let within = json!({ "root": "text", "types": { "A": { "enum": [
        { "name": "One", "payload": { "struct": { "tuple": [
            { "name": "0", "node": { "map": { "key": "u8", "value": { "type": "Gone" } } } },
        ] } } },
    ] } } });
    assert!(fault(within).contains("`Gone`"));
    let endless = json!({ "root": "text", "types": {
        "A": { "newtype": { "box": { "type": "B" } } },
        "B": { "newtype": { "type": "A" } },
    } });
    assert_eq!(fault(endless), "the newtype `A` wraps nothing but itself");
    let listed = json!({ "root": { "type": "A" }, "types": {
        "A": { "newtype": { "list": { "type": "A" } } },
    } });
    let listed: Schema = serde_json::from_value(listed).unwrap();
    assert!(compare(&listed, &listed).is_empty());
    assert!(fault(json!({ "root": "texts" })).contains("unknown variant"));
}
