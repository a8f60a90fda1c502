//! Cuts: which signatures are kept.
//!
//! The history is divided, in order of admission, into stretches whose members are all covered by
//! signatures of members of the same stretch; a stretch with its signatures can be sent as one
//! bundle. Within a stretch the latest signature on a chain segment vouches for everything below
//! it there, so one per segment is kept.

use std::collections::BTreeMap;

use crate::codec::{DecodeError, Reader, write};
use crate::crypto::Signature;
use crate::history::admission::Taken;
use crate::history::format::bundle::{
    MAX_BUNDLE_BYTES, MAX_BUNDLE_CHANGES, MAX_BUNDLE_OPS, Totals,
};
use crate::history::store::History;
use crate::history::store::chains::{Chains, ChangeIndex};

/// A stretch is closed before it would outgrow a quarter of what a bundle may hold.
const STRETCH: Totals = Totals {
    changes: MAX_BUNDLE_CHANGES / 4,
    ops: MAX_BUNDLE_OPS / 4,
    bytes: MAX_BUNDLE_BYTES / 4,
};

/// The stretches of a history; the last one is open.
#[derive(Debug, Default)]
pub(crate) struct Cuts {
    stretches: Vec<Stretch>,
}

/// Consecutive changes that can be sent as one bundle.
#[derive(Debug, Default)]
pub(crate) struct Stretch {
    pub(crate) start: ChangeIndex,
    totals: Totals,
    /// The latest signed change of each chain segment.
    pub(crate) signatures: BTreeMap<u32, (ChangeIndex, Signature)>,
}

/// What the stretches were, as far as what is written here changes them.
#[derive(Debug)]
pub(crate) struct CutsMark {
    stretches: usize,
    totals: Totals,
    /// The segment of what is written, and the signature that was kept for it.
    own: u32,
    signature: Option<(ChangeIndex, Signature)>,
}

impl Cuts {
    /// What to go back to if what is written on a segment does not come about.
    pub(crate) fn mark(&mut self, own: u32) -> CutsMark {
        let open = self.open();
        let (totals, signature) = (open.totals, open.signatures.get(&own).copied());
        CutsMark { stretches: self.stretches.len(), totals, own, signature }
    }

    /// Goes back.
    pub(crate) fn roll_back(&mut self, mark: &CutsMark) {
        self.stretches.truncate(mark.stretches);
        let open = self.open();
        open.totals = mark.totals;
        open.signatures.remove(&mark.own);
        open.signatures.extend(mark.signature.map(|signature| (mark.own, signature)));
    }

    /// The stretches in order, each with the index at which it ends.
    pub(crate) fn stretches(
        &self,
        end: ChangeIndex,
    ) -> impl Iterator<Item = (&Stretch, ChangeIndex)> {
        let ends = self.stretches.iter().skip(1).map(|stretch| stretch.start);
        self.stretches.iter().zip(ends.chain([end]))
    }

    /// Whether adding so much calls for a new stretch; the caller sees to it that everything
    /// before is covered.
    pub(crate) fn is_full_for(&self, more: Totals) -> bool {
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
    pub(crate) fn close(&mut self, at: ChangeIndex) {
        self.stretches.push(Stretch { start: at, ..Stretch::default() });
    }

    /// Writes all stretches as they are saved. `tail` is the last change written here, with its
    /// segment and signature.
    pub(crate) fn write(&self, tail: Option<(u32, ChangeIndex, Signature)>, out: &mut Vec<u8>) {
        write::length(out, self.stretches.len());
        for (number, stretch) in self.stretches.iter().enumerate() {
            write::varint(out, stretch.start.into());
            stretch.totals.write(out);
            let mut signatures = stretch.signatures.clone();
            if let Some((segment, change, signature)) = tail
                && number + 1 == self.stretches.len()
            {
                signatures.insert(segment, (change, signature));
            }
            write::length(out, signatures.len());
            for (change, signature) in signatures.values() {
                write::varint(out, (*change).into());
                out.extend_from_slice(signature.as_bytes());
            }
        }
    }

    /// Reads the stretches of a saved history.
    pub(crate) fn read(reader: &mut Reader<'_>, chains: &Chains) -> Result<Self, DecodeError> {
        let mut cuts = Self::default();
        for _ in 0..reader.count(5)? {
            let start = reader.varint32()?;
            let mut stretch =
                Stretch { start, totals: Totals::read(reader)?, ..Stretch::default() };
            let least = cuts.stretches.last().map_or(0, |last| last.start);
            if start < least || (cuts.stretches.is_empty() && start > 0) || start > chains.len() {
                return Err(DecodeError::Unsorted("stretches"));
            }
            for _ in 0..reader.count(65)? {
                let change = reader.varint32()?;
                if change >= chains.len() || change < start {
                    return Err(DecodeError::DanglingReference);
                }
                let signature = Signature(reader.array()?);
                let segment = chains.segment_of(change);
                if stretch.signatures.insert(segment, (change, signature)).is_some() {
                    return Err(DecodeError::Unsorted("signatures"));
                }
            }
            cuts.stretches.push(stretch);
        }
        let whole = chains.len() == 0 || !cuts.stretches.is_empty();
        if whole { Ok(cuts) } else { Err(DecodeError::WrongTotals) }
    }

    /// The open stretch.
    pub(crate) fn open(&mut self) -> &mut Stretch {
        if self.stretches.is_empty() {
            self.stretches.push(Stretch::default());
        }
        let last = self.stretches.len() - 1;
        &mut self.stretches[last]
    }
}

impl Stretch {
    /// Counts changes that were added.
    pub(crate) fn count(&mut self, more: Totals) {
        self.totals.add(more);
    }

    /// Keeps a signature if it is the latest of its segment.
    pub(crate) fn keep(&mut self, segment: u32, change: ChangeIndex, signature: Signature) {
        let entry = self.signatures.entry(segment).or_insert((change, signature));
        if entry.0 <= change {
            *entry = (change, signature);
        }
    }
}

impl History {
    /// Enters what a bundle has added into the open stretch, with its signatures, each with the place
    /// of its member.
    pub(crate) fn cover(&mut self, signatures: &[(usize, Signature)], taken: &Taken) {
        // What this replica wrote and has not signed yet must not be left behind uncovered.
        if self.tail.is_none() && self.cuts.is_full_for(taken.added) {
            self.cuts.close(taken.start);
        }
        self.cuts.open().count(taken.added);
        for (place, signature) in signatures {
            let change = taken.members[*place];
            if change >= taken.start {
                let segment = self.chains.segment_of(change);
                self.cuts.open().keep(segment, change, *signature);
            }
        }
    }
}
