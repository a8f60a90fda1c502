use core::fmt;

use serde::{Serialize, Serializer};

use super::record::state_at;
use super::value::{ValueOf, same};
use super::{Build, DeltaBuilder, DeltaParts};
use crate::history::Chains;
use crate::node::{Choice, ChoiceState, CrdtNode, Lazy, Parts, Payloads};

/// What changed of an enum.
pub enum EnumDelta<T: Choice> {
    /// Another variant is selected, with what it holds.
    Selected(T::Value),
    /// The same variant is selected, and something in what it holds changed: an enum with those
    /// variants that hold something, to match on.
    Changed(T::VariantDelta),
}

/// The delta of an enum.
pub fn choice_delta<P: Payloads, T: Choice>(
    before: &ChoiceState<P>,
    after: &ChoiceState<P>,
    chains: &Chains,
    value: impl FnOnce() -> T::Value,
) -> Option<EnumDelta<T>>
where
    T::VariantDelta: DeltaParts,
{
    let place = after.current(chains);
    if before.current(chains) != place {
        return Some(EnumDelta::Selected(value()));
    }
    let (before, after): (&dyn Parts, &dyn Parts) = (&before.payloads, &after.payloads);
    Build::of(Held { before, after, chains, place }).0.map(EnumDelta::Changed)
}

/// Two states of what variants hold, of which one is selected.
struct Held<'s> {
    before: &'s dyn Parts,
    after: &'s dyn Parts,
    chains: &'s Chains,
    place: usize,
}

impl DeltaBuilder for Held<'_> {
    fn place(&self) -> usize {
        self.place
    }

    fn part<N: CrdtNode>(&mut self, place: usize) -> Option<N::Delta> {
        let before = state_at::<Lazy<N::State>>(self.before, place)?;
        let after = state_at::<Lazy<N::State>>(self.after, place)?;
        N::delta(before.get(), after.get(), self.chains)
    }
}

impl<T: Choice> Clone for EnumDelta<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Selected(value) => Self::Selected(T::copy_value(value)),
            Self::Changed(delta) => Self::Changed(delta.clone()),
        }
    }
}

impl<T: Choice> PartialEq for EnumDelta<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Selected(a), Self::Selected(b)) => same::<T>(a, b),
            (Self::Changed(a), Self::Changed(b)) => a == b,
            _ => false,
        }
    }
}

impl<T: Choice> fmt::Debug for EnumDelta<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Selected(value) => f.debug_tuple("Selected").field(&ValueOf::<T>(value)).finish(),
            Self::Changed(delta) => f.debug_tuple("Changed").field(delta).finish(),
        }
    }
}

/// As `{"selected": ..}` or `{"changed": {"Variant": ..}}`.
impl<T: Choice> Serialize for EnumDelta<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const NAME: &str = "EnumDelta";
        match self {
            Self::Selected(value) => {
                serializer.serialize_newtype_variant(NAME, 0, "selected", &ValueOf::<T>(value))
            }
            Self::Changed(delta) => serializer.serialize_newtype_variant(NAME, 1, "changed", delta),
        }
    }
}
