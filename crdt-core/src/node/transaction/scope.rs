//! Where an editor is, and what it can do there.

use core::any::Any;
use std::borrow::Cow;

use super::{Log, Point, Transaction};
use crate::history::{Chains, LocalAction, LocalOp, LocalSegment, Written};
use crate::node::rollback::Kept;
use crate::node::watch::Effect;
use crate::node::{EditError, NewElement, NodeState, Prior};
use crate::op::limits::MAX_KEY_BYTES;
use crate::op::{Id, IdRange, Key, Place, Standing};

/// Where an editor is: its change and the path of its node.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    pub(super) transaction: &'a Transaction<'a>,
    pub(super) parent: Option<u32>,
    /// The last segment, entered into the log only when something is written there.
    pub(super) last: Option<LastSegment>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum LastSegment {
    Field(&'static str),
    Variant(&'static str),
    Element(Id),
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

    /// This scope with its last step entered, to go below it several times.
    #[must_use]
    pub fn pinned(mut self) -> Self {
        self.pin();
        self
    }

    pub(in crate::node) fn element(self, id: Id) -> Self {
        self.below(LastSegment::Element(id))
    }

    /// The scope of a field whose name came in an op.
    pub(in crate::node) fn named_field(self, name: &str) -> Self {
        self.entered(LocalSegment::Field(Cow::Owned(name.to_owned())))
    }

    /// The scope of the payload of a variant whose name came in an op.
    pub(in crate::node) fn named_variant(self, name: &str) -> Self {
        self.entered(LocalSegment::Variant(Cow::Owned(name.to_owned())))
    }

    /// The scope of an entry that is there, or whose key is short.
    pub(in crate::node) fn key(self, key: Key<'_>) -> Self {
        self.entered(LocalSegment::key(key))
    }

    /// The scope of an entry under any key.
    pub(in crate::node) fn new_key(self, key: Key<'_>) -> Result<Self, EditError> {
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
    pub(in crate::node) fn pin(&mut self) {
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

    /// Whether the document keeps all that is deleted, since a delete was annulled.
    #[inline]
    pub(in crate::node) fn keeps_all(&self) -> bool {
        self.transaction.mode.keeps_all
    }

    /// Leaves an effect on the node of this scope, if somebody observes.
    #[inline]
    pub(in crate::node) fn note(&self, effect: impl FnOnce() -> Effect) {
        if self.is_watched() {
            self.note_now(effect());
        }
    }

    /// Whether somebody observes.
    #[inline]
    pub(in crate::node) fn is_watched(&self) -> bool {
        self.transaction.mode.watched
    }

    /// Whether the change can be undone.
    #[inline]
    pub(in crate::node) fn is_undoable(&self) -> bool {
        self.transaction.mode.undoable
    }

    /// Makes edits that nobody sees: they leave no effects.
    pub(in crate::node) fn unseen(self, edit: impl FnOnce(Self)) {
        let effects = self.transaction.log.borrow_mut().effects.take();
        edit(self);
        self.transaction.log.borrow_mut().effects = effects;
    }

    #[cold]
    fn note_now(&self, effect: Effect) {
        let mut scope = *self;
        scope.pin();
        if let Some(effects) = &mut self.transaction.log.borrow_mut().effects {
            effects.push((scope.parent, effect));
        }
    }

    /// The id that the next op will have.
    pub(in crate::node) fn next_id(&self) -> Id {
        let log = self.transaction.log.borrow();
        Id { chain: log.chain, counter: log.next }
    }

    /// The element that an insert has made under an id, to be named outside the change.
    pub(in crate::node) fn new_element(&self, id: Id) -> NewElement {
        NewElement { id, stamp: self.transaction.log.borrow().stamp }
    }

    /// Whether this change has inserted an element.
    pub(in crate::node) fn has_made(&self, NewElement { id, stamp }: NewElement) -> bool {
        let log = self.transaction.log.borrow();
        stamp == log.stamp && id.chain == log.chain && (log.start..log.next).contains(&id.counter)
    }

    /// The time of the change.
    pub(in crate::node) fn time(&self) -> u32 {
        self.transaction.log.borrow().time
    }

    /// Ends the descent into a value that nests deeper than a path may be, before the stack does.
    pub(in crate::node) fn check_depth(&self) -> Result<(), EditError> {
        self.transaction.log.borrow().depth_fault(self.parent).map_or(Ok(()), Err)
    }

    /// Makes an edit of several steps in the node of this scope, all of them or, if one fails,
    /// none: an edit that returns an error did nothing, also if the closure goes on.
    ///
    /// # Errors
    /// The edit's own, or a fault that a part of it could not report itself.
    pub fn attempt<S: NodeState, R>(
        mut self,
        state: &mut S,
        edit: impl FnOnce(&mut S, Self) -> Result<R, EditError>,
    ) -> Result<R, EditError> {
        let point = self.begin();
        let result = edit(state, self);
        self.end(point, state, result)
    }

    /// Begins an edit of several steps, to be [ended](Self::end).
    pub(super) fn begin(&mut self) -> Point {
        self.pin();
        self.transaction.log.borrow_mut().mark()
    }

    /// Ends an edit that has begun at a point in the node of this scope, whose state this is: keeps
    /// all of it or, if it has failed, nothing.
    pub(super) fn end<R>(
        self,
        point: Point,
        state: &mut dyn NodeState,
        result: Result<R, EditError>,
    ) -> Result<R, EditError> {
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

    /// Makes the change come to nothing, because of an edit that failed halfway.
    pub(in crate::node) fn fail(&self, error: &EditError) {
        self.transaction.log.borrow_mut().fault.get_or_insert_with(|| error.clone());
    }

    /// Keeps the state in which the op that was written last found a part of its node.
    pub(in crate::node) fn found(&self, state: impl Any + Send + Sync) {
        let log = &mut *self.transaction.log.borrow_mut();
        if let Some(last) = log.written.ops.len().checked_sub(1) {
            log.rollback.keep(last, state);
        }
    }

    /// Keeps what undoing the op that was written last will ask for.
    #[inline]
    pub(in crate::node) fn prior(&self, prior: impl FnOnce(&Chains) -> Option<Prior>) {
        if self.is_undoable()
            && let Some(prior) = prior(self.transaction.chains)
        {
            let log = &mut *self.transaction.log.borrow_mut();
            if let Some(last) = log.written.ops.len().checked_sub(1) {
                log.priors.push((last, prior));
            }
        }
    }

    /// Lets the node delete elements: `delete` is given where to keep them.
    pub(in crate::node) fn deleting<R>(&self, delete: impl FnOnce(&mut Kept<'_>) -> R) -> R {
        let log = &self.transaction.log;
        let (chain, counter) = (log.borrow().chain, log.borrow().fresh);
        let mut rollback = core::mem::take(&mut log.borrow_mut().rollback);
        let result = delete(&mut rollback.keeping(Id { chain, counter }));
        let log = &mut *log.borrow_mut();
        if let Some(last) = log.written.ops.len().checked_sub(1) {
            rollback.assign(last);
        }
        log.rollback = rollback;
        result
    }

    /// Writes an op and returns its id.
    pub(in crate::node) fn write(&mut self, action: LocalAction) -> Id {
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
    pub(in crate::node) fn write_insert(&mut self, place: Place<Id>, count: usize, more: Vec<u8>) {
        if count == 0 {
            return;
        }
        self.pin();
        let log = &mut *self.transaction.log.borrow_mut();
        let Some(counters) = log.counters(count) else {
            return;
        };
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

    /// Writes an insert of an ASCII character right after the element with the last counter that
    /// was taken, in this node, if `type_on` says that this is where it went. It is given the
    /// character's id.
    #[inline]
    pub(in crate::node) fn write_on(
        &mut self,
        ascii: u8,
        type_on: impl FnOnce(Id) -> bool,
    ) -> bool {
        let mut log = self.transaction.log.borrow_mut();
        let Log { written: Written { ops, text: texts, .. }, chain, next, .. } = &mut **log;
        if !type_on(Id { chain: *chain, counter: *next }) {
            return false;
        }
        // The last counter is the last op's, so an op of this change is here without a look at
        // paths.
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

    /// Inserts an ASCII character right after an element of a change before this one.
    #[cold]
    fn write_on_before(&mut self, ascii: u8) {
        let place = Place::<Id>::going_on(self.next_id());
        self.write_text(place, char::from(ascii).encode_utf8(&mut [0; 4]));
    }

    /// Writes an insert of text; goes on with the op before where that is possible.
    pub(in crate::node) fn write_text(&mut self, place: Place<Id>, more: &str) {
        self.pin();
        let log = &mut *self.transaction.log.borrow_mut();
        let Some(counters) = log.counters(more.chars().count()) else {
            return;
        };
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

    /// Writes a move of elements of a list; goes on with the op before where that is possible.
    pub(in crate::node) fn write_move(&mut self, place: Place<Id>, more: Vec<Id>) {
        if more.is_empty() {
            return;
        }
        self.pin();
        let log = &mut *self.transaction.log.borrow_mut();
        let Some(counters) = log.counters(more.len()) else {
            return;
        };
        let op = log.op_to_lengthen(self.parent, place, counters);
        if let Some(LocalOp { action: LocalAction::Move { elements, .. }, counters: all, .. }) = op
        {
            elements.extend(more);
            *all += counters;
            log.next += counters;
            return;
        }
        let action = LocalAction::Move { place, elements: more };
        log.push(LocalOp { path: self.parent, counters, action });
    }

    /// Writes an annul of ops of this node, or says that they stand; lengthens the op before where
    /// that is possible. A change says of an op one of both, once.
    #[cfg_attr(not(test), expect(dead_code, reason = "nothing is taken back yet"))]
    pub(in crate::node) fn write_annul(&mut self, standing: Standing, more: Vec<Id>) {
        if more.is_empty() {
            return;
        }
        self.pin();
        let log = &mut *self.transaction.log.borrow_mut();
        if let Some(LocalOp { action: LocalAction::Annul { standing: said, names }, .. }) =
            log.last_at(self.parent)
            && *said == standing
        {
            names.extend(more);
            return;
        }
        let action = LocalAction::Annul { standing, names: more };
        log.push(LocalOp { path: self.parent, counters: 1, action });
    }

    /// Writes a delete as [`write_delete`](Self::write_delete) does. Returns the id of the op, and
    /// all that it deletes.
    pub(in crate::node) fn write_cover(&mut self, range: IdRange) -> (Id, IdRange) {
        self.write_delete(range);
        let log = self.transaction.log.borrow();
        let all = match log.written.ops.last() {
            Some(LocalOp { action: LocalAction::Delete { range: all }, .. }) => *all,
            _ => range,
        };
        (Id { chain: log.chain, counter: log.next - 1 }, all)
    }

    /// Writes a delete; widens the op before where that is possible.
    #[inline]
    pub(in crate::node) fn write_delete(&mut self, range: IdRange) {
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
