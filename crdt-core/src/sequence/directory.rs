//! A sorted map from names to numbers, made for many names of few chains.

use std::collections::BTreeMap;

use crate::op::Id;

/// The most names in a block.
const BLOCK: usize = if cfg!(test) { 4 } else { 128 };

/// The map: blocks of consecutive names of one chain, never empty.
///
/// Of a name, a block keeps its counter alone. Where someone types, new names are higher than all
/// before and fill one block after the other.
#[derive(Clone, Default, Debug)]
pub(super) struct Directory {
    /// By a name that is not above those of the block and above those of the block before; the first
    /// block of a chain goes by the counter zero.
    blocks: BTreeMap<Key, Vec<Entry>>,
}

/// A name as one number, chain first, since that compares faster.
type Key = u64;

#[derive(Clone, Copy, Debug)]
struct Entry {
    counter: u32,
    number: u32,
}

impl Directory {
    /// Notes the number of a name, new or not.
    pub(super) fn set(&mut self, id: Id, number: u32) {
        let entry = Entry { counter: id.counter, number };
        let Some((_, block)) = self.block_mut(id) else {
            self.blocks.insert(key(Id { counter: 0, ..id }), vec![entry]);
            return;
        };
        let place = block.partition_point(|entry| entry.counter < id.counter);
        let full = block.len() == BLOCK;
        match block.get_mut(place) {
            Some(known) if known.counter == id.counter => known.number = number,
            _ if !full => block.insert(place, entry),
            None => {
                self.blocks.insert(key(id), vec![entry]);
            }
            Some(_) => {
                let upper = block.split_off(BLOCK / 2);
                self.blocks.insert(key(Id { counter: upper[0].counter, ..id }), upper);
                self.set(id, number);
            }
        }
    }

    /// Removes a name.
    pub(super) fn remove(&mut self, id: Id) {
        let Some((key, block)) = self.block_mut(id) else { return };
        if let Ok(place) = block.binary_search_by_key(&id.counter, |entry| entry.counter) {
            block.remove(place);
            if block.is_empty() {
                self.blocks.remove(&key);
            }
        }
    }

    /// The number of the last name on the chain up to `id`.
    pub(super) fn last_up_to(&self, id: Id) -> Option<u32> {
        // The lowest names of a block may be gone, but not all of them.
        let mut blocks = self.blocks.range(key(Id { counter: 0, ..id })..=key(id));
        for (_, block) in blocks.by_ref().rev().take(2) {
            let after = block.partition_point(|entry| entry.counter <= id.counter);
            if let Some(place) = after.checked_sub(1) {
                return Some(block[place].number);
            }
        }
        None
    }

    /// The first name on the chain from `id` on, and its number.
    pub(super) fn first_from(&self, id: Id) -> Option<(Id, u32)> {
        let named = |entry: &Entry| (Id { counter: entry.counter, ..id }, entry.number);
        if let Some((_, block)) = self.blocks.range(..=key(id)).next_back().filter(of_chain(id)) {
            let before = block.partition_point(|entry| entry.counter < id.counter);
            if let Some(entry) = block.get(before) {
                return Some(named(entry));
            }
        }
        let (_, block) = self.blocks.range(key(id) + 1..).next().filter(of_chain(id))?;
        block.first().map(named)
    }

    /// The first chain from a number on that a name is of.
    pub(super) fn next_chain(&self, from: u32) -> Option<u32> {
        self.blocks.range(key(Id { chain: from, counter: 0 })..).next().map(|(key, _)| chain(*key))
    }

    /// The block in which a name is or would be, and its key.
    fn block_mut(&mut self, id: Id) -> Option<(Key, &mut Vec<Entry>)> {
        let (key, block) = self.blocks.range_mut(..=key(id)).next_back()?;
        (chain(*key) == id.chain).then_some((*key, block))
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

fn key(id: Id) -> Key {
    u64::from(id.chain) << 32 | u64::from(id.counter)
}

fn chain(key: Key) -> u32 {
    (key >> 32) as u32
}

fn of_chain<'a>(id: Id) -> impl Fn(&(&'a Key, &'a Vec<Entry>)) -> bool {
    move |(key, _)| chain(**key) == id.chain
}
