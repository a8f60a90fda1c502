//! Ops that several authors make, and sequences that learn of them.

use core::cmp::Ordering;
use core::ops::Range;
use std::collections::{BTreeMap, BTreeSet};

use super::super::content::Measure;
use super::super::covers::Ruling;
use super::super::{Content, Keep, OpOrder, Restored, Sequence, Shifts};
use super::oracle::{Oracle, Rank};
use crate::op::{Id, IdRange, Place, Side, Standing};

/// Elements with a visible name, in runs of at most three and nodes of at most three.
#[derive(Clone, Default, Debug)]
pub(super) struct Letters(pub(super) Vec<char>);

impl Content for Letters {
    type Measure = super::super::Excess;
    type Source<'a> = &'a [char];
    type Removed = Vec<char>;
    const LEAF: usize = 3;
    const INNER: usize = 3;

    fn len(&self) -> u32 {
        u32::try_from(self.0.len()).expect("short")
    }

    fn measure(&self) -> Self::Measure {
        let sizes = self.0.iter().map(|&char| Self::Measure::of_char(char));
        sizes.fold(Self::Measure::default(), Measure::plus)
    }

    fn split_off(&mut self, at: u32) -> Self {
        Self(self.0.split_off(at as usize))
    }

    fn remove(&mut self, range: Range<u32>, kept: Option<&mut Vec<char>>) -> Self::Measure {
        let removed = Self(self.0.drain(range.start as usize..range.end as usize).collect());
        let measure = removed.measure();
        removed.remove_all(kept);
        measure
    }

    fn remove_all(self, kept: Option<&mut Vec<char>>) {
        if let Some(kept) = kept {
            kept.extend(self.0);
        }
    }

    fn take<'a>(source: &mut Self::Source<'a>, count: u32) -> Self::Source<'a> {
        let (taken, rest) = source.split_at(source.len().min(count as usize));
        *source = rest;
        taken
    }

    fn fill(&mut self, source: &mut &[char]) -> (u32, Self::Measure) {
        let (taken, rest) = source.split_at(source.len().min(3 - self.0.len()));
        self.0.extend_from_slice(taken);
        *source = rest;
        let moved = Self(taken.to_vec());
        (moved.len(), moved.measure())
    }

    fn is_exhausted(source: &&[char]) -> bool {
        source.is_empty()
    }
}

/// Everything that is deleted.
#[derive(Default, Debug)]
pub(super) struct Kept(pub(super) Vec<(IdRange, Vec<char>)>);

impl Keep<Letters> for Kept {
    fn keep(&mut self, names: IdRange) -> Option<&mut Vec<char>> {
        self.0.push((names, Vec::new()));
        self.0.last_mut().map(|(_, kept)| kept)
    }
}

/// The letter an element shows: any function of its name.
pub(super) fn letter(id: Id) -> char {
    let letters = ['a', 'b', 'c', 'ä', '中', '😀'];
    letters[(id.counter as usize * 7 + id.chain as usize * 3) % letters.len()]
}

/// What an op does.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Insert {
        len: u32,
        place: Place<Id>,
    },
    Delete(IdRange),
    Move {
        place: Place<Id>,
        elements: Vec<Id>,
    },
    /// Rules on what may be a place of a move.
    Rule {
        place: Id,
        standing: Standing,
    },
}

/// An op: its first counter and what it does.
#[derive(Clone, Debug)]
pub(super) struct Op {
    pub(super) id: Id,
    pub(super) act: Act,
}

/// Knows the rank of every op.
#[derive(Default, Debug)]
pub(super) struct Ranks(BTreeMap<Id, Rank>);

impl Ranks {
    pub(super) fn set(&mut self, id: Id, rank: Rank) {
        self.0.insert(id, rank);
    }

    pub(super) fn get(&self, id: Id) -> Rank {
        self.0[&id]
    }
}

impl OpOrder for Ranks {
    fn time(&self, id: Id) -> u32 {
        self.0[&id].0
    }

    fn cmp(&self, a: Id, b: Id) -> Ordering {
        self.0[&a].cmp(&self.0[&b])
    }
}

