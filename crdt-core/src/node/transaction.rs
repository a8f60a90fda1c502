//! What editors write down.

use core::any::Any;
use core::cell::RefCell;
use std::borrow::Cow;

use super::undo::{Kept, UndoLog, UndoPoint};
use super::{EditError, Incoming, NewElement, NodeState, Segment, Stamp};
use crate::history::{Chains, ChangeIndex, LocalAction, LocalOp, LocalPath, LocalSegment, Written};
use crate::op::limits::{MAX_KEY_BYTES, MAX_PATH_DEPTH};
use crate::op::{Id, IdRange, Key, Place};

/// A change that is being written: what all editors of the change share.
#[derive(Debug)]
pub(crate) struct Transaction<'a> {
    chains: &'a Chains,
    log: RefCell<Log>,
}

/// What the editors of a change wrote, and what they found where they wrote it.
#[derive(Debug)]
pub(crate) struct Log {
    written: Written,
    undo: UndoLog,
    /// The segment that the change will lie on, and its time.
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
}

/// Space for what editors write, used again for one change after the other.
#[derive(Debug, Default)]
pub(crate) struct Space {
    written: Written,
    undo: UndoLog,
}

/// A state of the log to go back to.
#[derive(Debug)]
struct Point {
    ops: usize,
    next: u32,
    text: usize,
    undo: UndoPoint,
    /// The op before, which later edits may lengthen.
    last: Option<LastOp>,
    fresh: u32,
    fault: Option<EditError>,
}

/// What lengthening changes in an op.
#[derive(Clone, Copy, Debug)]
enum LastOp {
    /// The counters of an insert, and how far its seeds or its text reach.
    Insert(u32, usize),
    Delete(IdRange),
}

/// Where an editor is: its change and the path of its node.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    transaction: &'a Transaction<'a>,
    parent: Option<u32>,
    /// The last segment, entered into the log only when something is written there.
    last: Option<LastSegment>,
}

