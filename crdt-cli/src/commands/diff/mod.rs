mod text;

use clap::Args;

use crate::failure::{Exit, Failure};
use crate::names::Names;
use crate::output::{self, Output};
use crate::source::Source;
use crate::version::{self, HOW_TO_NAME, VersionError};

use text::Text;

/// Print what changed from one version to another
///
/// Each line is about a place, named by a JSON Pointer into what `crdt show` prints:
///
///   + a value came in      ~ a value changed, or what in a text
///   - a value went         > an element of a list moved
///
/// Elements that come in, move or change have the positions they have in the second version, those
/// that go the ones they had in the first.
#[derive(Args, Debug)]
#[command(after_long_help = HOW_TO_NAME, verbatim_doc_comment)]
pub(crate) struct Diff {
    #[command(flatten)]
    source: Source,
    /// The version before
    #[arg(value_name = "VERSION")]
    from: String,
    /// The version after
    #[arg(value_name = "VERSION", default_value = "now")]
    to: String,
    /// Print it as JSON: objects with what became of their entries, arrays and texts in runs, null
    /// if nothing differs
    #[arg(long)]
    json: bool,
}

impl Diff {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Exit, Failure> {
        let history = self.source.place()?.history()?;
        let names = Names::new(history.changes().map(|change| change.hash()));
        let from = version::heads(&history, &names, &self.from)?;
        let to = version::heads(&history, &names, &self.to)?;
        let delta = history.delta(&from, &to).map_err(VersionError::from)?;
        match delta {
            delta if self.json => output::json(out, &delta)?,
            None => output::note("nothing differs"),
            Some(delta) => {
                let before = history.to_json_at(&from).map_err(VersionError::from)?;
                Text::new(out).value("", &before, &delta)?;
            }
        }
        Ok(Exit::Fine)
    }
}
