//! Looking at changes.

use core::fmt;

use super::format::header::Header;
use super::format::named::Heads;
use super::format::numbers::ChangeIndex;
use super::format::tags::{Tags, tag};
use super::store::Store;
use crate::codec::Reader;
use crate::crypto::{Author, ChangeHash};
use crate::op::{Body, Name, Op};

/// A change of a [`History`](super::History), for tools that look at what happened.
#[derive(Clone, Copy)]
pub struct Change<'a> {
    store: &'a Store,
    index: ChangeIndex,
}

/// Its hash, author and sequence number; not the ops.
impl fmt::Debug for Change<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change")
            .field("hash", &self.hash())
            .field("author", &self.author())
            .field("seq", &self.seq())
            .finish_non_exhaustive()
    }
}

impl<'a> Change<'a> {
    pub(super) fn new(store: &'a Store, index: ChangeIndex) -> Self {
        Self { store, index }
    }

    /// Its name: the hash of its header and body.
    pub fn hash(&self) -> ChangeHash {
        self.store.chains.hash_of(self.index)
    }

    /// Who wrote it.
    pub fn author(&self) -> Author {
        self.store.author_of(self.index)
    }

    /// Its number along its author's chain, from 0.
    pub fn seq(&self) -> u32 {
        self.store.chains.seq_of(self.index)
    }

    /// The change before it on its author's chain.
    pub fn previous(&self) -> Option<ChangeHash> {
        let chains = &self.store.chains;
        chains.prev_of(self.index).map(|prev| chains.hash_of(prev))
    }

    /// What else it depends on directly, ascending: entries 1 and up of the table that the names
    /// in its ops point into.
    pub fn dependencies(&self) -> Vec<ChangeHash> {
        self.header().dependencies
    }

    /// The version that it was made upon, by what it depends on directly; of these some may depend
    /// on others.
    pub fn made_upon(&self) -> Heads {
        let below = self.store.below(self.index);
        below.map(|below| self.store.chains.hash_of(below)).collect()
    }

    /// How many ops it has. Costs reading them.
    pub fn op_count(&self) -> usize {
        let mut body = Body::new(self.store.body(self.index), self.first_counter());
        core::iter::from_fn(|| body.next_op().ok().flatten()).count()
    }

    /// How many canonical bytes are counted for it, which is what limits go by and
    /// [`History::bytes`](super::History::bytes) sums. It follows from the lengths of its ops and
    /// tags and how many changes it names, whatever its number is, so it is some more than
    /// [`to_bytes`](Self::to_bytes) has: 2 to 8 bytes.
    pub fn bytes(&self) -> u64 {
        self.store.bytes_of(self.index) as u64
    }

    /// Its time: 1 + the highest time of what it depends on, 1 if that is nothing. Computed, not
    /// claimed.
    pub fn time(&self) -> u32 {
        self.store.chains.time_of(self.index)
    }

    /// The counter of its first op along its chain.
    pub fn first_counter(&self) -> u32 {
        self.store.chains.start_of(self.index)
    }

    /// When its author says it was written, in milliseconds since 1970-01-01 UTC. Nothing checks it
    /// and nothing depends on it.
    pub fn claimed_time(&self) -> Option<u64> {
        let mut reader = Reader::new(self.tag(tag::CLAIMED_TIME)?);
        let time = reader.varint().ok()?;
        reader.is_empty().then_some(time)
    }

    /// What its author says about it.
    pub fn message(&self) -> Option<&'a str> {
        core::str::from_utf8(self.tag(tag::MESSAGE)?).ok()
    }

    /// All tags by number, unknown ones included.
    pub fn tags(&self) -> impl Iterator<Item = (u64, &'a [u8])> {
        self.tag_list().entries()
    }

    fn tag(&self, number: u64) -> Option<&'a [u8]> {
        self.tag_list().entries().find(|(tag, _)| *tag == number).map(|(_, value)| value)
    }

    fn tag_list(&self) -> &'a Tags {
        self.store.tags(self.index)
    }

    /// Its ops, each with the counter of its first element, as they are on the wire: names are
    /// indexes into the change's table.
    pub fn ops(&self) -> Vec<(u32, Op<'a, Name>)> {
        let store: &'a Store = self.store;
        let mut body = Body::new(store.body(self.index), self.first_counter());
        let mut ops = Vec::new();
        while let Ok(Some((counter, op))) = body.next_op() {
            ops.push((counter, op.to_op()));
        }
        ops
    }

    /// Its canonical bytes: the header, then the ops. The header and the gist of the ops make its
    /// [`hash`](Self::hash).
    ///
    /// They are for tools that keep or compare changes, and for other implementations, which read
    /// them by `docs/wire-format.md`. No function here takes them: they carry no signature. What
    /// another replica [applies](crate::Document::apply) is bundles, which
    /// [`export_for`](crate::Document::export_for) makes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.header().write(&self.store.document, &self.author(), &mut bytes);
        bytes.extend_from_slice(self.store.body(self.index));
        bytes
    }

    fn header(&self) -> Header {
        self.store.header(self.index)
    }
}
