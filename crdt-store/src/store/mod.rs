//! Stores: opened here, and asked in one of two ways. `waiting.rs` has what is done, for places that have
//! to be waited for; `blocking.rs` is the same for those that have not.

mod blocking;
#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
mod file;
mod waiting;

use std::sync::Arc;

use crdt_core::{Author, Keypair};

use crate::backend::{Access, Backend, Blocking, Memory, Place};
use crate::error::StoreError;
use crate::identity::Identity;
#[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
use crate::session::Session;
use crate::waiting::Waiting;

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
pub struct Store<P: Place = Blocking> {
    shared: Arc<Shared<P>>,
}

struct Shared<P> {
    place: P,
    keypair: Option<Keypair>,
    identity: Identity,
    /// Whether anything may be written.
    is_written: bool,
    /// Whether documents are opened as if somebody else could have written them.
    is_verified: bool,
    /// That of the file, if it is one.
    #[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
    session: Option<Session>,
}

impl<P: Place> Clone for Store<P> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl Store {
    /// Documents in memory, which are gone with the last handle to them.
    pub fn in_memory(keypair: Keypair) -> Self {
        Self::over(Arc::new(Memory::new()), Some(keypair))
    }

    /// Documents in a place of yours, written with a key, or only read without one.
    pub fn over(backend: Arc<dyn Backend>, keypair: Option<Keypair>) -> Self {
        Self::at(Blocking::new(backend), keypair)
    }
}

impl<P: Place> Store<P> {
    /// Documents in a place that may have to be waited for, written with a key, or only read without
    /// one.
    pub fn at(place: P, keypair: Option<Keypair>) -> Self {
        let is_written = keypair.is_some();
        let identity = if is_written { Identity::Given } else { Identity::None };
        Self {
            shared: Arc::new(Shared {
                place,
                keypair,
                identity,
                is_written,
                is_verified: false,
                #[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
                session: None,
            }),
        }
    }

    /// All that can be done with it, waited for where the place has to be.
    pub fn waiting(&self) -> Waiting<&Self> {
        Waiting(self)
    }

    /// Who writes here; `None` if it is open for reading, or without a key.
    pub fn author(&self) -> Option<Author> {
        self.shared.keypair.as_ref().map(Keypair::author)
    }

    /// Where the key that writes here comes from, and whether it is another one than before.
    pub fn identity(&self) -> &Identity {
        &self.shared.identity
    }

    /// The key that writes here, to prove to others that one has it; `None` if it is open for
    /// reading. It is not for writing elsewhere: documents in two places must not have one writer.
    pub fn keypair(&self) -> Option<&Keypair> {
        self.shared.keypair.as_ref()
    }

    /// Where it is kept.
    pub fn place(&self) -> &P {
        &self.shared.place
    }

    fn writer(&self) -> Result<&Keypair, StoreError> {
        self.keypair().ok_or(StoreError::ReadOnly)
    }

    pub(crate) async fn begin(&self, access: Access) -> Result<P::Rows<'_>, StoreError> {
        let place = match access {
            Access::Read => self.place(),
            Access::Write => self.place_to_write()?,
        };
        place.begin(access).await
    }

    /// Where documents are kept, if this store writes there.
    pub(crate) fn place_to_write(&self) -> Result<&P, StoreError> {
        if self.shared.is_written { Ok(self.place()) } else { Err(StoreError::ReadOnly) }
    }
}

impl<P: Place> core::fmt::Debug for Store<P> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut store = f.debug_struct("Store");
        #[cfg(all(feature = "sqlite", not(target_family = "wasm")))]
        store.field("path", &self.shared.session.as_ref().map(Session::path));
        store.field("author", &self.author()).finish_non_exhaustive()
    }
}
