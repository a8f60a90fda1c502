use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::serial;
use crate::codec::{ParseIdError, hex};

/// Prefixes that keep the hashes and signatures of different things apart. Each is 31 bytes, so
/// that with the format version and a document's id it fills one block of SHA-256.
pub(crate) mod domain {
    /// What is hashed into a change's hash.
    pub(crate) const CHANGE: &[u8; 31] = b"crdt-core change hash 32 bytes:";
    /// What is signed.
    pub(crate) const SIGNATURE: &[u8; 31] = b"crdt-core signature of a change";
    /// What is signed for a message that is no change.
    pub(crate) const MESSAGE: &[u8; 31] = b"crdt-core signature, no change:";
    /// What is hashed into a document's id.
    pub(crate) const GENESIS: &[u8; 31] = b"crdt-core genesis of a document";
    /// What is hashed into a digest of state.
    pub(crate) const STATE: &[u8; 31] = b"crdt-core digest of whole state";
    /// What is hashed into the description of a type.
    pub(crate) const TYPE: &[u8; 31] = b"crdt-core description of a type";
    /// What is hashed into the checksum of a saved document.
    pub(crate) const SAVED: &[u8; 31] = b"crdt-core check of a saved file";
}

/// SHA-256 of a message.
pub(crate) fn sha256(message: &[u8]) -> [u8; 32] {
    Sha256::digest(message).into()
}

/// SHA-256 of the parts in sequence.
pub(crate) fn sha256_of_parts(parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().into()
}

macro_rules! hash_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(pub(crate) [u8; 32]);

        impl $name {
            /// From its 32 bytes.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The 32 bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }
        }

        /// By all bytes: those that somebody sends need not be a hash of anything, and could be made to
        /// be alike where they are looked at.
        impl core::hash::Hash for $name {
            fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
                state.write(&self.0);
            }
        }

        /// All 64 hexadecimal digits.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                hex::write(f, &self.0)
            }
        }

        /// The first eight hexadecimal digits, enough to tell hashes apart in a log.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "("))?;
                hex::write(f, &self.0[..4])?;
                f.write_str("..)")
            }
        }

        /// Reads what `Display` writes.
        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                hex::parse(text).map(Self)
            }
        }

        /// As `Display` writes it in formats for people, as 32 bytes in others.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serial::serialize(self, &self.0, serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                serial::deserialize(deserializer).map(Self)
            }
        }
    };
}

hash_type! {
    /// The SHA-256 hash that names a [change](crate::Change): of its header and the gist of its
    /// body.
    ChangeHash
}
hash_type! {
    /// The SHA-256 hash that names a document: of its genesis record. It is part of every
    /// change's hash, so no change can be replayed into another document.
    DocumentId
}
hash_type! {
    /// A SHA-256 hash over the whole CRDT state of a document, hidden parts included. Replicas that
    /// hold the same changes under the same schema have the same digest.
    Digest
}
