use super::{Composed, Effect, Step};
use crate::node::untyped::EntryKey;
use crate::op::{Id, Key};
use crate::sorted::SortedMap;
use crate::sorted::order;

/// What is known of how a node was before.
#[derive(Debug)]
pub enum Before<'a, S> {
    /// All: its state.
    State(&'a S),
    /// What has changed since then.
    Touched(&'a Touched<'a>),
}

impl<S> Clone for Before<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Before<'_, S> {}

impl<'a, S> Before<'a, S> {
    /// The same of a state that this one consists of.
    pub fn map<R>(self, part: impl FnOnce(&'a S) -> &'a R) -> Before<'a, R> {
        match self {
            Self::State(state) => Before::State(part(state)),
            Self::Touched(touched) => Before::Touched(touched),
        }
    }
}

/// The effects on a node, and on what is below it.
#[derive(Clone, Debug, Default)]
pub struct Touched<'l> {
    /// Each with its number, ascending.
    effects: Vec<(u64, &'l Effect)>,
    below: SortedMap<&'l Step, Touched<'l>>,
}

impl<'l> Touched<'l> {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.effects.is_empty() && self.below.is_empty()
    }

    pub(super) fn add(&mut self, path: &'l [Step], number: u64, effect: &'l Effect) {
        let mut here = self;
        for step in path {
            here = here.below.entry(step).or_default();
        }
        here.effects.push((number, effect));
    }

    /// The first effect of a kind, which says how the node was before all of them.
    pub(in crate::node) fn first<R>(&self, kind: impl Fn(&'l Effect) -> Option<R>) -> Option<R> {
        self.effects.iter().find_map(|(_, effect)| kind(effect))
    }

    /// What came and went in a list, and moved in it.
    pub(in crate::node) fn items(&self) -> Composed<'l> {
        let effects = self.effects.iter().map(|(_, effect)| *effect);
        Composed::of(effects.filter(|effect| matches!(effect, Effect::Items(_))))
    }

    /// What came and went in a text.
    pub(in crate::node) fn text(&self) -> Composed<'l> {
        let effects = self.effects.iter().map(|(_, effect)| *effect);
        Composed::of(effects.filter(|effect| matches!(effect, Effect::Text(_) | Effect::Anew(_))))
    }

    /// Of a part that has had several names, the effects under all of them.
    pub(in crate::node) fn part<R>(
        &self,
        names: impl Iterator<Item = Step>,
        with: impl FnOnce(&Touched<'l>) -> Option<R>,
    ) -> Option<R> {
        let mut found = names.filter_map(|name| self.below.get(&name));
        let first = found.next()?;
        let Some(second) = found.next() else { return with(first) };
        let mut all = first.clone();
        all.join(second);
        found.for_each(|other| all.join(other));
        with(&all)
    }

    fn join(&mut self, other: &Self) {
        self.effects.extend_from_slice(&other.effects);
        order::sort_by_key(&mut self.effects, |(number, _)| *number);
        for (step, below) in &other.below {
            self.below.entry(step).or_default().join(below);
        }
    }

    /// The entries of a map that were touched.
    pub(in crate::node) fn entries(&self) -> impl Iterator<Item = (Key<'_>, &Touched<'l>)> {
        self.below.iter().filter_map(|(step, below)| match step {
            Step::Key(key) => Some((key.as_key(), below)),
            _ => None,
        })
    }

    /// The entry of a map under a key, if it was touched.
    pub(in crate::node) fn entry(&self, key: Key<'_>) -> Option<&Touched<'l>> {
        self.below.get(&Step::Key(EntryKey::new(key)))
    }

    /// The elements of a list in which something was touched.
    pub(in crate::node) fn elements(&self) -> impl Iterator<Item = (Id, &Touched<'l>)> {
        self.below.iter().filter_map(|(step, below)| match step {
            Step::Element(id) => Some((*id, below)),
            _ => None,
        })
    }
}
