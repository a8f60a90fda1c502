use super::Scope;
use crate::history::{Chains, LocalAction};
use crate::op::Id;

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
    /// One value, which fits.
    One { id: Id, value: V },
    /// Anything else.
    Many(Box<Beside<V>>),
}

/// Values side by side, in [tree order](Chains::tree_order), by which a chain's value is found in
/// O(log n) however often an author has forked it.
#[derive(Debug)]
pub(crate) struct Beside<V> {
    versions: Vec<Version<V>>,
    /// How many of them fit.
    fitting: usize,
}

/// One of the values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<V> {
    pub(crate) id: Id,
    /// What was written, or, if that does not decode as a value of this place, what to read
    /// instead.
    pub(crate) value: Result<V, V>,
}

/// An op on such a place.
pub(crate) struct Write<'a, V> {
    pub(crate) id: Id,
    pub(crate) replaces: &'a [Id],
    /// The new value: `Ok` if it fits, `Err` with what to read instead if it does not, `None` to
    /// only take back.
    pub(crate) value: Option<Result<V, V>>,
}

impl<V> Versions<V> {
    /// Carries out an op. `initial` is what the place reads as when nothing is left.
    pub(crate) fn write(&mut self, write: Write<'_, V>, initial: impl Fn() -> V, chains: &Chains) {
        let Write { id, replaces, value } = write;
        let replaces_all = match self {
            Self::None(_) => true,
            Self::One { id: old, .. } => {
                let mut up_to = replaces.iter().chain([&id]);
                up_to.any(|last| chains.on_chain(*old, *last))
            }
            Self::Many(_) => false,
        };
        *self = match value {
            Some(Ok(value)) if replaces_all => Self::One { id, value },
            value => {
                let mut all = core::mem::replace(self, Self::None(initial())).into_beside();
                all.remove(id, replaces, chains);
                if let Some(value) = value {
                    all.insert(Version { id, value }, chains);
                }
                all.settle(initial)
            }
        };
    }

    /// From values in tree order.
    pub(super) fn of(versions: Vec<Version<V>>, initial: impl Fn() -> V) -> Self {
        let fitting = versions.iter().filter(|version| version.value.is_ok()).count();
        Beside { versions, fitting }.settle(initial)
    }

    fn into_beside(self) -> Beside<V> {
        match self {
            Self::None(_) => Beside { versions: Vec::new(), fitting: 0 },
            Self::One { id, value } => {
                Beside { versions: vec![Version { id, value: Ok(value) }], fitting: 1 }
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
            self.overwrite(scope, action, |_| Self::None(initial()));
        }
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

    /// Lets go of whatever is here, which an op takes back that has just been written around it, and keeps
    /// it all the same, even if it is nothing: other parts of the place do so too, and each is given
    /// back what is its own.
    pub(super) fn forget(&mut self, scope: Scope<'_>, initial: impl Fn() -> V)
    where
        V: Send + Sync + 'static,
    {
        scope.found(core::mem::replace(self, Self::None(initial())));
    }

    /// The values, all of them, in an order that is not the same everywhere.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Version<&V>> {
        let (one, all) = match self {
            Self::None(_) => (None, [].as_slice()),
            Self::One { id, value } => (Some(Version { id: *id, value: Ok(value) }), [].as_slice()),
            Self::Many(all) => (None, all.versions.as_slice()),
        };
        one.into_iter().chain(all.iter().map(Version::as_ref))
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
        self.iter().map(|version| version.id).collect()
    }

    /// What the place reads as: the highest value that fits.
    pub(crate) fn read(&self, chains: &Chains) -> &V {
        match self {
            Self::None(value) | Self::One { value, .. } => value,
            Self::Many(all) => {
                let fitting = all.versions.iter().filter(|version| version.value.is_ok());
                let highest = fitting.max_by(|a, b| chains.op_order(a.id, b.id));
                highest.unwrap_or(&all.versions[0]).read()
            }
        }
    }

    /// Every value, also those that do not fit, the highest op's first.
    pub(crate) fn descending(&self, chains: &Chains) -> Vec<Version<&V>> {
        let mut all: Vec<_> = self.iter().collect();
        all.sort_by(|a, b| chains.op_order(b.id, a.id));
        all
    }

    /// Every value that fits, the winner first. Empty if nothing was written.
    pub(crate) fn ranked(&self, chains: &Chains) -> Vec<&V> {
        self.descending(chains).into_iter().filter_map(|version| version.value.ok()).collect()
    }
}

impl<V> Version<V> {
    fn as_ref(&self) -> Version<&V> {
        Version { id: self.id, value: self.value.as_ref() }
    }

    fn read(&self) -> &V {
        match &self.value {
            Ok(value) | Err(value) => value,
        }
    }
}

impl<V> Beside<V> {
    /// Removes what is from the op's own chain and what its names cover. O((names + 1) log n)
    /// comparisons.
    fn remove(&mut self, id: Id, replaces: &[Id], chains: &Chains) {
        for last in replaces.iter().chain([&id]) {
            // No value follows another on its chain, so of those up to an id in tree order only the
            // last can be on the chain of that id.
            let up_to = self
                .versions
                .partition_point(|old| old.id == *last || chains.tree_order(old.id, *last).is_lt());
            let found = up_to.checked_sub(1);
            if let Some(at) = found.filter(|at| chains.on_chain(self.versions[*at].id, *last)) {
                self.fitting -= usize::from(self.versions.remove(at).value.is_ok());
            }
        }
    }

    fn insert(&mut self, new: Version<V>, chains: &Chains) {
        let before = |old: &Version<V>| chains.tree_order(old.id, new.id).is_lt();
        let at = self.versions.partition_point(before);
        self.fitting += usize::from(new.value.is_ok());
        self.versions.insert(at, new);
    }

    fn settle(mut self, initial: impl Fn() -> V) -> Versions<V> {
        match self.versions.pop() {
            None => Versions::None(initial()),
            Some(Version { id, value: Ok(value) }) if self.versions.is_empty() => {
                Versions::One { id, value }
            }
            Some(last) => {
                self.versions.push(last);
                Versions::Many(Box::new(self))
            }
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
