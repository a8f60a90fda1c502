//! What is prepared and aborted leaves everything as it was, at the cost of what was prepared.

pub(super) mod scripts;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::json;

use super::{create, key};
use crate::document::{ChangeOptions, Document, Prepared};
use crate::history::{Draft, History, LocalAction, LocalOp, Tags, tag};
use crate::node::{EditError, Json, Text};
use crate::op::limits::MAX_DEPENDENCIES;
use crate::steps;
use world::Seen;

/// A document that has been written as a whole on more chains than one change can name.
pub(super) fn flooded() -> Document<Json> {
    let founded = create::<Json>().export_all();
    let mut json = Document::<Json>::join(create::<Json>().id(), key(3));
    json.apply(&founded).expect("it is genuine");
    let bundles = (0..=MAX_DEPENDENCIES / 2 + 1).map(|number| {
        let mut alone = History::new(json.id());
        alone.apply(&founded).expect("it is genuine");
        let mut draft = Draft::blank(key(2).author(), None, 0);
        draft.tags = Tags::new([(tag::MESSAGE, number.to_le_bytes().to_vec())]);
        let action = LocalAction::Set { replaces: Vec::new(), of: None, payload: vec![0xa0] };
        draft.written.ops = vec![LocalOp { path: None, counters: 1, action }];
        alone.commit(&mut draft).expect("it is small");
        alone.export_signed(&[], Some(&key(2)))
    });
    let bundles: Vec<u8> = bundles.flatten().collect();
    json.apply(&bundles).expect("they are genuine");
    json
}

/// Several changes are one change to the caller, also where it comes to nothing. Their ops come
/// later than the editors took them to be.
#[test]
fn what_no_change_holds_is_aborted_as_a_whole() {
    let mut json = flooded();
    let mut observer = json.observe();
    let before = Seen::of(&json, true);
    let (had, options) = (json.heads(), ChangeOptions::new());
    let write = |json: &mut crate::Editor<'_, Json>| {
        json.set("", json!(["first"]))?;
        json.push("", "second")
    };
    let prepared = json.prepare(&options, write).expect("several changes hold it");
    assert!(!prepared.is_empty() && prepared.heads().len() == 1);
    assert!(!prepared.export(&had).is_empty());
    let undone = *prepared.result();
    drop(prepared);
    assert_eq!(Seen::of(&json, true), before);
    assert_eq!(json.look(&mut observer).changes.len(), 0);

    // It takes the same counters, and is not mixed up with it.
    let made = json.prepare(&options, write).expect("several changes hold it").accept();
    assert_eq!(json.value().0, json!(["first", "second"]));
    let list = json.read();
    let list = list.as_array().expect("it is one");
    let position = |new| list.position_of(json.element_id(new)?);
    assert_eq!([undone, made].map(position), [None, Some(1)]);
    assert_eq!(json.heads().len(), 1);
    assert!(json.equivocations().iter().all(|fork| Some(fork.author) != json.author()));
}

#[test]
fn an_element_of_an_aborted_change_has_no_name() {
    let mut list = create::<Vec<u8>>();
    let options = ChangeOptions::new();
    let prepared = list.prepare(&options, |list| list.push(1)).expect("it fits");
    let undone = *prepared.result();
    drop(prepared);
    let made = list.prepare(&options, |list| list.push(2)).expect("it fits").accept();
    assert_eq!(list.element_id(undone), None);
    assert!(list.element_id(made).is_some());
}

#[test]
fn an_update_is_prepared_too() {
    let mut list = create::<Vec<String>>();
    let options = ChangeOptions::new().message("all of it");
    let add = |list: &mut Vec<String>| {
        list.push("a".to_owned());
        Ok::<_, EditError>(list.len())
    };
    drop(list.try_prepare_update(&options, add).expect("it fits"));
    assert!(list.heads().is_empty() && list.value().is_empty());
    let prepared = list.try_prepare_update(&options, add).expect("it fits");
    assert_eq!((*prepared.result(), prepared.accept()), (1, 1));
    assert_eq!(list.value(), ["a"]);
    let mut reader = Document::<Vec<String>>::load_read_only(&list.save()).expect("it was saved");
    let refused = reader.try_prepare_update(&options, add).map(Prepared::accept);
    assert_eq!(refused, Err(EditError::ReadOnly));
    let nothing = list.try_prepare_update(&options, |_| Ok::<_, EditError>(())).expect("it is one");
    assert!(nothing.is_empty() && nothing.heads().len() == 1);
}

/// What a closure did before it panicked is not there, whatever was aborted before.
#[test]
fn a_closure_that_panics_prepares_nothing() {
    let mut text = create::<Text>();
    text.change(|text| text.push_str("kept")).expect("it fits");
    drop(text.prepare(&ChangeOptions::new(), |text| text.push_str("not")));
    let before = Seen::of(&text, true);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let _ = text.prepare(&ChangeOptions::new(), |text| {
            text.push_str("nor this")?;
            if true { panic!("a fault of the app") } else { Ok(()) }
        });
    }));
    assert!(panicked.is_err());
    assert_eq!(Seen::of(&text, true), before);
}

