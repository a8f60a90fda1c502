//! Counters whose elements are known to be deleted.

use std::collections::BTreeMap;

use crate::op::{Id, IdRange};

/// Merged intervals of counters in which no visible element is left, nor ever will be.
///
/// Only what was costly to look through is remembered, so that it is not looked through again.
#[derive(Clone, Default, Debug)]
pub(super) struct Swept {
    /// From the first counter of an interval to one past its last.
    ends: BTreeMap<Id, u32>,
}

impl Swept {
    /// The end of the interval that holds `id`.
    pub(super) fn end_of(&self, id: Id) -> Option<u32> {
        let (start, &end) = self.ends.range(..=id).next_back()?;
        (start.chain == id.chain && id.counter < end).then_some(end)
    }

    /// The beginning of the interval that holds `id`.
    pub(super) fn start_of(&self, id: Id) -> Option<u32> {
        let (start, &end) = self.ends.range(..=id).next_back()?;
        (start.chain == id.chain && id.counter < end).then_some(start.counter)
    }

    /// Adds an interval and merges those it touches into it.
    pub(super) fn add(&mut self, range: IdRange) {
        let chain = range.chain;
        let (mut start, mut end) = (range.start, range.end);
        while let Some((&last, &its_end)) =
            self.ends.range(..=Id { chain, counter: end }).next_back()
        {
            if last.chain != chain || its_end < start {
                break;
            }
            (start, end) = (start.min(last.counter), end.max(its_end));
            self.ends.remove(&last);
        }
        self.ends.insert(Id { chain, counter: start }, end);
    }
}
