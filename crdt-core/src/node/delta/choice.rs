use core::fmt;

use serde::{Serialize, Serializer};

use super::record::{BeforeParts, state_at};
use super::value::{ValueOf, same};
use super::{Build, DeltaBuilder, DeltaParts};
use crate::history::Chains;
use crate::node::watch::{Effect, Step};
use crate::node::{Before, Choice, ChoiceState, CrdtNode, Lazy, Parts, Payloads, Variants};

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
    before: Before<'_, ChoiceState<P>>,
    after: &ChoiceState<P>,
    chains: &Chains,
    value: impl FnOnce() -> T::Value,
) -> Option<EnumDelta<T>>
where
    T::VariantDelta: DeltaParts,
{
    let place = after.current(chains);
    let was = match before {
        Before::State(before) => before.current(chains),
        Before::Touched(touched) => touched.first(was_selected).unwrap_or(place),
    };
    if was != place {
        return Some(EnumDelta::Selected(value()));
    }
    let before = BeforeParts::of(before, |state| &state.payloads);
    let held = Held { before, variants: P::VARIANTS, after: &after.payloads, chains, place };
    Build::of(held).0.map(EnumDelta::Changed)
}

/// What an effect says of which variant was selected.
fn was_selected(effect: &Effect) -> Option<usize> {
    if let Effect::Selected(place) = effect { Some(*place) } else { None }
}

/// What variants hold before and after, of which one is selected.
struct Held<'s> {
    before: BeforeParts<'s>,
    variants: &'static Variants,
    after: &'s dyn Parts,
    chains: &'s Chains,
    place: usize,
}

impl DeltaBuilder for Held<'_> {
    fn place(&self) -> usize {
        self.place
    }

    fn part<N: CrdtNode>(&mut self, place: usize) -> Option<N::Delta> {
        let state = |parts| state_at::<Lazy<N::State>>(parts, place).map(Lazy::get);
        let (after, chains) = (state(self.after)?, self.chains);
        match self.before {
            BeforeParts::State(before) => N::delta(Before::State(state(before)?), after, chains),
            BeforeParts::Touched(touched) => {
                let names = self.variants.all_names(place);
                let names = names.map(|name| Step::Variant(name.into()));
                touched.part(names, |touched| N::delta(Before::Touched(touched), after, chains))
            }
        }
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
