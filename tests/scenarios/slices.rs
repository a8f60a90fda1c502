//! Parts of texts, and walks from either end.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, RangeBounds};

use crdt_core::{CrdtNode, Document, EditError, Text};
use proptest::prelude::*;

use crate::{key, two};

/// What a range of characters of a string is.
fn part(text: &str, range: impl RangeBounds<usize>) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let bounds = (range.start_bound().cloned(), range.end_bound().cloned());
    let start = match bounds.0 {
        Bound::Included(start) => start,
        Bound::Excluded(start) => start + 1,
        Bound::Unbounded => 0,
    };
    let end = match bounds.1 {
        Bound::Included(last) => last + 1,
        Bound::Excluded(end) => end,
        Bound::Unbounded => chars.len(),
    };
    chars.get(start..end).map(String::from_iter)
}

/// Some edits: where, how much is deleted there, and what is inserted.
fn edits() -> impl Strategy<Value = Vec<(usize, usize, String)>> {
    let text = prop_oneof!["[a-z ]{0,8}", "[ä€😀]{0,8}", "x{300}"];
    prop::collection::vec((0..400usize, 0..20usize, text), 1..12)
}

fn written(edits: &[(usize, usize, String)]) -> Document<Text> {
    let mut document = Document::<Text>::create(key(1)).unwrap();
    for (at, deleted, inserted) in edits {
        let edit = document.change(|text| {
            let at = (*at).min(text.len());
            let end = (at + deleted).min(text.len());
            text.replace(at..end, inserted)
        });
        edit.unwrap();
    }
    document
}

proptest! {
    #[test]
    fn a_slice_reads_as_the_part_of_the_string(
        edits in edits(),
        start in 0..500usize,
        end in 0..500usize,
    ) {
        let document = written(&edits);
        let (text, whole) = (document.read(), document.value().0);
        prop_assert_eq!(text.chars().collect::<String>(), whole.as_str());
        let ranges = [
            (Bound::Included(start), Bound::Excluded(end)),
            (Bound::Included(start), Bound::Included(end)),
            (Bound::Excluded(start), Bound::Excluded(end)),
            (Bound::Unbounded, Bound::Excluded(end)),
            (Bound::Included(start), Bound::Unbounded),
            (Bound::Unbounded, Bound::Unbounded),
        ];
        for range in ranges {
            let Some(part) = part(&whole, range) else {
                let refused = text.slice(range).map(|_| ());
                let is_range = matches!(
                    refused,
                    Err(EditError::OutOfRange { .. } | EditError::InvertedRange { .. })
                );
                prop_assert!(is_range, "{:?}", range);
                continue;
            };
            let slice = text.slice(range).unwrap();
            prop_assert_eq!(slice.len(), part.chars().count());
            prop_assert_eq!(slice.is_empty(), part.is_empty());
            prop_assert_eq!(slice.to_string(), part.as_str());
            prop_assert_eq!(slice.chars().collect::<String>(), part.as_str());
            prop_assert_eq!(slice.chunks().collect::<String>(), part.as_str());
            prop_assert!(slice == part && slice == part.as_str());
            prop_assert!(slice != part.clone() + "!");
            prop_assert_eq!(serde_json::to_string(&slice).unwrap(), format!("{}", serde_json::json!(part)));
        }
    }
}

#[test]
fn editors_take_any_range() {
    let (mut document, _) = two::<Text>();
    let edit = document.change(|text| {
        text.insert(0, "0123456789")?;
        assert_eq!(text.slice(..=2)?, "012");
        text.delete(8..)?;
        text.delete(..=1)?;
        text.replace(1..=2, "-")?;
        assert_eq!(text.slice(1..3).map(|part| part.to_string()), Ok("-5".to_owned()));
        let length = text.len();
        assert_eq!(text.delete(..=length), Err(EditError::OutOfRange { position: 6, length }));
        #[allow(clippy::reversed_empty_ranges)]
        let reversed = text.delete(3..2);
        assert_eq!(reversed, Err(EditError::InvertedRange { start: 3, end: 2 }));
        let endless = text.slice(..=usize::MAX).map(|_| ());
        assert_eq!(endless, Err(EditError::OutOfRange { position: usize::MAX, length }));
        Ok(())
    });
    edit.unwrap();
    assert_eq!(document.read(), "2-567");
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Shelf {
    numbers: Vec<u32>,
    map: BTreeMap<u32, u32>,
    set: BTreeSet<u32>,
    extra: Option<Vec<u32>>,
}

/// Walks a view from both ends, alternately, and the model with it.
fn both_ends<A, B>(
    mut view: impl DoubleEndedIterator<Item = A> + ExactSizeIterator,
    mut model: impl DoubleEndedIterator<Item = B>,
    value: impl Fn(A) -> B,
) where
    B: PartialEq + std::fmt::Debug,
{
    for step in 0.. {
        let left = view.len();
        let (seen, expected) = if step % 3 == 0 {
            (view.next_back(), model.next_back())
        } else {
            (view.next(), model.next())
        };
        let seen = seen.map(&value);
        assert_eq!(seen, expected, "step {step}");
        assert_eq!(view.len(), left.saturating_sub(1));
        if seen.is_none() {
            return;
        }
    }
}

#[test]
fn views_are_walked_from_both_ends() {
    for length in [0u32, 1, 2, 3, 200] {
        let (mut document, _) = two::<Shelf>();
        let edit = document.change(|shelf| {
            for number in 0..length {
                // Long runs, runs of one, and holes.
                let at = if number % 7 == 0 { 0 } else { shelf.numbers.len() };
                shelf.numbers.insert(at, number)?;
                shelf.map.insert(number * 5 % 201, number)?;
                shelf.set.insert(number * 5 % 201)?;
            }
            for number in (0..length / 3).rev() {
                shelf.numbers.remove(number as usize * 2)?;
                shelf.map.remove(&number)?;
                shelf.set.remove(&number)?;
            }
            Ok(())
        });
        edit.unwrap();
        let (view, value) = (document.read(), document.value());
        both_ends(view.numbers.iter(), value.numbers.iter().copied(), |number| *number);
        both_ends(view.map.iter(), value.map.clone().into_iter(), |(key, value)| (*key, *value));
        both_ends(view.set.iter(), value.set.iter().copied(), |number| *number);
        assert_eq!(view.set.first(), value.set.first());
        assert_eq!(view.set.last(), value.set.last());
    }
}

#[test]
fn views_are_walked_by_for_loops() {
    let (mut document, _) = two::<Shelf>();
    let edit = document.change(|shelf| {
        for number in [3, 1, 2] {
            shelf.numbers.push(number)?;
            shelf.set.insert(number)?;
            shelf.map.insert(number, 10 * number)?;
        }
        for (number, element) in shelf.numbers.into_iter().zip(&shelf.set) {
            assert!(*number > 0 && *element > 0);
        }
        assert_eq!(shelf.set.iter().rev().collect::<Vec<_>>(), [&3, &2, &1]);
        assert_eq!(shelf.map.values().map(|value| *value).sum::<u32>(), 60);
        shelf.extra.set(Some(vec![4]))
    });
    edit.unwrap();
    let mut sum = 0;
    for number in document.read().numbers {
        sum += *number;
    }
    for number in document.read().set {
        sum += number;
    }
    let view = document.read();
    for number in &view.set {
        sum += number;
    }
    for list in view.extra.iter().chain(&view.extra).chain(view.extra) {
        for number in list {
            sum += *number;
        }
    }
    assert_eq!(sum, 3 * 6 + 3 * 4);
}
