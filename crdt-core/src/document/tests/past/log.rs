//! The log, held against looking through all changes.

use proptest::prelude::*;

use super::{Step, World, script};
use crate::crypto::ChangeHash;
use crate::document::ChangeOptions;
use crate::document::tests::prepared::scripts::{Shelf, Sums};
use crate::document::tests::{create, key};
use crate::history::{History, Log};
use crate::node::{EditError, ListEditor, NodePath, Text};
use crate::op::{Key, Segment};
use crate::steps;

fn hashes(log: Log<'_>) -> Vec<ChangeHash> {
    log.map(|change| change.hash()).collect()
}

/// An edit of a shelf.
type Edit<'e> = &'e dyn Fn(&mut ListEditor<'_, Vec<String>>) -> Result<(), EditError>;

fn lists_all(script: &[Step]) {
    let world = World::<Sums>::of(script);
    let whole = world.whole();
    let history = whole.history();
    let mut all: Vec<_> = history.changes().map(|change| change.hash()).collect();
    assert_eq!(hashes(history.log().oldest_first()), all);
    for author in &world.authors {
        let author = author.author().expect("it writes");
        let by = history.changes().filter(|change| change.author() == author);
        let by: Vec<_> = by.map(|change| change.hash()).collect();
        assert_eq!(hashes(history.log().by(&author).oldest_first()), by);
    }
    for name in ["a", "b", "c"] {
        let on_key = history.changes().filter(|change| {
            let ops = change.ops();
            ops.iter().any(|(_, op)| op.path.first() == Some(&Segment::Key(Key::Text(name))))
        });
        let on_key: Vec<_> = on_key.map(|change| change.hash()).collect();
        let path = NodePath::root().key(&name.to_owned());
        assert_eq!(hashes(history.log().oldest_first().touching(&path)), on_key);
    }
    let ops: usize = history.log().map(|change| change.op_count()).sum();
    assert_eq!(ops, history.log().map(|change| change.ops().len()).sum::<usize>());
    assert_eq!(history.log().map(|change| change.bytes()).sum::<u64>(), history.bytes());
    for change in history.changes() {
        let more = change.bytes() - change.to_bytes().len() as u64;
        assert!((2..=8).contains(&more), "{more} bytes more are counted");
    }
    all.reverse();
    assert_eq!(hashes(history.log()), all);
    assert_eq!(hashes(whole.log()), all);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_log_is_all_changes_that_are_asked_for(script in script()) {
        lists_all(&script);
    }
}

#[test]
fn an_element_is_touched_by_what_inserts_moves_edits_and_deletes_it() {
    let mut mine = create::<Shelf>();
    let words = |word: &str| vec![word.to_owned()];
    let mut step = |edit: Edit<'_>| {
        mine.change(edit).expect("it is an edit");
        mine.heads()[0]
    };
    let inserted = step(&|shelf| shelf.extend([words("a"), words("b")]).map(drop));
    let beside = step(&|shelf| shelf.insert(1, vec![]).map(drop));
    let moved = step(&|shelf| shelf.move_to(0, 2));
    let other = step(&|shelf| shelf.at(0)?.push("x".to_owned()).map(drop));
    let edited = step(&|shelf| shelf.at(2)?.push("y".to_owned()).map(drop));
    let id = mine.read().id_at(2).expect("there are three");
    mine.change(|shelf| shelf.remove(2).map(drop)).expect("it is there");
    let removed = mine.heads()[0];
    let path = NodePath::root().element(id);
    let log = hashes(mine.log().oldest_first().touching(&path));
    assert_eq!(log, [inserted, moved, edited, removed]);
    assert!(!log.contains(&beside) && !log.contains(&other));
    let past = mine.history().at(&[edited]).expect("it is known");
    assert_eq!(past.path("/2"), Ok(path));
}

#[test]
fn what_is_above_a_place_touches_it_if_it_is_written_over() {
    let mut sums = create::<std::collections::BTreeMap<String, Vec<String>>>();
    sums.change(|map| map.insert("k", vec!["a".to_owned()])).expect("it is an edit");
    sums.change(|map| map.insert("other", vec![])).expect("it is an edit");
    let id = sums.read().get("k").and_then(|list| list.id_at(0)).expect("it is there");
    sums.change(|map| map.remove("k").map(drop)).expect("it is an edit");
    let path = NodePath::root().key(&"k".to_owned()).element(id);
    let log: Vec<u32> = sums.log().touching(&path).map(|change| change.seq()).collect();
    assert_eq!(log, [2, 0]);
    assert_eq!(sums.log().touching(&NodePath::root()).count(), 3);
}

#[test]
fn elements_and_authors_that_are_not_known_touched_nothing() {
    let mut text = create::<Text>();
    text.change(|text| text.push_str("a")).expect("it is an edit");
    let stranger = create::<Vec<String>>();
    assert!(stranger.log().next().is_none());
    let unknown = crate::ElementId { change: ChangeHash([7; 32]), offset: 0 };
    assert_eq!(text.log().touching(&NodePath::root().element(unknown)).count(), 0);
    assert_eq!(text.log().by(&key(9).author()).count(), 0);
    assert_eq!(text.log().by(&key(1).author()).size_hint(), (0, Some(1)));
    assert_eq!(text.log().size_hint(), (1, Some(1)));
}

/// Of an opened document no more is unpacked than is looked at.
#[test]
fn the_log_unpacks_what_is_read() {
    let mut text = create::<Text>();
    let many = if cfg!(debug_assertions) { 9_000 } else { 100_000 };
    for number in 0..many {
        let options = ChangeOptions::new().claimed_time(number);
        text.change_with(&options, |text| text.insert(0, "a")).expect("it is an edit");
        if number % (many / 8) == 0 {
            // What is saved is packed.
            let _ = text.save();
        }
    }
    let opened = History::load(&text.save()).expect("it was saved");
    let packs = opened.packs().0;
    assert!(packs > 1, "{packs} packs");
    assert_eq!(opened.log().by(&key(9).author()).count(), 0);
    assert_eq!(opened.log().by(&key(1).author()).count(), opened.len());
    assert_eq!(opened.packs().1, 0, "whose a change is lies at hand");
    let newest: Vec<_> = opened.log().take(5).map(|change| change.claimed_time()).collect();
    assert_eq!(newest[0], Some(many - 1));
    assert_eq!(opened.packs().1, 1);
    let oldest = opened.log().oldest_first().next().map(|change| change.op_count());
    assert_eq!((oldest, opened.packs().1), (Some(1), 2));
    let counted = steps::of(|| {
        let mut touching = opened.log().touching(&NodePath::root());
        assert!(touching.next().is_some());
    });
    assert_eq!(counted, 1, "the first one that is looked into is one");
}
