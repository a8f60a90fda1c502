//! Writing files with a document.

use std::fs::OpenOptions;
use std::path::Path;

use crdt_core::{Change, ChangeHash, Document, History, Json};

use super::check::{Checked, Valid};
use super::error::SourceError;
use super::file::DocumentFile;
use super::lock::{Lock, check_named, create};
use super::place::Place;
use super::target::{Editing, Imported};
use crate::failure::Failure;
use crate::output::in_line;

/// A file that is about to be written, and that nobody else writes meanwhile.
#[derive(Debug)]
pub(crate) struct FileTarget {
    /// What there is, if there is something.
    file: Option<DocumentFile>,
    lock: Lock,
}

impl FileTarget {
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
    pub(super) fn import(self, places: &[Place], salvage: bool) -> Result<Imported, SourceError> {
        let history = self.file.as_ref().map(whole).transpose()?;
        let before = history.as_ref().map_or(0, History::len);
        let waited = history.as_ref().map_or((0, 0), History::pending);
        let mut checked = Checked::new(history);
        checked.take_all(places)?;
        let Valid { history, problems, left_out } = checked.valid(salvage)?;
        let has_changed = history.len() > before || history.pending() != waited;
        if has_changed || self.file.is_none() {
            self.lock.replace(&history.save())?;
        }
        Ok(Imported::of(&history, before, problems, left_out))
    }

    /// Makes what an edit does one change.
    pub(super) fn edit(
        self,
        how: &Editing<'_>,
        edit: impl Fn(&mut Json) -> Result<(), Failure>,
    ) -> Result<Vec<ChangeHash>, Failure> {
        let path = self.lock.path().to_owned();
        let file = self.file.ok_or_else(|| SourceError::Missing(path.clone()))?;
        let (saved, mut value) = json_of(&file)?;
        how.check_seen(&value, &path)?;
        edit(&mut value)?;
        let keypair = how.key.keypair(how.path)?;
        let mut document =
            Document::<Json>::load(&saved, keypair).map_err(SourceError::Unopened)?;
        let version = document.heads();
        let written = document.update_with(how.options, |json| *json = value);
        written.map_err(SourceError::Edit)?;
        let between = document.history().between(&version, &document.heads());
        let made = between.map_err(SourceError::Version)?.gained;
        let made: Vec<_> = made.iter().map(Change::hash).collect();
        if !made.is_empty() {
            self.lock.replace(&document.save())?;
        }
        Ok(made)
    }
}

/// Writes a document to a file that is not there yet. When it returns, the bytes are on disk.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), SourceError> {
    check_named(path)?;
    let written = create(path, &mut OpenOptions::new(), bytes);
    written.map_err(|cause| SourceError::writing(path, cause))
}

/// A `Json` document as it is saved, and its value.
pub(super) fn json_of(file: &DocumentFile) -> Result<(Vec<u8>, Json), SourceError> {
    let history = whole(file)?;
    check_is_json(&history, &file.name)?;
    let saved = history.save();
    let value = Document::<Json>::load_read_only(&saved)?.value();
    Ok((saved, value))
}

/// Refuses what is not a `Json` document.
pub(super) fn check_is_json(history: &History, name: &str) -> Result<(), SourceError> {
    let name = name.to_owned();
    match history.genesis().map(crdt_core::Genesis::type_name) {
        Some("Json") => Ok(()),
        Some(type_name) => Err(SourceError::NotJson { name, type_name: in_line(type_name) }),
        None => Err(SourceError::UnknownType { name }),
    }
}

/// The document of a file that is going to be replaced, so that nothing in it may be passed over.
fn whole(file: &DocumentFile) -> Result<History, SourceError> {
    match file.torn() {
        0 => file.history(),
        bytes => Err(SourceError::TornEnd { name: file.name.clone(), bytes }),
    }
}
