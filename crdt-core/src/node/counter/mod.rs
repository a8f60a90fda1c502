mod counted;
mod kept;
mod state;

use core::fmt;
use core::marker::PhantomData;
use core::ops::{AddAssign, Deref, DerefMut, SubAssign};

use serde::{Deserialize, Serialize, Serializer};

use super::watch::Effect;
use super::{
    Before, CounterDelta, CrdtNode, DeltaError, EditError, Fingerprint, NodeState as _, Scope,
    Writing,
};
use crate::history::Chains;
use crate::schema::{self, SchemaBuilder};

pub use counted::Counted;
pub use state::CounterState;

/// A number that is changed by adding, so that concurrent additions add up.
///
/// As a field type this is the same as `i64` with `#[crdt(counter)]`.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Counter(pub i64);

impl Deref for Counter {
    type Target = i64;

    fn deref(&self) -> &i64 {
        &self.0
    }
}

impl DerefMut for Counter {
    fn deref_mut(&mut self) -> &mut i64 {
        &mut self.0
    }
}

impl From<i64> for Counter {
    fn from(value: i64) -> Self {
        Self(value)
    }
}

/// An integer type that a counter can be read as.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a counter",
    label = "not an integer of up to 64 bits",
    note = "`#[crdt(counter)]` is for `i8` to `i64` and `u8` to `u64`"
)]
pub trait CounterInteger:
    Copy + fmt::Debug + PartialEq + Serialize + Send + Sync + 'static
{
    /// The nearest value of the type.
    fn saturating_from(sum: i128) -> Self;
    /// The value, exactly.
    fn widen(self) -> i128;
}

macro_rules! counter_integers {
    ($($type:ty)*) => {$(
        impl CounterInteger for $type {
            fn saturating_from(sum: i128) -> Self {
                let clamped = sum.clamp(i128::from(Self::MIN), i128::from(Self::MAX));
                clamped.try_into().unwrap_or_default()
            }

            fn widen(self) -> i128 {
                i128::from(self)
            }
        }
    )*};
}

counter_integers!(i8 i16 i32 i64 u8 u16 u32 u64);

/// What `#[crdt(counter)]` on a field stands for.
#[derive(Debug)]
pub struct CounterField<T>(PhantomData<T>);

/// Reads a counter.
pub struct CounterView<'a, T = i64> {
    state: &'a CounterState,
    chains: &'a Chains,
    integer: PhantomData<T>,
}

impl<T: CounterInteger> CounterView<'_, T> {
    /// The sum, or the nearest value of the field's type. O(1).
    pub fn get(&self) -> T {
        T::saturating_from(self.state.sum(self.chains))
    }

    /// The sum, as [`get`](Self::get) gives it.
    pub fn value(&self) -> T {
        self.get()
    }
}

impl<T> Clone for CounterView<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for CounterView<'_, T> {}

/// What [`get`](CounterView::get) gives.
impl<T: CounterInteger> fmt::Debug for CounterView<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.get(), f)
    }
}

/// What [`get`](CounterView::get) gives.
impl<T: CounterInteger + fmt::Display> fmt::Display for CounterView<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.get(), f)
    }
}

/// As what [`get`](CounterView::get) gives.
impl<T: CounterInteger> Serialize for CounterView<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

/// Edits a counter.
pub struct CounterEditor<'a, T = i64> {
    state: &'a mut CounterState,
    scope: Scope<'a>,
    integer: PhantomData<T>,
}

impl<T: CounterInteger> CounterEditor<'_, T> {
    /// Views the counter, as it is now.
    pub fn view(&self) -> CounterView<'_, T> {
        view(self.state, self.scope.chains())
    }

    /// The sum, as [`get`](Self::get) gives it.
    pub fn value(&self) -> T {
        self.get()
    }

    /// The sum, or the nearest value of the field's type. O(1).
    pub fn get(&self) -> T {
        self.view().get()
    }

    /// Adds what is missing to a number, so that the counter reads as it. What others add
    /// concurrently is added to it; a number to start from again is written by
    /// [`reset`](Self::reset) and [`add`](Self::add). Nothing is written if it reads so already.
    ///
    /// # Errors
    /// None at present.
    pub fn set(&mut self, value: T) -> Result<(), EditError> {
        write(self.state, self.scope, value, Writing::Difference);
        Ok(())
    }
}

impl<T> CounterEditor<'_, T> {
    /// Adds; a negative number subtracts. Adding nothing writes nothing. The sum has 128 bits and
    /// does not overflow, whatever type it is read as. `votes += 1` does the same.
    ///
    /// # Errors
    /// None at present.
    pub fn add(&mut self, delta: i64) -> Result<(), EditError> {
        self.state.write_add(&mut self.scope, i128::from(delta));
        Ok(())
    }

    /// Takes back everything that was added so far and is known here. What others add concurrently
    /// stands. O(n) for n additions.
    ///
    /// # Errors
    /// None at present.
    pub fn reset(&mut self) -> Result<(), EditError> {
        self.state.clear(self.scope);
        Ok(())
    }
}

