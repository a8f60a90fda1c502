//! What editors write down.

mod scope;
#[cfg(test)]
mod tests;

use core::cell::RefCell;

pub use scope::Scope;

use super::rollback::{Rollback, RollbackPoint};
use super::watch::{Effect, EffectLog, Step};
use super::{EditError, Incoming, NodeState, Prior, Segment, Stamp};
use crate::history::{Chains, ChangeIndex, LocalAction, LocalOp, LocalPath, LocalSegment, Written};
use crate::op::limits::MAX_PATH_DEPTH;
use crate::op::{Id, IdRange, Place};

/// A change that is being written: what all editors of the change share.
#[derive(Debug)]
pub(crate) struct Transaction<'a> {
    chains: &'a Chains,
    mode: Mode,
    log: RefCell<Box<Log>>,
}

/// What the editors of a change wrote, and what they found where they wrote it.
#[derive(Debug)]
pub(crate) struct Log {
    written: Written,
    rollback: Rollback,
    /// What undoing the change will ask for, each with the number of its op, ascending.
    priors: Vec<(usize, Prior)>,
    /// The branch that the change will lie on, and its time.
    chain: u32,
    time: u32,
    /// The counter of the first op.
    start: u32,
    /// The counter of the next op.
    next: u32,
    /// What this and later counters have inserted need not be kept when it is deleted: whoever goes
    /// back takes it out.
    fresh: u32,
    /// The first fault of an edit that could not report it.
    fault: Option<EditError>,
    stamp: Stamp,
    /// Whether the document keeps all that is deleted or reset.
    keeps_all: bool,
    /// The effects of the edits, with the paths of their nodes, if somebody observes.
    effects: Option<Vec<(Option<u32>, Effect)>>,
}

/// How a document is to be edited.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Mode {
    /// Whether it keeps all that is deleted or reset.
    pub(crate) keeps_all: bool,
    /// Whether somebody observes it.
    pub(crate) watched: bool,
    /// Whether its changes can be undone.
    pub(crate) undoable: bool,
}

/// Space for what editors write, used again for one change after the other.
#[derive(Debug, Default)]
pub(crate) struct Space(Option<Box<Log>>);

/// A state of the log to go back to.
#[derive(Debug)]
struct Point {
    ops: usize,
    next: u32,
    text: usize,
    rollback: RollbackPoint,
    priors: usize,
    /// The op before, which later edits may lengthen.
    last: Option<LastOp>,
    fresh: u32,
    fault: Option<EditError>,
    effects: usize,
}

/// What lengthening changes in an op.
#[derive(Clone, Copy, Debug)]
enum LastOp {
    /// The counters of an insert or move, and how far its seeds, its text or its elements reach.
    Insert(u32, usize),
    Delete(IdRange),
    /// How many ops an annul names.
    Annul(usize),
}

impl<'a> Transaction<'a> {
    /// Begins a change that follows `prev` on its author's chain.
    pub(crate) fn new(
        chains: &'a Chains,
        prev: Option<ChangeIndex>,
        space: Space,
        stamp: Stamp,
        mode: Mode,
    ) -> Self {
        let Id { chain, counter: start } = chains.next_id(prev);
        let mut log = space.0.unwrap_or_else(|| Box::new(Log::blank(stamp)));
        (log.chain, log.time, log.stamp) = (chain, chains.highest_time() + 1, stamp);
        (log.start, log.next, log.fresh) = (start, start, start);
        (log.keeps_all, log.effects) = (mode.keeps_all, mode.watched.then(Vec::new));
        Self { chains, mode, log: RefCell::new(log) }
    }

    /// The scope of the document's root.
    pub(crate) fn root(&'a self) -> Scope<'a> {
        Scope { transaction: self, parent: None, last: None }
    }

    /// What has been written.
    pub(crate) fn finish(self) -> Box<Log> {
        self.log.into_inner()
    }
}

impl Log {
    /// That of a change which follows nothing.
    fn blank(stamp: Stamp) -> Self {
        Self {
            written: Written::default(),
            rollback: Rollback::default(),
            priors: Vec::new(),
            chain: 0,
            time: 0,
            start: 0,
            next: 0,
            fresh: 0,
            fault: None,
            stamp,
            keeps_all: false,
            effects: None,
        }
    }

    /// Whether nothing has been written, nor failed to be.
    pub(crate) fn is_empty(&self) -> bool {
        self.written.ops.is_empty() && self.fault.is_none()
    }

    /// The id of the first op, if there are any, also such as have been taken back.
    pub(crate) fn begin(&self) -> Option<Id> {
        let Self { chain, start, .. } = *self;
        (self.next != start).then_some(Id { chain, counter: start })
    }

    /// The first fault of an edit that could not report it itself.
    pub(crate) fn fault(&self) -> Option<&EditError> {
        self.fault.as_ref()
    }

    /// Lends out what has been written, to make a change of it.
    pub(crate) fn lend(&mut self) -> (u32, Written) {
        (self.start, core::mem::take(&mut self.written))
    }

