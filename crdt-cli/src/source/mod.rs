//! Where documents come from and go to. Nothing else here knows files.
//!
//! A [`Place`] is one document somewhere: a file of its own, or one of a store, which [`Source`]
//! finds by what the command line says. A [`Target`] is where one is written.

mod check;
mod error;
mod file;
mod keep;
mod lock;
mod place;
mod store;
mod target;
mod write;

use std::path::{Path, PathBuf};

use clap::Args;
use crdt_core::DocumentId;
use file::DocumentFile;
use keep::StoreTarget;
use write::FileTarget;

pub(crate) use check::{Checked, Problem, common_heads};
pub(crate) use error::{Content, SourceError};
pub(crate) use lock::{beside, create, from_here};
pub(crate) use place::{Part, Place, parts_of};
pub(crate) use store::{StoreFile, StoredDocument, is_store, short};
pub(crate) use target::{Editing, Imported, Making, Target, value_of};
pub(crate) use write::write_new;

/// Which document of a store.
#[derive(Args, Debug)]
pub(crate) struct Choice {
    /// The document of the store: its title, or the first digits of its id. Not needed where there
    /// is one
    #[arg(short, long = "document", value_name = "DOCUMENT")]
    pub(crate) document: Option<String>,
}

/// The document a command looks at.
#[derive(Args, Debug)]
pub(crate) struct Source {
    /// A store, or a file with one document, saved or as bundles; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    choice: Choice,
}

impl Source {
    /// Finds the document.
    pub(crate) fn place(&self) -> Result<Place, SourceError> {
        place_of(&self.file, self.choice.document.as_deref())
    }

    /// The store, if it is one and none of its documents was chosen.
    pub(crate) fn whole_store(&self) -> Result<Option<StoreFile>, SourceError> {
        if self.choice.document.is_some() || !is_store(&self.file) {
            return Ok(None);
        }
        StoreFile::look(&self.file).map(Some)
    }
}

/// Where a command writes a document.
#[derive(Args, Debug)]
pub(crate) struct Destination {
    /// A store, or a file with one document
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    choice: Choice,
}

impl Destination {
    /// Where to write, by one process at a time.
    pub(crate) fn target(&self) -> Result<Target, SourceError> {
        let wanted = self.choice.document.clone();
        if is_store(&self.file) {
            return Ok(Target::Store(StoreTarget { path: self.file.clone(), wanted }));
        }
        if wanted.is_some() {
            return Err(SourceError::OneDocument(self.file.display().to_string()));
        }
        FileTarget::claim(&self.file).map(Target::File)
    }

    /// As [`target`](Self::target), but a file that is not there is to be a store.
    pub(crate) fn store_target(&self) -> Result<Target, SourceError> {
        lock::check_named(&self.file)?;
        if self.file.exists() {
            return self.target();
        }
        let (path, wanted) = (self.file.clone(), self.choice.document.clone());
        Ok(Target::Store(StoreTarget { path, wanted }))
    }

    /// Finds the document without keeping others from writing it.
    pub(crate) fn place(&self) -> Result<Place, SourceError> {
        place_of(&self.file, self.choice.document.as_deref())
    }

    /// What names it, for the key beside it.
    pub(crate) fn path(&self) -> &Path {
        &self.file
    }

    /// What was said to choose a document with.
    pub(crate) fn wanted(&self) -> Option<&str> {
        self.choice.document.as_deref()
    }
}

/// Where a new document is to be: in a store that is there, or that is to be made, or in a file of its
/// own if nothing is there, which is asked before a key is made for it.
pub(crate) fn making(path: &Path, as_store: bool) -> Result<Making<'_>, SourceError> {
    lock::check_named(path)?;
    match path.symlink_metadata() {
        Ok(_) if is_store(path) => Ok(Making::Store(path)),
        Ok(_) => Err(SourceError::Exists(path.to_owned())),
        Err(_) if as_store => Ok(Making::Store(path)),
        Err(_) => Ok(Making::File(path)),
    }
}

/// Another document, from which changes come; `-` is the one on standard input. Of a store it has to
/// be the only one.
pub(crate) fn place_at(path: &Path) -> Result<Place, SourceError> {
    place_of(path, None)
}

/// A document elsewhere that is to be this one; in a store it is found among others.
pub(crate) fn place_with(path: &Path, id: DocumentId) -> Result<Place, SourceError> {
    if is_store(path) {
        let document = StoreFile::look(path)?.document(Some(&id.to_string()))?;
        return Ok(Place::Stored(document));
    }
    place_at(path)
}

fn place_of(path: &Path, wanted: Option<&str>) -> Result<Place, SourceError> {
    let is_stdin = path.to_str() == Some("-");
    if !is_stdin && is_store(path) {
        return StoreFile::look(path)?.document(wanted).map(Place::Stored);
    }
    let file = if is_stdin { DocumentFile::read_stdin() } else { DocumentFile::read(path) }?;
    match wanted {
        None => Ok(Place::File(file)),
        Some(_) => Err(SourceError::OneDocument(file.name)),
    }
}
