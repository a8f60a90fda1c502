use thiserror::Error;

use crate::crypto::ChangeHash;

/// Why an edit was not made. The change it was part of is rolled back as a whole.
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
    /// A byte or UTF-16 offset that lies within a character.
    #[error("offset {0} lies within a character")]
    NotOnBoundary(usize),
    /// A value cannot be encoded as a register's value: its serde implementation says so, it is
    /// nested too deeply, a map in it has a key twice, or it cannot be read back.
    #[error("{0}")]
    Unencodable(String),
    /// A text key of a map is longer than [`MAX_KEY_BYTES`](crate::limits::MAX_KEY_BYTES).
    #[error("a map key of {0} bytes is longer than the format allows")]
    KeyTooLong(usize),
    /// A node lies deeper than [`MAX_PATH_DEPTH`](crate::limits::MAX_PATH_DEPTH).
    #[error("a node lies deeper than the format allows")]
    PathTooDeep,
    /// The change exceeds a limit of the format; make it in several steps.
    #[error("the change is too large: {0}; make it in several steps")]
    ChangeTooLarge(&'static str),
    /// The change is to depend on a change that is not known here.
    #[error("the change cannot depend on {0:?}, which is not known here")]
    UnknownDependency(ChangeHash),
    /// The document was opened for reading.
    #[error("the document was opened for reading only")]
    ReadOnly,
}
