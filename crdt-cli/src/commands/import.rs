use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use crdt_core::{ChangeOptions, Document, DocumentId, Json};
use serde::Serialize;

use crate::commands::edit::read_json;
use crate::failure::{Exit, Failure};
use crate::keys::KeyOption;
use crate::output::{self, Count, NAME, Output, Styled};
use crate::source::{Destination, Imported, SourceError, place_at, write_new};
use crate::time;

/// Take changes of others into a file, or make a document of JSON
///
/// The others' files are bundles or saved documents. All of them is checked first; if something is
/// damaged or forged, or of another document, nothing is taken in. Changes that depend on others
/// which are not here wait for them. Taking in the same changes again does nothing.
///
/// If FILE is not there it is made. It is written as a whole: if that fails, it is as it was. A
/// state that an app saved with it is left out, so that the app builds it anew once.
#[derive(Args, Debug)]
pub(crate) struct Import {
    #[command(flatten)]
    destination: Destination,
    /// What to take in; `-` reads standard input
    #[arg(value_name = "FROM", required_unless_present = "from_json")]
    from: Vec<PathBuf>,
    /// Pass over what is damaged, forged or of another document, and say what that was
    #[arg(long)]
    salvage: bool,
    /// Make a new document of the JSON in a file; `-` reads standard input
    #[arg(long, value_name = "JSONFILE", conflicts_with_all = ["from", "salvage"])]
    from_json: Option<PathBuf>,
    #[command(flatten)]
    key: KeyOption,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
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
        let imported = self.destination.target()?.import(&from?, self.salvage)?;
        let Imported { history, before, problems, left_out } = imported;
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
        let summary = Summary {
            document: history.document(),
            changes: history.len(),
            new_changes: history.len() - before,
            waiting_bundles: history.pending().0,
        };
        self.print(out, &summary)?;
        Ok(if problems.is_empty() { Exit::Fine } else { Exit::Damaged })
    }

    fn make(&self, path: &std::path::Path, out: &mut Output) -> Result<Exit, Failure> {
        let absent = self.destination.absent()?;
        let value = read_json(path)?;
        let key = self.key.keypair(absent)?;
        let mut document = Document::<Json>::create(key).map_err(SourceError::from)?;
        let mut options = ChangeOptions::new();
        if let Some(now) = time::now() {
            options = options.claimed_time(now);
        }
        let written = document.update_with(&options, |json| json.0 = value);
        written.map_err(SourceError::from)?;
        write_new(absent, &document.save())?;
        let changes = document.history().len();
        let summary =
            Summary { document: document.id(), changes, new_changes: changes, waiting_bundles: 0 };
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
