//! What stands in a document, without a schema.

use std::collections::BTreeSet;

use crdt_core::{ChangeHash, History};

use super::causality::{self, OpId, Step};
use super::node::{Tree, is_key};

impl Tree<'_> {
    /// What stands at a place and below it: values that nothing replaced, additions that nothing
    /// annulled, elements that are not deleted and puts of entries; only where a path ends in a key
    /// is there an entry. What is inside a deleted element, or an entry that is absent for every
    /// type, does not stand.
    pub(crate) fn standing_below(&self, place: &[Step]) -> impl Iterator<Item = OpId> {
        let below = self.deeds.keys().filter(move |path| path.starts_with(place));
        let reached = below.filter(move |path| {
            (place.len()..path.len()).all(|depth| self.is_there(&path[..depth], &path[depth]))
        });
        reached.flat_map(|path| self.standing_at(path))
    }

    fn is_there(&self, parent: &[Step], step: &Step) -> bool {
        match step {
            Step::Element(id) => self.elements(parent, false).contains(id),
            key if is_key(key) => {
                let entry = [parent, core::slice::from_ref(key)].concat();
                !self.puts(&entry).is_empty() || !self.sets(&entry).is_empty()
            }
            _ => true,
        }
    }

    fn standing_at(&self, path: &[Step]) -> Vec<OpId> {
        let puts = if path.last().is_some_and(is_key) { self.puts(path) } else { Vec::new() };
        let written = self.sets(path).into_iter().chain(puts);
        let mut standing: Vec<_> = written.map(|deed| deed.id).collect();
        standing.extend(self.adds(path).map(|(id, _)| id));
        standing.extend(self.elements(path, false));
        standing.extend(self.elements(path, true));
        standing
    }
}

/// The elements of lists and the characters of texts that are visible in a document, and what is
/// there at all.
pub(crate) struct Visible {
    elements: BTreeSet<(Vec<Step>, OpId)>,
    /// The entries and elements that are there, by their paths.
    there: BTreeSet<Vec<Step>>,
}

impl Visible {
    pub(crate) fn of(history: &History) -> Self {
        let (dag, deeds) = causality::read(history);
        let tree = Tree::new(&dag, deeds);
        let (mut elements, mut there) = (BTreeSet::new(), BTreeSet::new());
        for path in tree.deeds.keys() {
            let is_there = |depth: usize| tree.is_there(&path[..depth], &path[depth]);
            let missing = (0..path.len()).find(|depth| !is_there(*depth));
            there.extend((0..=missing.unwrap_or(path.len())).map(|depth| path[..depth].to_vec()));
            if missing.is_none() {
                let lists = [false, true].into_iter().flat_map(|text| tree.elements(path, text));
                for id in lists {
                    elements.insert((path.clone(), id));
                    there.insert([&path[..], &[Step::Element(id)]].concat());
                }
            }
        }
        Self { elements, there }
    }

    /// The changes whose elements were visible here and are not after, although nothing in which
    /// they lie has gone.
    pub(crate) fn lost<'a>(&'a self, after: &'a Self) -> impl Iterator<Item = &'a ChangeHash> {
        let gone = self.elements.difference(&after.elements);
        let stays =
            |path: &[Step]| (0..=path.len()).all(|depth| after.there.contains(&path[..depth]));
        gone.filter(move |(path, _)| stays(path)).map(|(_, id)| &id.change)
    }
}
