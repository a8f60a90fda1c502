//! What editors and views offer beside setting and inserting: elements named by id, the verbs of
//! the standard collections, enums to match on, plain values of everything that can be viewed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crdt_core::{CrdtNode, Document, EditError, Editor, ElementId, Json, Text, Variant, View};
use serde_json::json;

use super::key;

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Sheet {
    title: String,
    #[crdt(text)]
    body: String,
    #[crdt(counter)]
    votes: u8,
    words: Vec<String>,
    prices: BTreeMap<String, u64>,
    tags: BTreeSet<String>,
    cover: Option<Cover>,
    state: State,
    mood: Mood,
    extra: Json,
    pair: Pair,
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Cover {
    color: String,
    stars: u8,
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
struct Pair(u8, #[crdt(skip)] u8, String);

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
enum State {
    #[default]
    Open,
    Named(String),
    Held {
        #[crdt(text)]
        why: String,
        #[crdt(skip)]
        _cache: u8,
        days: u8,
    },
    Both(u8, #[crdt(skip)] u8, String),
}

#[derive(CrdtNode, Clone, Debug, Default, PartialEq)]
enum Mood {
    #[default]
    Calm,
    Glad,
}

type Outcome = Result<(), Box<dyn std::error::Error>>;

fn sheet(edit: impl FnOnce(&mut Editor<'_, Sheet>) -> Result<(), EditError>) -> Document<Sheet> {
    let mut sheet = Document::<Sheet>::create_with(key(1), &mut rand_chacha());
    sheet.change(edit).expect("the edits are possible");
    sheet
}

fn rand_chacha() -> impl crdt_core::rand_core::CryptoRng {
    use rand::SeedableRng;
    rand::rngs::ChaCha8Rng::seed_from_u64(1)
}

fn words(of: &[&str]) -> Vec<String> {
    of.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn an_inserted_element_is_named_by_what_the_change_returns() -> Outcome {
    let mut sheet = sheet(|sheet| sheet.words.push("c".into()).map(drop));
    let (pushed, inserted, more) = sheet.change(|sheet| {
        sheet.title.set("first")?;
        let pushed = sheet.words.push("d".into())?;
        let inserted = sheet.words.insert(0, "a".into())?;
        let more = sheet.words.insert_all(1, words(&["b", "b'"]))?;
        Ok((pushed, inserted, more))
    })?;
    assert_eq!(sheet.value().words, words(&["a", "b", "b'", "c", "d"]));
    let mut named: Vec<ElementId> = Vec::new();
    for new in [inserted].into_iter().chain(more.clone()).chain([pushed]) {
        named.push(sheet.element_id(new).expect("the change has been made"));
    }
    assert_eq!(more.len(), 2);
    let view = sheet.read().words;
    let positions: Vec<_> = named.iter().map(|id| view.position_of(*id)).collect();
    assert_eq!(positions, [Some(0), Some(1), Some(2), Some(4)]);
    assert_eq!(named[3], view.id_at(4).unwrap());
    Ok(())
}

#[test]
fn an_element_of_a_change_in_steps_is_named_too() -> Outcome {
    // More text than one change can hold, so the change is written as several.
    let mut list = Document::<Vec<String>>::create_with(key(1), &mut rand_chacha());
    let long = "x".repeat(crdt_core::limits::MAX_CHANGE_BYTES / 3);
    let (first, last) = list.change(|list| {
        let first = list.push("first".into())?;
        list.extend(vec![long.clone(); 7])?;
        Ok((first, list.push("last".into())?))
    })?;
    assert!(list.history().len() > 1, "one change holds it all");
    let again = list.change(|list| list.insert(0, "zero".into()))?;
    assert_eq!(list.equivocations(), []);
    let position = |new| list.read().position_of(list.element_id(new)?);
    assert_eq!([again, first, last].map(position), [Some(0), Some(1), Some(9)]);
    Ok(())
}

/// The signature that closes a stretch may come with the last of the steps.
#[test]
fn who_writes_in_steps_goes_on_where_they_end() -> Outcome {
    for size in [crdt_core::limits::MAX_CHANGE_BYTES + 1000, (1 << 22) + 1000] {
        let mut text = Document::<crdt_core::Text>::create_with(key(1), &mut rand_chacha());
        text.change(|text| text.insert(0, "x".repeat(size)))?;
        text.change(|text| text.insert(0, "y"))?;
        text.change(|text| text.insert(0, "z"))?;
        assert_eq!(text.history().equivocations(), []);
        assert_eq!(text.read().len(), size + 2);
        let mut other = Document::join(text.id(), key(2));
        text.merge(&mut other)?;
        assert_eq!(other.read().len(), size + 2);
    }
    Ok(())
}

#[test]
fn an_element_that_no_change_has_inserted_has_no_name() {
    let mut sheet = sheet(|_| Ok(()));
    let mut new = None;
    let failed = sheet.change(|sheet| {
        new = Some(sheet.words.push("a".into())?);
        Err::<(), _>(EditError::NoEntry)
    });
    assert_eq!(failed, Err(EditError::NoEntry));
    assert_eq!(sheet.element_id(new.unwrap()), None);
}

#[test]
fn elements_are_found_edited_and_removed_by_id() -> Outcome {
    let mut sheet = sheet(|sheet| sheet.words.extend(words(&["a", "b", "c"])).map(drop));
    let ids: Vec<_> = sheet.read().words.iter_with_ids().map(|(id, _)| id).collect();
    let removed = sheet.change(|sheet| {
        sheet.words.insert(0, "zero".into())?;
        let seen = sheet.words.iter_with_ids().map(|(id, word)| (id, word.value()));
        assert_eq!(
            seen.collect::<Vec<_>>(),
            [(ids[0], "a"), (ids[1], "b"), (ids[2], "c")].map(|(id, word)| (id, word.to_owned()))
        );
        sheet.words.at_id(ids[2])?.set("C")?;
        assert_eq!(sheet.words.by_id(ids[2]).unwrap(), "C");
        sheet.words.remove_id(ids[1])
    })?;
    assert_eq!(removed, "b");
    assert_eq!(sheet.value().words, words(&["zero", "a", "C"]));
    let gone = sheet.change(|sheet| sheet.words.at_id(ids[1])?.set("B"));
    assert_eq!(gone, Err(EditError::NoElement(ids[1])));
    let gone = sheet.change(|sheet| sheet.words.remove_id(ids[1]));
    assert_eq!(gone, Err(EditError::NoElement(ids[1])));
    Ok(())
}

/// Every verb against the same one of `Vec`.
#[test]
fn a_list_is_edited_as_a_vec_is() -> Outcome {
    type Step = (fn(&mut Editor<'_, Vec<u8>>) -> Result<(), EditError>, fn(&mut Vec<u8>));
    let steps: &[Step] = &[
        (|list| list.extend(0..10).map(drop), |vec| vec.extend(0..10)),
        (|list| list.retain(|item| *item % 3 != 1), |vec| vec.retain(|item| item % 3 != 1)),
        (
            |list| list.for_each(|mut item| item.modify(|item| *item += 1)),
            |vec| {
                vec.iter_mut().for_each(|item| *item += 1);
            },
        ),
        (|list| list.truncate(5), |vec| vec.truncate(5)),
        (|list| list.truncate(50), |vec| vec.truncate(50)),
        (|list| list.pop().map(drop), |vec| _ = vec.pop()),
        (|list| list.remove(1).map(drop), |vec| _ = vec.remove(1)),
        (|list| list.insert(1, 77).map(drop), |vec| vec.insert(1, 77)),
        (|list| list.retain(|_| true), |vec| vec.retain(|_| true)),
        (|list| list.retain(|_| false), |vec| vec.retain(|_| false)),
        (|list| list.pop().map(|none| assert_eq!(none, None)), |vec| _ = vec.pop()),
    ];
    let (mut list, mut vec) = (Document::<Vec<u8>>::create(key(1))?, Vec::new());
    for (number, (edit, same)) in steps.iter().enumerate() {
        list.change(edit)?;
        same(&mut vec);
        assert_eq!(list.value(), vec, "step {number}");
        assert_eq!(list.read().value(), vec);
        list.change(|list| {
            assert_eq!(list.first().map(|item| *item), vec.first().copied());
            assert_eq!(list.last().map(|item| *item), vec.last().copied());
            Ok(())
        })?;
    }
    let missing = list.change(|list| list.remove(0));
    assert_eq!(missing, Err(EditError::OutOfRange { position: 0, length: 0 }));
    Ok(())
}

#[test]
fn what_is_removed_is_given_back() -> Outcome {
    let cover = Cover { color: "red".into(), stars: 3 };
    let mut sheet = sheet(|sheet| {
        sheet.words.extend(words(&["a", "b"]))?;
        sheet.prices.extend([("milk", 3), ("bread", 4), ("tea", 5)])?;
        sheet.tags.extend(words(&["x", "y", "z"]))?;
        sheet.cover.set(Some(cover.clone()))
    });
    sheet.change(|sheet| {
        assert_eq!(sheet.words.remove(0)?, "a");
        assert_eq!(sheet.words.pop()?.as_deref(), Some("b"));
        assert_eq!(sheet.prices.remove("milk")?, Some(3));
        assert_eq!(sheet.prices.remove("milk")?, None);
        assert!(sheet.tags.remove("x")? && !sheet.tags.remove("x")?);
        assert_eq!(sheet.cover.remove()?, Some(cover));
        assert_eq!(sheet.cover.remove()?, None);
        sheet.tags.retain(|tag| tag != "y")?;
        sheet.prices.retain(|name, price| name == "tea" && *price == 5)
    })?;
    let value = sheet.value();
    assert_eq!(value.prices, BTreeMap::from([("tea".to_owned(), 5)]));
    assert_eq!((value.tags, value.cover), (BTreeSet::from(["z".to_owned()]), None));
    Ok(())
}

#[test]
fn entries_are_edited_where_they_are_or_missed() -> Outcome {
    let mut sheet = sheet(|sheet| sheet.prices.extend([("a", 1), ("b", 2)]));
    sheet.change(|sheet| {
        sheet.prices.at("a")?.set(10u64)?;
        sheet
            .prices
            .for_each(|name, mut price| price.modify(|price| *price += name.len() as u64))?;
        assert!(sheet.prices.get_mut("c")?.is_none());
        sheet.prices.entry("c")?.set(7u64)
    })?;
    let prices: Vec<_> = sheet.value().prices.into_values().collect();
    assert_eq!(prices, [11, 3, 7]);
    assert_eq!(sheet.change(|sheet| sheet.prices.at("d")?.set(1u64)), Err(EditError::NoEntry));
    let long = "k".repeat(crdt_core::limits::MAX_KEY_BYTES + 1);
    let too_long = Err(EditError::KeyTooLong(long.len()));
    sheet.change(|sheet| {
        assert_eq!(sheet.prices.entry(&*long).map(drop), too_long);
        assert_eq!(sheet.tags.insert(&*long).map(drop), too_long);
        assert_eq!(sheet.prices.extend([("e".into(), 1), (long.clone(), 1)]), too_long);
        Ok(())
    })?;
    assert!(!sheet.value().prices.contains_key("e"), "all or none");
    Ok(())
}

#[test]
fn counters_and_texts_are_set() -> Outcome {
    let mut one = sheet(|sheet| {
        sheet.votes.set(5)?;
        sheet.body.set("some old text")
    });
    let mut two = one.fork(key(2))?;
    one.change(|sheet| {
        sheet.votes += 2;
        sheet.votes -= 1;
        sheet.votes.set(10)?;
        sheet.body.set("some new text")
    })?;
    two.change(|sheet| {
        sheet.votes.add(3)?;
        sheet.body.push_str("!")
    })?;
    one.merge(&mut two)?;
    let value = one.value();
    assert_eq!((value.votes, value.body.as_str()), (13, "some new text!"));
    Ok(())
}

#[test]
fn a_value_that_cannot_be_kept_is_refused_where_it_is_set() -> Outcome {
    let mut document = Document::<crdt_core::Register<Option<Option<u8>>>>::create(key(1))?;
    let heads = document.heads();
    document.change(|register| {
        let refused = register.set(Some(None));
        assert!(matches!(refused, Err(EditError::Unencodable(_))), "{refused:?}");
        Ok(())
    })?;
    assert_eq!(document.heads(), heads, "nothing was written");
    Ok(())
}

#[test]
fn update_gives_what_the_closure_returns_and_try_update_takes_errors() -> Outcome {
    let mut sheet = sheet(|_| Ok(()));
    let length = sheet.update(|sheet| {
        sheet.words.push("a".into());
        sheet.words.len()
    })?;
    assert_eq!(length, 1);
    let heads = sheet.heads();
    let failed: Result<u8, Box<dyn std::error::Error>> = sheet.try_update(|sheet| {
        sheet.title = "never written".into();
        Ok("no number".parse::<u8>()?)
    });
    assert!(failed.is_err());
    assert_eq!((sheet.heads(), sheet.value().title.as_str()), (heads, ""));
    let number: Result<u8, Box<dyn std::error::Error>> = sheet.try_update(|sheet| {
        sheet.title = "7".into();
        Ok(sheet.title.parse()?)
    });
    assert_eq!((number?, sheet.value().title.as_str()), (7, "7"));
    Ok(())
}

/// Says what a state is, by all its variants.
fn story(state: View<'_, State>) -> String {
    match state.variant() {
        Variant::<State>::Open => "open".into(),
        Variant::<State>::Named(name) => format!("named {name}"),
        Variant::<State>::Held { why, days } => format!("held for {} days: {why}", days.get()),
        Variant::<State>::Both(number, (), name) => format!("{} and {name}", number.get()),
    }
}

#[test]
fn a_view_of_an_enum_is_matched_by_all_its_variants() -> Outcome {
    let states = [
        (State::Open, "open"),
        (State::Named("n".into()), "named n"),
        (State::Held { why: "rain".into(), _cache: 0, days: 2 }, "held for 2 days: rain"),
        (State::Both(1, 0, "b".into()), "1 and b"),
    ];
    let mut sheet = sheet(|_| Ok(()));
    for (state, told) in states {
        sheet.change(|sheet| sheet.state.set(state.clone()))?;
        assert_eq!(story(sheet.read().state), told);
        assert_eq!(sheet.read().state.value(), state);
    }
    // Of variants that hold nothing it is the enum itself.
    assert_eq!(sheet.read().mood.variant(), Mood::Calm);
    sheet.change(|sheet| sheet.mood.set(Mood::Glad))?;
    assert!(matches!(sheet.read().mood.variant(), Variant::<Mood>::Glad));
    Ok(())
}

#[test]
fn conflicts_of_an_enum_are_given_once_each() -> Outcome {
    let mut one = sheet(|_| Ok(()));
    let (mut two, mut three) = (one.fork(key(2))?, one.fork(key(3))?);
    one.change(|sheet| sheet.state.set(State::Named("one".into())))?;
    two.change(|sheet| sheet.state.set(State::Held { why: "two".into(), _cache: 0, days: 2 }))?;
    three
        .change(|sheet| sheet.state.set(State::Held { why: String::new(), _cache: 0, days: 3 }))?;
    one.merge(&mut two)?;
    one.merge(&mut three)?;
    let mut stories: Vec<_> = one.read().state.conflicts().into_iter().map(story).collect();
    assert_eq!(stories[0], story(one.read().state), "the one that wins is first");
    stories.sort();
    let days =
        one.read().state.conflicts().iter().find_map(|state| Some(state.as_held()?.days.get()));
    assert_eq!(stories, [format!("held for {} days: two", days.unwrap()), "named one".into()]);
    Ok(())
}

#[test]
fn every_view_gives_its_plain_value() -> Outcome {
    let mut sheet = sheet(|sheet| {
        sheet.title.set("t")?;
        sheet.body.push_str("body")?;
        sheet.votes.add(300)?;
        sheet.words.extend(words(&["a", "b"]))?;
        sheet.prices.insert("milk", 3)?;
        sheet.tags.insert("x")?;
        sheet.cover.set(Some(Cover { color: "red".into(), stars: 3 }))?;
        sheet.extra.set("", json!({ "list": [1, { "a": null }], "s": "scalar" }))?;
        sheet.pair.2.set("pair")
    });
    sheet.change(|sheet| sheet.extra.text("/text")?.push_str("text"))?;
    let (view, value) = (sheet.read(), sheet.value());
    assert_eq!(view.value(), value);
    assert_eq!(sheet.value_as_json()?["votes"], json!(255), "as the type reads it");
    assert_eq!(sheet.history().to_json()["votes"], json!(300), "as it is kept");
    assert_eq!((view.title.value(), view.body.value()), (value.title, value.body));
    assert_eq!((view.votes.value(), view.words.value()), (255, value.words));
    assert_eq!((view.prices.value(), view.tags.value()), (value.prices, value.tags));
    assert_eq!((view.cover.value(), view.pair.value()), (value.cover, value.pair));
    assert_eq!(view.extra.value(), value.extra.0);
    let object = view.extra.as_object().unwrap();
    assert_eq!(serde_json::Value::Object(object.value()), value.extra.0);
    let list = view.extra.get("/list").unwrap().as_array().unwrap();
    assert_eq!(list.value(), [json!(1), json!({ "a": null })]);
    // A string reads the same, be it a scalar or a text.
    for (path, string) in [("/s", "scalar"), ("/text", "text")] {
        let place = view.extra.get(path).unwrap();
        assert_eq!(place, string);
        assert_eq!(place.as_str().as_deref(), Some(string));
    }
    Ok(())
}

/// A function that takes an editor, and one that takes a view, of any node.
fn rename(cover: &mut Editor<'_, Cover>) -> Result<(), EditError> {
    cover.color.set("blue")
}

fn total(prices: View<'_, HashMap<String, u64>>) -> u64 {
    prices.values().map(|price| *price).sum()
}

#[test]
fn editors_and_views_are_named_in_signatures() -> Outcome {
    let mut cover = Document::<Cover>::create(key(1))?;
    cover.change(rename)?;
    assert_eq!(cover.value().color, "blue");
    let mut prices = Document::<HashMap<String, u64>>::create(key(1))?;
    prices.change(|prices| prices.extend([("a", 1), ("b", 2)]))?;
    assert_eq!(total(prices.read()), 3);
    let mut text = Document::<Text>::create(key(1))?;
    text.change(|text: &mut Editor<'_, Text>| text.set("one program"))?;
    assert_eq!(text.read().value(), "one program");
    Ok(())
}
