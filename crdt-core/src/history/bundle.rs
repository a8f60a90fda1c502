//! Bundles: changes in topological order with the signatures that cover them.
//!
//! A bundle leaves out what its place implies (document, predecessor and dependency hashes of
//! changes inside it, sequence numbers); the canonical bytes of every change are rebuilt from it
//! and are what is hashed. `docs/wire-format.md` describes it field by field.

use core::ops::Range;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::genesis::Genesis;
use super::header::{ChangeHasher, Header, Tags, check_dependencies};
use crate::codec::{DecodeError, Reader, write};
use crate::crypto::{Author, ChangeHash, DocumentId, Signature, sha256};
use crate::op::Body;
use crate::op::limits::{MAX_CHANGE_BYTES, MAX_CHANGE_OPS, MAX_DEPENDENCIES};

/// The first bytes of a bundle: a mark and the version of its encoding.
const MAGIC: &[u8; 4] = b"CRDB";
const VERSION: u8 = 1;

/// Changes in one bundle.
pub const MAX_BUNDLE_CHANGES: usize = 1 << 20;
/// Ops in one bundle.
pub const MAX_BUNDLE_OPS: usize = 1 << 24;
/// Canonical bytes of the bodies and headers in one bundle: 256 MiB.
pub const MAX_BUNDLE_BYTES: usize = 1 << 28;

/// A decoded bundle: every hash computed, signatures not yet verified.
#[derive(Debug)]
pub(crate) struct Bundle {
    pub(crate) document: DocumentId,
    pub(crate) genesis: Option<Genesis>,
    /// Changes outside that members name, ascending.
    pub(crate) outside: Vec<ChangeHash>,
    pub(crate) members: Vec<Member>,
    /// Members that carry a signature, ascending.
    pub(crate) signatures: Vec<(usize, Signature)>,
    pub(crate) totals: Totals,
    /// Its bytes, in which the bodies lie.
    bytes: Vec<u8>,
}

/// One change of a bundle.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) header: Header,
    pub(crate) hash: ChangeHash,
    body: Range<usize>,
    pub(crate) counters: u32,
    pub(crate) totals: Totals,
    /// Whether a signed member vouches for it.
    pub(crate) covered: bool,
    pub(crate) prev: Option<Reference>,
    /// In the order of the header's dependencies.
    pub(crate) dependencies: Vec<Reference>,
}

/// Where a predecessor or dependency is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reference {
    /// Another member, by its place.
    Member(usize),
    /// A change outside, by its place in the bundle's list of these.
    Outside(usize),
}

/// What a bundle states before anything else.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) changes: usize,
    pub(crate) ops: usize,
    pub(crate) bytes: usize,
}

impl Totals {
    pub(crate) fn add(&mut self, other: Self) {
        self.changes += other.changes;
        self.ops += other.ops;
        self.bytes += other.bytes;
    }
}

/// A change as a bundle is written from it.
pub(crate) struct Item<'a> {
    pub(crate) header: Header,
    pub(crate) hash: ChangeHash,
    pub(crate) body: &'a [u8],
    pub(crate) totals: Totals,
    pub(crate) signature: Option<Signature>,
}

impl Bundle {
    /// Decodes a bundle and computes the hash of every change. Costs are bounded by the stated
    /// totals, which are checked first.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        if reader.array()? != *MAGIC {
            return Err(DecodeError::WrongMagic);
        }
        match reader.byte()? {
            VERSION => {}
            other => return Err(DecodeError::UnsupportedVersion(other)),
        }
        let (document, genesis) = read_document(&mut reader)?;
        let stated = Totals::read(&mut reader)?;
        let authors = read_authors(&mut reader)?;
        let outside = read_outside(&mut reader)?;
        let mut decoder = Decoder {
            document,
            hasher: ChangeHasher::new(&document),
            authors,
            outside,
            members: Vec::new(),
            left: stated,
            bytes,
        };
        for _ in 0..stated.changes {
            decoder.member(&mut reader)?;
        }
        let signatures = read_signatures(&mut reader, decoder.members.len())?;
        reader.finish()?;
        decoder.finish(genesis, signatures, stated)
    }

    /// The ops of a member in canonical bytes.
    pub(crate) fn body(&self, member: &Member) -> &[u8] {
        &self.bytes[member.body.clone()]
    }

    /// Bytes of memory it takes while it waits, about.
    pub(crate) fn memory(&self) -> usize {
        let member = size_of::<Member>() + 64;
        self.bytes.len() + self.totals.bytes + self.members.len() * member
    }
}

