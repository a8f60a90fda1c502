//! Writing documents.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use crdt_core::{Change, ChangeHash, ChangeOptions, Document, History, Json, Keypair};

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
        let waited = history.as_ref().map_or((0, 0), History::pending);
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
        let has_changed = history.len() > before || history.pending() != waited;
        if has_changed || self.file.is_none() {
            self.lock.replace(&history.save())?;
        }
        Ok(Imported { history, before, problems, left_out })
    }

    /// The value of a `Json` document, to be edited while nobody else writes it.
    pub(crate) fn editable(self) -> Result<Editable, SourceError> {
        match &self.file {
            Some(file) => {
                let (saved, value, version) = json_of(file)?;
                Ok(Editable { value, version, saved, lock: self.lock })
            }
            None => Err(SourceError::Missing(self.lock.path().to_owned())),
        }
    }
}

/// A `Json` document that is being edited.
pub(crate) struct Editable {
    /// What it says.
    pub(crate) value: Json,
    version: Vec<ChangeHash>,
    saved: Vec<u8>,
    lock: Lock,
}

impl Editable {
    /// Refuses to go on with another version than the one that an edit began with.
    pub(crate) fn is_still(&self, version: &[ChangeHash]) -> Result<(), SourceError> {
        if self.version == version {
            return Ok(());
        }
        Err(SourceError::Changed(self.lock.path().to_owned()))
    }

    /// Makes the difference to another value one change by a key, or none if nothing differs. Where
    /// it is too large for one, there are several.
    pub(crate) fn write(
        self,
        keypair: Keypair,
        options: &ChangeOptions,
        value: Json,
    ) -> Result<Vec<ChangeHash>, SourceError> {
        let mut document = Document::<Json>::load(&self.saved, keypair)?;
        document.update_with(options, |json| *json = value)?;
        let between = document.history().between(&self.version, &document.heads())?;
        let made: Vec<_> = between.gained.iter().map(Change::hash).collect();
        if !made.is_empty() {
            self.lock.replace(&document.save())?;
        }
        Ok(made)
    }
}

/// The value of a `Json` document, to be edited later, and its version.
pub(crate) fn value_of(place: &Place) -> Result<(Json, Vec<ChangeHash>), SourceError> {
    let Place::File(file) = place;
    let (_, value, version) = json_of(file)?;
    Ok((value, version))
}

/// Writes a document to a file that is not there yet. When it returns, the bytes are on disk.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), SourceError> {
    let created = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = created.map_err(|cause| SourceError::writing(path, cause))?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    let written = written.and_then(|()| sync_directory(path));
    written.map_err(|cause| SourceError::writing(path, cause))
}

/// A `Json` document as it is saved, its value and its version.
fn json_of(file: &DocumentFile) -> Result<(Vec<u8>, Json, Vec<ChangeHash>), SourceError> {
    let history = whole(file)?;
    let name = file.name.clone();
    let Some(genesis) = history.genesis() else {
        return Err(SourceError::UnknownType { name });
    };
    if genesis.type_name() != "Json" {
        return Err(SourceError::NotJson { name, type_name: genesis.type_name().to_owned() });
    }
    let saved = history.save();
    let document = Document::<Json>::load_read_only(&saved)?;
    Ok((saved, document.value(), document.heads()))
}

/// The document of a file that is going to be replaced, so that nothing in it may be passed over.
fn whole(file: &DocumentFile) -> Result<History, SourceError> {
    match file.torn() {
        0 => file.history(),
        bytes => Err(SourceError::TornEnd { name: file.name.clone(), bytes }),
    }
}
