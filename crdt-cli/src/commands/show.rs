use std::io::Write as _;

use clap::Args;

use crate::failure::{Exit, Failure};
use crate::output::{self, Output, clean};
use crate::source::Source;
use crate::version::{HOW_TO_NAME, VersionError, Versions};

/// Print what the document says, as JSON
///
/// Structs and maps are objects, lists arrays, texts strings. Fields that were never written are
/// not there: the type that knows their defaults is not known here.
///
/// The file is believed, as one that you or your app have written; `crdt verify` checks one that
/// comes from somebody else.
#[derive(Args, Debug)]
#[command(after_long_help = HOW_TO_NAME)]
pub(crate) struct Show {
    #[command(flatten)]
    source: Source,
    /// An earlier version
    #[arg(long, value_name = "VERSION", default_value = "now", conflicts_with = "inspect")]
    at: String,
    /// Everything that is kept, line by line, also what the value does not show: what was deleted,
    /// what was overruled, what has no effect, and who wrote what
    #[arg(long)]
    inspect: bool,
}

impl Show {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Exit, Failure> {
        let history = self.source.place()?.history()?;
        if self.inspect {
            write!(out, "{}", clean(&history.inspect().to_string()))?;
            return Ok(Exit::Fine);
        }
        let heads = Versions::new(&history).heads(&self.at)?;
        let value = history.at(&heads).map_err(VersionError::from)?.to_json();
        output::json(out, &value)?;
        Ok(Exit::Fine)
    }
}
