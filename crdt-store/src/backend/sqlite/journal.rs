//! The journal as a file, which SQLite calls the WAL.
//!
//! Whoever closes a file gives up the locks that the process has on it. SQLite has none on the
//! journal.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};

use rusqlite::Connection;

use super::{Durability, Sqlite, beside, lock, schema};
use crate::error::StoreError;

impl Sqlite {
    /// Whether something that is committed may not be synced, by whomever.
    pub(super) fn may_be_unsynced(&self) -> Result<bool, StoreError> {
        if self.options.durability == Durability::Grouped {
            return Ok(true);
        }
        let connection = self.connection()?;
        let grouped = schema::was_grouped(&connection).map_err(|error| self.named(error));
        self.give_back(connection);
        grouped
    }

    /// Syncs the journal. SQLite syncs what it copies from there into the file before it goes.
    pub(super) fn sync_journal(&self) -> Result<(), StoreError> {
        let path = beside(&self.path, "-wal");
        let journal = OpenOptions::new().read(true).write(!self.options.read_only).open(&path);
        match journal.and_then(|journal| journal.sync_all()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            synced => synced.map_err(|source| StoreError::io(&path, source)),
        }
    }

    /// Whether there is a journal with something in it.
    pub(super) fn is_journal_left(&self) -> bool {
        let journal = fs::metadata(beside(&self.path, "-wal"));
        journal.is_ok_and(|journal| journal.len() > 0)
    }

    /// Writes a journal that somebody has left again as it is, and syncs it. A sync that failed may
    /// have left in memory what is not on the disk, and no later one would write it. What is
    /// committed behind that would be lost with it.
    pub(super) fn renew_journal(&self, connection: &Connection) -> Result<(), StoreError> {
        let timeout = self.options.lock_timeout;
        let _turn = self.queue.enter(timeout).ok_or(StoreError::Locked(timeout))?;
        lock::begin(connection, timeout, timeout).map_err(|error| self.named(error))?;
        // Nobody else writes to the journal before this ends.
        let renewed = self.write_journal_again();
        let ended = connection.execute_batch("ROLLBACK").map_err(|error| self.named(error));
        renewed.and(ended)
    }

    fn write_journal_again(&self) -> Result<(), StoreError> {
        let path = beside(&self.path, "-wal");
        let renewed = OpenOptions::new().read(true).write(true).open(&path).and_then(|mut file| {
            let mut journal = Vec::new();
            file.read_to_end(&mut journal)?;
            file.rewind()?;
            file.write_all(&journal)?;
            file.sync_all()
        });
        match renewed {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            renewed => renewed.map_err(|source| StoreError::io(&path, source)),
        }
    }
}
