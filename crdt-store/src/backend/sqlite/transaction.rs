use core::cell::Cell;
use core::time::Duration;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crdt_core::DocumentId;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Sqlite, lock, rows};
use crate::backend::queue::Turn;
use crate::backend::{Append, Check, Entry, Note, Part, PartName, Placed, Transaction, Write};
use crate::error::StoreError;
use crate::listing::Listing;

/// A transaction with a connection of its own, which goes back to the file's when it ends.
pub(super) struct SqliteTransaction<'a> {
    file: &'a Sqlite,
    connection: Option<Connection>,
    /// Whether it has ended.
    ended: Cell<bool>,
    /// That of those in this process that write, until everything else has ended.
    _turn: Option<Turn>,
}

impl<'a> SqliteTransaction<'a> {
    pub(super) fn reads(file: &'a Sqlite) -> Result<Self, StoreError> {
        Self::begun(file, None, |connection| connection.execute_batch("BEGIN"))
    }

    /// Waits no longer than so until it can write: first for others of this process, in the order in
    /// which they asked, then for other processes.
    pub(super) fn writes(file: &'a Sqlite, timeout: Duration) -> Result<Self, StoreError> {
        let begin = Instant::now();
        let usual = file.options.lock_timeout;
        let turn = file.queue.enter(timeout).ok_or(StoreError::Locked(usual))?;
        let transaction = Self::begun(file, Some(turn), |connection| {
            lock::begin(connection, timeout.saturating_sub(begin.elapsed()), usual)
        })?;
        file.has_journal()?;
        Ok(transaction)
    }

    fn begun(
        file: &'a Sqlite,
        turn: Option<Turn>,
        begin: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> Result<Self, StoreError> {
        let connection = file.connection()?;
        let started = begin(&connection);
        let ended = Cell::new(started.is_err());
        let transaction = Self { file, connection: Some(connection), ended, _turn: turn };
        started.map_err(|error| file.named(error))?;
        Ok(transaction)
    }

    /// Asks the connection.
    fn ask<R>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<R>,
    ) -> Result<R, StoreError> {
        let connection = self
            .connection
            .as_ref()
            .ok_or_else(|| StoreError::Unsure("its connection is closed".into()))?;
        let answer = question(connection).map_err(|error| self.file.named(error));
        self.file.is_as_it_was().and(answer)
    }
}

impl Drop for SqliteTransaction<'_> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        // A connection that cannot roll back is closed, which does.
        if self.ended.get() || connection.execute_batch("ROLLBACK").is_ok() {
            self.file.give_back(connection);
        }
    }
}

