use std::io::{self, Write as _};

use clap::Args;
use crdt_core::{Author, Change, ChangeHash, History};
use serde::Serialize;

use crate::dag::{Dag, Lanes};
use crate::failure::{Exit, Failure};
use crate::names::Names;
use crate::output::{self, FAINT, HASH, NAME, Output, STRONG, Styled, clean};
use crate::source::Source;
use crate::time;

/// List the changes, newest first
///
/// Of hashes and authors as many digits are shown as tell them apart. SEQ is the number of a change
/// among its author's, from 0 on. The time is what the author claims, in UTC, and nobody checks it;
/// the order is that of what depends on what. BYTES is the size of the change as it is signed.
///
/// The file is believed; `crdt verify` checks who wrote what.
#[derive(Args, Debug)]
pub(crate) struct Log {
    #[command(flatten)]
    source: Source,
    /// Draw which change was made upon which
    #[arg(long, conflicts_with = "author")]
    graph: bool,
    /// Only changes by an author, named by the first digits
    #[arg(long, value_name = "AUTHOR")]
    author: Option<String>,
    /// Only the first so many
    #[arg(short = 'n', long, value_name = "COUNT")]
    number: Option<usize>,
    /// Print each change as JSON, on a line of its own
    #[arg(long, conflicts_with = "graph")]
    json: bool,
}

impl Log {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Exit, Failure> {
        let history = self.source.place()?.history()?;
        let authors = Names::new(history.authors());
        let author = self.author.as_ref().map(|digits| authors.find(digits, "author"));
        let author = author.transpose().map_err(Failure::Author)?;
        let changes: Vec<_> = history.changes().collect();
        let number = self.number.unwrap_or(usize::MAX);
        if self.json {
            for change in newest_first(&changes, author).into_iter().take(number) {
                output::json_line(out, &Entry::of(&change))?;
            }
            return Ok(Exit::Fine);
        }
        let page = Page { hashes: Names::new(changes.iter().map(Change::hash)), authors };
        if self.graph {
            page.graph(out, &history, &changes, number)?;
        } else {
            let mut changes = newest_first(&changes, author);
            changes.truncate(number);
            page.list(out, &changes)?;
        }
        Ok(Exit::Fine)
    }
}

/// In an order that is the same for everybody who has them.
fn newest_first<'h>(changes: &[Change<'h>], author: Option<Author>) -> Vec<Change<'h>> {
    let is_wanted = |change: &&Change<'_>| author.is_none_or(|author| author == change.author());
    let mut changes: Vec<_> = changes.iter().filter(is_wanted).copied().collect();
    changes.sort_by_cached_key(|change| core::cmp::Reverse((change.time(), change.hash())));
    changes
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
            ops: change.ops().len(),
            bytes: change.to_bytes().len(),
        }
    }
}

/// How many columns a claimed time takes.
const TIME: usize = 19;

/// Changes in columns.
struct Page {
    hashes: Names<ChangeHash>,
    authors: Names<Author>,
}

impl Page {
    fn list(&self, out: &mut Output, changes: &[Change<'_>]) -> io::Result<()> {
        if let Some(first) = changes.first() {
            self.heading(out, first)?;
        }
        changes.iter().try_for_each(|change| self.line(out, change))
    }

    fn graph(
        &self,
        out: &mut Output,
        history: &History,
        changes: &[Change<'_>],
        number: usize,
    ) -> io::Result<()> {
        let dag = Dag::new(changes);
        let mut lanes = Lanes::default();
        for place in dag.descending(history, changes).into_iter().take(number) {
            let drawn = lanes.draw(place, &dag.parents(place));
            drawn.before.iter().try_for_each(|line| writeln!(out, "{line}"))?;
            write!(out, "{}  ", drawn.at)?;
            self.line(out, &changes[place])?;
            drawn.after.iter().try_for_each(|line| writeln!(out, "{line}"))?;
        }
        Ok(())
    }

    fn heading(&self, out: &mut Output, first: &Change<'_>) -> io::Result<()> {
        let hash = self.hashes.short(&first.hash()).len();
        let author = self.authors.short(&first.author()).len();
        let heading = format!(
            "{:hash$}  {:author$} {:>6}  {:TIME$} {:>5} {:>7}  MESSAGE",
            "CHANGE", "AUTHOR", "SEQ", "CLAIMED TIME (UTC)", "OPS", "BYTES"
        );
        writeln!(out, "{}", Styled(STRONG, heading))
    }

    fn line(&self, out: &mut Output, change: &Change<'_>) -> io::Result<()> {
        let time = change.claimed_time().map_or_else(|| "-".into(), time::for_people);
        let message = change.message().and_then(|message| message.lines().next());
        let line = format!(
            "{}  {} {:>6}  {} {:>5} {:>7}  {}",
            Styled(HASH, self.hashes.short(&change.hash())),
            Styled(NAME, self.authors.short(&change.author())),
            change.seq(),
            Styled(FAINT, format!("{time:TIME$}")),
            change.ops().len(),
            change.to_bytes().len(),
            clean(message.unwrap_or_default()),
        );
        writeln!(out, "{}", line.trim_end())
    }
}
