//! Why a document cannot be read or written.

use core::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crdt_core::{ApplyError, DocumentId, EditError, Frontier, LoadError, VersionError};
use crdt_store::{KeyError, Listing, StoreError};
use thiserror::Error;

use super::store::short;
use crate::output::in_line;

/// Why a document cannot be read or written.
#[derive(Debug, Error)]
pub(crate) enum SourceError {
    #[error("{} cannot be read: {cause}", .path.display())]
    Unreadable { path: PathBuf, cause: io::Error },
    #[error("there is no file {}; `crdt new` makes a document", .0.display())]
    Missing(PathBuf),
    #[error("{name} is {content}")]
    Foreign { name: String, content: Content },
    #[error("{name}, {problem}\n{ADVICE}")]
    Damaged { name: String, problem: String },
    #[error(
        "nothing in {name} can be salvaged ({problem}): take it from a backup, or from somebody \
         who has the document too"
    )]
    NothingValid { name: String, problem: String },
    #[error("{}", named(.name, .cause))]
    Store { name: String, cause: Box<StoreError> },
    #[error("{0} is not a store, but another file")]
    NotAStore(String),
    #[error(
        "{0} is not a store, but another database; if it was a store, it is damaged where it says \
         so, and `crdt recover {0} NEWFILE` saves what is left"
    )]
    NoStoreAnyMore(String),
    #[error(
        "{0} is one document and not a store, so there is none to choose: leave --document out"
    )]
    OneDocument(String),
    #[error(
        "{0} is a file for one document, and only documents of a store have titles: make it one with `--store`"
    )]
    NoTitles(String),
    #[error("{0} is a store without documents; `crdt new {0}` makes one")]
    EmptyStore(String),
    #[error(
        "{name} has several documents: choose one with `--document`, by its title or the first digits of its id{candidates}"
    )]
    WhichDocument { name: String, candidates: Candidates },
    #[error(
        "{name} has no document whose id begins with {wanted:?} or that has this title{candidates}"
    )]
    NoDocument { name: String, wanted: String, candidates: Candidates },
    #[error(
        "several documents of {name} are meant by {wanted:?}: give more digits of the id{candidates}"
    )]
    Ambiguous { name: String, wanted: String, candidates: Candidates },
    #[error("the document {document} was removed from {name}: `--again` takes it in all the same")]
    Removed { name: String, document: DocumentId },
    #[error("{name} is of document {found}, and not of {expected}")]
    OtherDocument { name: String, found: DocumentId, expected: DocumentId },
    #[error(
        "{name} ends in {bytes} bytes that are no whole bundle: a write was torn, or something \
         else was appended.\nThey would be lost. `crdt import --salvage NEWFILE {name}` takes \
         what is whole into a new file, which can replace this one."
    )]
    TornEnd { name: String, bytes: usize },
    #[error(
        "{} is there already and is not written over: name another file, or move it away",
        .0.display()
    )]
    Exists(PathBuf),
    #[error("{} cannot be written: {cause}", .path.display())]
    Unwritable { path: PathBuf, cause: io::Error },
    #[error(
        "{} is being written by another process: {} is there.\nIf none is running, it was left \
         behind by one that was stopped; delete it then.",
        .path.display(), .lock.display()
    )]
    Locked { path: PathBuf, lock: PathBuf },
    #[error("{} was changed by another process meanwhile", .0.display())]
    Changed(PathBuf),
    #[error(
        "{name} is a document of the type `{type_name}`, and only documents of the type `Json` \
         can be edited without knowing their type: edit it with the app that it belongs to"
    )]
    NotJson { name: String, type_name: String },
    #[error(
        "{name} has bundles that wait for changes which are not here, so its type is not known \
         yet: import what is missing first (`crdt verify` lists it)"
    )]
    UnknownType { name: String },
    #[error("`-` is standard input, to which nothing can be written: name a file (`./-` is one)")]
    Unnamed,
    #[error("nothing to import was named")]
    NothingNamed,
    #[error("the change cannot be written: {0}")]
    Edit(#[from] EditError),
    #[error("the document cannot be opened to be written: {0}")]
    Unopened(#[from] LoadError),
    #[error("the document cannot be looked at: {0}")]
    Version(#[from] VersionError),
    #[error("the system has no randomness to give: {0}")]
    Random(#[from] crdt_core::RandomError),
}

/// What to do about a file that is not whole.
const ADVICE: &str = "`crdt verify` says what of it is whole, and `crdt import --salvage NEWFILE \
                      FILE` takes that into a new file.";

/// What is in a file that is no document.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub(crate) enum Content {
    #[error("empty: nothing was written to it")]
    Empty,
    #[error("a frontier and not a document: `crdt export --for` takes it")]
    Frontier(Frontier),
    #[error("a proof of equivocation and not a document")]
    Proof,
    #[error("JSON and not a document: `crdt import --from-json` makes one of it")]
    Json,
    #[error("the beginning of a saved document whose end is cut off: take it from a backup")]
    CutDocument,
    #[error("the beginning of a bundle whose end is cut off: export it again")]
    CutBundle,
    #[error("a store, which can only be read as a file: name the file, or save it as one first")]
    Store,
    #[error(
        "no document: it begins neither as a saved one nor as a bundle nor as a store; if it was a \
         store, `crdt recover` saves what is left"
    )]
    Unknown,
}

