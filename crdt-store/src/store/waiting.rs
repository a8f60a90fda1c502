//! What is done in a store, whether the place has to be waited for or not.

use crdt_core::{CrdtNode, Document, DocumentId, History, Keypair, LoadOptions};

use super::Store;
use crate::backend::{Access, Place, Rows as _, Write};
use crate::error::StoreError;
use crate::listing::Listing;
use crate::replica::Replica;
use crate::size::Size;
use crate::stored::Stored;
use crate::stored_history::StoredHistory;
use crate::waiting::Waiting;

impl<P: Place> Waiting<&Store<P>> {
    /// As [`Store::create`].
    ///
    /// # Errors
    /// As [`Store::create`].
    #[cfg(feature = "os-random")]
    pub async fn create<T: CrdtNode>(self) -> Result<Stored<T, P>, StoreError> {
        let document = Document::<T>::create(self.0.writer()?.clone());
        self.add(document.map_err(|error| StoreError::Random(error.to_string()))?).await
    }

    /// As [`Store::create_with`].
    ///
    /// # Errors
    /// As [`Store::create_with`].
    #[cfg(feature = "os-random")]
    pub async fn create_with<T: CrdtNode, E: From<StoreError>>(
        self,
        write: impl FnOnce(&mut Document<T>) -> Result<(), E>,
    ) -> Result<Stored<T, P>, E> {
        let document = Document::<T>::create(self.0.writer()?.clone());
        let mut document = document.map_err(|error| StoreError::Random(error.to_string()))?;
        write(&mut document)?;
        Ok(self.add(document).await?)
    }

    /// As [`Store::add`].
    ///
    /// # Errors
    /// As [`Store::add`].
    pub async fn add<T: CrdtNode>(self, document: Document<T>) -> Result<Stored<T, P>, StoreError> {
        let store = self.0;
        let mut transaction = store.begin(Access::Write).await?;
        let id = document.id();
        let entry = transaction.document(&id).await?.filter(|entry| !entry.removed);
        if entry.is_some() {
            return Err(StoreError::Exists(id));
        }
        let document = match &store.shared.keypair {
            keypair if document.author() == keypair.as_ref().map(Keypair::author) => document,
            Some(keypair) => document.fork(keypair.clone())?,
            None => Document::load_with(&LoadOptions::new().any_type(), &document.save(), None)?,
        };
        transaction.write(&id, &[Write::Create]).await?;
        let (replica, mut writes) = Replica::kept(&document, &transaction).await?;
        writes.extend(replica.tip_of(document.history(), document.author()));
        let note = document.undo_note().filter(|_| document.can_undo() || document.can_redo());
        writes.extend(note.map(|note| replica.renote(note)));
        transaction.write(&id, &writes).await?;
        transaction.commit().await?;
        Ok(Stored::new(store.clone(), replica, document))
    }

    /// As [`Store::open_document`].
    ///
    /// # Errors
    /// As [`Store::open_document`].
    pub async fn open_document<T: CrdtNode>(
        self,
        id: DocumentId,
    ) -> Result<Stored<T, P>, StoreError> {
        self.open_document_with(&LoadOptions::new(), id).await
    }

    /// As [`Store::open_document_with`].
    ///
    /// # Errors
    /// As [`Store::open_document`].
    pub async fn open_document_with<T: CrdtNode>(
        self,
        options: &LoadOptions,
        id: DocumentId,
    ) -> Result<Stored<T, P>, StoreError> {
        let keypair = self.0.shared.keypair.clone();
        let options = &self.load_options(options);
        let transaction = self.0.begin(Access::Read).await?;
        let opened = Replica::open(id, &transaction, |base| match base {
            Some(base) => Document::load_with(options, base, keypair),
            None => Document::load_with(options, &History::new(id).save(), keypair),
        });
        let (mut replica, mut document) = opened.await.map_err(|error| error.of(id))?;
        if document.author().is_some() && !options.is_verified() {
            let notes = replica.notes(&transaction).await;
            document.restore_undo(notes.iter().map(Vec::as_slice));
        }
        drop(transaction);
        Ok(Stored::new(self.0.clone(), replica, document))
    }

