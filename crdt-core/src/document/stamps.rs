use crate::node::{NewElement, Stamp};
use crate::op::Id;

/// Which of the elements that editors have handed out have been made.
#[derive(Debug)]
pub(super) struct Stamps {
    /// The stamp of the next change.
    now: Stamp,
    /// Those before it under which something was made, ascending, each with the id at which the
    /// change began that came to nothing. Whatever its editors took to be there or later is not.
    past: Vec<(Stamp, Id)>,
}

impl Default for Stamps {
    fn default() -> Self {
        Self { now: Stamp::fresh(), past: Vec::new() }
    }
}

impl Stamps {
    pub(super) fn now(&self) -> Stamp {
        self.now
    }

    /// Ends the stamp with a change that has come to nothing and whose first op had an id. The next
    /// one has the same.
    pub(super) fn end(&mut self, begin: Id) {
        let ended = core::mem::replace(&mut self.now, Stamp::fresh());
        // Of changes that come to nothing one after the other only the first had others before it.
        if self.past.last().is_none_or(|(_, end)| *end != begin) {
            self.past.push((ended, begin));
        }
    }

    /// Whether a change of this document has made an element.
    pub(super) fn have_made(&self, NewElement { id, stamp }: NewElement) -> bool {
        let before = |end: Id| id.chain != end.chain || id.counter < end.counter;
        let past = || self.past.binary_search_by_key(&stamp, |(past, _)| *past);
        stamp == self.now || past().is_ok_and(|at| before(self.past[at].1))
    }
}
