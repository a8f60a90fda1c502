use core::str::FromStr;

use crdt_core::Author;

use super::address::{Address, AddressError};
use super::invite::Invite;
use crate::access::Token;

/// Where to dial, and what to show there. Made of an [`Address`], a text that is one, or an
/// [`Invite`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Target {
    pub(crate) address: Address,
    pub(crate) token: Option<Token>,
    pub(crate) relay: Option<Author>,
}

impl Target {
    /// A relay that asks for no token.
    pub fn new(address: Address) -> Self {
        Self { address, token: None, relay: None }
    }

    /// Shows a token there. Without TLS it can be read on its way.
    #[must_use]
    pub fn with_token(mut self, token: Token) -> Self {
        self.token = Some(token);
        self
    }

    /// Takes no other relay for it than the one with this key.
    #[must_use]
    pub fn with_relay(mut self, relay: Author) -> Self {
        self.relay = Some(relay);
        self
    }

    /// Where it is.
    pub fn address(&self) -> &Address {
        &self.address
    }
}

impl From<Address> for Target {
    fn from(address: Address) -> Self {
        Self::new(address)
    }
}

impl From<&Invite> for Target {
    fn from(invite: &Invite) -> Self {
        let (address, token) = (invite.address().clone(), invite.token().cloned());
        Self { address, token, relay: invite.relay() }
    }
}

impl FromStr for Target {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        text.parse().map(Self::new)
    }
}
