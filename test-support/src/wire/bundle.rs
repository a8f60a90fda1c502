//! Bundles: changes in topological order in a dense form, with signatures.

use super::change::{Draft, Genesis, Hash, Writer};
use super::{bytes, varint};

/// A bundle in parts, each free to be wrong.
#[derive(Clone)]
pub struct Bundle {
    /// What every bundle begins with.
    pub magic: Vec<u8>,
    /// 0 and the document's id, or 1 and the genesis record.
    pub document: Vec<u8>,
    /// Changes, ops, canonical bytes.
    pub totals: [u64; 3],
    /// The keys of all authors, ascending.
    pub authors: Vec<[u8; 32]>,
    /// Changes that members depend on and that are no members.
    pub outside: Vec<Hash>,
    /// The bytes of each member.
    pub members: Vec<Vec<u8>>,
    /// For each signature how many members lie between it and the one before, and its bytes.
    pub signatures: Vec<(u64, [u8; 64])>,
}

impl Bundle {
    /// Changes given after what they depend on. The writers sign those of theirs that no other
    /// member follows on its chain.
    pub fn new(drafts: &[&Draft], signers: &[&Writer]) -> Self {
        let mut bundle = Self::unsigned(drafts);
        let mut next = 0;
        for (index, draft) in drafts.iter().enumerate() {
            let hash = draft.hash();
            let signer = signers.iter().find(|signer| signer.author() == draft.author);
            let followed = drafts.iter().any(|later| later.prev == Some(hash));
            if let (Some(signer), false) = (signer, followed) {
                let gap = (index - next) as u64;
                bundle.signatures.push((gap, signer.sign(&hash)));
                next = index + 1;
            }
        }
        bundle
    }

    fn unsigned(drafts: &[&Draft]) -> Self {
        let hashes: Vec<Hash> = drafts.iter().map(|draft| draft.hash()).collect();
        let mut authors: Vec<[u8; 32]> = drafts.iter().map(|draft| draft.author).collect();
        authors.sort_unstable();
        authors.dedup();
        let below = drafts.iter().flat_map(|d| d.dependencies.iter().chain(&d.prev));
        let mut outside: Vec<Hash> = below.copied().filter(|h| !hashes.contains(h)).collect();
        outside.sort_unstable();
        outside.dedup();
        let document = drafts.first().map_or([0; 32], |draft| draft.document);
        let mut bundle = Self {
            magic: b"CRDB\x01".to_vec(),
            document: [[0].as_slice(), &document].concat(),
            totals: [
                drafts.len() as u64,
                drafts.iter().map(|draft| draft.ops.len() as u64).sum(),
                drafts.iter().map(|draft| draft.size()).sum(),
            ],
            authors,
            outside,
            members: Vec::new(),
            signatures: Vec::new(),
        };
        for (index, draft) in drafts.iter().enumerate() {
            let member = bundle.member(draft, &hashes[..index]);
            bundle.members.push(member);
        }
        bundle
    }

    /// Leaves out one of the signatures.
    pub fn withhold(&mut self, which: usize) {
        let (gap, _) = self.signatures.remove(which);
        if let Some((next, _)) = self.signatures.get_mut(which) {
            *next += gap + 1;
        }
    }

    /// The genesis record in place of the document's id.
    pub fn with_genesis(mut self, genesis: &Genesis) -> Self {
        self.document = [[1].as_slice(), &genesis.to_bytes()].concat();
        self
    }

    fn member(&self, draft: &Draft, before: &[Hash]) -> Vec<u8> {
        let author = self.authors.iter().position(|key| *key == draft.author);
        let mut out = Vec::new();
        varint(&mut out, author.expect("an author of a member") as u64);
        match &draft.prev {
            None => varint(&mut out, 0),
            Some(prev) => {
                let reference = self.reference(prev, before);
                varint(&mut out, reference + 1);
                if reference % 2 == 1 {
                    varint(&mut out, u64::from(draft.seq));
                }
            }
        }
        varint(&mut out, draft.dependencies.len() as u64);
        for dependency in &draft.dependencies {
            varint(&mut out, self.reference(dependency, before));
        }
        draft.write_tags(&mut out);
        bytes(&mut out, &draft.body());
        out
    }

    /// Twice how many members back, or twice the place among the outside hashes and one more.
    fn reference(&self, hash: &Hash, before: &[Hash]) -> u64 {
        let inside = before.iter().rev().position(|other| other == hash);
        let outside = || self.outside.iter().position(|other| other == hash);
        match inside {
            Some(back) => 2 * back as u64,
            None => 2 * outside().expect("collected from the members") as u64 + 1,
        }
    }

    /// The bundle without its length.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.magic.clone();
        out.extend_from_slice(&self.document);
        self.totals.iter().for_each(|total| varint(&mut out, *total));
        varint(&mut out, self.authors.len() as u64);
        out.extend(self.authors.iter().flatten());
        varint(&mut out, self.outside.len() as u64);
        out.extend(self.outside.iter().flatten());
        out.extend(self.members.iter().flatten());
        varint(&mut out, self.signatures.len() as u64);
        for (gap, signature) in &self.signatures {
            varint(&mut out, *gap);
            out.extend_from_slice(signature);
        }
        out
    }

    /// What is handed to `apply`: the length and the bundle.
    pub fn framed(&self) -> Vec<u8> {
        frame(&self.to_bytes())
    }
}

/// Puts the length before the bytes of a bundle.
pub fn frame(bundle: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    bytes(&mut out, bundle);
    out
}
