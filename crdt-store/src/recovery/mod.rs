//! What is left of a damaged store, and saving it.
//!
//! SQLite gives up a table where a page of it is damaged, and a file where the first page is. So
//! the pages are read here, each by itself ([`pages`], [`record`]), and rows are told by their shape
//! ([`rows`]). They are believed nothing: what they hold proves itself, or is lost
//! ([`Salvage`](crdt_core::Salvage)).

mod journal;
mod pages;
mod record;
mod rows;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crdt_core::{DocumentId, Piece, Salvage, Salvaged};

use crate::backend::sqlite::{Durability, SqliteOptions, create_like, found};
use crate::backend::{self, Access, Blocking, Place, Rows as _, Sqlite, Write, now};
use crate::error::StoreError;
use crate::replica::Replica;
use crate::store::Store;
use pages::Pages;
use rows::{Content, Document, Rows, Table};

/// What was saved of a document of a damaged store.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Recovered {
    /// The document.
    pub id: DocumentId,
    /// The name of the type that it was created as, if anything still says so.
    pub type_name: Option<String>,
    /// What the app called it, if that can be read.
    pub title: Option<String>,
    /// How many changes were saved.
    pub changes: u64,
    /// How many the damaged file says that it had, if it still says so.
    pub listed: Option<u64>,
    /// How many bundles were saved that wait for changes which were not, or had waited before.
    pub waiting: usize,
    /// How many changes could be read and prove nothing any more, so that they were left behind.
    pub unproven: usize,
}

impl Recovered {
    /// How many changes are lost, as far as that is known.
    pub fn lost(&self) -> u64 {
        let lost = self.listed.map_or(0, |listed| listed.saturating_sub(self.changes));
        lost.max(self.unproven as u64)
    }
}

impl Store {
    /// Saves every change that still proves itself from a damaged file into a new one, and says of
    /// each document how many these are. Also where SQLite does not open the file any more: pages
    /// are read one by one, and those that are not damaged give what is in them.
    ///
    /// The damaged file is only read. Nobody may write it meanwhile. The key is not copied: whoever
    /// opens the new file writes as somebody else, as changes that are lost may be known elsewhere,
    /// and to go on below them with the same key would fork its chain. Takes memory in the size of
    /// the file.
    ///
    /// ```
    /// # use crdt_core::{CrdtNode, Text};
    /// # use crdt_store::Store;
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// # let (path, new) = (folder.path().join("notes.crdt"), folder.path().join("new.crdt"));
    /// # let store = Store::open(&path)?;
    /// # let mut text = store.create::<Text>()?;
    /// # text.change(|text| text.push_str("Hello"))?;
    /// # drop((text, store));
    /// # let mut bytes = std::fs::read(&path)?;
    /// # bytes[..2000].fill(0);
    /// # std::fs::write(&path, bytes)?;
    /// assert!(Store::open(&path).is_err());
    /// for document in Store::recover(&path, &new)? {
    ///     println!("{}: {} changes, {} lost", document.id, document.changes, document.lost());
    /// }
    /// let store = Store::open(&new)?;
    /// # assert_eq!(store.documents()?[0].changes, 1);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if there is no damaged file; [`StoreError::NothingLeft`] if nothing
    /// of a store is in it; [`StoreError::Io`] if it cannot be read, or the new one is there
    /// already; those of the new file.
    pub fn recover(
        from: impl AsRef<Path>,
        to: impl AsRef<Path>,
    ) -> Result<Vec<Recovered>, StoreError> {
        let (from, to) = (from.as_ref(), to.as_ref());
        // Its journal is beside what a link leads to.
        let survey = Survey::of(&found(from)?).map_err(|error| match error {
            StoreError::NotFound(_) => StoreError::NotFound(from.to_owned()),
            error => error,
        })?;
        if survey.remnants.is_empty() {
            return Err(StoreError::NothingLeft(from.to_owned()));
        }
        create_like(from, to).map_err(|source| StoreError::io(to, source))?;
        let saved = survey.save(to);
        if saved.is_err() {
            // What is there in part would stand in the way of the next try.
            for ending in ["", "-wal", "-shm"] {
                let mut path = to.as_os_str().to_owned();
                path.push(ending);
                let _ = std::fs::remove_file(path);
            }
        }
        saved
    }
}

/// Whether the journal of a file is damaged, so that SQLite does not see what was committed last, or
/// holds a part of what a power cut interrupted.
pub(crate) fn is_journal_damaged(path: &Path) -> Result<bool, StoreError> {
    always(|| Ok(pages::journal_of(path)?.is_damaged()))
}

/// Whether the journal of a file is damaged in what was synced. Who writes to the file overwrites what
/// follows there.
pub(crate) fn has_journal_lost(path: &Path) -> Result<bool, StoreError> {
    always(|| Ok(pages::journal_of(path)?.has_lost()))
}

