use thiserror::Error;

use super::ElementId;
use crate::crypto::ChangeHash;
use crate::op::limits::MAX_KEY_BYTES;
use crate::sequence::{OffsetError, OutOfBounds};

/// Why an edit was not made. An edit that returned an error did nothing, and a change whose closure
/// returns one is taken back as a whole.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum EditError {
    /// A position beyond the end of a list or text.
    #[error("position {position} is out of range: the length is {length}")]
    OutOfRange {
        /// The position asked for; elements, or scalar values of a text.
        position: usize,
        /// How many there are.
        length: usize,
    },
    /// A range that ends before it starts.
    #[error("the range {start}..{end} ends before it starts")]
    InvertedRange {
        /// Where it starts.
        start: usize,
        /// Where it ends.
        end: usize,
    },
    /// A byte or UTF-16 offset that lies within a character.
    #[error("offset {0} lies within a character")]
    NotOnBoundary(usize),
    /// A value cannot be encoded as a register's value: its serde implementation says so, it is
    /// nested too deeply, a map in it has a key twice, a `Some` in it holds nothing, or it is not
    /// read back as it is.
    #[error("{0}")]
    Unencodable(String),
    /// A map has no entry under the key that is to be edited.
    #[error("the map has no entry under this key: `insert` it, or ask for its `entry`")]
    NoEntry,
    /// An element of a list that is to be edited or removed is not in it, or not any more.
    #[error("the list does not have the element {0}")]
    NoElement(ElementId),
    /// An element that is to be edited as one that this change has inserted is not in the list, or
    /// another change has inserted it.
    #[error(
        "the list has no such element that this change has inserted: name others by `Document::element_id`"
    )]
    NotNew,
    /// A key of a map, text or bytes, is longer than
    /// [`MAX_KEY_BYTES`](crate::limits::MAX_KEY_BYTES).
    #[error("a map key of {0} bytes is longer than the {MAX_KEY_BYTES} that the format allows")]
    KeyTooLong(usize),
    /// A key of a map or set does not come back: its [`MapKey`](crate::MapKey) refuses to read what
    /// it has written into a path, or reads another key from it.
    #[error("the map key {0} is not read back from its path as it was written")]
    AlteredKey(String),
    /// A node lies deeper than [`MAX_PATH_DEPTH`](crate::limits::MAX_PATH_DEPTH).
    #[error("{path} lies deeper than the {limit} steps that the format allows")]
    PathTooDeep {
        /// The names and keys that lead to it, after a `/` each; `*` stands for an element of a
        /// list.
        path: String,
        /// How many there may be: the limit.
        limit: usize,
    },
    /// The message of the change is too long.
    #[error("the message of the change has {length} bytes, and at most {limit} are allowed")]
    MessageTooLong {
        /// Its length in bytes.
        length: usize,
        /// How many there may be, beside what else the change says of itself.
        limit: usize,
    },
    /// A single value exceeds a limit of the format, which cannot be split over several changes; or
    /// the counters of this author's chain, or the times of changes that follow on each other, have
    /// come to their end.
    #[error("the change is too large: {0}")]
    ChangeTooLarge(&'static str),
    /// The document was opened from a file that says of its changes what is not so. Open it with
    /// [`load_verified`](crate::Document::load_verified).
    #[error(
        "the saved document that was opened contradicts itself: {0}; open it so that all is checked \
         (`load_verified`)"
    )]
    Inconsistent(&'static str),
    /// The change is to depend on a change that is not known here.
    #[error("the change cannot depend on {0}, which is not known here")]
    UnknownDependency(ChangeHash),
    /// What names a place in a `Json` node is no JSON Pointer.
    #[error(
        "{0:?} is not a JSON Pointer: it must be empty or begin with `/`, and in a key `~` is written `~0` and `/` is written `~1`"
    )]
    MalformedPointer(String),
    /// An object in a `Json` node has no entry where a pointer, which is given up to there, leads.
    #[error("nothing is at {0:?}: write it with `set` first")]
    NothingAt(String),
    /// A pointer leads into something in a `Json` node that holds nothing.
    #[error(
        "{found} is at {path:?}, and nothing is inside it: `set` it to an object or array first"
    )]
    NotAContainer {
        /// The pointer to it.
        path: String,
        /// What it is.
        found: &'static str,
    },
    /// A pointer names something in an array in a `Json` node, and not by its position.
    #[error(
        "an array is at {path:?}, and {token:?} is no position in it: write the number of an element, counted from 0, or `-` for the end"
    )]
    NotAPosition {
        /// The pointer to the array.
        path: String,
        /// What stands for the position.
        token: String,
    },
    /// An element is to be appended to, or moved within, something in a `Json` node that is no array.
    #[error("{found} is at {path:?}, not an array: `set` it to an array first")]
    NotAnArray {
        /// The pointer to it.
        path: String,
        /// What it is.
        found: &'static str,
    },
    /// Something in a `Json` node that is no text is to be edited as one.
    #[error("{found} is at {path:?}, not a text: `remove` it or `set` it to a string first")]
    NotAText {
        /// The pointer to it.
        path: String,
        /// What it is.
        found: &'static str,
    },
    /// A plain value is given by path to a node that does not have such values.
    #[cfg(feature = "by-path")]
    #[error("what is at {path:?} cannot be that: {reason}")]
    WrongValue {
        /// The names and keys that lead to it, after a `/` each; `*` stands for an element of a
        /// list.
        path: String,
        /// What is given and what is expected.
        reason: String,
    },
    /// A path, or a plain value that is given by path, names a field, a variant or a key that there
    /// never is at its place.
    #[cfg(feature = "by-path")]
    #[error("{found} is at {path:?}, which has no {part:?}")]
    UnknownPart {
        /// The pointer to it.
        path: String,
        /// What it is.
        found: &'static str,
        /// The name or key.
        part: String,
    },
    /// What a path leads to is not of the kind that an edit is for.
    #[cfg(feature = "by-path")]
    #[error("{found} is at {path:?}, not {expected}")]
    OtherKind {
        /// The pointer to it.
        path: String,
        /// What it is.
        found: &'static str,
        /// What the edit is for.
        expected: &'static str,
    },
    /// The document was opened for reading.
    #[error("the document was opened for reading only")]
    ReadOnly,
}

