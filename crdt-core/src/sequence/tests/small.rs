//! Single rules, each by one example.

use core::cmp::Ordering;

use super::super::{
    Items, Keep, OpOrder, OutOfBounds, Restored, Sequence, Span, SpanKind, TextChunk, UnknownParent,
};
use crate::op::{Id, IdRange, Place, Side};

/// Everything that is deleted, one after the other.
#[derive(Default)]
struct Kept {
    names: Vec<IdRange>,
    text: String,
}

impl Keep<TextChunk> for Kept {
    fn keep(&mut self, names: IdRange) -> Option<&mut String> {
        self.names.push(names);
        Some(&mut self.text)
    }
}

/// The order of counters, with the chain to settle ties. All ops have one time.
pub(super) struct ByCounter;

impl OpOrder for ByCounter {
    fn time(&self, _: Id) -> u32 {
        0
    }

    fn cmp(&self, a: Id, b: Id) -> Ordering {
        (a.counter, a.chain).cmp(&(b.counter, b.chain))
    }
}

pub(super) fn id(chain: u32, counter: u32) -> Id {
    Id { chain, counter }
}

fn range(chain: u32, start: u32, end: u32) -> IdRange {
    IdRange { chain, start, end }
}

pub(super) fn text(sequence: &Sequence<TextChunk>) -> String {
    sequence.chunks().map(|(_, chunk)| chunk.as_str()).collect()
}

fn typed(text: &str) -> Sequence<TextChunk> {
    let mut sequence = Sequence::default();
    sequence.insert_at(0, text, id(0, 0), 0, &ByCounter).expect("the beginning is there");
    sequence
}

#[test]
fn a_new_sequence_is_blank_until_something_was_in_it() {
    let mut sequence = Sequence::<TextChunk>::default();
    assert!(sequence.is_blank());
    sequence.insert_at(0, "", id(0, 0), 0, &ByCounter).expect("the beginning is there");
    assert!(sequence.is_blank());
    sequence.insert_at(0, "a", id(0, 0), 0, &ByCounter).expect("the beginning is there");
    sequence.delete_at(0..1, &ByCounter, |_| {}, &mut ()).expect("it is there");
    assert_eq!(sequence.len(), 0);
    assert!(!sequence.is_blank());
}

#[test]
fn typing_on_is_one_run() {
    let mut sequence = typed("a");
    for counter in 1..20 {
        let place = sequence
            .insert_at(counter as usize, "b", id(0, counter), 0, &ByCounter)
            .expect("the end is there");
        assert_eq!(place, Place::Child(id(0, counter - 1), Side::Right));
    }
    assert_eq!(sequence.runs().count(), 1);
}

#[test]
fn inserting_before_a_deleted_element_hangs_on_its_left() {
    let mut sequence = typed("abc");
    sequence.delete_at(1..2, &ByCounter, |_| {}, &mut ()).expect("it is there");
    let place = sequence.insert_at(1, "x", id(0, 3), 0, &ByCounter).expect("it is there");
    assert_eq!(place, Place::Child(id(0, 1), Side::Left));
    assert_eq!(text(&sequence), "axc");
}

#[test]
fn backspacing_leaves_one_deleted_run() {
    let mut sequence = typed("abcdef");
    for pos in (2..6).rev() {
        sequence.delete_at(pos..pos + 1, &ByCounter, |_| {}, &mut ()).expect("it is there");
        sequence.assert_invariants(&ByCounter);
    }
    let runs: Vec<_> = sequence.runs().collect();
    assert_eq!(runs, [(range(0, 0, 2), false), (range(0, 2, 6), true)]);
}

#[test]
fn deleting_forward_leaves_one_deleted_run() {
    let mut sequence = typed("abcdef");
    for _ in 0..4 {
        sequence.delete_at(1..2, &ByCounter, |_| {}, &mut ()).expect("it is there");
        sequence.assert_invariants(&ByCounter);
    }
    let runs: Vec<_> = sequence.runs().collect();
    assert_eq!(runs, [(range(0, 0, 1), false), (range(0, 1, 5), true), (range(0, 5, 6), false)]);
}