struct Decoder<'a> {
    document: DocumentId,
    hasher: ChangeHasher,
    authors: Vec<Author>,
    outside: Vec<ChangeHash>,
    members: Vec<Member>,
    /// What the stated totals still allow.
    left: Totals,
    bytes: &'a [u8],
}

impl Decoder<'_> {
    fn member(&mut self, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        let author = reader.varint()?;
        let author = usize::try_from(author).ok().and_then(|index| self.authors.get(index));
        let author = *author.ok_or(DecodeError::DanglingReference)?;
        let (seq, prev) = self.previous(reader, &author)?;
        let count = reader.count(1)?;
        if count > MAX_DEPENDENCIES {
            return Err(DecodeError::OverLimit("dependencies of a change"));
        }
        let mut dependencies = Vec::with_capacity(count);
        for _ in 0..count {
            dependencies.push(self.reference(reader.varint()?)?);
        }
        let header = Header {
            author,
            seq,
            prev: prev.map(|prev| self.hash(prev)),
            dependencies: dependencies.iter().map(|reference| self.hash(*reference)).collect(),
            tags: Tags::read(reader)?,
        };
        check_dependencies(&header.dependencies, header.prev.as_ref())?;
        let body = reader.bytes()?;
        let (hash, totals, counters) = check_change(&header, &self.hasher, body)?;
        self.left.spend(totals)?;
        let end = self.bytes.len() - reader.rest().len();
        let body = end - body.len()..end;
        let covered = false;
        self.members.push(Member {
            header,
            hash,
            body,
            counters,
            totals,
            covered,
            prev,
            dependencies,
        });
        Ok(())
    }

    /// Sequence number and predecessor: 0 for the first of a chain, else a reference and, where
    /// that points outside, the sequence number.
    fn previous(
        &self,
        reader: &mut Reader<'_>,
        author: &Author,
    ) -> Result<(u32, Option<Reference>), DecodeError> {
        let raw = reader.varint()?;
        if raw == 0 {
            return Ok((0, None));
        }
        let reference = self.reference(raw - 1)?;
        match reference {
            Reference::Member(index) => {
                let previous = &self.members[index].header;
                if previous.author != *author {
                    return Err(DecodeError::PreviousOfAnotherAuthor);
                }
                let seq = previous.seq.checked_add(1).ok_or(DecodeError::VarintOverflow)?;
                Ok((seq, Some(reference)))
            }
            Reference::Outside(_) => match reader.varint32()? {
                0 => Err(DecodeError::SequenceWithoutPrevious),
                seq => Ok((seq, Some(reference))),
            },
        }
    }

    fn reference(&self, raw: u64) -> Result<Reference, DecodeError> {
        let number = usize::try_from(raw >> 1).map_err(|_| DecodeError::DanglingReference)?;
        let found = if raw & 1 == 0 {
            self.members.len().checked_sub(number + 1).map(Reference::Member)
        } else {
            (number < self.outside.len()).then_some(Reference::Outside(number))
        };
        found.ok_or(DecodeError::DanglingReference)
    }

    fn hash(&self, reference: Reference) -> ChangeHash {
        match reference {
            Reference::Member(index) => self.members[index].hash,
            Reference::Outside(index) => self.outside[index],
        }
    }

    fn finish(
        mut self,
        genesis: Option<Genesis>,
        signatures: Vec<(usize, Signature)>,
        totals: Totals,
    ) -> Result<Bundle, DecodeError> {
        if self.left != (Totals { changes: 0, ops: 0, bytes: 0 }) {
            return Err(DecodeError::WrongTotals);
        }
        self.check_hashes()?;
        for (index, _) in &signatures {
            self.members[*index].covered = true;
        }
        for index in (0..self.members.len()).rev() {
            let member = &self.members[index];
            if let (true, Some(Reference::Member(prev))) = (member.covered, member.prev) {
                self.members[prev].covered = true;
            }
        }
        let bytes = self.bytes.to_vec();
        let Self { document, outside, members, .. } = self;
        Ok(Bundle { document, genesis, outside, members, signatures, totals, bytes })
    }

    /// Every change once, and nothing both inside and outside.
    fn check_hashes(&self) -> Result<(), DecodeError> {
        let mut seen: HashSet<&ChangeHash> = self.outside.iter().collect();
        seen.reserve(self.members.len());
        if self.members.iter().all(|member| seen.insert(&member.hash)) {
            Ok(())
        } else {
            Err(DecodeError::RepeatedChange)
        }
    }
}

