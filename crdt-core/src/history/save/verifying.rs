//! Checking a saved history anew, as if it had come from elsewhere.

use super::{Kept, LoadError};
use crate::crypto::Author;
use crate::history::admission::admit;
use crate::history::coverage::Part;
use crate::history::format::pack::Pack;
use crate::history::format::totals::Totals;
use crate::history::pending::PendingLimits;
use crate::history::receive::{ApplyError, Receiver};
use crate::history::store::Store;
use crate::history::store::refusal::Refusal;
use crate::op::Body;

impl Kept {
    /// What is kept, with everything checked anew: all changes are taken in, every signature is
    /// verified, and everything else that the file says of the changes has to be what they come to.
    ///
    /// One pack at a time is unpacked beside the new history, and changes of a stretch are taken
    /// back with all others as soon as a signature of it turns out not to hold.
    pub(crate) fn verified(&self) -> Result<Self, LoadError> {
        let mut verified = Self::new(self.store.document, PendingLimits::NONE);
        verified.store.genesis.clone_from(&self.store.genesis);
        for author in self.store.chains.authors.as_slice() {
            let checked = Author::from_bytes(*author.as_bytes())?;
            verified.store.number_author(&checked).map_err(|full| refused(full.into()))?;
        }
        let mut parts = self.coverage.parts(&self.store).peekable();
        for pack in self.store.archive.packs() {
            admit_pack(&mut verified.store, pack)?;
            let end = verified.store.chains.len();
            while let Some(part) = parts.next_if(|part| part.end <= end) {
                verified.prove(part)?;
            }
        }
        for part in parts {
            verified.prove(part)?;
        }
        let used = verified.store.sizes.by_author().iter().all(|bytes| *bytes > 0);
        let told = verified.store.genesis == self.store.genesis
            && verified.outline(None) == self.outline(None);
        if !used || !told {
            return Err(LoadError::Inconsistent);
        }
        verified.receive(&self.waiting())?;
        verified.pending.set_limits(self.pending.limits());
        Ok(verified)
    }

    /// A history of these changes of it, and of what waits in it, which is checked as what comes
    /// from elsewhere is.
    pub(crate) fn copied(&self, changes: &[u8]) -> Result<Self, ApplyError> {
        let mut copy = Self::new(self.store.document, PendingLimits::NONE);
        copy.store.genesis.clone_from(&self.store.genesis);
        copy.receive(changes)?;
        copy.receive(&self.waiting())?;
        copy.pending.set_limits(self.pending.limits());
        Ok(copy)
    }

    /// Takes in bundles for good.
    pub(super) fn receive(&mut self, bytes: &[u8]) -> Result<(), ApplyError> {
        let Self { store, coverage, pending, .. } = self;
        let received = Receiver { store, pending, coverage, keypair: None }.apply(bytes, None);
        store.forget_mark();
        received.map(drop)
    }

    /// What waits, as bundles that come in together.
    fn waiting(&self) -> Vec<u8> {
        self.pending.framed().collect::<Vec<_>>().concat()
    }

    /// Verifies that the signatures of a stretch vouch for all its changes, which are here, and
    /// enters it as one of this history's.
    fn prove(&mut self, part: Part<'_>) -> Result<(), LoadError> {
        let Self { store, coverage, .. } = self;
        let Part { start, end, .. } = part;
        let mut covered = vec![false; end.saturating_sub(start) as usize];
        coverage.close(start);
        for (signed, signature) in part.signatures() {
            let place = signed.checked_sub(start).and_then(|place| covered.get_mut(place as usize));
            *place.ok_or(LoadError::Inconsistent)? = true;
            let hash = store.chains.hash_of(signed);
            if !store.author_of(signed).verify(&hash, &signature) {
                return Err(refused(Refusal::BadSignature(hash)));
            }
            coverage.keep(&store.chains, signed, &signature);
        }
        let mut totals = Totals::default();
        for change in (start..end).rev() {
            if !covered[(change - start) as usize] {
                return Err(refused(Refusal::Uncovered(store.chains.hash_of(change))));
            }
            let prev = store.chains.prev_of(change).and_then(|prev| prev.checked_sub(start));
            if let Some(place) = prev {
                covered[place as usize] = true;
            }
            let (ops, bytes) = (Body::count(store.body(change)), store.bytes_of(change));
            totals.add(Totals { changes: 1, ops, bytes });
        }
        coverage.count(totals);
        Ok(())
    }
}

/// Takes in the changes of a pack of which all before it are here. Nothing vouches for them yet.
fn admit_pack(store: &mut Store, pack: &Pack) -> Result<(), LoadError> {
    let bundle = pack.decode(|key| store.checked_key(key))?;
    let mut outside = bundle.outside.iter().zip(pack.outside());
    if !outside.all(|(hash, change)| store.index_of(hash) == Some(*change)) {
        return Err(LoadError::Inconsistent);
    }
    admit(store, &bundle).map_err(refused)?;
    let exact = store.chains.len() == pack.end() && bundle.signatures.is_empty();
    if exact { Ok(()) } else { Err(LoadError::Inconsistent) }
}

fn refused(refusal: Refusal) -> LoadError {
    LoadError::from(ApplyError::from(refusal))
}
