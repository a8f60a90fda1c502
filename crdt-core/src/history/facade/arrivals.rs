//! What comes from elsewhere, and what waits.

use super::History;
use crate::crypto::{ChangeHash, Keypair};
use crate::history::pending::{Pending, PendingLimits};
use crate::history::prepare::{HistoryMark, PreparedBytes};
use crate::history::receive::{ApplyError, OpenedAs, Outcome};

impl History {
    /// Takes in bytes that another replica [exported](crate::Document::export): any number of
    /// bundles, in any order, any number of times. Within the bytes too: bundles that depend on
    /// each other are admitted together, whichever comes first.
    ///
    /// # Errors
    /// [`ApplyError`] if any of the bundles is found to be invalid; then none of them has been
    /// taken in.
    pub fn apply(&mut self, bytes: &[u8]) -> Result<Outcome, ApplyError> {
        self.prepare_apply(bytes).map(PreparedBytes::accept)
    }

    /// Takes in bytes as [`apply`](Self::apply) does, if what comes of it is accepted. Until then
    /// it can be made durable; if it is dropped, all is as it was.
    ///
    /// ```
    /// # use crdt_core::{Document, History, Keypair, Text};
    /// # fn append(_: &[u8]) -> std::io::Result<()> { Ok(()) }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut text = Document::<Text>::create(Keypair::generate()?)?;
    /// # text.change(|text| text.push_str("Hello"))?;
    /// # let received = text.export(&[]);
    /// let mut relay = History::new(text.id());
    /// let had = relay.heads();
    /// let prepared = relay.prepare_apply(&received)?;
    /// append(&prepared.export(&had))?;
    /// let outcome = prepared.accept();
    /// assert_eq!(outcome.applied, relay.heads());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn prepare_apply(&mut self, bytes: &[u8]) -> Result<PreparedBytes<'_>, ApplyError> {
        let (outcome, mark) = self.kept.take_in(bytes, None, None)?;
        Ok(PreparedBytes::new(&mut self.kept, mark, outcome))
    }

    /// [Takes in](Self::apply) bytes for a document that is opened as a type, if it is of no other,
    /// and signs what this replica wrote before. Gives what to go back to.
    pub(crate) fn take_in(
        &mut self,
        bytes: &[u8],
        opened_as: Option<OpenedAs>,
        keypair: Option<&Keypair>,
    ) -> Result<(Outcome, HistoryMark), ApplyError> {
        self.kept.take_in(bytes, opened_as, keypair)
    }

    /// The bundles that wait for changes they depend on, oldest first, each as
    /// [`apply`](Self::apply) takes it. Whoever keeps a document in pieces keeps them beside it.
    pub fn waiting(&self) -> impl Iterator<Item = &[u8]> {
        self.kept.pending.framed()
    }

    pub(crate) fn pending_bundles(&self) -> &Pending {
        &self.kept.pending
    }

    /// How many bundles wait for changes they depend on, and the bytes of memory they take.
    pub fn pending(&self) -> (usize, usize) {
        self.kept.pending.usage()
    }

    /// Changes that are not here and that waiting bundles depend on: what to ask other replicas
    /// for.
    pub fn missing(&self) -> Vec<ChangeHash> {
        self.kept.pending.missing()
    }

    /// The limits of the buffer of waiting bundles.
    pub fn pending_limits(&self) -> PendingLimits {
        self.kept.pending.limits()
    }

    /// Sets other limits for the buffer of waiting bundles; they hold from the next bundle on.
    pub fn set_pending_limits(&mut self, limits: PendingLimits) {
        self.kept.pending.set_limits(limits);
    }

    /// Sets other limits and drops at once what exceeds them, what has waited longest first.
    pub(crate) fn bound_pending(&mut self, limits: PendingLimits) {
        self.set_pending_limits(limits);
        self.kept.pending.make_room(0, 0);
    }
}
