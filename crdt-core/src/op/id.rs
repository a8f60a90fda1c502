/// Names an op or element inside one replica: the chain segment it lies on and its counter along
/// its author's chain. Other replicas number segments differently; between replicas an op is
/// named by its change's hash and its offset in the change.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Id {
    pub(crate) chain: u32,
    pub(crate) counter: u32,
}

/// Consecutive counters of one chain segment, `start..end`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct IdRange {
    pub(crate) chain: u32,
    pub(crate) start: u32,
    pub(crate) end: u32,
}
