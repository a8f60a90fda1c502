use core::cell::RefCell;
use core::sync::atomic::{AtomicU64, Ordering};
use std::collections::VecDeque;
use std::sync::{Arc, Weak};

use super::{Effect, Sink, Step, Touched};
use crate::op::{Id, Segment};

/// The most effects that are kept, and the most bytes in them. Who has not seen what had to go is
/// told that all may have changed.
const MOST: (usize, usize) = (1 << 16, 1 << 22);

/// The effects that an observer has not seen, in the order in which they happened.
#[derive(Debug, Default)]
pub(crate) struct EffectLog {
    effects: VecDeque<Kept>,
    bytes: usize,
    /// How many effects there were before these.
    first: u64,
    /// How many there were when somebody last began to observe.
    since: u64,
    marks: Vec<Weak<AtomicU64>>,
}

/// An effect that is kept.
#[derive(Debug)]
struct Kept {
    path: Arc<[Step]>,
    effect: Effect,
    /// How many bytes it holds: those of a path that the one before it has too are held there.
    bytes: usize,
}

/// How much an observer has seen.
#[derive(Debug)]
pub(crate) struct Mark(Arc<AtomicU64>);

impl EffectLog {
    /// Begins to keep effects for an observer.
    pub(crate) fn begin(&mut self) -> Mark {
        self.let_go();
        self.since = self.end();
        let mark = Arc::new(AtomicU64::new(self.since));
        self.marks.push(Arc::downgrade(&mark));
        Mark(mark)
    }

    /// Whether somebody observes.
    pub(crate) fn is_watched(&self) -> bool {
        self.marks.iter().any(|mark| mark.strong_count() > 0)
    }

    /// Where an op leaves its effects, if somebody observes.
    pub(crate) fn sink(&self) -> Option<Sink> {
        let sink = || Sink { effects: RefCell::default(), since: self.since, now: self.end() };
        self.is_watched().then(sink)
    }

    /// Keeps what an op has left whose path this is.
    pub(crate) fn take(&mut self, sink: &mut Sink, path: &[Segment<'_, Id>]) {
        let effects = sink.effects.get_mut();
        if effects.is_empty() {
            return;
        }
        let last = self.effects.back().map(|kept| &kept.path);
        let same = last.filter(|last| {
            last.len() == path.len() && last.iter().zip(path).all(|(step, other)| step.is(other))
        });
        let path = same.map_or_else(|| path.iter().map(Step::of).collect(), Arc::clone);
        for effect in effects.drain(..) {
            self.push(path.clone(), effect);
        }
        sink.now = self.end();
    }

    /// Keeps an effect on the node at a path.
    pub(crate) fn push(&mut self, path: Arc<[Step]>, effect: Effect) {
        let shared = self.effects.back().is_some_and(|last| Arc::ptr_eq(&last.path, &path));
        let bytes = size(&effect) + if shared { 0 } else { size_of_val(&*path) };
        self.bytes += bytes;
        self.effects.push_back(Kept { path, effect, bytes });
        if self.effects.len() > MOST.0 || self.bytes > MOST.1 {
            self.let_go();
        }
        if self.effects.len() > MOST.0 || self.bytes > MOST.1 {
            self.first = self.end();
            self.effects.clear();
            self.bytes = 0;
        }
    }

    /// Forgets the effects behind the first so many.
    pub(crate) fn rewind(&mut self, end: u64) {
        while self.end() > end
            && let Some(last) = self.effects.pop_back()
        {
            self.bytes -= last.bytes;
        }
    }

    /// How many effects there have been.
    pub(crate) fn end(&self) -> u64 {
        self.first + self.effects.len() as u64
    }

    /// Lets go of what all observers have seen. Looking does not, so that it can be done by whoever
    /// reads the document.
    pub(crate) fn let_go(&mut self) {
        self.marks.retain(|mark| mark.strong_count() > 0);
        let seen = self.marks.iter().filter_map(Weak::upgrade);
        let seen = seen.map(|mark| mark.load(Ordering::Relaxed));
        // Who has missed some is told so, whatever is kept.
        let seen = seen.filter(|&seen| seen >= self.first).min().unwrap_or(self.end());
        while self.first < seen
            && let Some(first) = self.effects.pop_front()
        {
            self.bytes -= first.bytes;
            self.first += 1;
        }
    }

    /// How many effects are kept.
    #[cfg(test)]
    pub(crate) fn kept(&self) -> usize {
        self.effects.len()
    }

    /// Whether it is an observer of this document.
    pub(crate) fn knows(&self, mark: &Mark) -> bool {
        self.marks.iter().any(|known| known.as_ptr() == Arc::as_ptr(&mark.0))
    }

    /// What an observer of this document has not seen, by node; `None` if that was too much.
    pub(crate) fn since(&self, mark: &Mark) -> Option<Touched<'_>> {
        let seen = mark.0.load(Ordering::Relaxed);
        let from = seen.checked_sub(self.first)?;
        let mut touched = Touched::default();
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        for (number, kept) in (seen..).zip(self.effects.iter().skip(from)) {
            touched.add(&kept.path, number, &kept.effect);
        }
        Some(touched)
    }

    /// An observer has seen everything.
    pub(crate) fn seen(&self, mark: &Mark) {
        mark.0.store(self.end(), Ordering::Relaxed);
    }
}

fn size(effect: &Effect) -> usize {
    match effect {
        Effect::Value(bytes) => bytes.len(),
        Effect::Anew(names) => size_of_val(names.as_slice()),
        _ => 0,
    }
}
