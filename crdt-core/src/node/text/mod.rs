//! Texts, which merge character by character.

mod characters;
mod compare;
mod editor;
mod slice;
mod state;
mod view;

use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize, Serializer};

pub use editor::TextEditor;
pub use slice::TextSlice;
pub use state::TextState;
pub use view::TextView;

use super::delta::text_delta;
use super::{CrdtNode, DeltaError, EditError, Fingerprint, Scope, TextDelta, Writing};
use crate::history::Chains;
use crate::schema::{self, SchemaBuilder};

/// Text that merges character by character.
///
/// As a field type this is the same as `String` with `#[crdt(text)]`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(pub String);

impl Text {
    fn from_text(text: String) -> Self {
        Self(text)
    }
}

impl Deref for Text {
    type Target = String;

    fn deref(&self) -> &String {
        &self.0
    }
}

impl DerefMut for Text {
    fn deref_mut(&mut self) -> &mut String {
        &mut self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// What `#[crdt(text)]` on a field stands for.
#[derive(Debug)]
pub struct TextField<T>(PhantomData<T>);

/// A type that `#[crdt(text)]` can be put on.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a text",
    label = "not a `String`",
    note = "`#[crdt(text)]` is for fields of type `String`"
)]
pub trait TextString: 'static {
    /// From the text.
    fn from_text(text: String) -> Self;
    /// The text.
    fn as_text(&self) -> &str;
}

impl TextString for String {
    fn from_text(text: String) -> Self {
        text
    }

    fn as_text(&self) -> &str {
        self
    }
}
macro_rules! text_node {
    ($(#[$attribute:meta])? $type:ty, $value:ty $(, $param:ident: $bound:ident)?) => {
        $(#[$attribute])?
        impl$(<$param: $bound>)? CrdtNode for $type {
            type Value = $value;
            type State = TextState;
            type View<'a> = TextView<'a>;
            type Editor<'a> = TextEditor<'a>;
            type Delta = TextDelta;
            type Kind = super::Nested;
            const NAME: &'static str = "Text";

            fn describe(_: &mut SchemaBuilder) -> schema::Node {
                schema::Node::AnyText
            }

            fn view<'a>(state: &'a TextState, chains: &'a Chains) -> TextView<'a> {
                TextView { state, chains }
            }

            fn edit<'a>(state: &'a mut TextState, scope: Scope<'a>) -> TextEditor<'a> {
                TextEditor { state, scope }
            }

            fn value_of(view: TextView<'_>) -> $value {
                <$value>::from_text(view.value())
            }

            fn view_of<'a>(editor: &'a TextEditor<'_>) -> TextView<'a> {
                editor.view()
            }

            fn write_in(
                TextEditor { state, scope }: &mut TextEditor<'_>,
                value: $value,
                how: Writing,
            ) -> Result<(), EditError> {
                match how {
                    Writing::Difference => state.reconcile(*scope, value.as_text()),
                    Writing::Anew | Writing::Seeded => state.assign(*scope, value.as_text()),
                }
            }

            fn delta(
                before: &TextState,
                after: &TextState,
                chains: &Chains,
            ) -> Option<TextDelta> {
                text_delta(before, after, chains)
            }

            fn apply_delta(value: &mut $value, delta: &TextDelta) -> Result<(), DeltaError> {
                let mut text = value.as_text().to_owned();
                delta.apply(&mut text)?;
                *value = <$value>::from_text(text);
                Ok(())
            }

            fn copy_value(value: &$value) -> $value {
                <$value>::from_text(value.as_text().to_owned())
            }

            fn serialize_value<S: Serializer>(
                value: &$value,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(value.as_text())
            }

            fn fingerprint(value: &$value, print: &mut Fingerprint) {
                print.bytes(value.as_text().as_bytes());
            }
        }
    };
}

text_node!(Text, Self);
text_node!(#[diagnostic::do_not_recommend] TextField<T>, T, T: TextString);
