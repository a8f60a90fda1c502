//! Ops that are laid out at once, against the definition and against placing one after the other.

use super::super::{Gathered, Sequence, TextChunk};
use super::oracle::Oracle;
use super::small::{ByCounter, id, text};
use super::world::{Act, Op, Ranks, delete, insert, letter};
use crate::op::{Id, Place, Side};

/// Lays out ops and panics unless that comes to what the definition says.
pub(super) fn compare(ops: &[Op], ranks: &Ranks) {
    let (mut gathered, mut oracle) = (Gathered::default(), Oracle::default());
    let mut placed = Sequence::<TextChunk>::default();
    for op in ops {
        match op.act {
            Act::Insert { len, place } => {
                let text: String = (0..len).map(|step| letter(op.id.plus(step))).collect();
                let time = ranks.get(op.id).0;
                gathered.insert(op.id, time, place, &text).expect("the parent is known");
                insert(op.id, len, place, ranks, &mut oracle);
                placed.integrate(op.id, time, place, &text, ranks).expect("the parent is known");
            }
            Act::Delete(range) => {
                gathered.delete(range);
                delete(range, &mut oracle);
                placed.delete(range, ranks, &mut ());
            }
            Act::Move { .. } | Act::Rule { .. } => return,
        }
    }
    assert_eq!(gathered.is_blank(), oracle.order().is_empty());
    let laid = gathered.lay_out(ranks);
    laid.assert_invariants(ranks);
    assert_eq!(laid.spans(), placed.spans());
    assert_eq!(text(&laid), text(&placed));
    let elements = laid.runs().flat_map(|(run, deleted)| {
        (run.start..run.end).map(move |counter| (Id { chain: run.chain, counter }, deleted))
    });
    assert!(elements.eq(oracle.order()));
}

#[test]
fn what_hangs_on_nothing_is_refused() {
    let mut gathered = Gathered::default();
    let mut refused = |new, parent, side| {
        assert!(gathered.insert(new, 0, Place::Child(parent, side), "lost").is_err());
        assert!(gathered.is_blank());
    };
    refused(id(1, 4), id(1, 3), Side::Right);
    refused(id(1, 8), id(1, 5), Side::Left);
    gathered.insert(id(0, 0), 0, Place::Root, "here").expect("on the root");
    for parent in [id(0, 4), id(1, 0)] {
        let place = Place::Child(parent, Side::Right);
        assert!(gathered.insert(id(0, 4), 0, place, "lost").is_err());
    }
    gathered.delete(crate::op::IdRange::new(id(1, 0), 9));
    assert!(!gathered.is_blank());
    let laid = gathered.lay_out(&ByCounter);
    laid.assert_invariants(&ByCounter);
    assert_eq!(text(&laid), "here");
    assert!(!laid.contains(id(1, 4)) && !laid.contains(id(1, 8)));
    assert!(Gathered::default().lay_out(&ByCounter).is_blank());
}

#[test]
fn one_run_is_gathered_again_unless_it_is_typed_on() {
    let mut sequence = Sequence::<TextChunk>::default();
    assert!(sequence.gather(None).is_none(), "there is nothing");
    sequence.insert_at(0, "größer", id(0, 3), 7, &ByCounter).expect("the beginning is there");
    let right_of = |parent| Some(Place::Child(parent, Side::Right));
    assert!(sequence.gather(right_of(id(0, 8))).is_none(), "typed on");
    for next in [None, Some(Place::Root), right_of(id(0, 7)), right_of(id(1, 8))] {
        let again = sequence.gather(next).expect("one run").lay_out(&ByCounter);
        assert_eq!(again.spans(), sequence.spans());
        assert_eq!(text(&again), "größer");
    }
    sequence.delete_at(1..2, &ByCounter, |_| {}, &mut ()).expect("within bounds");
    assert!(sequence.gather(None).is_none(), "three runs");
}
