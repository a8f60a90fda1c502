//! A sorted map from names to leaves, made for many names of few chains.

use std::collections::BTreeMap;

use crate::btree::LeafId;
use crate::op::Id;

/// The most names in a block.
const BLOCK: usize = if cfg!(test) { 4 } else { 64 };

/// The map: blocks of consecutive names of one chain, never empty.
///
/// Of a name, a block keeps its counter alone. Where someone types, new names are higher than all
/// before and fill one block after the other.
#[derive(Clone, Default, Debug)]
pub(super) struct Directory {
    /// By a name that is not above those of the block and above those of the block before; the first
    /// block of a chain goes by the counter zero.
    blocks: BTreeMap<Id, Vec<Entry>>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    counter: u32,
    leaf: LeafId,
}

impl Directory {
    /// Notes the leaf of a name, new or not.
    pub(super) fn set(&mut self, id: Id, leaf: LeafId) {
        let entry = Entry { counter: id.counter, leaf };
        let Some(block) = self.block_mut(id) else {
            self.blocks.insert(Id { counter: 0, ..id }, vec![entry]);
            return;
        };
        match search(block, id.counter) {
            Ok(place) => block[place].leaf = leaf,
            Err(place) if block.len() < BLOCK => block.insert(place, entry),
            Err(BLOCK) => {
                self.blocks.insert(id, vec![entry]);
            }
            Err(place) => {
                let mut upper = block.split_off(BLOCK / 2);
                let first = Id { counter: upper[0].counter, ..id };
                match place.checked_sub(BLOCK / 2) {
                    Some(place) if place > 0 => upper.insert(place, entry),
                    _ => block.insert(place, entry),
                }
                self.blocks.insert(first, upper);
            }
        }
    }

    /// Removes a name.
    pub(super) fn remove(&mut self, id: Id) {
        let Some((&key, block)) = self.blocks.range_mut(..=id).next_back() else { return };
        if key.chain != id.chain {
            return;
        }
        if let Ok(place) = search(block, id.counter) {
            block.remove(place);
            if block.is_empty() {
                self.blocks.remove(&key);
            }
        }
    }

    /// The leaf of the last name on the chain up to `id`.
    pub(super) fn last_up_to(&self, id: Id) -> Option<LeafId> {
        // The lowest names of a block may be gone, but not all of them.
        for (key, block) in self.blocks.range(..=id).rev().take(2) {
            if key.chain != id.chain {
                return None;
            }
            let after = block.partition_point(|entry| entry.counter <= id.counter);
            if let Some(place) = after.checked_sub(1) {
                return Some(block[place].leaf);
            }
        }
        None
    }

    /// The first name on the chain from `id` on, and its leaf.
    pub(super) fn first_from(&self, id: Id) -> Option<(Id, LeafId)> {
        let named = |entry: &Entry| (Id { counter: entry.counter, ..id }, entry.leaf);
        if let Some((key, block)) = self.blocks.range(..=id).next_back()
            && key.chain == id.chain
        {
            let before = block.partition_point(|entry| entry.counter < id.counter);
            if let Some(entry) = block.get(before) {
                return Some(named(entry));
            }
        }
        let (key, block) = self.blocks.range(id..).find(|(key, _)| **key > id)?;
        if key.chain == id.chain { block.first().map(named) } else { None }
    }

    /// The first chain from a number on that a name is of.
    pub(super) fn next_chain(&self, from: u32) -> Option<u32> {
        self.blocks.range(Id { chain: from, counter: 0 }..).next().map(|(id, _)| id.chain)
    }

    /// The block in which a name is or would be.
    fn block_mut(&mut self, id: Id) -> Option<&mut Vec<Entry>> {
        let (key, block) = self.blocks.range_mut(..=id).next_back()?;
        (key.chain == id.chain).then_some(block)
    }

    #[cfg(test)]
    pub(super) fn blocks(&self) -> usize {
        self.blocks.len()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.blocks.values().map(Vec::len).sum()
    }
}

fn search(block: &[Entry], counter: u32) -> Result<usize, usize> {
    block.binary_search_by_key(&counter, |entry| entry.counter)
}
