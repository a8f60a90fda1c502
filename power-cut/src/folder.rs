//! Folders in memory and on disk.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs, io};

use tempfile::TempDir;

use crate::event::is_left_out;

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

/// Reads the files below a folder, but for those that recordings leave out.
pub(crate) fn read(folder: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    read_below(folder, "", &mut files)?;
    Ok(files)
}

/// A file that is not the same, or not in both.
pub(crate) fn difference(one: &Files, other: &Files) -> Option<String> {
    let differs = |name: &&String| one.get(*name) != other.get(*name);
    one.keys().chain(other.keys()).find(differs).cloned()
}

fn read_below(folder: &Path, prefix: &str, files: &mut Files) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read_below(&entry.path(), &format!("{name}/"), files)?;
        } else if !is_left_out(&name) {
            files.insert(name, fs::read(entry.path())?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_the_same_is_found() {
        let files = |text: &str| Files::from([("a".into(), text.into()), ("b".into(), vec![])]);
        let (mut more, less) = (files("x"), files("x"));
        more.insert("within/c".into(), Vec::new());
        assert_eq!(difference(&files("x"), &files("x")), None);
        assert_eq!(difference(&files("x"), &files("y")).as_deref(), Some("a"));
        assert_eq!(difference(&more, &less).as_deref(), Some("within/c"));
        assert_eq!(difference(&less, &more).as_deref(), Some("within/c"));
    }
}
