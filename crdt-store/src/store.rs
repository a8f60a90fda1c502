use std::path::{Path, PathBuf};
use std::sync::Arc;

use crdt_core::{Author, CrdtNode, Document, DocumentId, History, Keypair, LoadOptions};

use crate::backend::{Access, Backend, Memory, ReadOnly, Sqlite, Write};
use crate::error::StoreError;
use crate::listing::Listing;
use crate::options::StoreOptions;
use crate::replica::Replica;
use crate::session::{self, Identity, KeyStatus};
use crate::stored::Stored;
use crate::stored_history::StoredHistory;

/// A place where documents are kept, each on its own: usually a file.
///
/// It is cheap to clone, and can be used from several threads; so can its file, from several
/// processes. All that write to a document through one file write as one author, one after the
/// other.
///
/// ```
/// use crdt_core::CrdtNode;
/// use crdt_store::Store;
///
/// #[derive(CrdtNode)]
/// struct Note {
///     title: String,
///     #[crdt(text)]
///     body: String,
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("notes.crdt");
/// let store = Store::open(&path)?;               // made if it is not there, and a key beside it
/// let mut note = store.create::<Note>()?;
/// note.change(|note| note.title.set("Plan"))?;   // on the disk when this returns
/// let id = note.id();
///
/// // Another day:
/// # drop((note, store));
/// let store = Store::open(&path)?;
/// let mut note = store.open_document::<Note>(id)?;
/// note.change(|note| note.body.push_str("Hello"))?;
/// assert_eq!(note.read().title, "Plan");
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    backend: Arc<dyn Backend>,
    /// The file, if it is one.
    file: Option<Arc<Sqlite>>,
    keypair: Option<Keypair>,
    identity: Identity,
    /// Whether documents are opened as if somebody else could have written them.
    is_verified: bool,
}

impl Drop for Shared {
    /// Ends the session.
    fn drop(&mut self) {
        let Some(file) = &self.file else { return };
        let (Some(keypair), Identity::New | Identity::Known | Identity::Replaced { .. }) =
            (&self.keypair, &self.identity)
        else {
            return;
        };
        if let Err(error) = session::end(file, keypair.author()) {
            tracing::warn!(%error, "the mark of the store and its key is not renewed");
        }
    }
}

