//! Histories as they are saved: an outline, which is read at once, and packs, which are not.

use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

use super::archive::{Archive, Pack};
use super::bundle::{Totals, write_pack};
use super::chains::ChangeIndex;
use super::cut::Stretch;
use super::error::Refusal;
use super::genesis::Genesis;
use super::pending::PendingLimits;
use super::receive::{ApplyError, HOW_TO_OPEN};
use super::store::History;
use super::stored::Stored;
use crate::codec::{DecodeError, Reader, write};
use crate::crypto::{Author, DocumentId, Keypair};
use crate::op::Body;

/// Why bytes are not a saved document.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// They are not in the format, or damaged.
    #[error("not a saved document: {0}")]
    Decode(DecodeError),
    /// The changes in them are not a valid history.
    #[error("the saved changes were refused: {0}")]
    Apply(ApplyError),
    /// What else they say of the changes is not what these come to.
    #[error("the saved document says of its changes what they do not come to")]
    Inconsistent,
    /// The document is of another type than the one that it is opened as, which would read as if
    /// nothing had been written.
    #[error("the document is a `{document}`, and is opened as a `{opened_as}`: {HOW_TO_OPEN}")]
    OfAnotherType {
        /// The name of the type that the document was created with.
        document: String,
        /// The name of the type here.
        opened_as: &'static str,
    },
}

impl From<DecodeError> for LoadError {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl From<ApplyError> for LoadError {
    fn from(error: ApplyError) -> Self {
        Self::Apply(error)
    }
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
    /// Appends the whole history as it is saved, and what waits for others, signing what this replica
    /// wrote and has not signed yet.
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
        self.pending.write(out);
    }

    /// Reads what [`write_saved`](Self::write_saved) wrote, and believes it. Packs stay packed, so it
    /// costs time and memory in proportion to the bytes whoever wrote them.
    pub(crate) fn read_saved(
        reader: &mut Reader<'_>,
        document: DocumentId,
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
            packs.push(Arc::new(Pack::read(reader, document, first)?));
        }
        history.packs = Packs::new(&packs);
        history.read_outline(reader, Archive::new(packs))?;
        history.pending.read(reader)?;
        Ok(history)
    }

    /// The same history with everything checked anew, as if it had come from elsewhere: all changes are
    /// taken in, every signature is verified, and everything else that the file says of the changes has
    /// to be what they come to.
    ///
    /// One pack at a time is unpacked beside the new history, and changes of a stretch are taken back
    /// with all others as soon as a signature of it turns out not to hold.
    pub(crate) fn verified(&self) -> Result<Self, LoadError> {
        let mut verified = Self::with_limits(self.document(), PendingLimits::NONE);
        verified.genesis.clone_from(&self.genesis);
        for author in self.numbered_authors() {
            verified.author_number(&Author::from_bytes(*author.as_bytes())?);
        }
        let mut stretches = self.cuts.stretches(self.chains.len()).peekable();
        for pack in self.archive.packs() {
            verified.admit_pack(pack)?;
            let end = verified.chains.len();
            while let Some((stretch, end)) = stretches.next_if(|(_, last)| *last <= end) {
                verified.prove_stretch(stretch, end)?;
            }
        }
        for (stretch, end) in stretches {
            verified.prove_stretch(stretch, end)?;
        }
        let used = self.authors().all(|author| verified.bytes_by(&author) > 0);
        let told = verified.genesis == self.genesis && verified.has_outline_of(self);
        if !used || !told {
            return Err(LoadError::Inconsistent);
        }
        verified.apply(&self.pending.framed())?;
        verified.set_pending_limits(self.pending_limits());
        Ok(verified)
    }

    /// A history of these changes of it, and of what waits in it, which is checked as what comes from
    /// elsewhere is.
    pub(crate) fn copied(&self, changes: &[u8]) -> Result<Self, ApplyError> {
        let mut copy = Self::with_limits(self.document(), PendingLimits::NONE);
        copy.genesis.clone_from(&self.genesis);
        copy.apply(changes)?;
        copy.apply(&self.pending.framed())?;
        copy.set_pending_limits(self.pending_limits());
        Ok(copy)
    }

    /// A copy without the changes that no signature covers yet, if there are any.
    pub(crate) fn without_unsigned(&self) -> Option<Self> {
        self.tail.as_ref().filter(|tail| tail.signature.get().is_none())?;
        self.copied(&self.export(&[])).ok()
    }

    /// Takes in the changes of a pack of which all before it are here. Nothing vouches for them yet.
    fn admit_pack(&mut self, pack: &Pack) -> Result<(), LoadError> {
        let bundle = pack.decode(|key| self.checked_key(key))?;
        let mut outside = bundle.outside.iter().zip(pack.outside());
        if !outside.all(|(hash, change)| self.index_of(hash) == Some(*change)) {
            return Err(LoadError::Inconsistent);
        }
        self.admit(&bundle).map_err(ApplyError::from)?;
        let exact = self.chains.len() == pack.end() && bundle.signatures.is_empty();
        if exact { Ok(()) } else { Err(LoadError::Inconsistent) }
    }

    /// Verifies that the signatures of a stretch vouch for all its changes, which are here, and enters
    /// it as one of this history's.
    fn prove_stretch(&mut self, stretch: &Stretch, end: ChangeIndex) -> Result<(), LoadError> {
        let refused = |refusal| LoadError::from(ApplyError::from(refusal));
        let start = stretch.start;
        let mut covered = vec![false; end.saturating_sub(start) as usize];
        self.cuts.close(start);
        for (signed, signature) in stretch.signatures.values() {
            let place = signed.checked_sub(start).and_then(|place| covered.get_mut(place as usize));
            *place.ok_or(LoadError::Inconsistent)? = true;
            let hash = self.chains.hash_of(*signed);
            if !self.author_of(*signed).verify(&hash, signature) {
                return Err(refused(Refusal::BadSignature(hash)));
            }
            self.cuts.open().keep(self.chains.segment_of(*signed), *signed, *signature);
        }
        let mut totals = Totals::default();
        for change in (start..end).rev() {
            if !covered[(change - start) as usize] {
                return Err(refused(Refusal::Uncovered(self.chains.hash_of(change))));
            }
            if let Some(place) =
                self.chains.prev_of(change).and_then(|prev| prev.checked_sub(start))
            {
                covered[place as usize] = true;
            }
            let (ops, bytes) = (Body::count(self.body(change)), self.bytes_of(change));
            totals.add(Totals { changes: 1, ops, bytes });
        }
        self.cuts.open().count(totals);
        Ok(())
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
            let pack = write_pack(self, &members).and_then(|(outside, bundle)| {
                Pack::new(self.document(), start, outside, &bundle).ok()
            });
            let Some(pack) = pack else {
                // What is written then says that there are more changes, so that no one takes it for whole.
                tracing::error!(start, "changes that contradict each other are not saved");
                break;
            };
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
        let last = self.stored(start..self.chains.len()).take_while(fits).last();
        last.map_or(start, |last| last.change) + 1
    }
}
