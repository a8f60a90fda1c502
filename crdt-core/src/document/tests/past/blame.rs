//! Who wrote what, held against looking at every change as it comes.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Step, World, ancestors, script};
use crate::crypto::ChangeHash;
use crate::document::Document;
use crate::document::tests::prepared::scripts::{Scripted, Shelf, Sums};
use crate::document::tests::{create, key};
use crate::history::{Change, History};
use crate::node::{Blame, BlameRun, CrdtNode, EditError, Editor, ElementId, Json, Map, Text};
use crate::op::{Action, Key, Segment};

/// Which change each element came with: the first after which it was there.
fn came_with<T: Scripted>(
    world: &World<T>,
    elements: impl Fn(&Document<T>) -> Vec<ElementId>,
) -> BTreeMap<ElementId, ChangeHash> {
    let mut first = BTreeMap::new();
    let whole = world.whole();
    for change in whole.log().oldest_first() {
        let hash = change.hash();
        let mut all = ancestors(whole.history(), &[hash]);
        let with = elements(&world.with(all.iter().copied()));
        all.remove(&hash);
        let without = elements(&world.with(all.into_iter()));
        for element in with.into_iter().filter(|element| !without.contains(element)) {
            first.entry(element).or_insert(hash);
        }
    }
    first
}

/// Asserts that runs are as long as they can be, and say of each position what is asked of it.
fn runs_agree<'a>(
    history: &History,
    runs: impl Iterator<Item = BlameRun<'a>>,
    each: impl Iterator<Item = Blame>,
) {
    let runs: Vec<_> = runs.collect();
    assert!(runs.windows(2).all(|pair| pair[0].author != pair[1].author), "{runs:?}");
    let mut said = Vec::new();
    for run in &runs {
        assert_eq!(run.range.start, said.len());
        for (range, change) in run.changes() {
            assert_eq!(range.start, said.len());
            said.extend(range.map(|_| Blame { author: run.author, change }));
        }
        assert_eq!(run.range.end, said.len());
    }
    assert_eq!(said, each.collect::<Vec<_>>());
    for Blame { author, change } in said {
        assert_eq!(history.change(&change).map(|change| change.author()), Some(author));
    }
}

fn of_text(script: &[Step]) {
    let world = World::<Text>::of(script);
    let ids = |text: &Document<Text>| {
        (0..text.read().len()).filter_map(|at| text.read().id_at(at)).collect()
    };
    let first = came_with(&world, ids);
    let whole = world.whole();
    let text = whole.read();
    let each = || (0..text.len()).map(|at| text.blame_at(at).expect("it is there"));
    runs_agree(whole.history(), text.blame(), each());
    for (id, blame) in ids(&whole).iter().zip(each()) {
        assert_eq!(first[id], blame.change);
    }
    let untyped = whole.history().blame("").expect("the root is there");
    let typed: Vec<_> = text.blame().map(|run| (run.range, run.author)).collect();
    let untyped: Vec<_> = untyped.runs.into_iter().map(|run| (run.range, run.author)).collect();
    assert_eq!(untyped, typed);
}

fn of_list(script: &[Step]) {
    let world = World::<Shelf>::of(script);
    let ids = |shelf: &Document<Shelf>| shelf.read().iter_with_ids().map(|(id, _)| id).collect();
    let first = came_with(&world, ids);
    let whole = world.whole();
    let shelf = whole.read();
    let each = || (0..shelf.len()).map(|at| shelf.blame_at(at).expect("it is there"));
    runs_agree(whole.history(), shelf.blame(), each());
    for (at, (id, blame)) in ids(&whole).iter().zip(each()).enumerate() {
        assert_eq!(first[id], blame.change);
        let place = whole.history().blame(&format!("/{at}")).expect("it is there");
        assert_eq!((place.made, place.set), (Some(blame), None));
    }
}

/// Registers under keys.
type Words = Map<String, String>;

impl Scripted for Words {
    fn edit_by(words: &mut Editor<'_, Self>, by: u32) -> Result<(), EditError> {
        let key = ["a", "b", "c"][by as usize % 3];
        let value = (by / 12).to_string();
        match by / 3 % 4 {
            0 => words.insert(key, value),
            1 => words.remove(key).map(drop),
            _ => words.entry(key)?.set(value),
        }
    }
}

