//! Ids, each written by how far it lies from others.
//!
//! Most of a state was written in order, and what was changed since then lies elsewhere: after a value
//! that was changed come others that were not. So of every chain two places are remembered, and an id
//! lies near to one or the other.

use crate::codec::{DecodeError, write};
use crate::op::Id;

/// Where the ids that come next are likely to be.
#[derive(Clone, Debug, Default)]
pub(super) struct Nearby {
    /// Of every chain segment the counter of the last id, and the one it would have been near to at
    /// the other place.
    places: Vec<[u32; 2]>,
    /// The segment of the last id.
    chain: u32,
}

impl Nearby {
    /// Where the id that comes next is most likely to be.
    pub(super) fn last(&self) -> Id {
        Id { chain: self.chain, counter: self.of(self.chain)[0] }
    }

    fn of(&self, chain: u32) -> [u32; 2] {
        self.places.get(chain as usize).copied().unwrap_or_default()
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

    /// The id on a segment that a value stands for, and at which place it is.
    pub(super) fn unfold(&self, chain: u32, value: u64) -> Result<(Id, usize), DecodeError> {
        let distance = i32::try_from(write::unzigzag(value >> 1));
        let distance = distance.map_err(|_| DecodeError::VarintOverflow)?;
        let elsewhere = usize::from(value & 1 == 1);
        let counter = self.of(chain)[elsewhere].wrapping_add_signed(distance);
        Ok((Id { chain, counter }, elsewhere))
    }

    /// Remembers an id and at which place it is.
    pub(super) fn set(&mut self, id: Id, elsewhere: usize) {
        self.chain = id.chain;
        let places = self.here();
        places.swap(0, elsewhere);
        places[0] = id.counter;
    }

    /// The places on the segment of the last id.
    fn here(&mut self) -> &mut [u32; 2] {
        let segment = self.chain as usize;
        if segment >= self.places.len() {
            self.places.resize(segment + 1, [0; 2]);
        }
        &mut self.places[segment]
    }

    /// Goes on behind a text of so many bytes that was likely written after the last id.
    pub(super) fn pass(&mut self, bytes: usize) {
        let [last, _] = self.here();
        *last = last.wrapping_add(u32::try_from(bytes).unwrap_or(u32::MAX));
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
            let (id, place) = reader.unfold(1, value).expect("a distance of 32 bits");
            assert_eq!(id, at(counter));
            reader.set(id, place);
        }
        assert_eq!(writer.last(), reader.last());
        assert!(reader.unfold(1, u64::MAX).is_err());
    }
}
