//! Coverage: which signatures are needed, and which are kept.
//!
//! *Needed*, of what comes from elsewhere: every change of a bundle that is new here is covered by
//! a signature in the bundle, its own or that of a later change on its chain ([`needed`]). What
//! this replica writes itself is the *tail*: it is signed when it leaves, so that a burst of
//! changes costs one signature.
//!
//! *Kept*: the history is divided, in order of admission, into [`stretches`] whose members are all
//! covered by signatures of members of the same stretch; a stretch with its signatures can be sent
//! as one bundle. Within a stretch the latest signature on a branch vouches for everything below it
//! there, so one per branch is kept.

mod needed;
mod stretches;

pub(crate) use needed::check;

use std::sync::OnceLock;

use stretches::{Stretch, Stretches, StretchesMark};

use super::format::numbers::{ChangeIndex, MemberIndex, Number as _};
use super::format::outline::StretchRow;
use super::format::totals::Totals;
use super::store::Store;
use super::store::chains::Chains;
use crate::codec::DecodeError;
use crate::crypto::{Keypair, Signature};

/// The signatures that are kept of a history, and what waits for one.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    stretches: Stretches,
    tail: Option<Tail>,
}

/// The last change that this replica wrote and no kept signature covers.
#[derive(Clone, Debug)]
struct Tail {
    change: ChangeIndex,
    /// The first such change. All from there on were written here.
    first: ChangeIndex,
    signature: OnceLock<Signature>,
}

/// What a bundle has added to a store.
pub(crate) struct Added<'a> {
    /// Where its members are.
    pub(crate) members: &'a [ChangeIndex],
    /// The first change that was not here before.
    pub(crate) start: ChangeIndex,
    pub(crate) totals: Totals,
}

/// What to go back to. There is one at a time.
#[derive(Debug)]
pub(crate) struct CoverageMark {
    stretches: StretchesMark,
    tail: Option<Tail>,
}

/// Consecutive changes that can be sent as one bundle.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a> {
    stretch: &'a Stretch,
    pub(crate) start: ChangeIndex,
    /// The index after the last one.
    pub(crate) end: ChangeIndex,
}

impl<'a> Part<'a> {
    /// The signatures that are kept of it, each with its change.
    pub(crate) fn signatures(self) -> impl Iterator<Item = (ChangeIndex, Signature)> + use<'a> {
        self.stretch.signatures.values().copied()
    }
}

/// What is kept.
impl Coverage {
    /// Enters what a bundle has added into the open stretch, with its signatures.
    pub(crate) fn cover(
        &mut self,
        chains: &Chains,
        added: &Added<'_>,
        signatures: &[(MemberIndex, Signature)],
    ) {
        // What this replica wrote and has not signed yet must not be left behind uncovered.
        if self.tail.is_none() && self.stretches.is_full_for(added.totals) {
            self.stretches.close(added.start);
        }
        self.stretches.open().count(added.totals);
        for (member, signature) in signatures {
            let change = added.members[member.place()];
            if change >= added.start {
                self.keep(chains, change, signature);
            }
        }
    }

    /// Counts changes that were added to the open stretch.
    pub(crate) fn count(&mut self, more: Totals) {
        self.stretches.open().count(more);
    }

    /// Keeps a signature in the open stretch if it is the latest of its branch.
    pub(crate) fn keep(&mut self, chains: &Chains, change: ChangeIndex, signature: &Signature) {
        self.stretches.keep(chains.branch_of(change), change, *signature);
    }

    /// Closes the open stretch, of which all changes are covered.
    pub(crate) fn close(&mut self, at: ChangeIndex) {
        self.stretches.close(at);
    }

    /// The stretches of a store, in order of admission.
    pub(crate) fn parts(&self, store: &Store) -> impl Iterator<Item = Part<'_>> {
        let parts = self.stretches.stretches(store.chains.len());
        parts.map(|(stretch, end)| Part { stretch, start: stretch.start, end })
    }

    /// All signatures that are there, each with its change.
    pub(crate) fn signatures(
        &self,
        store: &Store,
    ) -> impl Iterator<Item = (ChangeIndex, Signature)> {
        let signed = |tail: &Tail| Some((tail.change, *tail.signature.get()?));
        self.parts(store).flat_map(Part::signatures).chain(self.tail.as_ref().and_then(signed))
    }

    /// The stretches as they are saved; `tail` is the last change written here with its signature.
    pub(crate) fn rows(
        &self,
        store: &Store,
        tail: Option<(ChangeIndex, Signature)>,
    ) -> Vec<StretchRow> {
        let placed = |(change, signature)| (store.chains.branch_of(change), change, signature);
        self.stretches.rows(tail.map(placed))
    }

    /// What was kept of a saved history, given where its changes lie.
    pub(crate) fn of(rows: &[StretchRow], chains: &Chains) -> Result<Self, DecodeError> {
        Ok(Self { stretches: Stretches::of(rows, chains)?, tail: None })
    }
}

/// What this replica writes.
impl Coverage {
    /// From which change on all are written here and can prove nothing yet.
    pub(crate) fn unsigned_from(&self) -> Option<ChangeIndex> {
        let unsigned = self.tail.as_ref().filter(|tail| tail.signature.get().is_none());
        unsigned.map(|tail| tail.first)
    }

    /// Takes note of a change that was written here and holds so much.
    pub(crate) fn write(&mut self, change: ChangeIndex, more: Totals) {
        self.count(more);
        let first = self.tail.as_ref().map_or(change, |tail| tail.first);
        self.tail = Some(Tail { change, first, signature: OnceLock::new() });
    }

    /// The last change written here with its signature, if it has one or can be given it.
    pub(crate) fn signed_tail(
        &self,
        chains: &Chains,
        keypair: Option<&Keypair>,
    ) -> Option<(ChangeIndex, Signature)> {
        let tail = self.tail.as_ref()?;
        let sign = |keypair: &Keypair| keypair.sign(&chains.hash_of(tail.change));
        let signed = keypair.map(|keypair| tail.signature.get_or_init(|| sign(keypair)));
        signed.or_else(|| tail.signature.get()).map(|signature| (tail.change, *signature))
    }

    /// Signs what this replica wrote, so that everything in the history is covered.
    pub(crate) fn seal(&mut self, chains: &Chains, keypair: &Keypair) {
        if let Some((change, signature)) = self.signed_tail(chains, Some(keypair)) {
            self.tail = None;
            self.keep(chains, change, &signature);
        }
    }

    /// Seals and closes the open stretch when it is large.
    pub(crate) fn seal_when_full(&mut self, chains: &Chains, keypair: &Keypair) {
        if self.stretches.is_full_for(Totals::default()) {
            self.seal(chains, keypair);
            self.stretches.close(chains.len());
        }
    }
}

/// Going back.
impl Coverage {
    /// What to go back to, until the next mark.
    pub(crate) fn mark(&mut self) -> CoverageMark {
        CoverageMark { stretches: self.stretches.mark(), tail: self.tail.clone() }
    }

    /// Goes back. Costs what was kept since.
    pub(crate) fn roll_back(&mut self, mark: CoverageMark) {
        self.stretches.roll_back(&mark.stretches);
        self.tail = mark.tail;
    }

    /// Gives up going back.
    pub(crate) fn forget_mark(&mut self) {
        self.stretches.forget_mark();
    }
}
