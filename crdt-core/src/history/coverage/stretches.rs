//! The stretches of a history, and the signatures that are kept of each.

use std::collections::BTreeMap;

use crate::codec::DecodeError;
use crate::crypto::Signature;
use crate::history::format::numbers::{BranchIndex, ChangeIndex};
use crate::history::format::outline::StretchRow;
use crate::history::format::totals::{
    MAX_BUNDLE_BYTES, MAX_BUNDLE_CHANGES, MAX_BUNDLE_OPS, Totals,
};
use crate::history::store::chains::Chains;

/// A stretch is closed before it would outgrow a quarter of what a bundle may hold.
const STRETCH: Totals = Totals {
    changes: MAX_BUNDLE_CHANGES / 4,
    ops: MAX_BUNDLE_OPS / 4,
    bytes: MAX_BUNDLE_BYTES / 4,
};

/// The stretches of a history; the last one is open.
#[derive(Debug, Default)]
pub(super) struct Stretches {
    stretches: Vec<Stretch>,
}

/// Consecutive changes that can be sent as one bundle.
#[derive(Debug, Default)]
pub(super) struct Stretch {
    pub(super) start: ChangeIndex,
    totals: Totals,
    /// The latest signed change of each branch.
    pub(super) signatures: BTreeMap<BranchIndex, (ChangeIndex, Signature)>,
}

/// What the stretches were, as far as what is written here changes them.
#[derive(Debug)]
pub(super) struct StretchesMark {
    stretches: usize,
    totals: Totals,
    /// The branch of what is written, and the signature that was kept for it.
    own: BranchIndex,
    signature: Option<(ChangeIndex, Signature)>,
}

impl Stretches {
    /// What to go back to if what is written on a branch does not come about.
    pub(super) fn mark(&mut self, own: BranchIndex) -> StretchesMark {
        let open = self.open();
        let (totals, signature) = (open.totals, open.signatures.get(&own).copied());
        StretchesMark { stretches: self.stretches.len(), totals, own, signature }
    }

    /// Goes back.
    pub(super) fn roll_back(&mut self, mark: &StretchesMark) {
        self.stretches.truncate(mark.stretches);
        let open = self.open();
        open.totals = mark.totals;
        open.signatures.remove(&mark.own);
        open.signatures.extend(mark.signature.map(|signature| (mark.own, signature)));
    }

    /// The stretches in order, each with the index at which it ends.
    pub(super) fn stretches(
        &self,
        end: ChangeIndex,
    ) -> impl Iterator<Item = (&Stretch, ChangeIndex)> {
        let ends = self.stretches.iter().skip(1).map(|stretch| stretch.start);
        self.stretches.iter().zip(ends.chain([end]))
    }

    /// Whether adding so much calls for a new stretch; the caller sees to it that everything
    /// before is covered.
    pub(super) fn is_full_for(&self, more: Totals) -> bool {
        self.stretches.last().is_some_and(|open| {
            let mut sum = open.totals;
            sum.add(more);
            open.totals.changes > 0
                && (sum.changes > STRETCH.changes
                    || sum.ops > STRETCH.ops
                    || sum.bytes > STRETCH.bytes)
        })
    }

    /// Closes the open stretch.
    pub(super) fn close(&mut self, at: ChangeIndex) {
        self.stretches.push(Stretch { start: at, ..Stretch::default() });
    }

    /// All stretches as they are saved. `tail` is the last change written here, with its branch and
    /// signature.
    pub(super) fn rows(
        &self,
        tail: Option<(BranchIndex, ChangeIndex, Signature)>,
    ) -> Vec<StretchRow> {
        let last = self.stretches.len().checked_sub(1);
        let rows = self.stretches.iter().enumerate();
        rows.map(|(place, stretch)| stretch.row(tail.filter(|_| Some(place) == last))).collect()
    }

    /// The stretches of a saved history, given where its changes lie.
    pub(super) fn of(rows: &[StretchRow], chains: &Chains) -> Result<Self, DecodeError> {
        let stretches = rows.iter().map(|row| Stretch::of(row, chains));
        Ok(Self { stretches: stretches.collect::<Result<_, _>>()? })
    }

    /// The open stretch.
    pub(super) fn open(&mut self) -> &mut Stretch {
        if self.stretches.is_empty() {
            self.stretches.push(Stretch::default());
        }
        let last = self.stretches.len() - 1;
        &mut self.stretches[last]
    }
}

impl Stretch {
    fn row(&self, tail: Option<(BranchIndex, ChangeIndex, Signature)>) -> StretchRow {
        let mut signatures = self.signatures.clone();
        signatures.extend(tail.map(|(branch, change, signature)| (branch, (change, signature))));
        let signatures = signatures.into_values().collect();
        StretchRow { start: self.start, totals: self.totals, signatures }
    }

    fn of(row: &StretchRow, chains: &Chains) -> Result<Self, DecodeError> {
        let mut signatures = BTreeMap::new();
        for signed in &row.signatures {
            if signatures.insert(chains.branch_of(signed.0), *signed).is_some() {
                return Err(DecodeError::Unsorted("signatures"));
            }
        }
        Ok(Self { start: row.start, totals: row.totals, signatures })
    }

    /// Counts changes that were added.
    pub(super) fn count(&mut self, more: Totals) {
        self.totals.add(more);
    }

    /// Keeps a signature if it is the latest of its branch.
    pub(super) fn keep(&mut self, branch: BranchIndex, change: ChangeIndex, signature: Signature) {
        let entry = self.signatures.entry(branch).or_insert((change, signature));
        if entry.0 <= change {
            *entry = (change, signature);
        }
    }
}
