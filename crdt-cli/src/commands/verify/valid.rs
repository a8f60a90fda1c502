use std::io::{self, Write as _};

use crdt_core::{Author, ChangeHash, DocumentId, Equivocation, History};
use serde::Serialize;

use crate::names::Names;
use crate::output::{BAD, Count, HASH, NAME, Output, Styled, in_line};

/// What is in a document that is valid.
#[derive(Serialize)]
pub(super) struct Valid {
    pub(super) document: DocumentId,
    #[serde(rename = "type")]
    type_name: Option<String>,
    pub(super) changes: usize,
    pub(super) authors: Vec<Author>,
    pub(super) signatures: usize,
    heads: Vec<ChangeHash>,
    waiting_bundles: usize,
    missing_changes: Vec<ChangeHash>,
    pub(super) equivocations: Vec<Equivocation>,
}

impl Valid {
    pub(super) fn of(history: &History) -> Self {
        Self {
            document: history.document(),
            type_name: history.genesis().map(|genesis| genesis.type_name().to_owned()),
            changes: history.len(),
            authors: history.authors().collect(),
            signatures: history.signatures(),
            heads: history.heads().into(),
            waiting_bundles: history.pending().0,
            missing_changes: history.missing(),
            equivocations: history.equivocations(),
        }
    }

    pub(super) fn print(&self, out: &mut Output) -> io::Result<()> {
        let authors = Names::new(self.authors.iter().copied());
        let type_name = self.type_name.as_deref().unwrap_or("not known yet");
        writeln!(out, "document    {}", Styled(NAME, self.document))?;
        writeln!(out, "type        {}", in_line(type_name))?;
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
