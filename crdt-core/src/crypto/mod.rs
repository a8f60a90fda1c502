//! Hashes, keys and signatures.
//!
//! Signatures are Ed25519 and there is one predicate for them everywhere: `verify_strict` on
//! a canonical key that is not of small order, one signature at a time. Batch verification can
//! disagree with it on crafted signatures, and replicas must never disagree.

mod author;
mod hash;
mod keypair;
pub(crate) mod random;
mod serial;

pub use author::{Author, Signature};
pub use hash::{ChangeHash, Digest, DocumentId};
pub(crate) use hash::{domain, sha256, sha256_of_parts};
pub use keypair::Keypair;
pub use random::RandomError;

#[cfg(test)]
mod tests;