impl Transaction for SqliteTransaction<'_> {
    fn documents(&self) -> Result<Vec<Listing>, StoreError> {
        self.ask(|connection| {
            let sql = "SELECT id, type_name, title, changes, bytes, changed_at FROM documents \
                       WHERE removed = 0 AND length(id) = 32 ORDER BY document";
            let mut statement = connection.prepare_cached(sql)?;
            statement.query_map([], rows::listing)?.collect()
        })
    }

    fn document(&self, id: &DocumentId) -> Result<Option<Entry>, StoreError> {
        self.ask(|connection| {
            let sql = "SELECT id, type_name, title, changes, bytes, changed_at, removed, made, \
                       last, through, tips FROM documents WHERE id = ?1";
            connection.prepare_cached(sql)?.query_row([id.as_bytes()], rows::entry).optional()
        })
    }

    fn appends(&self, id: &DocumentId, after: u64) -> Result<Vec<Append>, StoreError> {
        self.ask(|connection| {
            let sql = "SELECT number, level, appends.bytes, checked \
                       FROM appends JOIN documents USING (document) \
                       WHERE id = ?1 AND number > ?2 ORDER BY number";
            let mut statement = connection.prepare_cached(sql)?;
            statement.query_map(params![id.as_bytes(), after], rows::append)?.collect()
        })
    }

    fn tail(&self, id: &DocumentId) -> Result<Vec<Placed>, StoreError> {
        self.ask(|connection| {
            let sql = "SELECT number, level, length(appends.bytes) \
                       FROM appends JOIN documents USING (document) WHERE id = ?1 ORDER BY number";
            let mut statement = connection.prepare_cached(sql)?;
            statement.query_map([id.as_bytes()], rows::placed)?.collect()
        })
    }

    fn part_names(&self, id: &DocumentId) -> Result<Vec<(PartName, Check)>, StoreError> {
        self.ask(|connection| {
            let sql = "SELECT kind, first, checked \
                       FROM parts JOIN documents USING (document) WHERE id = ?1";
            let mut statement = connection.prepare_cached(sql)?;
            let named = |row: &rusqlite::Row<'_>| Ok((rows::part_name(row)?, row.get(2)?));
            statement.query_map([id.as_bytes()], named)?.collect()
        })
    }

    fn parts(&self, id: &DocumentId) -> Result<Vec<Part>, StoreError> {
        self.ask(|connection| {
            let sql = "SELECT kind, first, parts.bytes, checked \
                       FROM parts JOIN documents USING (document) WHERE id = ?1";
            let mut statement = connection.prepare_cached(sql)?;
            statement.query_map([id.as_bytes()], rows::part)?.collect()
        })
    }

    fn waiting(&self, id: &DocumentId) -> Result<Vec<(Check, Vec<u8>)>, StoreError> {
        self.ask(|connection| {
            let sql = "SELECT checked, waiting.bytes \
                       FROM waiting JOIN documents USING (document) WHERE id = ?1 ORDER BY number";
            let mut statement = connection.prepare_cached(sql)?;
            let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
            statement.query_map([id.as_bytes()], row)?.collect()
        })
    }

    fn notes(&self, id: &DocumentId) -> Result<Vec<Note>, StoreError> {
        self.ask(|connection| {
            let sql = "SELECT number, checked, notes.bytes \
                       FROM notes JOIN documents USING (document) WHERE id = ?1 ORDER BY number";
            let mut statement = connection.prepare_cached(sql)?;
            statement.query_map([id.as_bytes()], rows::note)?.collect()
        })
    }

    fn write(&mut self, id: &DocumentId, writes: &[Write]) -> Result<(), StoreError> {
        self.ask(|connection| {
            let mut rows = Writer { connection, id, document: None };
            writes.iter().try_for_each(|write| rows.write(write))
        })
    }

    fn generation(&self) -> Result<Option<[u8; 16]>, StoreError> {
        self.ask(|connection| {
            connection.query_row("SELECT generation FROM store", [], |row| row.get(0))
        })
    }

    fn set_generation(&mut self, generation: [u8; 16]) -> Result<(), StoreError> {
        self.ask(|connection| {
            connection.execute("UPDATE store SET generation = ?1", [generation]).map(|_| ())
        })
    }

    fn commit(self: Box<Self>) -> Result<(), StoreError> {
        let committed = self.ask(|connection| connection.execute_batch("COMMIT"));
        if committed.is_ok() {
            self.ended.set(true);
        }
        // Where the journal was deleted meanwhile, who looks for it finds nothing of that.
        let committed = committed.and_then(|()| self.file.has_journal());
        committed.map_err(|error| self.file.doubt(error))
    }
}

/// Writes to one document.
struct Writer<'a> {
    connection: &'a Connection,
    id: &'a DocumentId,
    /// The number of the document in the file, once it was asked for.
    document: Option<i64>,
}

