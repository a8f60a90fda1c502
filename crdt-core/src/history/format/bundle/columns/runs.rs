//! Runs of ops while they are written: which op goes on with which run. Of inserts the
//! [rule](crate::op::run) says it.

use core::ops::Range;

use crate::history::format::numbers::LaneIndex;
use crate::op::{Action, Name, Path, RawOp, kind_of};

/// The last run of a lane.
#[derive(Debug)]
pub(super) struct Run<'a> {
    pub(super) kind: u32,
    path: Path<'a>,
    /// The counter with which the next op of the run would begin.
    next: u32,
    /// The last delete of a run of deletes.
    delete: Option<Delete>,
    /// Which run of the bundle it is.
    pub(super) number: usize,
}

#[derive(Clone, Copy, Debug)]
struct Delete {
    first: Name,
    count: u32,
    /// From one to the next, once there are two.
    step: Option<i64>,
}

/// What only the end of a run shows.
#[derive(Debug)]
pub(super) struct Extent {
    pub(super) kind: u32,
    /// The elements of an insert or move, the names of an annul, the ops of a run of deletes.
    pub(super) length: u32,
    pub(super) step: Option<i64>,
    pub(super) lane: LaneIndex,
    /// Of an insert, where in its lane's text or seeds its content lies.
    pub(super) content: Range<usize>,
}

impl<'a> Run<'a> {
    /// The run that an op begins.
    pub(super) fn new(number: usize, counter: u32, op: &RawOp<'a>) -> Self {
        let delete = match op.action {
            Action::Delete { first, count } => Some(Delete { first, count, step: None }),
            _ => None,
        };
        let next = counter + op.counters;
        Self { kind: kind_of(&op.action), path: op.path, next, delete, number }
    }

    /// Whether an op goes on with this run; if it does it is part of it.
    pub(super) fn take(&mut self, counter: u32, op: &RawOp<'a>) -> bool {
        if counter != self.next || op.path != self.path || kind_of(&op.action) != self.kind {
            return false;
        }
        let goes_on = match (&op.action, &mut self.delete) {
            (Action::Delete { first, count }, Some(last)) => last.step_to(*first, *count),
            _ => op.action.goes_on(counter),
        };
        if goes_on {
            self.next += op.counters;
        }
        goes_on
    }

    /// The step of a run of deletes.
    pub(super) fn step(&self) -> Option<i64> {
        self.delete?.step
    }
}

impl Delete {
    fn step_to(&mut self, first: Name, count: u32) -> bool {
        let step = i64::from(first.counter) - i64::from(self.first.counter);
        let goes_on = first.index == self.first.index
            && count == self.count
            && self.step.is_none_or(|last| last == step);
        if goes_on {
            (self.first, self.step) = (first, Some(step));
        }
        goes_on
    }
}

impl Extent {
    /// The extent of a run that begins with an op of `lane`, whose content so far ends at `end`.
    pub(super) fn new(lane: LaneIndex, op: &RawOp<'_>, end: usize) -> Self {
        let kind = kind_of(&op.action);
        let length = match &op.action {
            Action::Insert { .. } | Action::InsertText { .. } | Action::Move { .. } => op.counters,
            Action::Annul { names, .. } => u32::try_from(names.len()).unwrap_or(u32::MAX),
            _ => 1,
        };
        Self { kind, length, step: None, lane, content: end..end }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Run;
    use crate::op::{Action, Body, Name, Place, RawOp, Side, write_op};

    /// An insert into one of two texts near a counter, in canonical bytes.
    fn insert(counter: u32) -> impl Strategy<Value = Vec<u8>> {
        let path = prop_oneof![3 => Just(&b"\0"[..]), 1 => Just(&b"\x01\0\x01a"[..])];
        let text = prop_oneof![Just("a"), Just("ö"), Just("bc")];
        let side = prop_oneof![5 => Just(Side::Right), 1 => Just(Side::Left)];
        let name = (prop_oneof![5 => Just(0), 1 => Just(1)], counter - 2..=counter);
        (path, name, side, text).prop_map(|(path, (index, counter), side, text)| {
            let place = Place::Child(Name { index, counter }, side);
            let count = u32::try_from(text.chars().count()).expect("short");
            let mut bytes = Vec::new();
            write_op(&mut bytes, path, count, &Action::InsertText { place, text });
            bytes
        })
    }

    fn read(bytes: &[u8]) -> RawOp<'_> {
        Body::unplaced(bytes).next_op().expect("canonical").expect("an op").1
    }

    proptest! {
        #[test]
        fn inserts_are_joined_by_the_rule(first in insert(9), next in insert(10), at in 10..12u32) {
            let (first, next) = (read(&first), read(&next));
            let follows = at == 9 + first.counters && first.path == next.path;
            let goes_on = Run::new(0, 9, &first).take(at, &next);
            prop_assert_eq!(goes_on, follows && next.action.goes_on(at));
        }
    }
}
