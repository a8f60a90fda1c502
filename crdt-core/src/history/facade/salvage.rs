//! What is left of a damaged document.

use super::History;
use crate::codec::{DecodeError, Reader};
use crate::crypto::DocumentId;
use crate::history::format::bundle::document_of;
use crate::history::pending::PendingLimits;
use crate::history::save::{Remains, document_of_head, document_of_pack};

/// A piece of a document, for [`Salvage`]. What else there is of a
/// [saved document](crate::PartKind), its state and its check, comes from these.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Piece<'a> {
    /// What a saved document begins with.
    Head(&'a [u8]),
    /// Changes of a saved document.
    Changes {
        /// How many come before them.
        first: u32,
        /// The bytes of the part.
        bytes: &'a [u8],
    },
    /// How these are linked, and their signatures. Bundles that wait in it are passed over.
    Outline(&'a [u8]),
    /// Any number of bundles, as [`apply`](History::apply) takes them.
    Bundles(&'a [u8]),
}

impl Piece<'_> {
    /// Which document it says it is of, unchecked; `None` if it does not, as an outline.
    pub fn document(&self) -> Option<DocumentId> {
        let document = match self {
            Self::Head(bytes) => document_of_head(bytes),
            Self::Changes { bytes, .. } => document_of_pack(bytes),
            Self::Outline(_) => return None,
            Self::Bundles(bytes) => Reader::new(bytes).bytes().and_then(document_of),
        };
        document.ok()
    }
}

/// Puts together what is left of a damaged document: every change that still proves itself.
///
/// Pieces come from wherever there are some, in any order, damaged or not, the same ones several
/// times, and those of a saved document beside bundles: a signature in one vouches for changes in
/// another.
///
/// ```
/// # use crdt_core::{Document, Keypair, PartKind, Piece, Salvage, SaveOptions, Text};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mut text = Document::<Text>::create(Keypair::generate()?)?;
/// # text.change(|text| text.push_str("Hello"))?;
/// let mut salvage = Salvage::new(text.id());
/// for part in text.save_in_parts(&SaveOptions::new()) {
///     let piece = match part.kind() {
///         PartKind::Head => Piece::Head(part.bytes()),
///         PartKind::Changes { first, .. } => Piece::Changes { first, bytes: part.bytes() },
///         PartKind::Outline => Piece::Outline(part.bytes()),
///         // The state and the check are not needed, whatever is left of them.
///         PartKind::State | PartKind::Check => continue,
///     };
///     salvage.take(piece)?;
/// }
/// let salvaged = salvage.finish();
/// assert_eq!(salvaged.history.to_json(), "Hello");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Salvage(Remains);

/// What came of a [`Salvage`].
#[derive(Debug)]
pub struct Salvaged {
    /// All changes that prove themselves, checked as what comes from elsewhere is, and the bundles
    /// that wait for others which could not be saved.
    pub history: History,
    /// How many other changes could be read: no signature that is left covers them, or something
    /// that they depend on.
    pub unproven: usize,
}

impl Salvage {
    /// Begins with nothing.
    pub fn new(document: DocumentId) -> Self {
        Self(Remains::new(document))
    }

    /// Takes a piece, if it can be read at all. Whether it is valid shows in the end.
    ///
    /// # Errors
    /// [`DecodeError`] if it cannot; of several bundles, those before the one that cannot are taken.
    pub fn take(&mut self, piece: Piece<'_>) -> Result<(), DecodeError> {
        match piece {
            Piece::Head(bytes) => self.0.take_head(bytes),
            Piece::Changes { first, bytes } => self.0.take_pack(first, bytes),
            Piece::Outline(bytes) => self.0.take_outline(bytes),
            Piece::Bundles(bytes) => self.0.take_bundles(bytes),
        }
    }

    /// Everything that proves itself. Costs what receiving it costs, twice. What is pending is
    /// bounded from here on as in any history.
    pub fn finish(self) -> Salvaged {
        let (kept, unproven) = self.0.salvaged();
        let mut history = History::from(kept);
        history.set_pending_limits(PendingLimits::default());
        Salvaged { history, unproven }
    }
}
