//! The beginning of a history as it was saved, unpacked when it is first asked for.
//!
//! Whoever opens a document reads it, goes on writing it, and takes in what goes on from what is
//! there; none of that asks for hashes or bodies of old changes. So these stay as they lie in the
//! file, in *packs*: bundles of consecutive changes in order of admission, without signatures.
//!
//! The file is trusted: its checksum has been checked, nothing in it is verified again. A pack that
//! does not unpack all the same was never written by [`save`](crate::Document::save); its changes
//! then have no bodies and hashes of zeros, which no other replica takes.

use std::sync::{Arc, OnceLock};

use crate::crypto::ChangeHash;
use crate::history::format::bodies::Bodies;
use crate::history::format::extras::Extras;
use crate::history::format::numbers::ChangeIndex;
use crate::history::format::pack::{Contents, Pack};

/// Stands for the hash of a change that could not be unpacked.
pub(crate) const UNKNOWN: ChangeHash = ChangeHash([0; 32]);

/// Packs that follow on each other from the first change on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Archive {
    shelves: Arc<[Shelf]>,
    /// How many changes are in it.
    len: ChangeIndex,
}

/// A pack, and what is in it once somebody has asked.
#[derive(Debug)]
struct Shelf {
    /// The first change of the pack, and the one after its last.
    first: ChangeIndex,
    end: ChangeIndex,
    pack: Arc<Pack>,
    contents: OnceLock<Contents>,
}

impl Shelf {
    fn contents(&self) -> &Contents {
        self.contents.get_or_init(|| {
            self.pack.unpack().unwrap_or_else(|error| {
                tracing::error!(%error, first = self.pack.first, "a saved pack does not unpack");
                missing(self.pack.count)
            })
        })
    }
}

/// Stands for what cannot be had.
fn missing(count: u32) -> Contents {
    let mut bodies = Bodies::default();
    (0..count).for_each(|_| bodies.push(&[]));
    let hashes = vec![UNKNOWN; count as usize];
    Contents { hashes, bodies, extras: Extras::default() }
}

impl Archive {
    pub(crate) fn new(packs: Vec<Arc<Pack>>) -> Self {
        let len = packs.last().map_or(0, |last| last.end());
        let shelf = |pack: Arc<Pack>| {
            let (first, end) = (pack.first, pack.end());
            Shelf { first, end, pack, contents: OnceLock::new() }
        };
        Self { shelves: packs.into_iter().map(shelf).collect(), len }
    }

    /// How many changes are in it.
    pub(crate) fn len(&self) -> ChangeIndex {
        self.len
    }

    /// How many packs have been unpacked.
    #[cfg(test)]
    pub(crate) fn unpacked(&self) -> usize {
        self.shelves.iter().filter(|shelf| shelf.contents.get().is_some()).count()
    }

    /// The packs in order.
    pub(crate) fn packs(&self) -> impl Iterator<Item = &Arc<Pack>> {
        self.shelves.iter().map(|shelf| &shelf.pack)
    }

    /// The canonical bytes of all its changes.
    pub(crate) fn bytes(&self) -> u64 {
        self.packs().map(|pack| pack.bytes as u64).sum()
    }

    pub(crate) fn hash(&self, change: ChangeIndex) -> ChangeHash {
        let found = self.shelf(change);
        found.contents().hashes[(change - found.first) as usize]
    }

    /// The hashes of all its changes.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = ChangeHash> {
        self.shelves.iter().flat_map(|shelf| shelf.contents().hashes.iter().copied())
    }

    pub(crate) fn body(&self, change: ChangeIndex) -> &[u8] {
        let found = self.shelf(change);
        found.contents().bodies.get(change - found.first)
    }

    /// Whether those of some changes, in ascending order, that are in it could be unpacked.
    pub(crate) fn unpacks(&self, changes: &[ChangeIndex]) -> bool {
        let asked = |shelf: &&Shelf| {
            let first = changes.partition_point(|change| *change < shelf.first);
            changes.get(first).is_some_and(|change| *change < shelf.end)
        };
        let mut asked = self.shelves.iter().filter(asked);
        asked.all(|shelf| shelf.contents().hashes.first() != Some(&UNKNOWN))
    }

    /// What changes have beside a predecessor and a body, one and those that lie with it.
    pub(crate) fn extras(&self, change: ChangeIndex) -> &Extras<ChangeIndex> {
        &self.shelf(change).contents().extras
    }

    fn shelf(&self, change: ChangeIndex) -> &Shelf {
        &self.shelves[self.shelves.partition_point(|shelf| shelf.end <= change)]
    }
}
