//! A sequence whose deletes have been ruled on since somebody looked.

use core::mem;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::{Content, Sequence, Shifts};
use crate::history::Chains;

/// A sequence that is [settled](Sequence::settle) by who looks first.
#[derive(Debug)]
pub(crate) struct Ruled<C: Content> {
    /// Locked by who settles it, and empty from then on.
    unsettled: Mutex<Sequence<C>>,
    settled: OnceLock<Sequence<C>>,
}

impl<C: Content> Ruled<C> {
    pub(crate) fn new(sequence: Sequence<C>) -> Self {
        Self { unsettled: Mutex::new(sequence), settled: OnceLock::new() }
    }

    /// The sequence, settled.
    pub(crate) fn look(&self, chains: &Chains) -> &Sequence<C> {
        self.settled.get_or_init(|| {
            let mut sequence = self.unsettled.lock().unwrap_or_else(PoisonError::into_inner);
            let mut sequence = mem::take(&mut *sequence);
            sequence.settle(chains, &mut Shifts::dropped());
            sequence
        })
    }

    /// Whether there never was an element.
    pub(crate) fn is_blank(&self) -> bool {
        self.settled.get().map_or_else(
            || self.unsettled.lock().unwrap_or_else(PoisonError::into_inner).is_blank(),
            Sequence::is_blank,
        )
    }

    /// The sequence as it is, for ops that do not ask what is visible.
    pub(crate) fn as_it_is(&mut self) -> &mut Sequence<C> {
        let Self { unsettled, settled } = self;
        match settled.get_mut() {
            Some(sequence) => sequence,
            None => unsettled.get_mut().unwrap_or_else(PoisonError::into_inner),
        }
    }
}
