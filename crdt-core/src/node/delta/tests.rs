//! Deltas of sequences as no document makes them yet, and deltas that do not fit.

use proptest::prelude::*;
use serde_json::json;

use super::{
    CounterDelta, DeltaError, EntryDelta, ListDelta, ListRun, MapDelta, SetDelta, TextDelta,
    TextRun, list_delta,
};
use crate::node::{CrdtNode, Json, JsonDelta, RegisterDelta};
use crate::op::Id;

type Elements = Vec<(Id, i64)>;

fn id(number: usize) -> Id {
    Id { chain: 7, counter: u32::try_from(number).unwrap() }
}

fn between(before: &Elements, after: &Elements) -> Option<ListDelta<i64>> {
    let delta = |before, to| (before != to).then_some(RegisterDelta { to });
    list_delta(before, after, |value| value, delta)
}

fn values(elements: &Elements) -> Vec<i64> {
    elements.iter().map(|(_, value)| *value).collect()
}

/// Two lists that have some elements in common, in any order, and with any values.
fn lists() -> impl Strategy<Value = (Elements, Elements)> {
    let list = || {
        let ids = prop::sample::subsequence((0..12).collect::<Vec<usize>>(), 0..=12).prop_shuffle();
        (ids, prop::collection::vec(0..3_i64, 12))
    };
    let named = |(ids, values): (Vec<usize>, Vec<i64>)| {
        ids.into_iter().map(|at| (id(at), values[at])).collect::<Elements>()
    };
    (list(), list()).prop_map(move |(before, after)| (named(before), named(after)))
}

/// How much a delta inserts, deletes and moves.
fn size(delta: &ListDelta<i64>) -> [usize; 3] {
    let mut size = [0; 3];
    for run in &delta.0 {
        match run {
            ListRun::Insert(values) => size[0] += values.len(),
            ListRun::Delete(count) => size[1] += count,
            ListRun::Lift { .. } => size[2] += 1,
            _ => {}
        }
    }
    size
}

/// The length of a longest common subsequence, by the textbook.
fn longest_common(before: &[Id], after: &[Id]) -> usize {
    let mut row = vec![0; after.len() + 1];
    for id in before {
        let above = row.clone();
        for (at, other) in after.iter().enumerate() {
            row[at + 1] = if id == other { above[at] + 1 } else { row[at].max(above[at + 1]) };
        }
    }
    row.last().copied().unwrap_or(0)
}

proptest! {
    /// True, and as small as can be: what is in both lists is neither inserted nor deleted, and as
    /// few of it moves as can.
    #[test]
    fn lists_of_any_order((before, after) in lists()) {
        let names = |list: &Elements| list.iter().map(|(id, _)| *id).collect::<Vec<_>>();
        let (old, new) = (names(&before), names(&after));
        let mut applied = values(&before);
        let common = old.iter().filter(|id| new.contains(id)).count();
        let expected =
            [new.len() - common, old.len() - common, common - longest_common(&old, &new)];
        match between(&before, &after) {
            None => prop_assert_eq!(&before, &after),
            Some(delta) => {
                prop_assert_eq!(delta.apply(&mut applied), Ok(()));
                prop_assert_eq!(size(&delta), expected);
                prop_assert_eq!(&delta.clone(), &delta);
            }
        }
        prop_assert_eq!(applied, values(&after));
    }

    /// Whatever the delta and the list, nothing panics, and no element is lost but those deleted.
    #[test]
    fn any_delta_on_any_list(
        (before, after) in lists(),
        (_, list) in lists(),
    ) {
        if let Some(delta) = between(&before, &after) {
            let mut applied = values(&list);
            let result = delta.apply(&mut applied);
            let [inserted, deleted, _] = size(&delta);
            if result.is_ok() {
                prop_assert_eq!(applied.len() + deleted, list.len() + inserted);
            } else {
                prop_assert_eq!(applied, values(&list));
            }
        }
    }

    /// Lengths in other units are those of the same pieces of text.
    #[test]
    fn runs_in_other_units(
        before in "[aé€🦀]{0,12}",
        counts in prop::collection::vec(0..4_usize, 0..4),
    ) {
        let runs = counts.iter().enumerate();
        let runs = runs.map(|(at, count)| match at % 2 {
            0 => TextRun::retain(*count),
            _ => TextRun::Delete(*count),
        });
        let delta = TextDelta(runs.collect());
        let taken: usize = counts.iter().sum();
        let length = before.chars().count();
        if taken > length {
            prop_assert_eq!(delta.in_utf16(&before), Err(DeltaError::BeyondEnd(length)));
            prop_assert_eq!(delta.in_utf8(&before), Err(DeltaError::BeyondEnd(length)));
            return Ok(());
        }
        let total = |runs: Vec<TextRun>| runs.iter().map(|run| match run {
            TextRun::Retain { count, .. } | TextRun::Delete(count) => *count,
            TextRun::Insert { .. } => 0,
        }).sum::<usize>();
        let start: String = before.chars().take(taken).collect();
        prop_assert_eq!(total(delta.in_utf8(&before).unwrap()), start.len());
        prop_assert_eq!(total(delta.in_utf16(&before).unwrap()), start.encode_utf16().count());
    }
}

