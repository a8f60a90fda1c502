//! Which changes prove themselves: by a signature of their own or of a later one on their chain,
//! and by everything that they depend on doing so too.

use crate::crypto::Signature;
use crate::history::format::numbers::ChangeIndex;
use crate::history::format::totals::{MAX_BUNDLE_BYTES, MAX_BUNDLE_CHANGES};
use crate::history::store::Store;
use crate::sorted::SortedMap;

/// Changes that prove themselves.
pub(super) struct Proven {
    /// Of each change the next one on its chain that is signed, if it proves itself.
    signed: Vec<Option<ChangeIndex>>,
    signatures: SortedMap<ChangeIndex, Signature>,
}

impl Proven {
    /// Those of a store, given signatures that are said to be of its changes. Costs verifying them.
    pub(super) fn of(store: &Store, signatures: &[(ChangeIndex, Signature)]) -> Self {
        let holds = |(change, signature): &&(ChangeIndex, Signature)| {
            store.author_of(*change).verify(&store.chains.hash_of(*change), signature)
        };
        let mut signatures: SortedMap<_, _> = signatures.iter().filter(holds).copied().collect();
        loop {
            let signed = signed(store, &signatures);
            let before = signatures.len();
            // A signature is of use only where what it signs can be shown.
            signatures.retain(|change, _| signed[*change as usize].is_some());
            if signatures.len() == before {
                return Self { signed, signatures };
            }
        }
    }

    /// The signature of a change, if it has one that is valid.
    pub(super) fn signature_of(&self, change: ChangeIndex) -> Option<Signature> {
        self.signatures.get(&change).copied()
    }

    /// The changes in order of admission, parted where all that come before are covered by
    /// signatures among them, and where there are many.
    pub(super) fn stretches(&self, store: &Store) -> Vec<Vec<ChangeIndex>> {
        let (mut stretches, mut members) = (Vec::new(), Vec::new());
        let (mut bytes, mut covered) = (0, 0);
        for (change, signed) in (0..).zip(&self.signed) {
            let Some(signed) = signed else { continue };
            members.push(change);
            bytes += store.bytes_of(change);
            covered = covered.max(*signed);
            let is_full = bytes > MAX_BUNDLE_BYTES / 4 || members.len() > MAX_BUNDLE_CHANGES / 4;
            if is_full && covered <= change {
                stretches.push(core::mem::take(&mut members));
                bytes = 0;
            }
        }
        stretches.extend(Some(members).filter(|members| !members.is_empty()));
        stretches
    }
}

/// Of each change the next signed one on its chain, if everything below it has one too.
fn signed(
    store: &Store,
    signatures: &SortedMap<ChangeIndex, Signature>,
) -> Vec<Option<ChangeIndex>> {
    let mut signed: Vec<Option<ChangeIndex>> = vec![None; store.chains.len() as usize];
    for change in (0..store.chains.len()).rev() {
        let place = change as usize;
        if signatures.contains_key(&change) {
            signed[place] = Some(change);
        }
        if let (Some(by), Some(prev)) = (signed[place], store.chains.prev_of(change)) {
            let before = &mut signed[prev as usize];
            *before = Some(before.map_or(by, |before| before.min(by)));
        }
    }
    for change in 0..store.chains.len() {
        if store.below(change).any(|below| signed[below as usize].is_none()) {
            signed[change as usize] = None;
        }
    }
    signed
}
