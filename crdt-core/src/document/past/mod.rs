//! Earlier versions, to be read while the document goes on.

mod checkout;
mod untyped;

use core::fmt;

pub(super) use checkout::Checkout;
pub use untyped::PastJson;

use super::Document;
use crate::crypto::{ChangeHash, Digest};
use crate::history::{Heads, History, Log, VersionError};
use crate::node::{CrdtNode, DigestWriter, NodeState as _};

/// A document of type `T` as it was in an earlier version, to be read; made by [`Document::at`].
///
/// It stands for itself: the document can go on, be changed and be dropped meanwhile. Of the
/// changes the two have one copy until the document gets further ones.
///
/// ```
/// use crdt_core::{Document, Keypair, Text};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut text = Document::<Text>::create(Keypair::generate()?)?;
/// text.change(|text| text.push_str("one"))?;
/// let first = text.heads();
/// text.change(|text| text.push_str(" two"))?;
/// let second = text.heads();
///
/// let mut past = text.at(&first)?;
/// text.change(|text| text.clear())?;
/// assert_eq!(past.read(), "one");
/// past.goto(&second)?;
/// assert_eq!(past.read(), "one two");
/// # Ok(())
/// # }
/// ```
pub struct Past<T: CrdtNode> {
    history: History,
    checkout: Checkout<T::State>,
}

impl<T: CrdtNode> Document<T> {
    /// The changes, the newest first, as [`History::log`] gives them.
    pub fn log(&self) -> Log<'_> {
        self.history.log()
    }

    /// The document as it was in a version, named by its heads, to be read. `&[]` is the version in
    /// which nothing was; of heads that depend on each other the later ones count.
    ///
    /// The state is built from the changes of the version, so it costs time in these. Whoever wants
    /// to see several versions asks once, and [goes](Past::goto) from one to the next.
    ///
    /// # Errors
    /// [`VersionError::UnknownHead`] if a head is not known here.
    pub fn at(&self, heads: &[ChangeHash]) -> Result<Past<T>, VersionError> {
        let heads = self.history.indexes(heads)?;
        let checkout = Checkout::at(&self.history, &heads);
        Ok(Past { history: self.history.as_it_is(), checkout })
    }
}

impl<T: CrdtNode> Past<T> {
    /// The version: the changes that nothing in it depends on.
    pub fn heads(&self) -> Heads {
        self.history.heads_of(self.checkout.version())
    }

    /// Reads the version by reference, as [`Document::read`] does the present one.
    pub fn read(&self) -> T::View<'_> {
        T::view(self.checkout.state(), self.history.chains())
    }

    /// The version as a plain value.
    pub fn value(&self) -> T::Value {
        T::value(self.checkout.state(), self.history.chains())
    }

    /// A hash over the whole state of the version, as [`Document::digest`] is one over that of the
    /// present. O(size of the state).
    pub fn digest(&self) -> Digest {
        let mut digest = DigestWriter::new(self.history.chains());
        self.checkout.state().digest(&mut digest);
        digest.finish()
    }

    /// Goes to another version, earlier or later. It is one of those that the document had when it
    /// was [asked](Document::at) for this one.
    ///
    /// Forwards it costs what lies between the two. Backwards, and to what is concurrent, the state
    /// is built anew, at worst from the beginning; some states between are kept then, so that who
    /// goes back step by step has each change taken in O(log n) times and not each time. That takes
    /// memory in the size of the state, O(log n) times. Nothing is kept of a state that holds what
    /// only a newer type knows, or in which deletes were [annulled](crate::Action::Annul).
    ///
    /// # Errors
    /// [`VersionError::UnknownHead`] if a head was not known then. The version stays what it was.
    pub fn goto(&mut self, heads: &[ChangeHash]) -> Result<(), VersionError> {
        let heads = self.history.indexes(heads)?;
        self.checkout.goto(&self.history, &heads);
        Ok(())
    }
}

impl<T: CrdtNode> fmt::Debug for Past<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Past")
            .field("document", &self.history.document())
            .field("heads", &self.heads())
            .finish_non_exhaustive()
    }
}
