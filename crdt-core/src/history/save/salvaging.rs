//! What is left of a damaged document, put together again.
//!
//! Nothing of it is believed. All changes that can be read and whose dependencies are here are
//! admitted to a store that nobody sees, with all signatures over them, wherever these come from.
//! Those that turn out to [prove themselves](super::proven) are then received anew as bundles, as if
//! they had come from elsewhere.

use super::Kept;
use super::proven::Proven;
use crate::codec::{DecodeError, Reader, mark, write};
use crate::crypto::{Author, DocumentId, Signature};
use crate::history::admission::{Taken, admit};
use crate::history::export::outgoing::{Contradiction, Outgoing};
use crate::history::format::bundle::{Bundle, check_mark, document_of};
use crate::history::format::genesis::Genesis;
use crate::history::format::numbers::{ChangeIndex, MemberIndex, Number as _};
use crate::history::format::outline::Outline;
use crate::history::format::pack::Pack;
use crate::history::pending::PendingLimits;
use crate::history::store::Store;
use crate::sorted::{SortedMap, SortedSet};

/// Pieces of a document that could be read, not yet whether they are valid.
#[derive(Debug)]
pub(crate) struct Remains {
    document: DocumentId,
    genesis: Option<Genesis>,
    /// With the numbers of their first changes, as whoever kept them says.
    packs: Vec<(ChangeIndex, Pack)>,
    outlines: Vec<Outline>,
    /// Each as it is taken in, after its length.
    bundles: Vec<Vec<u8>>,
}

impl Remains {
    pub(crate) fn new(document: DocumentId) -> Self {
        Self {
            document,
            genesis: None,
            packs: Vec::new(),
            outlines: Vec::new(),
            bundles: Vec::new(),
        }
    }

    /// Takes the front of a saved document. The record in it is this document's or none.
    pub(crate) fn take_head(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        let mut reader = Reader::new(bytes);
        read_front(&mut reader)?;
        if reader.byte()? == 1 {
            let genesis = Genesis::read(&mut reader, Author::from_bytes)?;
            if genesis.document() != self.document {
                return Err(DecodeError::ChecksumMismatch);
            }
            self.genesis = Some(genesis);
        }
        reader.varint()?;
        reader.finish()
    }

    /// Takes a pack of which so many changes come first.
    pub(crate) fn take_pack(&mut self, first: u32, bytes: &[u8]) -> Result<(), DecodeError> {
        let mut reader = Reader::new(bytes);
        let pack = Pack::read(&mut reader, self.document, first)?;
        reader.finish()?;
        self.packs.push((first, pack));
        Ok(())
    }

    /// Takes the outline. What waits behind it is not looked at.
    pub(crate) fn take_outline(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        self.outlines.push(Outline::read_alone(&mut Reader::new(bytes))?);
        Ok(())
    }

    /// Takes bundles, as far as they can be told from each other.
    pub(crate) fn take_bundles(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        let mut reader = Reader::new(bytes);
        while !reader.is_empty() {
            check_mark(reader.rest())?;
            let mut framed = Vec::new();
            write::bytes(&mut framed, reader.bytes()?);
            self.bundles.push(framed);
        }
        Ok(())
    }

    /// All changes that prove themselves, and how many others there are.
    pub(crate) fn salvaged(mut self) -> (Kept, usize) {
        self.packs.sort_by_key(|(first, pack)| (*first, pack.count));
        let Self { document, genesis, packs, outlines, bundles } = self;
        let mut found = Found { store: Store::new(document), signatures: Vec::new() };
        found.store.genesis = genesis;
        found.admit_packs(&packs, &outlines);
        let waiting = found.admit_bundles(&bundles);
        let mut kept = Kept::new(document, PendingLimits::NONE);
        kept.store.genesis.clone_from(&found.store.genesis);
        let proven = Proven::of(&found.store, &found.signatures);
        let mut saved = 0;
        for members in proven.stretches(&found.store) {
            match found.written(&members, &proven).map(|bundle| kept.receive(&bundle)) {
                Ok(Ok(())) => saved += members.len(),
                failed => tracing::warn!(?failed, "changes that prove themselves are not taken"),
            }
        }
        for bundle in waiting {
            // What waits proves itself too, as far as it is taken.
            let _ = kept.receive(bundle);
        }
        (kept, found.store.chains.len() as usize - saved)
    }
}