    /// As [`Store::join`].
    ///
    /// # Errors
    /// As [`Store::open_document`].
    pub async fn join<T: CrdtNode>(self, id: DocumentId) -> Result<Stored<T, P>, StoreError> {
        self.0.writer()?;
        self.make(id).await?;
        self.open_document(id).await
    }

    /// As [`Store::open_history`].
    ///
    /// # Errors
    /// As [`Store::open_document`].
    pub async fn open_history(self, id: DocumentId) -> Result<StoredHistory<P>, StoreError> {
        let options = &self.load_options(&LoadOptions::new());
        let transaction = self.0.begin(Access::Read).await?;
        let opened = Replica::open(id, &transaction, |base| match base {
            Some(base) => History::load_with(options, base),
            None => Ok(History::new(id)),
        });
        let (replica, history) = opened.await.map_err(|error| error.of(id))?;
        drop(transaction);
        Ok(StoredHistory::new(self.0.clone(), replica, history))
    }

    /// As [`Store::join_history`].
    ///
    /// # Errors
    /// As [`Store::open_document`].
    pub async fn join_history(self, id: DocumentId) -> Result<StoredHistory<P>, StoreError> {
        self.make(id).await?;
        self.open_history(id).await
    }

    fn load_options(&self, options: &LoadOptions) -> LoadOptions {
        let options = options.clone();
        if self.0.shared.is_verified { options.verified() } else { options }
    }

    /// Has a document be here, with nothing in it if it was not.
    async fn make(&self, id: DocumentId) -> Result<(), StoreError> {
        let mut transaction = self.0.begin(Access::Write).await?;
        if transaction.document(&id).await?.is_none_or(|entry| entry.removed) {
            transaction.write(&id, &[Write::Create]).await?;
            transaction.commit().await?;
        }
        Ok(())
    }

    /// As [`Store::documents`].
    ///
    /// # Errors
    /// Those of the place.
    pub async fn documents(self) -> Result<Vec<Listing>, StoreError> {
        self.0.begin(Access::Read).await?.documents().await
    }

    /// As [`Store::set_title`].
    ///
    /// # Errors
    /// As [`Store::set_title`].
    pub async fn set_title(self, id: DocumentId, title: Option<&str>) -> Result<(), StoreError> {
        self.write(id, Write::Title(title.map(str::to_owned))).await
    }

    /// As [`Store::remove`].
    ///
    /// # Errors
    /// As [`Store::remove`].
    pub async fn remove(self, id: DocumentId) -> Result<(), StoreError> {
        self.write(id, Write::Remove).await
    }

    /// As [`Store::was_removed`].
    ///
    /// # Errors
    /// Those of the place.
    pub async fn was_removed(self, id: DocumentId) -> Result<bool, StoreError> {
        let entry = self.0.begin(Access::Read).await?.document(&id).await?;
        Ok(entry.is_some_and(|entry| entry.removed))
    }

    async fn write(self, id: DocumentId, write: Write) -> Result<(), StoreError> {
        let mut transaction = self.0.begin(Access::Write).await?;
        match transaction.document(&id).await.map_err(|error| error.of(id))? {
            None => return Err(StoreError::UnknownDocument(id)),
            Some(entry) if entry.removed => return Err(StoreError::Removed(id)),
            Some(_) => transaction.write(&id, &[write]).await?,
        }
        transaction.commit().await
    }

    /// As [`Store::size`].
    ///
    /// # Errors
    /// As [`Store::size`].
    pub async fn size(self, id: DocumentId) -> Result<Size, StoreError> {
        Size::of(&self.0.begin(Access::Read).await?, id).await
    }

    /// As [`Store::revision`].
    ///
    /// # Errors
    /// Those of the place.
    pub async fn revision(self) -> Result<Option<u64>, StoreError> {
        self.0.place().revision().await
    }

    /// As [`Store::flush`].
    ///
    /// # Errors
    /// Those of the place.
    pub async fn flush(self) -> Result<(), StoreError> {
        self.0.place().flush().await
    }

    /// As [`Store::shrink`].
    ///
    /// # Errors
    /// Those of the place.
    pub async fn shrink(self) -> Result<(), StoreError> {
        self.0.place_to_write()?.shrink().await
    }
}
