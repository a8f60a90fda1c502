//! Members as columns: what is alike in many changes lies together, and what follows from what was
//! before is left out.
//!
//! # Lanes
//!
//! Members that follow on each other along a chain form a *lane*. A lane says once who writes and
//! where it begins; sequence numbers, predecessors and counters follow. Every member says to which
//! lane it belongs.
//!
//! # Runs of ops
//!
//! The ops of a lane are written as if its members were one change, and how many counters each
//! member takes says where to cut. So it costs next to nothing that every keystroke is a change of
//! its own. A *run* is
//!
//! - an insert and all inserts of later members of its lane that go on with it: same path, hung on
//!   the right of the element before;
//! - a delete and all deletes that follow it in its lane: same path, index and count, each first
//!   counter one fixed step after the last;
//! - any other op for itself, moves and annuls too.
//!
//! A run is written where its first op stands. When it is read, a lane that is not at the end of
//! a run takes the next op from there.
//!
//! # Names
//!
//! Counters of names are written as the distance from the counter that was last named or written on
//! that chain ([`distance`]): people write near to where they wrote before. Names themselves stay
//! what they are in the change, so the bytes that were hashed come out again.

mod distance;
mod reading;
mod runs;
mod shapes;
mod source;
mod writing;

pub(super) use reading::read;
pub(super) use writing::Writer;

use crate::op::kind;

/// The columns, in the order in which they are written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Column {
    /// Of each member, its lane; the first member of a lane has the next free number.
    Lane,
    /// Of each lane its author, as a place in the bundle's list.
    LaneAuthor,
    /// Of each lane 0 if it begins a chain, else 1 + the reference to what it follows.
    LaneStart,
    /// Of each lane that follows a change outside, the number of its first change along its chain.
    LaneSeq,
    /// Of such a lane too, the counter of its first op.
    LaneCounter,
    /// Of each member, how many dependencies it has.
    Dependencies,
    /// The reference of each dependency.
    Dependency,
    /// Of each member the length of its tags, 0 for none.
    TagBytes,
    /// Of each member the counters that it takes.
    Counters,
    /// Of each run its shape, which says the kind of its ops and how their path looks; a new one
    /// has the next free number.
    Shape,
    /// For each key in a path its symbol; a new one has the next free number.
    Symbol,
    /// For each element in a path the index of its name.
    PathIndex,
    /// The counter of its name, from the last one in paths on its chain.
    PathCounter,
    /// Of each insert and move where it hangs: 0 at the root, 1 right, 2 left.
    Place,
    /// Of each place and each delete the index of the name.
    NameIndex,
    /// The counter of the name, from the last one on its chain.
    NameCounter,
    /// Of each insert and move its elements, of each annul its names, of each run of deletes its
    /// ops.
    Length,
    /// Of each run of deletes the counters that each of its ops deletes.
    DeleteCount,
    /// Of each run of more than one delete the step from one first counter to the next.
    DeleteStep,
    /// Of each op that replaces or annuls, how many ops.
    Replaced,
    /// The index of each of these names.
    ReplacedIndex,
    /// The counter of it, from the last one on its chain.
    ReplacedCounter,
    /// Of each name in a move or annul 0 if it follows on the name before, else 1 + its index.
    Listed,
    /// The counter of each that does not follow, from the last one listed on its chain.
    ListedCounter,
    /// Of each annul 0 if it makes void, 1 if it lets stand.
    Standing,
    /// Of each set the length of its payload, 0 if the payload tells it.
    PayloadBytes,
    /// Of each add what it adds.
    Delta,
    /// Of each op of an unknown kind the counters it takes.
    UnknownCounters,
    /// Of each such op the length of its body.
    UnknownBytes,
}

/// How many columns there are.
pub(super) const COLUMNS: usize = Column::UnknownBytes as usize + 1;

/// Whether the ops of a kind form runs that are cut at the members' ends.
fn is_insert(kind: u32) -> bool {
    matches!(kind, kind::INSERT | kind::INSERT_TEXT)
}
