//! Copies of the file.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::{Sqlite, beside, found, schema, sync_folder};
use crate::error::StoreError;

impl Sqlite {
    /// Copies everything that is committed into a new file, while others go on writing. The copy
    /// has a generation of its own, so that the key which wrote here does not go on there.
    ///
    /// # Errors
    /// Those of the place; a file that is there is refused as [`StoreError::Io`].
    pub fn backup(&self, to: &Path) -> Result<(), StoreError> {
        let named = to.to_owned();
        let to = &found(to)?;
        create_like(&self.path, to).map_err(|source| StoreError::io(&named, source))?;
        let copied = self.copy(to);
        if copied.is_err() {
            // What is there in part would stand in the way of the next try.
            for ending in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(beside(to, ending));
            }
        }
        copied
    }

    fn copy(&self, to: &Path) -> Result<(), StoreError> {
        let source = self.connection()?;
        let copied = copy(&source, to).map_err(|error| self.named(error));
        self.give_back(source);
        let is_whole = copied?;
        if !is_whole {
            return Err(StoreError::Locked(self.options.lock_timeout));
        }
        renew(to).map_err(|error| self.named(error))?;
        // Should the journal of the copy come back, it would undo it.
        sync_folder(to)
    }
}

/// Makes an empty file for what another one has. Who may not read that may not read this.
pub(crate) fn create_like(other: &Path, path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if let Ok(other) = std::fs::metadata(other) {
        use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
        // Its owner is about to write it.
        options.mode(other.mode() & 0o666 | 0o600);
    }
    #[cfg(not(unix))]
    let _ = other;
    options.open(path).map(drop)
}

/// Copies all pages in one step: with several, each that somebody else writes between two of them
/// would have it begin anew. Who reads keeps nobody from writing. Gives whether it was done.
fn copy(source: &Connection, to: &Path) -> rusqlite::Result<bool> {
    let mut target = Connection::open(to)?;
    let step = Backup::new(source, &mut target)?.step(-1)?;
    target.close().map_err(|(_, error)| error)?;
    Ok(step == StepResult::Done)
}

/// Gives a copy a generation of its own, durably.
fn renew(copy: &Path) -> rusqlite::Result<()> {
    let copy = Connection::open(copy)?;
    schema::sync_all(&copy)?;
    copy.execute("UPDATE store SET generation = randomblob(16)", [])?;
    copy.close().map_err(|(_, error)| error)
}
