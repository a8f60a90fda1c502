/// Names an op or element inside one replica: the branch it lies on and its counter along
/// its author's chain. Other replicas number segments differently; between replicas an op is
/// named by its change's hash and its offset in the change.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Id {
    pub(crate) chain: u32,
    pub(crate) counter: u32,
}

impl Id {
    /// The name `steps` counters further along the chain. Counters never reach `u32::MAX`: the
    /// history refuses a chain that long.
    #[must_use]
    pub(crate) fn plus(self, steps: u32) -> Self {
        Self { chain: self.chain, counter: self.counter + steps }
    }
}

/// Consecutive counters of one branch, `start..end`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct IdRange {
    pub(crate) chain: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl IdRange {
    /// `len` names from `first` on.
    pub(crate) fn new(first: Id, len: u32) -> Self {
        Self { chain: first.chain, start: first.counter, end: first.counter + len }
    }

    /// The first name.
    pub(crate) fn first(self) -> Id {
        Id { chain: self.chain, counter: self.start }
    }

    /// The number of names.
    pub(crate) fn len(self) -> u32 {
        self.end - self.start
    }

    /// The name behind the last one.
    pub(crate) fn next(self) -> Id {
        Id { chain: self.chain, counter: self.end }
    }

    /// Appends a range that begins where this one ends; says whether it does.
    pub(crate) fn append(&mut self, more: Self) -> bool {
        let follows = self.chain == more.chain && self.end == more.start;
        if follows {
            self.end = more.end;
        }
        follows
    }
}