#[derive(Clone, Copy, Debug)]
enum LastSegment {
    Field(&'static str),
    Variant(&'static str),
    Element(Id),
}

impl<'a> Transaction<'a> {
    /// Begins a change that follows `prev` on its author's chain.
    pub(crate) fn new(
        chains: &'a Chains,
        prev: Option<ChangeIndex>,
        space: Space,
        stamp: Stamp,
    ) -> Self {
        let Id { chain, counter: start } = chains.next_id(prev);
        let Space { written, undo } = space;
        let log = Log {
            written,
            undo,
            chain,
            time: chains.highest_time() + 1,
            start,
            next: start,
            fresh: start,
            fault: None,
            stamp,
        };
        Self { chains, log: RefCell::new(log) }
    }

    /// The scope of the document's root.
    pub(crate) fn root(&'a self) -> Scope<'a> {
        Scope { transaction: self, parent: None, last: None }
    }

    /// What has been written.
    pub(crate) fn finish(self) -> Log {
        self.log.into_inner()
    }
}

impl Log {
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

    /// The space of it, for the next change.
    pub(crate) fn emptied(self) -> Space {
        Space { written: self.written.emptied(), undo: self.undo.emptied() }
    }

    /// Takes all edits of a document's state back, the last one first. Costs what was written, which
    /// stays here.
    pub(crate) fn roll_back(&mut self, state: &mut dyn NodeState, chains: &Chains) {
        let begin = Point {
            ops: 0,
            next: self.start,
            text: 0,
            undo: UndoPoint::default(),
            last: None,
            fresh: self.start,
            fault: None,
        };
        self.take_back(&begin, None, state, chains);
    }

    /// The state to go back to if the edits to come fail. They keep what they delete of everything
    /// that has been written until now.
    fn mark(&mut self) -> Point {
        let Self { written: Written { ops, text, .. }, undo, next, fresh, fault, .. } = self;
        let last = ops.last().and_then(|last| match &last.action {
            LocalAction::Insert { seeds, .. } => Some(LastOp::Insert(last.counters, seeds.len())),
            LocalAction::InsertText { text, .. } => Some(LastOp::Insert(last.counters, text.end)),
            LocalAction::Delete { range } => Some(LastOp::Delete(*range)),
            _ => None,
        });
        Point {
            ops: ops.len(),
            next: *next,
            text: text.len(),
            undo: undo.point(),
            last,
            fresh: core::mem::replace(fresh, *next),
            fault: fault.take(),
        }
    }

    /// Takes back what was edited since a point in the node at a path or below, whose state this is.
    fn take_back(
        &mut self,
        point: &Point,
        base: Option<u32>,
        state: &mut dyn NodeState,
        chains: &Chains,
    ) {
        let Self { written: Written { paths, ops, text, .. }, undo, .. } = self;
        let mut end = self.next;
        for (number, op) in ops.iter().enumerate().rev() {
            if end <= point.next && !undo.concerns(number, point.undo) {
                break;
            }
            let start = end.saturating_sub(op.counters);
            let mut undone = undo.pop(number, point.undo);
            undone.counters = start.max(point.next)..end;
            end = start;
            let id = Id { chain: self.chain, counter: undone.counters.start };
            let new = Id { chain: self.chain, counter: point.next };
            // What is in an element that is taken out itself goes with it.
            if let Some(path) = route(paths, op.path, base, new) {
                let action = op.action.as_action(text);
                let op = Incoming { id, time: self.time, action, undone: Some(&undone) };
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
                (LocalAction::Delete { range }, LastOp::Delete(was)) => *range = was,
                _ => {}
            }
        }
        self.undo.cut(point.undo);
        self.next = point.next;
        (self.fresh, self.fault) = (point.fresh, point.fault);
    }

    fn enter(&mut self, parent: Option<u32>, segment: LocalSegment) -> u32 {
        let paths = &mut self.written.paths;
        let depth = parent.map_or(1, |parent| paths[parent as usize].depth + 1);
        paths.push(LocalPath { parent, depth, segment });
        u32::try_from(paths.len() - 1).unwrap_or(u32::MAX)
    }

    /// The fault of what is written at a path that is too deep. Whoever only goes there does nothing.
    fn depth_fault(&self, path: Option<u32>) -> Option<EditError> {
        let paths = &self.written.paths;
        let depth = path.map_or(0, |path| paths[path as usize].depth);
        (depth as usize > MAX_PATH_DEPTH)
            .then(|| EditError::PathTooDeep { path: path_to(paths, path), limit: MAX_PATH_DEPTH })
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

impl<'a> Scope<'a> {
    /// The scope of a field of this struct.
    #[must_use]
    pub fn field(self, name: &'static str) -> Self {
        self.below(LastSegment::Field(name))
    }

    /// The scope of the payload of a variant of this enum.
    #[must_use]
    pub fn variant(self, name: &'static str) -> Self {
        self.below(LastSegment::Variant(name))
    }

    /// The same scope, to go below it several times.
    #[must_use]
    pub fn pinned(mut self) -> Self {
        self.pin();
        self
    }

    pub(super) fn element(self, id: Id) -> Self {
        self.below(LastSegment::Element(id))
    }

    /// The scope of a field whose name came in an op.
    pub(super) fn named_field(self, name: &str) -> Self {
        self.entered(LocalSegment::Field(Cow::Owned(name.to_owned())))
    }

    /// The scope of the payload of a variant whose name came in an op.
    pub(super) fn named_variant(self, name: &str) -> Self {
        self.entered(LocalSegment::Variant(Cow::Owned(name.to_owned())))
    }

    /// The scope of an entry that is there, or whose key is short.
    pub(super) fn key(self, key: Key<'_>) -> Self {
        self.entered(LocalSegment::key(key))
    }

    /// The scope of an entry under any key.
    pub(super) fn new_key(self, key: Key<'_>) -> Result<Self, EditError> {
        let length = match key {
            Key::Text(text) => text.len(),
            Key::Bytes(bytes) => bytes.len(),
            Key::Bool(_) | Key::Integer(_) => 0,
        };
        if length > MAX_KEY_BYTES {
            return Err(EditError::KeyTooLong(length));
        }
        let scope = self.entered(LocalSegment::key(key));
        scope.check_depth()?;
        Ok(scope)
    }

    /// The scope below this one, entered into the log at once.
    fn entered(self, segment: LocalSegment) -> Self {
        let parent = self.path();
        let path = self.transaction.log.borrow_mut().enter(parent, segment);
        Self { parent: Some(path), last: None, ..self }
    }

    fn below(mut self, segment: LastSegment) -> Self {
        self.pin();
        Self { last: Some(segment), ..self }
    }

    /// Enters the path into the log, so that it need not be entered again for the next op.
    pub(super) fn pin(&mut self) {
        if self.last.is_some() {
            self.parent = self.path();
            self.last = None;
        }
    }

    fn path(&self) -> Option<u32> {
        let segment = match self.last {
            None => return self.parent,
            Some(LastSegment::Field(name)) => LocalSegment::Field(Cow::Borrowed(name)),
            Some(LastSegment::Variant(name)) => LocalSegment::Variant(Cow::Borrowed(name)),
            Some(LastSegment::Element(id)) => LocalSegment::Element(id),
        };
        Some(self.transaction.log.borrow_mut().enter(self.parent, segment))
    }

    /// How ops are named and ordered.
    pub fn chains(&self) -> &'a Chains {
        self.transaction.chains
    }

    /// The id that the next op will have.
    pub(super) fn next_id(&self) -> Id {
        let log = self.transaction.log.borrow();
        Id { chain: log.chain, counter: log.next }
    }

    /// The element that an insert has made under an id, to be named outside the change.
    pub(super) fn new_element(&self, id: Id) -> NewElement {
        NewElement { id, stamp: self.transaction.log.borrow().stamp }
    }

    /// The time of the change.
    pub(super) fn time(&self) -> u32 {
        self.transaction.log.borrow().time
    }

    /// Ends the descent into a value that nests deeper than a path may be, before the stack does.
    pub(super) fn check_depth(&self) -> Result<(), EditError> {
        self.transaction.log.borrow().depth_fault(self.parent).map_or(Ok(()), Err)
    }

    /// Makes an edit of several steps in the node of this scope, all of them or, if one fails, none: an
    /// edit that returns an error did nothing, also if the closure goes on.
    ///
    /// # Errors
    /// The edit's own, or a fault that a part of it could not report itself.
    pub fn attempt<S: NodeState, R>(
        mut self,
        state: &mut S,
        edit: impl FnOnce(&mut S, Self) -> Result<R, EditError>,
    ) -> Result<R, EditError> {
        self.pin();
        let point = self.transaction.log.borrow_mut().mark();
        let result = edit(state, self);
        let log = &mut *self.transaction.log.borrow_mut();
        let error = match (result, log.fault.take()) {
            (Ok(value), None) => {
                (log.fresh, log.fault) = (point.fresh, point.fault);
                return Ok(value);
            }
            (Err(error), _) | (Ok(_), Some(error)) => error,
        };
        log.take_back(&point, self.parent, state, self.chains());
        log.cut(point);
        Err(error)
    }

    /// Keeps the state in which the op that was written last found a part of its node.
    pub(super) fn found(&self, state: impl Any + Send + Sync) {
        let log = &mut *self.transaction.log.borrow_mut();
        if let Some(last) = log.written.ops.len().checked_sub(1) {
            log.undo.keep(last, state);
        }
    }

    /// Lets the node delete elements: `delete` is given where to keep them.
    pub(super) fn deleting<R>(&self, delete: impl FnOnce(&mut Kept<'_>) -> R) -> R {
        let log = &self.transaction.log;
        let (chain, counter) = (log.borrow().chain, log.borrow().fresh);
        let mut undo = core::mem::take(&mut log.borrow_mut().undo);
        let result = delete(&mut undo.keeping(Id { chain, counter }));
        let log = &mut *log.borrow_mut();
        if let Some(last) = log.written.ops.len().checked_sub(1) {
            undo.assign(last);
        }
        log.undo = undo;
        result
    }

    /// Writes an op and returns its id.
    pub(super) fn write(&mut self, action: LocalAction) -> Id {
        self.pin();
        self.write_many(1, action)
    }

    fn write_many(&self, counters: u32, action: LocalAction) -> Id {
        let log = &mut *self.transaction.log.borrow_mut();
        let id = Id { chain: log.chain, counter: log.next };
        log.push(LocalOp { path: self.parent, counters, action });
        id
    }

    /// Writes an insert of so many elements into a list, given their seeds' bytes; goes on with the
    /// op before where that is possible.
    pub(super) fn write_insert(&mut self, place: Place<Id>, count: usize, more: Vec<u8>) {
        if count == 0 {
            return;
        }
        self.pin();
        let counters = u32::try_from(count).unwrap_or(u32::MAX);
        let log = &mut *self.transaction.log.borrow_mut();
        let op = log.op_to_lengthen(self.parent, place, counters);
        if let Some(LocalOp { action: LocalAction::Insert { seeds, .. }, counters: all, .. }) = op {
            seeds.extend_from_slice(&more);
            *all += counters;
            log.next += counters;
            return;
        }
        let action = LocalAction::Insert { place, seeds: more };
        log.push(LocalOp { path: self.parent, counters, action });
    }

    /// Writes an insert of an ASCII character right after the element with the last counter that was
    /// taken, in this node, if `type_on` says that this is where it went. It is given the
    /// character's id.
    #[inline]
    pub(super) fn write_on(&mut self, ascii: u8, type_on: impl FnOnce(Id) -> bool) -> bool {
        let mut log = self.transaction.log.borrow_mut();
        let Log { written: Written { ops, text: texts, .. }, chain, next, .. } = &mut *log;
        if !type_on(Id { chain: *chain, counter: *next }) {
            return false;
        }
        // The last counter is the last op's, so an op of this change is here without a look at paths.
        if let Some(LocalOp { action: LocalAction::InsertText { text, .. }, counters, .. }) =
            ops.last_mut()
            && let Some(end) = next.checked_add(1)
        {
            texts.push(char::from(ascii));
            text.end = texts.len();
            *counters += 1;
            *next = end;
            return true;
        }
        drop(log);
        self.write_on_before(ascii);
        true
    }

    /// The same where the element is of a change before this one.
    #[cold]
    fn write_on_before(&mut self, ascii: u8) {
        let place = Place::<Id>::going_on(self.next_id());
        self.write_text(place, char::from(ascii).encode_utf8(&mut [0; 4]));
    }

    /// Writes an insert of text; goes on with the op before where that is possible.
    pub(super) fn write_text(&mut self, place: Place<Id>, more: &str) {
        self.pin();
        let counters = count(more);
        let log = &mut *self.transaction.log.borrow_mut();
        let text = &mut log.written.text;
        let start = text.len();
        text.push_str(more);
        let end = text.len();
        let op = log.op_to_lengthen(self.parent, place, counters);
        if let Some(LocalOp {
            action: LocalAction::InsertText { text, .. }, counters: all, ..
        }) = op
        {
            text.end = end;
            *all += counters;
            log.next += counters;
            return;
        }
        let action = LocalAction::InsertText { place, text: start..end };
        log.push(LocalOp { path: self.parent, counters, action });
    }

    /// Writes a delete; widens the op before where that is possible.
    #[inline]
    pub(super) fn write_delete(&mut self, range: IdRange) {
        self.pin();
        let log = &mut *self.transaction.log.borrow_mut();
        if let Some(LocalOp { action: LocalAction::Delete { range: last }, .. }) =
            log.last_at(self.parent)
            && last.chain == range.chain
            && (last.end == range.start || range.end == last.start)
        {
            last.start = last.start.min(range.start);
            last.end = last.end.max(range.end);
            return;
        }
        let action = LocalAction::Delete { range };
        log.push(LocalOp { path: self.parent, counters: 1, action });
    }
}

/// The path of an op at or below the path `base`, from there on; `None` if it leads through an element
/// that was inserted at `new` or later. One path may have been entered several times.
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

/// The number of characters, one counter for each. A text with more than there are counters cannot be
/// written.
fn count(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
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
