//! Ids, each written by how far it lies from others.
//!
//! Most of a state was written in order, and what was changed since then lies elsewhere: after a
//! value that was changed come others that were not. So of every chain two places are remembered,
//! and an id lies near to one or the other.

use core::mem;

use crate::codec::{DecodeError, write};
use crate::op::Id;
use crate::sorted::SortedMap;

/// Where the ids that come next are likely to be: of every branch the counter of the last
/// id, and the one it would have been near to at the other place.
#[derive(Clone, Debug, Default)]
pub(super) struct Nearby {
    /// The branch of the last id. The next is mostly on it too.
    chain: u32,
    here: [u32; 2],
    /// Of the other branches.
    others: SortedMap<u32, [u32; 2]>,
}

impl Nearby {
    /// With one place that is known.
    pub(super) fn at(id: Id) -> Self {
        Self { chain: id.chain, here: [id.counter, 0], others: SortedMap::new() }
    }

    /// Where the id that comes next is most likely to be.
    pub(super) fn last(&self) -> Id {
        Id { chain: self.chain, counter: self.here[0] }
    }

    fn of(&self, chain: u32) -> [u32; 2] {
        if chain == self.chain {
            return self.here;
        }
        self.others.get(&chain).copied().unwrap_or_default()
    }

    /// What stands for the counter of an id: its distance from the nearer place, folded, and in the
    /// lowest bit which place that is.
    pub(super) fn fold(&mut self, id: Id) -> u64 {
        let distances =
            self.of(id.chain).map(|place| i64::from(id.counter.wrapping_sub(place).cast_signed()));
        let [here, there] = distances.map(i64::unsigned_abs);
        let elsewhere = usize::from(there < here);
        self.set(id, elsewhere);
        write::zigzag(distances[elsewhere]) << 1 | elsewhere as u64
    }

    /// The id on a branch that a value stands for.
    pub(super) fn unfold(&mut self, chain: u32, value: u64) -> Result<Id, DecodeError> {
        let distance = i32::try_from(write::unzigzag(value >> 1));
        let distance = distance.map_err(|_| DecodeError::VarintOverflow)?;
        let elsewhere = usize::from(value & 1 == 1);
        let counter = self.of(chain)[elsewhere].wrapping_add_signed(distance);
        let id = Id { chain, counter };
        self.set(id, elsewhere);
        Ok(id)
    }

    /// Remembers an id and at which place it is.
    fn set(&mut self, id: Id, elsewhere: usize) {
        if id.chain != self.chain {
            let there = self.others.remove(&id.chain).unwrap_or_default();
            self.others.insert(self.chain, mem::replace(&mut self.here, there));
            self.chain = id.chain;
        }
        self.here.swap(0, elsewhere);
        self.here[0] = id.counter;
    }

    /// Goes on behind so many elements that were likely written after the last id.
    pub(super) fn pass(&mut self, elements: u32) {
        self.here[0] = self.here[0].wrapping_add(elements);
    }
}

#[cfg(test)]
mod tests {
    use super::Nearby;
    use crate::op::Id;

    #[test]
    fn what_lies_elsewhere_costs_one_jump() {
        let at = |counter| Id { chain: 1, counter };
        let counters = [5, 6, 70_000, 7, 8, 70_003, 9, u32::MAX, 10];
        let (mut writer, mut reader) = (Nearby::default(), Nearby::default());
        let values = counters.map(|counter| writer.fold(at(counter)));
        let far = values.iter().filter(|value| **value > 100).count();
        assert_eq!(far, 1, "{values:?}");
        for (value, counter) in values.into_iter().zip(counters) {
            assert_eq!(reader.unfold(1, value), Ok(at(counter)));
        }
        assert_eq!(writer.last(), reader.last());
        assert!(reader.unfold(1, u64::MAX).is_err());
    }
}
