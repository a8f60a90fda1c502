//! Waiting for what another process has locked.

use core::time::Duration;
use std::thread;
use std::time::Instant;

use rusqlite::{Connection, ErrorCode};

use crate::backend::LONGEST_LOCK_TIMEOUT;

/// How long is waited before it is tried again. SQLite itself comes to wait 100 milliseconds, and who
/// tries so seldom hardly meets the moment in which one that never stops has the lock not.
const PAUSE: Duration = Duration::from_millis(2);

/// How long a connection waits for everything else.
pub(super) fn set_timeout(connection: &Connection, usual: Duration) -> rusqlite::Result<()> {
    connection.busy_timeout(usual.min(LONGEST_LOCK_TIMEOUT))
}

/// Begins a transaction that writes, as one of all processes does at a time.
pub(super) fn begin(
    connection: &Connection,
    timeout: Duration,
    usual: Duration,
) -> rusqlite::Result<()> {
    set_timeout(connection, Duration::ZERO)?;
    let begun = retried(timeout, || connection.execute_batch("BEGIN IMMEDIATE"));
    set_timeout(connection, usual)?;
    begun
}

/// Tries something until others do not lock it any more, or for so long.
pub(super) fn retried<R>(
    timeout: Duration,
    mut attempt: impl FnMut() -> rusqlite::Result<R>,
) -> rusqlite::Result<R> {
    let begin = Instant::now();
    loop {
        match attempt() {
            Err(error) if is_busy(&error) && begin.elapsed() < timeout => thread::sleep(PAUSE),
            done => return done,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}