#[test]
fn deleting_at_both_ends_in_turn_keeps_the_run_listed() {
    let mut sequence = typed("abcdefgh");
    for pos in [7, 6, 0, 0, 3, 0, 1] {
        sequence.delete_at(pos..pos + 1, &ByCounter, |_| {}, &mut ()).expect("it is there");
        sequence.assert_invariants(&ByCounter);
    }
    assert_eq!(text(&sequence), "d");
}

#[test]
fn typing_goes_on_where_the_run_ends_after_its_beginning_was_deleted() {
    let mut sequence = typed("abcd");
    for _ in 0..2 {
        sequence.delete_at(0..1, &ByCounter, |_| {}, &mut ()).expect("it is there");
    }
    sequence.insert_at(2, "e", id(0, 4), 0, &ByCounter).expect("the end is there");
    sequence.delete_at(0..1, &ByCounter, |_| {}, &mut ()).expect("it is there");
    sequence.assert_invariants(&ByCounter);
    let refused = sequence.insert_at(3, "f", id(0, 5), 0, &ByCounter);
    assert_eq!(refused, Err(OutOfBounds { pos: 3, len: 2 }));
    sequence.insert_at(2, "f", id(0, 5), 0, &ByCounter).expect("the end is there");
    assert_eq!(text(&sequence), "def");
}

#[test]
fn a_deletion_is_named_in_ranges_as_long_as_possible() {
    let mut sequence = typed("abcdef");
    sequence.insert_at(3, "xy", id(1, 9), 0, &ByCounter).expect("it is there");
    sequence.insert_at(2, "z", id(1, 11), 0, &ByCounter).expect("it is there");
    sequence.delete_at(2..3, &ByCounter, |_| {}, &mut ()).expect("it is there");
    let mut ranges = Vec::new();
    sequence
        .delete_at(1..7, &ByCounter, |range| ranges.push(range), &mut ())
        .expect("all are there");
    assert_eq!(ranges, [range(0, 1, 3), range(1, 9, 11), range(0, 3, 5)]);
    assert_eq!(text(&sequence), "af");
}

#[test]
fn a_deletion_counts_and_hands_out_only_what_was_visible() {
    let mut sequence = typed("abcdef");
    let mut kept = Kept::default();
    assert_eq!(sequence.delete(range(0, 1, 3), &ByCounter, &mut kept), 2);
    assert_eq!((kept.names, &*kept.text), (vec![range(0, 1, 3)], "bc"));
    assert_eq!(sequence.delete(range(0, 0, 100), &ByCounter, &mut ()), 4);
    assert_eq!(sequence.delete(range(0, 0, 100), &ByCounter, &mut ()), 0);
    assert_eq!(sequence.delete(range(7, 0, 100), &ByCounter, &mut ()), 0);
    assert_eq!(sequence.runs().count(), 1);
}

#[test]
fn what_is_out_of_bounds_is_refused() {
    let mut sequence = typed("abc");
    let refused = sequence.insert_at(4, "x", id(0, 3), 0, &ByCounter);
    assert_eq!(refused, Err(OutOfBounds { pos: 4, len: 3 }));
    let refused = sequence.delete_at(2..4, &ByCounter, |_| {}, &mut ());
    assert_eq!(refused, Err(OutOfBounds { pos: 4, len: 3 }));
    #[expect(clippy::reversed_empty_ranges, reason = "that is the point")]
    let refused = sequence.delete_at(3..2, &ByCounter, |_| {}, &mut ());
    assert_eq!(refused, Err(OutOfBounds { pos: 3, len: 3 }));
    assert_eq!(text(&sequence), "abc");
}

