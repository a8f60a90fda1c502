use core::fmt;
use core::hash::{Hash, Hasher};

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// A secret that is shown to a relay: as a bearer token, or as part of an invite. It is not printed.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

/// What cannot be a [`Token`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a token is 1 to 256 visible ASCII characters other than `&` and `#`")]
#[non_exhaustive]
pub struct TokenError;

/// What is kept of a token to know it again. Hashes can be compared in any way: how long that takes
/// says nothing of the secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct TokenHash([u8; 32]);

impl Token {
    /// A token of at most 256 visible ASCII characters other than `&` and `#`, as headers and links can
    /// say it.
    ///
    /// # Errors
    /// [`TokenError`] if it is anything else.
    pub fn new(secret: impl Into<String>) -> Result<Self, TokenError> {
        let secret = Zeroizing::new(secret.into());
        let can_be_said = |byte: u8| byte.is_ascii_graphic() && byte != b'&' && byte != b'#';
        let is_token = (1..=256).contains(&secret.len()) && secret.bytes().all(can_be_said);
        if is_token { Ok(Self(secret)) } else { Err(TokenError) }
    }

    /// The secret.
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// Whether it is this secret. How long that takes says nothing of it.
    pub fn is(&self, secret: &str) -> bool {
        self.hashed() == TokenHash::of(secret)
    }

    pub(super) fn hashed(&self) -> TokenHash {
        TokenHash::of(&self.0)
    }
}

impl TokenHash {
    pub(super) fn into_bytes(self) -> [u8; 32] {
        self.0
    }

    fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.hashed() == other.hashed()
    }
}

impl Eq for Token {}

/// By a hash of it, so that a table of accounts can have tokens for keys: how long it takes to look one up
/// says nothing of those that are there.
impl Hash for Token {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.hashed().hash(state);
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(..)")
    }
}
