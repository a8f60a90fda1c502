//! The tables, and how a connection is set up.

use core::ffi::c_int;
use std::path::Path;

use rusqlite::hooks::Wal;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use super::{Durability, SqliteOptions};
use crate::error::StoreError;

/// `CRDT`, by which other programs, and the tool `file`, tell what the file is.
const APPLICATION: i64 = 0x4352_4454;

/// From nothing to version 1, from there to version 2, and so on.
const MIGRATIONS: [&str; 1] = [include_str!("version_1.sql")];

/// The format that is written: as many migrations as there are.
const VERSION: i64 = 1;

/// Sets a connection up.
pub(super) fn configure(
    connection: &mut Connection,
    options: &SqliteOptions,
) -> rusqlite::Result<()> {
    connection.busy_timeout(options.lock_timeout)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    if options.read_only {
        return connection.pragma_update(None, "query_only", true);
    }
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    match options.durability {
        Durability::Each => set_synchronous(connection, FULL),
        Durability::Grouped => {
            connection.wal_hook(Some(checkpoint))?;
            set_synchronous(connection, NORMAL)
        }
    }
}

/// How many pages the journal has before it is copied into the file, as SQLite does it by itself.
const LONG: c_int = 1000;

/// Copies the journal into the file where it has become long. Left to itself SQLite says nothing of
/// a sync of the journal that fails then, and with it what was committed before it may be lost.
fn checkpoint(journal: &mut Wal, pages: c_int) -> rusqlite::Result<()> {
    if pages < LONG {
        return Ok(());
    }
    match journal.checkpoint() {
        // The commit fails if this does, so what leaves the journal whole is no failure.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::SystemIoFailure) => Err(error),
        _ => Ok(()),
    }
}

/// Every commit is synced.
const FULL: i64 = 2;

/// Checkpoints are.
const NORMAL: i64 = 1;

fn set_synchronous(connection: &Connection, wanted: i64) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", wanted)?;
    let set: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    // Only a library that was built without it does not do as it is told.
    if set == wanted { Ok(()) } else { Err(rusqlite::Error::InvalidQuery) }
}

/// Makes a new file a store, and one of an older format one of this.
pub(super) fn prepare(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    if check(connection, path)? == VERSION {
        return in_wal_mode(connection, path);
    }
    // What only a file without tables can be told: that room which is not used any more is given
    // back, and how large pages are. Half of what SQLite takes halves what a short change writes, and
    // what a file with little in it takes.
    connection.pragma_update(None, "page_size", 2048).map_err(StoreError::Sqlite)?;
    connection.pragma_update(None, "auto_vacuum", 2).map_err(StoreError::Sqlite)?;
    in_wal_mode(connection, path)?;
    migrate(connection, path)
}

/// The format of a file, 0 if it is empty.
pub(super) fn check(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    let read = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let application = named(read("application_id"), path)?;
    let version = named(read("user_version"), path)?;
    let tables = "SELECT count(*) FROM sqlite_schema";
    let tables: i64 = named(connection.query_row(tables, [], |row| row.get(0)), path)?;
    match (application, version, tables) {
        (0, 0, 0) => Ok(0),
        (APPLICATION, 1..=VERSION, _) => Ok(version),
        (APPLICATION, _, _) if version > VERSION => {
            Err(StoreError::Newer { path: path.to_owned(), version, known: VERSION })
        }
        _ => Err(StoreError::NotAStore(path.to_owned())),
    }
}

fn named<V>(read: rusqlite::Result<V>, path: &Path) -> Result<V, StoreError> {
    read.map_err(|error| match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => StoreError::NotAStore(path.to_owned()),
        _ => StoreError::Sqlite(error),
    })
}

fn in_wal_mode(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    // Stepped to its end: what goes wrong when the mode changes comes after the row that names it.
    let mode = connection.query_one("PRAGMA journal_mode = wal", [], |row| row.get(0));
    let mode: String = mode.map_err(StoreError::Sqlite)?;
    if mode == "wal" { Ok(()) } else { Err(StoreError::NoWal { path: path.to_owned(), mode }) }
}

/// Goes from whatever version the file has to this one, at once.
fn migrate(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let behavior = TransactionBehavior::Immediate;
    let transaction = rusqlite::Transaction::new_unchecked(connection, behavior);
    let transaction = transaction.map_err(StoreError::Sqlite)?;
    // Another process may have been faster.
    let version = check(&transaction, path)?;
    let migrations = MIGRATIONS.iter().skip(usize::try_from(version).unwrap_or(usize::MAX));
    let migrated = migrations.map(|migration| transaction.execute_batch(migration));
    migrated.collect::<rusqlite::Result<()>>().map_err(StoreError::Sqlite)?;
    let set = |name, value: i64| transaction.pragma_update(None, name, value);
    set("application_id", APPLICATION).map_err(StoreError::Sqlite)?;
    set("user_version", VERSION).map_err(StoreError::Sqlite)?;
    transaction.commit().map_err(StoreError::Sqlite)
}

/// Syncs the journal: a commit that is synced syncs all before it.
pub(super) fn flush(connection: &Connection) -> rusqlite::Result<()> {
    set_synchronous(connection, FULL)?;
    let flushed = connection.execute("UPDATE store SET flushes = flushes + 1", []);
    set_synchronous(connection, NORMAL)?;
    flushed.map(|_| ())
}

/// Gives pages that are free back, and empties the journal as far as nobody reads it.
pub(super) fn shrink(connection: &Connection) -> rusqlite::Result<()> {
    // Both work as long as they are asked for further rows.
    for pragma in ["PRAGMA incremental_vacuum", "PRAGMA wal_checkpoint(TRUNCATE)"] {
        let mut statement = connection.prepare(pragma)?;
        let mut rows = statement.query([])?;
        while rows.next()?.is_some() {}
    }
    Ok(())
}

/// What SQLite finds wrong in a file, the first of it.
pub(super) fn integrity(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare("PRAGMA integrity_check(20)")?;
    let found = statement.query_map([], |row| row.get::<_, String>(0))?;
    let found: Vec<String> = found.collect::<rusqlite::Result<_>>()?;
    Ok(found.into_iter().filter(|line| line != "ok").collect())
}
