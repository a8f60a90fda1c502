//! A file of SQLite.
//!
//! `docs/store-format.md` describes its tables. It is in WAL mode with `synchronous=FULL`, so a
//! commit is durable when it returns, and one that was cut off is not there at all. Every
//! transaction has a connection of its own, so that a handle which writes within a change of
//! another finds the file locked, and waits no longer than it is told to.

mod copy;
mod identity;
mod journal;
mod lock;
mod queues;
pub(crate) mod rows;
mod schema;
mod transaction;

use core::time::Duration;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rusqlite::config::DbConfig;
use rusqlite::ffi::SQLITE_IOERR_SHMSIZE as IOERR_SHMSIZE;
use rusqlite::{Connection, Error, ErrorCode, OpenFlags};

use super::queue::Queue;
use super::{Access, Backend, LOCK_TIMEOUT, Transaction};
use crate::error::StoreError;
use crate::recovery;
pub(crate) use copy::create_like;
use identity::{Identity, Written, has_other_names};
use transaction::SqliteTransaction;

/// When what was committed is safe from a power cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Durability {
    /// When the call that wrote it returns.
    #[default]
    Each,
    /// When [`flush`](crate::Store::flush) returns, or the file has been checkpointed. A power cut
    /// before that loses the newest changes, as if they had never been made; the end of a process
    /// loses nothing. What leaves a document by the methods of [`Stored`](crate::Stored) is flushed
    /// before, also by who opened the file otherwise.
    ///
    /// Where the disk refuses a sync ([`StoreError::Unsure`] from then on), what is committed and
    /// not on the disk is still read from memory. A power cut after the file was opened again may
    /// then damage it, so begin the machine anew first.
    Grouped,
}

/// How a file is opened.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// Whether it is made if there is none.
    pub create: bool,
    /// Whether it is only read.
    pub read_only: bool,
    /// Whether, to be read only, it is taken as it is: nothing appears beside it, and what others
    /// write from then on is not seen. Where somebody else has it open, it is read as ever.
    pub as_is: bool,
    /// When what was committed is safe from a power cut.
    pub durability: Durability,
    /// How long is waited for others that write.
    pub lock_timeout: Duration,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            create: true,
            read_only: false,
            as_is: false,
            durability: Durability::Each,
            lock_timeout: LOCK_TIMEOUT,
        }
    }
}

/// A file of SQLite in which documents are kept.
#[derive(Debug)]
pub struct Sqlite {
    /// As it was called, for errors.
    named: PathBuf,
    /// Where it is.
    path: PathBuf,
    options: SqliteOptions,
    /// Whether the file is read as one that nobody writes, since nothing can be written beside it.
    immutable: bool,
    /// When it was written last, before anything of it was read.
    written: Written,
    idle: Mutex<Vec<Connection>>,
    /// What looks whether something was committed: a connection is told that of all others.
    watch: Mutex<Option<Connection>>,
    /// Which file it is, whatever its name leads to by now.
    identity: Identity,
    /// Which file its journal is. It is that one as long as anybody has it open.
    journal: Identity,
    /// Those of this process that want to write to the file, by whichever handle.
    queue: Arc<Queue>,
    /// Whether it is not known if something was written.
    unsure: OnceLock<String>,
}

/// The oldest version that does not corrupt a WAL which several connections reset.
const OLDEST: i32 = 3_051_003;

/// What is said of a journal of which SQLite passes over a part.
const DAMAGED_JOURNAL: &str = "the journal is damaged, so what was committed last is not seen; or the power was cut while \
                               something was being committed, which is nothing to mind";

/// How many connections are kept open while nobody uses them.
const IDLE: usize = 4;

