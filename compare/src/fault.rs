//! What can go wrong.

use std::fmt::Display;

/// A peer's own errors are passed on as they are.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// An error of this program.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The command line cannot be understood.
    #[error("{0}\n\n{USAGE}")]
    Usage(String),
    /// A recording is not in the format of `josephg/editing-traces`.
    #[error("{path}: {cause}")]
    Trace {
        /// The file.
        path: String,
        /// What is wrong with it.
        cause: String,
    },
    /// The recording has characters outside ASCII, and the peer counts bytes.
    #[error("positions are bytes, and the recording is not ASCII")]
    NotAscii,
    /// The task takes another kind of recording.
    #[error("the task takes a {0} recording")]
    WrongTrace(&'static str),
    /// A peer ended with another text or value than all others.
    #[error("wrong result: {0}")]
    WrongResult(&'static str),
    /// The peer does not do this case of a task.
    #[error("{0}")]
    Cannot(&'static str),
    /// A peer's error that is no `std::error::Error`.
    #[error("{0}")]
    Peer(String),
}

impl Fault {
    /// A peer's error that can only be shown.
    pub fn peer(error: impl Display) -> Self {
        Self::Peer(error.to_string())
    }
}

/// Fails unless a peer's result is what it should be.
pub fn ensure(right: bool, what: &'static str) -> Result<()> {
    if right { Ok(()) } else { Err(Fault::WrongResult(what).into()) }
}

/// How the program is called.
pub const USAGE: &str = "\
usage: crdt-compare [--trace FILE]... [--first N] [--task TASK]... [--peer PEER]... [--runs N] [--json]
                    [--limit SECONDS] [--cards N] [--size N] [--check]

Without --task: every task for the recordings given, or every task that takes none.
Without --peer: all of them.
--runs    how often each measurement is made, 3 if not given
--limit   seconds after which one run is ended, 300 if not given
--cards   cards of the task `board`, 100000 if not given
--size    N of the task `crdt-benchmarks`, 6000 if not given; the largest n of `growth`, 10000000
--check   one run each, and an exit status that says whether every result was right
--json    a line of JSON for each peer and task instead of tables";
