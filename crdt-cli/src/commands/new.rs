use std::io::Write as _;

use clap::Args;
use crdt_core::{Document, Json};
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::keys::KeyOption;
use crate::output::{self, NAME, Output, Styled};
use crate::source::{Destination, SourceError, write_new};

/// Make a document of JSON in which nothing is yet
///
/// Documents of other types are made by the apps they belong to. `crdt import --from-json` makes
/// one in which something is.
#[derive(Args, Debug)]
pub(crate) struct New {
    #[command(flatten)]
    destination: Destination,
    #[command(flatten)]
    key: KeyOption,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl New {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Exit, Failure> {
        let path = self.destination.absent()?;
        let key = self.key.keypair(path)?;
        let document = Document::<Json>::create(key).map_err(SourceError::from)?;
        write_new(path, &document.save())?;
        if self.json {
            output::json(out, &json!({ "document": document.id(), "author": document.author() }))?;
        } else {
            writeln!(out, "document {}", Styled(NAME, document.id()))?;
        }
        Ok(Exit::Fine)
    }
}
