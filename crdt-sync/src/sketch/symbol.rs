//! Coded symbols: items added up bit by bit.

use super::item::{Item, Mapped};

/// Bytes of a symbol.
pub const SYMBOL_BYTES: usize = 12;

/// Items that were added up, and so were what tells whether it is one.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Symbol {
    sum: u64,
    check: u32,
}

impl Symbol {
    pub(super) fn add(&mut self, item: Item) {
        self.add_all(Self { sum: item.number(), check: item.check() });
    }

    /// Adding twice takes away, so two sums leave what they differ in.
    pub(super) fn add_all(&mut self, other: Self) {
        self.sum ^= other.sum;
        self.check ^= other.check;
    }

    pub(super) fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// The item that is left, if it is one alone.
    pub(super) fn only(self) -> Option<Item> {
        let item = Item::from_bytes(self.sum.to_be_bytes());
        (!self.is_empty() && item.check() == self.check).then_some(item)
    }

    pub(super) fn write(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.sum.to_be_bytes());
        out.extend_from_slice(&self.check.to_be_bytes());
    }

    pub(super) fn read(bytes: &[u8; SYMBOL_BYTES]) -> Self {
        let (mut sum, mut check) = ([0; 8], [0; 4]);
        sum.copy_from_slice(&bytes[..8]);
        check.copy_from_slice(&bytes[8..]);
        Self { sum: u64::from_be_bytes(sum), check: u32::from_be_bytes(check) }
    }
}

/// Adds items to the symbols from one on, each to those that it is part of and has not been added
/// to yet.
pub(super) fn add_to(symbols: &mut [Symbol], first: usize, items: &mut [Mapped]) {
    for mapped in items {
        while let Some(symbol) = place(mapped.next, first).and_then(|place| symbols.get_mut(place))
        {
            symbol.add(mapped.item);
            mapped.advance();
        }
    }
}

fn place(symbol: u64, first: usize) -> Option<usize> {
    usize::try_from(symbol).ok()?.checked_sub(first)
}
