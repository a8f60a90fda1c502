//! Inputs made to be slow: each of these takes minutes if a step costs more than a logarithm.

use super::super::{Gathered, Sequence, TextChunk};
use super::small::{ByCounter, id, text};
use crate::op::{IdRange, Place, Side};

const MANY: u32 = 100_000;

fn begun() -> Sequence<TextChunk> {
    let mut sequence = Sequence::default();
    sequence.insert_at(0, "ab", id(0, 0), 0, &ByCounter).expect("the beginning is there");
    sequence
}

#[test]
fn many_siblings_that_arrive_in_the_worst_order() {
    for side in [Side::Left, Side::Right] {
        let mut sequence = begun();
        for chain in (1..MANY).rev() {
            sequence
                .integrate(id(chain, 5), 0, Place::Child(id(0, 0), side), "x", &ByCounter)
                .expect("the parent is known");
        }
        sequence.assert_invariants(&ByCounter);
        assert_eq!(sequence.len(), MANY as usize + 1);
        let (first, last) = (sequence.position(id(MANY - 1, 5)), sequence.position(id(1, 5)));
        let offset = usize::from(side == Side::Right);
        assert_eq!((first, last), (Some(offset), Some(offset + MANY as usize - 2)));
    }
}

#[test]
fn a_deep_tree_that_leans_left_and_right_in_turn() {
    let mut sequence = begun();
    let mut parent = id(0, 1);
    for counter in 2..MANY {
        let side = if counter % 2 == 0 { Side::Left } else { Side::Right };
        let new = id(counter % 2, counter);
        sequence
            .integrate(new, 0, Place::Child(parent, side), "x", &ByCounter)
            .expect("the parent is known");
        parent = new;
    }
    sequence.assert_invariants(&ByCounter);
    assert_eq!(sequence.len(), MANY as usize);
}

#[test]
fn the_same_trees_are_laid_out_at_once() {
    let (mut siblings, mut deep) = (Gathered::default(), Gathered::default());
    let laid = |gathered: &mut Gathered, new, place| {
        gathered.insert(new, 0, place, "x").expect("the parent is known");
    };
    laid(&mut siblings, id(0, 0), Place::Root);
    laid(&mut deep, id(0, 0), Place::Root);
    for chain in (1..MANY).rev() {
        laid(&mut siblings, id(chain, 5), Place::Child(id(0, 0), Side::Right));
    }
    let mut parent = id(0, 0);
    for counter in 1..MANY {
        let side = if counter % 2 == 0 { Side::Left } else { Side::Right };
        let new = id(counter % 2, counter);
        laid(&mut deep, new, Place::Child(parent, side));
        parent = new;
    }
    // Every third element is deleted, one by one.
    for counter in (0..MANY).step_by(3) {
        deep.delete(IdRange::new(id(counter % 2, counter), 1));
    }
    let (siblings, deep) = (siblings.lay_out(&ByCounter), deep.lay_out(&ByCounter));
    siblings.assert_invariants(&ByCounter);
    assert_eq!(siblings.position(id(1, 5)), Some(MANY as usize - 1));
    deep.assert_invariants(&ByCounter);
    assert_eq!(deep.len(), MANY as usize - MANY.div_ceil(3) as usize);
}

#[test]
fn deletions_that_are_repeated_cost_once() {
    let mut sequence = begun();
    // Every other counter is an element, so that no two of them can ever join.
    for counter in (2..MANY).step_by(2) {
        sequence
            .integrate(id(0, counter), 0, Place::Child(id(0, 0), Side::Right), "x", &ByCounter)
            .expect("the parent is known");
    }
    let all = IdRange { chain: 0, start: 2, end: MANY };
    assert_eq!(sequence.delete(all, &ByCounter, &mut ()), MANY as usize / 2 - 1);
    for start in 0..MANY {
        let range = IdRange { chain: 0, start: 2 + start % 7, end: MANY - start % 5 };
        assert_eq!(sequence.delete(range, &ByCounter, &mut ()), 0);
    }
    assert_eq!(text(&sequence), "ab");
    sequence.assert_invariants(&ByCounter);
}
