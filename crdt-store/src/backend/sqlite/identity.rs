use std::fs;
use std::path::Path;
use std::time::SystemTime;

#[cfg(unix)]
type Number = (u64, u64);
#[cfg(not(unix))]
type Number = std::path::PathBuf;

/// Which file a name leads to, as far as the file system tells.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) struct Identity(Option<Number>);

impl Identity {
    /// Whether there was a file.
    pub(super) fn is_known(&self) -> bool {
        self.0.is_some()
    }

    #[cfg(unix)]
    pub(super) fn of(path: &Path) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        let found = fs::metadata(path).ok();
        Self(found.map(|found| (found.dev(), found.ino())))
    }

    /// A file that is open cannot be moved there.
    #[cfg(not(unix))]
    pub(super) fn of(path: &Path) -> Self {
        Self(fs::canonicalize(path).ok())
    }
}

/// When a file was written last, as far as the file system tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Written(Option<(SystemTime, u64)>);

impl Written {
    pub(super) fn of(path: &Path) -> Self {
        let found = fs::metadata(path).ok();
        Self(found.and_then(|found| Some((found.modified().ok()?, found.len()))))
    }
}

/// Whether a file has other names beside this one, as far as that can be told.
#[cfg(unix)]
pub(super) fn has_other_names(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.nlink() > 1)
}

#[cfg(not(unix))]
pub(super) fn has_other_names(_: &Path) -> bool {
    false
}
