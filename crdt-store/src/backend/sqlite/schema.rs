//! The tables, and how a connection is set up.

use core::ffi::c_int;
use core::time::Duration;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::hooks::Wal;
use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use super::{SqliteOptions, lock};
use crate::error::StoreError;

/// `CRDT`, by which other programs, and the tool `file`, tell what the file is.
const APPLICATION: i64 = 0x4352_4454;

/// From nothing to version 1, from there to version 2, and so on.
const MIGRATIONS: [&str; 1] = [include_str!("version_1.sql")];

/// The format that is written: as many migrations as there are.
const VERSION: i64 = 1;

/// Sets a connection up. Where it writes, every commit is synced.
pub(super) fn configure(
    connection: &mut Connection,
    options: &SqliteOptions,
) -> rusqlite::Result<()> {
    lock::set_timeout(connection, options.lock_timeout)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    // A store has neither. What somebody added would be run.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    if options.read_only {
        return connection.pragma_update(None, "query_only", true);
    }
    sync_all(connection)
}

/// Has no commit of a connection synced from now on but with a checkpoint. The file has to be made
/// by then, and to [say so](set_grouped): what made it is synced as it is in every store.
pub(super) fn group(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.wal_hook(Some(checkpoint))?;
    set_synchronous(connection, NORMAL)
}

/// Has every commit synced, on Apple's systems too.
pub(super) fn sync_all(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    set_synchronous(connection, FULL)
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
pub(super) fn prepare(
    connection: &Connection,
    path: &Path,
    timeout: Duration,
) -> Result<(), StoreError> {
    if check(connection, path)? == VERSION {
        check_tables(connection, path)?;
        return in_wal_mode(connection, path, timeout);
    }
    // What only a file without tables can be told: that room which is not used any more is given
    // back, and how large pages are. Half of what SQLite takes halves what a short change writes, and
    // what a file with little in it takes.
    connection.pragma_update(None, "page_size", 2048).map_err(StoreError::Sqlite)?;
    connection.pragma_update(None, "auto_vacuum", 2).map_err(StoreError::Sqlite)?;
    in_wal_mode(connection, path, timeout)?;
    migrate(connection, path)
}

/// Whether a file that is only read, or was to be there, is a store.
pub(super) fn check_made(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    match check(connection, path)? {
        0 => Err(StoreError::NotAStore(path.to_owned())),
        _ => check_tables(connection, path),
    }
}

/// Whether the tables are there, and nothing that would be run when these are read or written.
fn check_tables(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let sql = "SELECT count(*) FILTER (WHERE type = 'table' AND name IN \
               ('store', 'documents', 'appends', 'notes', 'parts', 'waiting')), \
               count(*) FILTER (WHERE type NOT IN ('table', 'index')) FROM sqlite_schema";
    let counts = connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)));
    let counts: (i64, i64) = named(counts, path)?;
    if counts == (6, 0) { Ok(()) } else { Err(StoreError::Altered(path.to_owned())) }
}

/// The format of a file, 0 if it is empty.
fn check(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    if !connection.is_autocommit() {
        return version(connection, path);
    }
    // All of it as it was at one time: somebody may be making it just now.
    let begun = rusqlite::Transaction::new_unchecked(connection, TransactionBehavior::Deferred);
    version(&*named(begun, path)?, path)
}

fn version(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
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

fn in_wal_mode(connection: &Connection, path: &Path, timeout: Duration) -> Result<(), StoreError> {
    // Stepped to its end: what goes wrong when the mode changes comes after the row that names it.
    let change = || connection.query_one("PRAGMA journal_mode = wal", [], |row| row.get(0));
    // SQLite itself does not wait here for others that are making the same file.
    let mode: String = lock::retried(timeout, change).map_err(StoreError::Sqlite)?;
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

/// Says for good, and durably, that commits may not be synced each, before any is not.
pub(super) fn set_grouped(connection: &Connection) -> rusqlite::Result<()> {
    if was_grouped(connection)? {
        return Ok(());
    }
    connection.execute("UPDATE store SET grouped = 1", []).map(|_| ())
}

/// Whether the file was ever open so that commits are not synced each.
pub(super) fn was_grouped(connection: &Connection) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare_cached("SELECT grouped FROM store")?;
    statement.query_row([], |row| row.get(0))
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
