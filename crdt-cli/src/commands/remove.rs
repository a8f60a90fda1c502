use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use clap::Args;
use crdt_store::Listing;

use crate::failure::{Exit, Failure};
use crate::output::{self, Count, clean};
use crate::source::{Choice, StoreFile};

/// Remove a document from a store
///
/// All changes of it go from this store. That it was here is remembered, so that it does not come
/// back by itself; `crdt import --again` takes it in again from somebody who has it.
#[derive(Args, Debug)]
pub(crate) struct Remove {
    /// A store
    #[arg(value_name = "STORE")]
    file: PathBuf,
    #[command(flatten)]
    choice: Choice,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
}

impl Remove {
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        let listing = StoreFile::look(&self.file)?.choose(self.choice.document.as_deref())?;
        if !self.yes && !asked(&listing)? {
            output::note("nothing was removed");
            return Ok(Exit::Failed);
        }
        let file = StoreFile::keep(&self.file)?;
        file.store.remove(listing.id).map_err(|error| file.failed(error))?;
        Ok(Exit::Fine)
    }
}

/// Whether who sits there wants it.
fn asked(listing: &Listing) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::Unasked);
    }
    let changes = Count(usize::try_from(listing.changes).unwrap_or(usize::MAX), "change");
    let title = listing.title.as_deref().map(|title| format!(", {title:?}"));
    let question = format!(
        "Remove the document {}{} with {changes}? [y/N] ",
        listing.id,
        title.unwrap_or_default()
    );
    let mut error = io::stderr();
    write!(error, "{}", clean(&question))?;
    error.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
