use std::io::{self, Write as _};

use clap::Args;
use crdt_core::{Author, ChangeHash, DocumentId, Equivocation, History};
use serde::Serialize;

use crate::failure::{Exit, Failure};
use crate::names::Names;
use crate::output::{self, BAD, Count, GOOD, HASH, NAME, Output, Styled, clean};
use crate::source::{Checked, Problem, Source};

/// Check every hash and signature, as if the document had just been received
///
/// A file that is trusted is only checked for damage when it is opened. This believes nothing:
/// every change is hashed anew, every signature verified, and everything that the file says beside
/// the changes compared with what these come to. Authors who wrote two changes with one number are
/// named: they have two devices with one key, went back to a backup, or deceive.
///
/// The exit code is 0 if all is well, 1 if there is such an author, 2 if something is damaged or
/// forged; what is valid all the same is counted, and `crdt import --salvage` takes it over.
#[derive(Args, Debug)]
pub(crate) struct Verify {
    #[command(flatten)]
    source: Source,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Exit, Failure> {
        let place = self.source.place()?;
        let report = Report::new(place.check());
        if self.json {
            output::json(out, &report)?;
        } else {
            report.print(out, place.name())?;
        }
        Ok(match report.verdict {
            Verdict::Fine => Exit::Fine,
            Verdict::Equivocation => Exit::Equivocation,
            Verdict::Damaged => Exit::Damaged,
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Fine,
    Equivocation,
    Damaged,
}

#[derive(Serialize)]
struct Report {
    verdict: Verdict,
    problems: Vec<Problem>,
    #[serde(flatten)]
    valid: Option<Valid>,
}

/// What is in a document that is valid.
#[derive(Serialize)]
struct Valid {
    document: DocumentId,
    #[serde(rename = "type")]
    type_name: Option<String>,
    changes: usize,
    authors: Vec<Author>,
    signatures: usize,
    heads: Vec<ChangeHash>,
    waiting_bundles: usize,
    missing_changes: Vec<ChangeHash>,
    equivocations: Vec<Equivocation>,
}

impl Report {
    fn new(Checked { history, problems, .. }: Checked) -> Self {
        let valid = history.map(|history| Valid::of(&history));
        let forks = valid.as_ref().is_some_and(|valid| !valid.equivocations.is_empty());
        let verdict = match problems.as_slice() {
            [] if forks => Verdict::Equivocation,
            [] => Verdict::Fine,
            _ => Verdict::Damaged,
        };
        Self { verdict, problems, valid }
    }

    fn print(&self, out: &mut Output, name: &str) -> io::Result<()> {
        let verdict = match self.verdict {
            Verdict::Fine => Styled(GOOD, "fine"),
            Verdict::Equivocation => Styled(BAD, "genuine, with an author who forked"),
            Verdict::Damaged => Styled(BAD, "damaged or forged"),
        };
        writeln!(out, "{}: {verdict}", clean(name))?;
        for problem in &self.problems {
            writeln!(out, "  {} {}: {}", Styled(BAD, "!"), problem.piece, clean(&problem.what))?;
        }
        self.valid.iter().try_for_each(|valid| valid.print(out))
    }
}

impl Valid {
    fn of(history: &History) -> Self {
        Self {
            document: history.document(),
            type_name: history.genesis().map(|genesis| genesis.type_name().to_owned()),
            changes: history.len(),
            authors: history.authors().collect(),
            signatures: history.signatures(),
            heads: history.heads(),
            waiting_bundles: history.pending().0,
            missing_changes: history.missing(),
            equivocations: history.equivocations(),
        }
    }

    fn print(&self, out: &mut Output) -> io::Result<()> {
        let authors = Names::new(self.authors.iter().copied());
        let type_name = self.type_name.as_deref().unwrap_or("not known yet");
        writeln!(out, "document    {}", Styled(NAME, self.document))?;
        writeln!(out, "type        {}", clean(type_name))?;
        let by = Count(self.authors.len(), "author");
        writeln!(out, "changes     {} by {by}", self.changes)?;
        let cover = if self.changes > 0 { ", which cover all changes" } else { "" };
        writeln!(out, "signatures  {}{cover}", self.signatures)?;
        for author in &self.authors {
            writeln!(out, "author      {}", Styled(NAME, author))?;
        }
        for head in &self.heads {
            writeln!(out, "head        {}", Styled(HASH, head))?;
        }
        if self.waiting_bundles > 0 {
            let waiting = Count(self.waiting_bundles, "bundle");
            writeln!(out, "waiting     {waiting}, for changes that are not here:")?;
        }
        for change in &self.missing_changes {
            writeln!(out, "missing     {}", Styled(HASH, change))?;
        }
        for Equivocation { author, seq, changes, .. } in &self.equivocations {
            let author = Styled(NAME, authors.short(author));
            writeln!(
                out,
                "{} {author} wrote change {seq} more than once:",
                Styled(BAD, "fork       ")
            )?;
            changes
                .iter()
                .try_for_each(|change| writeln!(out, "            {}", Styled(HASH, change)))?;
        }
        Ok(())
    }
}
