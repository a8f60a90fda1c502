use std::io;

use crdt_core::serde_json;
use thiserror::Error;

use crate::source::SourceError;

/// Why an edit was not made.
#[derive(Debug, Error)]
pub(crate) enum EditFailure {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("{name} cannot be read: {cause}")]
    Unreadable { name: String, cause: io::Error },
    #[error("{name} is no {what}: {cause}")]
    Malformed { name: String, what: &'static str, cause: serde_json::Error },
    #[error("the patch does not fit the document, and nothing was changed: {0}")]
    Patch(#[from] json_patch::PatchError),
    #[error("{value:?} is not JSON ({cause}): a string is written '\"text\"'")]
    NotAValue { value: String, cause: serde_json::Error },
    #[error("{0:?} is no JSON Pointer: it is empty, for the whole, or begins with `/`")]
    NotAPointer(String),
    #[error(
        "there is nothing at {0:?}, so nothing can be set in it; `crdt show` shows what is there"
    )]
    NothingAt(String),
    #[error("what is at {0:?} is neither an object nor an array, so nothing can be set in it")]
    NotAContainer(String),
    #[error("the array at {at:?} has no position {position:?}; `-` appends an element")]
    NoPosition { at: String, position: String },
    #[error("which editor? Set $VISUAL or $EDITOR, or use --set, --patch or --value")]
    NoEditor,
    #[error("the editor did not work ({0}), and nothing was changed")]
    Editor(String),
    #[error("the text for the editor cannot be written or read: {0}")]
    Draft(io::Error),
}
