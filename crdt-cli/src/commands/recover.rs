use std::io::{self, Write as _};
use std::path::PathBuf;

use clap::Args;
use crdt_store::{Recovered, Store, StoreError};
use serde::Serialize;

use crate::failure::{Exit, Failure};
use crate::listed::Listed;
use crate::output::{self, BAD, Count, GOOD, NAME, Output, Styled, in_line};
use crate::progress::Progress;
use crate::source::{SourceError, short};

/// Save what is left of a damaged store into a new one
///
/// Every change that still proves itself by its hash and a signature is saved, also where nothing
/// else opens the file any more. FROM is only read; nobody may write it meanwhile. For each document
/// it is said how many changes were saved and how many are lost; who has the document too can give
/// these back (`crdt import`).
///
/// The key is not taken over: the new store is written with a new one, since others may have changes
/// of the old one that are lost here.
///
/// The exit code is 0 if nothing is lost, 2 if something is.
#[derive(Args, Debug)]
pub(crate) struct Recover {
    /// The damaged store
    #[arg(value_name = "FROM")]
    from: PathBuf,
    /// Where the new store is to be; nothing may be there
    #[arg(value_name = "TO")]
    to: PathBuf,
    /// Print what was saved as JSON
    #[arg(long)]
    json: bool,
}

/// What was saved of a document, as programs are told it.
#[derive(Serialize)]
struct Entry {
    #[serde(flatten)]
    listed: Listed,
    /// How many the damaged store says it had.
    listed_changes: Option<u64>,
    lost_changes: u64,
    waiting_bundles: usize,
}

impl Recover {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Exit, Failure> {
        let length = self.from.metadata().map_or(0, |file| file.len());
        let progress =
            Progress::spinner("recovering", usize::try_from(length).unwrap_or(usize::MAX));
        let recovered = Store::recover(&self.from, &self.to);
        progress.finish();
        let recovered = recovered.map_err(|error| match error {
            StoreError::NotFound(path) => SourceError::Missing(path),
            StoreError::Io { path, source } if path == self.to => {
                SourceError::writing(&path, source)
            }
            error => SourceError::store(&self.from, error),
        })?;
        let entries: Vec<_> = recovered.into_iter().map(Entry::of).collect();
        if self.json {
            output::json(out, &entries)?;
        } else {
            entries.iter().try_for_each(|entry| entry.print(out))?;
        }
        let is_whole = entries.iter().all(|entry| entry.lost_changes == 0);
        Ok(if is_whole { Exit::Fine } else { Exit::Damaged })
    }
}

impl Entry {
    fn of(recovered: Recovered) -> Self {
        let lost_changes = recovered.lost();
        let Recovered { id, type_name, title, changes, listed, waiting, .. } = recovered;
        Self {
            listed: Listed { document: id, type_name, title, changes },
            listed_changes: listed,
            lost_changes,
            waiting_bundles: waiting,
        }
    }

    fn print(&self, out: &mut Output) -> io::Result<()> {
        let count = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let saved = Count(count(self.listed.changes), "change");
        let lost = match (self.lost_changes, self.listed_changes) {
            (0, Some(_)) => Styled(GOOD, "nothing is lost".to_owned()),
            (0, None) => Styled(GOOD, "how many there were is not known".to_owned()),
            (lost, _) => Styled(BAD, format!("{lost} lost")),
        };
        let waiting = match self.waiting_bundles {
            0 => String::new(),
            waiting => format!(", {} waiting for what is not here", Count(waiting, "bundle")),
        };
        let title = in_line(self.listed.title.as_deref().unwrap_or_default());
        let document = Styled(NAME, short(self.listed.document));
        let line = format!("{document}  {saved} saved, {lost}{waiting}  {title}");
        writeln!(out, "{}", line.trim_end())
    }
}
