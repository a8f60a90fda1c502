use core::borrow::Borrow;

use crate::codec::DecodeError;
use crate::history::{Chains, LocalSegment};
use crate::node::entries::{self, Entries};
use crate::node::entry::Entry;
#[cfg(feature = "by-path")]
use crate::node::{AnyNode, AnyNodeMut};
use crate::node::{
    Blanks, DigestWriter, EditError, Fit, Incoming, MapKey, Misfit, NodeState, Scope, Segment,
    StateReader, StateWriter,
};
use crate::op::Key;
use crate::sorted::order;

/// The state of a map: its entries, absent ones that something was written in included.
#[derive(Debug)]
pub struct MapState<K, S> {
    pub(super) entries: Entries<K, Entry<S>>,
    /// How many entries are present.
    pub(super) present: usize,
}

impl<K, S> Default for MapState<K, S> {
    fn default() -> Self {
        Self { entries: Entries::default(), present: 0 }
    }
}

impl<K: MapKey, S: NodeState> MapState<K, S> {
    /// The entries that are present, in the order of their keys.
    pub(in crate::node) fn present(&self) -> Present<'_, K, S> {
        Present { entries: self.entries.iter(), left: self.present }
    }

    /// What is present under a key.
    pub(in crate::node) fn get(&self, key: &K) -> Option<&S> {
        self.entries.get(key).filter(|entry| entry.is_present()).map(|entry| &entry.state)
    }

    /// Makes all entries absent but those that are kept, and those that `chosen` leaves out.
    pub(super) fn remove_others(
        &mut self,
        scope: Scope<'_>,
        kept: impl Fn(&K) -> bool,
        chosen: impl Fn(&Entry<S>) -> bool,
    ) {
        for (key, entry) in self.entries.iter_mut() {
            if !kept(key) && chosen(entry) {
                self.present -= usize::from(entry.remove(|| scope.key(key.to_key())));
            }
        }
    }

    /// The scope of the entry under a key that an app gives. Under one that does not come back
    /// every other replica would have something else, so no entry is made there.
    pub(super) fn scope_of<'a>(&self, scope: Scope<'a>, key: &K) -> Result<Scope<'a>, EditError> {
        let scope = scope.new_key(key.to_key())?;
        if self.entries.get(key).is_none() && !key.comes_back() {
            return Err(EditError::AlteredKey(LocalSegment::key(key.to_key()).to_string()));
        }
        Ok(scope)
    }

    pub(super) fn recount(&mut self, was: bool, is: bool) {
        self.present = self.present + usize::from(is) - usize::from(was);
    }
}

/// Edits of single entries, each with the scope of the map.
impl<K: MapKey, S: NodeState + Default> MapState<K, S> {
    /// The state and scope of an entry that is present, and stays so.
    pub(super) fn enter_present<'a, Q>(
        &'a mut self,
        scope: Scope<'a>,
        key: &Q,
    ) -> Option<(&'a mut S, Scope<'a>)>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let (own, _) = self.entries.get_key_value(key).filter(|(_, entry)| entry.is_present())?;
        let scope = scope.key(own.to_key());
        let entry = self.entries.get_mut(key)?;
        entry.enter(scope);
        Some((&mut entry.state, scope))
    }

    /// The state and scope of an entry, which is made present if it is absent.
    pub(super) fn enter<'a>(
        &'a mut self,
        scope: Scope<'a>,
        key: K,
    ) -> Result<(&'a mut S, Scope<'a>), EditError> {
        let scope = self.scope_of(scope, &key)?;
        let entry = self.entries.get_or_default(key);
        self.present += usize::from(!entry.is_present());
        entry.enter(scope);
        Ok((&mut entry.state, scope))
    }

    /// Makes an entry present and has a value written over what is known of it.
    pub(super) fn assign_with(
        &mut self,
        scope: Scope<'_>,
        key: K,
        write: impl FnOnce(&mut S, Scope<'_>) -> Result<(), EditError>,
    ) -> Result<(), EditError> {
        let scope = self.scope_of(scope, &key)?;
        let entry = self.entries.get_or_default(key);
        let was = entry.is_present();
        let assigned = entry.assign(scope, write);
        self.recount(was, true);
        assigned
    }

    /// Makes an entry present as it is by default, also if it is present already; whether it was
    /// absent.
    pub(super) fn put_key(&mut self, scope: Scope<'_>, key: K) -> Result<bool, EditError> {
        let scope = self.scope_of(scope, &key)?;
        let entry = self.entries.get_or_default(key);
        let was = entry.is_present();
        entry.put(scope);
        self.recount(was, true);
        Ok(!was)
    }

    /// Makes an entry absent; whether it was present.
    pub(super) fn remove_key<Q>(&mut self, scope: Scope<'_>, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let found = self.entries.get_key_value(key);
        let Some((own, _)) = found.filter(|(_, entry)| entry.is_present()) else {
            return false;
        };
        let scope = scope.key(own.to_key());
        if let Some(entry) = self.entries.get_mut(key) {
            entry.remove(|| scope);
            self.present -= 1;
        }
        true
    }
}

