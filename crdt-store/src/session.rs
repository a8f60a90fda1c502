//! The beginning of a session that writes: which key it writes with; and its end.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crdt_core::{Author, Keypair};

use crate::backend::{Access, Backend, Sqlite, Transaction};
use crate::error::StoreError;
use crate::identity::Identity;
use crate::key::{Generation, KeyFile};

/// A file that is open. When it is closed, the session of the key beside it ends.
pub(crate) struct Session {
    file: Arc<Sqlite>,
    /// Who writes with the key beside it.
    author: Option<Author>,
}

impl Session {
    pub(crate) fn new(file: Arc<Sqlite>, keypair: Option<&Keypair>, identity: &Identity) -> Self {
        let is_beside =
            matches!(identity, Identity::New | Identity::Known | Identity::Replaced { .. });
        let author = keypair.filter(|_| is_beside).map(Keypair::author);
        Self { file, author }
    }

    pub(crate) fn file(&self) -> &Sqlite {
        &self.file
    }

    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(author) = self.author else { return };
        if let Err(error) = end(&self.file, author) {
            tracing::warn!(%error, "the mark of the store and its key is not renewed");
        }
    }
}

/// The key beside a store, for [`Store::key`](crate::Store::key).
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct KeyStatus {
    /// Where it lies.
    pub path: PathBuf,
    /// Whose key it is.
    pub author: Author,
    /// Whether it goes on writing here. Otherwise the file is not the one that it last wrote in: who
    /// opens it next gets a new key, and this one is moved away.
    pub is_current: bool,
    /// Keys that were moved away before, where they lie now.
    pub retired: Vec<PathBuf>,
}

/// Looks at the key of a store without touching it.
pub(crate) fn status(backend: &dyn Backend, store: &Path) -> Result<Option<KeyStatus>, StoreError> {
    let Some(key) = KeyFile::read(store)? else { return Ok(None) };
    let generation = backend.begin(Access::Read)?.generation()?;
    Ok(Some(KeyStatus {
        path: KeyFile::path_of(store),
        author: key.keypair.author(),
        is_current: key.is_of(store, generation),
        retired: KeyFile::retired(store),
    }))
}

/// Finds the key of a store, or makes one, and renews the mark that both have.
pub(crate) fn begin(file: &Sqlite) -> Result<(Keypair, Identity), StoreError> {
    let (store, lock) = (file.path(), || file.begin(Access::Write));
    let transaction = lock()?;
    let generation = transaction.generation()?;
    let (mut key, identity) = match KeyFile::read(store)? {
        None => (KeyFile::new(store, new_key()?), Identity::New),
        Some(key) if key.is_of(store, generation) => (key, Identity::Known),
        Some(other) => {
            let retired = other.retire()?;
            tracing::warn!(?retired, "the store is not the one that its key wrote in: a new key");
            (KeyFile::new(store, new_key()?), Identity::Replaced { retired })
        }
    };
    renew(file, lock, transaction, &mut key)?;
    Ok((key.keypair, identity))
}

/// Renews the mark again when a session ends, so that the file as it was within the session is
/// another one from then on. Says whether it did: where the key is not that of the session any more,
/// or not that of the store, there is nothing to renew. Nobody is waited for.
fn end(file: &Sqlite, author: Author) -> Result<bool, StoreError> {
    let lock = || file.begin_at_once();
    let transaction = lock()?;
    let generation = transaction.generation()?;
    let Some(mut key) = KeyFile::read(file.path())? else { return Ok(false) };
    if key.keypair.author() != author || !key.is_of(file.path(), generation) {
        return Ok(false);
    }
    renew(file, lock, transaction, &mut key)?;
    Ok(true)
}

/// Renews the mark of a store, which is locked, and of its key.
fn renew<'t>(
    file: &'t Sqlite,
    lock: impl Fn() -> Result<Box<dyn Transaction + 't>, StoreError>,
    mut transaction: Box<dyn Transaction + 't>,
    key: &mut KeyFile,
) -> Result<(), StoreError> {
    // The key is durable when it is written. So has to be the mark that it then names, each time.
    file.flush()?;
    let mark = new_mark()?;
    // Whatever comes of the commit, the key knows the mark that the store has then.
    let marks: Vec<Generation> = transaction.generation()?.into_iter().chain([mark]).collect();
    key.write(&marks)?;
    transaction.set_generation(mark)?;
    transaction.commit()?;
    file.flush()?;
    // Nobody else renews it meanwhile; if somebody has, the key says so already.
    let transaction = lock()?;
    if transaction.generation()? == Some(mark) {
        key.write(&[mark])?;
    }
    Ok(())
}

fn new_key() -> Result<Keypair, StoreError> {
    Keypair::generate().map_err(|error| StoreError::Random(error.to_string()))
}

fn new_mark() -> Result<Generation, StoreError> {
    let mut mark = [0; 16];
    getrandom::fill(&mut mark).map_err(|error| StoreError::Random(error.to_string()))?;
    Ok(mark)
}
