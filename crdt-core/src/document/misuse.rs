//! What the compiler says to whoever clones a document, or updates it with a closure that can fail.

use super::Document;
use crate::node::{CrdtNode, EditError};

/// A document of which there can be two with one key.
#[diagnostic::on_unimplemented(
    message = "a `Document` cannot be cloned",
    label = "two documents that write under one key would fork its chain",
    note = "for a second writer in this process: `document.fork(keypair)`, with a key of its own",
    note = "to read it elsewhere: `document.value()`, or `document.save()`"
)]
pub trait CopiedByFork {}

/// A document that is written without a change.
#[diagnostic::on_unimplemented(
    message = "a `Document` is written inside a change",
    label = "write `.change(|root| ..)?`",
    note = "`document.change(|root| root.set(value))?` writes what of the whole value differs"
)]
pub trait WrittenAtOnce {}

impl<T: CrdtNode> Document<T> {
    #[doc(hidden)]
    pub fn set<U>(&mut self, _: U) -> Result<(), EditError>
    where
        Self: WrittenAtOnce,
    {
        Ok(())
    }

    #[doc(hidden)]
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "it is there to say why it is not")]
    pub fn clone(&self) -> Self
    where
        Self: CopiedByFork,
    {
        unreachable!("nothing is `CopiedByFork`")
    }
}

/// What the closure of an update gives: anything but a `Result`.
///
/// There is one `By` for any other type. Of a `Result` the compiler cannot tell which of two is
/// meant, and names both.
pub trait Given<By> {}

/// That the closure makes its edits, whatever it gives.
#[derive(Debug)]
pub struct Always;

/// That the closure can fail, where an update would keep what it edited.
#[derive(Debug)]
pub struct UseTryUpdateForResults;

impl<R> Given<Always> for R {}

impl<R, E> Given<UseTryUpdateForResults> for Result<R, E> {}