impl Store {
    /// Opens a file, or makes it, and beside it the key of this device in `FILE.key`.
    ///
    /// The file is trusted as what this library has written: what is damaged is found, and who made
    /// all of it up is not. A file that came from somebody else is opened with
    /// [`StoreOptions::verified`].
    ///
    /// # Errors
    /// [`StoreError`] says why it is not a store, or cannot be one where it is.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_with(path, &StoreOptions::new())
    }

    /// Opens a file as the options say.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(path: impl AsRef<Path>, options: &StoreOptions) -> Result<Self, StoreError> {
        let file = Arc::new(Sqlite::open(path.as_ref(), options.sqlite())?);
        let backend: Arc<dyn Backend> = file.clone();
        let (keypair, identity) = match options.given_key() {
            _ if options.has_no_key() => (None, Identity::None),
            Some(keypair) => (Some(keypair.clone()), Identity::Given),
            None => {
                let (keypair, identity) = session::begin(&file)?;
                (Some(keypair), identity)
            }
        };
        let (file, is_verified) = (Some(file), options.is_verified());
        Ok(Self { shared: Arc::new(Shared { backend, file, keypair, identity, is_verified }) })
    }

    /// Documents in memory, which are gone with the last handle to them.
    pub fn in_memory(keypair: Keypair) -> Self {
        Self::over(Arc::new(Memory::new()), Some(keypair))
    }

    /// Documents in a place of yours, written with a key, or only read without one.
    pub fn over(backend: Arc<dyn Backend>, keypair: Option<Keypair>) -> Self {
        let (backend, identity) = match keypair {
            Some(_) => (backend, Identity::Given),
            None => (Arc::new(ReadOnly(backend)) as Arc<dyn Backend>, Identity::None),
        };
        let (file, is_verified) = (None, false);
        Self { shared: Arc::new(Shared { backend, file, keypair, identity, is_verified }) }
    }

    /// Who writes here; `None` if it is open for reading, or without a key.
    pub fn author(&self) -> Option<Author> {
        self.shared.keypair.as_ref().map(Keypair::author)
    }

    /// Where the key that writes here comes from, and whether it is another one than before.
    pub fn identity(&self) -> &Identity {
        &self.shared.identity
    }

    /// The key beside the file, which is only looked at; `None` if there is none, or no file.
    ///
    /// # Errors
    /// [`StoreError::Key`] if it cannot be read, and those of the place.
    pub fn key(&self) -> Result<Option<KeyStatus>, StoreError> {
        self.path().map_or(Ok(None), |path| session::status(self.backend(), &path))
    }

    pub(crate) fn backend(&self) -> &dyn Backend {
        &*self.shared.backend
    }

    /// The key that writes here, to prove to others that one has it; `None` if it is open for
    /// reading. It is not for writing elsewhere: documents in two places must not have one writer.
    pub fn keypair(&self) -> Option<&Keypair> {
        self.shared.keypair.as_ref()
    }

    fn writer(&self) -> Result<&Keypair, StoreError> {
        self.keypair().ok_or(StoreError::ReadOnly)
    }

    /// Makes a document.
    ///
    /// # Errors
    /// Those of the place, and of a system without randomness.
    pub fn create<T: CrdtNode>(&self) -> Result<Stored<T>, StoreError> {
        let document = Document::<T>::create(self.writer()?.clone());
        self.add(document.map_err(|error| StoreError::Random(error.to_string()))?)
    }

    /// Makes a document in which something is from the beginning: it becomes durable with what is
    /// written to it here, or is not made.
    ///
    /// # Errors
    /// The closure's own, those of the place, and of a system without randomness.
    pub fn create_with<T: CrdtNode, E: From<StoreError>>(
        &self,
        write: impl FnOnce(&mut Document<T>) -> Result<(), E>,
    ) -> Result<Stored<T>, E> {
        let document = Document::<T>::create(self.writer()?.clone());
        let mut document = document.map_err(|error| StoreError::Random(error.to_string()))?;
        write(&mut document)?;
        Ok(self.add(document)?)
    }

    /// Keeps a document that is in memory, with everything in it. Here it goes on with the key of
    /// the store, as all documents do, or is only read if there is none.
    ///
    /// Costs what [`Document::fork`] does if that is another key.
    ///
    /// # Errors
    /// [`StoreError::Exists`] if it is here; [`StoreError::Fork`] if its history does not prove
    /// itself; those of the place.
    pub fn add<T: CrdtNode>(&self, document: Document<T>) -> Result<Stored<T>, StoreError> {
        let mut transaction = self.backend().begin(Access::Write)?;
        let id = document.id();
        let entry = transaction.document(&id)?.filter(|entry| !entry.removed);
        if entry.is_some() {
            return Err(StoreError::Exists(id));
        }
        let document = match &self.shared.keypair {
            keypair if document.author() == keypair.as_ref().map(Keypair::author) => document,
            Some(keypair) => document.fork(keypair.clone())?,
            None => Document::load_with(&LoadOptions::new().any_type(), &document.save(), None)?,
        };
        transaction.write(&id, &[Write::Create])?;
        let (replica, mut writes) = Replica::kept(&document, &*transaction)?;
        writes.extend(replica.tip_of(document.history(), document.author()));
        let note = document.undo_note().filter(|_| document.can_undo() || document.can_redo());
        writes.extend(note.map(|note| replica.renote(note)));
        transaction.write(&id, &writes)?;
        transaction.commit()?;
        Ok(Stored::new(self.clone(), replica, document))
    }

    /// Opens a document that is here.
    ///
    /// # Errors
    /// [`StoreError::UnknownDocument`] if it is not; [`StoreError::Load`] if it is of another type;
    /// [`StoreError::Damaged`] if it is not as it was written; those of the place.
    pub fn open_document<T: CrdtNode>(&self, id: DocumentId) -> Result<Stored<T>, StoreError> {
        self.open_document_with(&LoadOptions::new(), id)
    }

    /// Opens a document that is here as the options say: [verified](LoadOptions::verified), for
    /// example, if the file came from somebody else.
    ///
    /// # Errors
    /// As [`open_document`](Self::open_document).
    pub fn open_document_with<T: CrdtNode>(
        &self,
        options: &LoadOptions,
        id: DocumentId,
    ) -> Result<Stored<T>, StoreError> {
        let keypair = self.shared.keypair.clone();
        let options = &self.load_options(options);
        let transaction = self.backend().begin(Access::Read)?;
        let opened = Replica::open(id, &*transaction, |base| match base {
            Some(base) => Document::load_with(options, base, keypair),
            None => Document::load_with(options, &History::new(id).save(), keypair),
        });
        let (mut replica, mut document) = opened.map_err(|error| error.of(id))?;
        if document.author().is_some() && !options.is_verified() {
            document.restore_undo(replica.notes(&*transaction).iter().map(Vec::as_slice));
        }
        drop(transaction);
        Ok(Stored::new(self.clone(), replica, document))
    }

    /// Opens a document of which nothing may be here but its id, to get the rest from others. It is
    /// here from then on, also if it had been [removed](Self::remove).
    ///
    /// # Errors
    /// As [`open_document`](Self::open_document).
    pub fn join<T: CrdtNode>(&self, id: DocumentId) -> Result<Stored<T>, StoreError> {
        self.writer()?;
        self.make(id)?;
        self.open_document(id)
    }

    /// Opens a document without knowing its type, to keep it for others.
    ///
    /// # Errors
    /// As [`open_document`](Self::open_document).
    pub fn open_history(&self, id: DocumentId) -> Result<StoredHistory, StoreError> {
        let options = &self.load_options(&LoadOptions::new());
        let transaction = self.backend().begin(Access::Read)?;
        let opened = Replica::open(id, &*transaction, |base| match base {
            Some(base) => History::load_with(options, base),
            None => Ok(History::new(id)),
        });
        let (replica, history) = opened.map_err(|error| error.of(id))?;
        drop(transaction);
        Ok(StoredHistory::new(self.clone(), replica, history))
    }

    /// Opens a document without knowing its type, of which nothing may be here but its id.
    ///
    /// # Errors
    /// As [`open_document`](Self::open_document).
    pub fn join_history(&self, id: DocumentId) -> Result<StoredHistory, StoreError> {
        self.make(id)?;
        self.open_history(id)
    }

    fn load_options(&self, options: &LoadOptions) -> LoadOptions {
        let options = options.clone();
        if self.shared.is_verified { options.verified() } else { options }
    }

    /// Has a document be here, with nothing in it if it was not.
    fn make(&self, id: DocumentId) -> Result<(), StoreError> {
        let mut transaction = self.backend().begin(Access::Write)?;
        if transaction.document(&id)?.is_none_or(|entry| entry.removed) {
            transaction.write(&id, &[Write::Create])?;
            transaction.commit()?;
        }
        Ok(())
    }

    /// All documents, in the order in which they came here. None of them is opened.
    ///
    /// # Errors
    /// Those of the place.
    pub fn documents(&self) -> Result<Vec<Listing>, StoreError> {
        self.backend().begin(Access::Read)?.documents()
    }

    /// Calls a document something, for [`documents`](Self::documents) to show. It is not part of
    /// the document, and stays here.
    ///
    /// # Errors
    /// [`StoreError::UnknownDocument`] if it is not here; those of the place.
    pub fn set_title(&self, id: DocumentId, title: Option<&str>) -> Result<(), StoreError> {
        self.write(id, Write::Title(title.map(str::to_owned)))
    }

    /// Removes a document. That it was here is remembered, so that it does not come back unasked;
    /// [`join`](Self::join) takes it in again. Handles to it can be read, and no longer written, also
    /// when it was joined again. What was last written here is remembered too: whoever joins it goes
    /// on writing when that has come back ([`StoreError::OwnMissing`]).
    ///
    /// # Errors
    /// [`StoreError::UnknownDocument`] if it is not here; those of the place.
    pub fn remove(&self, id: DocumentId) -> Result<(), StoreError> {
        self.write(id, Write::Remove)
    }

    /// Whether a document was here and has been [removed](Self::remove).
    ///
    /// # Errors
    /// Those of the place.
    pub fn was_removed(&self, id: DocumentId) -> Result<bool, StoreError> {
        let entry = self.backend().begin(Access::Read)?.document(&id)?;
        Ok(entry.is_some_and(|entry| entry.removed))
    }

    fn write(&self, id: DocumentId, write: Write) -> Result<(), StoreError> {
        let mut transaction = self.backend().begin(Access::Write)?;
        match transaction.document(&id).map_err(|error| error.of(id))? {
            None => return Err(StoreError::UnknownDocument(id)),
            Some(entry) if entry.removed => return Err(StoreError::Removed(id)),
            Some(_) => transaction.write(&id, &[write])?,
        }
        transaction.commit()
    }

    /// Has everything that was written survive a power cut, where that is
    /// [not so anyway](crate::Durability).
    ///
    /// # Errors
    /// Those of the place.
    pub fn flush(&self) -> Result<(), StoreError> {
        self.backend().flush()
    }

    /// Gives room that is not used any more back to the file system.
    ///
    /// # Errors
    /// Those of the place.
    pub fn shrink(&self) -> Result<(), StoreError> {
        self.backend().shrink()
    }

    /// Copies everything into a new file, while others go on writing; not the key, so whoever opens
    /// the copy writes as somebody else. So they do where it is put in place of this one, beside its
    /// key.
    ///
    /// # Errors
    /// [`StoreError::NotAFile`] if it is not kept in one; those of the place, and of the new file,
    /// which must not be there.
    pub fn backup(&self, to: impl AsRef<Path>) -> Result<(), StoreError> {
        let file = self.shared.file.as_ref().ok_or(StoreError::NotAFile)?;
        file.backup(to.as_ref())
    }

    /// The file, if it is kept in one.
    pub fn path(&self) -> Option<PathBuf> {
        self.shared.file.as_ref().map(|file| file.path().to_owned())
    }
}

impl core::fmt::Debug for Store {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Store")
            .field("path", &self.path())
            .field("author", &self.author())
            .finish_non_exhaustive()
    }
}
