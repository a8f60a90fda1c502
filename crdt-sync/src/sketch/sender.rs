//! The side that sends symbols.

use crdt_core::sorted::sort;
use thiserror::Error;

use super::item::{Item, Mapped};
use super::symbol::{self, SYMBOL_BYTES, Symbol};
use super::{MAX_ITEMS, MAX_SYMBOLS};

/// There are more items than a sketch is made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("a sketch is of at most {MAX_ITEMS} items, not of {0}: compare the sets in another way")]
pub struct TooManyItems(pub usize);

/// The symbols of a set, one after the other.
#[derive(Clone, Debug)]
pub struct Sketch {
    items: Vec<Mapped>,
    made: usize,
}

impl Sketch {
    /// A sketch of a set. An item that is there twice counts once. Costs sorting them.
    ///
    /// # Errors
    /// [`TooManyItems`] beyond [`MAX_ITEMS`].
    pub fn new(items: impl IntoIterator<Item = Item>) -> Result<Self, TooManyItems> {
        sorted(items).map(Self::of_sorted)
    }

    pub(super) fn of_sorted(items: Vec<Item>) -> Self {
        Self { items: items.into_iter().map(Mapped::new).collect(), made: 0 }
    }

    /// The next symbols as bytes, [`SYMBOL_BYTES`] each: as many as wanted, fewer only where
    /// [`MAX_SYMBOLS`] are reached. Costs a look at every item, and little for each symbol.
    pub fn symbols(&mut self, count: usize) -> Vec<u8> {
        let symbols = self.make(count.min(MAX_SYMBOLS - self.made));
        let mut bytes = Vec::with_capacity(SYMBOL_BYTES * symbols.len());
        for symbol in symbols {
            symbol.write(&mut bytes);
        }
        bytes
    }

    /// Bytes that it holds.
    pub fn held(&self) -> usize {
        self.items.capacity() * size_of::<Mapped>()
    }

    pub(super) fn make(&mut self, count: usize) -> Vec<Symbol> {
        if count == 0 {
            return Vec::new();
        }
        let mut symbols = vec![Symbol::default(); count];
        symbol::add_to(&mut symbols, self.made, &mut self.items);
        self.made += count;
        symbols
    }
}

/// Items in ascending order, each once.
pub(super) fn sorted(items: impl IntoIterator<Item = Item>) -> Result<Vec<Item>, TooManyItems> {
    let mut items: Vec<Item> = items.into_iter().collect();
    sort(&mut items);
    items.dedup();
    if items.len() > MAX_ITEMS { Err(TooManyItems(items.len())) } else { Ok(items) }
}
