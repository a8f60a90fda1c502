use core::fmt;
use std::sync::Arc;

use ed25519_dalek::{Signer, SigningKey};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::author::{signed_for, signed_message};
use super::{Author, ChangeHash, Signature};

/// The secret key of an [`Author`].
///
/// It is never printed, and wiped from memory when the last handle to it is dropped: a clone is a
/// handle to the same secret, not a copy of it. So one key of a device can write in many documents:
///
/// ```
/// # use crdt_core::{Document, Keypair, Text};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let device = Keypair::generate()?;
/// let notes = Document::<Text>::create(device.clone())?;
/// let tasks = Document::<Vec<String>>::create(device)?;
/// assert_eq!(notes.author(), tasks.author());
/// # Ok(())
/// # }
/// ```
///
/// In one document a key belongs to one writer on one device. Two writers with one key fork their
/// chain of changes, which every replica that holds both branches sees and can prove.
#[derive(Clone)]
pub struct Keypair(Arc<SigningKey>);

impl Keypair {
    /// A new key from the operating system's randomness.
    ///
    /// # Errors
    /// The operating system's own error where it has no randomness to give.
    #[cfg(feature = "os-random")]
    pub fn generate() -> Result<Self, crate::RandomError> {
        let mut secret = Zeroizing::new([0; 32]);
        super::random::fill(&mut *secret)?;
        Ok(Self::from_secret_bytes(&secret))
    }

    /// A new key from a random source of yours, for example a seeded one in a test.
    pub fn generate_with<R: CryptoRng + ?Sized>(rng: &mut R) -> Self {
        let mut secret = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *secret);
        Self::from_secret_bytes(&secret)
    }

    /// The key whose 32 secret bytes were [saved](Self::to_secret_bytes) (RFC 8032's seed).
    pub fn from_secret_bytes(secret: &[u8; 32]) -> Self {
        Self(Arc::new(SigningKey::from_bytes(secret)))
    }

    /// The 32 secret bytes, to be kept where secrets are kept. Whoever has them writes as this
    /// author.
    pub fn to_secret_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public half.
    pub fn author(&self) -> Author {
        Author::unchecked(self.0.verifying_key().to_bytes())
    }

    /// Signs a message that is no change, such as the proof to a peer that one has this key. The
    /// context names the protocol and what the message is in it, so that a signature counts there
    /// alone; it never counts for a change.
    ///
    /// ```
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let device = crdt_core::Keypair::generate()?;
    /// let signature = device.sign_message("example login 1", b"nonce");
    /// assert!(device.author().verify_message("example login 1", b"nonce", &signature));
    /// assert!(!device.author().verify_message("another use", b"nonce", &signature));
    /// # Ok(())
    /// # }
    /// ```
    pub fn sign_message(&self, context: &str, message: &[u8]) -> Signature {
        Signature(self.0.sign(&signed_for(context, message)).to_bytes())
    }

    pub(crate) fn sign(&self, change: &ChangeHash) -> Signature {
        Signature(self.0.sign(&signed_message(change)).to_bytes())
    }
}

/// Names the author and never the secret.
impl fmt::Debug for Keypair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keypair").field("author", &self.author()).finish_non_exhaustive()
    }
}
