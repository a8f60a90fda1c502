//! What became of what was received.

use core::fmt;

use serde::Serialize;

use crate::crypto::ChangeHash;
use crate::history::store::refusal::Refusal;

/// What became of the changes in bytes that were taken in.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Outcome {
    /// Changes that are now part of the document, those that had waited included, each after what
    /// it depends on.
    pub applied: Vec<ChangeHash>,
    /// How much [`History::bytes`](crate::History::bytes) has grown by them.
    pub bytes: u64,
    /// How much of that is of changes that had waited before, whoever brought them.
    pub woken_bytes: u64,
    /// The canonical bytes of what came and waits, as its bundles state them; nothing for what waited
    /// before in the same bytes.
    pub waiting_bytes: u64,
    /// Changes that were part of it before.
    pub known: Vec<ChangeHash>,
    /// Changes that wait for others on which they depend.
    pub waiting: Vec<ChangeHash>,
    /// Changes that had waited and were given up.
    pub given_up: Vec<GivenUp>,
}

/// Changes of one bundle that had waited and were given up, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct GivenUp {
    /// The changes.
    pub changes: Vec<ChangeHash>,
    /// Why.
    pub reason: Refusal,
}

/// How many changes each list has, the empty ones left out, and why what was given up was.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { applied, known, waiting, given_up, .. } = self;
        write!(f, "{} applied", applied.len())?;
        for (what, changes) in [("known before", known), ("waiting for others", waiting)] {
            if !changes.is_empty() {
                write!(f, ", {} {what}", changes.len())?;
            }
        }
        given_up.iter().try_for_each(|given_up| write!(f, ", {given_up}"))
    }
}

impl fmt::Display for GivenUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} given up ({})", self.changes.len(), self.reason)
    }
}

impl Outcome {
    /// Enters the members of an admitted bundle, given the places of those that were known.
    pub(super) fn enter(&mut self, mut members: Vec<ChangeHash>, known: &[usize]) {
        let mut rest = known.iter().peekable();
        if known.is_empty() && self.applied.is_empty() {
            self.applied = core::mem::take(&mut members);
        }
        for (place, hash) in members.into_iter().enumerate() {
            let was_known = rest.next_if(|known| **known == place).is_some();
            let list = if was_known { &mut self.known } else { &mut self.applied };
            list.push(hash);
        }
    }

    pub(super) fn refuse(&mut self, changes: Vec<ChangeHash>, reason: Refusal) {
        tracing::warn!(%reason, changes = changes.len(), "gave up a waiting bundle");
        self.given_up.push(GivenUp { changes, reason });
    }
}
