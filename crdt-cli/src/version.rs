//! Versions, as they are named on the command line.

use crdt_core::{ChangeHash, History};
use thiserror::Error;

use crate::names::{Names, Unnamed};

/// How to name a version, for `--help`.
pub(crate) const HOW_TO_NAME: &str = "\
A VERSION is the changes it ends in, its heads, with commas between them. A change is named by the \
first digits of its hash, as many as no other begins with (`crdt log` shows them). `now` is \
everything in the file, `start` what was before the first change, and HASH^ the version that a \
change was made upon, so that `crdt diff FILE HASH^ HASH` shows what the change did.";

/// Why there is no such version.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub(crate) enum VersionError {
    #[error("{version:?} names no version here: {cause}\n`crdt log` lists the changes.")]
    Unnamed { version: String, cause: Unnamed },
    #[error(transparent)]
    Unknown(#[from] crdt_core::VersionError),
}

/// The heads of a version.
pub(crate) fn heads(
    history: &History,
    names: &Names<ChangeHash>,
    version: &str,
) -> Result<Vec<ChangeHash>, VersionError> {
    match version {
        "now" => return Ok(history.heads()),
        "start" => return Ok(Vec::new()),
        _ => {}
    }
    let mut heads = Vec::new();
    for head in version.split(',').map(str::trim) {
        let (digits, is_before) = match head.strip_suffix('^') {
            Some(digits) => (digits, true),
            None => (head, false),
        };
        let change = names
            .find(digits, "change")
            .map_err(|cause| VersionError::Unnamed { version: version.to_owned(), cause })?;
        match history.change(&change) {
            Some(change) if is_before => {
                heads.extend(change.previous());
                heads.extend(change.dependencies());
            }
            _ => heads.push(change),
        }
    }
    heads.sort_unstable();
    heads.dedup();
    Ok(heads)
}
