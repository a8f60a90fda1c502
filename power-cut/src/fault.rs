//! Calls of the system that fail.

use std::fmt;

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// Opens a file, and makes it where it is not there.
    Open,
    /// Writes bytes.
    Write,
    /// Changes the size of a file.
    Resize,
    /// Syncs a file or a directory.
    Sync,
    /// Renames or unlinks.
    Entry,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// `ENOSPC`: the disk is full.
    NoSpace,
    /// `EIO`: the disk does not answer.
    Io,
    /// `SIGKILL`: the process that calls is killed, and the call is not made.
    Killed,
}

/// A call that a workload made and that shall fail when it is run again
/// ([`Recorder::failing`](crate::Recorder::failing)). It is found by counting the calls of its kind
/// in its thread, so the workload should do the same thing each time, in one thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub(crate) call: String,
    pub(crate) nth: usize,
    pub(crate) operation: Operation,
    pub(crate) file: String,
    pub(crate) failure: Failure,
    pub(crate) lasting: bool,
}

impl Fault {
    /// What fails.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// The file that it was done to, by its path in the folder, which itself is the empty string.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Every later call of that kind shall fail as well, of whatever file: a disk that stays full.
    #[must_use]
    pub fn lasting(self) -> Fault {
        Fault { lasting: true, ..self }
    }

    /// As `strace` takes it.
    pub(crate) fn injection(&self) -> String {
        let done = match self.failure {
            Failure::NoSpace => "error=ENOSPC",
            Failure::Io => "error=EIO",
            Failure::Killed => "signal=KILL",
        };
        let later = if self.lasting { "+" } else { "" };
        format!("inject={}:{done}:when={}{later}", self.call, self.nth)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { call, nth, file, failure, lasting, .. } = self;
        let later = if *lasting { " and later" } else { "" };
        write!(out, "{failure:?} at {call} {nth}{later} (of {file:?})")
    }
}
