use core::cmp::Ordering;

use super::Scope;
use crate::btree::{Combine, Cursor, Entry, Summary, Tree};
use crate::history::{Chains, LocalAction};
use crate::node::Prior;
use crate::node::question::read_of;
use crate::op::Id;
use crate::sorted::order;

/// The values that stand side by side in one place because none of their authors had seen the
/// others: of a register, of an enum's choice, of a map entry's presence.
///
/// An op replaces whatever is here from its own chain, and of each chain that it names what lies at
/// or before the name. What is left belongs to different chains.
///
/// A document can have millions of these, nearly all with one value, so they take the room of one.
#[derive(Debug)]
pub(crate) enum Versions<V> {
    /// Nothing was ever written, or it was taken back; reads as this.
    None(V),
    /// One value, which fits and brings none back.
    One { id: Id, value: V },
    /// Anything else.
    Many(Box<Beside<V>>),
}

/// Values side by side, at indexes that say nothing.
#[derive(Debug)]
pub(crate) struct Beside<V> {
    versions: Vec<Version<V>>,
    places: Places,
    /// How many of them fit.
    fitting: usize,
}

/// Where values lie, in [tree order](Chains::tree_order), by which a chain's value is found in
/// O(log n) however often an author has forked it. A tree is much code, so there is one for values
/// of all types.
#[derive(Debug)]
struct Places(Tree<Place>);

/// The index of a value.
#[derive(Clone, Copy, Debug)]
struct Place {
    id: Id,
    index: usize,
}

/// One of the values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<V> {
    pub(crate) id: Id,
    /// The earlier op whose value this brings back, and as which it ranks.
    pub(crate) of: Option<Id>,
    /// What was written, or, if that does not decode as a value of this place, what to read
    /// instead.
    pub(crate) value: Result<V, V>,
}

/// An op on such a place.
pub(crate) struct Write<'a, V> {
    pub(crate) id: Id,
    pub(crate) of: Option<Id>,
    pub(crate) replaces: &'a [Id],
    /// The new value: `Ok` if it fits, `Err` with what to read instead if it does not, `None` to
    /// only take back.
    pub(crate) value: Option<Result<V, V>>,
}

/// The last of some values in tree order.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Last(Option<Id>);

impl Last {
    /// Whether all are at or before an id.
    fn is_up_to(&self, id: Id, chains: &Chains) -> bool {
        self.0.is_none_or(|last| last == id || chains.tree_order(last, id).is_lt())
    }
}

impl Summary for Last {
    /// Of what is last nothing can be subtracted.
    fn shift(&mut self, _: &Self, _: &Self) {}
}

impl Combine<Chains> for Last {
    fn combine(self, other: Self, chains: &Chains) -> Self {
        if other.0.is_some_and(|id| self.is_up_to(id, chains)) { other } else { self }
    }
}

impl Entry for Place {
    type Summary = Last;
    const LEAF: usize = if cfg!(test) { 4 } else { 16 };
    const INNER: usize = if cfg!(test) { 4 } else { 16 };

    fn summary(&self) -> Last {
        Last(Some(self.id))
    }
}

impl<V> Versions<V> {
    /// Carries out an op. `initial` is what the place reads as when nothing is left.
    pub(crate) fn write(&mut self, write: Write<'_, V>, initial: impl Fn() -> V, chains: &Chains) {
        let Write { id, of, replaces, value } = write;
        let replaces_all = match self {
            Self::None(_) => true,
            Self::One { id: old, .. } => {
                let mut up_to = replaces.iter().chain([&id]);
                up_to.any(|last| chains.on_chain(*old, *last))
            }
            Self::Many(_) => false,
        };
        *self = match value {
            Some(Ok(value)) if replaces_all && of.is_none() => Self::One { id, value },
            value => {
                let mut all = core::mem::replace(self, Self::None(initial())).into_beside(chains);
                all.remove(id, replaces, chains);
                if let Some(value) = value {
                    all.insert(Version { id, of, value }, chains);
                }
                all.settle(initial)
            }
        };
    }

    /// From values in tree order.
    pub(super) fn of(versions: Vec<Version<V>>, initial: impl Fn() -> V, chains: &Chains) -> Self {
        Beside::of(versions, chains).settle(initial)
    }

    fn into_beside(self, chains: &Chains) -> Beside<V> {
        match self {
            Self::None(_) => Beside::of(Vec::new(), chains),
            Self::One { id, value } => {
                Beside::of(vec![Version { id, of: None, value: Ok(value) }], chains)
            }
            Self::Many(all) => *all,
        }
    }

