//! JSON without a schema.

use crdt_core::serde_json::{Value, json};
use crdt_core::{CrdtNode, Document, Json};

use super::{Edit, Outcome, exchange, merged, nothing, replicas};

/// Checks the JSON that A and B make, whoever is higher.
fn both_ways(beginning: Edit, one: Edit, other: Edit, expected: &Value) -> Outcome {
    assert_eq!(merged(beginning, one, other)?.json, *expected);
    assert_eq!(merged(beginning, other, one)?.json, *expected);
    Ok(())
}

#[test]
fn json_both_make_an_object() -> Outcome {
    both_ways(
        nothing,
        |sheet| sheet.json.set("/a/x", 1),
        |sheet| sheet.json.set("/a/y", 2),
        &json!({ "a": { "x": 1, "y": 2 } }),
    )
}

#[test]
fn json_both_make_an_array() -> Outcome {
    let sheet = merged(
        nothing,
        |sheet| sheet.json.push("/list", "a").map(drop),
        |sheet| sheet.json.push("/list", "b").map(drop),
    )?;
    assert_eq!(sheet.json, json!({ "list": ["a", "b"] }));
    Ok(())
}

#[test]
fn json_both_make_a_text() -> Outcome {
    let sheet = merged(
        nothing,
        |sheet| sheet.json.text("/note")?.push_str("aa"),
        |sheet| sheet.json.text("/note")?.push_str("bb"),
    )?;
    assert_eq!(sheet.json, json!({ "note": "aabb" }));
    Ok(())
}

#[test]
fn json_both_set_one_entry() -> Outcome {
    let (mut a, mut b) = replicas(|sheet| sheet.json.set("/k", 0))?;
    a.change(|sheet| sheet.json.set("/k", "a"))?;
    b.change(|sheet| sheet.json.set("/k", 1))?;
    assert_eq!(exchange(&mut a, &mut b)?.json, json!({ "k": "a" }));
    let conflicts = b.read().json.get("/k").ok_or("the entry")?.conflicts();
    assert_eq!(conflicts, [json!("a"), json!(1)]);
    Ok(())
}

#[test]
fn json_array_and_object() -> Outcome {
    let (mut a, mut b) = replicas(nothing)?;
    a.change(|sheet| sheet.json.push("", 1))?;
    b.change(|sheet| sheet.json.set("/k", 2))?;
    assert_eq!(exchange(&mut a, &mut b)?.json, json!([1]));
    assert_eq!(b.read().json.conflicts(), [json!([1]), json!({ "k": 2 })]);
    Ok(())
}

#[test]
fn json_both_make_an_object_over_an_array() -> Outcome {
    let (mut a, mut b) = replicas(|sheet| sheet.json.set("", json!([1])))?;
    a.change(|sheet| sheet.json.set("", json!({ "a": 1 })))?;
    b.change(|sheet| sheet.json.set("", json!({ "b": 2 })))?;
    let both = json!({ "a": 1, "b": 2 });
    assert_eq!(exchange(&mut a, &mut b)?.json, both);
    assert_eq!(b.read().json.conflicts(), [both]);
    Ok(())
}

#[test]
fn json_replace_and_edit_inside() -> Outcome {
    both_ways(
        |sheet| sheet.json.set("/k", json!({ "x": 1, "list": [] })),
        |sheet| sheet.json.set("/k", 5),
        |sheet| {
            sheet.json.set("/k/y", 2)?;
            sheet.json.push("/k/list", 3).map(drop)
        },
        &json!({ "k": 5 }),
    )
}

#[test]
fn json_set_and_edit_inside() -> Outcome {
    both_ways(
        |sheet| sheet.json.set("/k", json!({ "old": 1, "list": [1] })),
        |sheet| sheet.json.set("/k", json!({ "list": [2] })),
        |sheet| {
            sheet.json.set("/k/new", 2)?;
            sheet.json.push("/k/list", 3).map(drop)
        },
        &json!({ "k": { "list": [2, 3], "new": 2 } }),
    )
}