/// Whether something is found whenever it is looked for: what another one writes just now may be read
/// in parts, but not always the same.
fn always(look: impl Fn() -> Result<bool, StoreError>) -> Result<bool, StoreError> {
    for pause in [0, 1, 20] {
        std::thread::sleep(Duration::from_millis(pause));
        if !look()? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What is left of a file.
pub(crate) struct Survey {
    pub(crate) remnants: Vec<Remnant>,
}

/// What is left of a document.
pub(crate) struct Remnant {
    pub(crate) id: DocumentId,
    listed: Option<Document>,
    contents: Vec<Content>,
}

impl Survey {
    /// Looks at a file.
    pub(crate) fn of(path: &Path) -> Result<Self, StoreError> {
        Ok(Self { remnants: remnants(Rows::of(&Pages::read(path)?)) })
    }

    fn save(self, to: &Path) -> Result<Vec<Recovered>, StoreError> {
        // Nothing counts before all of it is there.
        let durability = Durability::Grouped;
        let file = Sqlite::open(to, SqliteOptions { durability, ..SqliteOptions::default() })?;
        now(self.save_in(&Blocking::new(Arc::new(file))))
    }

    async fn save_in(self, place: &impl Place) -> Result<Vec<Recovered>, StoreError> {
        let mut recovered = Vec::new();
        for remnant in self.remnants {
            let mut transaction = place.begin(Access::Write).await?;
            recovered.extend(remnant.save(&mut transaction).await?);
            transaction.commit().await?;
        }
        place.flush().await?;
        place.shrink().await?;
        Ok(recovered)
    }
}

/// Has each document what is its own: by what it says itself, and where it does not, by the number
/// that it has with others that do.
fn remnants(rows: Rows) -> Vec<Remnant> {
    let Rows { documents, contents, .. } = rows;
    let mut ids: BTreeMap<i64, DocumentId> = BTreeMap::new();
    for content in contents.iter().filter(|content| content.is_whole) {
        if let Some(id) = content.says() {
            ids.entry(content.document).or_insert(id);
        }
    }
    for (number, document) in &documents {
        ids.entry(*number).or_insert(document.id);
    }
    let mut remnants: BTreeMap<DocumentId, Remnant> = BTreeMap::new();
    let mut order: Vec<DocumentId> = Vec::new();
    let mut of = |id: DocumentId| {
        order.push(id);
        id
    };
    for (number, id) in &ids {
        let listed = documents.get(number).cloned();
        let remnant = Remnant { id: of(*id), listed, contents: Vec::new() };
        remnants.entry(*id).or_insert(remnant);
    }
    for content in contents {
        // What is damaged may say anything.
        let says = content.says().filter(|_| content.is_whole);
        let by_number = || ids.get(&content.document).copied();
        let Some(id) = says.or_else(by_number).or_else(|| content.says()) else { continue };
        let new = || Remnant { id: of(id), listed: None, contents: Vec::new() };
        remnants.entry(id).or_insert_with(new).contents.push(content);
    }
    order.into_iter().filter_map(|id| remnants.remove(&id)).collect()
}

impl Content {
    /// As what it is put together, its numbers as the file has them.
    fn piece(&self) -> Piece<'_> {
        let bytes = &self.bytes;
        match self.table {
            Table::Head => Piece::Head(bytes),
            Table::Changes => {
                Piece::Changes { first: u32::try_from(self.number).unwrap_or(0), bytes }
            }
            Table::Outline => Piece::Outline(bytes),
            Table::Append | Table::Waiting => Piece::Bundles(bytes),
        }
    }

    /// Which document it says it is of.
    fn says(&self) -> Option<DocumentId> {
        self.piece().document()
    }
}

impl Remnant {
    /// What the app called it.
    pub(crate) fn title(&self) -> Option<&str> {
        self.listed.as_ref()?.title.as_deref()
    }

    /// Whether it was removed, and nothing of it is to come back.
    pub(crate) fn is_removed(&self) -> bool {
        self.listed.as_ref().is_some_and(|listed| listed.removed)
    }

    /// Everything of it that proves itself.
    pub(crate) fn salvage(&self) -> Salvaged {
        let mut salvage = Salvage::new(self.id);
        for content in &self.contents {
            if let Err(error) = salvage.take(content.piece()) {
                let Content { table, number, .. } = content;
                tracing::debug!(document = %self.id, ?table, number, %error, "a row is damaged");
            }
        }
        salvage.finish()
    }

    /// Saves it. `None` if it was removed; that is remembered.
    async fn save(&self, to: &mut impl backend::Rows) -> Result<Option<Recovered>, StoreError> {
        to.write(&self.id, &[Write::Create]).await?;
        if let Some(listed) = &self.listed {
            // Whose changes are lost does not go on here before they have come back.
            to.write(&self.id, &[Write::Tips(listed.tips.clone())]).await?;
        }
        if self.is_removed() {
            to.write(&self.id, &[Write::Remove]).await?;
            return Ok(None);
        }
        let Salvaged { history, unproven } = self.salvage();
        let (_, writes) = Replica::kept(&history, to).await?;
        to.write(&self.id, &writes).await?;
        let type_name = history.genesis().map(|genesis| genesis.type_name().to_owned());
        let listed = self.listed.as_ref();
        let type_name = type_name.or_else(|| listed?.type_name.clone());
        let changes = history.len() as u64;
        to.write(&self.id, &[Write::List { type_name: type_name.clone(), changes }]).await?;
        if let Some(title) = self.title() {
            to.write(&self.id, &[Write::Title(Some(title.to_owned()))]).await?;
        }
        Ok(Some(Recovered {
            id: self.id,
            type_name,
            title: self.title().map(str::to_owned),
            changes,
            listed: listed.map(|listed| listed.changes),
            waiting: history.pending().0,
            unproven,
        }))
    }
}
