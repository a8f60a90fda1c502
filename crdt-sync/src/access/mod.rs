//! Who may connect to a relay, and what they may do there.
//!
//! A relay asks its [`Access`] when somebody connects, whenever they ask for a document, and again
//! for everyone who is connected when [something has changed](Access::changed). [`AllowList`] is one
//! of keys, tokens and documents; an app with accounts of its own implements the trait.

mod allow_list;
mod token;

use core::fmt;
use core::future::ready;
use std::net::IpAddr;

use crdt_core::{Author, DocumentId};
use tokio::sync::watch;

pub use allow_list::{AllowList, Rule, Rules};
pub use token::{Token, TokenError};

/// Somebody who is connected, or wants to be.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Visitor {
    /// Whose key they have proven to have; `None` of those who come without, by HTTP.
    pub author: Option<Author>,
    /// The token that they have shown.
    pub token: Option<Token>,
    /// Where they come from, as far as the relay knows.
    pub address: IpAddr,
}

impl Visitor {
    /// Somebody of whom nothing is known but where they come from.
    pub fn from(address: IpAddr) -> Self {
        Self { author: None, token: None, address }
    }

    /// With the key that they have proven.
    #[must_use]
    pub fn with_author(mut self, author: Author) -> Self {
        self.author = Some(author);
        self
    }

    /// With the token that they have shown, if they have.
    #[must_use]
    pub fn with_token(mut self, token: Option<Token>) -> Self {
        self.token = token;
        self
    }

    /// By whom a quota is counted that they use.
    pub(crate) fn counted(&self, holder: Holder) -> [u8; 32] {
        let token = self.token.as_ref().map(|token| token.hashed().into_bytes());
        let key = self.author.map(|author| *author.as_bytes());
        match holder {
            Holder::Everyone => None,
            Holder::Key => key,
            Holder::Token => token,
        }
        .unwrap_or_default()
    }
}

/// What somebody may do with a document.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Right {
    /// Nothing. They are not told whether it is there.
    #[default]
    None,
    /// Get what is there, and what comes.
    Read,
    /// Send changes too.
    Write,
}

/// What somebody may do with a document, and how much.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Grant {
    /// What.
    pub right: Right,
    /// Of how many canonical bytes the changes may be that they bring into the document, whoever
    /// wrote them; `None` if it is not bounded.
    pub quota: Option<u64>,
    /// Whose quota that is, if there is one.
    pub holder: Holder,
}

/// Who has a quota. Not whatever somebody shows, since keys and tokens can be made up: what the right
/// was given for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Holder {
    /// All together who have nothing else.
    #[default]
    Everyone,
    /// The key that was proven.
    Key,
    /// The token, whatever keys it is shown with.
    Token,
}

impl Grant {
    /// Reading and writing, as much as they like.
    pub const ALL: Self = Self { right: Right::Write, quota: None, holder: Holder::Everyone };

    /// Reading.
    pub const READ: Self = Self { right: Right::Read, quota: None, holder: Holder::Everyone };

    /// Nothing.
    pub const NONE: Self = Self { right: Right::None, quota: None, holder: Holder::Everyone };

    /// Whether something may be done by it that could not be by another one.
    #[cfg(all(feature = "net", not(target_family = "wasm")))]
    pub(crate) fn allows_more_than(self, other: Self) -> bool {
        let bytes = |grant: Self| grant.quota.unwrap_or(u64::MAX);
        self.right > other.right || self.right == Right::Write && bytes(self) > bytes(other)
    }
}

/// Decides who may connect to a relay, and what they may do there.
///
/// ```
/// use crdt_core::DocumentId;
/// use crdt_sync::access::{Access, Grant, Visitor};
///
/// /// Everyone who has the password of the week may read.
/// struct Readers {
///     password: String,
/// }
///
/// impl Access for Readers {
///     async fn may_connect(&self, visitor: &Visitor) -> bool {
///         visitor.token.as_ref().is_some_and(|token| token.is(&self.password))
///     }
///
///     async fn grant(&self, _: &Visitor, _: DocumentId) -> Grant {
///         Grant::READ
///     }
/// }
/// ```
pub trait Access: Send + Sync + 'static {
    /// Whether somebody may be connected at all.
    fn may_connect(&self, visitor: &Visitor) -> impl Future<Output = bool> + Send;

    /// What somebody who is connected may do with a document, which may be one that is not there
    /// yet: who may write makes it.
    fn grant(&self, visitor: &Visitor, document: DocumentId) -> impl Future<Output = Grant> + Send;

    /// Whether somebody is a relay that is to be sent every document it may read, unasked. Nobody is
    /// if nothing is said.
    fn is_relay(&self, _: &Visitor) -> impl Future<Output = bool> + Send {
        ready(false)
    }

    /// Is told when answers may differ from those that were given; then they are asked for again,
    /// also for those who are connected. `None` if they never do.
    fn changed(&self) -> Option<watch::Receiver<u64>> {
        None
    }
}

/// Everyone may do everything: on a machine of one's own, in a trusted network, or for documents
/// that are meant for all the world.
#[derive(Clone, Copy, Debug)]
pub struct Open;

impl Access for Open {
    async fn may_connect(&self, _: &Visitor) -> bool {
        true
    }

    async fn grant(&self, _: &Visitor, _: DocumentId) -> Grant {
        Grant::ALL
    }
}

/// Shared with whoever changes it.
impl<A: Access> Access for std::sync::Arc<A> {
    fn may_connect(&self, visitor: &Visitor) -> impl Future<Output = bool> + Send {
        (**self).may_connect(visitor)
    }

    fn grant(&self, visitor: &Visitor, document: DocumentId) -> impl Future<Output = Grant> + Send {
        (**self).grant(visitor, document)
    }

    fn is_relay(&self, visitor: &Visitor) -> impl Future<Output = bool> + Send {
        (**self).is_relay(visitor)
    }

    fn changed(&self) -> Option<watch::Receiver<u64>> {
        (**self).changed()
    }
}

/// An answer that may have to be looked up.
#[cfg(all(feature = "net", not(target_family = "wasm")))]
type Answer<'a, T> = core::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// An [`Access`] of whatever type.
#[cfg(all(feature = "net", not(target_family = "wasm")))]
pub(crate) trait AnyAccess: Send + Sync {
    fn may_connect<'a>(&'a self, visitor: &'a Visitor) -> Answer<'a, bool>;
    fn grant<'a>(&'a self, visitor: &'a Visitor, document: DocumentId) -> Answer<'a, Grant>;
    fn is_relay<'a>(&'a self, visitor: &'a Visitor) -> Answer<'a, bool>;
    fn changed(&self) -> Option<watch::Receiver<u64>>;
}

#[cfg(all(feature = "net", not(target_family = "wasm")))]
impl<A: Access> AnyAccess for A {
    fn may_connect<'a>(&'a self, visitor: &'a Visitor) -> Answer<'a, bool> {
        Box::pin(Access::may_connect(self, visitor))
    }

    fn grant<'a>(&'a self, visitor: &'a Visitor, document: DocumentId) -> Answer<'a, Grant> {
        Box::pin(Access::grant(self, visitor, document))
    }

    fn is_relay<'a>(&'a self, visitor: &'a Visitor) -> Answer<'a, bool> {
        Box::pin(Access::is_relay(self, visitor))
    }

    fn changed(&self) -> Option<watch::Receiver<u64>> {
        Access::changed(self)
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Write => "write",
        })
    }
}
