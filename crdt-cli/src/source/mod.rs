//! Where documents come from and go to. Nothing else here knows files.
//!
//! A [`Place`] is one document somewhere: today a file with a saved document and bundles. A
//! document in a store is to be one more variant, which [`Source`] finds by what the command line
//! says.

mod check;
mod error;
mod file;
mod lock;
mod place;
mod write;

use std::path::{Path, PathBuf};

use clap::Args;
use file::DocumentFile;

pub(crate) use check::{Checked, Problem, common_heads};
pub(crate) use error::{Content, SourceError};
pub(crate) use lock::beside;
pub(crate) use place::{Part, Place};
pub(crate) use write::{Imported, Target, value_of, write_new};

/// The document a command looks at.
#[derive(Args, Debug)]
pub(crate) struct Source {
    /// The file with the document, saved or as bundles; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Source {
    /// Finds the document.
    pub(crate) fn place(&self) -> Result<Place, SourceError> {
        place_at(&self.file)
    }
}

/// Where a command writes a document.
#[derive(Args, Debug)]
pub(crate) struct Destination {
    /// The file with the document
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Destination {
    /// The file, to be written by one process at a time.
    pub(crate) fn target(&self) -> Result<Target, SourceError> {
        Target::claim(&self.file)
    }

    /// Finds the document without keeping others from writing it.
    pub(crate) fn place(&self) -> Result<Place, SourceError> {
        DocumentFile::read(&self.file).map(Place::File)
    }

    /// Where a new document is to be, if nothing is there: asked before a key is made for it.
    pub(crate) fn absent(&self) -> Result<&Path, SourceError> {
        match self.file.symlink_metadata() {
            Ok(_) => Err(SourceError::Exists(self.file.clone())),
            Err(_) => Ok(&self.file),
        }
    }

    /// What names it, for the key beside it.
    pub(crate) fn path(&self) -> &Path {
        &self.file
    }
}

/// Another document, from which changes come; `-` is the one on standard input.
pub(crate) fn place_at(path: &Path) -> Result<Place, SourceError> {
    let file = match path.to_str() {
        Some("-") => DocumentFile::read_stdin(),
        _ => DocumentFile::read(path),
    };
    file.map(Place::File)
}