/// Applies an op to a sequence and to the definition.
pub(super) fn apply(op: &Op, ranks: &Ranks, sequence: &mut Sequence<Letters>, oracle: &mut Oracle) {
    match &op.act {
        &Act::Insert { len, place } => {
            let letters: Vec<_> = (0..len).map(|step| letter(op.id.plus(step))).collect();
            let time = ranks.time(op.id);
            sequence.integrate(op.id, time, place, &letters, ranks).expect("the parent is known");
            insert(op.id, len, place, ranks, oracle);
        }
        Act::Move { place, elements } => {
            let time = ranks.time(op.id);
            let moved = sequence.integrate_moves(
                op.id,
                time,
                *place,
                elements,
                ranks,
                &mut Shifts::dropped(),
            );
            moved.expect("the parent is known");
            insert_moves(op.id, *place, elements, ranks, oracle);
        }
        &Act::Rule { place, standing } => {
            let ruling = Ruling::new((op.id, ranks.time(op.id)), standing);
            sequence.rule_on_place(place, ruling, ranks, &mut Shifts::dropped());
            oracle.rule(place, ranks.get(op.id), standing);
        }
        &Act::Delete(range) => {
            let mut kept = Kept::default();
            sequence.delete(range, ranks, &mut kept);
            for (range, removed) in kept.0 {
                let ids =
                    (range.start..range.end).map(|counter| Id { chain: range.chain, counter });
                assert!(removed.into_iter().eq(ids.map(letter)));
            }
            delete(range, oracle);
        }
    }
}

/// Inserts a run as the definition has it: a chain of right children.
pub(super) fn insert(first: Id, len: u32, place: Place<Id>, ranks: &Ranks, oracle: &mut Oracle) {
    oracle.insert(first, ranks.get(first), place);
    for step in 1..len {
        let (id, before) = (first.plus(step), first.plus(step - 1));
        oracle.insert(id, ranks.get(id), Place::Child(before, Side::Right));
    }
}

/// Moves elements as the definition has it: to a chain of right children.
pub(super) fn insert_moves(
    first: Id,
    mut place: Place<Id>,
    elements: &[Id],
    ranks: &Ranks,
    oracle: &mut Oracle,
) {
    for (step, element) in (0..).zip(elements) {
        let id = first.plus(step);
        oracle.insert_move(id, ranks.get(id), place, *element);
        place = Place::Child(id, Side::Right);
    }
}

/// Deletes a range as the definition has it.
pub(super) fn delete(range: IdRange, oracle: &mut Oracle) {
    for counter in range.start..range.end {
        oracle.delete(Id { chain: range.chain, counter });
    }
}

/// Panics unless a sequence shows what the definition says, by every way of asking, and again after
/// it was saved.
pub(super) fn compare(sequence: &Sequence<Letters>, oracle: &Oracle, ranks: &Ranks) {
    check(sequence, oracle, ranks);
    let (mut restored, mut letters) = (Restored::new(), shown(sequence));
    for span in sequence.spans() {
        let here: Vec<_> = letters.by_ref().take(span.visible() as usize).collect();
        restored.push(span, here.as_slice(), ranks);
    }
    let restored = restored.finish(ranks).expect("as it was saved");
    check(&restored, oracle, ranks);
    assert_eq!(restored.spans(), sequence.spans());
}

fn check(sequence: &Sequence<Letters>, oracle: &Oracle, ranks: &Ranks) {
    sequence.assert_invariants(ranks);
    let expected = oracle.order();
    let places: Vec<_> = sequence
        .runs()
        .flat_map(|(run, deleted)| {
            (run.start..run.end).map(move |counter| (Id { chain: run.chain, counter }, deleted))
        })
        .collect();
    assert_eq!(places, expected);
    let known: BTreeSet<Id> = oracle.elements().map(|(id, _)| id).collect();
    assert!(expected.iter().all(|(place, _)| sequence.contains(*place) == known.contains(place)));
    for (id, deleted) in oracle.elements() {
        assert!(sequence.contains(id));
        assert_eq!(sequence.is_deleted(id), deleted);
        assert_eq!(sequence.by_id(id).is_none(), deleted);
    }
    let visible = expected.iter().filter_map(|(place, _)| oracle.visible_at(*place));
    compare_visible(sequence, &visible.collect::<Vec<_>>());
}

fn compare_visible(sequence: &Sequence<Letters>, visible: &[Id]) {
    assert_eq!(sequence.len(), visible.len());
    assert!(visible.iter().map(|&id| letter(id)).eq(shown(sequence)));
    for (pos, &id) in visible.iter().enumerate() {
        assert_eq!(sequence.position(id), Some(pos));
        assert_eq!(sequence.id_at(pos), Some(id));
    }
    assert_eq!(sequence.id_at(visible.len()), None);
}

/// The visible letters.
pub(super) fn shown(sequence: &Sequence<Letters>) -> impl Iterator<Item = char> {
    sequence.chunks().flat_map(|(_, run)| run.0.iter().copied())
}

/// A small generator of numbers, so that a failure can be repeated by its seed.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// A number below `bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed >> 33) % bound as u64).expect("below the bound")
    }

    /// True in one of `times` cases.
    pub(super) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }
}
