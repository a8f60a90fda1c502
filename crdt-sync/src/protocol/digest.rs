use crdt_core::{ChangeHash, DocumentId};
use sha2::{Digest as _, Sha256};

use super::frame::Digest;

/// What heads are hashed with on a connection. It follows from both nonces, so nobody who chooses
/// changes can know it, and a digest that two sets of heads share by chance is another one on the next
/// connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct Salt(pub(super) [u8; 32]);

impl Salt {
    /// Eight bytes for some heads.
    pub(super) fn heads(&self, heads: &[ChangeHash]) -> Digest {
        let mut hasher = Sha256::new_with_prefix(self.0);
        heads.iter().for_each(|head| hasher.update(head.as_bytes()));
        first(hasher)
    }

    /// Eight bytes for a document with some heads.
    pub(super) fn document(&self, document: &DocumentId, heads: &Digest) -> Digest {
        let hasher = Sha256::new_with_prefix(self.0).chain_update(document.as_bytes());
        first(hasher.chain_update(heads))
    }
}

fn first(hasher: Sha256) -> Digest {
    let hash: [u8; 32] = hasher.finalize().into();
    *hash.first_chunk().expect("a hash is longer")
}