/// Has no value. It stands in the compiler's message where `?` is given another error than
/// [`EditError`] inside [`change`](crate::Document::change).
#[derive(Debug)]
pub enum UseTryChangeForOtherErrors {}

/// What is wrong with a position. No conversions by [`From`]: who writes `?` on another error is
/// shown these first, where the one below says what to do.
impl EditError {
    pub(super) fn out_of_bounds(OutOfBounds { pos, len }: OutOfBounds) -> Self {
        Self::OutOfRange { position: pos, length: len }
    }

    /// The same error of a part of JSON, as an error of what the JSON lies in, at a pointer.
    #[cfg(feature = "by-path")]
    pub(super) fn below(mut self, pointer: &str) -> Self {
        match &mut self {
            Self::NothingAt(path)
            | Self::NotAContainer { path, .. }
            | Self::NotAPosition { path, .. }
            | Self::NotAnArray { path, .. }
            | Self::NotAText { path, .. } => path.insert_str(0, pointer),
            _ => {}
        }
        self
    }

    pub(super) fn of_offset(error: OffsetError) -> Self {
        match error {
            OffsetError::OutOfBounds(beyond) => Self::out_of_bounds(beyond),
            OffsetError::InsideChar(offset) => Self::NotOnBoundary(offset),
        }
    }
}

impl From<UseTryChangeForOtherErrors> for EditError {
    fn from(never: UseTryChangeForOtherErrors) -> Self {
        match never {}
    }
}