/// Documents that could be meant, to be listed below a message.
#[derive(Debug)]
pub(crate) struct Candidates(pub(super) Vec<Listing>);

/// How many are listed.
const LISTED: usize = 10;

impl fmt::Display for Candidates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(all) = self;
        for listing in all.iter().take(LISTED) {
            let title = listing.title.as_deref().unwrap_or("(no title)");
            write!(f, "\n  {}  {}", short(listing.id), in_line(title))?;
        }
        match all.len().saturating_sub(LISTED) {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more, which `crdt list` shows"),
        }
    }
}

/// What an error says, with the name of the store and what caused it.
fn named(name: &str, error: &StoreError) -> String {
    let mut said = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let more = error.to_string();
        if !said.contains(&more) {
            said = format!("{said}: {more}");
        }
        cause = error.source();
    }
    if said.contains(name) { said } else { format!("{name}: {said}") }
}

impl SourceError {
    /// For what a store says.
    pub(crate) fn store(path: &Path, cause: StoreError) -> Self {
        Self::Store { name: path.display().to_string(), cause: Box::new(cause) }
    }

    /// For what went wrong where a file was read.
    pub(super) fn reading(path: &Path, cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::NotFound => Self::Missing(path.to_owned()),
            _ => Self::Unreadable { path: path.to_owned(), cause },
        }
    }

    /// For what went wrong where a file was written.
    pub(crate) fn writing(path: &Path, cause: io::Error) -> Self {
        match cause.kind() {
            io::ErrorKind::AlreadyExists => Self::Exists(path.to_owned()),
            _ => Self::Unwritable { path: path.to_owned(), cause },
        }
    }

    /// Whether what was read is damaged, forged or no document, so that trying again is no use.
    pub(crate) fn is_damage(&self) -> bool {
        if let Self::Store { cause, .. } = self {
            return matches!(
                **cause,
                StoreError::Damaged { .. }
                    | StoreError::DamagedJournal(_)
                    | StoreError::Corrupt(_)
                    | StoreError::Apply(_)
                    | StoreError::NothingLeft(_)
                    | StoreError::Key(KeyError::NotAKey(_))
            );
        }
        matches!(
            self,
            Self::NotAStore(_)
                | Self::NoStoreAnyMore(_)
                | Self::Foreign { .. }
                | Self::Damaged { .. }
                | Self::NothingValid { .. }
                | Self::OtherDocument { .. }
                | Self::TornEnd { .. }
        )
    }
}

/// What is wrong with a saved document, in words for people at a command line.
pub(super) fn load_problem(error: &LoadError) -> String {
    match error {
        LoadError::Decode(error) => error.to_string(),
        LoadError::Apply(error) => apply_problem(error),
        error => error.to_string(),
    }
}

/// What is wrong with a bundle.
pub(super) fn apply_problem(error: &ApplyError) -> String {
    match error {
        ApplyError::Decode(error) => error.to_string(),
        ApplyError::Refused(refusal) => refusal.to_string(),
        error => error.to_string(),
    }
}
