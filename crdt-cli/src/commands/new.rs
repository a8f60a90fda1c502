use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::keys::KeyOption;
use crate::output::{self, NAME, Output, Styled};
use crate::source::making;

/// Make a document of JSON in which nothing is yet
///
/// If FILE is a store, the document comes to the others in it. Documents of other types are made by
/// the apps they belong to. `crdt import --from-json` makes one in which something is.
#[derive(Args, Debug)]
pub(crate) struct New {
    /// A store, or a file that is not there yet
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Make FILE a store, if it is not there
    #[arg(long)]
    store: bool,
    /// What to call it in the store
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    #[command(flatten)]
    key: KeyOption,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl New {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Exit, Failure> {
        let place = making(&self.file, self.store)?;
        let made = place.make(&self.key, self.title.as_deref(), |_| Ok(()))?;
        if self.json {
            output::json(out, &json!({ "document": made.document, "author": made.author }))?;
        } else {
            writeln!(out, "document {}", Styled(NAME, made.document))?;
        }
        Ok(Exit::Fine)
    }
}