impl Sqlite {
    /// Opens a file, and makes it a store if it is new.
    ///
    /// # Errors
    /// [`StoreError`] says why it is none, or cannot be used safely.
    pub fn open(path: &Path, options: SqliteOptions) -> Result<Self, StoreError> {
        if rusqlite::version_number() < OLDEST {
            return Err(StoreError::OldSqlite(rusqlite::version()));
        }
        let named = path.to_owned();
        let path = &found(path)?;
        if !path.exists() && (options.read_only || !options.create) {
            return Err(StoreError::NotFound(named));
        }
        if path.exists() && !path.is_file() {
            return Err(StoreError::NotAStore(named));
        }
        if has_other_names(path) {
            return Err(StoreError::Linked(named));
        }
        let mut sqlite = Self {
            named,
            path: path.to_owned(),
            immutable: options.read_only && options.as_is && !beside(path, "-wal").exists(),
            written: Written::of(path),
            options,
            idle: Mutex::default(),
            watch: Mutex::default(),
            identity: Identity::default(),
            journal: Identity::default(),
            queue: Arc::default(),
            unsure: OnceLock::new(),
        };
        let is_synced = sqlite.options.durability == Durability::Each;
        if !sqlite.options.read_only
            && is_synced
            && recovery::has_journal_lost(path)?
            && !was_grouped(path)
        {
            return Err(StoreError::DamagedJournal(sqlite.named.clone()));
        }
        let first = sqlite.connect_first()?;
        sqlite.give_back(first);
        Ok(sqlite)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The first connection, with which the file is looked at.
    fn connect_first(&mut self) -> Result<Connection, StoreError> {
        let is_left = self.is_journal_left();
        let first = match self.connect_checked() {
            Err(StoreError::Sqlite(error)) if self.options.read_only && cannot_open(&error) => {
                self.take_as_is()?;
                self.connect_checked()
            }
            first => first,
        };
        let first = first.map_err(|error| self.unlocked(error))?;
        if !self.options.read_only {
            self.prepare(&first).map_err(|error| self.unlocked(error))?;
        }
        self.identity = Identity::of(&self.path);
        self.queue = queues::of(&self.identity);
        if !self.options.read_only {
            if is_left {
                self.renew_journal(&first)?;
            }
            sync_folder(&self.path)?;
        }
        if !self.immutable {
            self.journal = Identity::of(&beside(&self.path, "-wal"));
        }
        self.group(first)
    }

    fn prepare(&self, first: &Connection) -> Result<(), StoreError> {
        schema::prepare(first, &self.named, self.options.lock_timeout)?;
        match self.options.durability {
            Durability::Each => Ok(()),
            Durability::Grouped => schema::set_grouped(first).map_err(StoreError::Sqlite),
        }
    }

    /// A connection to what is a store by now, as durable as is wanted.
    fn group(&self, mut connection: Connection) -> Result<Connection, StoreError> {
        if !self.options.read_only && self.options.durability == Durability::Grouped {
            schema::group(&mut connection).map_err(|error| self.named(error))?;
        }
        Ok(connection)
    }

    /// A connection to what has to be a store by now, if it has to be.
    fn connect_checked(&self) -> Result<Connection, StoreError> {
        let connection = self.connect()?;
        if self.options.read_only || !self.options.create {
            schema::check_made(&connection, &self.named)?;
        }
        Ok(connection)
    }

    /// Takes the file as it is, where nothing can be written beside it, as the index of a journal
    /// would have to be.
    fn take_as_is(&mut self) -> Result<(), StoreError> {
        if self.is_journal_left() {
            return Err(StoreError::JournalUnread(self.named.clone()));
        }
        self.immutable = true;
        Ok(())
    }

    /// Begins a transaction that writes, if no other does just now.
    pub(crate) fn begin_at_once(&self) -> Result<Box<dyn Transaction + '_>, StoreError> {
        self.sure()?;
        Ok(Box::new(SqliteTransaction::writes(self, Duration::ZERO)?))
    }

