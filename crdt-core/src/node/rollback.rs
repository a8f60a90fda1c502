//! What edits found where they went, so that they can be taken back.
//!
//! Taking an op back is routed as the op itself would be: by its path, to the node that wrote it.
//! So whoever can take an op can also take it back, and a change that fails costs what it wrote.

use core::any::Any;
use core::cell::RefCell;
use core::ops::Range;

use crate::codec::split_text;
use crate::op::{Id, IdRange};
use crate::sequence::{Items, Keep, TextChunk};

/// What an op found where it went.
#[derive(Debug)]
enum Found {
    /// The state of a part of a node, of whatever type that is.
    State(Box<dyn Any + Send + Sync>),
    /// Characters that were deleted, and where in [`Rollback::texts`] they begin.
    Text(IdRange, usize),
    /// Elements that were deleted, and their states in a vector.
    Items(IdRange, Box<dyn Any + Send + Sync>),
}

/// What the ops of a change that is being written have found. An op that found nothing, as most do
/// that insert or write for the first time, leaves nothing here.
#[derive(Debug, Default)]
pub(crate) struct Rollback {
    /// Each with the number of its op, ascending; the last ones may not have one yet.
    found: Vec<(usize, Found)>,
    texts: String,
}

/// How much is in an [`Rollback`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RollbackPoint {
    found: usize,
    texts: usize,
}

/// The number of an op that has not been written yet.
const NEXT: usize = usize::MAX;

impl Rollback {
    /// The most entries for which space is kept for the next change, and the most bytes.
    const KEPT: (usize, usize) = (16, 4096);

    /// Leaves the space of it, for the next change.
    pub(super) fn empty(&mut self) {
        self.found.clear();
        self.texts.clear();
        self.found.shrink_to(Self::KEPT.0);
        self.texts.shrink_to(Self::KEPT.1);
    }

    pub(super) fn point(&self) -> RollbackPoint {
        RollbackPoint { found: self.found.len(), texts: self.texts.len() }
    }

    /// Lets go of what came after a point.
    pub(super) fn cut(&mut self, point: RollbackPoint) {
        self.found.truncate(point.found);
        self.texts.truncate(point.texts);
    }

    /// Keeps the state that an op found.
    pub(super) fn keep(&mut self, op: usize, state: impl Any + Send + Sync) {
        self.found.push((op, Found::State(Box::new(state))));
    }

    /// Keeps what is deleted of a text or list, but for what this change has inserted: that begins
    /// with the id `fresh`.
    pub(super) fn keeping(&mut self, fresh: Id) -> Kept<'_> {
        Kept { log: self, fresh }
    }

    /// Gives what was kept of deletions to the op that deletes.
    pub(super) fn assign(&mut self, op: usize) {
        for (of, _) in self.found.iter_mut().rev().take_while(|(of, _)| *of == NEXT) {
            *of = op;
        }
    }

    /// Takes out what an op has found after a point, the last first. No later op has anything
    /// there.
    pub(super) fn pop(&mut self, op: usize, point: RollbackPoint) -> TakenBack<'_> {
        let Self { found, texts } = self;
        let after = found.iter().skip(point.found);
        let count = after.rev().take_while(|(of, _)| *of == op).count();
        let last = found.drain(found.len() - count..).rev();
        let found = RefCell::new(last.map(|(_, found)| Some(found)).collect());
        TakenBack { counters: 0..0, found, texts }
    }

    /// Whether an op has found something after a point; no later op has.
    pub(super) fn concerns(&self, op: usize, point: RollbackPoint) -> bool {
        self.found.len() > point.found && self.found.last().is_some_and(|(of, _)| *of == op)
    }
}

/// Where what is deleted is kept.
pub(super) struct Kept<'a> {
    log: &'a mut Rollback,
    fresh: Id,
}

impl Kept<'_> {
    /// Whether the change has inserted all elements of a range itself.
    fn is_fresh(&self, names: IdRange) -> bool {
        names.chain == self.fresh.chain && names.start >= self.fresh.counter
    }
}

impl Keep<TextChunk> for Kept<'_> {
    #[inline]
    fn keep(&mut self, names: IdRange) -> Option<&mut String> {
        if self.is_fresh(names) {
            return None;
        }
        let Rollback { found, texts } = &mut *self.log;
        found.push((NEXT, Found::Text(names, texts.len())));
        Some(texts)
    }
}

impl<S: Send + Sync + 'static> Keep<Items<S>> for Kept<'_> {
    fn keep(&mut self, names: IdRange) -> Option<&mut Vec<S>> {
        if self.is_fresh(names) {
            return None;
        }
        let Rollback { found, .. } = &mut *self.log;
        found.push((NEXT, Found::Items(names, Box::new(Vec::<S>::new()))));
        match found.last_mut() {
            Some((_, Found::Items(_, states))) => states.downcast_mut(),
            _ => None,
        }
    }
}

/// An op that is being taken back: what it found. Every part of a node takes what is its own.
#[derive(Debug)]
pub struct TakenBack<'a> {
    /// Of an insert, the counters that are taken back.
    pub(super) counters: Range<u32>,
    found: RefCell<Vec<Option<Found>>>,
    texts: &'a str,
}

impl TakenBack<'_> {
    /// Puts back what a part of a node was, which is `blank` if nothing was kept of it.
    pub(super) fn put_back<S: 'static>(&self, state: &mut S, blank: impl FnOnce() -> S) {
        *state = self.take().unwrap_or_else(blank);
    }

    /// What a part of a node was, if anything was kept of it.
    pub(super) fn take<S: 'static>(&self) -> Option<S> {
        for entry in &mut *self.found.borrow_mut() {
            match entry.take() {
                Some(Found::State(kept)) => match kept.downcast() {
                    Ok(kept) => return Some(*kept),
                    Err(other) => *entry = Some(Found::State(other)),
                },
                other => *entry = other,
            }
        }
        None
    }

    /// The elements that an insert with this id has made.
    pub(super) fn inserted(&self, id: Id) -> IdRange {
        IdRange { chain: id.chain, start: self.counters.start, end: self.counters.end }
    }

    /// Hands out the characters that were deleted, the last deletion first.
    pub(super) fn each_text(&self, mut restore: impl FnMut(IdRange, &str)) {
        for entry in &mut *self.found.borrow_mut() {
            if let Some(Found::Text(names, start)) = *entry {
                *entry = None;
                let rest = self.texts.get(start..).unwrap_or_default();
                let (text, _) = split_text(rest, names.len()).unwrap_or((rest, ""));
                restore(names, text);
            }
        }
    }

    /// Hands out the elements that were deleted from a list of such, the last deletion first.
    pub(super) fn each_items<S: 'static>(&self, mut restore: impl FnMut(IdRange, Vec<S>)) {
        for entry in &mut *self.found.borrow_mut() {
            match entry.take() {
                Some(Found::Items(names, states)) => match states.downcast() {
                    Ok(states) => restore(names, *states),
                    Err(other) => *entry = Some(Found::Items(names, other)),
                },
                other => *entry = other,
            }
        }
    }
}
