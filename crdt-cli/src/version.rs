//! Versions, as they are named on the command line.

use core::cell::OnceCell;

use crdt_core::{ChangeHash, Heads, History};
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

/// The versions of a history, to be found by what names them.
pub(crate) struct Versions<'h> {
    history: &'h History,
    /// All changes, once one is named by its first digits.
    names: OnceCell<Names<ChangeHash>>,
}

impl<'h> Versions<'h> {
    pub(crate) fn new(history: &'h History) -> Self {
        Self { history, names: OnceCell::new() }
    }

    /// The heads of a version.
    pub(crate) fn heads(&self, version: &str) -> Result<Heads, VersionError> {
        match version {
            "now" => return Ok(self.history.heads()),
            "start" => return Ok(Heads::default()),
            _ => {}
        }
        let ends = version.split(',').map(|end| self.end(end.trim()));
        let ends: Result<Vec<Heads>, Unnamed> = ends.collect();
        let unnamed = |cause| VersionError::Unnamed { version: version.to_owned(), cause };
        Ok(ends.map_err(unnamed)?.iter().flat_map(|heads| heads.iter().copied()).collect())
    }

    /// What stands between two commas.
    fn end(&self, end: &str) -> Result<Heads, Unnamed> {
        let Some(digits) = end.strip_suffix('^') else {
            return Ok([self.change(end)?].into_iter().collect());
        };
        let change = self.history.change(&self.change(digits)?);
        Ok(change.map(|change| change.made_upon()).unwrap_or_default())
    }

    fn change(&self, digits: &str) -> Result<ChangeHash, Unnamed> {
        match digits.parse() {
            Ok(change) if self.history.contains(&change) => Ok(change),
            _ => self.names().find(digits, "change"),
        }
    }

    fn names(&self) -> &Names<ChangeHash> {
        self.names.get_or_init(|| Names::new(self.history.changes().map(|change| change.hash())))
    }
}
