//! Writing a file as a whole, one process at a time.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::error::SourceError;

/// The right to write a file. It is a file beside it, which whoever finds it there leaves alone,
/// and which takes the place of the other when it is written: nobody ever sees half of one.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    beside: PathBuf,
    file: Option<File>,
    /// Whether the one beside has taken the place of the other.
    is_done: bool,
}

impl Lock {
    /// Takes the right, or says who has it.
    pub(super) fn take(path: &Path) -> Result<Self, SourceError> {
        check_named(path)?;
        // What a link leads to is replaced, and not the link.
        let path = &if path.is_symlink() { path.canonicalize() } else { Ok(path.to_owned()) }
            .map_err(|cause| SourceError::reading(path, cause))?;
        let lock = beside(path, ".lock");
        match OpenOptions::new().write(true).create_new(true).open(&lock) {
            Ok(file) => {
                let path = path.to_owned();
                Ok(Self { path, beside: lock, file: Some(file), is_done: false })
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(SourceError::Locked { path: path.to_owned(), lock })
            }
            Err(cause) => Err(SourceError::writing(path, cause)),
        }
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Replaces the file and gives the right back. When it returns, the bytes are on disk.
    pub(super) fn replace(mut self, bytes: &[u8]) -> Result<(), SourceError> {
        let written = self.write(bytes);
        written.map_err(|cause| SourceError::Unwritable { path: self.path.clone(), cause })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some(mut file) = self.file.take() else { return Ok(()) };
        // Before anything is in it: who may not read the one may not read the other.
        if let Ok(old) = fs::metadata(&self.path) {
            file.set_permissions(old.permissions())?;
        }
        file.write_all(bytes)?;
        file.sync_all()?;
        // It must be closed to be renamed on some systems.
        drop(file);
        fs::rename(&self.beside, &self.path)?;
        self.is_done = true;
        sync_directory(&self.path)
    }
}

/// Whoever gives up leaves nothing behind.
impl Drop for Lock {
    fn drop(&mut self) {
        if !self.is_done {
            self.file = None;
            let _ = fs::remove_file(&self.beside);
        }
    }
}

/// Refuses `-`, which is standard input wherever something is read: what was written to a file of
/// that name would not be found again.
pub(super) fn check_named(path: &Path) -> Result<(), SourceError> {
    if path.to_str() == Some("-") { Err(SourceError::Unnamed) } else { Ok(()) }
}

/// Writes a file that is not there yet. When it returns, the bytes are on disk; where that fails, no
/// part of them stands in the way of the next try.
pub(crate) fn create(path: &Path, options: &mut OpenOptions, bytes: &[u8]) -> io::Result<()> {
    let mut file = options.write(true).create_new(true).open(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    drop(file);
    let written = written.and_then(|()| sync_directory(path));
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}

/// A file with the same name and something more.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// What is called so from the working folder, if it is below that.
pub(crate) fn from_here(path: &Path) -> &Path {
    let here = std::env::current_dir().ok();
    here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path)
}

/// A name is on disk when its directory is. Where directories cannot be opened it is all the same.
fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    match File::open(directory.unwrap_or(Path::new("."))) {
        Ok(directory) if cfg!(unix) => directory.sync_all(),
        _ => Ok(()),
    }
}
