//! Checking everything that a store has, as if it had been received.

use crdt_core::{DocumentId, History, Piece, Salvage, Salvaged};

use crate::backend::{Access, Entry, Kind, Part, Ready, now};
use crate::error::StoreError;
use crate::listing::Listing;
use crate::recovery::{Remnant, Survey};
use crate::replica::{Replica, check, described, not_as_written};
use crate::store::Store;

/// What [`Store::check`] found.
#[derive(Debug)]
#[non_exhaustive]
pub struct Checkup {
    /// What is wrong with the file as such, in words for people: as SQLite finds it, and of its
    /// journal.
    pub file: Vec<String>,
    /// Each document, in the order in which they came here; then those that the file does not list
    /// any more, and of which something is left.
    pub documents: Vec<DocumentCheck>,
}

/// What [`Store::check`] found of a document.
#[derive(Debug)]
#[non_exhaustive]
pub struct DocumentCheck {
    /// The document.
    pub id: DocumentId,
    /// What the app calls it.
    pub title: Option<String>,
    /// What of it is damaged, in words for people; nothing if all is well.
    pub damage: Vec<String>,
    /// Everything that proves itself, checked as what comes from elsewhere is. It is what
    /// [`recover`](Store::recover) would save; its equivocations are not damage.
    pub left: History,
    /// How many changes can be read and prove nothing.
    pub unproven: usize,
}

impl Checkup {
    /// Whether nothing is damaged.
    pub fn is_sound(&self) -> bool {
        let mut documents = self.documents.iter();
        self.file.is_empty() && documents.all(|document| document.damage.is_empty())
    }
}

impl Store {
    /// Checks the file, the checks of all rows, and of every document the hashes, the signatures
    /// and that these cover every change, believing nothing. Costs what receiving all documents
    /// costs, and memory for all of them.
    ///
    /// # Errors
    /// Those of the place, but for damage, which is what is looked for.
    pub fn check(&self) -> Result<Checkup, StoreError> {
        let mut checkup = Checkup { file: self.backend().integrity()?, documents: Vec::new() };
        match self.documents() {
            Ok(listings) => {
                for listing in listings {
                    let transaction = now(self.begin(Access::Read))?;
                    // As it is listed now: others may have written to it, or removed it.
                    let listing = match transaction.document(&listing.id) {
                        Ok(Some(entry)) if entry.removed => continue,
                        Ok(Some(entry)) => Listing { id: listing.id, ..entry.listing },
                        Ok(None) | Err(_) => listing,
                    };
                    checkup.documents.push(checked(&transaction, &listing)?);
                }
            }
            Err(error) => checkup.file.push(damage_of(error)?),
        }
        self.look_closer(&mut checkup, |_| true)?;
        Ok(checkup)
    }

    /// [Checks](Self::check) one document.
    ///
    /// # Errors
    /// [`StoreError::UnknownDocument`] if it is not here; those of the place, but for damage.
    pub fn check_document(&self, id: DocumentId) -> Result<DocumentCheck, StoreError> {
        let transaction = now(self.begin(Access::Read))?;
        let entry = transaction.document(&id)?.filter(|entry| !entry.removed);
        let Some(Entry { listing, .. }) = entry else {
            return Err(StoreError::UnknownDocument(id));
        };
        let document = checked(&transaction, &Listing { id, ..listing })?;
        let mut checkup = Checkup { file: Vec::new(), documents: vec![document] };
        self.look_closer(&mut checkup, |remnant| remnant.id == id)?;
        checkup.documents.pop().ok_or(StoreError::UnknownDocument(id))
    }

    /// Adds what pages have, read one by one, where something is damaged.
    fn look_closer(
        &self,
        checkup: &mut Checkup,
        is_asked: impl Fn(&Remnant) -> bool,
    ) -> Result<(), StoreError> {
        let Some(path) = self.path().filter(|_| !checkup.is_sound()) else { return Ok(()) };
        let remnants = Survey::of(&path)?.remnants;
        remnants.iter().filter(|remnant| is_asked(remnant)).for_each(|it| checkup.add(it));
        Ok(())
    }
}

