//! What can be undone, as bytes for a store to keep beside the document.
//!
//! A *note* has steps, each of which says what one change did to the groups: which of them go, and
//! which one has the change. Read in the order in which they were written, also by several handles
//! to one document, they give the groups back. A note that says all of them is one with a step for
//! each group.
//!
//! Changes are named by their numbers along this replica's chain, ops by an author and a counter, so
//! nobody has to look hashes up to open a document. That is a name as long as the author's chain
//! does not fork. So of a replica whose own chain forks nothing is noted, and no group is that found
//! a value of an author whose chain does.
//!
//! ```text
//! note   := version (1 byte, 1)  author (32 bytes)  count  author (32 bytes) ..  step ..
//! step   := kind (1 byte)  count  group ..           the groups that go
//!           0: nothing else
//!           1: changes                               a group to undo
//!           2: changes                               a group to redo
//!           3: group  changes                        they belong to a group to undo
//! changes := count  (first  count) ..  count  prior ..
//! prior  := counter  kind (1 byte)
//!           0:                                       the entry was present
//!           1: op                                    the register read as a value
//!           2: op  op                                as a value that ranks as another
//! op     := author (0 this one, from 1 as listed)  counter
//! ```
//!
//! A group is named by the number of its first change; all numbers are varints.

mod noting;
mod telling;

use core::ops::Range;

use super::stack::Way;
use crate::node::Prior;
use crate::op::Id;

pub(super) use noting::NoteWriter;
pub(super) use telling::{Told, Unfit};

/// The version of the form.
const VERSION: u8 = 1;

/// Where changes belong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Target {
    /// In a group of their own.
    New(Way),
    /// In the group to undo that begins with a number.
    Joined(u32),
}

impl Target {
    /// The group that they join.
    fn joined(self) -> Option<u32> {
        match self {
            Self::Joined(group) => Some(group),
            Self::New(_) => None,
        }
    }
}

/// Kinds of steps.
mod kind {
    pub(super) const GONE: u8 = 0;
    pub(super) const UNDO: u8 = 1;
    pub(super) const REDO: u8 = 2;
    pub(super) const JOINED: u8 = 3;
}

/// Kinds of what an op found.
mod found {
    pub(super) const PRESENT: u8 = 0;
    pub(super) const VALUE: u8 = 1;
    pub(super) const RANKED: u8 = 2;
}

/// What one change did to the groups.
#[derive(Debug)]
struct Step {
    /// The first changes of the groups that go, by their numbers.
    gone: Vec<u32>,
    target: Option<Target>,
    /// The changes, ascending, by their numbers.
    changes: Vec<Range<u32>>,
    /// What their ops found, ascending by these.
    priors: Vec<(Id, Prior)>,
}
