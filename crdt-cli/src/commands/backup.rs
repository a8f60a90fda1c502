use std::path::PathBuf;

use clap::Args;

use crate::failure::{Exit, Failure};
use crate::source::StoreFile;

/// Copy a store, while apps go on writing to it
///
/// A plain copy of the file can be one of two moments; this never is. The key is not copied: whoever
/// opens the copy writes as somebody else. So it is no matter that the copy does not know of changes
/// that were made later.
#[derive(Args, Debug)]
pub(crate) struct Backup {
    /// A store
    #[arg(value_name = "FROM")]
    from: PathBuf,
    /// Where the copy is to be; nothing may be there
    #[arg(value_name = "TO")]
    to: PathBuf,
}

impl Backup {
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        // Whoever only looks does not keep others from changing the file under the copy.
        let file = StoreFile::keep(&self.from).or_else(|_| StoreFile::look(&self.from))?;
        file.store.backup(&self.to).map_err(|error| file.failed_at(&self.to, error))?;
        Ok(Exit::Fine)
    }
}
