use core::fmt;
use core::str::FromStr;

use crdt_core::{Author, DocumentId, ParseIdError};
use thiserror::Error;

use super::address::{Address, AddressError};
use crate::access::{Token, TokenError};

/// A link that lets somebody in: where a document is kept, which it is, and what the relay's policy
/// asks for.
///
/// `wss://relay.example.org/crdt-sync#document=..&relay=..&token=..`: the address of the relay, and
/// behind `#`, which is never sent to a server, the document's id, the relay's key and a token, the
/// latter two only where they are needed. What else stands there is passed over, so that there can be
/// more one day. Whoever has a link with a token can use it: send it as you would a password.
///
/// ```
/// use crdt_core::{Document, Keypair, Text};
/// use crdt_sync::{Invite, access::Token};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let text = Document::<Text>::create(Keypair::generate()?)?;
/// let invite = Invite::new("wss://relay.example.org".parse()?, text.id())
///     .with_token(Token::new("guest-2f6e9a")?);
/// let link = invite.to_string();
/// assert_eq!(link.parse::<Invite>()?, invite);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Invite {
    address: Address,
    document: DocumentId,
    relay: Option<Author>,
    token: Option<Token>,
}

/// Why a text is not an [`Invite`].
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum InviteError {
    /// The part before the `#` is not the address of a relay.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// It does not say which document.
    #[error(
        "the link names no document: it has to end in `#document=` and an id, so ask for all of it"
    )]
    NoDocument,
    /// The document's id or the relay's key is none.
    #[error("the link is damaged ({part}: {error}): ask for it again")]
    Id {
        /// Which.
        part: &'static str,
        /// Why.
        error: ParseIdError,
    },
    /// The token is none.
    #[error("the link is damaged ({0}): ask for it again")]
    Token(#[from] TokenError),
}

impl Invite {
    /// To a document at a relay that asks for nothing more.
    pub fn new(address: Address, document: DocumentId) -> Self {
        Self { address, document, relay: None, token: None }
    }

    /// With the key that the relay has to have.
    #[must_use]
    pub fn with_relay(mut self, relay: Author) -> Self {
        self.relay = Some(relay);
        self
    }

    /// With a token to show there.
    #[must_use]
    pub fn with_token(mut self, token: Token) -> Self {
        self.token = Some(token);
        self
    }

    /// Where the relay is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The document.
    pub fn document(&self) -> DocumentId {
        self.document
    }

    /// The relay's key, if it is known.
    pub fn relay(&self) -> Option<Author> {
        self.relay
    }

    /// The token, if one is asked for.
    pub fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }
}

/// The link, with the secret that is in it.
impl fmt::Display for Invite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#document={}", self.address, self.document)?;
        if let Some(relay) = &self.relay {
            write!(f, "&relay={relay}")?;
        }
        self.token.as_ref().map_or(Ok(()), |token| write!(f, "&token={}", token.secret()))
    }
}

/// Without the secret.
impl fmt::Debug for Invite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invite")
            .field("address", &self.address)
            .field("document", &self.document)
            .field("relay", &self.relay)
            .field("token", &self.token)
            .finish()
    }
}

impl FromStr for Invite {
    type Err = InviteError;

    fn from_str(text: &str) -> Result<Self, InviteError> {
        let (address, rest) = text.trim().split_once('#').ok_or(InviteError::NoDocument)?;
        let address = address.parse()?;
        let (mut document, mut relay, mut token) = (None, None, None);
        for (name, value) in rest.split('&').filter_map(|part| part.split_once('=')) {
            match name {
                "document" => document = Some(id("document", value)?),
                "relay" => relay = Some(id("relay", value)?),
                "token" => token = Some(Token::new(value)?),
                _ => {}
            }
        }
        let document = document.ok_or(InviteError::NoDocument)?;
        Ok(Self { address, document, relay, token })
    }
}

fn id<T: FromStr<Err = ParseIdError>>(part: &'static str, text: &str) -> Result<T, InviteError> {
    text.parse().map_err(|error| InviteError::Id { part, error })
}

#[cfg(test)]
mod tests {
    use crdt_core::Keypair;

    use super::*;

    fn invite() -> Invite {
        let document = "5a".repeat(32).parse().expect("64 digits");
        Invite::new("ws://127.0.0.1:8710".parse().expect("an address"), document)
    }

    #[test]
    fn what_is_printed_is_parsed() {
        let relay = Keypair::from_secret_bytes(&[1; 32]).author();
        let token = Token::new("a-=/+secret").expect("a token");
        let all = invite().with_relay(relay).with_token(token);
        for invite in [invite(), all] {
            let link = invite.to_string();
            assert_eq!(link.parse(), Ok(invite), "{link}");
        }
        let later = format!(" {}&later=1&flag\n", invite());
        assert_eq!(later.parse(), Ok(invite()));
    }

    #[test]
    fn a_secret_is_not_printed_by_accident() {
        let invite = invite().with_token(Token::new("secret").expect("a token"));
        assert!(!format!("{invite:?}").contains("secret"), "{invite:?}");
    }

    #[test]
    fn what_is_damaged_says_so() {
        let link = invite().to_string();
        let (address, _) = link.split_once('#').expect("a fragment");
        assert_eq!(address.parse::<Invite>(), Err(InviteError::NoDocument));
        let short = &link[..link.len() - 1];
        assert!(matches!(short.parse::<Invite>(), Err(InviteError::Id { part: "document", .. })));
        let https = link.replace("ws:", "https:");
        assert!(matches!(https.parse::<Invite>(), Err(InviteError::Address(_))));
        assert_eq!(format!("{link}&token=").parse::<Invite>(), Err(InviteError::Token(TokenError)));
    }
}
