//! How a member of a bundle names other changes.

use crate::history::format::numbers::{MemberIndex, Number as _};

/// Where a predecessor or dependency is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Reference {
    /// Another member.
    Member(MemberIndex),
    /// A change outside, by its place in the bundle's list of these.
    Outside(u32),
}

impl Reference {
    /// How it is written in the member at a place: twice how many members back, or twice the place
    /// in the list of changes outside and one more.
    pub(super) fn raw(self, at: MemberIndex) -> u64 {
        match self {
            Self::Member(place) => 2 * u64::from(at.get() - place.get() - 1),
            Self::Outside(place) => 2 * u64::from(place) + 1,
        }
    }
}
