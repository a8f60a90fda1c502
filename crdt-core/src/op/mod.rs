//! Ops: the smallest operations, where they go, and their canonical bytes.
//!
//! An op is generic over how it names other ops: on the wire by [`Name`] (an index into its
//! change's table and a counter), inside a replica by [`Id`] (a branch and a counter).

mod decode;
mod encode;
mod id;
mod keystroke;
pub(crate) mod limits;
mod listed;
mod path;
pub(crate) mod run;

pub(crate) use decode::{Body, push_name, read_symbol};
pub(crate) use encode::{kind_of, write_depth, write_element, write_op, write_seed, write_segment};
pub use id::Id;
pub(crate) use id::IdRange;
pub(crate) use keystroke::Keystroke;
pub(crate) use listed::{Listed, push_ascending};
pub use path::{Key, KeyBytes, Segment};
pub(crate) use path::{Path, RawSegment};

#[cfg(test)]
mod tests;

/// How an op names another one on the wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Name {
    /// Which entry of the change's table: 0 is the author's own chain, 1 and up the dependencies.
    pub index: u32,
    /// The counter along that entry's chain.
    pub counter: u32,
}

/// On which side of its parent an element hangs in the tree of a list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Side {
    /// Before the parent.
    Left,
    /// After the parent.
    Right,
}

/// Where the first element of an insert hangs, or the first place of a move; each further one is
/// the right child of the one before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place<N> {
    /// Below the root, which stands before the first element.
    Root,
    /// A child of the place with this counter: one at which an element was inserted, or one that
    /// a move made.
    Child(N, Side),
}

/// What an annul says of the ops that it names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Standing {
    /// They are without effect.
    Void,
    /// They have effect again.
    Stands,
}

impl Standing {
    /// The other one.
    pub(crate) fn opposite(self) -> Self {
        match self {
            Self::Void => Self::Stands,
            Self::Stands => Self::Void,
        }
    }
}

/// One op: where it goes and what it does there.
#[derive(Clone, PartialEq, Debug)]
pub struct Op<'a, N> {
    /// Where it goes, from the document's root.
    pub path: Vec<Segment<'a, N>>,
    /// How many counters of its chain it takes: one per inserted or moved element, otherwise one.
    pub counters: u32,
    /// What it does.
    pub action: Action<'a, N>,
}

/// An op as it lies in a change's body, its path not taken apart.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct RawOp<'a> {
    pub(crate) path: Path<'a>,
    pub(crate) counters: u32,
    pub(crate) action: Action<'a, Name>,
}

impl<'a> RawOp<'a> {
    /// The op with its path taken apart.
    pub(crate) fn to_op(&self) -> Op<'a, Name> {
        let path = self.path.segments().collect();
        Op { path, counters: self.counters, action: self.action.clone() }
    }
}

/// What an op does.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Action<'a, N> {
    /// Sets a register.
    Set {
        /// Values of other chains that it replaces.
        replaces: Vec<N>,
        /// The earlier set whose value it brings back, if it does: among concurrent values it has
        /// the rank of that one.
        of: Option<N>,
        /// The value in deterministic CBOR.
        payload: &'a [u8],
    },
    /// Unsets a register, so that it reads as its default.
    Unset {
        /// Values of other chains that it replaces.
        replaces: Vec<N>,
    },
    /// Adds to a counter.
    Add {
        /// What is added.
        delta: i64,
    },
    /// Resets a counter: takes back what was added on its own chain before and on each named
    /// chain up to the name.
    Reset {
        /// The last annulled op of each other chain.
        annuls: Vec<N>,
    },
    /// Inserts elements into a list.
    Insert {
        /// Where the first one hangs.
        place: Place<N>,
        /// What each element starts as.
        seeds: Seeds<'a>,
    },
    /// Inserts Unicode scalar values into a text.
    InsertText {
        /// Where the first one hangs.
        place: Place<N>,
        /// The text, never empty.
        text: &'a str,
    },
    /// Deletes those of consecutive counters of one chain that are elements here.
    Delete {
        /// The first counter.
        first: N,
        /// How many counters.
        count: u32,
    },
    /// Makes a map entry present.
    Put {
        /// Earlier puts of other chains that it replaces.
        replaces: Vec<N>,
    },
    /// Makes a map entry absent as far as its puts were seen.
    Remove {
        /// Puts of other chains that it replaces.
        replaces: Vec<N>,
    },
    /// Moves elements of a list: makes a place for each.
    Move {
        /// Where the first place hangs.
        place: Place<N>,
        /// The elements, by what inserted them, never none.
        elements: Box<[N]>,
    },
    /// Says of ops of this node whether they have effect.
    Annul {
        /// What it says of them.
        standing: Standing,
        /// The ops; a place of a move by its counter. On the wire strictly ascending, never none.
        names: Box<[N]>,
    },
    /// Of a kind that this version does not know: kept, hashed, forwarded, without effect.
    Unknown {
        /// The kind's number.
        kind: u32,
        /// Its bytes.
        body: &'a [u8],
    },
}

/// What each inserted element of a list starts as: for each the bytes of a register's value, or
/// none for an element that starts as its default.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seeds<'a> {
    bytes: &'a [u8],
}

impl<'a> Seeds<'a> {
    /// The seeds in order; empty bytes mean that the element starts as its default.
    pub fn iter(self) -> impl Iterator<Item = &'a [u8]> {
        let mut reader = crate::codec::Reader::new(self.bytes);
        core::iter::from_fn(move || if reader.is_empty() { None } else { reader.bytes().ok() })
    }

    /// The bytes of all.
    pub(crate) fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// Bytes made with [`write_seed`], or checked to be like them.
    pub(crate) fn from_checked(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }
}

/// The numbers of op kinds. They are never reused.
pub(crate) mod kind {
    pub(crate) const SET: u32 = 1;
    pub(crate) const UNSET: u32 = 2;
    pub(crate) const ADD: u32 = 3;
    pub(crate) const RESET: u32 = 4;
    pub(crate) const INSERT: u32 = 5;
    pub(crate) const INSERT_TEXT: u32 = 6;
    pub(crate) const DELETE: u32 = 7;
    pub(crate) const PUT: u32 = 8;
    pub(crate) const REMOVE: u32 = 9;
    pub(crate) const MOVE: u32 = 10;
    pub(crate) const ANNUL: u32 = 11;
    /// A set that says of which earlier one it is.
    pub(crate) const RESTORE: u32 = 12;
    /// Reserved: marks on ranges of text.
    #[expect(dead_code, reason = "reserved so that no other kind takes the number")]
    pub(crate) const MARK: u32 = 13;

    /// Whether this version knows what ops of a kind consist of. The bytes of others are kept and
    /// passed on as they are. (0 is no kind: it counts as known, and is refused when it is read.)
    pub(crate) const fn is_known(kind: u32) -> bool {
        kind <= RESTORE
    }
}