    /// Takes back whatever is here.
    pub(super) fn unset(&mut self, scope: Scope<'_>, initial: impl Fn() -> V)
    where
        V: Send + Sync + 'static,
    {
        if !self.is_none() {
            let action = LocalAction::Unset { replaces: self.ids() };
            self.replace(scope, action, |_| Self::None(initial()));
        }
    }

    /// [Writes](Self::overwrite) a set or an unset, and keeps for who undoes it what was read here.
    pub(super) fn replace(
        &mut self,
        scope: Scope<'_>,
        action: LocalAction,
        left: impl FnOnce(Id) -> Self,
    ) where
        V: Send + Sync + 'static,
    {
        let prior = scope.is_undoable().then(|| read_of(self, scope.chains())).flatten();
        self.overwrite(scope, action, left);
        scope.prior(|_| prior.map(Prior::Value));
    }

    /// Writes an op, given what it leaves here, and keeps what it found.
    pub(super) fn overwrite(
        &mut self,
        mut scope: Scope<'_>,
        action: LocalAction,
        left: impl FnOnce(Id) -> Self,
    ) where
        V: Send + Sync + 'static,
    {
        let id = scope.write(action);
        let found = core::mem::replace(self, left(id));
        if !found.is_none() {
            scope.found(found);
        }
    }

    /// Lets go of whatever is here, which an op takes back that has just been written around it,
    /// and keeps it all the same, even if it is nothing: other parts of the place do so too, and
    /// each is given back what is its own.
    pub(super) fn forget(&mut self, scope: Scope<'_>, initial: impl Fn() -> V)
    where
        V: Send + Sync + 'static,
    {
        scope.prior(|chains| read_of(self, chains).map(Prior::Value));
        scope.found(core::mem::replace(self, Self::None(initial())));
    }

    /// The values, all of them, in an order that is not the same everywhere.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Version<&V>> {
        let (one, all) = match self {
            Self::None(_) => (None, None),
            Self::One { id, value } => {
                (Some(Version { id: *id, of: None, value: Ok(value) }), None)
            }
            Self::Many(all) => (None, Some(all.in_tree_order())),
        };
        one.into_iter().chain(all.into_iter().flatten().map(Version::as_ref))
    }

    /// Whether nothing is here.
    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::None(_))
    }

    /// Whether a value is here that fits. O(1).
    pub(crate) fn has_fitting(&self) -> bool {
        match self {
            Self::None(_) => false,
            Self::One { .. } => true,
            Self::Many(all) => all.fitting > 0,
        }
    }

    /// The ids of everything here, for an op that replaces it. What is written here, with all of it
    /// seen, replaces all of it.
    pub(crate) fn ids(&self) -> Vec<Id> {
        match self {
            Self::None(_) => Vec::new(),
            Self::One { id, .. } => vec![*id],
            Self::Many(all) => all.places.ids(),
        }
    }

    /// What is here of which the place [reads](Self::read), or would if its value fitted.
    pub(crate) fn winner(&self, chains: &Chains) -> Option<Version<&V>> {
        match self {
            Self::None(_) => None,
            Self::One { id, value } => Some(Version { id: *id, of: None, value: Ok(value) }),
            Self::Many(all) => all.winner(chains).map(Version::as_ref),
        }
    }

    /// What the place reads as: the highest value that fits.
    pub(crate) fn read(&self, chains: &Chains) -> &V {
        match self {
            Self::None(value) | Self::One { value, .. } => value,
            Self::Many(all) => all.winner(chains).expect("there is at least one").read(),
        }
    }

    /// The op of what the place [reads as](Self::read), if a value is here that fits.
    pub(crate) fn origin(&self, chains: &Chains) -> Option<Id> {
        let fits = |version: &Version<&V>| version.value.is_ok();
        match self {
            Self::None(_) => None,
            Self::One { id, .. } => Some(*id),
            Self::Many(_) => self.descending(chains).into_iter().find(fits).map(|it| it.id),
        }
    }

    /// Every value, also those that do not fit, the highest op's first.
    pub(crate) fn descending(&self, chains: &Chains) -> Vec<Version<&V>> {
        let mut all: Vec<_> = self.iter().map(Some).collect();
        let ids = all.iter().flatten().map(|version| (version.identity(), version.id));
        let mut order: Vec<_> = ids.enumerate().collect();
        sort_descending(&mut order, chains);
        order.into_iter().filter_map(|(place, _)| all[place].take()).collect()
    }

    /// Every value that fits, the winner first. Empty if nothing was written.
    pub(crate) fn ranked(&self, chains: &Chains) -> Vec<&V> {
        self.descending(chains).into_iter().filter_map(|version| version.value.ok()).collect()
    }
}

/// Sorts what ranks as an op and was written by one, with their places, the highest first. A sort
/// is much code, so there is one for values of all types.
fn sort_descending(ids: &mut [(usize, (Id, Id))], chains: &Chains) {
    order::sort_by(ids, |(_, a), (_, b)| rank(*b, *a, chains));
}

