use std::io::{self, Write as _};

use clap::Args;
use crdt_core::{Author, Change, ChangeHash, History, NodePath};
use serde::Serialize;

use crate::columns::Columns;
use crate::dag::{Dag, Lanes};
use crate::failure::{Exit, Failure};
use crate::names::Names;
use crate::output::{self, Output, clean};
use crate::pointer::{HOW_TO_POINT, PointerFailure};
use crate::source::Source;
use crate::time;
use crate::version::{HOW_TO_NAME, VersionError, Versions};

/// List the changes, newest first
///
/// The newest are those that came last into the file, so another replica may have them in another
/// order, but with each change on the same side of all that it depends on.
///
/// Of hashes and authors as many digits are shown as tell them apart. SEQ is the number of a change
/// among its author's, from 0 on. The time is what the author claims, in UTC, and nobody checks it.
/// BYTES is the size of the change as it is signed.
///
/// The file is believed; `crdt verify` checks who wrote what.
#[derive(Args, Debug)]
#[command(after_long_help = format!("{EXAMPLES}\n\n{HOW_TO_POINT}\n\n{HOW_TO_NAME}"))]
pub(crate) struct Log {
    #[command(flatten)]
    source: Source,
    /// Draw which change was made upon which
    #[arg(long, conflicts_with_all = ["author", "path", "oldest_first"])]
    graph: bool,
    /// Only changes by an author, named by the first digits
    #[arg(long, value_name = "AUTHOR")]
    author: Option<String>,
    /// Only changes of what is at a JSON Pointer or below it, or that put it there. An element of an
    /// array is followed to where it was before
    #[arg(long, value_name = "POINTER")]
    path: Option<String>,
    /// The version that POINTER leads into, such as the last one that had what was removed; changes
    /// that came later are listed as well
    #[arg(long, value_name = "VERSION", requires = "path", default_value = "now")]
    at: String,
    /// List the oldest first
    #[arg(long)]
    oldest_first: bool,
    /// Only the first so many of these
    #[arg(short = 'n', long, value_name = "COUNT")]
    number: Option<usize>,
    /// Print each change as JSON, on a line of its own
    #[arg(long, conflicts_with = "graph")]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  crdt log plan.crdt --graph
  crdt log plan.crdt -n 1 --oldest-first          the first change
  crdt log plan.crdt --path /tasks/0              who touched the first task
  crdt log plan.crdt --path /draft --at 1a2b3c4d  what became of a draft that was there then";

impl Log {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Exit, Failure> {
        let history = self.source.place()?.history()?;
        let columns = Columns::new(&history);
        if self.graph {
            self.draw(out, &history, &columns)?;
            return Ok(Exit::Fine);
        }
        let changes = self.changes(&history, columns.authors())?;
        if self.json {
            for change in changes {
                output::json_line(out, &Entry::of(&change))?;
            }
            return Ok(Exit::Fine);
        }
        let mut changes = changes.peekable();
        if changes.peek().is_some() {
            writeln!(out, "{}", columns.heading("  OPS   BYTES  MESSAGE"))?;
        } else if !history.is_empty() {
            output::note("no change is like that");
        }
        for change in changes {
            line(out, &columns, &change)?;
        }
        Ok(Exit::Fine)
    }

    /// The changes that are wanted, each looked at when its turn comes.
    fn changes<'h>(
        &self,
        history: &'h History,
        authors: &Names<Author>,
    ) -> Result<impl Iterator<Item = Change<'h>> + use<'h>, Failure> {
        let mut log = history.log();
        if self.oldest_first {
            log = log.oldest_first();
        }
        if let Some(digits) = &self.author {
            log = log.by(&authors.find(digits, "author").map_err(Failure::Author)?);
        }
        if let Some(pointer) = &self.path {
            log = log.touching(&self.touched(history, pointer)?);
        }
        Ok(log.take(self.number.unwrap_or(usize::MAX)))
    }

    fn touched(&self, history: &History, pointer: &str) -> Result<NodePath, Failure> {
        let heads = Versions::new(history).heads(&self.at)?;
        let past = history.at(&heads).map_err(VersionError::from)?;
        let nowhere = |error| PointerFailure::new(error, &past.to_json());
        Ok(past.path(pointer).map_err(nowhere)?)
    }

    fn draw(&self, out: &mut Output, history: &History, columns: &Columns) -> io::Result<()> {
        let changes: Vec<_> = history.changes().collect();
        let dag = Dag::new(&changes);
        let mut lanes = Lanes::default();
        let number = self.number.unwrap_or(usize::MAX);
        for place in dag.descending(history, &changes).into_iter().take(number) {
            let drawn = lanes.draw(place, &dag.parents(place));
            drawn.before.iter().try_for_each(|line| writeln!(out, "{line}"))?;
            write!(out, "{}  ", drawn.at)?;
            line(out, columns, &changes[place])?;
            drawn.after.iter().try_for_each(|line| writeln!(out, "{line}"))?;
        }
        Ok(())
    }
}

fn line(out: &mut Output, columns: &Columns, change: &Change<'_>) -> io::Result<()> {
    let message = change.message().and_then(|message| message.lines().next());
    let line = format!(
        "{} {:>5} {:>7}  {}",
        columns.of(change),
        change.op_count(),
        change.to_bytes().len(),
        clean(message.unwrap_or_default()),
    );
    writeln!(out, "{}", line.trim_end())
}

/// A change for programs.
#[derive(Serialize)]
struct Entry<'h> {
    hash: ChangeHash,
    author: Author,
    seq: u32,
    previous: Option<ChangeHash>,
    dependencies: Vec<ChangeHash>,
    claimed_time: Option<String>,
    claimed_milliseconds: Option<u64>,
    message: Option<&'h str>,
    ops: usize,
    bytes: usize,
}

impl<'h> Entry<'h> {
    fn of(change: &Change<'h>) -> Self {
        Self {
            hash: change.hash(),
            author: change.author(),
            seq: change.seq(),
            previous: change.previous(),
            dependencies: change.dependencies(),
            claimed_time: change.claimed_time().and_then(time::for_programs),
            claimed_milliseconds: change.claimed_time(),
            message: change.message(),
            ops: change.op_count(),
            bytes: change.to_bytes().len(),
        }
    }
}