    /// Takes back what was lent out.
    pub(crate) fn take_in(&mut self, written: Written) {
        self.written = written;
    }

    /// What undoing the change will ask for, by the counters of its ops as editors took them to be.
    pub(crate) fn priors(&self) -> Vec<(Id, Prior)> {
        let mut priors = self.priors.iter().peekable();
        let (mut counter, mut named) = (self.start, Vec::with_capacity(self.priors.len()));
        for (number, op) in self.written.ops.iter().enumerate() {
            if priors.peek().is_none() {
                break;
            }
            while let Some((_, prior)) = priors.next_if(|(of, _)| *of == number) {
                named.push((Id { chain: self.chain, counter }, *prior));
            }
            counter += op.counters;
        }
        named
    }

    /// Hands the effects of the edits on.
    pub(crate) fn hand_on(&mut self, to: &mut EffectLog) {
        to.let_go();
        for (path, effect) in self.effects.take().into_iter().flatten() {
            let above = |at: &u32| self.written.paths[*at as usize].parent;
            let up = core::iter::successors(path, above);
            let steps = up.map(|at| self.written.paths[at as usize].segment.as_segment());
            let mut steps: Vec<Step> = steps.map(|segment| Step::of(&segment)).collect();
            steps.reverse();
            to.push(steps.into(), effect);
        }
    }

    /// The space of it, for the next change.
    pub(crate) fn emptied(mut self: Box<Self>) -> Space {
        self.written.empty();
        self.rollback.empty();
        self.priors.clear();
        (self.fault, self.effects) = (None, None);
        Space(Some(self))
    }

    /// Takes all edits of a document's state back, the last one first. Costs what was written,
    /// which stays here.
    pub(crate) fn roll_back(&mut self, state: &mut dyn NodeState, chains: &Chains) {
        let begin = Point {
            ops: 0,
            next: self.start,
            text: 0,
            rollback: RollbackPoint::default(),
            priors: 0,
            last: None,
            fresh: self.start,
            fault: None,
            effects: 0,
        };
        if let Some(effects) = &mut self.effects {
            effects.clear();
        }
        self.take_back(&begin, None, state, chains);
    }

    /// The state to go back to if the edits to come fail. They keep what they delete of everything
    /// that has been written until now.
    fn mark(&mut self) -> Point {
        let Self { written: Written { ops, text, .. }, rollback, next, fresh, .. } = self;
        let last = ops.last().and_then(|last| match &last.action {
            LocalAction::Insert { seeds, .. } => Some(LastOp::Insert(last.counters, seeds.len())),
            LocalAction::InsertText { text, .. } => Some(LastOp::Insert(last.counters, text.end)),
            LocalAction::Move { elements, .. } => {
                Some(LastOp::Insert(last.counters, elements.len()))
            }
            LocalAction::Delete { range } => Some(LastOp::Delete(*range)),
            LocalAction::Annul { names, .. } => Some(LastOp::Annul(names.len())),
            _ => None,
        });
        Point {
            ops: ops.len(),
            next: *next,
            text: text.len(),
            rollback: rollback.point(),
            priors: self.priors.len(),
            last,
            fresh: core::mem::replace(fresh, *next),
            fault: self.fault.take(),
            effects: self.effects.as_ref().map_or(0, Vec::len),
        }
    }

    /// Takes back what was edited since a point in the node at a path or below, whose state this
    /// is.
    fn take_back(
        &mut self,
        point: &Point,
        base: Option<u32>,
        state: &mut dyn NodeState,
        chains: &Chains,
    ) {
        let Self { written: Written { paths, ops, text, .. }, rollback, time, keeps_all, .. } =
            self;
        let mut end = self.next;
        for (number, op) in ops.iter().enumerate().rev() {
            if end <= point.next && !rollback.concerns(number, point.rollback) {
                break;
            }
            #[cfg(test)]
            crate::steps::count();
            let start = end.saturating_sub(op.counters);
            let mut taken_back = rollback.pop(number, point.rollback);
            taken_back.counters = start.max(point.next)..end;
            end = start;
            let id = Id { chain: self.chain, counter: taken_back.counters.start };
            let new = Id { chain: self.chain, counter: point.next };
            // What is in an element that is taken out itself goes with it.
            if let Some(path) = route(paths, op.path, base, new) {
                let action = op.action.as_action(text);
                let taken_back = Some(&taken_back);
                let keeps_all = *keeps_all;
                let op = Incoming {
                    id,
                    time: *time,
                    action,
                    keeps_all,
                    watch: None,
                    taken_back,
                    asked: None,
                };
                let _ = state.apply(&path, &op, chains);
            }
        }
    }

