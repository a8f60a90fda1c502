//! What another replica lacks, as bundles.

use std::collections::BTreeMap;

use crate::codec::write;
use crate::crypto::{ChangeHash, Keypair, Signature};
use crate::history::coverage::stretches::Stretch;
use crate::history::format::bundle::write_bundle;
use crate::history::store::History;
use crate::history::store::chains::ChangeIndex;

impl History {
    /// Every change that is not among `have` and what those depend on, as bundles; nothing if there
    /// is none. What this replica wrote and has not signed yet is left out: a
    /// [`Document`](crate::Document) signs it.
    ///
    /// Hashes that are not known here say nothing and are passed over. The heads of a replica that
    /// has written something of its own are such hashes: to that replica, everything is sent. Name
    /// heads that both sides have had, or ask for a [`frontier`](Self::frontier) and
    /// [`export_for`](Self::export_for) it.
    ///
    /// Costs time in the changes sent and those that came here after the first of them, not in the
    /// length of the history; of an opened document, old changes are unpacked if some of them are
    /// sent or `have` names others than heads and ends of chains.
    pub fn export(&self, have: &[ChangeHash]) -> Vec<u8> {
        self.export_signed(have, None)
    }

    /// The same, signing what this replica wrote and has not signed yet.
    pub(crate) fn export_signed(&self, have: &[ChangeHash], keypair: Option<&Keypair>) -> Vec<u8> {
        self.export_changes(self.lacking(have), keypair)
    }

    /// Some changes as bundles, given in order of admission: of every chain all from one on.
    pub(crate) fn export_changes(
        &self,
        mut lacking: Vec<ChangeIndex>,
        keypair: Option<&Keypair>,
    ) -> Vec<u8> {
        let mut out = Vec::new();
        if keypair.is_none()
            && let Some(tail) = &self.tail
            && tail.signature.get().is_none()
        {
            lacking.retain(|change| *change < tail.first);
        }
        let mut rest = &lacking[..];
        for (stretch, end) in self.cuts.stretches(self.chains.len()) {
            let (members, later) = rest.split_at(rest.partition_point(|change| *change < end));
            rest = later;
            if !members.is_empty()
                && let Some(bundle) = self.bundle(stretch, members, keypair)
            {
                write::bytes(&mut out, &bundle);
            }
        }
        out
    }

    /// Every change, and the genesis record even if there is none.
    pub(crate) fn export_all(&self, keypair: Option<&Keypair>) -> Vec<u8> {
        let mut out = self.export_signed(&[], keypair);
        if self.is_empty()
            && self.genesis.is_some()
            && let Some(bundle) = write_bundle(self, &[], &BTreeMap::new())
        {
            write::bytes(&mut out, &bundle);
        }
        out
    }

    /// The last change written here with its signature, if it has one or can be given it.
    pub(crate) fn signed_tail(
        &self,
        keypair: Option<&Keypair>,
    ) -> Option<(ChangeIndex, Signature)> {
        let tail = self.tail.as_ref()?;
        let signed = keypair.map(|keypair| {
            tail.signature.get_or_init(|| keypair.sign(&self.chains.hash_of(tail.change)))
        });
        signed.or_else(|| tail.signature.get()).map(|signature| (tail.change, *signature))
    }

    fn bundle(
        &self,
        stretch: &Stretch,
        members: &[ChangeIndex],
        keypair: Option<&Keypair>,
    ) -> Option<Vec<u8>> {
        // Most bundles are of the newest changes, and there may be very many authors.
        let first = members.first().copied().unwrap_or(ChangeIndex::MAX);
        let kept = stretch.signatures.values().filter(|(change, _)| *change >= first);
        let mut signatures: BTreeMap<ChangeIndex, Signature> = kept.copied().collect();
        if let Some((change, signature)) = self.signed_tail(keypair) {
            signatures.insert(change, signature);
        }
        write_bundle(self, members, &signatures)
    }

    /// The changes that are neither among `have` nor below them, ascending.
    pub(crate) fn lacking(&self, have: &[ChangeHash]) -> Vec<ChangeIndex> {
        let had: Vec<ChangeIndex> = have.iter().filter_map(|hash| self.index_of(hash)).collect();
        self.not_below(&had)
    }

    /// The same of changes that are known here.
    ///
    /// Walks down from the newest change in order of admission, which is topological, and stops
    /// as soon as everything left to look at is below `had`.
    pub(crate) fn not_below(&self, had: &[ChangeIndex]) -> Vec<ChangeIndex> {
        if had.is_empty() {
            return (0..self.chains.len()).collect();
        }
        let mut queue: BTreeMap<ChangeIndex, bool> = BTreeMap::new();
        self.head_indexes().for_each(|head| {
            queue.insert(head, false);
        });
        for change in had {
            queue.insert(*change, true);
        }
        let mut wanted = queue.values().filter(|had| !**had).count();
        let mut lacking = Vec::new();
        while wanted > 0 {
            let Some((change, had)) = queue.pop_last() else {
                break;
            };
            if !had {
                wanted -= 1;
                lacking.push(change);
            }
            for below in self.below(change) {
                match queue.insert(below, had) {
                    None if !had => wanted += 1,
                    Some(false) if had => wanted -= 1,
                    Some(true) if !had => {
                        queue.insert(below, true);
                    }
                    _ => {}
                }
            }
        }
        lacking.reverse();
        lacking
    }
}