    fn connect(&self) -> Result<Connection, StoreError> {
        let writes = if self.options.read_only {
            OpenFlags::SQLITE_OPEN_READ_ONLY
        } else {
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
        };
        // A connection is used by one thread at a time.
        let flags = writes | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
        let connection = if self.immutable {
            let uri = format!("file:{}?immutable=1", escaped(&self.path));
            Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI)
        } else {
            Connection::open_with_flags(&self.path, flags)
        };
        let mut connection = connection.map_err(|error| match self.named(error) {
            StoreError::Sqlite(error) if cannot_open(&error) && is_long(&self.path) => {
                StoreError::LongPath(self.named.clone())
            }
            error => error,
        })?;
        // SQLite takes a file that it cannot open for writing for one to be read. Kept, such a
        // connection would refuse to write long after the cause is gone.
        let reads = connection.is_readonly("main").map_err(|error| self.named(error))?;
        if reads && !self.options.read_only {
            return Err(StoreError::ReadOnly);
        }
        schema::configure(&mut connection, &self.options).map_err(|error| self.named(error))?;
        Ok(connection)
    }

    /// A connection that nobody uses.
    fn connection(&self) -> Result<Connection, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.group(self.connect()?)?,
        };
        self.in_place()?;
        Ok(connection)
    }

    fn give_back(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE {
            idle.push(connection);
        }
    }

    /// Whether the file is where it was, with its journal. What is written to one that is not is seen
    /// by nobody, and a connection to another one that is there now would mix both.
    fn in_place(&self) -> Result<(), StoreError> {
        let is_here =
            self.identity == Identity::of(&self.path) && !self.is_other(&self.journal_now());
        if is_here { Ok(()) } else { Err(StoreError::Gone(self.named.clone())) }
    }

    /// Whether a file that is taken as it is still is as it was. What is read of one that others write
    /// is from several times, and looks damaged.
    fn is_as_it_was(&self) -> Result<(), StoreError> {
        let is_so = !self.immutable || self.written == Written::of(&self.path);
        if is_so { Ok(()) } else { Err(StoreError::Rewritten(self.named.clone())) }
    }

    fn journal_now(&self) -> Identity {
        Identity::of(&beside(&self.path, "-wal"))
    }

    /// Whether a journal is not the one any more that was opened: somebody deleted that, and another
    /// process may have made one of its own, which is all that others see.
    fn is_other(&self, journal: &Identity) -> bool {
        self.journal.is_known() && self.journal != *journal
    }

    /// Whether the journal is where it has to be while something is written.
    fn has_journal(&self) -> Result<(), StoreError> {
        let journal = self.journal_now();
        let is_here = journal.is_known() && !self.is_other(&journal);
        if is_here { Ok(()) } else { Err(StoreError::Gone(self.named.clone())) }
    }

    /// Remembers that nobody knows what became of something that was to be committed or synced.
    /// Gives the error that says so.
    fn doubt(&self, error: StoreError) -> StoreError {
        match error {
            // Nothing was committed: that has to be written in full before.
            StoreError::Locked(_) | StoreError::Full => error,
            error => StoreError::Unsure(self.unsure.get_or_init(|| error.to_string()).clone()),
        }
    }

    /// Whether it is known what is there.
    fn sure(&self) -> Result<(), StoreError> {
        self.unsure.get().map_or(Ok(()), |cause| Err(StoreError::Unsure(cause.clone())))
    }

    /// An error of SQLite, named by its cause.
    fn named(&self, error: rusqlite::Error) -> StoreError {
        // The index of the journal could not grow.
        let is_full = error.sqlite_error().is_some_and(|it| it.extended_code == IOERR_SHMSIZE);
        match error.sqlite_error_code() {
            _ if is_full => StoreError::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                StoreError::Locked(self.options.lock_timeout)
            }
            Some(ErrorCode::DiskFull) => StoreError::Full,
            Some(ErrorCode::ReadOnly) => StoreError::ReadOnly,
            Some(ErrorCode::NotADatabase) => StoreError::NotAStore(self.named.clone()),
            None if matches!(error, Error::InvalidPath(_) | Error::NulError(_)) => {
                StoreError::Sqlite(error)
            }
            // A row, or a value in one, that no store has; or a table, since all that is asked is
            // asked of every store.
            Some(ErrorCode::DatabaseCorrupt) | None => StoreError::Corrupt(error),
            Some(ErrorCode::Unknown) if is_of_schema(&error) => StoreError::Corrupt(error),
            _ => StoreError::Sqlite(error),
        }
    }

    /// An error in which only how long was waited is missing.
    fn unlocked(&self, error: StoreError) -> StoreError {
        match error {
            StoreError::Sqlite(error) => self.named(error),
            error => error,
        }
    }
}

impl Backend for Sqlite {
    fn revision(&self) -> Result<Option<u64>, StoreError> {
        self.in_place()?;
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = match watch.take() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let looked =
            connection.pragma_query_value(None, "data_version", |row| row.get::<_, i64>(0));
        let revision = looked.map_err(|error| self.named(error))?;
        *watch = Some(connection);
        Ok(Some(revision.cast_unsigned()))
    }