/// The change of the highest op of a kind that nobody took back who had seen it; of a change, the
/// last op of the kinds counts.
fn highest(
    history: &History,
    key: &str,
    is_it: impl Fn(&Action<'_, crate::op::Name>) -> bool,
    takes_back: impl Fn(&Action<'_, crate::op::Name>) -> bool,
) -> Option<ChangeHash> {
    let mut live: Vec<Change<'_>> = Vec::new();
    for change in history.log().oldest_first() {
        for (_, op) in change.ops() {
            if op.path != [Segment::Key(Key::Text(key))] {
                continue;
            }
            if is_it(&op.action) || takes_back(&op.action) {
                let seen = ancestors(history, &[change.hash()]);
                live.retain(|other| !seen.contains(&other.hash()));
            }
            if is_it(&op.action) {
                live.push(change);
            }
        }
    }
    live.iter().map(|change| (change.time(), change.hash())).max().map(|(_, hash)| hash)
}

fn of_entries(script: &[Step]) {
    let whole = World::<Sums>::of(script).whole();
    for key in ["a", "b", "c"] {
        let is_it = |action: &Action<'_, _>| matches!(action, Action::Put { .. });
        let takes_back = |action: &Action<'_, _>| matches!(action, Action::Remove { .. });
        let expected = highest(whole.history(), key, is_it, takes_back);
        let blame = whole.read().blame(key);
        assert_eq!(blame.map(|blame| blame.change), expected);
        let place = whole.history().blame(&format!("/{key}")).ok();
        assert_eq!(place.and_then(|place| place.made), blame);
    }
}

fn of_registers(script: &[Step]) {
    let whole = World::<Words>::of(script).whole();
    for key in ["a", "b", "c"] {
        let is_it = |action: &Action<'_, _>| matches!(action, Action::Set { .. });
        let takes_back =
            |action: &Action<'_, _>| matches!(action, Action::Unset { .. } | Action::Remove { .. });
        let expected = highest(whole.history(), key, is_it, takes_back);
        let blame = whole.read().get(key).and_then(|word| word.blame());
        let is_there = whole.read().contains_key(key);
        assert_eq!(blame.map(|blame| blame.change), expected.filter(|_| is_there));
        let place = whole.history().blame(&format!("/{key}")).ok();
        assert_eq!(place.and_then(|place| place.set), blame);
    }
}

/// A place and all below it in JSON, by their pointers, in its order.
fn pointers(at: &str, value: &serde_json::Value, to: &mut Vec<String>) {
    to.push(at.to_owned());
    match value {
        serde_json::Value::Object(members) => {
            for (key, value) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                pointers(&format!("{at}/{key}"), value, to);
            }
        }
        serde_json::Value::Array(items) => {
            for (place, value) in items.iter().enumerate() {
                pointers(&format!("{at}/{place}"), value, to);
            }
        }
        _ => {}
    }
}

/// Of each place there is, and of everything below each, what is said at once is what is said of
/// places one by one.
fn of_all_below<T: Scripted>(script: &[Step]) {
    let world = World::<T>::of(script);
    let whole = world.whole();
    for heads in &world.versions {
        let past = whole.history().at(heads).expect("it is known");
        let json = past.to_json();
        let mut all = Vec::new();
        pointers("", &json, &mut all);
        for from in &all {
            let mut expected = Vec::new();
            pointers(from, json.pointer(from).expect("it is there"), &mut expected);
            let below: Vec<_> = past.blame_below(from).expect("it is there").collect();
            assert_eq!(
                below.iter().map(|(at, _)| at).collect::<Vec<_>>(),
                Vec::from_iter(&expected)
            );
            for (at, place) in below {
                let alone = past.blame(&at).expect("it is there");
                assert_eq!((place.made, place.set), (alone.made, alone.set), "{at} from {from}");
                let runs = |runs: &[BlameRun<'_>]| -> Vec<_> {
                    let changes = runs.iter().map(|run| run.changes().collect::<Vec<_>>());
                    runs.iter().map(|run| (run.range.clone(), run.author)).zip(changes).collect()
                };
                assert_eq!(runs(&place.runs), runs(&alone.runs), "{at} from {from}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn all_below_a_place_is_what_is_said_place_by_place(script in script()) {
        of_all_below::<Json>(&script);
        of_all_below::<Words>(&script);
        of_all_below::<Shelf>(&script);
    }

    #[test]
    fn characters_are_of_who_inserted_them(script in script()) {
        of_text(&script);
    }

    #[test]
    fn elements_are_of_who_inserted_them(script in script()) {
        of_list(&script);
    }

    #[test]
    fn entries_are_of_who_put_them(script in script()) {
        of_entries(&script);
    }

    #[test]
    fn values_are_of_who_set_them(script in script()) {
        of_registers(&script);
    }
}

/// What has no hash yet is in no run.
#[test]
fn what_is_being_written_is_nobodys_yet() {
    let mut text = create::<Text>();
    text.change(|text| {
        text.insert(0, "abc")?;
        assert!(Text::view_of(text).blame().next().is_none());
        assert_eq!(Text::view_of(text).blame_at(0), None);
        Ok(())
    })
    .expect("it is an edit");
    text.change(|text| {
        text.insert(1, "xyz")?;
        let ranges: Vec<_> = Text::view_of(text).blame().map(|run| run.range).collect();
        assert_eq!(ranges, [0..1, 4..6]);
        Ok(())
    })
    .expect("it is an edit");
    let whole = text.read().blame().next().expect("there is text");
    assert_eq!((whole.range.clone(), whole.changes().count()), (0..6, 3));
}

#[test]
fn places_without_a_type_say_who_made_and_set_them() {
    let mut alice = create::<Json>();
    alice
        .change(|json| {
            json.set("", serde_json::json!({ "a": { "b/c": [1, { "in": 2 }] }, "n": 1 }))
        })
        .expect("it is an edit");
    let mut bob = alice.fork(key(2)).expect("another key");
    bob.change(|json| json.set("/a/b~1c/1/in", 3)).expect("it is an edit");
    alice.merge(&mut bob).expect("it is genuine");
    let history = alice.history();
    let author = |place: Option<Blame>| place.map(|blame| blame.author);
    let place = |pointer| {
        let place = history.blame(pointer).expect("it is there");
        (author(place.made), author(place.set), place.runs.len())
    };
    let [a, b] = [alice.author(), bob.author()];
    assert_eq!(place("/a/b~1c/1/in").1, b);
    assert_eq!(place("/n"), (a, a, 0));
    assert_eq!(place("/a"), (a, a, 0));
    assert_eq!(place("/a/b~1c").2, 1);
    let said = |pointer| history.blame(pointer).expect_err("it leads nowhere").to_string();
    assert_eq!(said("/a/x"), "nothing is at \"/a/x\"");
    assert_eq!(said("/n/x"), "nothing is at \"/n/x\"");
    assert_eq!(
        said("a"),
        "\"a\" is no JSON Pointer: it is empty or begins with `/`, and `~` is followed by 0 or 1"
    );
}
