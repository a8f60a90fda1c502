mod page;
mod place;
mod record;

use clap::Args;

use crate::failure::{Exit, Failure};
use crate::output::{self, Output};
use crate::pointer::{HOW_TO_POINT, PointerFailure};
use crate::source::Source;
use crate::version::{HOW_TO_NAME, VersionError, Versions};

use page::Page;
use place::Place;
use record::Record;

/// Print who wrote what is in the document, and in which change
///
/// Each line begins as those of `crdt log` do, with the change, its author and its number. Then:
///
///   put POINTER          put an entry or an element where it is
///   set POINTER VALUE    wrote the value
///   text POINTER:LINE    wrote this part of a text, of this line, from 1 on
///
/// An entry or element that was put with its value has one line, `set`. Of a value that nobody set
/// by itself, such as a counter, which is the sum of what many have added, there is `-`.
///
/// The file is believed; `crdt verify` checks who wrote what.
#[derive(Args, Debug)]
#[command(
    after_long_help = format!("{EXAMPLES}\n\n{HOW_TO_POINT}\n\n{HOW_TO_NAME}"),
    verbatim_doc_comment
)]
pub(crate) struct Blame {
    #[command(flatten)]
    source: Source,
    /// What to ask about, with all below it: a JSON Pointer [default: the whole]
    #[arg(value_name = "POINTER", default_value = "", hide_default_value = true)]
    pointer: String,
    /// An earlier version
    #[arg(long, value_name = "VERSION", default_value = "now")]
    at: String,
    /// Print each place as JSON, on a line of its own: who made it, who set its value, and of a text
    /// the runs of characters that came with one change
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  crdt blame plan.crdt                      who wrote each value
  crdt blame plan.crdt /notes               who wrote which part of a text
  crdt blame plan.crdt /tasks/0 --at 1a2b^  who had written the first task, before a change";

impl Blame {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Exit, Failure> {
        let history = self.source.place()?.history()?;
        let heads = Versions::new(&history).heads(&self.at)?;
        let past = history.at(&heads).map_err(VersionError::from)?;
        let document = past.to_json();
        let places = past
            .blame_below(&self.pointer)
            .map_err(|error| PointerFailure::new(error, &document))?
            .map(|(pointer, blame)| Place::new(&document, pointer, blame));
        if self.json {
            for place in places {
                output::json_line(out, &Record::new(&history, &place))?;
            }
        } else {
            Page::new(out, &history).print(places)?;
        }
        Ok(Exit::Fine)
    }
}
