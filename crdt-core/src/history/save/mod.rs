//! Saving: histories as files, an outline, which is read at once, and packs, which are not.
//!
//! Opening believes the file ([`Kept::read`]); [`verifying`] checks it anew, and [`salvaging`] puts
//! together what is left of one. [`packing`] sees to it that saving costs time in what is new.

mod load_error;
mod packing;
mod proven;
mod salvaging;
mod verifying;

pub use load_error::LoadError;
pub(crate) use packing::Packs;
pub(crate) use salvaging::{Remains, document_of_head, document_of_pack};

use std::sync::Arc;

use super::coverage::Coverage;
use super::format::genesis::Genesis;
use super::format::numbers::ChangeIndex;
use super::format::outline::Outline;
use super::format::pack::Pack;
use super::pending::{Pending, PendingLimits};
use super::receive::ApplyError;
use super::store::Store;
use super::store::archive::Archive;
use super::store::refusal::Refusal;
use super::store::shared::Shared;
use crate::codec::{DecodeError, Reader, write};
use crate::crypto::{Author, DocumentId, Keypair, Signature};

/// A history as it is saved: these one after the other.
pub(crate) struct WrittenHistory {
    /// The record of the document, and how many packs there are.
    pub(crate) head: Vec<u8>,
    pub(crate) packs: Vec<Arc<Pack>>,
    /// The outline, and what waits.
    pub(crate) outline: Vec<u8>,
}

impl WrittenHistory {
    /// All of it in order.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let packs = self.packs.iter().map(|pack| pack.written());
        core::iter::once(&*self.head).chain(packs).chain([&*self.outline])
    }
}

/// All that is kept of a history, and saved.
#[derive(Debug)]
pub(crate) struct Kept {
    pub(crate) store: Shared,
    pub(crate) coverage: Coverage,
    pub(crate) pending: Pending,
    /// What was packed when the history was last saved or opened.
    pub(crate) packs: Packs,
}

impl Kept {
    /// Nothing of a document yet.
    pub(crate) fn new(document: DocumentId, limits: PendingLimits) -> Self {
        Self {
            store: Store::new(document).into(),
            coverage: Coverage::default(),
            pending: Pending::new(limits),
            packs: Packs::default(),
        }
    }

    /// The changes of a store alone, to read.
    pub(crate) fn of_store(store: Shared) -> Self {
        Self {
            store,
            coverage: Coverage::default(),
            pending: Pending::new(PendingLimits::NONE),
            packs: Packs::default(),
        }
    }

    /// All of it as it is saved, signing what this replica wrote and has not signed yet; what waits
    /// if it is wanted.
    pub(crate) fn written(&self, keypair: Option<&Keypair>, waiting: bool) -> WrittenHistory {
        let Self { store, coverage, pending, packs } = self;
        let mut head = Vec::new();
        match &store.genesis {
            None => head.push(0),
            Some(genesis) => {
                head.push(1);
                genesis.write(&mut head);
            }
        }
        let packs = packs.of(store);
        write::length(&mut head, packs.len());
        let mut outline = Vec::new();
        self.outline(coverage.signed_tail(&store.chains, keypair)).write(&mut outline);
        if waiting {
            pending.write(&mut outline);
        } else {
            Pending::default().write(&mut outline);
        }
        WrittenHistory { head, packs, outline }
    }

    /// Its outline; `tail` is the last change written here with its signature.
    fn outline(&self, tail: Option<(ChangeIndex, Signature)>) -> Outline {
        self.store.outline(self.coverage.rows(&self.store, tail))
    }

    /// Reads what was [written](Self::written), and believes it. Packs stay packed, so it costs
    /// time and memory in proportion to the bytes whoever wrote them.
    pub(crate) fn read(reader: &mut Reader<'_>, document: DocumentId) -> Result<Self, LoadError> {
        let mut kept = Self::new(document, PendingLimits::default());
        kept.store.genesis = read_genesis(reader, document)?;
        let packs = Pack::read_all(reader, document)?;
        kept.packs = Packs::new(&packs);
        let archive = Archive::new(packs);
        let outline = Outline::read(reader, archive.len())?;
        kept.store.reopen(&outline, archive)?;
        kept.coverage = Coverage::of(&outline.stretches, &kept.store.chains)?;
        kept.pending.read(reader)?;
        Ok(kept)
    }
}

/// Reads the record of a document, if it is there.
fn read_genesis(
    reader: &mut Reader<'_>,
    document: DocumentId,
) -> Result<Option<Genesis>, LoadError> {
    let genesis = match reader.byte()? {
        0 => return Ok(None),
        1 => Genesis::read(reader, Author::from_bytes)?,
        _ => return Err(DecodeError::InvalidKind.into()),
    };
    let founded = genesis.document();
    if founded != document {
        return Err(ApplyError::from(Refusal::WrongDocument(founded)).into());
    }
    Ok(Some(genesis))
}
