//! Which elements a list or text has, where they stand, and which ops of a node are void.

use std::collections::{BTreeMap, BTreeSet};

use crdt_core::Standing;

use super::causality::{Act, Deed, OpId, Step};
use super::fugue::Fugue;
use super::node::Tree;

/// The places of a list, and whose they are.
struct Places<'a> {
    tree: Fugue<'a>,
    /// Of each element its places, the highest last. The first one is where it was inserted, which
    /// has its name.
    of: BTreeMap<OpId, Vec<OpId>>,
}

impl Tree<'_> {
    /// The ops of a node that are void: of those that annul one, the highest says so. What they
    /// name beside deletes, adds, resets and places of moves is never asked for.
    pub(super) fn void(&self, path: &[Step]) -> BTreeSet<OpId> {
        let mut said = BTreeMap::new();
        for deed in self.ascending(path) {
            if let Act::Annul(standing, names) = &deed.act {
                said.extend(names.iter().map(|name| (*name, *standing)));
            }
        }
        let void = said.into_iter().filter(|(_, standing)| *standing == Standing::Void);
        void.map(|(id, _)| id).collect()
    }

    /// The elements of a list or text that are not deleted, in order. An element stands at its
    /// highest place that is not void, or else where it was inserted.
    pub(super) fn elements(&self, path: &[Step], text: bool) -> Vec<OpId> {
        let (void, deleted) = (self.void(path), self.deleted(path));
        let places = self.places(path, text);
        let mut at: BTreeMap<OpId, OpId> = BTreeMap::new();
        for (element, places) in &places.of {
            let (inserted, moved) = places.split_first().expect("where it was inserted");
            let stands = moved.iter().rfind(|place| !void.contains(place)).unwrap_or(inserted);
            at.insert(*stands, *element);
        }
        let order = places.tree.order();
        let standing = order.iter().filter_map(|place| at.get(place)).copied();
        standing.filter(|element| !deleted.contains(element)).collect()
    }

    /// Whatever a delete names that is not void.
    fn deleted(&self, path: &[Step]) -> BTreeSet<OpId> {
        let void = self.void(path);
        let deletes = self.at(path).iter().filter(|deed| !void.contains(&deed.id));
        let named = deletes.filter_map(|deed| match &deed.act {
            Act::Delete(ids) => Some(ids),
            _ => None,
        });
        named.flatten().copied().collect()
    }

    /// Every place that an insert or, in a list, a move has made. A move makes none if it hangs on
    /// no place of this list; a name in it that is no element of this list leaves its place empty.
    fn places(&self, path: &[Step], text: bool) -> Places<'_> {
        let mut places = Places { tree: Fugue::new(self.dag), of: BTreeMap::new() };
        // Parents are older than their children, and elements than what moves them.
        for deed in self.ascending(path) {
            match &deed.act {
                Act::Insert(at, count) if !text => {
                    let made = places.tree.hang(deed.id, *at, *count);
                    places.of.extend(made.into_iter().map(|id| (id, vec![id])));
                }
                Act::InsertText(at, inserted) if text => {
                    let count = u32::try_from(inserted.chars().count()).expect("a short text");
                    let made = places.tree.hang(deed.id, *at, count);
                    places.of.extend(made.into_iter().map(|id| (id, vec![id])));
                }
                Act::Move(at, elements) if !text => {
                    let count = u32::try_from(elements.len()).expect("a short move");
                    let made = places.tree.hang(deed.id, *at, count);
                    for (place, element) in made.into_iter().zip(elements) {
                        if let Some(all) = places.of.get_mut(element) {
                            all.push(place);
                        }
                    }
                }
                _ => {}
            }
        }
        places
    }

    fn ascending(&self, path: &[Step]) -> Vec<&Deed> {
        let mut here: Vec<&Deed> = self.at(path).iter().collect();
        here.sort_by_key(|deed| self.dag.rank(deed.id));
        here
    }
}