#[test]
fn moves_are_lifted_and_put_down() {
    let before: Elements = (0..4).map(|at| (id(at), 0)).collect();
    let mut after = before.clone();
    let moved = after.remove(0);
    after.push((moved.0, 5));
    after.insert(1, (id(9), 1));
    let delta = between(&before, &after).expect("they differ");
    let to_5 = Some(RegisterDelta { to: 5 });
    let expected = [
        ListRun::Lift { slot: 0 },
        ListRun::Retain(1),
        ListRun::Insert(vec![1]),
        ListRun::Retain(2),
        ListRun::Put { slot: 0, delta: to_5 },
    ];
    assert_eq!(delta.0, expected);
    let json = json!([
        { "lift": 0 }, { "retain": 1 }, { "insert": [1] }, { "retain": 2 }, { "put": 0, "edit": 5 },
    ]);
    assert_eq!(serde_json::to_value(&delta).unwrap(), json);
    assert_eq!(
        format!("{:?}", delta.0.last().unwrap()),
        "Put { slot: 0, delta: Some(RegisterDelta { to: 5 }) }"
    );
    let to_the_front: Elements = [3, 0, 1, 2].map(|at| (id(at), 0)).into();
    let delta = between(&before, &to_the_front).expect("they differ");
    let put_first =
        [ListRun::Put { slot: 0, delta: None }, ListRun::Retain(3), ListRun::Lift { slot: 0 }];
    assert_eq!(delta.0, put_first);
}

#[test]
fn slots_are_filled_and_emptied_once() {
    let (lift, put) = (|slot| ListRun::Lift { slot }, |slot| ListRun::Put { slot, delta: None });
    let refused: [Vec<ListRun<i64>>; 5] = [
        vec![lift(0)],
        vec![put(1)],
        vec![lift(0), lift(0), put(0)],
        vec![put(0), put(0), lift(0)],
        vec![lift(0), put(1)],
    ];
    for runs in refused {
        let mut numbers = vec![1, 2, 3];
        let error = ListDelta(runs).apply(&mut numbers).expect_err("unpaired");
        assert!(matches!(error, DeltaError::UnpairedSlot(0 | 1)), "{error}");
        assert_eq!(numbers, [1, 2, 3]);
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut list = vec![1];
    assert_eq!(
        ListDelta::<i64>(vec![ListRun::Delete(2)]).apply(&mut list),
        Err(DeltaError::BeyondEnd(1))
    );
    let endless = ListDelta::<i64>(vec![ListRun::Retain(usize::MAX), ListRun::Delete(1)]);
    assert_eq!(endless.apply(&mut list), Err(DeltaError::BeyondEnd(1)));
    assert_eq!(list, [1]);

    let mut text = "ab".to_owned();
    let beyond = TextDelta(vec![TextRun::insert("x"), TextRun::Delete(1), TextRun::retain(2)]);
    assert_eq!(beyond.apply(&mut text), Err(DeltaError::BeyondEnd(2)));
    assert_eq!(text, "ab");

    let mut number = 4_u8;
    assert_eq!(CounterDelta { by: 1, to: 6 }.apply(&mut number), Err(DeltaError::OtherSum(6)));
    assert_eq!(CounterDelta { by: 2, to: 6 }.apply(&mut number), Ok(()));

    let mut entry = Some(1_i64);
    assert_eq!(EntryDelta::<i64>::Inserted(2).apply(&mut entry), Err(DeltaError::Present));
    assert_eq!(EntryDelta::<i64>::Removed.apply(&mut entry), Ok(()));
    assert_eq!(EntryDelta::<i64>::Removed.apply(&mut entry), Err(DeltaError::Absent));
    let map = MapDelta::<u8, i64>([(1, EntryDelta::Removed), (2, EntryDelta::Inserted(5))].into());
    let mut entries = [(3, 1)].into();
    assert_eq!(map.apply(&mut entries), Err(DeltaError::Absent));
    assert_eq!(entries, [(2, 5), (3, 1)].into());

    let set = SetDelta { inserted: [1].into(), removed: [2].into() };
    assert_eq!(set.apply(&mut [1, 2].into()), Err(DeltaError::Present));
    assert_eq!(set.apply(&mut [7].into()), Err(DeltaError::Absent));

    let mut json = json!("text");
    let delta = JsonDelta::Object(MapDelta([("a".to_owned(), EntryDelta::Removed)].into()));
    assert_eq!(delta.apply(&mut json), Err(DeltaError::OtherKind));
    let nested = JsonDelta::Array(ListDelta(vec![ListRun::Edit(delta)]));
    assert_eq!(Json::apply_delta(&mut Json(json!([1])), &nested), Err(DeltaError::OtherKind));
}