    /// Forgets what was written since a point.
    fn cut(&mut self, point: Point) {
        let Written { ops, text: texts, .. } = &mut self.written;
        ops.truncate(point.ops);
        texts.truncate(point.text);
        if let (Some(LocalOp { action, counters, .. }), Some(last)) = (ops.last_mut(), point.last) {
            match (action, last) {
                (LocalAction::Insert { seeds, .. }, LastOp::Insert(count, size)) => {
                    seeds.truncate(size);
                    *counters = count;
                }
                (LocalAction::InsertText { text, .. }, LastOp::Insert(count, size)) => {
                    text.end = size;
                    *counters = count;
                }
                (LocalAction::Move { elements, .. }, LastOp::Insert(count, size)) => {
                    elements.truncate(size);
                    *counters = count;
                }
                (LocalAction::Delete { range }, LastOp::Delete(was)) => *range = was,
                (LocalAction::Annul { names, .. }, LastOp::Annul(count)) => names.truncate(count),
                _ => {}
            }
        }
        if let Some(effects) = &mut self.effects {
            effects.truncate(point.effects);
        }
        self.rollback.cut(point.rollback);
        self.priors.truncate(point.priors);
        self.next = point.next;
        (self.fresh, self.fault) = (point.fresh, point.fault);
    }

    fn enter(&mut self, parent: Option<u32>, segment: LocalSegment) -> u32 {
        let paths = &mut self.written.paths;
        let depth = parent.map_or(1, |parent| paths[parent as usize].depth + 1);
        let Ok(number) = u32::try_from(paths.len()) else {
            self.fault.get_or_insert(EditError::ChangeTooLarge("paths of a change"));
            return parent.unwrap_or(0);
        };
        paths.push(LocalPath { parent, depth, segment });
        number
    }

    /// The counters that so many elements take. More than a chain has are a fault of the edit.
    fn counters(&mut self, elements: usize) -> Option<u32> {
        let counters = u32::try_from(elements).ok();
        if counters.is_none() {
            self.fault.get_or_insert(EditError::ChangeTooLarge("counters of a chain"));
        }
        counters
    }

    /// The fault of what is written at a path that is too deep. Whoever only goes there does
    /// nothing.
    #[inline]
    fn depth_fault(&self, path: Option<u32>) -> Option<EditError> {
        let paths = &self.written.paths;
        let depth = path.map_or(0, |path| paths[path as usize].depth);
        if depth as usize > MAX_PATH_DEPTH { Some(too_deep(paths, path)) } else { None }
    }

    fn push(&mut self, op: LocalOp) {
        if self.fault.is_none() {
            self.fault = self.depth_fault(op.path);
        }
        match self.next.checked_add(op.counters) {
            Some(next) => self.next = next,
            None => {
                self.fault.get_or_insert(EditError::ChangeTooLarge("counters of a chain"));
            }
        }
        self.written.ops.push(op);
    }

    #[cold]
    fn same_path(&self, mut a: Option<u32>, mut b: Option<u32>) -> bool {
        while a != b {
            let (Some(x), Some(y)) = (a, b) else {
                return false;
            };
            let paths = &self.written.paths;
            let (x, y) = (&paths[x as usize], &paths[y as usize]);
            if x.segment != y.segment {
                return false;
            }
            (a, b) = (x.parent, y.parent);
        }
        true
    }

    /// The last op, if it went to the same path, `place` is right after its last counter, and there
    /// are as many more counters on the chain.
    fn op_to_lengthen(
        &mut self,
        path: Option<u32>,
        place: Place<Id>,
        counters: u32,
    ) -> Option<&mut LocalOp> {
        let next = Id { chain: self.chain, counter: self.next };
        let goes_on = place == Place::<Id>::going_on(next);
        if goes_on && self.next.checked_add(counters).is_some() { self.last_at(path) } else { None }
    }

    /// The last op, if it went to the same path.
    fn last_at(&mut self, path: Option<u32>) -> Option<&mut LocalOp> {
        let last = self.written.ops.last()?.path;
        let same = last == path || self.same_path(last, path);
        if same { self.written.ops.last_mut() } else { None }
    }
}

/// The path of an op at or below the path `base`, from there on; `None` if it leads through an
/// element that was inserted at `new` or later. One path may have been entered several times.
fn route(
    paths: &[LocalPath],
    path: Option<u32>,
    base: Option<u32>,
    new: Id,
) -> Option<Vec<Segment<'_>>> {
    let base = base.map_or(0, |number| paths[number as usize].depth);
    let (mut here, mut route) = (path, Vec::new());
    while let Some(LocalPath { parent, depth, segment }) =
        here.map(|number| &paths[number as usize])
        && *depth > base
    {
        if let LocalSegment::Element(id) = segment
            && id.chain == new.chain
            && id.counter >= new.counter
        {
            return None;
        }
        route.push(segment.as_segment());
        here = *parent;
    }
    route.reverse();
    Some(route)
}

#[cold]
fn too_deep(paths: &[LocalPath], path: Option<u32>) -> EditError {
    EditError::PathTooDeep { path: path_to(paths, path), limit: MAX_PATH_DEPTH }
}

/// A path for people to read, each step after a `/`.
fn path_to(paths: &[LocalPath], end: Option<u32>) -> String {
    let step = |at: &u32| paths[*at as usize].parent;
    let steps: Vec<u32> = core::iter::successors(end, step).collect();
    steps.iter().rev().fold(String::new(), |mut text, at| {
        text.push('/');
        text.push_str(&paths[*at as usize].segment.to_string());
        text
    })
}
