//! Earlier versions, held against documents that have nothing but the changes of these.

use proptest::prelude::*;

use super::{Step, World, script};
use crate::crypto::ChangeHash;
use crate::document::tests::prepared::scripts::{Scripted, Shelf, Sums};
use crate::document::tests::{create, key};
use crate::document::{Document, Past};
use crate::history::{Heads, VersionError};
use crate::node::{Json, Text};
use crate::steps;

/// Asserts that an earlier version is what a document is that has nothing else.
fn same<T: Scripted>(past: &Past<T>, alone: &Document<T>)
where
    T::Value: core::fmt::Debug + PartialEq,
{
    assert_eq!(past.heads(), alone.heads());
    assert_eq!(past.value(), alone.value());
    assert_eq!(past.digest(), alone.digest());
}

/// Goes to every version there was, to each change by itself and to pairs of them, in an order of
/// the script's making.
fn every_version<T: Scripted>(script: &[Step])
where
    T::Value: core::fmt::Debug + PartialEq,
{
    let world = World::<T>::of(script);
    let whole = world.whole();
    let changes: Vec<ChangeHash> = world.messages.keys().copied().collect();
    let mut versions: Vec<Heads> = world.versions.iter().cloned().collect();
    versions.extend(changes.iter().map(|change| Heads::from(vec![*change])));
    versions.extend(changes.windows(2).map(|pair| Heads::from(pair.to_vec())));
    let by = |place: &usize| {
        let turn = u32::try_from(place % 32).expect("it is small");
        script[place % script.len()].2.rotate_left(turn)
    };
    let mut order: Vec<usize> = (0..versions.len()).collect();
    order.sort_by_key(by);
    let mut past = whole.at(&[]).expect("it was once");
    let mut json = whole.history().at(&[]).expect("it was once");
    for place in order {
        let heads = &versions[place];
        past.goto(heads).expect("it is known");
        json.goto(heads).expect("it is known");
        let alone = world.alone(whole.history(), heads);
        same(&past, &alone);
        same(&whole.at(heads).expect("it is known"), &alone);
        assert_eq!(json.heads(), alone.heads());
        assert_eq!(json.to_json(), alone.history().to_json());
        assert_eq!(whole.history().to_json_at(heads), Ok(alone.history().to_json()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn texts_are_what_they_were(script in script()) {
        every_version::<Text>(&script);
    }

    #[test]
    fn lists_are_what_they_were(script in script()) {
        every_version::<Shelf>(&script);
    }

    #[test]
    fn counters_and_entries_are_what_they_were(script in script()) {
        every_version::<Sums>(&script);
    }

    #[test]
    fn json_is_what_it_was(script in script()) {
        every_version::<Json>(&script);
    }
}

/// A text of so many keystrokes, a change each, with a pause now and then, and its versions.
fn typed(count: u32) -> (Document<Text>, Vec<Heads>) {
    let mut text = create::<Text>();
    let mut versions = vec![Heads::default()];
    for step in 0..count {
        let at = (step as usize * 7) % (text.read().len() + 1);
        text.change(|text| text.insert(at, "x")).expect("it lies within the text");
        versions.push(text.heads());
    }
    (text, versions)
}

#[test]
fn forwards_costs_what_comes() {
    steps::assert_even("going from each version to the next", |count| {
        let (text, versions) = typed(count);
        steps::of(|| {
            let mut past = text.at(&[]).expect("it was once");
            for (length, heads) in versions.iter().enumerate() {
                past.goto(heads).expect("it is known");
                assert_eq!(past.read().len(), length);
            }
        })
    });
}

#[test]
fn backwards_costs_little_more() {
    let (text, versions) = typed(1000);
    let counted = steps::of(|| {
        let mut past = text.at(&text.heads()).expect("it is now");
        for (length, heads) in versions.iter().enumerate().rev() {
            past.goto(heads).expect("it is known");
            assert_eq!(past.read().len(), length);
        }
    });
    assert!(counted < 10_000, "{counted} steps");
}

#[test]
fn an_earlier_version_stands_for_itself() {
    let (mut text, versions) = typed(9);
    let mut past = text.at(&versions[3]).expect("it was once");
    text.change(|text| text.set("")).expect("it is an edit");
    let later = text.heads();
    assert_eq!(past.read(), "xxx");
    assert_eq!(past.goto(&later), Err(VersionError::UnknownHead(later[0])));
    assert_eq!((past.read().len(), past.heads()), (3, versions[3].clone()));
    drop(text);
    past.goto(&versions[9]).expect("it was known");
    assert_eq!(past.value().0, "x".repeat(9));
    assert!(format!("{past:?}").starts_with("Past { document: DocumentId("));
}

#[test]
fn of_heads_that_depend_on_each_other_the_later_ones_count() {
    let (text, versions) = typed(4);
    let both: Heads = versions[2].iter().chain(versions[4].iter()).copied().collect();
    let past = text.at(&both).expect("both are known");
    assert_eq!((past.heads(), past.read().len()), (versions[4].clone(), 4));
    let unknown = ChangeHash([7; 32]);
    assert_eq!(text.at(&[unknown]).err(), Some(VersionError::UnknownHead(unknown)));
}

/// What does not fit the type does not in earlier versions either.
#[test]
fn misfits_are_misfits_in_earlier_versions_too() {
    let mut numbers = create::<Vec<i64>>();
    let joined = |number| {
        let id = numbers.id();
        Document::<Vec<String>>::join(id, key(number)).with_any_type()
    };
    let (mut words, mut alone) = (joined(2), joined(3));
    let mut messages = Vec::new();
    for step in 0..12_i64 {
        let before = words.heads();
        if step % 3 == 1 {
            let edit = words.change(|words| words.set(["a".to_owned(), step.to_string()]));
            edit.expect("it is an edit");
        } else {
            numbers.apply(&words.export(&[])).expect("it is genuine");
            numbers.change(|numbers| numbers.insert(0, step)).expect("it is an edit");
            words.apply(&numbers.export(&[])).expect("it is genuine");
        }
        messages.push((words.export(&before), words.heads()));
    }
    let mut past = words.at(&words.heads()).expect("it is now");
    let mut expected = Vec::new();
    for (message, heads) in &messages {
        alone.apply(message).expect("it is genuine");
        expected.push((heads, alone.value(), alone.digest()));
    }
    for (heads, value, digest) in expected.iter().rev().chain(&expected) {
        past.goto(heads).expect("it is known");
        assert_eq!((&past.value(), past.digest()), (value, *digest));
    }
    assert!(past.value().contains(&"10".to_owned()), "{:?}", past.value());
}
