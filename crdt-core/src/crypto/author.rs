use core::borrow::Borrow;
use core::fmt;
use core::str::FromStr;

use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{ChangeHash, domain, serial};
use crate::codec::{DecodeError, ParseIdError, hex, write};

/// An author of changes: a canonical Ed25519 public key that is not of small order.
///
/// One key belongs to one device. A value of this type is made from bytes that passed the check,
/// or was stored by this program, which had checked it. Bytes that are no such key all the same
/// verify no signature.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Author([u8; 32]);

/// An Ed25519 signature: 64 bytes, checked only against a hash and an author.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub(crate) [u8; 64]);

impl Author {
    /// Checks and takes the 32 bytes of a public key.
    ///
    /// # Errors
    /// [`DecodeError::InvalidKey`] if the bytes are no curve point, spell one in a non-canonical
    /// way, or name one of small order.
    pub fn from_bytes(bytes: [u8; 32]) -> Result<Self, DecodeError> {
        #[cfg(test)]
        crate::steps::count();
        let author = Self(bytes);
        let is_strong = author.key().is_some_and(|key| !key.is_weak());
        if is_strong { Ok(author) } else { Err(DecodeError::InvalidKey) }
    }

    /// Takes the bytes of a key that was checked before, or is only compared with such keys.
    pub(crate) const fn unchecked(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads what [`Serialize`] writes without checking the key, for those who only compare it.
    pub(crate) fn deserialize_unchecked<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        serial::deserialize(deserializer).map(Self)
    }

    /// The 32 bytes of the key.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether `signature` is this author's signature of the change, by the one predicate of this
    /// crate (strict, single).
    pub fn verify(&self, change: &ChangeHash, signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        // Keys of small order are refused here too.
        self.key().is_some_and(|key| key.verify_strict(&signed_message(change), &signature).is_ok())
    }

    /// Whether `signature` is this author's signature of a [message](crate::Keypair::sign_message),
    /// by the same predicate.
    pub fn verify_message(&self, context: &str, message: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        let signed = signed_for(context, message);
        self.key().is_some_and(|key| key.verify_strict(&signed, &signature).is_ok())
    }

    /// The key as a curve point, if its encoding is canonical or names one of small order.
    fn key(&self) -> Option<VerifyingKey> {
        // A coordinate has one spelling below the field's prime, 2^255 - 19. Beside that only the
        // sign of 0 can be spelled in two ways, and points with that coordinate have small order.
        let [lowest, middle @ .., highest] = &self.0;
        let overflows =
            *lowest >= 0xed && middle.iter().all(|byte| *byte == 0xff) && highest & 0x7f == 0x7f;
        if overflows { None } else { VerifyingKey::from_bytes(&self.0).ok() }
    }
}

/// What is signed for a change: a domain prefix and the change's hash.
pub(super) fn signed_message(change: &ChangeHash) -> [u8; 63] {
    let mut message = [0; 63];
    message[..31].copy_from_slice(domain::SIGNATURE);
    message[31..].copy_from_slice(&change.0);
    message
}

/// What is signed for a message: another domain prefix, what it is said in, and the message.
pub(super) fn signed_for(context: &str, message: &[u8]) -> Vec<u8> {
    let mut signed = domain::MESSAGE.to_vec();
    write::bytes(&mut signed, context.as_bytes());
    signed.extend_from_slice(message);
    signed
}

/// Ordered as authors are.
impl Borrow<[u8; 32]> for Author {
    fn borrow(&self) -> &[u8; 32] {
        self.as_bytes()
    }
}

/// All 64 hexadecimal digits.
impl fmt::Display for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(f, self.as_bytes())
    }
}

/// The first eight hexadecimal digits.
impl fmt::Debug for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Author(")?;
        hex::write(f, &self.as_bytes()[..4])?;
        f.write_str("..)")
    }
}

/// Reads and checks what `Display` writes.
impl FromStr for Author {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        Self::from_bytes(hex::parse(text)?).map_err(|_| ParseIdError::InvalidKey)
    }
}

/// As `Display` writes it in formats for people, as 32 bytes in others.
impl Serialize for Author {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serial::serialize(self, self.as_bytes(), serializer)
    }
}

/// Checks the key too.
impl<'de> Deserialize<'de> for Author {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_bytes(serial::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl Signature {
    /// From its 64 bytes; any bytes are taken, a wrong signature fails when it is verified.
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The 64 bytes.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(")?;
        hex::write(f, &self.0[..4])?;
        f.write_str("..)")
    }
}