#[test]
fn json_replace_and_make_again_and_edit_inside() -> Outcome {
    both_ways(
        |sheet| sheet.json.set("", json!({ "old": 1 })),
        |sheet| {
            sheet.json.set("", 5)?;
            sheet.json.set("", json!({}))
        },
        |sheet| sheet.json.set("/new", 2),
        &json!({ "new": 2 }),
    )
}

#[test]
fn json_remove_and_set() -> Outcome {
    both_ways(
        |sheet| sheet.json.set("/k", 1),
        |sheet| sheet.json.remove("/k").map(drop),
        |sheet| sheet.json.set("/k", 2),
        &json!({ "k": 2 }),
    )
}

#[test]
fn json_remove_and_edit_inside() -> Outcome {
    both_ways(
        |sheet| sheet.json.set("/k", json!({})),
        |sheet| sheet.json.remove("/k").map(drop),
        |sheet| sheet.json.set("/k/x", 2),
        &json!({}),
    )
}

#[test]
fn json_remove_and_make_an_object() -> Outcome {
    both_ways(
        |sheet| sheet.json.set("/k", ()),
        |sheet| sheet.json.remove("/k").map(drop),
        |sheet| sheet.json.set("/k/x", 2),
        &json!({ "k": { "x": 2 } }),
    )
}

#[test]
fn json_remove_an_element_and_edit_inside() -> Outcome {
    both_ways(
        |sheet| sheet.json.set("", json!([{}, "stays"])),
        |sheet| sheet.json.remove("/0").map(drop),
        |sheet| sheet.json.set("/0/x", 2),
        &json!(["stays"]),
    )
}

#[test]
fn json_set_one_element() -> Outcome {
    let sheet = merged(
        |sheet| sheet.json.set("", json!([0, 1])),
        |sheet| sheet.json.set("/0", "a"),
        |sheet| sheet.json.set("/0", json!({ "b": 1 })),
    )?;
    assert_eq!(sheet.json, json!(["a", 1]));
    Ok(())
}

#[test]
fn json_both_type() -> Outcome {
    both_ways(
        |sheet| sheet.json.text("/note")?.insert(0, "one three"),
        |sheet| sheet.json.text("/note")?.insert(4, "two "),
        |sheet| sheet.json.text("/note")?.delete(0..4),
        &json!({ "note": "two three" }),
    )
}

#[test]
fn json_both_make_a_text_of_a_string() -> Outcome {
    let sheet = merged(
        |sheet| sheet.json.set("/note", "ab"),
        |sheet| sheet.json.text("/note")?.push_str("!"),
        |sheet| sheet.json.text("/note")?.push_str("?"),
    )?;
    assert_eq!(sheet.json, json!({ "note": "ab!ab?" }));
    Ok(())
}

#[test]
fn json_set_a_text_and_type() -> Outcome {
    both_ways(
        |sheet| sheet.json.text("/note")?.insert(0, "ab"),
        |sheet| sheet.json.set("/note", "string"),
        |sheet| sheet.json.text("/note")?.insert(2, "c"),
        &json!({ "note": "string" }),
    )
}

/// The same document as an app sees it that keeps the value as one.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
#[crdt(rename = "Sheet")]
struct Atomic {
    #[crdt(register)]
    json: Value,
}

#[test]
fn json_both_edit_inside_a_value_kept_as_one() -> Outcome {
    let (a, _) = replicas(nothing)?;
    let mut atomic = Document::<Atomic>::load(&a.save(), super::keypair(3))?;
    atomic.change(|sheet| sheet.json.set(json!({ "list": [1], "n": 0 })))?;
    let [mut a, mut b] = [4, 5].map(|secret| {
        let sheet = Document::<super::Sheet>::load(&atomic.save(), super::keypair(secret));
        sheet.expect("a saved document")
    });
    a.change(|sheet| sheet.json.set("/n", 5))?;
    b.change(|sheet| sheet.json.set("/m", 6))?;
    let Json(value) = exchange(&mut a, &mut b)?.json;
    // Both took it apart, and both wrote "n": one of them wins.
    assert_eq!((&value["list"], &value["m"]), (&json!([1, 1]), &json!(6)));
    assert!([json!(0), json!(5)].contains(&value["n"]), "{value}");
    Ok(())
}
