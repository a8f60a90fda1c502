//! What another replica lacks, in portions: bundles that are each closed, so that whoever gets some
//! of them has gained something, and can ask for the rest another time.
//!
//! A bundle may end where every change in it is covered by a signature in it. Of a stretch the
//! latest signature of each branch is kept, so it can be cut where no branch has begun that is
//! signed only later. That is at least at its end, and stretches are short.

use core::ops::Range;

use super::{Exporter, lacking};
use crate::crypto::ChangeHash;
use crate::history::coverage::Part;
use crate::history::format::frontier::Frontier;
use crate::history::format::numbers::{BranchIndex, ChangeIndex};
use crate::sorted::SortedMap;

/// What another replica has, as far as it has said.
#[derive(Clone, Copy, Debug)]
pub enum Have<'a> {
    /// These changes and all that they depend on. Those that are not known here say nothing.
    Heads(&'a [ChangeHash]),
    /// What follows from a frontier.
    Frontier(&'a Frontier),
}

/// Which part of what another replica lacks is asked for.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// What the other one has.
    pub have: Have<'a>,
    /// Which changes, by their numbers in the order of [`changes`](crate::History::changes). Some
    /// that come later may be among them, if only their signatures cover what is asked for.
    pub changes: Range<usize>,
    /// So many canonical bytes, or one bundle that has more.
    pub bytes: u64,
    /// Whether the other one lacks the record of the document.
    pub genesis: bool,
}

/// Part of what another replica lacks.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Portion {
    /// Bundles, each of which can be [applied](crate::History::apply) where those before it were.
    pub bundles: Vec<PortionBundle>,
    /// The number of the change with which the next portion begins; `None` if there is none.
    pub next: Option<usize>,
}

/// A bundle of a [`Portion`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PortionBundle {
    /// The bundle, after its length.
    pub bytes: Vec<u8>,
    /// The canonical bytes in it: the work that it makes.
    pub canonical_bytes: u64,
}

impl Exporter<'_> {
    /// Part of what a replica lacks.
    pub(crate) fn portion(self, asked: &Asked<'_>) -> Portion {
        let exporter = Self { genesis: asked.genesis, ..self };
        let mut lacking = match asked.have {
            Have::Heads([]) => (first_of(&asked.changes)..self.store.chains.len()).collect(),
            Have::Heads(heads) => lacking::lacking(self.store, heads),
            Have::Frontier(frontier) => self.lacking_beyond(frontier),
        };
        self.leave_unsigned(&mut lacking);
        let start = lacking.partition_point(|change| (*change as usize) < asked.changes.start);
        let mut rest = &lacking[start..];
        let mut filling = Filling { exporter, asked, bytes: 0, portion: Portion::default() };
        for part in self.coverage.parts(self.store) {
            let (members, later) = rest.split_at(rest.partition_point(|change| *change < part.end));
            rest = later;
            filling.fill(part, members);
        }
        if asked.genesis && filling.portion.bundles.is_empty() {
            filling.push(exporter.write(&[], &SortedMap::new()), 0);
        }
        filling.portion
    }
}

fn first_of(changes: &Range<usize>) -> ChangeIndex {
    ChangeIndex::try_from(changes.start).unwrap_or(ChangeIndex::MAX)
}

/// A portion while bundles are added to it.
struct Filling<'a> {
    exporter: Exporter<'a>,
    asked: &'a Asked<'a>,
    bytes: u64,
    portion: Portion,
}

impl Filling<'_> {
    /// Adds members of a stretch, unless the portion is full.
    fn fill(&mut self, part: Part<'_>, members: &[ChangeIndex]) {
        let Some(first) = members.first().filter(|_| self.portion.next.is_none()) else { return };
        let ends = self.ends(part, *first);
        let mut rest = members;
        while let Some(first) = rest.first() {
            let first = *first as usize;
            if self.bytes >= self.asked.bytes || first >= self.asked.changes.end {
                self.portion.next = (first < self.asked.changes.end).then_some(first);
                self.bytes = self.asked.bytes;
                return;
            }
            let (count, bytes) = self.closed(&ends, rest);
            let (members, later) = rest.split_at(count);
            rest = later;
            self.push(self.exporter.bundle(part, members), bytes);
        }
    }

    fn push(&mut self, bundle: Option<Vec<u8>>, canonical_bytes: u64) {
        self.bytes += canonical_bytes;
        let framed = |bundle: Vec<u8>| {
            let mut bytes = Vec::with_capacity(bundle.len() + 4);
            crate::codec::write::bytes(&mut bytes, &bundle);
            PortionBundle { bytes, canonical_bytes }
        };
        self.portion.bundles.extend(bundle.map(framed));
    }

    /// The last signed change of each branch in a stretch, from one on.
    fn ends(&self, part: Part<'_>, first: ChangeIndex) -> SortedMap<BranchIndex, ChangeIndex> {
        let Exporter { store, coverage, keypair, .. } = self.exporter;
        let tail = coverage.signed_tail(&store.chains, keypair);
        let signed = part.signatures().chain(tail).filter(|(change, _)| *change >= first);
        signed.map(|(change, _)| (store.chains.branch_of(change), change)).collect()
    }

    /// How many of some members of a stretch make the longest bundle that is closed and within the
    /// room that is left, or the shortest one that is closed, and its canonical bytes.
    fn closed(
        &self,
        ends: &SortedMap<BranchIndex, ChangeIndex>,
        members: &[ChangeIndex],
    ) -> (usize, u64) {
        let room = self.asked.bytes - self.bytes;
        let (mut closed, mut bytes, mut end) = (0, 0, 0);
        let mut closed_bytes = 0;
        for (place, member) in self.exporter.store.stored(members.iter().copied()).enumerate() {
            if member.change > end && place > 0 {
                (closed, closed_bytes) = (place, bytes);
                if bytes >= room || member.change as usize >= self.asked.changes.end {
                    return (closed, closed_bytes);
                }
            }
            bytes += member.bytes() as u64;
            if bytes > room && closed > 0 {
                return (closed, closed_bytes);
            }
            // What only a later branch covers is closed with the last member.
            let signed = ends.get(&member.branch).filter(|end| **end >= member.change);
            end = end.max(signed.copied().unwrap_or(ChangeIndex::MAX));
        }
        (members.len(), bytes)
    }
}