/// Whoever leaks it cannot fork the chain by that.
#[test]
fn what_is_forgotten_is_accepted() {
    let mut text = create::<Text>();
    let mut other = Document::<Text>::join(text.id(), key(2));
    let mut observer = text.observe();
    core::mem::forget(text.prepare(&ChangeOptions::new(), |text| text.push_str("a")));
    other.apply(&text.export(&[])).expect("it is genuine");
    text.change(|text| text.push_str("b")).expect("it fits");
    other.change(|text| text.push_str("c")).expect("it fits");
    core::mem::forget(text.prepare_apply(&other.export(&[])).expect("it is genuine"));
    text.merge(&mut other).expect("they are replicas of one document");
    assert_eq!((text.value(), text.digest()), (other.value(), other.digest()));
    assert!(text.equivocations().is_empty());
    let look = text.look(&mut observer);
    assert!(look.changes.len() == 3 && look.seen.delta().is_some());
}

/// What was written here is signed before something else lies behind it.
#[test]
fn what_comes_does_not_keep_back_what_was_written_here() {
    let mut text = create::<Text>();
    let mut other = text.fork(key(2)).expect("another key");
    text.change(|text| text.push_str("a")).expect("it fits");
    other.change(|text| text.push_str("b")).expect("it fits");
    let bytes = other.export(&[]);
    drop(text.prepare_apply(&bytes).expect("it is genuine"));
    assert!(text.history().export(&[]).is_empty(), "nothing is signed for what is aborted");
    text.apply(&bytes).expect("it is genuine");
    let mut relay = History::new(text.id());
    relay.apply(&text.history().export(&[])).expect("it is genuine");
    assert_eq!(relay.heads(), text.heads());
}

/// A relay has no document.
#[test]
fn a_history_prepares_what_comes_too() {
    let mut text = create::<Text>();
    let mut bundles = Vec::new();
    for letter in ["a", "b", "c"] {
        let had = text.heads();
        text.change(|text| text.push_str(letter)).expect("it fits");
        bundles.push(text.export(&had));
    }
    let mut relay = History::new(text.id());
    relay.apply(&bundles[2]).expect("it waits");
    for bytes in [bundles[1].clone(), bundles[..2].concat(), bundles[0].clone()] {
        let before = (relay.save(), relay.pending(), relay.genesis().is_some());
        let prepared = relay.prepare_apply(&bytes).expect("it is genuine");
        assert_eq!(prepared.is_empty(), prepared.outcome().applied.is_empty());
        assert_eq!(prepared.pending().0, prepared.waiting().count());
        drop(prepared);
        assert_eq!((relay.save(), relay.pending(), relay.genesis().is_some()), before);
    }
    let prepared = relay.prepare_apply(&bundles[..2].concat()).expect("it is genuine");
    let (heads, bytes) = (prepared.heads(), prepared.export(&[]));
    assert_eq!(prepared.accept().applied.len(), 3);
    assert_eq!((relay.heads(), relay.export(&[]), relay.pending().0), (heads, bytes, 0));
}

/// Bundles that wait are given out as they are taken in, oldest first.
#[test]
fn what_waits_can_be_kept_elsewhere() {
    let mut text = create::<Text>();
    let mut bundles = Vec::new();
    for letter in ["a", "b", "c", "d"] {
        let had = text.heads();
        text.change(|text| text.push_str(letter)).expect("it fits");
        bundles.push(text.export(&had));
    }
    let mut relay = History::new(text.id());
    for late in [3, 1, 2] {
        relay.apply(&bundles[late]).expect("it waits");
    }
    let waiting: Vec<&[u8]> = relay.waiting().collect();
    assert_eq!(waiting, [&*bundles[3], &*bundles[1], &*bundles[2]]);
    let mut other = History::new(text.id());
    for bundle in waiting {
        other.apply(bundle).expect("it waits there too");
    }
    other.apply(&bundles[0]).expect("it is genuine");
    assert_eq!((other.heads(), other.waiting().count()), (text.heads(), 0));
}

/// The steps that aborting takes after so many changes, of a change and of what comes.
fn steps_of_aborts(changes: u32) -> [usize; 2] {
    let mut text = create::<Text>();
    let mut other = text.fork(key(2)).expect("another key");
    for number in 0..changes {
        let by = if number % 2 == 0 { &mut text } else { &mut other };
        by.change(|text| text.insert(0, "a")).expect("it fits");
        text.merge(&mut other).expect("they are replicas of one document");
    }
    let had = other.heads();
    (0..5).for_each(|_| other.change(|text| text.insert(0, "b")).expect("it fits"));
    let [late, early] = [2, 1].map(|_| {
        let heads = other.heads();
        other.change(|text| text.insert(0, "c")).expect("it fits");
        other.export(&heads)
    });
    text.apply(&early).expect("it waits");
    let options = ChangeOptions::new();
    let edits = |text: &mut crate::Editor<'_, Text>| {
        text.delete(0..2)?;
        (0..3).try_for_each(|_| text.insert(1, "d"))
    };
    let prepared = text.prepare(&options, edits).expect("it fits");
    let local = steps::of(|| drop(prepared));
    let bytes = [other.export(&had), late].concat();
    let prepared = text.prepare_apply(&bytes).expect("it is genuine");
    assert_eq!(prepared.result().applied.len(), 7);
    [local, steps::of(|| drop(prepared))]
}

/// A place in a text is found in O(log n); beside that the length of the history does not count.
#[test]
fn an_abort_costs_what_was_prepared() {
    let [few, many] = [20, 400].map(steps_of_aborts);
    assert!(few[0] > 3 && many[0] < 2 * few[0], "{few:?} {many:?}");
    assert!(few[1] > 7 && many[1] == few[1], "{few:?} {many:?}");
}
