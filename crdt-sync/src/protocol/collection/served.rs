//! The set that the other side follows, as far as it has said.

use std::sync::Arc;

use crdt_core::DocumentId;
use crdt_core::sorted::SortedSet;

use super::{FIRST, Set};
use crate::protocol::digest::Salt;
use crate::protocol::frame::{Digest, Refused};
use crate::protocol::violation::{Malformed, Violation};
use crate::sketch::{self, Item, Reconciler, SYMBOL_BYTES};

/// The set that the other side follows.
#[derive(Debug)]
pub(in crate::protocol) struct Served {
    pub(in crate::protocol) set: Option<Set>,
    first: u64,
    count: usize,
    pub(in crate::protocol) hash: [u8; 32],
    salt: Salt,
    /// Ids that have come, while they are not all here.
    ids: Vec<DocumentId>,
    /// Symbols that were not decoded yet, and what takes them.
    symbols: Vec<u8>,
    /// How many have come.
    taken: u64,
    reconciler: Option<Reconciler>,
    digests: Vec<Digest>,
    by_list: bool,
    is_recalled: bool,
    /// Whether it was taken up since the last ping: finding out what differs is work.
    is_taken_up: bool,
    /// Which are refused, by their numbers.
    pub(in crate::protocol) refused: Vec<(u64, Refused)>,
    pub(in crate::protocol) due: Option<Reply>,
}

/// What is to be said of the set that the other side follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::protocol) enum Reply {
    /// Its ids are not known.
    Unknown,
    /// More symbols are needed.
    More,
    /// The digests are needed.
    List,
    /// All but those that were stated or refused are equal.
    Settled,
}

impl Served {
    pub(in crate::protocol) fn new(
        first: u64,
        count: usize,
        hash: [u8; 32],
        symbols: &[u8],
        salt: Salt,
    ) -> Self {
        Self {
            set: None,
            first,
            count,
            hash,
            salt,
            ids: Vec::new(),
            symbols: symbols.to_vec(),
            taken: (symbols.len() / SYMBOL_BYTES) as u64,
            reconciler: None,
            digests: Vec::new(),
            by_list: false,
            is_recalled: false,
            is_taken_up: true,
            refused: Vec::new(),
            due: None,
        }
    }

    /// Begins anew, if it is the same set that is said again, once between two pings: more is passed
    /// over, as if it had been lost. Of which documents it is stays known.
    pub(in crate::protocol) fn is_said_again(
        &mut self,
        first: u64,
        hash: &[u8; 32],
        symbols: &[u8],
    ) -> bool {
        if (first, hash) != (self.first, &self.hash) {
            return false;
        }
        if core::mem::replace(&mut self.is_taken_up, true) {
            return true;
        }
        self.symbols = symbols.to_vec();
        self.taken = (symbols.len() / SYMBOL_BYTES) as u64;
        (self.reconciler, self.by_list, self.due) = (None, false, None);
        self.digests.clear();
        match &mut self.set {
            Some(set) => set.is_settled = false,
            None if self.is_recalled => {
                self.ids.clear();
                self.due = Some(Reply::Unknown);
            }
            None => {}
        }
        true
    }

    /// Notes, at a ping, that it may be said again.
    pub(in crate::protocol) const fn tick(&mut self) {
        self.is_taken_up = false;
    }

    /// Whether the host is to be asked for it. It is asked once.
    pub(in crate::protocol) fn is_to_be_recalled(&mut self) -> bool {
        !core::mem::replace(&mut self.is_recalled, true)
    }

    /// The host remembers the set, or does not.
    pub(in crate::protocol) fn recalled(&mut self, documents: Option<Arc<[DocumentId]>>) {
        let hash = self.hash;
        match documents.filter(|all| all.len() == self.count && Set::hash(all) == hash) {
            Some(documents) => self.set = Some(Set::new(self.first, documents, self.salt)),
            None => self.due = Some(Reply::Unknown),
        }
    }