    fn begin(&self, access: Access) -> Result<Box<dyn Transaction + '_>, StoreError> {
        Ok(Box::new(match access {
            Access::Read => SqliteTransaction::reads(self)?,
            Access::Write if self.options.read_only => return Err(StoreError::ReadOnly),
            Access::Write => {
                self.sure()?;
                SqliteTransaction::writes(self, self.options.lock_timeout)?
            }
        }))
    }

    fn flush(&self) -> Result<(), StoreError> {
        if self.immutable || !self.may_be_unsynced()? {
            return Ok(());
        }
        self.sure()?;
        self.in_place()?;
        let synced = self.sync_journal();
        // What a sync that failed did not keep, no later one keeps.
        synced.map_err(|error| self.doubt(error))
    }

    fn shrink(&self) -> Result<(), StoreError> {
        self.sure()?;
        let connection = self.connection()?;
        let shrunk = schema::shrink(&connection).map_err(|error| self.named(error));
        self.give_back(connection);
        // The journal is synced, which where commits wait for that may have lost them.
        shrunk.map_err(|error| match self.options.durability {
            Durability::Grouped => self.doubt(error),
            Durability::Each => error,
        })
    }

    fn integrity(&self) -> Result<Vec<String>, StoreError> {
        let connection = self.connection()?;
        let checked = schema::integrity(&connection).map_err(|error| self.named(error));
        self.give_back(connection);
        self.is_as_it_was()?;
        let mut found = match checked {
            // It is so damaged that it cannot be checked.
            Err(StoreError::Corrupt(error)) => vec![error.to_string()],
            checked => checked?,
        };
        if recovery::is_journal_damaged(&self.path)? {
            found.push(DAMAGED_JOURNAL.to_owned());
        }
        Ok(found)
    }
}

impl Drop for Sqlite {
    /// The last connection copies the journal into the file when it is closed, and deletes it. Where a
    /// sync of the journal has failed, it may not be on the disk, and a file that is half of it would
    /// be lost; where it is that of others by now, theirs would be.
    fn drop(&mut self) {
        let journal = self.journal_now();
        let is_of_others = journal.is_known() && self.is_other(&journal);
        if self.unsure.get().is_some() || is_of_others {
            let idle = self.idle.get_mut().unwrap_or_else(PoisonError::into_inner);
            let watch = self.watch.get_mut().unwrap_or_else(PoisonError::into_inner);
            for connection in idle.iter().chain(watch.iter()) {
                let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
            }
        }
    }
}

/// Whether it is known that commits to a file were not always synced. It is only read: the last
/// connection that writes would copy the journal into the file when it is closed.
fn was_grouped(path: &Path) -> bool {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags);
    connection.and_then(|connection| schema::was_grouped(&connection)).unwrap_or(false)
}

/// Where a file is, whatever the working folder will be. What is beside it is beside what a link
/// leads to, as SQLite has it, so that the file has one journal and one key.
pub(crate) fn found(path: &Path) -> Result<PathBuf, StoreError> {
    let is_link = std::fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    let found = if is_link { std::fs::canonicalize(path) } else { std::path::absolute(path) };
    found.map_err(|source| StoreError::io(path, source))
}

/// What SQLite has beside a file.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut beside = path.as_os_str().to_owned();
    beside.push(ending);
    beside.into()
}

/// Whether nothing can be written beside a file that is to be read.
fn cannot_open(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly))
}

/// Whether a path, with what is put behind it, is longer than SQLite takes any.
fn is_long(path: &Path) -> bool {
    path.as_os_str().len() > 500
}

/// Whether SQLite does not understand what it is asked of these tables.
fn is_of_schema(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_ERROR)
}

/// A path as a URI has it.
fn escaped(path: &Path) -> String {
    let escape = |byte: &u8| match byte {
        b'?' | b'#' | b'%' | 0x80.. => format!("%{byte:02x}"),
        byte => char::from(*byte).to_string(),
    };
    path.as_os_str().as_encoded_bytes().iter().map(escape).collect()
}

/// Has the entry of a new file survive a power cut.
fn sync_folder(path: &Path) -> Result<(), StoreError> {
    if !cfg!(unix) {
        return Ok(());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let synced = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
    synced.map_err(|source| StoreError::io(folder, source))
}
