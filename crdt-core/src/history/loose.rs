//! Changes one by one, outside of any history, and bundles made of them: for whoever sends changes
//! in another form than bundles and has to come back to one.
//!
//! Taking a bundle apart and putting it together keeps what is hashed and signed, byte for byte.
//! Nothing is verified here but that bytes are canonical: neither signatures nor keys, nor what
//! needs the history. So what is put together is taken in as every other bundle is.

use super::format::bundle::{
    Bundle, BundleWriter, Form, Frame, Leaving, Reference, check_body, check_mark,
};
use super::format::genesis::Genesis;
use super::format::header::{ChangeHasher, Header, canonical_size};
use super::format::numbers::{MemberIndex, Number as _};
use super::receive::ApplyError;
use super::store::refusal::Refusal;
use crate::codec::{DecodeError, Reader, write};
use crate::crypto::{Author, ChangeHash, DocumentId, Signature};
use crate::op::limits::MAX_CHANGE_BYTES;
use crate::sorted::{SortedMap, SortedSet};

/// A change of a [`LooseBundle`], in canonical parts, and its signature if it carries one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LooseChange {
    hash: ChangeHash,
    author: Author,
    header: Header,
    body: Vec<u8>,
    signature: Option<Signature>,
}

impl LooseChange {
    /// Its name: the hash of its header and body.
    pub fn hash(&self) -> ChangeHash {
        self.hash
    }

    /// Who is said to have written it. Neither the key nor a signature has been checked.
    pub fn author(&self) -> Author {
        self.author
    }

    /// Its number along its author's chain, from 0.
    pub fn seq(&self) -> u32 {
        self.header.seq
    }

    /// The change before it on its author's chain: none exactly if its number is 0.
    pub fn previous(&self) -> Option<ChangeHash> {
        self.header.prev
    }

    /// What else it depends on directly, strictly ascending.
    pub fn dependencies(&self) -> &[ChangeHash] {
        &self.header.dependencies
    }

    /// Its tags in canonical bytes, with their count.
    pub fn tags(&self) -> &[u8] {
        self.header.tags.as_bytes()
    }

    /// Its ops in canonical bytes.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The signature that it carries. Without one a later change of the bundle vouches for it.
    pub fn signature(&self) -> Option<Signature> {
        self.signature
    }

    /// How many canonical bytes it has, as the limits of a bundle count them.
    pub fn bytes(&self) -> usize {
        canonical_size(self.header.references(), &self.header.tags, &self.body)
    }

    /// What it follows and depends on.
    fn below(&self) -> impl Iterator<Item = &ChangeHash> {
        self.header.prev.iter().chain(&self.header.dependencies)
    }
}

/// A bundle as the changes in it, each by itself.
///
/// ```
/// # use crdt_core::{Document, History, Keypair, LooseBundle, Text};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut text = Document::<Text>::create(Keypair::generate()?)?;
/// text.change(|text| text.push_str("Hello"))?;
///
/// let mut bytes = Vec::new();
/// for bundle in LooseBundle::read_all(text.id(), &text.export(&[]))? {
///     let mut again = LooseBundle::new(text.id());
///     for change in bundle.changes() {
///         again.push(&bundle.canonical(change), change.signature())?;
///     }
///     again.write(&mut bytes);
/// }
/// let mut relay = History::new(text.id());
/// relay.apply(&bytes)?;
/// assert_eq!(relay.heads(), text.heads());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct LooseBundle {
    document: DocumentId,
    genesis: Option<Genesis>,
    changes: Vec<LooseChange>,
    authors: SortedSet<Author>,
    places: SortedMap<ChangeHash, MemberIndex>,
    /// What changes of it name that are not in it.
    outside: SortedSet<ChangeHash>,
}

impl LooseBundle {
    /// An empty bundle of a document.
    pub fn new(document: DocumentId) -> Self {
        Self {
            document,
            genesis: None,
            changes: Vec::new(),
            authors: SortedSet::new(),
            places: SortedMap::new(),
            outside: SortedSet::new(),
        }
    }

    /// Takes apart what [`History::export`](crate::History::export) gives: any number of bundles.
    /// Costs what hashing the changes does.
    ///
    /// # Errors
    /// [`ApplyError`] if the bytes are not bundles in the format, or not of this document.
    pub fn read_all(document: DocumentId, exported: &[u8]) -> Result<Vec<Self>, ApplyError> {
        let mut reader = Reader::new(exported);
        let mut bundles = Vec::new();
        while !reader.is_empty() {
            check_mark(reader.rest())?;
            let unchecked = |key: &[u8; 32]| Some(Author::unchecked(*key));
            let bundle = Bundle::decode(reader.bytes()?, document, None, unchecked)?;
            bundles.push(Self::of(document, bundle));
        }
        Ok(bundles)
    }

    fn of(document: DocumentId, mut bundle: Bundle) -> Self {
        let mut loose = Self::new(document);
        loose.genesis = bundle.genesis.take();
        let mut signatures = bundle.signatures.iter().peekable();
        for member in bundle.members.numbers() {
            let signed = signatures.next_if(|(signed, _)| *signed == member);
            let hash = |reference: &Reference| match *reference {
                Reference::Member(member) => bundle.hash(member),
                Reference::Outside(place) => bundle.outside[place as usize],
            };
            let change = &bundle.members[member];
            loose.enter(LooseChange {
                hash: bundle.hash(member),
                author: *bundle.author(member),
                header: Header {
                    seq: change.seq,
                    prev: change.prev.as_ref().map(hash),
                    dependencies: bundle.dependencies(member).iter().map(hash).collect(),
                    tags: bundle.tags(member).clone(),
                },
                body: bundle.body(member).to_vec(),
                signature: signed.map(|(_, signature)| *signature),
            });
        }
        loose
    }

