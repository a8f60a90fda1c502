//! Folders in memory and on disk.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs, io};

use tempfile::TempDir;

/// The content of files by their path in the folder, with `/` between.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// An empty folder that goes away with its handle, in memory where the system has such a place:
/// what is tested is what was synced, and nothing would be gained by waiting for a disk.
pub(crate) fn scratch() -> io::Result<TempDir> {
    let memory = Path::new("/dev/shm");
    let parent = if memory.is_dir() { memory.to_owned() } else { env::temp_dir() };
    tempfile::Builder::new().prefix("power-cut-").tempdir_in(parent)
}

/// Writes the files below a folder.
pub(crate) fn write(files: &Files, folder: &Path) -> io::Result<()> {
    for (name, bytes) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, bytes)?;
    }
    Ok(())
}