/// As [`add`](CounterEditor::add).
impl<T> AddAssign<i64> for CounterEditor<'_, T> {
    fn add_assign(&mut self, delta: i64) {
        self.state.write_add(&mut self.scope, i128::from(delta));
    }
}

/// As [`add`](CounterEditor::add) of the number with the other sign.
impl<T> SubAssign<i64> for CounterEditor<'_, T> {
    fn sub_assign(&mut self, delta: i64) {
        self.state.write_add(&mut self.scope, -i128::from(delta));
    }
}

impl<T: CounterInteger> fmt::Debug for CounterEditor<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.get(), f)
    }
}

fn view<'a, T>(state: &'a CounterState, chains: &'a Chains) -> CounterView<'a, T> {
    CounterView { state, chains, integer: PhantomData }
}

fn edit<'a, T>(state: &'a mut CounterState, scope: Scope<'a>) -> CounterEditor<'a, T> {
    CounterEditor { state, scope, integer: PhantomData }
}

/// Describes a counter.
fn describe<T: CounterInteger>() -> schema::Node {
    schema::Node::CounterOf(core::any::type_name::<T>().to_owned())
}

/// Writes a sum. Where only the difference is wanted, a sum beyond the type's range that the type
/// reads as `value` stays.
fn write<T: CounterInteger>(
    state: &mut CounterState,
    mut scope: Scope<'_>,
    value: T,
    how: Writing,
) {
    if how != Writing::Difference {
        state.clear(scope);
    } else if T::saturating_from(state.sum(scope.chains())).widen() == value.widen() {
        return;
    }
    let missing = value.widen() - state.sum(scope.chains());
    state.write_add(&mut scope, missing);
}

/// The sum before; `None` if it is not known that it was another one.
fn sum_before(before: Before<'_, CounterState>, chains: &Chains) -> Option<i128> {
    match before {
        Before::State(state) => Some(state.sum(chains)),
        Before::Touched(touched) => touched.first(|effect| match effect {
            Effect::Sum(sum) => Some(*sum),
            _ => None,
        }),
    }
}

/// A counter, given the type of its plain values, the integer, and how one becomes the other.
macro_rules! counter_node {
    (
        $(#[$attribute:meta])*
        [$($generics:tt)*] $node:ty, $value:ty => $integer:ty, $name:expr,
        |$given:ident| $take:expr, |$sum:ident| $give:expr
    ) => {
        $(#[$attribute])*
        impl<$($generics)*> CrdtNode for $node {
            type Value = $value;
            type State = Counted<$integer>;
            type View<'a> = CounterView<'a, $integer>;
            type Editor<'a> = CounterEditor<'a, $integer>;
            type Delta = CounterDelta<$integer>;
            type Kind = super::Nested;
            const NAME: &'static str = $name;

            fn describe(_: &mut SchemaBuilder) -> schema::Node {
                describe::<$integer>()
            }

            fn view<'a>(state: &'a Self::State, chains: &'a Chains) -> Self::View<'a> {
                view(&state.counter, chains)
            }

            fn edit<'a>(state: &'a mut Self::State, scope: Scope<'a>) -> Self::Editor<'a> {
                edit(&mut state.counter, scope)
            }

            fn value_of(view: Self::View<'_>) -> $value {
                let $sum = view.get();
                $give
            }

            fn view_of<'a>(editor: &'a Self::Editor<'_>) -> Self::View<'a> {
                editor.view()
            }

            fn write_in(
                editor: &mut Self::Editor<'_>,
                $given: $value,
                how: Writing,
            ) -> Result<(), EditError> {
                write(editor.state, editor.scope, $take, how);
                Ok(())
            }

            fn delta(
                before: Before<'_, Self::State>,
                after: &Self::State,
                chains: &Chains,
            ) -> Option<Self::Delta> {
                let before = before.map(|state| &state.counter);
                CounterDelta::between(sum_before(before, chains)?, after.counter.sum(chains))
            }

            fn apply_delta(value: &mut $value, delta: &Self::Delta) -> Result<(), DeltaError> {
                let $given = *value;
                let mut $sum = $take;
                delta.apply(&mut $sum)?;
                *value = $give;
                Ok(())
            }

            fn copy_value(value: &$value) -> $value {
                *value
            }

            fn serialize_value<Z: Serializer>(
                value: &$value,
                serializer: Z,
            ) -> Result<Z::Ok, Z::Error> {
                value.serialize(serializer)
            }

            fn fingerprint(value: &$value, print: &mut Fingerprint) {
                let $given = *value;
                print.bytes(&$take.widen().to_be_bytes());
            }
        }
    };
}

counter_node!(
    #[diagnostic::do_not_recommend]
    [T: CounterInteger] CounterField<T>, T => T, "", |value| value, |sum| sum
);
counter_node!([] Counter, Self => i64, "Counter", |value| value.0, |sum| Self(sum));
