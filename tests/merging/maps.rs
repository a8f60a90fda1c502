//! Maps and options of nodes.

use std::collections::BTreeMap;

use crdt_core::{CrdtNode, Document};

use super::{
    Edit, Item, Outcome, Sheet, State, blocked, exchange, item, keypair, merged, nothing, replicas,
};

fn leaf(key: &str, value: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(key.to_owned(), value.to_owned())])
}

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
        |sheet| sheet.map.entry("k")?.name.set("name"),
        |sheet| sheet.map.entry("k")?.note.insert(0, "note"),
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
            sheet.map.remove("k")?;
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
        assert!(sheet.map.remove("k")?.is_some());
        Ok(())
    })?;
    b.change(|sheet| sheet.map.entry("k")?.note.insert(0, "lost"))?;
    assert_eq!(exchange(&mut a, &mut b)?.map.len(), 0);
    // Whoever has seen the lost edit and makes the entry anew starts from the defaults.
    a.change(|sheet| sheet.map.entry("k")?.name.set("new"))?;
    assert_eq!(exchange(&mut a, &mut b)?.map["k"], item("new", ""));
    Ok(())
}

#[test]
fn map_remove_and_enter_again_and_edit_inside() -> Outcome {
    let sheet = merged(
        |sheet| sheet.map.insert("k", item("old", "old")),
        |sheet| {
            sheet.map.remove("k")?;
            sheet.map.entry("k")?;
            Ok(())
        },
        |sheet| sheet.map.entry("k")?.note.insert(3, " and more"),
    )?;
    assert_eq!(sheet.map["k"], item("", " and more"));
    Ok(())
}

#[test]
fn map_insert_and_edit_inside() -> Outcome {
    let sheet = merged(
        |sheet| sheet.map.insert("k", item("old", "old")),
        |sheet| sheet.map.insert("k", item("new", "new")),
        |sheet| sheet.map.entry("k")?.note.insert(3, " and more"),
    )?;
    assert_eq!(sheet.map["k"], item("new", "new and more"));
    Ok(())
}

#[test]
fn map_both_remove() -> Outcome {
    let remove: Edit = |sheet| {
        assert!(sheet.map.remove("k")?.is_some());
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
        |sheet| sheet.map.clear(),
        |sheet| sheet.map.insert("new", item("", "")),
    )?;
    assert_eq!(sheet.map.keys().collect::<Vec<_>>(), ["new"]);
    Ok(())
}

#[test]
fn map_remove_and_set_a_leaf() -> Outcome {
    let sheet = merged(
        |sheet| sheet.leaves.insert("k", "old".into()),
        |sheet| {
            assert!(sheet.leaves.remove("k")?.is_some());
            Ok(())
        },
        |sheet| sheet.leaves.entry("k")?.set("new"),
    )?;
    assert_eq!(sheet.leaves, leaf("k", "new"));
    Ok(())
}

#[test]
fn map_remove_and_update_a_leaf() -> Outcome {
    let (mut a, mut b) = replicas(|sheet| sheet.leaves.insert("k", "old".into()))?;
    a.update(|sheet| sheet.leaves.clear())?;
    b.update(|sheet| sheet.leaves = leaf("k", "new"))?;
    assert_eq!(exchange(&mut a, &mut b)?.leaves, leaf("k", "new"));
    // A remove takes back the value too, which is not there when the entry is made again.
    a.change(|sheet| {
        assert!(sheet.leaves.remove("k")?.is_some());
        Ok(())
    })?;
    assert_eq!(exchange(&mut a, &mut b)?.leaves, BTreeMap::new());
    b.change(|sheet| {
        let _ = sheet.leaves.entry("k");
        Ok(())
    })?;
    assert_eq!(exchange(&mut a, &mut b)?.leaves, leaf("k", ""));
    Ok(())
}

#[test]
fn map_remove_and_unset_a_leaf() -> Outcome {
    let sheet = merged(
        |sheet| sheet.leaves.insert("k", "old".into()),
        |sheet| sheet.leaves.clear(),
        |sheet| sheet.leaves.entry("k")?.unset(),
    )?;
    assert_eq!(sheet.leaves, BTreeMap::new());
    Ok(())
}

