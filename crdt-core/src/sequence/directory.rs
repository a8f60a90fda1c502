//! A sorted map from names to numbers, made for many names.

use crate::op::Id;

/// The most names in a block.
const BLOCK: usize = if cfg!(test) { 4 } else { 128 };

/// The map: names in ascending order, in blocks that are never empty.
///
/// Blocks come about by halving full ones, and at the end, so moving those behind a new one up
/// costs little beside filling it. Where one author types, new names are higher than all before and
/// fill one block after the other.
#[derive(Clone, Default, Debug)]
pub(super) struct Directory {
    blocks: Vec<Block>,
}

#[derive(Clone, Debug)]
struct Block {
    /// Not above the names of this block unless it is the first one; above those of the block
    /// before.
    from: Key,
    entries: Vec<Entry>,
}

/// A name as one number, chain first, since that compares faster.
type Key = u64;

#[derive(Clone, Copy, Debug)]
struct Entry {
    id: Id,
    number: u32,
}

impl Directory {
    /// The map of some names, each once, with their numbers.
    pub(super) fn of(mut names: Vec<(Id, u32)>) -> Self {
        names.sort_unstable_by_key(|(id, _)| key(*id));
        // Some room is left for names to come in between.
        let blocks = names.chunks(BLOCK * 3 / 4).map(|part| {
            let entries = part.iter().map(|(id, number)| Entry { id: *id, number: *number });
            Block { from: key(part[0].0), entries: entries.collect() }
        });
        Self { blocks: blocks.collect() }
    }

    /// Notes the number of a name, new or not.
    pub(super) fn set(&mut self, id: Id, number: u32) {
        let entry = Entry { id, number };
        let at = self.block_of(key(id));
        let last = at + 1 >= self.blocks.len();
        let Some(block) = self.blocks.get_mut(at) else {
            return self.blocks.push(Block::of(entry));
        };
        let place = block.entries.partition_point(|entry| key(entry.id) < key(id));
        let full = block.entries.len() == BLOCK;
        match block.entries.get_mut(place) {
            Some(known) if known.id == id => known.number = number,
            _ if !full => block.insert(place, entry),
            None if last => self.blocks.push(Block::of(entry)),
            _ => {
                let upper = block.entries.split_off(BLOCK / 2);
                let upper = Block { from: key(upper[0].id), entries: upper };
                self.blocks.insert(at + 1, upper);
                self.set(id, number);
            }
        }
    }

    /// Removes a name.
    pub(super) fn remove(&mut self, id: Id) {
        let at = self.block_of(key(id));
        let Some(Block { entries, .. }) = self.blocks.get_mut(at) else { return };
        if let Ok(place) = entries.binary_search_by_key(&key(id), |entry| key(entry.id)) {
            entries.remove(place);
            if entries.is_empty() {
                self.blocks.remove(at);
            }
        }
    }

    /// The number of the last name on the chain up to `id`.
    pub(super) fn last_up_to(&self, id: Id) -> Option<u32> {
        let at = self.block_of(key(id));
        let entries = &self.blocks.get(at)?.entries;
        let after = entries.partition_point(|entry| key(entry.id) <= key(id));
        let found = match after.checked_sub(1) {
            Some(place) => entries.get(place),
            // The lowest names of a block may be gone, but not all of the block before.
            None => self.blocks.get(at.checked_sub(1)?)?.entries.last(),
        };
        found.filter(|found| found.id.chain == id.chain).map(|found| found.number)
    }

    /// The first name on the chain from `id` on, and its number.
    pub(super) fn first_from(&self, id: Id) -> Option<(Id, u32)> {
        let found = self.from(id)?;
        (found.id.chain == id.chain).then_some((found.id, found.number))
    }

    /// The first chain from a number on that a name is of.
    pub(super) fn next_chain(&self, from: u32) -> Option<u32> {
        Some(self.from(Id { chain: from, counter: 0 })?.id.chain)
    }

    /// The first name from `id` on, of whichever chain.
    fn from(&self, id: Id) -> Option<&Entry> {
        let at = self.block_of(key(id));
        let entries = &self.blocks.get(at)?.entries;
        let place = entries.partition_point(|entry| key(entry.id) < key(id));
        entries.get(place).or_else(|| self.blocks.get(at + 1)?.entries.first())
    }

    /// The block in which a name is or would be.
    fn block_of(&self, key: Key) -> usize {
        self.blocks.partition_point(|block| block.from <= key).saturating_sub(1)
    }

    #[cfg(test)]
    pub(super) fn blocks(&self) -> usize {
        self.blocks.len()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.blocks.iter().map(|block| block.entries.len()).sum()
    }
}

impl Block {
    fn of(entry: Entry) -> Self {
        Self { from: key(entry.id), entries: vec![entry] }
    }

    fn insert(&mut self, place: usize, entry: Entry) {
        let entries = &mut self.entries;
        if entries.len() == entries.capacity() {
            // Doubling would leave half of it unused.
            let more = (entries.len() / 4 + 4).min(BLOCK - entries.len());
            entries.reserve_exact(more);
        }
        entries.insert(place, entry);
    }
}

fn key(id: Id) -> Key {
    u64::from(id.chain) << 32 | u64::from(id.counter)
}
