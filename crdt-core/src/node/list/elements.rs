//! The elements of a list, in order: as they stand, or with rulings that nobody has looked at.

use core::mem;

use crate::history::Chains;
use crate::sequence::{Items, Ruled, Sequence};

/// The elements of a list. Nearly always they are settled.
#[derive(Debug)]
pub(super) enum Elements<S> {
    /// What is visible is what stands.
    Settled(Sequence<Items<S>>),
    /// Deletes have been annulled, or let stand, since somebody looked.
    Ruled(Box<Ruled<Items<S>>>),
}

impl<S> Default for Elements<S> {
    fn default() -> Self {
        Self::Settled(Sequence::new())
    }
}

impl<S> Elements<S> {
    /// The elements, to read.
    #[inline]
    pub(super) fn look(&self, chains: &Chains) -> &Sequence<Items<S>> {
        match self {
            Self::Settled(sequence) => sequence,
            Self::Ruled(ruled) => ruled.look(chains),
        }
    }

    /// The elements, to edit them where they stand.
    #[inline]
    pub(super) fn edit(&mut self, chains: &Chains) -> &mut Sequence<Items<S>> {
        if let Self::Ruled(ruled) = self {
            ruled.look(chains);
            *self = Self::Settled(mem::take(ruled.as_it_is()));
        }
        self.as_it_is()
    }

    /// The elements, for an op that does not ask what is visible.
    #[inline]
    pub(super) fn as_it_is(&mut self) -> &mut Sequence<Items<S>> {
        match self {
            Self::Settled(sequence) => sequence,
            Self::Ruled(ruled) => ruled.as_it_is(),
        }
    }

    /// Lets an op change what stands: whoever looks next will see it.
    pub(super) fn rule(&mut self, change: impl FnOnce(&mut Sequence<Items<S>>)) {
        let mut sequence = mem::take(self.as_it_is());
        change(&mut sequence);
        *self = if sequence.is_settled() {
            Self::Settled(sequence)
        } else {
            Self::Ruled(Box::new(Ruled::new(sequence)))
        };
    }

    /// Whether there never was an element.
    pub(super) fn is_blank(&self) -> bool {
        match self {
            Self::Settled(sequence) => sequence.is_blank(),
            Self::Ruled(ruled) => ruled.is_blank(),
        }
    }
}