    /// Ids come. Gives all of them once they are here.
    pub(in crate::protocol) fn hear_ids(
        &mut self,
        at: u64,
        ids: &[DocumentId],
    ) -> Result<Option<Arc<[DocumentId]>>, Violation> {
        if self.set.is_some() || at != self.ids.len() as u64 {
            return Ok(None);
        }
        if self.ids.len() + ids.len() > self.count {
            return Err(Violation::OutOfPlace("more documents than a set has"));
        }
        self.ids.extend_from_slice(ids);
        if self.ids.len() < self.count {
            return Ok(None);
        }
        let ids = core::mem::take(&mut self.ids);
        if !ids.is_sorted_by(|one, other| one < other) || Set::hash(&ids) != self.hash {
            return Err(Malformed::Unsorted.into());
        }
        let ids: Arc<[DocumentId]> = ids.into();
        self.set = Some(Set::new(self.first, Arc::clone(&ids), self.salt));
        Ok(Some(ids))
    }

    pub(in crate::protocol) fn hear_symbols(&mut self, at: u64, symbols: &[u8]) {
        if at == self.taken && self.reconciler.is_some() && sketch::are_enough(at, symbols) {
            self.taken += (symbols.len() / SYMBOL_BYTES) as u64;
            self.symbols = symbols.to_vec();
        }
    }

    pub(in crate::protocol) fn hear_digests(
        &mut self,
        at: u64,
        digests: &[Digest],
    ) -> Result<(), Violation> {
        if !self.by_list || at != self.digests.len() as u64 {
            return Ok(());
        }
        if self.digests.len() + digests.len() > self.count {
            return Err(Violation::OutOfPlace("more digests than a set has documents"));
        }
        self.digests.extend_from_slice(digests);
        Ok(())
    }

    /// Finds out what differs, if enough is here for that. Gives the places of what does.
    pub(in crate::protocol) fn compare(&mut self) -> Option<Vec<DocumentId>> {
        let set = self.set.as_ref().filter(|set| set.is_known() && !set.is_settled)?;
        let places = if self.by_list {
            if self.digests.len() < self.count {
                return None;
            }
            let theirs = core::mem::take(&mut self.digests);
            let mine = set.digests.iter().zip(theirs).enumerate();
            let differs = |mine: &Option<(Digest, Digest)>, theirs| {
                mine.is_some_and(|(heads, _)| heads != theirs)
            };
            mine.filter(|(_, (mine, theirs))| differs(mine, *theirs))
                .map(|(place, _)| place)
                .collect()
        } else {
            self.decode()?
        };
        let set = self.set.as_mut()?;
        let differing: Vec<DocumentId> =
            places.iter().map(|place: &usize| set.documents[*place]).collect();
        set.is_settled = true;
        Some(differing)
    }

    /// The places of documents whose items are not in the sketch, once it tells.
    fn decode(&mut self) -> Option<Vec<usize>> {
        let set = self.set.as_ref()?;
        if self.due.is_some() || self.symbols.is_empty() && self.reconciler.is_some() {
            return None;
        }
        let items: Vec<(Item, usize)> = set.items().collect();
        // Beyond this the list is shorter.
        let most = (8 * self.count / SYMBOL_BYTES).max(2 * FIRST);
        let symbols = core::mem::take(&mut self.symbols);
        let made = || Reconciler::new(items.iter().map(|(item, _)| *item), most).ok();
        let received = self.reconciler.take().or_else(made).map(|mut reconciler| {
            let received = reconciler.receive(&symbols);
            (reconciler, received)
        });
        match received {
            Some((_, Ok(Some(difference)))) => {
                let mine: SortedSet<Item> = difference.mine.into_iter().collect();
                let differing = items.iter().filter(|(item, _)| mine.contains(item));
                return Some(differing.map(|(_, place)| *place).collect());
            }
            Some((reconciler, Ok(None))) if !symbols.is_empty() => {
                self.reconciler = Some(reconciler);
                self.due = Some(Reply::More);
            }
            _ => {
                self.by_list = true;
                self.due = Some(Reply::List);
            }
        }
        None
    }
}
