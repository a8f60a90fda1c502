//! A file with a saved document, with bundles, or with both.

use std::fs;
use std::io::{self, Read as _};
use std::ops::Range;
use std::path::Path;

use crdt_core::{EquivocationProof, Frontier, History, Journal, LoadError, PendingLimits};

use super::error::{Content, SourceError, apply_problem, load_problem};
use super::store::MARK;

/// The bytes of a file that begins with at least one whole piece of a document.
#[derive(Debug)]
pub(crate) struct DocumentFile {
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// A piece of a file that is whole; not yet whether it is valid.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Piece {
    /// Where it lies.
    pub(super) range: Range<usize>,
    /// Its number among the bundles, from 1 on; 0 for the saved document.
    pub(super) number: usize,
}

impl Piece {
    /// What it is called in messages.
    pub(super) fn name(&self) -> String {
        match self.number {
            0 => "the saved document".into(),
            number => format!("bundle {number} at byte {}", self.range.start),
        }
    }
}

impl DocumentFile {
    /// Reads a file.
    pub(super) fn read(path: &Path) -> Result<Self, SourceError> {
        let bytes = fs::read(path).map_err(|cause| SourceError::reading(path, cause))?;
        Self::new(path.display().to_string(), bytes)
    }

    /// Reads standard input.
    pub(super) fn read_stdin() -> Result<Self, SourceError> {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|cause| SourceError::reading(Path::new("-"), cause))?;
        Self::new("standard input".into(), bytes)
    }

    /// Takes bytes that begin with a piece of a document.
    fn new(name: String, bytes: Vec<u8>) -> Result<Self, SourceError> {
        let file = Self { name, bytes };
        if file.pieces().is_empty() {
            let content = content_of(&file.bytes);
            return Err(SourceError::Foreign { name: file.name, content });
        }
        Ok(file)
    }

    /// The pieces, in order.
    pub(super) fn pieces(&self) -> Vec<Piece> {
        let mut journal = Journal::new(&self.bytes);
        let saved = journal.saved().map(|saved| Piece { range: 0..saved.len(), number: 0 });
        let mut pieces: Vec<Piece> = saved.into_iter().collect();
        for number in 1.. {
            let start = journal.offset();
            if journal.next().is_none() {
                break;
            }
            pieces.push(Piece { range: start..journal.offset(), number });
        }
        pieces
    }

    pub(super) fn bytes_of(&self, piece: &Piece) -> &[u8] {
        &self.bytes[piece.range.clone()]
    }

    /// How many bytes there are behind the last whole piece.
    pub(super) fn torn(&self) -> usize {
        let whole = self.pieces().last().map_or(0, |piece| piece.range.end);
        self.bytes.len() - whole
    }

    /// The document, if all pieces are valid; a saved one is believed.
    pub(super) fn history(&self) -> Result<History, SourceError> {
        let (mut history, bundles) = self.begin()?;
        for bundle in bundles {
            let applied = history.apply(self.bytes_of(&bundle));
            applied.map_err(|error| self.damaged(&bundle, &apply_problem(&error)))?;
        }
        Ok(history)
    }

    /// The document as far as it is saved, and the bundles that come on top of it.
    fn begin(&self) -> Result<(History, Vec<Piece>), SourceError> {
        let mut pieces = self.pieces();
        if let Some(saved) = Journal::new(&self.bytes).saved() {
            let piece = pieces.remove(0);
            let mut history = self.damaged_or(&piece, History::load(saved))?;
            history.set_pending_limits(NO_LIMITS);
            return Ok((history, pieces));
        }
        Ok((self.of_bundles()?, pieces))
    }

    /// An empty history of the document that the first bundle says it is of. What waits is bounded
    /// by what the file holds.
    fn of_bundles(&self) -> Result<History, SourceError> {
        let document =
            Journal::new(&self.bytes).document().ok_or_else(|| SourceError::Damaged {
                name: self.name.clone(),
                problem: "the first bundle: it does not say of which document it is".into(),
            })?;
        Ok(History::with_limits(document, NO_LIMITS))
    }

    pub(super) fn damaged_or<T>(
        &self,
        piece: &Piece,
        loaded: Result<T, LoadError>,
    ) -> Result<T, SourceError> {
        loaded.map_err(|error| self.damaged(piece, &load_problem(&error)))
    }

    fn damaged(&self, piece: &Piece, problem: &str) -> SourceError {
        SourceError::Damaged {
            name: self.name.clone(),
            problem: format!("{}: {problem}", piece.name()),
        }
    }
}

/// What waits in a file has been kept by somebody; it is not dropped to make room.
pub(super) const NO_LIMITS: PendingLimits =
    PendingLimits { bytes: usize::MAX, bundles: usize::MAX };

/// What bytes are that do not begin with a piece of a document.
fn content_of(bytes: &[u8]) -> Content {
    if let Ok(frontier) = Frontier::from_bytes(bytes) {
        return Content::Frontier(frontier);
    }
    match bytes {
        [] => Content::Empty,
        _ if bytes.starts_with(MARK) => Content::Store,
        [b'C', b'R', b'D', b'S', ..] => Content::CutDocument,
        _ if EquivocationProof::from_bytes(bytes).is_ok() => Content::Proof,
        _ if serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_ok() => Content::Json,
        _ if bytes.iter().take(12).collect::<Vec<_>>().windows(4).any(is_bundle_mark) => {
            Content::CutBundle
        }
        _ => Content::Unknown,
    }
}

/// A bundle follows on its length, which is a few bytes.
fn is_bundle_mark(bytes: &[&u8]) -> bool {
    bytes.iter().copied().eq(b"CRDB")
}
