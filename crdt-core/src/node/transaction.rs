//! What editors write down.

use core::cell::RefCell;
use std::borrow::Cow;

use super::EditError;
use crate::history::{
    Chains, Draft, LocalAction, LocalOp, LocalPath, LocalSegment, Next, Tags, Written,
};
use crate::op::limits::{MAX_KEY_BYTES, MAX_PATH_DEPTH};
use crate::op::{Id, IdRange, Key, Place, Side};
use crate::{Author, history::ChangeIndex};

/// A change that is being written: the log of ops that all editors of the change share.
#[derive(Debug)]
pub(crate) struct Transaction<'a> {
    chains: &'a Chains,
    /// The segment that the change will lie on.
    chain: u32,
    time: u32,
    log: RefCell<Log>,
}

#[derive(Debug)]
struct Log {
    written: Written,
    /// The counter of the first op.
    start: u32,
    /// The counter of the next op.
    next: u32,
    /// The first fault of an edit that could not report it.
    fault: Option<EditError>,
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
    /// Begins a change that follows `prev` on its author's chain, in the space of an earlier one.
    pub(crate) fn new(chains: &'a Chains, prev: Option<ChangeIndex>, space: Written) -> Self {
        let Next { segment, start, .. } = chains.next_after(prev);
        let log = Log { written: space, start, next: start, fault: None };
        Self { chains, chain: segment, time: chains.highest_time() + 1, log: RefCell::new(log) }
    }

    /// The scope of the document's root.
    pub(crate) fn root(&'a self) -> Scope<'a> {
        Scope { transaction: self, parent: None, last: None }
    }

    /// Whether anything has been written, or failed to be.
    pub(crate) fn is_empty(&self) -> bool {
        let log = self.log.borrow();
        log.written.ops.is_empty() && log.fault.is_none()
    }

    /// The change that the log makes.
    ///
    /// # Errors
    /// The first fault that an edit could not report itself.
    pub(crate) fn finish(
        self,
        author: Author,
        prev: Option<ChangeIndex>,
        after: Vec<ChangeIndex>,
        tags: Tags,
    ) -> Result<Draft, EditError> {
        let Log { written, start, fault, .. } = self.log.into_inner();
        match fault {
            Some(fault) => Err(fault),
            None => Ok(Draft { author, prev, start, after, tags, written }),
        }
    }
}

impl Log {
    fn enter(&mut self, parent: Option<u32>, segment: LocalSegment) -> u32 {
        let paths = &mut self.written.paths;
        let depth = parent.map_or(1, |parent| paths[parent as usize].depth + 1);
        if depth as usize > MAX_PATH_DEPTH {
            self.fault.get_or_insert(EditError::PathTooDeep);
        }
        paths.push(LocalPath { parent, depth, segment });
        u32::try_from(paths.len() - 1).unwrap_or(u32::MAX)
    }

    fn push(&mut self, op: LocalOp) {
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
        chain: u32,
        path: Option<u32>,
        place: Place<Id>,
        counters: u32,
    ) -> Option<&mut LocalOp> {
        let last = Id { chain, counter: self.next.wrapping_sub(1) };
        let goes_on = place == Place::Child(last, Side::Right);
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

    pub(super) fn key(self, key: Key<'_>) -> Self {
        if let Key::Text(text) = key
            && text.len() > MAX_KEY_BYTES
        {
            self.fail(EditError::KeyTooLong(text.len()));
        }
        self.entered(LocalSegment::key(key))
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
        Id { chain: self.transaction.chain, counter: self.transaction.log.borrow().next }
    }

    /// The time of the change.
    pub(super) fn time(&self) -> u32 {
        self.transaction.time
    }

    /// Makes the change fail at its end, for an edit that has no way to say so at once.
    pub(super) fn fail(&self, fault: EditError) {
        self.transaction.log.borrow_mut().fault.get_or_insert(fault);
    }

    /// Ends the descent into a value that nests deeper than a path may be, before the stack does.
    pub(super) fn check_depth(&self) -> Result<(), EditError> {
        let log = self.transaction.log.borrow();
        let depth = self.parent.map_or(0, |path| log.written.paths[path as usize].depth);
        if depth as usize > MAX_PATH_DEPTH { Err(EditError::PathTooDeep) } else { Ok(()) }
    }

    /// Passes on the outcome of an edit of several steps. If one of them failed, the change fails too,
    /// even if the closure goes on: half an edit is not to become part of the document.
    pub(super) fn whole(&self, outcome: Result<(), EditError>) -> Result<(), EditError> {
        outcome.inspect_err(|fault| self.fail(fault.clone()))
    }

    /// Writes an op and returns its id.
    pub(super) fn write(&mut self, action: LocalAction) -> Id {
        self.pin();
        self.write_many(1, action)
    }

    fn write_many(&self, counters: u32, action: LocalAction) -> Id {
        let log = &mut *self.transaction.log.borrow_mut();
        let id = Id { chain: self.transaction.chain, counter: log.next };
        log.push(LocalOp { path: self.parent, counters, action });
        id
    }

    /// Writes an insert of so many elements into a list, given their seeds' bytes; goes on with the
    /// op before where that is possible.
    pub(super) fn write_insert(
        &mut self,
        parent: Option<Id>,
        side: Side,
        count: usize,
        more: Vec<u8>,
    ) {
        if count == 0 {
            return;
        }
        self.pin();
        let counters = u32::try_from(count).unwrap_or(u32::MAX);
        let place = Self::place(parent, side);
        let log = &mut *self.transaction.log.borrow_mut();
        let op = log.op_to_lengthen(self.transaction.chain, self.parent, place, counters);
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
        let Log { written: Written { ops, text: texts, .. }, next, .. } = &mut *log;
        if !type_on(Id { chain: self.transaction.chain, counter: *next }) {
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
        let Id { chain, counter } = self.next_id();
        let last = Id { chain, counter: counter.wrapping_sub(1) };
        self.write_text(Some(last), Side::Right, char::from(ascii).encode_utf8(&mut [0; 4]));
    }

    /// Writes an insert of text; goes on with the op before where that is possible.
    pub(super) fn write_text(&mut self, parent: Option<Id>, side: Side, more: &str) {
        self.pin();
        let counters = count(more);
        let place = Self::place(parent, side);
        let log = &mut *self.transaction.log.borrow_mut();
        let text = &mut log.written.text;
        let start = text.len();
        text.push_str(more);
        let end = text.len();
        let op = log.op_to_lengthen(self.transaction.chain, self.parent, place, counters);
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

    fn place(parent: Option<Id>, side: Side) -> Place<Id> {
        parent.map_or(Place::Root, |parent| Place::Child(parent, side))
    }
}

/// The number of characters, one counter for each. A text with more than there are counters cannot be
/// written.
fn count(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}
