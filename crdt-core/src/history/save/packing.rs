//! The changes of a store as packs, of which few are written anew when it is saved again.

use std::sync::{Arc, Mutex, PoisonError};

use crate::history::export::outgoing::{Contradiction, Outgoing};
use crate::history::format::numbers::ChangeIndex;
use crate::history::format::pack::Pack;
use crate::history::store::Store;
use crate::history::store::stored::Stored;
use crate::sorted::SortedMap;

/// Canonical bytes of a pack, beyond which it is left as it is. The bundle in it stays within all
/// limits of one, since changes and ops take several bytes.
const FULL: usize = 1 << 24;

/// A pack that is not full is written anew together with what came after it, once that is more than
/// this part of it. So saving costs time in what is new, and there are few packs.
const PART: usize = 4;

/// The packs of the changes as they were when the history was last saved or opened, so that they
/// need not be written again.
#[derive(Debug, Default)]
pub(crate) struct Packs(Mutex<Vec<Arc<Pack>>>);

impl Packs {
    pub(super) fn new(packs: &[Arc<Pack>]) -> Self {
        Self(Mutex::new(packs.to_vec()))
    }

    /// All changes as packs: those that are there already, and new ones for the rest.
    pub(super) fn of(&self, store: &Store) -> Vec<Arc<Pack>> {
        let mut packs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let end = store.chains.len();
        let mut start = packs.last().map_or(0, |last| last.end());
        if !packs.is_empty() {
            let mut new: usize = store.stored(start..end).map(|change| change.bytes()).sum();
            while let Some(small) =
                packs.pop_if(|last| last.bytes < FULL / 2 && last.bytes / PART < new)
            {
                (start, new) = (small.first, new + small.bytes);
            }
        }
        while start < end {
            match pack(store, start) {
                Ok(pack) => {
                    start = pack.end();
                    packs.push(Arc::new(pack));
                }
                Err(error) => {
                    // What is written then says that there are more changes, so that no one takes
                    // it for whole.
                    tracing::error!(%error, start, "changes are not saved");
                    break;
                }
            }
        }
        packs.clone()
    }
}

/// A pack of changes from one on.
fn pack(store: &Store, start: ChangeIndex) -> Result<Pack, Contradiction> {
    let members: Vec<ChangeIndex> = (start..pack_end(store, start)).collect();
    let outgoing = Outgoing::new(store, &members)?;
    let bundle = outgoing.write_densely(&SortedMap::new())?;
    Ok(Pack::new(store.document, start, outgoing.outside(), &bundle)?)
}

/// How far a pack reaches that begins with a change.
fn pack_end(store: &Store, start: ChangeIndex) -> ChangeIndex {
    let mut bytes = 0;
    let fits = |change: &Stored<'_>| {
        bytes += change.bytes();
        bytes <= FULL
    };
    let last = store.stored(start..store.chains.len()).take_while(fits).last();
    last.map_or(start, |last| last.change) + 1
}
