//! What can go wrong while a workload is recorded.

use std::io;
use std::process::ExitStatus;

/// Why there is no recording.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// `strace` is not installed, or may not trace here.
    #[error("strace cannot be run: {0}")]
    Unavailable(String),
    /// The files of the recording could not be made or read.
    #[error("the files of a recording: {0}")]
    Io(#[from] io::Error),
    /// The child did not end well.
    #[error("the workload ended with {status}:\n{output}")]
    Workload {
        /// How it ended.
        status: ExitStatus,
        /// What it printed.
        output: String,
    },
    /// The child ran and never called [`Child::here`](crate::Child::here).
    #[error("no test named {0:?} asked for its child: the name is that of `cargo test -- --list`")]
    NoChild(String),
    /// A file is not what the trace comes to. It was written in a way that is not seen, a mapping.
    #[error("{0:?} was written in a way that power-cut does not see")]
    Unseen(String),
    /// The trace has something that is not understood.
    #[error("line {line} of the trace: {problem}: {text}")]
    Trace {
        /// The number of the line.
        line: usize,
        /// What is not understood.
        problem: TraceError,
        /// How the line begins.
        text: String,
    },
}

/// What is not understood of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TraceError {
    /// The line is not what `strace` is known to write.
    #[error("unreadable")]
    Unreadable,
    /// More bytes were written by one call than `strace` was told to show.
    #[error("a write is longer than a recording can take")]
    TooLong,
    /// A write went to where an earlier call left off, and that call was not seen.
    #[error("a write at a position that is not known (of a copied descriptor?)")]
    UnknownPosition,
    /// A file that neither was there at the start nor was opened.
    #[error("a file that is not known")]
    UnknownFile,
    /// A call that changes files of the folder and that the harness has no notion of.
    #[error("a call that power-cut does not know")]
    Unsupported,
}
