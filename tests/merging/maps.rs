//! Maps and options of nodes.

use super::{Edit, Item, Outcome, exchange, item, merged, nothing, replicas};

#[test]
fn map_two_keys() -> Outcome {
    let sheet = merged(
        nothing,
        |sheet| sheet.map.insert("a", item("a", "")),
        |sheet| sheet.map.insert("b", item("b", "")),
    )?;
    assert_eq!(sheet.map.keys().collect::<Vec<_>>(), ["a", "b"]);
    Ok(())
}

#[test]
fn map_both_enter_one_key() -> Outcome {
    let sheet = merged(
        nothing,
        |sheet| {
            sheet.map.entry("k").name.set("name");
            Ok(())
        },
        |sheet| sheet.map.entry("k").note.insert(0, "note"),
    )?;
    assert_eq!(sheet.map["k"], item("name", "note"));
    Ok(())
}

#[test]
fn map_both_insert_one_key() -> Outcome {
    let at_a: Edit = |sheet| {
        let value = Item { tags: vec!["a".into()], votes: 1, ..item("a", "aa") };
        sheet.map.insert("k", value)
    };
    let at_b: Edit = |sheet| {
        let value = Item { tags: vec!["b".into()], votes: 2, ..item("b", "bb") };
        sheet.map.insert("k", value)
    };
    let sheet = merged(nothing, at_a, at_b)?;
    let both = Item { tags: vec!["a".into(), "b".into()], votes: 3, ..item("a", "aabb") };
    assert_eq!(sheet.map["k"], both);
    Ok(())
}

#[test]
fn map_remove_and_insert() -> Outcome {
    let sheet = merged(
        |sheet| sheet.map.insert("k", item("old", "")),
        |sheet| {
            sheet.map.remove("k");
            Ok(())
        },
        |sheet| sheet.map.insert("k", item("new", "")),
    )?;
    assert_eq!(sheet.map["k"], item("new", ""));
    Ok(())
}

#[test]
fn map_remove_and_edit_inside() -> Outcome {
    let (mut a, mut b) = replicas(|sheet| sheet.map.insert("k", item("old", "")))?;
    a.change(|sheet| {
        assert!(sheet.map.remove("k"));
        Ok(())
    })?;
    b.change(|sheet| sheet.map.entry("k").note.insert(0, "lost"))?;
    assert_eq!(exchange(&mut a, &mut b)?.map.len(), 0);
    // Whoever has seen the lost edit and makes the entry anew starts from the defaults.
    a.change(|sheet| {
        sheet.map.entry("k").name.set("new");
        Ok(())
    })?;
    assert_eq!(exchange(&mut a, &mut b)?.map["k"], item("new", ""));
    Ok(())
}

#[test]
fn map_remove_and_enter_again_and_edit_inside() -> Outcome {
    let sheet = merged(
        |sheet| sheet.map.insert("k", item("old", "old")),
        |sheet| {
            sheet.map.remove("k");
            sheet.map.entry("k");
            Ok(())
        },
        |sheet| sheet.map.entry("k").note.insert(3, " and more"),
    )?;
    assert_eq!(sheet.map["k"], item("", " and more"));
    Ok(())
}

#[test]
fn map_insert_and_edit_inside() -> Outcome {
    let sheet = merged(
        |sheet| sheet.map.insert("k", item("old", "old")),
        |sheet| sheet.map.insert("k", item("new", "new")),
        |sheet| sheet.map.entry("k").note.insert(3, " and more"),
    )?;
    assert_eq!(sheet.map["k"], item("new", "new and more"));
    Ok(())
}

#[test]
fn map_both_remove() -> Outcome {
    let remove: Edit = |sheet| {
        assert!(sheet.map.remove("k"));
        Ok(())
    };
    let sheet = merged(|sheet| sheet.map.insert("k", item("old", "")), remove, remove)?;
    assert_eq!(sheet.map.len(), 0);
    Ok(())
}

#[test]
fn map_clear_and_insert() -> Outcome {
    let sheet = merged(
        |sheet| sheet.map.insert("old", item("", "")),
        |sheet| {
            sheet.map.clear();
            Ok(())
        },
        |sheet| sheet.map.insert("new", item("", "")),
    )?;
    assert_eq!(sheet.map.keys().collect::<Vec<_>>(), ["new"]);
    Ok(())
}

#[test]
fn option_of_node_both_set() -> Outcome {
    let sheet = merged(
        nothing,
        |sheet| sheet.extra.set(Some(item("a", "aa"))),
        |sheet| sheet.extra.set(Some(item("b", "bb"))),
    )?;
    assert_eq!(sheet.extra, Some(item("a", "aabb")));
    Ok(())
}

#[test]
fn option_of_node_remove_and_set() -> Outcome {
    let sheet = merged(
        |sheet| sheet.extra.set(Some(item("old", ""))),
        |sheet| sheet.extra.set(None),
        |sheet| sheet.extra.set(Some(item("new", ""))),
    )?;
    assert_eq!(sheet.extra, Some(item("new", "")));
    Ok(())
}

#[test]
fn option_of_node_remove_and_edit_inside() -> Outcome {
    let sheet = merged(
        |sheet| sheet.extra.set(Some(item("old", ""))),
        |sheet| sheet.extra.set(None),
        |sheet| sheet.extra.get_or_insert_default().note.insert(0, "lost"),
    )?;
    assert_eq!(sheet.extra, None);
    Ok(())
}