/// Sorts keys with their places. A sort is much code, so there is one for maps of all types.
fn sort_by_key(keys: &mut [(usize, Key<'_>)]) {
    order::sort_by(keys, |a, b| a.1.cmp(&b.1));
}

/// The entries that are present.
pub(in crate::node) struct Present<'a, K, S> {
    entries: entries::Iter<'a, K, Entry<S>>,
    left: usize,
}

impl<'a, K, S: NodeState> Iterator for Present<'a, K, S> {
    type Item = (&'a K, &'a S);

    fn next(&mut self) -> Option<(&'a K, &'a S)> {
        let (key, entry) = self.entries.find(|(_, entry)| entry.is_present())?;
        self.left -= 1;
        Some((key, &entry.state))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<K, S: NodeState> DoubleEndedIterator for Present<'_, K, S> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let (key, entry) = self.entries.rfind(|(_, entry)| entry.is_present())?;
        self.left -= 1;
        Some((key, &entry.state))
    }
}

impl<K: MapKey, S: NodeState + Default> NodeState for MapState<K, S> {
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        let [Segment::Key(key), rest @ ..] = path else {
            return Fit::wrong_kind();
        };
        let Some(key) = K::from_key(*key) else {
            return Fit::Refused(Misfit::WrongKey);
        };
        let entry = self.entries.get_or_default(key);
        let was = entry.is_present();
        let fit = entry.apply(rest, op, chains);
        let is = entry.is_present();
        self.recount(was, is);
        fit
    }

    fn clear(&mut self, scope: Scope<'_>) {
        for (key, entry) in self.entries.iter_mut() {
            entry.remove(|| scope.key(key.to_key()));
        }
        self.present = 0;
    }

    fn is_blank(&self) -> bool {
        self.entries.iter().all(|(_, entry)| entry.is_blank())
    }

    fn find_blanks(&self, blanks: &mut Blanks<'_>) -> bool {
        // An entry in which nothing is may have been made or not.
        blanks.group(self.entries.iter(), |(_, entry), blanks| entry.find_blanks(blanks))
    }

    fn digest(&self, digest: &mut DigestWriter<'_>) {
        let entries: Vec<_> = self.entries.iter().collect();
        let mut keys: Vec<_> = entries.iter().map(|(key, _)| key.to_key()).enumerate().collect();
        sort_by_key(&mut keys);
        for (place, key) in keys {
            digest.entry(key, entries[place].1);
        }
    }

    fn save(&self, writer: &mut StateWriter<'_>) {
        writer.group();
        for (key, entry) in self.entries.iter() {
            if writer.part() {
                writer.key(key.to_key());
                entry.save(writer);
            }
        }
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), DecodeError> {
        for _ in 0..reader.number()? {
            let key: K = reader.key()?;
            if self.entries.iter().next_back().is_some_and(|(last, _)| *last >= key) {
                return Err(DecodeError::Unsorted("keys"));
            }
            let entry = self.entries.get_or_default(key);
            entry.load(reader)?;
            self.present += usize::from(entry.is_present());
        }
        Ok(())
    }

    #[cfg(feature = "by-path")]
    fn any(&self) -> AnyNode<'_> {
        AnyNode::Map(self)
    }

    #[cfg(feature = "by-path")]
    fn any_mut(&mut self) -> AnyNodeMut<'_> {
        AnyNodeMut::Map(self)
    }
}
