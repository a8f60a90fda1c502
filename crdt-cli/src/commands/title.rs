use std::path::PathBuf;

use clap::Args;

use crate::failure::{Exit, Failure};
use crate::source::{Choice, StoreFile};

/// Call a document of a store something
///
/// The title is for people who look at the store, and for `--document` of other commands. It is not
/// part of the document: nothing is signed, and others do not get it.
#[derive(Args, Debug)]
pub(crate) struct Title {
    /// A store
    #[arg(value_name = "STORE")]
    file: PathBuf,
    /// What to call it
    #[arg(value_name = "TITLE", required_unless_present = "clear")]
    text: Option<String>,
    /// Have it called nothing
    #[arg(long, conflicts_with = "text")]
    clear: bool,
    #[command(flatten)]
    choice: Choice,
}

impl Title {
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        let file = StoreFile::keep(&self.file)?;
        let listing = file.choose(self.choice.document.as_deref())?;
        let written = file.store.set_title(listing.id, self.text.as_deref());
        written.map_err(|error| file.failed(error))?;
        Ok(Exit::Fine)
    }
}
