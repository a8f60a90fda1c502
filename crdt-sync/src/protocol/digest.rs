use crdt_core::{ChangeHash, DocumentId};
use sha2::{Digest as _, Sha256};

use super::frame::{Digest, Heads};

/// What heads are hashed with on a connection. It follows from both nonces, so nobody who chooses
/// changes can know it, and a digest that two sets of heads share by chance is another one on the
/// next connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Salt(pub(super) [u8; 32]);

impl Salt {
    /// A hash of some heads.
    pub(super) fn hash(&self, heads: &[ChangeHash]) -> [u8; 32] {
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
        let hasher = Sha256::new_with_prefix(self.0).chain_update(document.as_bytes());
        first_of(&hasher.chain_update(heads).finalize().into())
    }
}

fn first_of(hash: &[u8; 32]) -> Digest {
    core::array::from_fn(|place| hash[place])
}
