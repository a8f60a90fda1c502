use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use crdt_core::{ChangeOptions, DocumentId};
use serde::Serialize;

use crate::commands::edit::read_json;
use crate::failure::{Exit, Failure};
use crate::keys::KeyOption;
use crate::output::{self, Count, NAME, Output, Styled};
use crate::source::{Destination, Imported, SourceError, making, place_at};
use crate::time;

/// Take changes of others into a store or a file, or make a document of JSON
///
/// The others' files are bundles or saved documents, or stores with one document. All of them is
/// checked first; if something is damaged or forged, or of another document, nothing is taken in.
/// Changes that depend on others which are not here wait for them. Taking in the same changes again
/// does nothing.
///
/// In a store, the changes go to the document that they are of, which is made if there is none. One
/// that was removed comes back only if you say so.
///
/// A file that is not there is made. It is written as a whole: if that fails, it is as it was. A
/// state that an app saved with it is left out, so that the app builds it anew once.
#[derive(Args, Debug)]
pub(crate) struct Import {
    #[command(flatten)]
    destination: Destination,
    /// What to take in; `-` reads standard input
    #[arg(value_name = "FROM", required_unless_present = "from_json")]
    from: Vec<PathBuf>,
    #[command(flatten)]
    leniency: Leniency,
    /// Make FILE a store, if it is not there
    #[arg(long)]
    store: bool,
    /// Make a new document of the JSON in a file; `-` reads standard input
    #[arg(long, value_name = "JSONFILE", conflicts_with_all = ["from", "salvage", "document"])]
    from_json: Option<PathBuf>,
    /// What to call the new document in the store
    #[arg(long, value_name = "TEXT", requires = "from_json")]
    title: Option<String>,
    #[command(flatten)]
    key: KeyOption,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// What is taken in all the same.
#[derive(Args, Debug)]
struct Leniency {
    /// Pass over what is damaged, forged or of another document, and say what that was
    #[arg(long)]
    salvage: bool,
    /// Take in a document that was removed from the store
    #[arg(long)]
    again: bool,
}

#[derive(Serialize)]
struct Summary {
    document: DocumentId,
    changes: usize,
    new_changes: usize,
    waiting_bundles: usize,
}

impl Import {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Exit, Failure> {
        if let Some(path) = &self.from_json {
            return self.make(path, out);
        }
        let from: Result<Vec<_>, _> = self.from.iter().map(|path| place_at(path)).collect();
        let target = if self.store {
            self.destination.store_target()?
        } else {
            self.destination.target()?
        };
        let imported = target.import(&from?, self.leniency.salvage, self.leniency.again)?;
        let Imported { document, changes, new_changes, waiting_bundles, problems, left_out } =
            imported;
        for problem in &problems {
            output::warn(format_args!(
                "passed over {} of {}: {}",
                problem.piece, problem.source, problem.what
            ));
        }
        if left_out > 0 {
            let bundles = Count(left_out, "bundle");
            output::warn(format_args!(
                "passed over {bundles} that waited in a saved document: import them from where \
                 they came"
            ));
        }
        self.print(out, &Summary { document, changes, new_changes, waiting_bundles })?;
        Ok(if problems.is_empty() { Exit::Fine } else { Exit::Damaged })
    }

    fn make(&self, path: &Path, out: &mut Output) -> Result<Exit, Failure> {
        let place = making(self.destination.path(), self.store)?;
        let value = read_json(path)?;
        let mut options = ChangeOptions::new();
        if let Some(now) = time::now() {
            options = options.claimed_time(now);
        }
        let made = place.make(&self.key, self.title.as_deref(), |document| {
            let written = document.update_with(&options, |json| json.0 = value);
            written.map_err(SourceError::from)
        })?;
        let (document, changes) = (made.document, made.changes);
        let summary = Summary { document, changes, new_changes: changes, waiting_bundles: 0 };
        self.print(out, &summary)?;
        Ok(Exit::Fine)
    }

    fn print(&self, out: &mut Output, summary: &Summary) -> Result<(), Failure> {
        if self.json {
            return Ok(output::json(out, summary)?);
        }
        let Summary { document, changes, new_changes, waiting_bundles } = summary;
        writeln!(out, "document {}", Styled(NAME, document))?;
        writeln!(out, "{new_changes} new of {}", Count(*changes, "change"))?;
        if *waiting_bundles > 0 {
            let bundles = Count(*waiting_bundles, "bundle");
            writeln!(
                out,
                "{bundles} waiting for changes that are not here: `crdt verify` lists them"
            )?;
        }
        Ok(())
    }
}
