//! Inputs made to be slow: each of these takes minutes if a step costs more than a logarithm.

use super::super::{Gathered, Sequence, Shifts, TextChunk};
use super::small::{ByCounter, id, text};
use super::world::{Letters, shown};
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

/// Characters of a text are not moved.
fn movable() -> Sequence<Letters> {
    let mut sequence = Sequence::default();
    sequence
        .insert_at(0, ['a', 'b'].as_slice(), id(0, 0), 0, &ByCounter)
        .expect("the beginning is there");
    sequence
}

#[test]
fn one_element_moved_by_many_in_the_worst_order() {
    let mut sequence = movable();
    let mut move_to = |chain, parent| {
        let place = Place::Child(parent, Side::Right);
        let moved = sequence.integrate_moves(
            id(chain, 5),
            0,
            place,
            &[id(0, 0)],
            &ByCounter,
            &mut Shifts::dropped(),
        );
        assert_eq!(moved, Ok(true));
    };
    // The first one is the highest, so it stays there, and the others hang on one place.
    (1..MANY).rev().for_each(|chain| move_to(chain, id(0, 1)));
    sequence.assert_invariants(&ByCounter);
    assert!(shown(&sequence).eq("ba".chars()));
    assert_eq!(sequence.position(id(0, 0)), Some(1));
    // From the lowest to the highest it goes along, each time onto the place before.
    let mut sequence = movable();
    for counter in 2..MANY {
        let place = Place::Child(id(0, counter - 1), Side::Left);
        let moved = sequence.integrate_moves(
            id(0, counter),
            0,
            place,
            &[id(0, 0)],
            &ByCounter,
            &mut Shifts::dropped(),
        );
        assert_eq!(moved, Ok(true));
    }
    sequence.assert_invariants(&ByCounter);
    assert!(shown(&sequence).eq("ab".chars()));
}

#[test]
fn names_of_what_was_moved_and_deleted_are_passed_over_once() {
    let mut sequence = movable();
    let all: Vec<_> = (2..MANY).step_by(2).collect();
    for counter in &all {
        let place = Place::Child(id(0, 0), Side::Right);
        sequence
            .integrate(id(0, *counter), 0, place, ['x'].as_slice(), &ByCounter)
            .expect("the parent is here");
    }
    for counter in &all {
        let place = Place::Child(id(0, 1), Side::Right);
        let element = [id(0, *counter)];
        let moved = sequence.integrate_moves(
            id(1, *counter),
            0,
            place,
            &element,
            &ByCounter,
            &mut Shifts::dropped(),
        );
        assert_eq!(moved, Ok(true));
    }
    for _ in 0..MANY {
        let range = IdRange { chain: 0, start: 2, end: MANY };
        sequence.delete(range, &ByCounter, &mut ());
        // Places are no elements, although they lie on a chain as these do.
        sequence.delete(IdRange { chain: 1, ..range }, &ByCounter, &mut ());
    }
    assert!(shown(&sequence).eq("ab".chars()));
    sequence.assert_invariants(&ByCounter);
}
