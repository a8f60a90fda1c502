use core::fmt;
use core::marker::PhantomData;
use core::ops::{AddAssign, Deref, DerefMut, SubAssign};
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};

use super::{
    CounterDelta, CrdtNode, DeltaError, DigestWriter, EditError, Fingerprint, Fit, Incoming,
    NodeState, Scope, Segment, StateReader, StateWriter, Writing,
};
use crate::codec::DecodeError;
use crate::history::{Chains, LocalAction};
use crate::op::{Action, Id, IdRange};
use crate::schema::{self, SchemaBuilder};
use crate::sequence::SweptAlong;

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

/// The state of a counter: what was added and has not been annulled by a reset.
#[derive(Debug, Default)]
pub struct CounterState {
    adds: BTreeMap<Id, i64>,
    sum: i128,
    /// Of which ops nothing stands. Most counters are never reset.
    swept: Option<Box<SweptAlong>>,
}

impl CounterState {
    /// The sum of everything that was added and stands.
    pub fn sum(&self) -> i128 {
        self.sum
    }

    /// Everything that was added and stands.
    pub(super) fn adds(&self) -> impl Iterator<Item = (Id, i64)> {
        self.adds.iter().map(|(id, delta)| (*id, *delta))
    }

    fn add(&mut self, id: Id, delta: i64) {
        self.adds.insert(id, delta);
        self.sum += i128::from(delta);
    }

    fn take_back(&mut self, id: Id) {
        self.sum -= self.adds.remove(&id).map_or(0, i128::from);
    }

    /// Takes back what was added at or before `last` on its chain.
    fn annul(&mut self, last: Id, chains: &Chains) {
        let Self { adds, sum, swept } = self;
        if adds.is_empty() {
            return;
        }
        let range = IdRange { chain: last.chain, start: 0, end: last.counter.saturating_add(1) };
        let held = |from: u32| {
            let first = Id { chain: from, counter: 0 };
            adds.range(first..).next().map(|(id, _)| id.chain)
        };
        let pieces = swept.get_or_insert_default().sweep(range, chains, held);
        for IdRange { chain, start, end } in pieces {
            let within = Id { chain, counter: start }..Id { chain, counter: end };
            let gone: Vec<Id> = adds.range(within).map(|(id, _)| *id).collect();
            for id in gone {
                *sum -= adds.remove(&id).map_or(0, i128::from);
            }
        }
    }

    /// Adds any integer, in as many ops as it takes.
    fn write_add(&mut self, scope: &mut Scope<'_>, mut delta: i128) {
        while delta != 0 {
            let part = i64::saturating_from(delta);
            let id = scope.write(LocalAction::Add { delta: part });
            self.add(id, part);
            delta -= i128::from(part);
        }
    }

    /// The last standing add of each branch.
    pub(super) fn last_adds(&self) -> Vec<Id> {
        let mut last: Vec<Id> = Vec::new();
        for id in self.adds.keys() {
            match last.last_mut() {
                Some(other) if other.chain == id.chain => *other = *id,
                _ => last.push(*id),
            }
        }
        last
    }
}

impl NodeState for CounterState {
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        match (path, &op.action) {
            ([], Action::Add { .. }) if op.undone.is_some() => self.take_back(op.id),
            ([], Action::Add { delta }) => self.add(op.id, *delta),
            ([], Action::Reset { annuls }) => {
                if let Some(undone) = op.undone {
                    undone.put_back(self, Self::default);
                    return Fit::Applied;
                }
                self.annul(op.id, chains);
                for last in annuls {
                    self.annul(*last, chains);
                }
            }
            _ => return Fit::wrong_kind(),
        }
        Fit::Applied
    }

    fn clear(&mut self, mut scope: Scope<'_>) {
        if !self.adds.is_empty() {
            scope.write(LocalAction::Reset { annuls: self.last_adds() });
            scope.found(core::mem::take(self));
        }
    }

    fn is_blank(&self) -> bool {
        self.adds.is_empty()
    }

    fn digest(&self, digest: &mut DigestWriter<'_>) {
        digest.adds(self.adds());
    }

    fn save(&self, writer: &mut StateWriter<'_>) {
        writer.number(self.adds.len());
        for (id, delta) in self.adds() {
            writer.id(id);
            writer.signed(delta);
        }
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), DecodeError> {
        for _ in 0..reader.count()? {
            let id = reader.id()?;
            self.add(id, reader.signed()?);
        }
        Ok(())
    }
}

/// Reads a counter.
pub struct CounterView<'a, T = i64> {
    state: &'a CounterState,
    integer: PhantomData<T>,
}

impl<T: CounterInteger> CounterView<'_, T> {
    /// The sum, or the nearest value of the field's type. O(1).
    pub fn get(&self) -> T {
        T::saturating_from(self.state.sum)
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
        view(self.state)
    }

    /// The sum, as [`get`](Self::get) gives it.
    pub fn value(&self) -> T {
        self.get()
    }

    /// The sum, or the nearest value of the field's type. O(1).
    pub fn get(&self) -> T {
        T::saturating_from(self.state.sum)
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

fn view<T>(state: &CounterState) -> CounterView<'_, T> {
    CounterView { state, integer: PhantomData }
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
    } else if T::saturating_from(state.sum).widen() == value.widen() {
        return;
    }
    let missing = value.widen() - state.sum;
    state.write_add(&mut scope, missing);
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
            type State = CounterState;
            type View<'a> = CounterView<'a, $integer>;
            type Editor<'a> = CounterEditor<'a, $integer>;
            type Delta = CounterDelta<$integer>;
            type Kind = super::Nested;
            const NAME: &'static str = $name;

            fn describe(_: &mut SchemaBuilder) -> schema::Node {
                describe::<$integer>()
            }

            fn view<'a>(state: &'a CounterState, _: &'a Chains) -> Self::View<'a> {
                view(state)
            }

            fn edit<'a>(state: &'a mut CounterState, scope: Scope<'a>) -> Self::Editor<'a> {
                edit(state, scope)
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
                before: &CounterState,
                after: &CounterState,
                _: &Chains,
            ) -> Option<Self::Delta> {
                CounterDelta::between(before, after)
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
