//! Preparing: changes that are there to be made durable, and are accepted or aborted then.
//!
//! What is prepared is in the history already, with the signatures that cover it, as if it had been
//! accepted. Beside it lies what leads back: how long lists were, and what was replaced in others.

use core::fmt;

use super::coverage::CoverageMark;
use super::export::Exporter;
use super::format::genesis::Genesis;
use super::format::named::Heads;
use super::format::numbers::ChangeIndex;
use super::receive::{ApplyError, OpenedAs, Outcome, Receiver};
use super::save::Kept;
use super::store::Mark;
use crate::crypto::{ChangeHash, Keypair};

/// A state of a history to go back to; what waits has a mark of its own.
#[derive(Debug)]
pub(crate) struct HistoryMark {
    store: Mark,
    coverage: CoverageMark,
}

impl HistoryMark {
    /// How many changes there were.
    pub(crate) fn end(&self) -> ChangeIndex {
        self.store.changes
    }
}

impl Kept {
    /// What to go back to, until the next mark.
    pub(crate) fn mark(&mut self) -> HistoryMark {
        let Self { store, coverage, pending, .. } = self;
        pending.mark();
        HistoryMark { store: store.mark(), coverage: coverage.mark() }
    }

    /// Goes back. Costs what came since.
    pub(crate) fn roll_back(&mut self, mark: HistoryMark) {
        self.pending.roll_back();
        self.coverage.roll_back(mark.coverage);
        self.store.roll_back(mark.store);
        self.store.forget_mark();
    }

    /// Gives up going back.
    pub(crate) fn forget_mark(&mut self) {
        self.store.forget_mark();
        self.coverage.forget_mark();
        self.pending.forget_mark();
    }

    /// Takes in bundles for a document that is opened as a type, if it is of no other, and signs
    /// what this replica wrote before. Gives what to go back to.
    pub(crate) fn take_in(
        &mut self,
        bytes: &[u8],
        opened_as: Option<OpenedAs>,
        keypair: Option<&Keypair>,
    ) -> Result<(Outcome, HistoryMark), ApplyError> {
        let mark = self.mark();
        let Self { store, coverage, pending, .. } = self;
        let received = Receiver { store, pending, coverage, keypair }.apply(bytes, opened_as);
        if received.is_err() {
            // It has gone back itself.
            self.forget_mark();
        }
        received.map(|outcome| (outcome, mark))
    }
}

/// What bytes from elsewhere come to, until it is [accepted](Self::accept); made by
/// [`History::prepare_apply`](crate::History::prepare_apply). Dropping it aborts: everything is
/// exactly as it was before, at the cost of what came.
///
/// One that is forgotten instead ([`core::mem::forget`]) has been accepted.
#[must_use = "what is prepared is aborted if it is not accepted"]
pub struct PreparedBytes<'h> {
    outcome: Outcome,
    back: Back<'h>,
}

/// Goes back when it is dropped, unless there is no mark any more.
struct Back<'h> {
    kept: &'h mut Kept,
    mark: Option<HistoryMark>,
}

impl Drop for Back<'_> {
    fn drop(&mut self) {
        if let Some(mark) = self.mark.take() {
            self.kept.roll_back(mark);
        }
    }
}

impl fmt::Debug for PreparedBytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedBytes").field("outcome", &self.outcome).finish_non_exhaustive()
    }
}

impl<'h> PreparedBytes<'h> {
    pub(crate) fn new(kept: &'h mut Kept, mark: HistoryMark, outcome: Outcome) -> Self {
        Self { outcome, back: Back { kept, mark: Some(mark) } }
    }

    /// Whether no change was admitted. What waits may be other bundles all the same.
    pub fn is_empty(&self) -> bool {
        self.outcome.applied.is_empty()
    }

    /// The [heads](crate::History::heads) as they will be.
    pub fn heads(&self) -> Heads {
        self.back.kept.store.heads().into()
    }

    /// Everything that a replica lacks which has these changes and what they depend on, what is
    /// prepared included, as [`History::export`](crate::History::export) gives it.
    pub fn export(&self, have: &[ChangeHash]) -> Vec<u8> {
        let Kept { store, coverage, .. } = &*self.back.kept;
        Exporter { store, coverage, keypair: None, genesis: true }.beyond(have)
    }

    /// Every change from one on, what is prepared included, as
    /// [`History::export_since`](crate::History::export_since) gives it.
    pub fn export_since(&self, first: usize) -> Vec<u8> {
        let Kept { store, coverage, .. } = &*self.back.kept;
        let first = ChangeIndex::try_from(first).unwrap_or(ChangeIndex::MAX);
        let exporter = Exporter { store, coverage, keypair: None, genesis: true };
        exporter.since(first.min(store.chains.len()))
    }

    /// How many changes the history will have.
    pub fn changes(&self) -> usize {
        self.back.kept.store.chains.len() as usize
    }

    /// The name of the type that the document was created as, if that will be known.
    pub fn type_name(&self) -> Option<&str> {
        self.back.kept.store.genesis.as_ref().map(Genesis::type_name)
    }

    /// What became of the bytes.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// How many bundles will wait, and the bytes of memory they take.
    pub fn pending(&self) -> (usize, usize) {
        self.back.kept.pending.usage()
    }

    /// The bundles that will wait, as [`History::waiting`](crate::History::waiting) gives them.
    pub fn waiting(&self) -> impl Iterator<Item = &[u8]> {
        self.back.kept.pending.framed()
    }

    /// Those of them that did not wait before, oldest first. Whoever keeps what waits beside the
    /// history need not look at the others.
    pub fn began_waiting(&self) -> impl Iterator<Item = &[u8]> {
        self.back.kept.pending.began()
    }

    /// The bundles that waited before and will not any more: what they waited for has come, or they
    /// were given up. Each is as it was when it [began](Self::began_waiting) to wait.
    pub fn stopped_waiting(&self) -> impl Iterator<Item = &[u8]> {
        self.back.kept.pending.stopped()
    }

    /// Takes it in.
    pub fn accept(mut self) -> Outcome {
        self.back.mark = None;
        self.back.kept.forget_mark();
        self.outcome
    }
}