/// Checks that a body is canonical and within the limits. Returns the change's hash, what it adds
/// to the totals of a bundle, and the counters it takes.
pub(crate) fn check_change(
    header: &Header,
    hasher: &ChangeHasher,
    body: &[u8],
) -> Result<(ChangeHash, Totals, u32), DecodeError> {
    let bytes = canonical_size(header, body);
    if bytes > MAX_CHANGE_BYTES {
        return Err(DecodeError::OverLimit("bytes of a change"));
    }
    let mut ops = 0;
    let mut reader = Body::unplaced(body);
    while reader.next_op()?.is_some() {
        ops += 1;
        if ops > MAX_CHANGE_OPS {
            return Err(DecodeError::OverLimit("ops of a change"));
        }
    }
    let hash = header.hash(hasher, &sha256(&[body]));
    Ok((hash, Totals { changes: 1, ops, bytes }, reader.next_counter()))
}

/// Upper bound of the canonical bytes of a change, the same for every replica.
pub(crate) fn canonical_size(header: &Header, body: &[u8]) -> usize {
    let hashes = header.dependencies.len() + usize::from(header.prev.is_some());
    body.len() + header.tags.as_bytes().len() + 32 * hashes + 75
}

impl Totals {
    fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut total = |limit: usize, what| match usize::try_from(reader.varint()?) {
            Ok(total) if total <= limit => Ok(total),
            _ => Err(DecodeError::OverLimit(what)),
        };
        Ok(Self {
            changes: total(MAX_BUNDLE_CHANGES, "changes of a bundle")?,
            ops: total(MAX_BUNDLE_OPS, "ops of a bundle")?,
            bytes: total(MAX_BUNDLE_BYTES, "bytes of a bundle")?,
        })
    }

    fn write(self, out: &mut Vec<u8>) {
        for total in [self.changes, self.ops, self.bytes] {
            write::length(out, total);
        }
    }

    fn spend(&mut self, part: Self) -> Result<(), DecodeError> {
        let sub = |whole: usize, part| whole.checked_sub(part).ok_or(DecodeError::WrongTotals);
        self.changes = sub(self.changes, part.changes)?;
        self.ops = sub(self.ops, part.ops)?;
        self.bytes = sub(self.bytes, part.bytes)?;
        Ok(())
    }
}

fn read_document(reader: &mut Reader<'_>) -> Result<(DocumentId, Option<Genesis>), DecodeError> {
    match reader.byte()? {
        0 => Ok((DocumentId(reader.array()?), None)),
        1 => {
            let genesis = Genesis::read(reader)?;
            Ok((genesis.document(), Some(genesis)))
        }
        _ => Err(DecodeError::WrongMagic),
    }
}

fn read_authors(reader: &mut Reader<'_>) -> Result<Vec<Author>, DecodeError> {
    let count = reader.count(32)?;
    let mut authors: Vec<Author> = Vec::with_capacity(count);
    for _ in 0..count {
        let bytes: [u8; 32] = reader.array()?;
        if authors.last().is_some_and(|last| *last.as_bytes() >= bytes) {
            return Err(DecodeError::Unsorted("authors"));
        }
        authors.push(Author::from_bytes(bytes)?);
    }
    Ok(authors)
}

fn read_outside(reader: &mut Reader<'_>) -> Result<Vec<ChangeHash>, DecodeError> {
    let count = reader.count(32)?;
    let mut outside: Vec<ChangeHash> = Vec::with_capacity(count);
    for _ in 0..count {
        let hash = ChangeHash(reader.array()?);
        if outside.last().is_some_and(|last| *last >= hash) {
            return Err(DecodeError::Unsorted("outside hashes"));
        }
        outside.push(hash);
    }
    Ok(outside)
}

