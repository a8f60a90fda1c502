//! Writing documents.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use crdt_core::{ChangeHash, ChangeOptions, Document, EditError, History, Json, Keypair};

use super::check::{Checked, Problem};
use super::error::SourceError;
use super::file::DocumentFile;
use super::lock::{Lock, sync_directory};
use super::place::Place;
use crate::progress::Progress;

/// A document that is about to be written, and that nobody else writes meanwhile.
#[derive(Debug)]
pub(crate) struct Target {
    /// What there is, if there is something.
    file: Option<DocumentFile>,
    lock: Lock,
}

/// What came of an import.
pub(crate) struct Imported {
    /// The document after it.
    pub(crate) history: History,
    /// How many changes there were before.
    pub(crate) before: usize,
    /// What was passed over.
    pub(crate) problems: Vec<Problem>,
    /// How many waiting bundles were passed over.
    pub(crate) left_out: usize,
}

impl Target {
    /// Keeps others from writing a file, which may be there or not.
    pub(super) fn claim(path: &Path) -> Result<Self, SourceError> {
        let lock = Lock::take(path)?;
        let file = match DocumentFile::read(path) {
            Ok(file) => Some(file),
            Err(SourceError::Missing(_)) => None,
            Err(error) => return Err(error),
        };
        Ok(Self { file, lock })
    }

    /// Merges what is valid in other places into the document, which is made if there is none.
    ///
    /// Nothing is written if anything is not valid, unless it is to be salvaged.
    pub(crate) fn import(self, places: &[Place], salvage: bool) -> Result<Imported, SourceError> {
        let history = self.file.as_ref().map(whole).transpose()?;
        let before = history.as_ref().map_or(0, History::len);
        let waited = history.as_ref().map_or(0, |history| history.pending().0);
        let mut checked = Checked::new(history);
        for Place::File(file) in places {
            let progress = Progress::bar("importing", file.bytes.len());
            checked.take(file, |done| progress.set(done));
            progress.finish();
        }
        let Checked { history, problems, left_out } = checked;
        let history = match (history, problems.first()) {
            (Some(history), None) => history,
            (Some(history), Some(_)) if salvage => history,
            (_, Some(problem)) => return Err(problem.clone().into_error(salvage)),
            (None, None) => return Err(SourceError::NothingNamed),
        };
        let has_changed = history.len() > before || history.pending().0 != waited;
        if has_changed || self.file.is_none() {
            self.lock.replace(&history.save())?;
        }
        Ok(Imported { history, before, problems, left_out })
    }

    /// Makes what is edited in the value of a `Json` document one change by a key, and gives the
    /// change, if something differs. Where the change is too large for one, there are several.
    ///
    /// `seen` is the version that the edit is of: the document must have no other by now.
    pub(crate) fn edit<E: From<SourceError>>(
        self,
        keypair: Keypair,
        (options, seen): (&ChangeOptions, Option<&[ChangeHash]>),
        edit: impl FnOnce(&mut Json) -> Result<(), E>,
    ) -> Result<Vec<ChangeHash>, E> {
        let Some(file) = &self.file else {
            return Err(SourceError::Missing(self.lock.path().to_owned()).into());
        };
        let mut document = opened(file, Some(keypair))?;
        let before = document.heads();
        if seen.is_some_and(|seen| *seen != before) {
            return Err(SourceError::Changed(self.lock.path().to_owned()).into());
        }
        let mut value = document.value();
        edit(&mut value)?;
        let write = |document: &mut Document<Json>| {
            document.update_with(options, |json| *json = value)?;
            let between = document.history().between(&before, &document.heads());
            let made = between.map_or(Vec::new(), |between| between.gained);
            Ok::<_, EditError>(made.iter().map(crdt_core::Change::hash).collect::<Vec<_>>())
        };
        let made = write(&mut document).map_err(SourceError::from)?;
        if !made.is_empty() {
            self.lock.replace(&document.save())?;
        }
        Ok(made)
    }
}

/// The value of a `Json` document, to be edited, and its version.
pub(crate) fn editable(place: &Place) -> Result<(Json, Vec<ChangeHash>), SourceError> {
    let Place::File(file) = place;
    let document = opened(file, None)?;
    Ok((document.value(), document.heads()))
}

/// Writes a document to a file that is not there yet. When it returns, the bytes are on disk.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), SourceError> {
    let created = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = created.map_err(|cause| SourceError::writing(path, cause))?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    let written = written.and_then(|()| sync_directory(path));
    written.map_err(|cause| SourceError::writing(path, cause))
}

/// Opens a `Json` document.
fn opened(file: &DocumentFile, keypair: Option<Keypair>) -> Result<Document<Json>, SourceError> {
    let history = whole(file)?;
    let name = file.name.clone();
    let Some(genesis) = history.genesis() else {
        return Err(SourceError::UnknownType { name });
    };
    if genesis.type_name() != "Json" {
        return Err(SourceError::NotJson { name, type_name: genesis.type_name().to_owned() });
    }
    let opened = match keypair {
        Some(keypair) => Document::load(&history.save(), keypair),
        None => Document::load_read_only(&history.save()),
    };
    opened.map_err(|error| SourceError::Damaged { name, problem: error.to_string() })
}

/// The document of a file that is going to be replaced, so that nothing in it may be passed over.
fn whole(file: &DocumentFile) -> Result<History, SourceError> {
    match file.torn() {
        0 => file.history(),
        bytes => Err(SourceError::TornEnd { name: file.name.clone(), bytes }),
    }
}
