//! The side that decodes symbols.

use crdt_core::sorted::SortedSet;

use thiserror::Error;

use super::item::{Item, Mapped};
use super::sender::{Sketch, TooManyItems, sorted};
use super::symbol::{self, SYMBOL_BYTES, Symbol};
use super::{MAX_SYMBOLS, SketchError as Error};

/// Why nothing comes of a sketch. On each of these the exact list is exchanged instead.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum SketchError {
    /// The bytes are not whole symbols.
    #[error("a sketch has symbols of {SYMBOL_BYTES} bytes, which {0} bytes are not")]
    NotSymbols(usize),
    /// There have been as many symbols as may be. The sets differ in too much.
    #[error("the sets differ in more than {0} symbols can tell")]
    Exhausted(usize),
    /// The symbols are not those of a set.
    #[error("the symbols contradict each other")]
    Contradictory,
}

/// What two sets differ in, as far as the other side's symbols can be believed.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Difference {
    /// Items of the own set that the other one lacks, ascending.
    pub mine: Vec<Item>,
    /// Items of the other set that are not in the own one, ascending.
    pub theirs: Vec<Item>,
}

/// Finds out what the own set and that of a [`Sketch`] differ in.
#[derive(Clone, Debug)]
pub struct Reconciler {
    own: Vec<Item>,
    sketch: Sketch,
    limit: usize,
    /// What is left of each symbol without what is known.
    symbols: Vec<Symbol>,
    /// Found so far, each on its way to symbols that have not come yet.
    found: Vec<Mapped>,
    names: SortedSet<Item>,
    failed: Option<Error>,
}

impl Reconciler {
    /// A reconciler of a set that gives up after `limit` symbols, and after [`MAX_SYMBOLS`] in any
    /// case. It should be what an exact list costs, divided by [`SYMBOL_BYTES`].
    ///
    /// # Errors
    /// [`TooManyItems`] if a sketch cannot be made of the set.
    pub fn new(items: impl IntoIterator<Item = Item>, limit: usize) -> Result<Self, TooManyItems> {
        let own = sorted(items)?;
        Ok(Self {
            sketch: Sketch::of_sorted(own.clone()),
            own,
            limit: limit.min(MAX_SYMBOLS),
            symbols: Vec::new(),
            found: Vec::new(),
            names: SortedSet::new(),
            failed: None,
        })
    }

    /// Takes in the next symbols, and tells the difference once it is known; nothing if more
    /// symbols are needed. Costs a look at every own item and at every symbol, and a step for each
    /// symbol that an item which is found is part of.
    ///
    /// # Errors
    /// [`SketchError`] if nothing will come of it. It stays so.
    pub fn receive(&mut self, bytes: &[u8]) -> Result<Option<Difference>, SketchError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let result = self.take_in(bytes);
        self.failed = result.as_ref().err().copied();
        result
    }

    /// Bytes that it holds.
    pub fn held(&self) -> usize {
        // A set of items takes some twice what they are.
        self.own.capacity() * size_of::<Item>()
            + self.sketch.held()
            + self.symbols.capacity() * size_of::<Symbol>()
            + self.found.capacity() * size_of::<Mapped>()
            + self.names.len() * 2 * size_of::<Item>()
    }

    fn take_in(&mut self, bytes: &[u8]) -> Result<Option<Difference>, Error> {
        let (symbols, rest) = bytes.as_chunks::<SYMBOL_BYTES>();
        if !rest.is_empty() {
            return Err(Error::NotSymbols(bytes.len()));
        }
        let first = self.symbols.len();
        if first + symbols.len() > self.limit {
            return Err(Error::Exhausted(self.limit));
        }
        self.symbols.extend(self.sketch.make(symbols.len()));
        let new = &mut self.symbols[first..];
        for (symbol, bytes) in new.iter_mut().zip(symbols) {
            symbol.add_all(Symbol::read(bytes));
        }
        symbol::add_to(new, first, &mut self.found);
        self.peel(first)?;
        let is_done = !self.symbols.is_empty() && self.symbols.iter().all(|left| left.is_empty());
        match is_done {
            true => Ok(Some(self.difference())),
            false if self.symbols.len() == self.limit => Err(Error::Exhausted(self.limit)),
            false => Ok(None),
        }
    }

    /// Takes items out of all symbols, as long as one is left alone in one of these: in those from
    /// one on, or where others were taken out.
    fn peel(&mut self, first: usize) -> Result<(), Error> {
        let mut alone: Vec<usize> = (first..self.symbols.len()).collect();
        while let Some(place) = alone.pop() {
            let Some(item) = self.symbols[place].only() else { continue };
            // Each item is there once, and there are no more of them than symbols to tell them.
            if !self.names.insert(item) || self.names.len() > self.symbols.len() {
                return Err(Error::Contradictory);
            }
            self.take_out(item, &mut alone);
        }
        Ok(())
    }

    /// Takes an item out of all symbols, and tells in which only one is left now.
    fn take_out(&mut self, item: Item, alone: &mut Vec<usize>) {
        let mut mapped = Mapped::new(item);
        while let Some(place) = usize::try_from(mapped.next).ok()
            && let Some(symbol) = self.symbols.get_mut(place)
        {
            symbol.add(item);
            if symbol.only().is_some() {
                alone.push(place);
            }
            mapped.advance();
        }
        self.found.push(mapped);
    }

    fn difference(&self) -> Difference {
        let is_own = |item: &Item| self.own.binary_search(item).is_ok();
        let (mine, theirs) = self.names.iter().partition(|item| is_own(item));
        Difference { mine, theirs }
    }
}
