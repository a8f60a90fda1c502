//! How a command ends.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use thiserror::Error;

use crate::commands::edit::EditFailure;
use crate::keys::KeyError;
use crate::names::Unnamed;
use crate::pointer::PointerFailure;
use crate::source::SourceError;
use crate::version::VersionError;

/// The exit codes, for `--help`.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0   done
  1   `verify`: everything is genuine, and an author wrote two changes with one number
  2   a file is damaged, forged, or no document; with `--salvage`: something was passed over;
      `recover`: something is lost
  3   it could not be done: a file that is not there, a version that is not known, a lock that
      another process holds, and so on
  64  the command line was not understood";

/// How a command ends that does not fail otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Exit {
    Fine = 0,
    Equivocation = 1,
    Damaged = 2,
    Failed = 3,
    Misused = 64,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command failed.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Version(#[from] VersionError),
    #[error(transparent)]
    Pointer(#[from] PointerFailure),
    #[error("{0}\n`crdt stat` lists the authors.")]
    Author(Unnamed),
    #[error(transparent)]
    Edit(#[from] EditFailure),
    #[error(
        "{cause}\nThe edited text is kept in {draft}, and `crdt edit {document} --value {draft}` \
         makes the document what it says.", draft = .draft.display()
    )]
    Kept { cause: Box<Failure>, document: String, draft: PathBuf },
    #[error("the result cannot be printed: {0}")]
    Output(#[from] io::Error),
    #[error("there is nobody to ask: say `--yes` to remove it")]
    Unasked,
    #[error("a bundle is not for a terminal: write it to a file with `-o FILE`, or pipe it")]
    Terminal,
}

impl Failure {
    /// Whether it is only that nobody reads on.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    pub(crate) fn exit(&self) -> Exit {
        let is_damage = match self {
            Self::Kept { cause, .. } => return cause.exit(),
            Self::Source(error) | Self::Edit(EditFailure::Source(error)) => error.is_damage(),
            Self::Key(error) => error.is_damage(),
            _ => false,
        };
        if is_damage { Exit::Damaged } else { Exit::Failed }
    }
}
