//! Exporting: what another replica lacks, as bundles. What it has follows from its heads
//! ([`lacking`]) or from its frontier ([`had`]); what is left leaves as bundles with the signatures
//! that cover it ([`outgoing`]).

pub(crate) mod had;
pub(crate) mod lacking;
pub(crate) mod outgoing;
pub(crate) mod portion;

use had::Had;
use outgoing::Outgoing;

use super::coverage::{Coverage, Part};
use super::format::frontier::Frontier;
use super::format::numbers::ChangeIndex;
use super::store::Store;
use crate::codec::write;
use crate::crypto::{ChangeHash, Keypair, Signature};
use crate::sorted::SortedMap;

/// What exporting reads. It signs what this replica wrote if it has a keypair, and leaves it out if
/// not.
#[derive(Clone, Copy)]
pub(crate) struct Exporter<'a> {
    pub(crate) store: &'a Store,
    pub(crate) coverage: &'a Coverage,
    pub(crate) keypair: Option<&'a Keypair>,
    /// Whether bundles have the record of the document.
    pub(crate) genesis: bool,
}

impl Exporter<'_> {
    /// Every change that is not among `have` and what those depend on.
    pub(crate) fn beyond(self, have: &[ChangeHash]) -> Vec<u8> {
        self.changes(lacking::lacking(self.store, have))
    }

    /// Every change from one on, and the genesis record even if there is none.
    pub(crate) fn since(self, first: ChangeIndex) -> Vec<u8> {
        let later = first..self.store.chains.len();
        if later.is_empty() { self.record() } else { self.changes(later.collect()) }
    }

    /// What a replica with a frontier lacks.
    pub(crate) fn beyond_frontier(self, frontier: &Frontier) -> Vec<u8> {
        self.changes(self.lacking_beyond(frontier))
    }

    fn lacking_beyond(self, frontier: &Frontier) -> Vec<ChangeIndex> {
        let Had { ends, is_contested } = had::had_by(self.store, frontier);
        // Where claims do not count, what the known tips depend on tells more than their chains do.
        if is_contested {
            lacking::not_below(self.store, &ends)
        } else {
            self.store.chains.beyond(&ends)
        }
    }

    /// Every change, and the genesis record even if there is none.
    pub(crate) fn all(self) -> Vec<u8> {
        self.since(0)
    }

    /// The genesis record alone, if it is known.
    fn record(self) -> Vec<u8> {
        let mut out = Vec::new();
        if self.store.genesis.is_some()
            && let Some(bundle) = self.write(&[], &SortedMap::new())
        {
            write::bytes(&mut out, &bundle);
        }
        out
    }

    /// Some changes as bundles, given in order of admission: of every chain all from one on.
    fn changes(self, mut lacking: Vec<ChangeIndex>) -> Vec<u8> {
        let mut out = Vec::new();
        self.leave_unsigned(&mut lacking);
        let mut rest = &lacking[..];
        for part in self.coverage.parts(self.store) {
            let (members, later) = rest.split_at(rest.partition_point(|change| *change < part.end));
            rest = later;
            if !members.is_empty()
                && let Some(bundle) = self.bundle(part, members)
            {
                write::bytes(&mut out, &bundle);
            }
        }
        out
    }

    /// Leaves out what no signature can cover.
    fn leave_unsigned(self, lacking: &mut Vec<ChangeIndex>) {
        if self.keypair.is_none()
            && let Some(unsigned) = self.coverage.unsigned_from()
        {
            lacking.retain(|change| *change < unsigned);
        }
    }

    /// Members of a stretch as a bundle.
    fn bundle(self, part: Part<'_>, members: &[ChangeIndex]) -> Option<Vec<u8>> {
        // Most bundles are of the newest changes, and there may be very many authors.
        let first = *members.first()?;
        let kept = part.signatures().filter(|(change, _)| *change >= first);
        let mut signatures: SortedMap<ChangeIndex, Signature> = kept.collect();
        signatures.extend(self.coverage.signed_tail(&self.store.chains, self.keypair));
        self.write(members, &signatures)
    }

    /// Writes a bundle. Changes that contradict each other stay here.
    fn write(
        self,
        members: &[ChangeIndex],
        signatures: &SortedMap<ChangeIndex, Signature>,
    ) -> Option<Vec<u8>> {
        let outgoing = Outgoing::new(self.store, members)
            .map(|outgoing| if self.genesis { outgoing } else { outgoing.without_genesis() });
        let bundle = outgoing.and_then(|outgoing| outgoing.write_densely(signatures));
        let report = |error: &_| tracing::error!(%error, changes = members.len(), "not exported");
        bundle.inspect_err(report).ok()
    }
}