impl Writer<'_> {
    fn write(&mut self, write: &Write) -> rusqlite::Result<()> {
        match write {
            Write::Create => self.create(),
            Write::List { type_name, changes } => {
                let sql = "UPDATE documents SET type_name = coalesce(?2, type_name), changes = ?3, \
                           changed_at = ?4 WHERE document = ?1";
                let document = self.document()?;
                self.run(sql, params![document, type_name, changes, now()])
            }
            Write::Title(title) => {
                let document = self.document()?;
                self.run("UPDATE documents SET title = ?2 WHERE document = ?1", (document, title))
            }
            Write::Append(append) => self.append(append),
            Write::Merge { from, by } => {
                self.drop_appends(*from, by.number)?;
                self.append(by)
            }
            Write::Note { from, by } => self.note(*from, by),
            Write::Part(part) => self.part(part),
            Write::DropPart(name) => self.drop_part(name),
            Write::Through(through) => {
                self.drop_appends(0, *through)?;
                let sql = "UPDATE documents SET through = ?2 WHERE document = ?1";
                let document = self.document()?;
                self.run(sql, (document, through))
            }
            Write::Wait { bytes, check, limit } => self.wait(bytes, check, *limit),
            Write::Awaited(check) => self.wait_no_more(check),
            Write::Tips(tips) => {
                let document = self.document()?;
                let sql = "UPDATE documents SET tips = ?2 WHERE document = ?1";
                self.run(sql, (document, rows::bytes_of(tips)))
            }
            Write::Remove => self.remove(),
        }
    }

    fn run(&self, sql: &str, params: impl rusqlite::Params) -> rusqlite::Result<()> {
        self.connection.prepare_cached(sql)?.execute(params).map(|_| ())
    }

    fn document(&mut self) -> rusqlite::Result<i64> {
        if let Some(document) = self.document {
            return Ok(document);
        }
        let sql = "SELECT document FROM documents WHERE id = ?1";
        let mut statement = self.connection.prepare_cached(sql)?;
        let document = statement.query_row([self.id.as_bytes()], |row| row.get(0))?;
        Ok(*self.document.insert(document))
    }

    fn create(&self) -> rusqlite::Result<()> {
        let sql = "INSERT INTO documents (id, changed_at) VALUES (?1, ?2) \
                   ON CONFLICT (id) DO UPDATE SET made = made + removed, removed = 0";
        self.run(sql, params![self.id.as_bytes(), now()])
    }

    /// What a document takes is counted as it is written.
    fn grow(&mut self, by: i64) -> rusqlite::Result<()> {
        let sql = "UPDATE documents SET bytes = bytes + ?2 WHERE document = ?1";
        let document = self.document()?;
        self.run(sql, (document, by))
    }

    fn append(&mut self, Append { number, level, bytes, check }: &Append) -> rusqlite::Result<()> {
        let document = self.document()?;
        self.run(
            "INSERT INTO appends (document, number, level, bytes, checked) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
            params![document, number, level, bytes, check],
        )?;
        let sql =
            "UPDATE documents SET last = max(last, ?2), bytes = bytes + ?3 WHERE document = ?1";
        self.run(sql, params![document, number, length(bytes)])
    }

    fn drop_appends(&mut self, from: u64, through: u64) -> rusqlite::Result<()> {
        let document = self.document()?;
        let sql = "SELECT coalesce(sum(length(bytes)), 0) FROM appends \
                   WHERE document = ?1 AND number BETWEEN ?2 AND ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let bytes: i64 = statement.query_row(params![document, from, through], |row| row.get(0))?;
        self.run(
            "DELETE FROM appends WHERE document = ?1 AND number BETWEEN ?2 AND ?3",
            params![document, from, through],
        )?;
        self.grow(-bytes)
    }

    fn note(&mut self, from: u64, Note { number, bytes, check }: &Note) -> rusqlite::Result<()> {
        let document = self.document()?;
        self.run(
            "DELETE FROM notes WHERE document = ?1 AND number BETWEEN ?2 AND ?3",
            params![document, from, number],
        )?;
        self.run(
            "INSERT INTO notes (document, number, checked, bytes) VALUES (?1, ?2, ?3, ?4)",
            params![document, number, check, bytes],
        )
    }

    fn part(&mut self, Part { name, bytes, check }: &Part) -> rusqlite::Result<()> {
        self.drop_part(name)?;
        let document = self.document()?;
        self.run(
            "INSERT INTO parts (document, kind, first, bytes, checked) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![document, rows::kind_name(name.kind), name.first, bytes, check],
        )?;
        self.grow(length(bytes))
    }

    fn drop_part(&mut self, name: &PartName) -> rusqlite::Result<()> {
        let document = self.document()?;
        let sql = "DELETE FROM parts WHERE document = ?1 AND kind = ?2 AND first = ?3 \
                   RETURNING length(bytes)";
        let mut statement = self.connection.prepare_cached(sql)?;
        let named = params![document, rows::kind_name(name.kind), name.first];
        let bytes: Option<i64> = statement.query_row(named, |row| row.get(0)).optional()?;
        bytes.map_or(Ok(()), |bytes| self.grow(-bytes))
    }

    fn wait(&mut self, bytes: &[u8], check: &Check, limit: u64) -> rusqlite::Result<()> {
        let document = self.document()?;
        let sql = "SELECT EXISTS (SELECT 1 FROM waiting WHERE document = ?1 AND checked = ?2)";
        let mut statement = self.connection.prepare_cached(sql)?;
        if statement.query_row(params![document, check], |row| row.get(0))? {
            return Ok(());
        }
        self.run(
            "UPDATE documents SET waited = waited + 1, waiting = waiting + ?2 WHERE document = ?1",
            (document, length(bytes)),
        )?;
        self.run(
            "INSERT INTO waiting (document, number, bytes, checked) \
             SELECT document, waited, ?2, ?3 FROM documents WHERE document = ?1",
            params![document, bytes, check],
        )?;
        self.bound_waiting(document, limit)
    }

    /// Lets those go that have waited longest until the others are within the limit.
    fn bound_waiting(&self, document: i64, limit: u64) -> rusqlite::Result<()> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = "SELECT checked FROM waiting JOIN documents USING (document) \
                   WHERE document = ?1 AND documents.waiting > ?2 ORDER BY number LIMIT 1";
        let mut oldest = self.connection.prepare_cached(sql)?;
        while let Some(check) = oldest.query_row((document, limit), |row| row.get(0)).optional()? {
            self.drop_waiting(document, &check)?;
        }
        Ok(())
    }

    fn wait_no_more(&mut self, check: &Check) -> rusqlite::Result<()> {
        let document = self.document()?;
        self.drop_waiting(document, check)
    }

    fn drop_waiting(&self, document: i64, check: &Check) -> rusqlite::Result<()> {
        let sql = "DELETE FROM waiting WHERE document = ?1 AND checked = ?2 \
                   RETURNING length(bytes)";
        let mut statement = self.connection.prepare_cached(sql)?;
        let dropped = statement.query_row(params![document, check], |row| row.get(0)).optional()?;
        let sql = "UPDATE documents SET waiting = max(waiting - ?2, 0) WHERE document = ?1";
        dropped.map_or(Ok(()), |bytes: i64| self.run(sql, (document, bytes)))
    }

    fn remove(&mut self) -> rusqlite::Result<()> {
        let document = self.document()?;
        for table in ["appends", "notes", "parts", "waiting"] {
            self.connection
                .execute(&format!("DELETE FROM {table} WHERE document = ?1"), [document])?;
        }
        self.run(
            "UPDATE documents SET removed = 1, title = NULL, changes = 0, bytes = 0, last = 0, \
             through = 0, waited = 0, waiting = 0, changed_at = ?2 WHERE document = ?1",
            params![document, now()],
        )
    }
}

/// Of what is in memory, which is less than an `i64` can say.
fn length(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}

/// Milliseconds since 1970-01-01 UTC.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
