//! Edits of the plain value.

use std::collections::{BTreeMap, VecDeque};

use crdt_core::{CrdtNode, Document};

use super::{Item, Outcome, Sheet, State, blocked, exchange, item, keypair, nothing, replicas};

type Update = fn(&mut Sheet);

/// The value after A and B updated the beginning concurrently.
fn updated(
    beginning: Update,
    at_a: Update,
    at_b: Update,
) -> Result<Sheet, Box<dyn std::error::Error>> {
    let (mut a, mut b) = replicas(nothing)?;
    a.update(beginning)?;
    b.apply(&a.export(&b.heads()))?;
    a.update(at_a)?;
    b.update(at_b)?;
    exchange(&mut a, &mut b)
}

#[test]
fn update_two_fields() -> Outcome {
    let sheet = updated(|_| {}, |sheet| sheet.word = "a".into(), |sheet| sheet.other = "b".into())?;
    assert_eq!((sheet.word.as_str(), sheet.other.as_str()), ("a", "b"));
    Ok(())
}

#[test]
fn update_counter() -> Outcome {
    let sheet = updated(
        |sheet| sheet.count = 10,
        |sheet| sheet.count += 5,
        |sheet| sheet.count = 7, // from 10
    )?;
    assert_eq!(sheet.count, 12);
    Ok(())
}

#[test]
fn update_text() -> Outcome {
    let sheet = updated(
        |sheet| sheet.text = "cat on a mat".into(),
        |sheet| sheet.text = "the cat on a mat".into(),
        |sheet| sheet.text = "cat on the mat".into(),
    )?;
    assert_eq!(sheet.text, "the cat on the mat");
    Ok(())
}

#[test]
fn update_list() -> Outcome {
    let words = |words: &str| words.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let sheet = updated(
        |sheet| sheet.words = ["a", "b", "c"].map(str::to_owned).into(),
        |sheet| sheet.words.insert(1, "new".into()),
        |sheet| {
            sheet.words.remove(0);
            sheet.words.push("d".into());
        },
    )?;
    assert_eq!(sheet.words, words("new b c d"));
    Ok(())
}