#[test]
fn an_unknown_parent_is_refused() {
    let mut sequence = typed("abc");
    let mut insert = |place| sequence.integrate(id(1, 9), 0, place, "x", &ByCounter);
    assert_eq!(insert(Place::Child(id(0, 3), Side::Right)), Err(UnknownParent));
    assert_eq!(insert(Place::Child(id(2, 0), Side::Left)), Err(UnknownParent));
    assert_eq!(text(&sequence), "abc");
}

#[test]
fn inserting_nothing_changes_nothing() {
    let mut sequence = typed("abc");
    let place = Place::Child(id(0, 1), Side::Left);
    sequence.integrate(id(1, 9), 0, place, "", &ByCounter).expect("known");
    sequence.insert_at(1, "", id(1, 9), 0, &ByCounter).expect("it is there");
    assert_eq!(sequence.tree.iter().count(), 1);
}

#[test]
fn items_are_found_and_changed_by_position_and_by_name() {
    let mut sequence = Sequence::<Items<u32>>::default();
    let states: Vec<_> = (0..200).collect();
    sequence.insert_at(0, states.into_iter(), id(0, 0), 0, &ByCounter).expect("it is there");
    sequence.delete_at(10..20, &ByCounter, |_| {}, &mut ()).expect("they are there");
    *sequence.item_at_mut(10).expect("it is there") += 1000;
    *sequence.item_mut(id(0, 199)).expect("it is there") += 1000;
    assert_eq!(sequence.item(id(0, 20)), Some(&1020));
    assert_eq!(sequence.item_at(189), Some(&1199));
    assert_eq!(sequence.item(id(0, 15)), None);
    assert_eq!(sequence.item_mut(id(0, 15)), None);
    assert_eq!(sequence.item_at(190), None);
    assert_eq!(sequence.items().next_back(), Some((id(0, 199), &1199)));
    assert_eq!(sequence.items().count(), 190);
    assert!(sequence.chunks().all(|(_, run)| run.as_slice().len() <= 64));
}

#[test]
fn what_was_saved_is_restored() {
    let mut sequence = typed(&"long ".repeat(100));
    sequence.insert_at(3, "in", id(1, 700), 0, &ByCounter).expect("a place");
    sequence.insert_at(3, "xyz", id(1, 800), 0, &ByCounter).expect("a place");
    sequence.delete_at(1..4, &ByCounter, |_| {}, &mut ()).expect("a range");
    let (whole, spans) = (text(&sequence), sequence.spans());
    let mut restored = Restored::<TextChunk>::new();
    let mut rest = &*whole;
    for span in &spans {
        let visible = if let SpanKind::Live(len) = span.kind { len as usize } else { 0 };
        let (part, after) = rest.split_at(visible);
        restored.push(*span, part, &ByCounter);
        rest = after;
    }
    let mut restored = restored.finish(&ByCounter).expect("every anchor has its element");
    assert_eq!((text(&restored), restored.spans()), (whole, spans));
    for sequence in [&mut sequence, &mut restored] {
        let placed = sequence.insert_at(5, "new", id(2, 900), 0, &ByCounter);
        assert!(placed.is_ok());
    }
    assert_eq!((text(&restored), restored.spans()), (text(&sequence), sequence.spans()));
}

#[test]
fn an_anchor_without_its_element_is_not_restored() {
    let anchor = |counter| Span { first: id(0, counter), kind: SpanKind::Anchor };
    let run = |counter| Span { first: id(0, counter), kind: SpanKind::Live(1) };
    let restored = |spans: &[Span]| {
        let mut restored = Restored::<TextChunk>::new();
        for span in spans {
            let text = if span.kind == SpanKind::Anchor { "" } else { "a" };
            restored.push(*span, text, &ByCounter);
        }
        restored.finish(&ByCounter).is_some()
    };
    assert!(restored(&[anchor(1), anchor(2), run(5), run(2), run(4), run(1)]));
    assert!(!restored(&[anchor(1)]));
    assert!(!restored(&[run(1), anchor(2)]));
    assert!(!restored(&[anchor(1), anchor(2), run(1), run(2)]), "they nest");
}
