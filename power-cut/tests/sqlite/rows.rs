//! A table of rows whose content follows from their number.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

use power_cut::Cut;
use rusqlite::{Connection, Error, OptionalExtension as _, params};

const FILE: &str = "rows.db";

/// What a power cut did to the table.
#[derive(Debug, PartialEq, Eq)]
pub enum Damage {
    /// A row that was acknowledged is not there.
    Lost(i64),
    /// The table cannot be read, or does not say what was written.
    Broken(String),
}

/// Opens the table, and makes it where it is not there.
pub fn open(folder: &Path, synchronous: &str) -> Result<Connection, Error> {
    let handle = Connection::open(folder.join(FILE))?;
    handle.busy_timeout(Duration::from_secs(20))?;
    // `query_one` goes on after the row, as `query_row` and `execute_batch` do not: the commit
    // comes then, and who looks no further never learns that it failed.
    let mode: String = handle.query_one("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    assert_eq!(mode, "wal");
    // Few enough pages that a short workload sees checkpoints.
    handle.execute_batch(&format!(
        "PRAGMA synchronous = {synchronous};
         PRAGMA wal_autocheckpoint = 20;
         CREATE TABLE IF NOT EXISTS rows (number INTEGER PRIMARY KEY, bytes BLOB) STRICT;"
    ))?;
    // `SQLite` does not look at what becomes of its own sync of the folder. Should the journal of
    // the first commit come back it would undo that, and with it all that the log has.
    sync(folder).map_err(|error| Error::ToSqlConversionFailure(Box::new(error)))?;
    Ok(handle)
}

pub fn insert(handle: &Connection, row: i64) -> Result<(), Error> {
    handle.execute("INSERT INTO rows VALUES (?1, ?2)", params![row, content(row)])?;
    Ok(())
}

pub fn delete(handle: &Connection, row: i64) -> Result<(), Error> {
    handle.execute("DELETE FROM rows WHERE number = ?1", [row])?;
    Ok(())
}

/// Copies the log into the table, all of it, and empties it.
pub fn checkpoint(handle: &Connection) -> Result<(), Error> {
    handle.query_one("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// What is wrong with the table after a power cut, if anything is.
pub fn damage(cut: &Cut) -> Option<Damage> {
    let folder = cut.restore().unwrap();
    look(cut, folder.path()).unwrap_or_else(|error| Some(Damage::Broken(error.to_string())))
}

fn look(cut: &Cut, folder: &Path) -> Result<Option<Damage>, Error> {
    let handle = open(folder, "OFF")?;
    let check: String = handle.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if check != "ok" {
        return Ok(Some(Damage::Broken(check)));
    }
    let mut select = handle.prepare("SELECT bytes FROM rows WHERE number = ?1")?;
    // Notes that are no numbers tell how far the workload is.
    for row in cut.acknowledged().iter().filter_map(|note| note.parse().ok()) {
        let found: Option<Vec<u8>> = select.query_row([row], |found| found.get(0)).optional()?;
        match found {
            Some(bytes) if bytes == content(row) => {}
            Some(_) => return Ok(Some(Damage::Broken(format!("row {row}")))),
            None => return Ok(Some(Damage::Lost(row))),
        }
    }
    Ok(None)
}

fn content(row: i64) -> Vec<u8> {
    let length = 40 + usize::try_from(row).unwrap() * 37 % 900;
    row.to_le_bytes().into_iter().cycle().take(length).collect()
}
