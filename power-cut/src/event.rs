//! What happened to a folder, as the log has it.

/// A file, whatever it is called: its place in the order in which files came to be.
pub(crate) type FileId = usize;

/// One entry of the log. `began` is how many entries the log had when the call began: other threads
/// may have added some while it ran, and of those it keeps nothing.
#[derive(Debug)]
pub(crate) enum Event {
    Write {
        file: FileId,
        at: usize,
        bytes: Vec<u8>,
    },
    Resize {
        file: FileId,
        length: usize,
    },
    /// `entry`: the name of the file is kept too, not its content alone.
    Sync {
        file: FileId,
        began: usize,
        entry: bool,
    },
    SyncFailed {
        file: FileId,
        began: usize,
    },
    SyncFolder {
        folder: String,
        began: usize,
    },
    /// Of the file with the next id.
    Create {
        file: FileId,
        name: String,
    },
    Unlink {
        file: FileId,
        name: String,
    },
    Rename {
        file: FileId,
        from: String,
        to: String,
    },
    Acknowledge,
}

/// The folder that a name is in, the empty string for the one that is recorded.
pub(crate) fn folder_of(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Whether a file is left out: the memory that handles of `SQLite` share.
pub(crate) fn is_left_out(name: &str) -> bool {
    name.ends_with("-shm")
}
