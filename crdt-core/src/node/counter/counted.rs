use core::fmt;
use core::marker::PhantomData;

use super::{CounterInteger, CounterState};
use crate::codec::DecodeError;
use crate::history::Chains;
#[cfg(feature = "by-path")]
use crate::node::{AnyNode, AnyNodeMut};
use crate::node::{
    DigestWriter, Fit, Incoming, NodeState, Scope, Segment, StateReader, StateWriter,
};

/// The state of a counter that is read as an integer of a type.
pub struct Counted<T> {
    pub(super) counter: CounterState,
    integer: PhantomData<fn() -> T>,
}

impl<T> Default for Counted<T> {
    fn default() -> Self {
        Self { counter: CounterState::default(), integer: PhantomData }
    }
}

impl<T> fmt::Debug for Counted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.counter.fmt(f)
    }
}

#[cfg(feature = "by-path")]
impl<T: CounterInteger> Counted<T> {
    /// The integers that there are of the type.
    fn integers() -> core::ops::RangeInclusive<i128> {
        T::saturating_from(i128::MIN).widen()..=T::saturating_from(i128::MAX).widen()
    }
}

impl<T: CounterInteger> NodeState for Counted<T> {
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        self.counter.apply(path, op, chains)
    }

    fn clear(&mut self, scope: Scope<'_>) {
        self.counter.clear(scope);
    }

    fn is_blank(&self) -> bool {
        self.counter.is_blank()
    }

    fn digest(&self, digest: &mut DigestWriter<'_>) {
        self.counter.digest(digest);
    }

    fn save(&self, writer: &mut StateWriter<'_>) {
        self.counter.save(writer);
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), DecodeError> {
        self.counter.load(reader)
    }

    #[cfg(feature = "by-path")]
    fn any(&self) -> AnyNode<'_> {
        AnyNode::Counter(&self.counter, Self::integers())
    }

    #[cfg(feature = "by-path")]
    fn any_mut(&mut self) -> AnyNodeMut<'_> {
        AnyNodeMut::Counter(&mut self.counter, Self::integers())
    }
}
