//! Numbers of what a replica or a bundle has many of. Each kind has a type of its own, so that none
//! is taken for another, and a list that gives them out refuses to grow beyond what they can count.

use core::fmt::Debug;
use core::marker::PhantomData;
use core::ops::{Index, IndexMut};

use thiserror::Error;

use crate::codec::DecodeError;

/// Number of an admitted change inside this replica, in order of admission.
pub(crate) type ChangeIndex = u32;

/// There are as many of something as can be numbered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("there are more than can be numbered")]
pub(crate) struct Full;

impl From<Full> for DecodeError {
    fn from(Full: Full) -> Self {
        Self::OverLimit("entries of a list")
    }
}

/// A number of one kind.
pub(crate) trait Number: Copy + Debug {
    const FIRST: Self;

    fn new(number: u32) -> Self;

    fn get(self) -> u32;

    /// Its place in a list.
    fn place(self) -> usize {
        self.get() as usize
    }

    /// The number before it.
    fn before(self) -> Option<Self> {
        self.get().checked_sub(1).map(Self::new)
    }

    /// The number after it.
    fn after(self) -> Option<Self> {
        self.get().checked_add(1).map(Self::new)
    }
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub(crate) struct $name(u32);

        impl Number for $name {
            const FIRST: Self = Self(0);

            fn new(number: u32) -> Self {
                Self(number)
            }

            fn get(self) -> u32 {
                self.0
            }
        }
    )*};
}

numbers! {
    /// Number of an author in this replica.
    AuthorIndex;
    /// Number of a branch of some chain in this replica. It is what an [`Id`](crate::op::Id) names
    /// chains by.
    BranchIndex;
    /// Number of a streak in this replica.
    StreakIndex;
    /// Place of a streak among those of its branch.
    StreakPlace;
    /// Number of a lane of a bundle, which is what the bundle has of a chain.
    LaneIndex;
    /// Place of a change among the members of a bundle.
    MemberIndex;
}

/// A list whose places are numbers of one kind.
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(crate) struct Numbered<N, T> {
    list: Vec<T>,
    kind: PhantomData<N>,
}

impl<N, T> Default for Numbered<N, T> {
    fn default() -> Self {
        Self { list: Vec::new(), kind: PhantomData }
    }
}

impl<N: Number, T> Numbered<N, T> {
    /// Appends an entry and says which number it has.
    pub(crate) fn push(&mut self, entry: T) -> Result<N, Full> {
        let number = N::new(next_number(self.list.len())?);
        self.list.push(entry);
        Ok(number)
    }

    pub(crate) fn pop(&mut self) -> Option<T> {
        self.list.pop()
    }

    /// How many there are, which is the number that the next one will have.
    #[expect(clippy::cast_possible_truncation, reason = "`push` refuses what cannot be numbered")]
    pub(crate) fn count(&self) -> u32 {
        self.list.len() as u32
    }

    /// The number that the next one will have.
    pub(crate) fn next(&self) -> N {
        N::new(self.count())
    }

    pub(crate) fn get(&self, number: N) -> Option<&T> {
        self.list.get(number.place())
    }

    pub(crate) fn into_vec(self) -> Vec<T> {
        self.list
    }

    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self { list: Vec::with_capacity(capacity), kind: PhantomData }
    }

    pub(crate) fn as_slice(&self) -> &[T] {
        &self.list
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn first(&self) -> Option<&T> {
        self.list.first()
    }

    pub(crate) fn last(&self) -> Option<&T> {
        self.list.last()
    }

    /// All, each with its number.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (N, &T)> {
        self.numbers().zip(&self.list)
    }

    /// All numbers, ascending.
    pub(crate) fn numbers(&self) -> impl DoubleEndedIterator<Item = N> + use<N, T> {
        (0..self.count()).map(N::new)
    }

    /// The first number from one on, and at most the other, of whose entry something is not true
    /// any more.
    #[expect(clippy::cast_possible_truncation, reason = "no place lies behind what is numbered")]
    pub(crate) fn passed(&self, from: N, to: N, is_before: impl FnMut(&T) -> bool) -> N {
        let passed = self.list[from.place()..to.place()].partition_point(is_before);
        N::new((from.place() + passed) as u32)
    }

    /// Forgets those from a number on.
    pub(crate) fn truncate(&mut self, count: u32) {
        self.list.truncate(count as usize);
    }
}

impl<N: Number, T> Index<N> for Numbered<N, T> {
    type Output = T;

    fn index(&self, number: N) -> &T {
        &self.list[number.place()]
    }
}

impl<N: Number, T> IndexMut<N> for Numbered<N, T> {
    fn index_mut(&mut self, number: N) -> &mut T {
        &mut self.list[number.place()]
    }
}

/// The number of what comes after so many; `u32::MAX` stays free, so that there is always a next
/// one.
fn next_number(count: usize) -> Result<u32, Full> {
    u32::try_from(count).ok().filter(|number| *number < u32::MAX).ok_or(Full)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_numbered_is_refused() {
        let most = u32::MAX as usize;
        assert_eq!(next_number(most - 1), Ok(u32::MAX - 1));
        assert_eq!(next_number(most), Err(Full));
        assert_eq!(next_number(most + 1), Err(Full));
    }

    #[test]
    fn numbers_follow_on_each_other() {
        let mut list = Numbered::<MemberIndex, char>::default();
        assert_eq!((list.next(), list.push('a')), (MemberIndex(0), Ok(MemberIndex(0))));
        assert_eq!((list.next(), list.push('b')), (MemberIndex(1), Ok(MemberIndex(1))));
        assert_eq!((list[MemberIndex(1)], list.get(list.next())), ('b', None));
        list.truncate(1);
        assert_eq!((list.count(), list.pop(), list.pop()), (1, Some('a'), None));
    }
}