impl Checkup {
    /// Adds what pages have of a document, read one by one.
    fn add(&mut self, remnant: &Remnant) {
        if remnant.is_removed() {
            return;
        }
        let known = self.documents.iter_mut().find(|document| document.id == remnant.id);
        if known.as_ref().is_some_and(|document| document.damage.is_empty()) && self.file.is_empty()
        {
            return;
        }
        let Salvaged { history: left, unproven } = remnant.salvage();
        match known {
            Some(document) if left.len() <= document.left.len() => {}
            Some(document) => {
                let more = left.len() - document.left.len();
                document.damage.push(format!("{more} of its changes are not seen"));
                (document.left, document.unproven) = (left, unproven);
            }
            None => self.documents.push(DocumentCheck {
                id: remnant.id,
                title: remnant.title().map(str::to_owned),
                damage: vec!["the file does not list it any more".to_owned()],
                left,
                unproven,
            }),
        }
    }
}

/// What is found of one document.
fn checked(transaction: &Ready<'_>, listing: &Listing) -> Result<DocumentCheck, StoreError> {
    let Listing { id, title, changes, .. } = listing;
    let (mut damage, salvaged) = salvaged(transaction, *id)?;
    let Salvaged { history: mut left, unproven } = salvaged;
    let opened = Replica::open(*id, transaction, |base| match base {
        Some(base) => History::load_verified(base),
        None => Ok(History::new(*id)),
    });
    match now(opened) {
        Ok((_, opened)) => {
            if opened.len() as u64 != *changes {
                let found = opened.len();
                damage.push(format!("it is listed with {changes} changes, and has {found}"));
            }
            if opened.len() == left.len() {
                left = opened;
            } else {
                damage.push(format!("{unproven} of its changes are not proven"));
            }
        }
        Err(error) => {
            let found = damage_of(error.of(*id))?;
            if !damage.contains(&found) {
                damage.push(found);
            }
        }
    }
    Ok(DocumentCheck { id: *id, title: title.clone(), damage, left, unproven })
}

/// Everything of a document that proves itself, and which of its rows are damaged.
fn salvaged(
    transaction: &Ready<'_>,
    id: DocumentId,
) -> Result<(Vec<String>, Salvaged), StoreError> {
    let (mut damage, mut salvage) = (Vec::new(), Salvage::new(id));
    for append in readable(transaction.appends(&id, 0), id, &mut damage)? {
        if check(&append.bytes) != append.check {
            let what = format!("what was appended as number {}", append.number);
            damage.push(not_as_written(&what));
        }
        let _ = salvage.take(Piece::Bundles(&append.bytes));
    }
    let mut parts = readable(transaction.parts(&id), id, &mut damage)?;
    parts.sort_unstable_by_key(|part| part.name);
    for part in &parts {
        if check(&part.bytes) != part.check {
            damage.push(not_as_written(&described(part.name)));
        }
        if let Some(piece) = piece(part) {
            let _ = salvage.take(piece);
        }
    }
    for (checked, bytes) in readable(transaction.waiting(&id), id, &mut damage)? {
        if salvage.take(Piece::Bundles(&bytes)).is_err() || check(&bytes) != checked {
            damage.push(not_as_written("a bundle that waits"));
        }
    }
    for note in readable(transaction.notes(&id), id, &mut damage)? {
        if check(&note.bytes) != note.check {
            damage.push(not_as_written("a note of what can be undone"));
        }
    }
    Ok((damage, salvage.finish()))
}

fn piece(part: &Part) -> Option<Piece<'_>> {
    let bytes = &part.bytes;
    match part.name.kind {
        Kind::Head => Some(Piece::Head(bytes)),
        Kind::Changes => {
            Some(Piece::Changes { first: u32::try_from(part.name.first).unwrap_or(0), bytes })
        }
        Kind::Outline => Some(Piece::Outline(bytes)),
        // They come from the others.
        Kind::State | Kind::Check => None,
    }
}

/// Rows, or none and what is wrong.
fn readable<R>(
    rows: Result<Vec<R>, StoreError>,
    id: DocumentId,
    damage: &mut Vec<String>,
) -> Result<Vec<R>, StoreError> {
    match rows {
        Ok(rows) => Ok(rows),
        Err(error) => {
            let found = damage_of(error.of(id))?;
            if !damage.contains(&found) {
                damage.push(found);
            }
            Ok(Vec::new())
        }
    }
}

/// What an error says is damaged, if it is about damage.
fn damage_of(error: StoreError) -> Result<String, StoreError> {
    match error {
        StoreError::Damaged { part, .. } => Ok(part),
        StoreError::UnknownDocument(_) | StoreError::Removed(_) => {
            Ok("it is listed, and not found by its id".to_owned())
        }
        // A value that no row can have.
        StoreError::Corrupt(error) | StoreError::Sqlite(error) => Ok(error.to_string()),
        StoreError::Apply(error) => Ok(error.to_string()),
        StoreError::Load(error) => Ok(error.to_string()),
        error => Err(error),
    }
}
