//! Histories as they are saved: an outline, which is read at once, and packs, which are not.

use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

use super::archive::{Archive, Pack};
use super::bundle::write_pack;
use super::chains::ChangeIndex;
use super::error::Refusal;
use super::genesis::Genesis;
use super::receive::ApplyError;
use super::store::History;
use super::stored::Stored;
use crate::codec::{DecodeError, Reader, write};
use crate::crypto::{Author, DocumentId, Keypair};

/// Why bytes are not a saved document.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// They are not in the format, or damaged.
    #[error("not a saved document: {0}")]
    Decode(#[from] DecodeError),
    /// The changes in them are not a valid history.
    #[error("the saved changes were refused: {0}")]
    Apply(#[from] ApplyError),
    /// Changes in them depend on others that are missing.
    #[error("the saved document lacks changes that others depend on")]
    Incomplete,
}

/// Canonical bytes of a pack, beyond which it is left as it is. The bundle in it stays within all
/// limits of one, since changes and ops take several bytes.
const FULL: usize = 1 << 24;

/// A pack that is not full is written anew together with what came after it, once that is more than
/// this part of it. So saving costs time in what is new, and there are few packs.
const PART: usize = 4;

/// The packs of the changes as they were when the history was last saved or opened, so that they
/// need not be written again.
#[derive(Debug, Default)]
pub(super) struct Packs(Mutex<Vec<Arc<Pack>>>);

impl Packs {
    fn new(packs: &[Arc<Pack>]) -> Self {
        Self(Mutex::new(packs.to_vec()))
    }
}

impl History {
    /// Appends the whole history as it is saved, signing what this replica wrote and has not signed
    /// yet. What waits for others is not saved.
    pub(crate) fn write_saved(&self, keypair: Option<&Keypair>, out: &mut Vec<u8>) {
        match self.genesis() {
            None => out.push(0),
            Some(genesis) => {
                out.push(1);
                genesis.write(out);
            }
        }
        let packs = self.packed();
        write::length(out, packs.len());
        for pack in packs {
            pack.write(out);
        }
        self.write_outline(self.signed_tail(keypair), out);
    }

    /// Reads what [`write_saved`](Self::write_saved) wrote. What is not trusted is only believed as far as
    /// [`verified`](Self::verified) needs it: packs have to hold what they claim to.
    pub(crate) fn read_saved(
        reader: &mut Reader<'_>,
        document: DocumentId,
        trusted: bool,
    ) -> Result<Self, LoadError> {
        let mut history = Self::new(document);
        history.genesis = match reader.byte()? {
            0 => None,
            1 => Some(Genesis::read(reader, Author::from_bytes)?),
            _ => return Err(DecodeError::InvalidKind.into()),
        };
        let founded = history.genesis.as_ref().map_or(document, Genesis::document);
        if founded != document {
            return Err(ApplyError::from(Refusal::WrongDocument(founded)).into());
        }
        let mut packs: Vec<Arc<Pack>> = Vec::new();
        for _ in 0..reader.count(2)? {
            let first = packs.last().map_or(0, |last| last.end());
            let pack = Pack::read(reader, document, first)?;
            if !trusted {
                pack.check()?;
            }
            packs.push(Arc::new(pack));
        }
        history.packs = Packs::new(&packs);
        history.read_outline(reader, Archive::new(packs), trusted)?;
        Ok(history)
    }

    /// The same history with everything checked anew, as if it had come from elsewhere.
    pub(crate) fn verified(&self) -> Result<Self, LoadError> {
        self.archive.check(|change, author, seq, counters| {
            self.author_of(change) == *author
                && self.chains.seq_of(change) == seq
                && self.chains.end_of(change) - self.chains.start_of(change) == counters
        })?;
        let mut verified = Self::with_limits(self.document(), self.pending_limits());
        let outcome = verified.apply(&self.export_all(None))?;
        let complete = outcome.waiting.is_empty() && verified.heads() == self.heads();
        if complete { Ok(verified) } else { Err(LoadError::Incomplete) }
    }

    /// All changes as packs: those that are there already, and new ones for the rest.
    fn packed(&self) -> Vec<Arc<Pack>> {
        let mut packs = self.packs.0.lock().unwrap_or_else(PoisonError::into_inner);
        let end = self.chains.len();
        let mut start = packs.last().map_or(0, |last| last.end());
        if !packs.is_empty() {
            let mut new: usize = self.stored(start..end).map(|change| change.bytes()).sum();
            while let Some(small) =
                packs.pop_if(|last| last.bytes < FULL / 2 && last.bytes / PART < new)
            {
                (start, new) = (small.first, new + small.bytes);
            }
        }
        while start < end {
            let members: Vec<ChangeIndex> = (start..self.pack_end(start)).collect();
            let (outside, bundle) = write_pack(self, &members);
            let pack = Pack::new(self.document(), start, outside, &bundle);
            debug_assert!(pack.is_ok(), "it was written a line before: {pack:?}");
            let Ok(pack) = pack else { break };
            start = pack.end();
            packs.push(Arc::new(pack));
        }
        packs.clone()
    }

    /// How far a pack reaches that begins with a change.
    fn pack_end(&self, start: ChangeIndex) -> ChangeIndex {
        let mut bytes = 0;
        let fits = |change: &Stored<'_>| {
            bytes += change.bytes();
            bytes <= FULL
        };
        let count = self.stored(start..self.chains.len()).take_while(fits).count();
        start.saturating_add(u32::try_from(count).unwrap_or(u32::MAX).max(1)).min(self.chains.len())
    }
}
