mod text;

use clap::Args;

use crate::failure::{Exit, Failure};
use crate::output::{self, Output};
use crate::source::Source;
use crate::version::{HOW_TO_NAME, VersionError, Versions};

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
        let versions = Versions::new(&history);
        let (from, to) = (versions.heads(&self.from)?, versions.heads(&self.to)?);
        let delta = history.delta(&from, &to).map_err(VersionError::from)?;
        match delta {
            delta if self.json => output::json(out, &delta)?,
            None => output::note("nothing differs"),
            Some(delta) => {
                let before = history.at(&from).map_err(VersionError::from)?.to_json();
                Text::new(out).value("", &before, &delta)?;
            }
        }
        Ok(Exit::Fine)
    }
}
