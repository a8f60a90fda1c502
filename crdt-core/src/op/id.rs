//! How ops and elements are named inside one replica.

/// Names an op or element inside one replica: the chain segment it lies on and its counter along
/// its author's chain.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Id {
    /// The chain segment, numbered by this replica.
    pub(crate) chain: u32,
    /// The counter along the chain.
    pub(crate) counter: u32,
}

impl Id {
    /// The name `steps` counters further along the chain.
    ///
    /// Counters never reach `u32::MAX`: the history refuses a chain that long.
    pub(crate) fn plus(self, steps: u32) -> Self {
        Self {
            chain: self.chain,
            counter: self.counter + steps,
        }
    }
}

/// Consecutive counters of one chain, `start..end`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct IdRange {
    /// The chain segment, numbered by this replica.
    pub(crate) chain: u32,
    /// The first counter.
    pub(crate) start: u32,
    /// One past the last counter.
    pub(crate) end: u32,
}

impl IdRange {
    /// `len` names from `first` on.
    pub(crate) fn new(first: Id, len: u32) -> Self {
        Self {
            chain: first.chain,
            start: first.counter,
            end: first.counter + len,
        }
    }

    /// The number of names.
    pub(crate) fn len(self) -> u32 {
        self.end - self.start
    }
}

/// The side of its parent on which an element hangs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Side {
    /// Before the parent.
    Left,
    /// After the parent.
    Right,
}
