use crdt_core::{ChangeHash, DocumentId};
use sha2::{Digest as _, Sha256};

use super::frame::{Digest, Heads};

/// What heads are hashed with on a connection. It follows from both nonces, so nobody who chooses
/// changes can know it, and a digest that two sets of heads share by chance is another one on the
/// next connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Salt(pub(super) [u8; 32]);

impl Salt {
    /// A hash of some heads. What is known of a document is hashed when it changes, and not when
    /// somebody asks: how often that is is the other side's to choose.
    pub(super) fn hash(&self, heads: &[ChangeHash]) -> [u8; 32] {
        counted();
        let mut hasher = Sha256::new_with_prefix(self.0);
        for head in heads {
            hasher.update(head.as_bytes());
        }
        hasher.finalize().into()
    }

    /// Eight bytes for some heads.
    pub(super) fn heads(&self, heads: &[ChangeHash]) -> Digest {
        first_of(&self.hash(heads))
    }

    /// Eight bytes for heads as they are stated.
    pub(super) fn stated(&self, heads: &Heads) -> Digest {
        match heads {
            Heads::All(heads) => self.heads(heads),
            Heads::Hash(hash) => first_of(hash),
        }
    }

    /// Eight bytes for a document with some heads.
    pub(super) fn document(&self, document: &DocumentId, heads: Digest) -> Digest {
        counted();
        let hasher = Sha256::new_with_prefix(self.0).chain_update(document.as_bytes());
        first_of(&hasher.chain_update(heads).finalize().into())
    }
}

pub(super) fn first_of(hash: &[u8; 32]) -> Digest {
    core::array::from_fn(|place| hash[place])
}

/// The digests of several documents, added up: one that changes is taken out and put in again, at
/// no cost in the number of the others. As what is added is hashed with a salt that nobody has known
/// who chooses changes, two sums are equal by chance alone, once in 2^64. Who knows the salt is the
/// other side, which need not look for equal sums: it can say whatever it likes of what it has. In
/// numbers, and not bit by bit, so that what is there twice does not vanish.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Sum(u64);

impl Sum {
    pub(super) const fn add(&mut self, one: Digest) {
        self.0 = self.0.wrapping_add(u64::from_be_bytes(one));
    }

    pub(super) const fn take(&mut self, one: Digest) {
        self.0 = self.0.wrapping_sub(u64::from_be_bytes(one));
    }

    pub(super) const fn plus(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }

    pub(super) const fn digest(self) -> Digest {
        self.0.to_be_bytes()
    }
}

#[cfg(not(test))]
const fn counted() {}

#[cfg(test)]
fn counted() {
    HASHES.with(|hashes| hashes.set(hashes.get() + 1));
}

#[cfg(test)]
std::thread_local!(static HASHES: core::cell::Cell<usize> = const { core::cell::Cell::new(0) });

/// How many hashes something takes.
#[cfg(test)]
pub(super) fn hashes_of(work: impl FnOnce()) -> usize {
    let before = HASHES.with(core::cell::Cell::get);
    work();
    HASHES.with(core::cell::Cell::get) - before
}