/// An entry that only a value keeps stays when whoever edits it takes the value back.
#[test]
fn map_unset_what_alone_keeps_an_entry() -> Outcome {
    let (mut a, mut b) = replicas(|sheet| sheet.leaves.insert("k", "old".into()))?;
    a.change(|sheet| sheet.leaves.clear())?;
    b.change(|sheet| sheet.leaves.entry("k")?.set("new"))?;
    exchange(&mut a, &mut b)?;
    a.change(|sheet| {
        sheet.leaves.get_mut("k")?.expect("it is present").unset()?;
        assert_eq!(sheet.leaves.len(), sheet.leaves.iter().count());
        Ok(())
    })?;
    assert_eq!(exchange(&mut a, &mut b)?.leaves, leaf("k", ""));
    Ok(())
}

#[test]
fn map_remove_and_select() -> Outcome {
    let sheet = merged(
        |sheet| sheet.states.insert("k", State::Done(1)),
        |sheet| sheet.states.clear(),
        |sheet| sheet.states.entry("k")?.set(blocked("rain", "")),
    )?;
    assert_eq!(sheet.states.get("k"), Some(&blocked("rain", "")));
    Ok(())
}

#[test]
fn map_remove_and_edit_a_payload() -> Outcome {
    let sheet = merged(
        |sheet| sheet.states.insert("k", blocked("rain", "")),
        |sheet| sheet.states.clear(),
        |sheet| {
            let mut entry = sheet.states.entry("k")?;
            entry.as_blocked().expect("it is selected").reason.set("snow")
        },
    )?;
    assert_eq!(sheet.states.len(), 0);
    Ok(())
}

/// A later version of the app, whose leaves are numbers.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
#[crdt(rename = "Sheet")]
struct Numbers {
    leaves: BTreeMap<String, u32>,
}

#[test]
fn map_clear_what_a_misfit_keeps() -> Outcome {
    let (mut old, mut b) = replicas(|sheet| sheet.leaves.insert("k", "old".into()))?;
    let mut new = Document::<Numbers>::join(old.id(), keypair(3));
    new.apply(&old.export(&[]))?;
    old.change(|sheet| sheet.leaves.clear())?;
    new.change(|sheet| sheet.leaves.entry("k")?.set(7))?;
    old.apply(&new.export(&old.heads()))?;
    new.apply(&old.export(&new.heads()))?;
    assert_eq!(new.value().leaves, BTreeMap::from([("k".to_owned(), 7)]));
    assert_eq!(old.value().leaves.len(), 0, "a value that does not fit keeps nothing present");
    // What is not there for the old app is left alone by an update, and cleared with the rest.
    let heads = old.heads();
    old.update(|sheet| sheet.leaves.clear())?;
    assert_eq!(old.heads(), heads);
    old.change(|sheet| sheet.leaves.clear())?;
    new.apply(&old.export(&new.heads()))?;
    assert_eq!(new.value().leaves.len(), 0);
    exchange(&mut old, &mut b)?;
    Ok(())
}

/// Whether an entry was ever asked for does not show in what is saved.
#[test]
fn map_blank_entries_are_not_saved() -> Outcome {
    let (mut a, _) = replicas(nothing)?;
    let mut c = Document::<Sheet>::join(a.id(), keypair(3));
    c.apply(&a.export(&[]))?;
    c.change(|sheet| sheet.leaves.insert("k", "old".into()))?;
    c.change(|sheet| {
        sheet.leaves.remove("k")?;
        sheet.choice.set(Some(State::Done(1)))?;
        sheet.choice.set(None)?;
        sheet.extra.set(Some(item("a", "")))
    })?;
    a.apply(&c.export(&[]))?;
    let loaded = Document::<Sheet>::load_read_only(&a.save())?;
    assert_eq!(loaded.digest(), a.digest());
    assert_eq!(loaded.save(), a.save());
    Ok(())
}

#[test]
fn option_of_node_remove_and_select() -> Outcome {
    let sheet = merged(
        |sheet| sheet.choice.set(Some(State::Open)),
        |sheet| sheet.choice.set(None),
        |sheet| sheet.choice.get_or_insert_default()?.set(State::Done(1)),
    )?;
    assert_eq!(sheet.choice, Some(State::Done(1)));
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
        |sheet| sheet.extra.get_or_insert_default()?.note.insert(0, "lost"),
    )?;
    assert_eq!(sheet.extra, None);
    Ok(())
}
