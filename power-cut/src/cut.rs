//! A folder after a power cut.

use std::sync::Arc;
use std::{fmt, io};

use tempfile::TempDir;

use crate::folder::{self, Files};

/// The folder as a disk might hold it after a power cut.
#[derive(Clone)]
pub struct Cut {
    pub(crate) point: usize,
    pub(crate) seed: u64,
    pub(crate) files: Files,
    /// All that were ever acknowledged, of which this cut has seen the first few.
    pub(crate) notes: Arc<[String]>,
    pub(crate) acknowledged: usize,
}

impl Cut {
    /// How many entries of the log came before.
    pub fn point(&self) -> usize {
        self.point
    }

    /// What [`Recording::cut`](crate::Recording::cut) makes this cut from, with the point.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// What was acknowledged before the cut, in that order, so must hold.
    pub fn acknowledged(&self) -> &[String] {
        &self.notes[..self.acknowledged]
    }

    /// The content of a file by its path in the folder, if it is there.
    pub fn file(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// The files in a new folder, which goes away with its handle.
    pub fn restore(&self) -> io::Result<TempDir> {
        let folder = folder::scratch()?;
        folder::write(&self.files, folder.path())?;
        Ok(folder)
    }
}

impl fmt::Display for Cut {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "cut at point {} with seed {}", self.point, self.seed)
    }
}

impl fmt::Debug for Cut {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}