fn read_signatures(
    reader: &mut Reader<'_>,
    members: usize,
) -> Result<Vec<(usize, Signature)>, DecodeError> {
    let count = reader.count(65)?;
    let mut signatures: Vec<(usize, Signature)> = Vec::with_capacity(count);
    let mut next = 0usize;
    for _ in 0..count {
        let gap = usize::try_from(reader.varint()?).map_err(|_| DecodeError::DanglingReference)?;
        let index = next.checked_add(gap).filter(|index| *index < members);
        let index = index.ok_or(DecodeError::DanglingReference)?;
        signatures.push((index, Signature(reader.array()?)));
        next = index + 1;
    }
    Ok(signatures)
}

/// Writes a bundle of changes given in topological order.
pub(crate) fn encode(
    document: &DocumentId,
    genesis: Option<&Genesis>,
    items: &[Item<'_>],
) -> Vec<u8> {
    let mut out = Vec::new();
    out.extend_from_slice(MAGIC);
    out.push(VERSION);
    write_document(&mut out, document, genesis);
    let mut totals = Totals::default();
    for item in items {
        totals.add(item.totals);
    }
    totals.write(&mut out);
    let encoder = Encoder::new(items);
    encoder.write_tables(&mut out);
    for (index, item) in items.iter().enumerate() {
        encoder.write_member(&mut out, index, item);
    }
    write_signatures(&mut out, items);
    out
}

fn write_document(out: &mut Vec<u8>, document: &DocumentId, genesis: Option<&Genesis>) {
    match genesis {
        None => {
            out.push(0);
            out.extend_from_slice(document.as_bytes());
        }
        Some(genesis) => {
            out.push(1);
            genesis.write(out);
        }
    }
}

struct Encoder {
    authors: Vec<Author>,
    inside: HashMap<ChangeHash, usize>,
    outside: Vec<ChangeHash>,
}

impl Encoder {
    fn new(items: &[Item<'_>]) -> Self {
        let authors: BTreeSet<Author> = items.iter().map(|item| item.header.author).collect();
        let inside: HashMap<ChangeHash, usize> =
            items.iter().enumerate().map(|(index, item)| (item.hash, index)).collect();
        let outside: BTreeSet<ChangeHash> = items
            .iter()
            .flat_map(|item| item.header.dependencies.iter().chain(&item.header.prev))
            .filter(|hash| !inside.contains_key(*hash))
            .copied()
            .collect();
        let (authors, outside) = (authors.into_iter().collect(), outside.into_iter().collect());
        Self { authors, inside, outside }
    }

    fn write_tables(&self, out: &mut Vec<u8>) {
        write::length(out, self.authors.len());
        self.authors.iter().for_each(|author| out.extend_from_slice(author.as_bytes()));
        write::length(out, self.outside.len());
        self.outside.iter().for_each(|hash| out.extend_from_slice(hash.as_bytes()));
    }

    fn write_member(&self, out: &mut Vec<u8>, index: usize, item: &Item<'_>) {
        let author = self.authors.binary_search(&item.header.author).unwrap_or_default();
        write::length(out, author);
        match &item.header.prev {
            None => write::length(out, 0),
            Some(prev) => {
                let reference = self.reference(index, prev);
                write::varint(out, reference + 1);
                if reference & 1 == 1 {
                    write::varint(out, u64::from(item.header.seq));
                }
            }
        }
        write::length(out, item.header.dependencies.len());
        for dependency in &item.header.dependencies {
            write::varint(out, self.reference(index, dependency));
        }
        out.extend_from_slice(item.header.tags.as_bytes());
        write::bytes(out, item.body);
    }

    /// How many members back, doubled, or the place in the table of outside hashes, doubled and
    /// one more.
    fn reference(&self, from: usize, hash: &ChangeHash) -> u64 {
        match self.inside.get(hash) {
            Some(index) => 2 * (from - index - 1) as u64,
            None => 2 * self.outside.binary_search(hash).unwrap_or_default() as u64 + 1,
        }
    }
}

fn write_signatures(out: &mut Vec<u8>, items: &[Item<'_>]) {
    let signed = items.iter().enumerate().filter_map(|(i, item)| Some((i, item.signature?)));
    write::length(out, signed.clone().count());
    let mut next = 0;
    for (index, signature) in signed {
        write::length(out, index - next);
        out.extend_from_slice(signature.as_bytes());
        next = index + 1;
    }
}
