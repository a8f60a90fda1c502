use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use crdt_core::Json;
use crdt_store::StoreError;
use serde_json::json;

use crate::failure::{Exit, Failure};
use crate::output::{self, Output};
use crate::source::{Choice, StoreFile};

/// Have a store take as little room as it can
///
/// Apps do that by themselves now and then. All documents are compacted, or the one that is chosen.
/// The state that an app saved with a document is left out where something was written since, as
/// only the app can write it; it builds it anew once. Nothing else changes.
#[derive(Args, Debug)]
pub(crate) struct Compact {
    /// A store
    #[arg(value_name = "STORE")]
    file: PathBuf,
    #[command(flatten)]
    choice: Choice,
    /// Print the sizes as JSON
    #[arg(long)]
    json: bool,
}

impl Compact {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Exit, Failure> {
        let file = StoreFile::keep(&self.file)?;
        let before = file.bytes();
        let chosen = match &self.choice.document {
            Some(wanted) => vec![file.choose(Some(wanted))?],
            None => file.documents()?,
        };
        let mut exit = Exit::Fine;
        for listing in chosen {
            let is_json = listing.type_name.as_deref() == Some("Json");
            let compacted = if is_json {
                file.store.open_document::<Json>(listing.id).and_then(|mut it| it.compact())
            } else {
                file.store.open_history(listing.id).and_then(|mut it| it.compact())
            };
            match compacted {
                // The others can be compacted all the same.
                Err(error @ StoreError::Damaged { .. }) => {
                    output::warn(file.failed(error));
                    exit = Exit::Damaged;
                }
                compacted => compacted.map_err(|error| file.failed(error))?,
            }
        }
        let after = file.bytes();
        if self.json {
            output::json(out, &json!({ "bytes_before": before, "bytes_after": after }))?;
        } else {
            writeln!(out, "{before:>10}  bytes before\n{after:>10}  bytes after")?;
        }
        Ok(exit)
    }
}
