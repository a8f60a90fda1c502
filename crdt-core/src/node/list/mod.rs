//! Lists, whose elements are nested nodes.

#[cfg(feature = "by-path")]
mod any;
mod delta;
mod editor;
mod elements;
mod moving;
mod reconcile;
mod state;
mod view;

use core::ops::{Deref, DerefMut};
use std::collections::VecDeque;

use serde::{Deserialize, Serialize, Serializer};

use reconcile::reconcile;
#[cfg(feature = "by-path")]
pub(super) use reconcile::{Rows, carry_out};

pub use editor::ListEditor;
#[cfg(feature = "by-path")]
pub(super) use editor::SeedOf;
pub use state::ListState;
pub(in crate::node) use state::inserted;
pub use view::{ListIter, ListView};

use super::delta::{list_delta, touched_list};
use super::{
    Argument, Before, CrdtNode, DeltaError, EditError, Fingerprint, ListDelta, Scope, ValueOf,
    Writing,
};
use crate::history::Chains;
use crate::schema::{self, SchemaBuilder};

/// A list whose elements are nested nodes. As a field type this is the same as `Vec<T>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for List<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T> DerefMut for List<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.0
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        Self(items)
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

impl<T> IntoIterator for List<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// The delta of a list.
fn delta<T: CrdtNode>(
    before: Before<'_, ListState<T::State>>,
    after: &ListState<T::State>,
    chains: &Chains,
) -> Option<ListDelta<T>> {
    match before {
        Before::State(before) => {
            let value = |item: &T::State| T::value(item, chains);
            let delta = |before, after: &_| T::delta(Before::State(before), after, chains);
            list_delta::<_, T>(&before.items(chains), &after.items(chains), value, delta)
        }
        Before::Touched(touched) => touched_list(touched, after, chains),
    }
}

macro_rules! list_node {
    ($type:ident, $value:ty) => {
        impl<T: CrdtNode> CrdtNode for $type<T> {
            type Value = $value;
            type State = ListState<T::State>;
            type View<'a> = ListView<'a, T>;
            type Editor<'a> = ListEditor<'a, T>;
            type Delta = ListDelta<T>;
            type Kind = super::Nested;
            const NAME: &'static str = "List";
            const ARGUMENTS: &'static [Argument] = &[Argument::node::<T>()];

            fn describe(schema: &mut SchemaBuilder) -> schema::Node {
                schema::Node::ListOf(Box::new(T::describe(schema)))
            }

            fn view<'a>(state: &'a Self::State, chains: &'a Chains) -> Self::View<'a> {
                ListView { state, chains }
            }

            fn edit<'a>(state: &'a mut Self::State, scope: Scope<'a>) -> Self::Editor<'a> {
                ListEditor { state, scope }
            }

            fn value_of(view: Self::View<'_>) -> Self::Value {
                view.state.states(view.chains).map(|item| T::value(item, view.chains)).collect()
            }

            fn view_of<'a>(editor: &'a Self::Editor<'_>) -> Self::View<'a> {
                editor.view()
            }

            fn write_in(
                editor: &mut Self::Editor<'_>,
                value: Self::Value,
                how: Writing,
            ) -> Result<(), EditError> {
                if how == Writing::Difference {
                    return reconcile::<T>(editor.state, editor.scope, value);
                }
                editor.clear()?;
                editor.extend(value).map(|_| ())
            }

            fn delta(
                before: Before<'_, Self::State>,
                after: &Self::State,
                chains: &Chains,
            ) -> Option<ListDelta<T>> {
                delta::<T>(before, after, chains)
            }

            fn apply_delta(
                value: &mut Self::Value,
                delta: &ListDelta<T>,
            ) -> Result<(), DeltaError> {
                let mut items: Vec<_> = core::mem::take(value).into_iter().collect();
                let applied = delta.apply(&mut items);
                *value = items.into();
                applied
            }

            fn copy_value(value: &Self::Value) -> Self::Value {
                value.iter().map(T::copy_value).collect()
            }

            fn serialize_value<S: Serializer>(
                value: &Self::Value,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(value.iter().map(ValueOf::<T>))
            }

            fn fingerprint(value: &Self::Value, print: &mut Fingerprint) {
                print.number(value.len());
                for value in value.iter() {
                    T::fingerprint(value, print);
                }
            }
        }
    };
}

list_node!(Vec, Vec<T::Value>);
list_node!(VecDeque, VecDeque<T::Value>);
list_node!(List, List<T::Value>);
