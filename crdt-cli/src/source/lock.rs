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
}

impl Lock {
    /// Takes the right, or says who has it.
    pub(super) fn take(path: &Path) -> Result<Self, SourceError> {
        // What a link leads to is replaced, and not the link.
        let path = &if path.is_symlink() { path.canonicalize() } else { Ok(path.to_owned()) }
            .map_err(|cause| SourceError::reading(path, cause))?;
        let lock = beside(path, ".lock");
        match OpenOptions::new().write(true).create_new(true).open(&lock) {
            Ok(file) => Ok(Self { path: path.to_owned(), beside: lock, file: Some(file) }),
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
        let Some(file) = &mut self.file else { return Ok(()) };
        file.write_all(bytes)?;
        if let Ok(old) = fs::metadata(&self.path) {
            file.set_permissions(old.permissions())?;
        }
        file.sync_all()?;
        // It must be closed to be renamed on some systems.
        self.file = None;
        fs::rename(&self.beside, &self.path)?;
        sync_directory(&self.path)
    }
}

/// Whoever gives up leaves nothing behind.
impl Drop for Lock {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            let _ = fs::remove_file(&self.beside);
        }
    }
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
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    match File::open(directory.unwrap_or(Path::new("."))) {
        Ok(directory) if cfg!(unix) => directory.sync_all(),
        _ => Ok(()),
    }
}
