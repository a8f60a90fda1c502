use std::fs;
use std::path::Path;

/// Which file a name leads to, as far as the file system tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Identity(Option<(u64, u64)>);

impl Identity {
    #[cfg(unix)]
    pub(super) fn of(path: &Path) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        let found = fs::metadata(path).ok();
        Self(found.map(|found| (found.dev(), found.ino())))
    }

    /// A file that is open cannot be moved there.
    #[cfg(not(unix))]
    pub(super) fn of(path: &Path) -> Self {
        Self(fs::metadata(path).ok().map(|_| (0, 0)))
    }
}
