//! What is found of a store and of its documents.

use std::io::{self, Write as _};

use crdt_store::{Checkup, DocumentCheck};
use serde::Serialize;

use super::Verdict;
use super::valid::Valid;
use crate::failure::Exit;
use crate::output::{self, BAD, Count, NAME, Output, Styled, in_line};
use crate::progress::Progress;
use crate::source::{SourceError, StoreFile, StoredDocument, short};

/// What is found of a store.
#[derive(Serialize)]
pub(super) struct StoreReport {
    verdict: Verdict,
    /// What is wrong with the file as such.
    file: Vec<String>,
    documents: Vec<DocumentReport>,
}

/// What is found of a document of a store.
#[derive(Serialize)]
pub(super) struct DocumentReport {
    verdict: Verdict,
    title: Option<String>,
    damage: Vec<String>,
    /// How many changes can be read and prove nothing.
    unproven_changes: usize,
    #[serde(flatten)]
    valid: Valid,
}

impl StoreReport {
    pub(super) fn of(file: &StoreFile) -> Result<Self, SourceError> {
        let bytes = file.documents().map_or(0, |all| all.iter().map(|one| one.bytes).sum());
        let progress = Progress::spinner("verifying", usize::try_from(bytes).unwrap_or(usize::MAX));
        let checked = file.store.check();
        progress.finish();
        let Checkup { file: found, documents, .. } = checked.map_err(|error| file.failed(error))?;
        let documents: Vec<_> = documents.into_iter().map(DocumentReport::new).collect();
        let worst = documents.iter().map(|document| document.verdict).max();
        let of_file = Verdict::new(!found.is_empty(), false);
        Ok(Self { verdict: of_file.max(worst.unwrap_or(of_file)), file: found, documents })
    }

    pub(super) fn write(&self, out: &mut Output, json: bool, name: &str) -> io::Result<Exit> {
        if json {
            output::json(out, self)?;
            return Ok(self.verdict.exit());
        }
        let count = Count(self.documents.len(), "document");
        writeln!(out, "{}: {}, {count}", in_line(name), self.verdict.in_words())?;
        for line in &self.file {
            writeln!(out, "  {} the file: {}", Styled(BAD, "!"), in_line(line))?;
        }
        self.documents.iter().try_for_each(|document| document.line(out))?;
        if self.verdict == Verdict::Damaged {
            output::note(format_args!("`crdt recover {name} NEWFILE` saves what is left"));
        }
        Ok(self.verdict.exit())
    }
}

impl DocumentReport {
    pub(super) fn of(document: &StoredDocument) -> Result<Self, SourceError> {
        let StoredDocument { file, listing, .. } = document;
        let checked = file.store.check_document(listing.id);
        checked.map(Self::new).map_err(|error| file.failed(error))
    }

    fn new(DocumentCheck { title, damage, left, unproven, .. }: DocumentCheck) -> Self {
        let valid = Valid::of(&left);
        let verdict = Verdict::new(!damage.is_empty(), !valid.equivocations.is_empty());
        Self { verdict, title, damage, unproven_changes: unproven, valid }
    }

    pub(super) fn write(&self, out: &mut Output, json: bool, name: &str) -> io::Result<Exit> {
        if json {
            output::json(out, self)?;
            return Ok(self.verdict.exit());
        }
        writeln!(out, "{}: {}", in_line(name), self.verdict.in_words())?;
        self.print_damage(out)?;
        self.valid.print(out)?;
        Ok(self.verdict.exit())
    }

    /// The document among others.
    fn line(&self, out: &mut Output) -> io::Result<()> {
        let Valid { document, changes, authors, signatures, .. } = &self.valid;
        let what = match (&*self.damage, self.verdict) {
            ([], _) => format!(
                "{} by {}, {}",
                Count(*changes, "change"),
                Count(authors.len(), "author"),
                Count(*signatures, "signature")
            ),
            _ if self.unproven_changes > 0 => format!(
                "{} left, and {} that nothing proves any more",
                Count(*changes, "change"),
                self.unproven_changes
            ),
            _ => format!("{} left", Count(*changes, "change")),
        };
        let title = self.title.as_deref().unwrap_or_default();
        let line = format!(
            "{}  {}: {what}  {}",
            Styled(NAME, short(*document)),
            self.verdict.in_words(),
            in_line(title)
        );
        writeln!(out, "{}", line.trim_end())?;
        self.print_damage(out)
    }

    fn print_damage(&self, out: &mut Output) -> io::Result<()> {
        let line = |line: &String| writeln!(out, "  {} {}", Styled(BAD, "!"), in_line(line));
        self.damage.iter().try_for_each(line)
    }
}
