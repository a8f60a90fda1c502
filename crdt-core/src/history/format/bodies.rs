//! The ops of many changes.

use super::growth::make_room;

/// The bodies of some consecutive changes, in canonical bytes, one after the other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bodies {
    bytes: Vec<u8>,
    /// Where each one ends.
    ends: Vec<usize>,
}

impl Bodies {
    pub(crate) fn new(bytes: Vec<u8>, ends: Vec<usize>) -> Self {
        Self { bytes, ends }
    }

    /// Makes room for so many more, which take so many bytes.
    pub(crate) fn reserve(&mut self, more: usize, bytes: usize) {
        self.ends.reserve(more);
        self.bytes.reserve(bytes);
    }

    pub(crate) fn get(&self, place: u32) -> &[u8] {
        let place = place as usize;
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[place]]
    }

    pub(crate) fn push(&mut self, body: &[u8]) {
        make_room(&mut self.bytes, body.len());
        make_room(&mut self.ends, 1);
        self.bytes.extend_from_slice(body);
        self.ends.push(self.bytes.len());
    }

    /// Forgets the last one.
    pub(crate) fn pop(&mut self) {
        self.ends.pop();
        self.bytes.truncate(end_of(&self.ends));
    }
}

/// Where the last one ends of what lies one after the other.
pub(crate) fn end_of(ends: &[usize]) -> usize {
    ends.last().map_or(0, |last| *last)
}
