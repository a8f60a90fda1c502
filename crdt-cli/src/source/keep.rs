//! Writing to a store.

use std::path::{Path, PathBuf};

use crdt_core::{Change, ChangeHash, Document, EditError, Json};
use crdt_store::{Identity, StoreError, StoreOptions};

use super::check::{Checked, Valid};
use super::error::SourceError;
use super::place::Place;
use super::store::{StoreFile, StoredDocument};
use super::target::{Editing, Imported, Made};
use super::write::check_is_json;
use crate::failure::Failure;
use crate::keys::KeyOption;
use crate::output;

/// A store of which a document is about to be written.
#[derive(Debug)]
pub(crate) struct StoreTarget {
    pub(super) path: PathBuf,
    /// Which document, as the command line says it.
    pub(super) wanted: Option<String>,
}

impl StoreTarget {
    /// Merges what is valid in other places into a document, which is made if there is none.
    pub(super) fn import(
        self,
        places: &[Place],
        salvage: bool,
        again: bool,
    ) -> Result<Imported, SourceError> {
        let mut checked = Checked::new(None);
        checked.take_all(places)?;
        let Valid { history: theirs, problems, left_out } = checked.valid(salvage)?;
        let file = StoreFile::open(&self.path, &StoreOptions::new().without_key())?;
        let id = theirs.document();
        if let Some(wanted) = &self.wanted {
            let expected = file.choose(Some(wanted))?.id;
            if expected != id {
                let name = places.first().map_or_else(String::new, |place| place.name().to_owned());
                return Err(SourceError::OtherDocument { name, found: id, expected });
            }
        }
        let removed = file.store.was_removed(id).map_err(|error| file.failed(error))?;
        if removed && !again {
            return Err(SourceError::Removed { name: file.name(), document: id });
        }
        let mut ours = file.store.join_history(id).map_err(|error| file.failed(error))?;
        let before = ours.len();
        let waiting = theirs.waiting().collect::<Vec<_>>().concat();
        let applied = ours.apply(&[theirs.export(&[]), waiting].concat());
        applied.map_err(|error| file.failed(error))?;
        Ok(Imported::of(&ours, before, problems, left_out))
    }

    /// Makes what an edit does one change. It is tried first, so that nothing is touched if it
    /// cannot be made or does nothing, and made of what the document says by then.
    pub(super) fn edit(
        self,
        how: &Editing<'_>,
        edit: impl Fn(&mut Json) -> Result<(), Failure>,
    ) -> Result<Vec<ChangeHash>, Failure> {
        let looked_at = StoreFile::look(&self.path)?.document(self.wanted.as_deref())?;
        let id = looked_at.listing.id;
        let value = looked_at.json()?;
        how.check_seen(&value, &self.path)?;
        let mut edited = value.clone();
        edit(&mut edited)?;
        if edited == value {
            return Ok(Vec::new());
        }
        drop(looked_at);
        let file = open_to_sign(&self.path, how.key, true)?;
        let failed = |error| Failure::from(file.failed(error));
        let mut document = file.store.open_document::<Json>(id).map_err(failed)?;
        document.refresh().map_err(failed)?;
        let version = document.heads();
        let written = document.try_update_with(how.options, |json| {
            how.check_seen(json, &self.path)?;
            Ok::<(), Unmade>(edit(json)?)
        });
        written.map_err(|error: Unmade| match error {
            Unmade::Store(error) => failed(error),
            Unmade::Failed(failure) => failure,
        })?;
        let between = document.history().between(&version, &document.heads());
        let gained = between.map_err(SourceError::Version)?.gained;
        let mine = gained.iter().filter(|change| Some(change.author()) == document.author());
        Ok(mine.map(Change::hash).collect())
    }
}

/// Why an edit was not made.
enum Unmade {
    Store(StoreError),
    Failed(Failure),
}

impl From<StoreError> for Unmade {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<EditError> for Unmade {
    fn from(error: EditError) -> Self {
        Self::Store(error.into())
    }
}

impl From<SourceError> for Unmade {
    fn from(error: SourceError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Failure> for Unmade {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Keeps a new document in a store, which is made if it is not there.
pub(super) fn make(
    path: &Path,
    key: &KeyOption,
    title: Option<&str>,
    write: impl FnOnce(&mut Document<Json>) -> Result<(), SourceError>,
) -> Result<Made, Failure> {
    let file = open_to_sign(path, key, false)?;
    let failed = |error| Failure::from(file.failed(error));
    let made = file.store.create_with(|document| write(document).map_err(Unmade::from));
    let made = made.map_err(|error| match error {
        Unmade::Store(error) => failed(error),
        Unmade::Failed(failure) => failure,
    })?;
    if title.is_some() {
        file.store.set_title(made.id(), title).map_err(failed)?;
    }
    Ok(Made { document: made.id(), author: made.author(), changes: made.history().len() })
}

/// Opens a store with its own key, or with one that was named, and says so if it is a new one.
fn open_to_sign(path: &Path, key: &KeyOption, is_there: bool) -> Result<StoreFile, Failure> {
    let mut options = StoreOptions::new();
    if is_there {
        options = options.existing();
    }
    if let Some(keypair) = key.given()? {
        options = options.keypair(keypair);
    }
    let file = StoreFile::open(path, &options)?;
    // Beside what a link leads to.
    let found = file.store.path().unwrap_or_else(|| path.to_owned());
    let beside = super::beside(super::from_here(&found), ".key");
    match file.store.identity() {
        Identity::New => output::note(format_args!(
            "made the key {}: keep it, and do not copy it to another device",
            beside.display()
        )),
        Identity::Replaced { retired } => output::warn(format_args!(
            "{} is not the file that its key last wrote in, but a copy or a backup: it goes on \
             under a new key. The old one is {} now",
            path.display(),
            super::from_here(retired).display()
        )),
        _ => {}
    }
    Ok(file)
}

impl StoredDocument {
    /// The value of a `Json` document.
    pub(super) fn json(&self) -> Result<Json, SourceError> {
        let Self { file, listing, name } = self;
        let history = file.store.open_history(listing.id).map_err(|error| file.failed(error))?;
        check_is_json(&history, name)?;
        let document = file.store.open_document::<Json>(listing.id);
        Ok(document.map_err(|error| file.failed(error))?.value())
    }
}
