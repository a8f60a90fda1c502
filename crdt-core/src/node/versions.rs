use super::Scope;
use crate::history::{Chains, LocalAction};
use crate::op::Id;

/// The values that stand side by side in one place because none of their authors had seen the
/// others: of a register, of an enum's choice, of a map entry's presence.
///
/// An op replaces whatever is here from its own chain, and what it names. What is left belongs to
/// different chains. A name has an effect only on the very op that it names: an
/// earlier one of that chain was replaced when that op came.
#[derive(Debug)]
pub(crate) enum Versions<V> {
    /// Nothing was ever written, or it was taken back; reads as this.
    None(V),
    /// One value.
    One(Version<V>),
    /// Several, in [tree order](Chains::tree_order), by which a chain's value is found in O(log n)
    /// however often an author has forked it.
    Many(Vec<Version<V>>),
}

/// One of the values.
#[derive(Debug)]
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
    pub(crate) fn write(
        &mut self,
        write: Write<'_, V>,
        initial: impl FnOnce() -> V,
        chains: &Chains,
    ) {
        let Write { id, replaces, value } = write;
        let new = value.map(|value| Version { id, value });
        let gone = |old: &Version<V>| chains.on_chain(old.id, id) || replaces.contains(&old.id);
        let left = match core::mem::replace(self, Self::Many(Vec::new())) {
            Self::None(_) => Vec::new(),
            Self::One(old) if gone(&old) => Vec::new(),
            Self::One(old) => vec![old],
            Self::Many(mut all) => {
                remove_all(&mut all, id, replaces, chains);
                all
            }
        };
        *self = settle(left, new, initial, chains);
    }

    /// From values in tree order.
    pub(super) fn of(mut versions: Vec<Version<V>>, initial: impl FnOnce() -> V) -> Self {
        if versions.len() > 1 {
            return Self::Many(versions);
        }
        versions.pop().map_or_else(|| Self::None(initial()), Self::One)
    }

    /// Takes back whatever is here.
    pub(super) fn unset(&mut self, mut scope: Scope<'_>, initial: impl FnOnce() -> V) {
        if !self.is_none() {
            let replaces = self.ids();
            let id = scope.write(LocalAction::Unset { replaces: replaces.clone() });
            self.write(Write { id, replaces: &replaces, value: None }, initial, scope.chains());
        }
    }

    /// The values, all of them, in an order that is not the same everywhere.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Version<V>> {
        match self {
            Self::None(_) => [].iter(),
            Self::One(one) => core::slice::from_ref(one).iter(),
            Self::Many(all) => all.iter(),
        }
    }

    /// Whether nothing is here.
    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Self::None(_))
    }

    /// The ids of everything here, for an op that replaces it.
    pub(crate) fn ids(&self) -> Vec<Id> {
        self.iter().map(|version| version.id).collect()
    }

    /// What the place reads as: the highest value that fits.
    pub(crate) fn read(&self, chains: &Chains) -> &V {
        match self {
            Self::None(initial) => initial,
            Self::One(one) => one.read(),
            Self::Many(all) => {
                let fitting = all.iter().filter(|version| version.value.is_ok());
                let highest = fitting.max_by(|a, b| chains.op_order(a.id, b.id));
                highest.unwrap_or(&all[0]).read()
            }
        }
    }

    /// Every value, also those that do not fit, the highest op's first.
    pub(crate) fn descending(&self, chains: &Chains) -> Vec<&Version<V>> {
        let mut all: Vec<_> = self.iter().collect();
        all.sort_by(|a, b| chains.op_order(b.id, a.id));
        all
    }

    /// Every value that fits, the winner first. Empty if nothing was written.
    pub(crate) fn ranked(&self, chains: &Chains) -> Vec<&V> {
        let all = self.descending(chains).into_iter();
        all.filter_map(|version| version.value.as_ref().ok()).collect()
    }
}

impl<V> Version<V> {
    fn read(&self) -> &V {
        match &self.value {
            Ok(value) | Err(value) => value,
        }
    }
}

/// Removes what is from the op's own chain and what it names. O((names + 1) log n) comparisons.
fn remove_all<V>(all: &mut Vec<Version<V>>, id: Id, replaces: &[Id], chains: &Chains) {
    let place = |all: &[Version<V>], id: Id| {
        all.partition_point(|old| chains.tree_order(old.id, id).is_lt())
    };
    // No value follows another on its chain, so of those before `id` in tree order only the last
    // can be on the chain of `id`.
    let before = place(all, id).checked_sub(1);
    if let Some(own) = before.filter(|own| chains.on_chain(all[*own].id, id)) {
        all.remove(own);
    }
    for name in replaces {
        let at = place(all, *name);
        if all.get(at).is_some_and(|old| old.id == *name) {
            all.remove(at);
        }
    }
}

fn settle<V>(
    mut left: Vec<Version<V>>,
    new: Option<Version<V>>,
    initial: impl FnOnce() -> V,
    chains: &Chains,
) -> Versions<V> {
    if let Some(new) = new {
        let at = left.partition_point(|old| chains.tree_order(old.id, new.id).is_lt());
        left.insert(at, new);
    }
    Versions::of(left, initial)
}
