//! The stretches of a history, and the signatures that are kept of each.

use crate::codec::DecodeError;
use crate::crypto::Signature;
use crate::history::format::numbers::{BranchIndex, ChangeIndex};
use crate::history::format::outline::StretchRow;
use crate::history::format::totals::{MAX_BUNDLE_CHANGES, MAX_BUNDLE_OPS, Totals};
use crate::history::store::chains::Chains;
use crate::sorted::SortedMap;

/// A stretch is closed before it would outgrow this. Only between stretches a history can surely be
/// cut for the way, so one is small; each costs a signature for every author in it.
const STRETCH: Totals =
    Totals { changes: MAX_BUNDLE_CHANGES / 4, ops: MAX_BUNDLE_OPS / 4, bytes: 1 << 20 };

/// The stretches of a history; the last one is open.
#[derive(Debug, Default)]
pub(super) struct Stretches {
    all: Vec<Stretch>,
    /// How many there were at the mark that is not forgotten, 0 if there is none.
    marked: usize,
    /// What the last of those has kept for branches since, and had kept before, newest last.
    replaced: Vec<(BranchIndex, Option<(ChangeIndex, Signature)>)>,
}

/// Consecutive changes that can be sent as one bundle.
#[derive(Debug, Default)]
pub(super) struct Stretch {
    pub(super) start: ChangeIndex,
    totals: Totals,
    /// The latest signed change of each branch.
    pub(super) signatures: SortedMap<BranchIndex, (ChangeIndex, Signature)>,
}

/// What the stretches were. There is one at a time.
#[derive(Debug)]
pub(super) struct StretchesMark {
    stretches: usize,
    /// Of the open one.
    totals: Totals,
}

impl Stretches {
    /// What to go back to.
    pub(super) fn mark(&mut self) -> StretchesMark {
        self.forget_mark();
        self.marked = self.all.len();
        let totals = self.all.last().map_or_else(Totals::default, |open| open.totals);
        StretchesMark { stretches: self.marked, totals }
    }

    /// Goes back. Costs what was kept since.
    pub(super) fn roll_back(&mut self, mark: &StretchesMark) {
        self.all.truncate(mark.stretches);
        if let Some(open) = self.all.last_mut() {
            open.totals = mark.totals;
            for (branch, before) in self.replaced.drain(..).rev() {
                #[cfg(test)]
                crate::steps::count();
                match before {
                    Some(before) => open.signatures.insert(branch, before),
                    None => open.signatures.remove(&branch),
                };
            }
        }
        self.forget_mark();
    }

    /// Gives up going back.
    pub(super) fn forget_mark(&mut self) {
        self.marked = 0;
        self.replaced.clear();
        // Most calls bring the signature of one author.
        self.replaced.shrink_to(4);
    }

    /// The stretches in order, each with the index at which it ends.
    pub(super) fn stretches(
        &self,
        end: ChangeIndex,
    ) -> impl Iterator<Item = (&Stretch, ChangeIndex)> {
        let ends = self.all.iter().skip(1).map(|stretch| stretch.start);
        self.all.iter().zip(ends.chain([end]))
    }

    /// Whether adding so much calls for a new stretch; the caller sees to it that everything
    /// before is covered.
    pub(super) fn is_full_for(&self, more: Totals) -> bool {
        self.all.last().is_some_and(|open| {
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
        self.all.push(Stretch { start: at, ..Stretch::default() });
    }

    /// All stretches as they are saved. `tail` is the last change written here, with its branch and
    /// signature.
    pub(super) fn rows(
        &self,
        tail: Option<(BranchIndex, ChangeIndex, Signature)>,
    ) -> Vec<StretchRow> {
        let last = self.all.len().checked_sub(1);
        let rows = self.all.iter().enumerate();
        rows.map(|(place, stretch)| stretch.row(tail.filter(|_| Some(place) == last))).collect()
    }

    /// The stretches of a saved history, given where its changes lie.
    pub(super) fn of(rows: &[StretchRow], chains: &Chains) -> Result<Self, DecodeError> {
        let stretches = rows.iter().map(|row| Stretch::of(row, chains));
        Ok(Self { all: stretches.collect::<Result<_, _>>()?, ..Self::default() })
    }

    /// Keeps a signature in the open stretch if it is the latest of its branch.
    pub(super) fn keep(&mut self, branch: BranchIndex, change: ChangeIndex, signature: Signature) {
        let before = self.open().keep(branch, change, signature);
        if self.all.len() == self.marked {
            self.replaced.push((branch, before));
        }
    }

    /// The open stretch.
    pub(super) fn open(&mut self) -> &mut Stretch {
        if self.all.is_empty() {
            self.all.push(Stretch::default());
        }
        let last = self.all.len() - 1;
        &mut self.all[last]
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
        let mut signatures = SortedMap::new();
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

    /// Keeps a signature if it is the latest of its branch, and gives the one that was kept.
    fn keep(
        &mut self,
        branch: BranchIndex,
        change: ChangeIndex,
        signature: Signature,
    ) -> Option<(ChangeIndex, Signature)> {
        let before = self.signatures.get(&branch).copied();
        if before.is_none_or(|(latest, _)| latest <= change) {
            self.signatures.insert(branch, (change, signature));
        }
        before
    }
}