/// The document that a piece of a saved document says it is of.
pub(crate) fn document_of_head(bytes: &[u8]) -> Result<DocumentId, DecodeError> {
    read_front(&mut Reader::new(bytes))
}

/// The document that a pack says it is of.
pub(crate) fn document_of_pack(bytes: &[u8]) -> Result<DocumentId, DecodeError> {
    let mut reader = Reader::new(bytes);
    for _ in 0..reader.count(1)? {
        reader.varint()?;
    }
    document_of(reader.bytes()?)
}

/// What a saved document begins with. Its length counts parts that are not here.
fn read_front(reader: &mut Reader<'_>) -> Result<DocumentId, DecodeError> {
    reader.mark(mark::SAVED)?;
    reader.varint()?;
    reader.array().map(DocumentId)
}

/// Changes that could be admitted, and signatures that are said to be theirs.
struct Found {
    store: Store,
    signatures: Vec<(ChangeIndex, Signature)>,
}

impl Found {
    /// Admits packs, and enters the signatures that outlines have of their changes. There can be
    /// packs and outlines of several times, so whatever can be meant is entered.
    fn admit_packs(&mut self, packs: &[(ChangeIndex, Pack)], outlines: &[Outline]) {
        let mut meant: SortedSet<(ChangeIndex, ChangeIndex)> = SortedSet::new();
        let mut end = 0;
        for (first, pack) in packs {
            let bundle = pack.decode(|key| self.store.checked_key(key));
            let Some(taken) = bundle.ok().and_then(|bundle| self.admit(&bundle)) else { continue };
            // The number may be what is damaged, and the pack follow on the one before.
            for first in [*first, end] {
                meant.extend((first..).zip(taken.members.iter().copied()));
            }
            end = end.saturating_add(pack.count);
        }
        let stretches = outlines.iter().flat_map(|outline| &outline.stretches);
        for (number, signature) in stretches.flat_map(|stretch| &stretch.signatures) {
            let changes = meant.range((*number, 0)..=(*number, ChangeIndex::MAX));
            self.signatures.extend(changes.map(|(_, change)| (*change, *signature)));
        }
    }

    /// Admits bundles in whatever order they can be, and gives those that wait for others.
    fn admit_bundles<'a>(&mut self, bundles: &'a [Vec<u8>]) -> Vec<&'a [u8]> {
        let mut left: Vec<&[u8]> = bundles.iter().map(Vec::as_slice).collect();
        loop {
            let before = left.len();
            left.retain(|bundle| !self.admit_bundle(bundle));
            if left.len() == before {
                return left;
            }
        }
    }

    /// Whether a bundle need not be looked at again.
    fn admit_bundle(&mut self, framed: &[u8]) -> bool {
        let Store { document, genesis, .. } = &self.store;
        let bytes = Reader::new(framed).bytes().unwrap_or_default();
        let known = |key: &[u8; 32]| self.store.checked_key(key);
        let Ok(bundle) = Bundle::decode(bytes, *document, genesis.as_ref(), known) else {
            return true;
        };
        if self.store.first_missing(&bundle.outside, 0).is_some() {
            return false;
        }
        if let Some(taken) = self.admit(&bundle) {
            let placed = |(member, signature): (MemberIndex, Signature)| {
                (taken.members[member.place()], signature)
            };
            self.signatures.extend(bundle.signatures.iter().copied().map(placed));
        }
        true
    }

    /// Admits all of a bundle, or nothing of it.
    fn admit(&mut self, bundle: &Bundle) -> Option<Taken> {
        self.store.first_missing(&bundle.outside, 0).is_none().then_some(())?;
        let mark = self.store.mark();
        let Ok(taken) = admit(&mut self.store, bundle) else {
            self.store.roll_back(mark);
            return None;
        };
        self.store.forget_mark();
        Some(taken)
    }

    /// Changes as a bundle, with the signatures that cover them.
    fn written(&self, members: &[ChangeIndex], proven: &Proven) -> Result<Vec<u8>, Contradiction> {
        let signatures: SortedMap<ChangeIndex, Signature> = members
            .iter()
            .filter_map(|member| Some((*member, proven.signature_of(*member)?)))
            .collect();
        let mut framed = Vec::new();
        let bundle = Outgoing::new(&self.store, members)?.write_densely(&signatures)?;
        write::bytes(&mut framed, &bundle);
        Ok(framed)
    }
}
