//! One document somewhere.

use crdt_core::History;
use serde::Serialize;

use super::check::Checked;
use super::error::SourceError;
use super::file::{DocumentFile, Piece};
use crate::output::{self, Count};
use crate::progress::Progress;

/// One document somewhere.
#[derive(Debug)]
pub(crate) enum Place {
    /// A file of its own.
    File(DocumentFile),
}

/// What takes room where a document is kept.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub(crate) struct Part {
    pub(crate) name: &'static str,
    /// How many of this kind there are.
    pub(crate) count: usize,
    pub(crate) bytes: usize,
}

impl Place {
    /// What it is called in messages.
    pub(crate) fn name(&self) -> &str {
        let Self::File(file) = self;
        &file.name
    }

    /// The document, believed as what this program or its owner's app has written.
    pub(crate) fn history(&self) -> Result<History, SourceError> {
        let Self::File(file) = self;
        let torn = file.torn();
        if torn > 0 {
            output::warn(format_args!(
                "{} ends in {torn} bytes that are no whole bundle; they are passed over",
                file.name
            ));
        }
        let progress = Progress::spinner("reading", file.bytes.len());
        let history = file.history();
        progress.finish();
        let history = history?;
        let (waiting, _) = history.pending();
        if waiting > 0 {
            output::warn(format_args!(
                "{} in {} cannot be shown: they wait for changes that are not here, which `crdt \
                 verify` lists",
                Count(waiting, "bundle"),
                file.name
            ));
        }
        Ok(history)
    }

    /// The document with everything checked as if it had been received.
    pub(crate) fn check(&self) -> Checked {
        let Self::File(file) = self;
        let progress = Progress::bar("verifying", file.bytes.len());
        let mut checked = Checked::new(None);
        checked.take(file, |done| progress.set(done));
        progress.finish();
        checked
    }

    /// What takes how much room. Costs a copy of the document.
    pub(crate) fn parts(&self) -> Result<Vec<Part>, SourceError> {
        let Self::File(file) = self;
        let (bundles, saved): (Vec<Piece>, Vec<Piece>) =
            file.pieces().into_iter().partition(|piece| piece.number > 0);
        let mut parts = Vec::new();
        for piece in &saved {
            let bytes = piece.range.len();
            let changes = file.damaged_or(piece, History::load(file.bytes_of(piece)))?;
            let changes = changes.save().len().min(bytes);
            parts.push(Part { name: "saved changes", count: 1, bytes: changes });
            if changes < bytes {
                parts.push(Part { name: "saved state", count: 1, bytes: bytes - changes });
            }
        }
        let sum = bundles.iter().map(|piece| piece.range.len()).sum();
        let torn = file.torn();
        let more = [("bundles", bundles.len(), sum), ("torn end", usize::from(torn > 0), torn)];
        let more = more.into_iter().filter(|(_, count, _)| *count > 0);
        parts.extend(more.map(|(name, count, bytes)| Part { name, count, bytes }));
        Ok(parts)
    }
}