/// The order of values, each with the op as which it ranks and the one that wrote it: of several
/// that bring back one value the highest op's is read.
fn rank(a: (Id, Id), b: (Id, Id), chains: &Chains) -> Ordering {
    chains.op_order(a.0, b.0).then_with(|| chains.op_order(a.1, b.1))
}

impl<V> Version<V> {
    /// The op as which it ranks: the one that wrote it, or whose value it brings back.
    pub(crate) fn identity(&self) -> Id {
        self.of.unwrap_or(self.id)
    }

    /// The order in which values are read; those that do not fit come first.
    fn rank(&self, other: &Self, chains: &Chains) -> Ordering {
        let (a, b) = ((self.identity(), self.id), (other.identity(), other.id));
        self.value.is_ok().cmp(&other.value.is_ok()).then_with(|| rank(a, b, chains))
    }

    fn as_ref(&self) -> Version<&V> {
        Version { id: self.id, of: self.of, value: self.value.as_ref() }
    }

    fn read(&self) -> &V {
        match &self.value {
            Ok(value) | Err(value) => value,
        }
    }
}

impl<V> Beside<V> {
    /// From values in tree order.
    fn of(versions: Vec<Version<V>>, chains: &Chains) -> Self {
        let ids = versions.iter().map(|version| version.id).collect();
        let fitting = versions.iter().filter(|version| version.value.is_ok()).count();
        Self { versions, places: Places::of(ids, chains), fitting }
    }

    fn winner(&self, chains: &Chains) -> Option<&Version<V>> {
        self.versions.iter().max_by(|a, b| a.rank(b, chains))
    }

    fn in_tree_order(&self) -> impl Iterator<Item = &Version<V>> {
        self.places.0.iter().map(|place| &self.versions[place.index])
    }

    /// Removes what is from the op's own chain and what its names cover. O(log n) for each name.
    fn remove(&mut self, id: Id, replaces: &[Id], chains: &Chains) {
        for last in replaces.iter().chain([&id]) {
            let Some(index) = self.places.remove(*last, chains) else { continue };
            let removed = self.versions.swap_remove(index);
            self.fitting -= usize::from(removed.value.is_ok());
            if let Some(moved) = self.versions.get(index) {
                self.places.set(moved.id, index, chains);
            }
        }
    }

    fn insert(&mut self, new: Version<V>, chains: &Chains) {
        self.fitting += usize::from(new.value.is_ok());
        self.places.insert(new.id, self.versions.len(), chains);
        self.versions.push(new);
    }

    fn settle(mut self, initial: impl Fn() -> V) -> Versions<V> {
        match self.versions.pop() {
            None => Versions::None(initial()),
            Some(Version { id, of: None, value: Ok(value) }) if self.versions.is_empty() => {
                Versions::One { id, value }
            }
            Some(last) => {
                self.versions.push(last);
                Versions::Many(Box::new(self))
            }
        }
    }
}

impl Places {
    /// Of values in tree order.
    fn of(ids: Vec<Id>, chains: &Chains) -> Self {
        let places = ids.into_iter().enumerate().map(|(index, id)| Place { id, index });
        Self(Tree::of(places.collect(), chains))
    }

    fn ids(&self) -> Vec<Id> {
        self.0.iter().map(|place| place.id).collect()
    }

    /// The gap behind the values that are at or before an id. O(log n).
    fn gap_after(&self, id: Id, chains: &Chains) -> Cursor {
        let after = self.0.find(|last| last.is_up_to(id, chains));
        after.unwrap_or_else(|| self.0.end())
    }

    /// Removes the place of what is at or before an id on its chain.
    fn remove(&mut self, last: Id, chains: &Chains) -> Option<usize> {
        // No value follows another on its chain, so of those up to an id in tree order only the
        // last can be on the chain of that id.
        let at = self.0.prev(self.gap_after(last, chains))?;
        let covered = chains.on_chain(self.0.get(at).id, last);
        covered.then(|| self.0.remove(at, chains).index)
    }

    fn insert(&mut self, id: Id, index: usize, chains: &Chains) {
        let gap = self.gap_after(id, chains);
        self.0.insert(gap, [Place { id, index }], chains, |_, _| {});
    }

    /// Another index for a value that has one.
    fn set(&mut self, id: Id, index: usize, chains: &Chains) {
        if let Some(at) = self.0.prev(self.gap_after(id, chains)) {
            self.0.get_mut(at).index = index;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_takes_little_more_than_the_value_and_its_name() {
        assert_eq!(size_of::<Versions<()>>(), 16);
        assert_eq!(size_of::<Versions<Option<u32>>>(), 16);
        assert_eq!(size_of::<Versions<i64>>(), 24);
        assert_eq!(size_of::<Versions<String>>(), 32);
    }
}
