//! What changed between two versions.

use std::borrow::Cow;

use super::Document;
use super::past::Checkout;
use crate::crypto::ChangeHash;
use crate::history::{History, VersionError};
use crate::node::{Before, CrdtNode, JsonDelta, NodeState, untyped_delta};
use crate::sorted::order;

impl<T: CrdtNode> Document<T> {
    /// What changed from one version to another, each named by its heads, forwards or backwards;
    /// `None` if nothing did. `&[]` is the version in which nothing was.
    ///
    /// Applied to the value before, it [makes](CrdtNode::apply_delta) the value after. What it
    /// inserts and deletes is in one of the versions and not in the other: an element that was
    /// replaced by one that looks the same has been replaced. Which changes lie between the two,
    /// [`History::between`] says.
    ///
    /// The states of both versions are built from the changes, so it costs time in the length of
    /// the history, and in the size of the document; that of the present version is there.
    ///
    /// ```
    /// use crdt_core::node::TextRun;
    /// use crdt_core::{CrdtNode, Document, Keypair};
    ///
    /// #[derive(CrdtNode)]
    /// struct Note {
    ///     title: String,
    ///     #[crdt(text)]
    ///     body: String,
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut note = Document::<Note>::create(Keypair::generate()?)?;
    /// note.change(|note| note.body.insert(0, "Hello"))?;
    /// let version = note.heads();
    /// note.change(|note| note.body.replace(1..5, "i there"))?;
    ///
    /// let delta = note.delta(&version, &note.heads())?.ok_or("the body changed")?;
    /// assert!(delta.title.is_none());
    /// let body = delta.body.ok_or("the body changed")?;
    /// assert_eq!(body.0, [TextRun::retain(1), TextRun::insert("i there"), TextRun::Delete(4)]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`VersionError::UnknownHead`] if a head is not known here.
    pub fn delta(
        &self,
        from: &[ChangeHash],
        to: &[ChangeHash],
    ) -> Result<Option<T::Delta>, VersionError> {
        let (before, after) = (self.state_at(from)?, self.state_at(to)?);
        let before = Before::State(before.get());
        Ok(T::delta(before, after.get(), self.history.chains()))
    }

    /// The plain value of a version, named by its heads: short for that of [`at`](Self::at).
    ///
    /// Costs what building the state from the changes costs, unless it is the present version.
    ///
    /// # Errors
    /// [`VersionError::UnknownHead`] if a head is not known here.
    pub fn value_at(&self, heads: &[ChangeHash]) -> Result<T::Value, VersionError> {
        Ok(T::value(self.state_at(heads)?.get(), self.history.chains()))
    }

    /// The state of a version.
    fn state_at(&self, heads: &[ChangeHash]) -> Result<At<'_, T::State>, VersionError> {
        if is_present(&self.history, heads) {
            return Ok(At::Present(&self.state));
        }
        let heads = self.history.indexes(heads)?;
        Ok(At::Earlier(Box::new(Checkout::at(&self.history, &heads))))
    }
}

/// The state of a version.
enum At<'d, S> {
    Present(&'d S),
    Earlier(Box<Checkout<S>>),
}

impl<S: NodeState + Default> At<'_, S> {
    fn get(&self) -> &S {
        match self {
            Self::Present(state) => state,
            Self::Earlier(checkout) => checkout.state(),
        }
    }
}

/// Whether heads are those of everything that is here.
fn is_present(history: &History, heads: &[ChangeHash]) -> bool {
    let mut heads = Cow::Borrowed(heads);
    if !heads.is_sorted() {
        order::sort(heads.to_mut());
    }
    *heads == history.heads()
}

impl History {
    /// What changed from one version to another in what [`to_json`](Self::to_json) gives, for tools
    /// that do not know the document's type; `None` if nothing did. [`Document::delta`] says it in
    /// the types of the app.
    ///
    /// Keys of objects are the names of fields and variants and the keys of maps. Counters and
    /// registers are replaced. It is serialized as what it is: `{"object": {..}}` with what became
    /// of entries, `{"array": [..]}` with runs, `{"text": [..]}` with runs in the form of Quill's
    /// deltas, or `{"replaced": ..}`.
    ///
    /// Both versions are built from the changes, so it costs time in the length of the history.
    ///
    /// # Errors
    /// [`VersionError::UnknownHead`] if a head is not known here.
    pub fn delta(
        &self,
        from: &[ChangeHash],
        to: &[ChangeHash],
    ) -> Result<Option<JsonDelta>, VersionError> {
        let (from, to) = (self.indexes(from)?, self.indexes(to)?);
        let (before, after) = (Checkout::at(self, &from), Checkout::at(self, &to));
        Ok(untyped_delta(before.state(), after.state(), self.chains()))
    }
}
