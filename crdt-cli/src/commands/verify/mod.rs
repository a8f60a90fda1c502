mod store;
mod valid;

use std::io::{self, Write as _};

use clap::Args;
use serde::Serialize;

use crate::failure::{Exit, Failure};
use crate::output::{self, BAD, GOOD, Output, Styled, in_line};
use crate::source::{Checked, Place, Problem, Source};

use store::{DocumentReport, StoreReport};
use valid::Valid;

/// Check every hash and signature, as if the document had just been received
///
/// A file that is trusted is only checked for damage when it is opened. This believes nothing:
/// every change is hashed anew, every signature verified, and everything that the file says beside
/// the changes compared with what these come to. Authors who wrote two changes with one number are
/// named: they have two devices with one key, went back to a backup, or deceive.
///
/// Of a store all documents are checked, or the one that is chosen, and the file itself: its tables,
/// its journal, and the check of every row.
///
/// The exit code is 0 if all is well, 1 if there is such an author, 2 if something is damaged or
/// forged; what is valid all the same is counted. `crdt import --salvage` takes it over from a file,
/// `crdt recover` from a store.
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
        if let Some(file) = self.source.whole_store()? {
            return Ok(StoreReport::of(&file)?.write(out, self.json, &file.name())?);
        }
        match self.source.place()? {
            Place::File(file) => {
                Ok(Report::new(file.check()).write(out, self.json, file.name())?)
            }
            Place::Stored(document) => {
                Ok(DocumentReport::of(&document)?.write(out, self.json, document.name())?)
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Fine,
    Equivocation,
    Damaged,
}

impl Verdict {
    fn new(is_damaged: bool, is_forked: bool) -> Self {
        match (is_damaged, is_forked) {
            (true, _) => Self::Damaged,
            (false, true) => Self::Equivocation,
            (false, false) => Self::Fine,
        }
    }

    fn exit(self) -> Exit {
        match self {
            Self::Fine => Exit::Fine,
            Self::Equivocation => Exit::Equivocation,
            Self::Damaged => Exit::Damaged,
        }
    }

    fn in_words(self) -> Styled<&'static str> {
        match self {
            Self::Fine => Styled(GOOD, "fine"),
            Self::Equivocation => Styled(BAD, "genuine, with an author who forked"),
            Self::Damaged => Styled(BAD, "damaged or forged"),
        }
    }
}

#[derive(Serialize)]
struct Report {
    verdict: Verdict,
    problems: Vec<Problem>,
    #[serde(flatten)]
    valid: Option<Valid>,
}

impl Report {
    fn new(Checked { history, problems, .. }: Checked) -> Self {
        let valid = history.map(|history| Valid::of(&history));
        let forks = valid.as_ref().is_some_and(|valid| !valid.equivocations.is_empty());
        Self { verdict: Verdict::new(!problems.is_empty(), forks), problems, valid }
    }

    fn write(&self, out: &mut Output, json: bool, name: &str) -> io::Result<Exit> {
        if json {
            output::json(out, self)?;
            return Ok(self.verdict.exit());
        }
        writeln!(out, "{}: {}", in_line(name), self.verdict.in_words())?;
        for problem in &self.problems {
            writeln!(out, "  {} {}: {}", Styled(BAD, "!"), problem.piece, in_line(&problem.what))?;
        }
        self.valid.iter().try_for_each(|valid| valid.print(out))?;
        Ok(self.verdict.exit())
    }
}
