//! Stores that are files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Shared, Store};
use crate::backend::{Backend, Blocking, Sqlite};
use crate::error::StoreError;
use crate::identity::Identity;
use crate::options::StoreOptions;
use crate::session::{self, KeyStatus, Session};

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
        let place = Blocking::new(file.clone());
        let (keypair, identity) = match options.given_key() {
            _ if options.has_no_key() => (None, Identity::None),
            Some(keypair) => (Some(keypair.clone()), Identity::Given),
            None => {
                let (keypair, identity) = session::begin(&file)?;
                (Some(keypair), identity)
            }
        };
        let session = Session::new(file, keypair.as_ref(), &identity);
        Ok(Self {
            shared: Arc::new(Shared {
                place,
                keypair,
                identity,
                // Whether it may be is for the file to say.
                is_written: true,
                is_verified: options.is_verified(),
                session: Some(session),
            }),
        })
    }

    /// The key beside the file, which is only looked at; `None` if there is none, or no file.
    ///
    /// # Errors
    /// [`StoreError::Key`] if it cannot be read, and those of the place.
    pub fn key(&self) -> Result<Option<KeyStatus>, StoreError> {
        self.path().map_or(Ok(None), |path| session::status(self.backend(), &path))
    }

    /// Copies everything into a new file, while others go on writing; not the key, so whoever opens
    /// the copy writes as somebody else. So they do where it is put in place of this one, beside its
    /// key.
    ///
    /// # Errors
    /// [`StoreError::NotAFile`] if it is not kept in one; those of the place, and of the new file,
    /// which must not be there.
    pub fn backup(&self, to: impl AsRef<Path>) -> Result<(), StoreError> {
        let session = self.shared.session.as_ref().ok_or(StoreError::NotAFile)?;
        session.file().backup(to.as_ref())
    }

    /// The file, if it is kept in one.
    pub fn path(&self) -> Option<PathBuf> {
        self.shared.session.as_ref().map(|session| session.path().to_owned())
    }

    pub(crate) fn backend(&self) -> &dyn Backend {
        self.shared.place.backend()
    }
}
