//! The log: looking through changes, from either end.

use core::fmt;
use core::ops::Range;

use super::change::Change;
use super::format::numbers::{AuthorIndex, ChangeIndex, Number as _};
use super::store::Store;
use super::store::chains::Chains;
use super::store::resolve::{Sink, Walk};
use crate::crypto::Author;
use crate::op::{Action, Id, Segment};

/// Which ops are looked for, given where each goes and which one it is.
type Wanted<'h> = Box<dyn Fn(&[Segment<'_, Id>], Id, &Action<'_, Id>) -> bool + Send + Sync + 'h>;

/// The changes of a history, the newest one first; made by [`History::log`](super::History::log).
///
/// Which of them, and in which order, is said before it is gone through. A change is looked at when
/// its turn comes: of an opened document, only those packs of old changes are unpacked that this
/// leads to.
#[must_use = "a log is an iterator"]
pub struct Log<'h> {
    store: &'h Store,
    left: Range<ChangeIndex>,
    oldest_first: bool,
    by: Option<AuthorIndex>,
    touching: Option<Wanted<'h>>,
}

impl<'h> Log<'h> {
    pub(super) fn new(store: &'h Store) -> Self {
        let left = 0..store.chains.len();
        Self { store, left, oldest_first: false, by: None, touching: None }
    }

    /// The oldest one first: each change after everything it depends on.
    pub fn oldest_first(self) -> Self {
        Self { oldest_first: true, ..self }
    }

    /// Those of one author. O(log n) for each of another one that is passed over.
    pub fn by(mut self, author: &Author) -> Self {
        self.by = self.store.chains.authors.find(author);
        if self.by.is_none() {
            self.left = 0..0;
        }
        self
    }

    /// Those with an op that is looked for.
    pub(crate) fn with_op(
        self,
        wanted: impl Fn(&[Segment<'_, Id>], Id, &Action<'_, Id>) -> bool + Send + Sync + 'h,
    ) -> Self {
        Self { touching: Some(Box::new(wanted)), ..self }
    }

    /// How ops are named.
    pub(crate) fn chains(&self) -> &'h Chains {
        &self.store.chains
    }

    fn is_wanted(&self, change: ChangeIndex) -> bool {
        let is_by = |author| self.store.author_number_of(change) == author;
        self.by.is_none_or(is_by)
            && self.touching.as_ref().is_none_or(|wanted| self.touches(change, wanted))
    }

    fn touches(&self, change: ChangeIndex, wanted: &Wanted<'_>) -> bool {
        #[cfg(test)]
        crate::steps::count();
        let mut search = Search { wanted, found: false };
        for stored in self.store.stored([change]) {
            let first = Id { chain: stored.branch.get(), counter: stored.start };
            let mut walk = Walk::default();
            let (chains, below) = (&self.store.chains, stored.dependencies);
            if let Err(refusal) = walk.change(chains, first, below, stored.body, &mut search) {
                tracing::error!(%refusal, change, "the changes of a saved file are not valid");
            }
        }
        search.found
    }
}

impl<'h> Iterator for Log<'h> {
    type Item = Change<'h>;

    fn next(&mut self) -> Option<Change<'h>> {
        loop {
            let next = if self.oldest_first { self.left.next() } else { self.left.next_back() }?;
            if self.is_wanted(next) {
                return Some(Change::new(self.store, next));
            }
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let (least, most) = self.left.size_hint();
        let is_all = self.by.is_none() && self.touching.is_none();
        (if is_all { least } else { 0 }, most)
    }
}

impl fmt::Debug for Log<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Log").field("left", &self.left.len()).finish_non_exhaustive()
    }
}

/// Looks for an op in a change.
struct Search<'s, 'h> {
    wanted: &'s Wanted<'h>,
    found: bool,
}

impl<'a> Sink<'a> for Search<'_, '_> {
    fn op(&mut self, path: &[Segment<'a, Id>], id: Id, action: Action<'a, Id>) {
        self.found = self.found || (self.wanted)(path, id, &action);
    }

    fn typed_on(&mut self, _: Id, _: &'a str) -> bool {
        // Where it goes is to be seen.
        false
    }
}
