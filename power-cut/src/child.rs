//! The side of the workload.

use std::env;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

pub(crate) const FOLDER: &str = "POWER_CUT_FOLDER";
pub(crate) const NOTES: &str = "POWER_CUT_NOTES";
pub(crate) const ARGUMENT: &str = "POWER_CUT_ARGUMENT";

/// What a child writes where it would write a note, once it knows itself to be one.
pub(crate) const HELLO: &str = "\0";

/// A process that is being recorded.
///
/// # Panics
///
/// Its methods panic where the recorder's files cannot be written: the child fails, and the
/// recorder says so.
#[derive(Debug)]
pub struct Child {
    folder: PathBuf,
    notes: File,
}

impl Child {
    /// This process as a child, if a [`Recorder`](crate::Recorder) started it. A test begins with
    /// this.
    pub fn here() -> Option<Child> {
        let folder = PathBuf::from(env::var_os(FOLDER)?);
        let path = env::var_os(NOTES).expect("the recorder sets both");
        let notes = OpenOptions::new().append(true).open(path).expect("the recorder's file");
        let child = Child { folder, notes };
        child.note(HELLO);
        Some(child)
    }

    /// The folder that is recorded. It is the current directory too.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What [`Recorder::argument`](crate::Recorder::argument) says, the empty string without.
    pub fn argument(&self) -> String {
        env::var(ARGUMENT).unwrap_or_default()
    }

    /// Puts a note into the log: what it says must hold at every cut after this. Where several
    /// threads write, a note may stand in the log before what they did at the same time, never
    /// after what began later.
    pub fn acknowledge(&self, note: impl AsRef<str>) {
        self.note(note.as_ref());
    }

    /// One call of the system for each note, for they are told apart by that: even an empty one is
    /// a line.
    fn note(&self, note: &str) {
        let line = format!("{note}\n");
        (&self.notes).write_all(line.as_bytes()).expect("the recorder's file");
    }
}