#[test]
fn update_inside_an_element() -> Outcome {
    let sheet = updated(
        |sheet| sheet.items = vec![item("a", "one")],
        |sheet| sheet.items[0].note.push_str(" more"),
        |sheet| {
            sheet.items[0].votes += 1;
            sheet.items.push(item("b", ""));
        },
    )?;
    assert_eq!(sheet.items, [Item { votes: 1, ..item("a", "one more") }, item("b", "")]);
    Ok(())
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Keyed {
    #[crdt(key)]
    id: u32,
    name: String,
    #[crdt(text)]
    note: String,
}

fn keyed(id: u32, name: &str, note: &str) -> Keyed {
    Keyed { id, name: name.into(), note: note.into() }
}

#[test]
fn update_list_with_keys() -> Outcome {
    let mut a = Document::<Vec<Keyed>>::create(keypair(1))?;
    a.update(|list| *list = vec![keyed(1, "one", "x"), keyed(2, "two", "y"), keyed(3, "", "")])?;
    let mut b = a.fork(keypair(2)).expect("it proves itself");
    a.update(|list| *list = vec![keyed(4, "four", ""), keyed(2, "TWO", "y"), keyed(3, "", "")])?;
    b.update(|list| list[1].note.push_str("es"))?;
    a.merge(&mut b)?;
    assert_eq!(a.value(), [keyed(4, "four", ""), keyed(2, "TWO", "yes"), keyed(3, "", "")]);
    assert_eq!(a.value(), b.value());
    Ok(())
}

#[test]
fn update_moves_an_element() -> Outcome {
    let mut a = Document::<Vec<Keyed>>::create(keypair(1))?;
    a.update(|list| *list = vec![keyed(1, "one", ""), keyed(2, "two", ""), keyed(3, "three", "")])?;
    let mut b = a.fork(keypair(2)).expect("it proves itself");
    a.update(|list| list.rotate_left(1))?;
    b.update(|list| list[0].name = "ONE".into())?;
    a.merge(&mut b)?;
    assert_eq!(a.value(), [keyed(2, "two", ""), keyed(3, "three", ""), keyed(1, "ONE", "")]);
    assert_eq!(a.value(), b.value());
    Ok(())
}

#[test]
fn update_both_sort() -> Outcome {
    let mut a = Document::<VecDeque<Keyed>>::create(keypair(1))?;
    let cards = [3, 1, 5, 2, 4].map(|id| keyed(id, "card", ""));
    a.update(|list| list.extend(cards))?;
    let mut b = a.fork(keypair(2)).expect("it proves itself");
    for document in [&mut a, &mut b] {
        document.update(|list| list.make_contiguous().sort_by_key(|card| card.id))?;
    }
    a.merge(&mut b)?;
    assert!(a.value().iter().map(|card| card.id).eq(1..6));
    assert_eq!(a.value(), b.value());
    Ok(())
}

#[test]
fn update_both_sort_words() -> Outcome {
    let sheet = updated(
        |sheet| sheet.words = ["d", "b", "a", "c"].map(str::to_owned).into(),
        |sheet| sheet.words.sort(),
        |sheet| {
            sheet.words.sort();
            sheet.words[2] = "C".into();
        },
    )?;
    assert_eq!(sheet.words, ["a", "b", "C", "d"]);
    Ok(())
}

#[test]
fn update_map() -> Outcome {
    let sheet = updated(
        |sheet| {
            sheet.map = ["gone", "kept"].map(|key| (key.to_owned(), item("", "note"))).into();
        },
        |sheet| {
            sheet.map.remove("gone");
            sheet.map.insert("new".into(), item("a", ""));
            sheet.map.insert("kept".into(), item("", "the note"));
        },
        |sheet| {
            sheet.map.insert("new".into(), item("", "b"));
            sheet.map.insert("kept".into(), item("", "note!"));
        },
    )?;
    let expected = [("kept", item("", "the note!")), ("new", item("a", "b"))];
    assert_eq!(sheet.map, BTreeMap::from(expected.map(|(key, item)| (key.to_owned(), item))));
    Ok(())
}

#[test]
fn update_set() -> Outcome {
    let sheet = updated(
        |sheet| sheet.set = ["a", "b"].map(str::to_owned).into(),
        |sheet| sheet.set = ["b", "c"].map(str::to_owned).into(),
        |sheet| sheet.set = ["a", "b", "d"].map(str::to_owned).into(),
    )?;
    assert_eq!(sheet.set, ["b", "c", "d"].map(str::to_owned).into());
    Ok(())
}

#[test]
fn update_enum_that_stays() -> Outcome {
    let sheet = updated(
        |sheet| sheet.state = blocked("rain", "wet"),
        |sheet| sheet.state = blocked("snow", "wet"),
        |sheet| sheet.state = blocked("rain", "wet!"),
    )?;
    assert_eq!(sheet.state, blocked("snow", "wet!"));
    Ok(())
}

#[test]
fn update_enum_to_another_variant() -> Outcome {
    let sheet = updated(
        |sheet| sheet.state = blocked("rain", ""),
        |sheet| sheet.state = State::Done(1),
        |sheet| sheet.state = blocked("snow", ""),
    )?;
    assert_eq!(sheet.state, State::Done(1));
    Ok(())
}

#[test]
fn update_unknown_fields() -> Outcome {
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    struct NewItem {
        name: String,
        colour: String,
    }
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    #[crdt(rename = "Sheet")]
    struct NewSheet {
        items: Vec<NewItem>,
    }
    let (mut old, _) = replicas(nothing)?;
    let mut new = Document::<NewSheet>::join(old.id(), keypair(3));
    new.update(|sheet| sheet.items.push(NewItem { name: "a".into(), colour: "red".into() }))?;
    old.apply(&new.export(&[]))?;
    old.update(|sheet| sheet.items[0].name = "b".into())?;
    old.update(|sheet| sheet.items.insert(0, item("first", "")))?;
    new.apply(&old.export(&new.heads()))?;
    assert_eq!(new.value().items[1], NewItem { name: "b".into(), colour: "red".into() });
    Ok(())
}

/// What was known of the document before is no part of an update: it starts from what is there.
#[test]
fn update_after_the_others_edit() -> Outcome {
    let (mut a, mut b) = replicas(nothing)?;
    let before = a.value();
    b.update(|sheet| sheet.word = "b".into())?;
    a.apply(&b.export(&a.heads()))?;
    a.update(|sheet| sheet.other = format!("{}, edited", before.other))?;
    let sheet = exchange(&mut a, &mut b)?;
    assert_eq!((sheet.word.as_str(), sheet.other.as_str()), ("b", "begun, edited"));
    Ok(())
}

#[test]
fn update_many_things() -> Outcome {
    let (mut a, _) = replicas(nothing)?;
    let changes = a.history().len();
    a.update(|sheet| {
        sheet.word = "a".into();
        sheet.text = "text".into();
        sheet.items = vec![item("a", "b"), item("c", "d")];
        sheet.state = State::Done(3);
        sheet.extra = Some(item("e", "f"));
    })?;
    assert_eq!(a.history().len(), changes + 1);
    Ok(())
}

#[test]
fn update_to_the_same() -> Outcome {
    #[derive(CrdtNode, Clone, Debug, PartialEq)]
    struct Measured {
        float: f64,
        #[crdt(register)]
        floats: std::collections::HashMap<u32, f64>,
    }
    let mut a = Document::<Measured>::create(keypair(1))?;
    let floats = || (0..20).map(|key| (key, f64::NAN)).collect();
    a.update(|value| *value = Measured { float: f64::NAN, floats: floats() })?;
    let heads = a.heads();
    // Another NaN, and another order of the map's entries, are the same canonical bytes.
    a.update(|value| *value = Measured { float: -f64::NAN, floats: floats() })?;
    assert_eq!(a.heads(), heads);
    a.update(|value| value.float = 0.0)?;
    a.update(|value| value.float = -0.0)?;
    assert_eq!(a.history().len(), 3);
    assert!(a.value().float.is_sign_negative());
    Ok(())
}
