//! Changes: the header, the hash, the signature.

use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};

use super::op::Op;
use super::{bytes, varint};

/// A hash of a change or of a genesis record.
pub type Hash = [u8; 32];

/// Whoever holds a secret key.
#[derive(Clone)]
pub struct Writer(SigningKey);

/// The record a document begins with.
#[derive(Clone)]
pub struct Genesis {
    /// The key of who made the document.
    pub founder: [u8; 32],
    /// What tells documents of one founder apart.
    pub salt: [u8; 32],
    /// The name of the type.
    pub schema: String,
    /// Numbers and what is said under them, ascending.
    pub tags: Vec<(u64, Vec<u8>)>,
}

/// A change, with everything in it free to be wrong.
#[derive(Clone)]
pub struct Draft {
    /// The id of the document.
    pub document: Hash,
    /// The key of the author.
    pub author: [u8; 32],
    /// Its number on its chain, from 0.
    pub seq: u32,
    /// The change before it on its chain.
    pub prev: Option<Hash>,
    /// The other changes that it depends on, ascending.
    pub dependencies: Vec<Hash>,
    /// Numbers and what is said under them, ascending.
    pub tags: Vec<(u64, Vec<u8>)>,
    /// What it does.
    pub ops: Vec<Op>,
}

impl Writer {
    /// The holder of the key whose every byte is this one.
    pub fn new(secret: u8) -> Self {
        Self(SigningKey::from_bytes(&[secret; 32]))
    }

    /// The public key.
    pub fn author(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// A domain prefix and the hash are what is signed.
    pub fn sign(&self, change: &Hash) -> [u8; 64] {
        let message = [b"crdt-core signature of a change".as_slice(), change].concat();
        self.0.sign(&message).to_bytes()
    }

    /// The next change after one of this writer's, or its first one.
    pub fn draft(&self, document: Hash, after: Option<&Draft>) -> Draft {
        Draft {
            document,
            author: self.author(),
            seq: after.map_or(0, |after| after.seq + 1),
            prev: after.map(Draft::hash),
            dependencies: Vec::new(),
            tags: Vec::new(),
            ops: Vec::new(),
        }
    }
}

impl Genesis {
    /// A record without tags.
    pub fn new(founder: [u8; 32], salt: u8, schema: &str) -> Self {
        Self { founder, salt: [salt; 32], schema: schema.to_owned(), tags: Vec::new() }
    }

    /// Its canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = [self.founder, self.salt].concat();
        bytes(&mut out, self.schema.as_bytes());
        write_tags(&mut out, &self.tags);
        out
    }

    /// The document's id.
    pub fn hash(&self) -> Hash {
        let prefix = b"crdt-core genesis of a document".as_slice();
        Sha256::digest([prefix, &self.to_bytes()].concat()).into()
    }
}

impl Draft {
    /// It depends on these changes too.
    pub fn after(mut self, dependencies: &[Hash]) -> Self {
        self.dependencies.extend_from_slice(dependencies);
        self.dependencies.sort_unstable();
        self
    }

    /// It does this too.
    pub fn with(mut self, op: Op) -> Self {
        self.ops.push(op);
        self
    }

    /// Its canonical header.
    pub fn header(&self) -> Vec<u8> {
        let mut out = vec![1];
        out.extend_from_slice(&self.document);
        out.extend_from_slice(&self.author);
        varint(&mut out, u64::from(self.seq));
        out.extend(self.prev.iter().flatten());
        varint(&mut out, self.dependencies.len() as u64);
        out.extend(self.dependencies.iter().flatten());
        self.write_tags(&mut out);
        out
    }

    pub(super) fn write_tags(&self, out: &mut Vec<u8>) {
        write_tags(out, &self.tags);
    }

    /// Its canonical body.
    pub fn body(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.ops.iter().for_each(|op| op.write(&mut out));
        out
    }

    /// What it is known by.
    pub fn hash(&self) -> Hash {
        let prefix = b"crdt-core change hash 32 bytes:".as_slice();
        let header = self.header();
        let (writer, rest) = header.split_at(1 + 32 + 32);
        Sha256::digest([prefix, writer, &[0; 32], rest, &self.gist()].concat()).into()
    }

    /// What stands for the body in the hash: itself if it is short.
    pub(super) fn gist(&self) -> Vec<u8> {
        let body = self.body();
        let mut out = Vec::new();
        if body.len() < 32 {
            bytes(&mut out, &body);
        } else {
            bytes(&mut out, &Sha256::digest(body));
        }
        out
    }

    /// How many counters it takes.
    pub fn counters(&self) -> u32 {
        let taken: u64 = self.ops.iter().map(|op| op.counters).sum();
        u32::try_from(taken).expect("drafts are small")
    }

    /// What it adds to a bundle's total of bytes.
    pub fn size(&self) -> u64 {
        let mut tags = Vec::new();
        self.write_tags(&mut tags);
        let hashes = self.dependencies.len() + self.prev.iter().len();
        (self.body().len() + tags.len() + 32 * hashes + 75) as u64
    }
}

fn write_tags(out: &mut Vec<u8>, tags: &[(u64, Vec<u8>)]) {
    varint(out, tags.len() as u64);
    for (number, value) in tags {
        varint(out, *number);
        bytes(out, value);
    }
}