    /// The document that it is of.
    pub fn document(&self) -> DocumentId {
        self.document
    }

    /// The record that the document began with, if the bundle brings it.
    pub fn genesis(&self) -> Option<&Genesis> {
        self.genesis.as_ref()
    }

    /// Lets it bring the record that the document began with.
    ///
    /// # Errors
    /// [`Refusal::WrongDocument`] if the record is of another document.
    pub fn set_genesis(&mut self, genesis: Genesis) -> Result<(), ApplyError> {
        let document = genesis.document();
        if document != self.document {
            return Err(Refusal::WrongDocument(document).into());
        }
        self.genesis = Some(genesis);
        Ok(())
    }

    /// Its changes, each after everything in it that it depends on.
    pub fn changes(&self) -> &[LooseChange] {
        &self.changes
    }

    /// The canonical bytes of a change of it, as [`Change::to_bytes`](crate::Change::to_bytes).
    pub fn canonical(&self, change: &LooseChange) -> Vec<u8> {
        let mut bytes = Vec::new();
        change.header.write(&self.document, &change.author, &mut bytes);
        bytes.extend_from_slice(&change.body);
        bytes
    }

    /// Adds a change, given by its canonical bytes, and tells its hash. What it depends on is in
    /// the bundle already, or stays outside. Costs what hashing it does.
    ///
    /// # Errors
    /// [`ApplyError`] if these are not the canonical bytes of a change of this document, or no
    /// bundle could hold it behind those that are there; then nothing has changed.
    pub fn push(
        &mut self,
        canonical: &[u8],
        signature: Option<Signature>,
    ) -> Result<ChangeHash, ApplyError> {
        let mut reader = Reader::new(canonical);
        let unchecked = |key| Ok(Author::unchecked(key));
        let (document, author, header) = Header::read_with(&mut reader, unchecked)?;
        if document != self.document {
            return Err(Refusal::WrongDocument(document).into());
        }
        let body = reader.take_rest().to_vec();
        check_body(&body)?;
        let hash = ChangeHasher::new(&document, &author).hash(&header, &body);
        let change = LooseChange { hash, author, header, body, signature };
        self.check(&change)?;
        self.enter(change);
        Ok(hash)
    }

    /// Whether a change can stand behind those that are there.
    fn check(&self, change: &LooseChange) -> Result<(), DecodeError> {
        if change.bytes() > MAX_CHANGE_BYTES {
            return Err(DecodeError::OverLimit("bytes of a change"));
        }
        if self.places.contains_key(&change.hash) {
            return Err(DecodeError::RepeatedChange);
        }
        if self.outside.contains(&change.hash) {
            return Err(DecodeError::DanglingReference);
        }
        let previous = change.header.prev.and_then(|prev| self.places.get(&prev));
        let Some(previous) = previous.map(|place| &self.changes[place.place()]) else {
            return Ok(());
        };
        if previous.author != change.author {
            return Err(DecodeError::PreviousOfAnotherAuthor);
        }
        let follows = previous.seq().checked_add(1) == Some(change.seq());
        if follows { Ok(()) } else { Err(DecodeError::SequenceWithoutPrevious) }
    }

    fn enter(&mut self, change: LooseChange) {
        let outside = change.below().filter(|below| !self.places.contains_key(below));
        self.outside.extend(outside);
        self.authors.insert(change.author);
        // No bundle is decoded, and no memory filled, with as many as there are numbers.
        let place = u32::try_from(self.changes.len()).unwrap_or(u32::MAX);
        self.places.insert(change.hash, MemberIndex::new(place));
        self.changes.push(change);
    }

    /// Appends the bundle as [`History::apply`](crate::History::apply) takes it. That checks
    /// everything else: limits, keys, signatures, and what needs the history.
    pub fn write(&self, out: &mut Vec<u8>) {
        let authors: Vec<Author> = self.authors.iter().copied().collect();
        let outside: Vec<ChangeHash> = self.outside.iter().copied().collect();
        let mut writer = BundleWriter::new(Form::Rows);
        for change in &self.changes {
            let reference = |hash: &ChangeHash| self.reference(&outside, hash);
            let dependencies: Vec<_> = change.dependencies().iter().filter_map(reference).collect();
            let pushed = writer.push(&Leaving {
                author: authors.binary_search(&change.author).unwrap_or_default(),
                seq: change.seq(),
                start: 0,
                prev: change.header.prev.as_ref().and_then(reference),
                dependencies: &dependencies,
                tags: &change.header.tags,
                body: &change.body,
            });
            debug_assert_eq!(pushed, Ok(()), "rows take what has been checked");
        }
        let signed = self.changes.iter().filter_map(|change| {
            let place = *self.places.get(&change.hash)?;
            change.signature.map(|signature| (place, signature))
        });
        let bundle = writer.finish(&Frame {
            document: self.document,
            genesis: self.genesis.as_ref(),
            authors: &authors,
            outside: &outside,
            changes: self.changes.len(),
            bytes: self.changes.iter().map(LooseChange::bytes).sum(),
            signatures: &signed.collect::<Vec<_>>(),
        });
        write::bytes(out, &bundle);
    }

    /// Where a change is that another one follows or depends on: each is in the bundle or among
    /// those outside.
    fn reference(&self, outside: &[ChangeHash], hash: &ChangeHash) -> Option<Reference> {
        let inside = self.places.get(hash).copied().map(Reference::Member);
        let place = || u32::try_from(outside.binary_search(hash).ok()?).ok();
        inside.or_else(|| place().map(Reference::Outside))
    }
}
