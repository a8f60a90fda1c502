//! A sequence whose deletes have been ruled on since somebody looked.

use std::sync::{Mutex, OnceLock, PoisonError};

use super::{Content, Sequence, Shifts};
use crate::history::Chains;

/// A sequence that is [settled](Sequence::settle) by who looks first.
#[derive(Debug)]
pub(crate) struct Ruled<C: Content> {
    /// Locked by who settles it, and gone from then on.
    unsettled: Mutex<Option<Sequence<C>>>,
    settled: OnceLock<Sequence<C>>,
}

impl<C: Content> Ruled<C> {
    pub(crate) fn new(sequence: Sequence<C>) -> Self {
        Self { unsettled: Mutex::new(Some(sequence)), settled: OnceLock::new() }
    }

    /// The sequence, settled.
    pub(crate) fn look(&self, chains: &Chains) -> &Sequence<C> {
        self.settled.get_or_init(|| {
            let mut unsettled = self.unsettled.lock().unwrap_or_else(PoisonError::into_inner);
            let mut sequence = unsettled.take().unwrap_or_default();
            sequence.settle(chains, &mut Shifts::dropped());
            sequence
        })
    }

    /// Whether there never was an element.
    pub(crate) fn is_blank(&self) -> bool {
        let unsettled = self.unsettled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sequence) = &*unsettled {
            return sequence.is_blank();
        }
        drop(unsettled);
        // It is there, or who settles it is about to say so, and is waited for.
        self.settled.get_or_init(Sequence::default).is_blank()
    }

    /// The sequence as it is, for ops that do not ask what is visible.
    pub(crate) fn as_it_is(&mut self) -> &mut Sequence<C> {
        let Self { unsettled, settled } = self;
        if let Some(sequence) = settled.get_mut() {
            return sequence;
        }
        unsettled.get_mut().unwrap_or_else(PoisonError::into_inner).get_or_insert_default()
    }
}
