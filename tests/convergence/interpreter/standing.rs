//! What stands in a document, without a schema.

use super::causality::{OpId, Step};
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
