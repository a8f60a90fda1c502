//! Runs of ops while they are written: which op goes on with which run. Of inserts the
//! [rule](crate::op::run) says it.

use core::ops::Range;

use super::is_insert;
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
    /// The elements of an insert, the ops of a run of deletes.
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
        let length = if is_insert(kind) { op.counters } else { 1 };
        Self { kind, length, step: None, lane, content: end..end }
    }
}
