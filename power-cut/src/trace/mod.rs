//! From what `strace` writes to the log.

mod line;
mod replay;
#[cfg(test)]
mod tests;

use std::io::BufRead;

use self::line::Lines;
use self::replay::Replay;
use crate::error::{RecordError, TraceError};
use crate::event::Event;
use crate::fault::Operation;
use crate::folder::Files;

/// The calls that are traced. A question mark is for what some architectures do not have. Not here
/// are those that make data durable without a promise (`sync_file_range`) and reads at a given
/// place.
pub(crate) const CALLS: [&str; 31] = [
    "?open",
    "openat",
    "?creat",
    "close",
    "read",
    "write",
    "pwrite64",
    "lseek",
    "ftruncate",
    "truncate",
    "fsync",
    "fdatasync",
    "?unlink",
    "unlinkat",
    "?rename",
    "?renameat",
    "renameat2",
    // From here on unsupported.
    "readv",
    "writev",
    "pwritev",
    "pwritev2",
    "?link",
    "linkat",
    "?symlink",
    "symlinkat",
    "fallocate",
    "copy_file_range",
    "sendfile",
    "splice",
    "?openat2",
    "preadv2",
];

/// Where a recording is made, as absolute paths without symbolic links.
pub(crate) struct Place {
    pub(crate) folder: String,
    pub(crate) notes: String,
    pub(crate) trace: String,
}

/// What a trace comes to.
#[derive(Default)]
pub(crate) struct Traced {
    pub(crate) events: Vec<Event>,
    pub(crate) notes: Vec<String>,
    pub(crate) noted: Vec<usize>,
    pub(crate) calls: Vec<TracedCall>,
    /// The child knew itself to be one.
    pub(crate) greeted: bool,
    /// A fault came to pass.
    pub(crate) failed: bool,
}

/// A call on a file of the folder, as it is told from others: by counting those of its name in its
/// thread.
pub(crate) struct TracedCall {
    pub(crate) call: String,
    pub(crate) nth: usize,
    pub(crate) operation: Operation,
    pub(crate) file: String,
}

/// Reads a trace of a workload that began with these files.
pub(crate) fn read(
    trace: impl BufRead,
    place: &Place,
    start: &Files,
) -> Result<Traced, RecordError> {
    let mut lines = Lines::default();
    let mut replay = Replay::new(place, start);
    for (number, line) in (1..).zip(trace.lines()) {
        let line = line?;
        let problem = |problem: TraceError| {
            let text = line.chars().take(200).collect();
            RecordError::Trace { line: number, problem, text }
        };
        if let Some(call) = lines.take(&line, replay.point()).map_err(problem)? {
            replay.take(&call).map_err(problem)?;
        }
    }
    Ok(replay.traced())
}
