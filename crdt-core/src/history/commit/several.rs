//! Writing what exceeds a limit of one change as several, which come one after the other on their
//! chain: all of them, or none.
//!
//! Heads are folded into changes without ops. Of what an op replaces, so much is taken back before
//! that the rest fits a table. Then the ops follow, in as few changes as halving leads to. So they
//! come later on their chain than the editors took them to be, and in time. Behind them comes what
//! is left of deletes and annuls, for which the editors took no counters.

use super::draft::{Draft, LocalAction, LocalOp};
use super::{Committer, Unwritten};
use crate::crypto::Keypair;
use crate::history::format::numbers::{BranchIndex, ChangeIndex, Number as _};
use crate::op::Id;
use crate::op::limits::MAX_DEPENDENCIES;

impl Committer<'_> {
    /// Writes and appends a draft as several changes, and gives the id that its first op got. The
    /// last of them is what the draft follows then. The state has to take them in from here.
    ///
    /// # Errors
    /// [`Unwritten`] if a single value is too large for a change, or another reason remains. Some
    /// changes may have been appended: the caller goes back to before.
    pub(crate) fn commit_in_steps(
        &mut self,
        draft: &mut Draft,
        keypair: &Keypair,
    ) -> Result<Id, Unwritten> {
        let own = self.store.chains.next_after(draft.prev).branch;
        let seen = self.seen_besides(draft.prev, &draft.after);
        Steps { committer: self, draft, keypair, own, seen, rest: Vec::new() }.write()?;
        Ok(Id { chain: own.get(), counter: draft.start + draft.shift })
    }
}

/// A draft on its way.
struct Steps<'a, 'b> {
    committer: &'a mut Committer<'b>,
    draft: &'a mut Draft,
    keypair: &'a Keypair,
    /// The branch that all changes lie on.
    own: BranchIndex,
    /// What the next change is to have seen.
    seen: Vec<ChangeIndex>,
    /// What is left to be deleted or annulled.
    rest: Vec<LocalOp>,
}

impl Steps<'_, '_> {
    fn write(&mut self) -> Result<(), Unwritten> {
        // What the change says of itself goes with its ops.
        let tags = core::mem::take(&mut self.draft.tags);
        while self.seen.len() > MAX_DEPENDENCIES / 2 {
            let later = self.seen.split_off(self.seen.len().min(MAX_DEPENDENCIES));
            self.change(&[])?;
            self.seen = later;
        }
        for op in self.draft.split_replacing(self.own) {
            self.change(&[op])?;
        }
        let start = self.committer.store.chains.next_after(self.draft.prev).start;
        self.draft.shift = start - self.draft.start;
        self.draft.tags = tags;
        let ops = core::mem::take(&mut self.draft.written.ops);
        self.changes(ops, Id { chain: self.own.get(), counter: self.draft.start })?;
        while !self.rest.is_empty() {
            let ops = core::mem::take(&mut self.rest);
            self.changes(ops, Id::default())?;
        }
        Ok(())
    }

    /// Writes ops as one change or, if they exceed a limit of one, in halves. The editors took the
    /// first op to be `first`. No deeper than it takes to halve until one element is left.
    fn changes(&mut self, mut ops: Vec<LocalOp>, first: Id) -> Result<(), Unwritten> {
        let error = match self.change(&ops) {
            Err(error @ Unwritten::TooLarge(_)) => error,
            done => return done,
        };
        let later = if ops.len() > 1 {
            ops.split_off(ops.len() / 2)
        } else {
            let only = ops.pop().ok_or(error)?;
            let halves = only.halved(first, &self.draft.written.text);
            let (half, later) = halves.map_err(|_| error)?;
            ops.push(half);
            if let LocalAction::Annul { .. } = later.action {
                // Every op is named in one annul of a change, so the order of these is the same to
                // all.
                self.rest.push(later);
                return self.changes(ops, first);
            }
            vec![later]
        };
        let counters = ops.iter().map(|op| op.counters).sum();
        self.changes(ops, first)?;
        self.changes(later, first.plus(counters))
    }

    /// Writes ops as one change, on which the next one follows.
    fn change(&mut self, ops: &[LocalOp]) -> Result<(), Unwritten> {
        let Self { committer, draft, seen, rest, keypair, .. } = self;
        let left = rest.len();
        let written = committer.write(draft, ops, seen.clone(), Some(rest));
        draft.prev = Some(written.inspect_err(|_| rest.truncate(left))?);
        seen.clear();
        committer.coverage.seal_when_full(&committer.store.chains, keypair);
        Ok(())
    }
}
