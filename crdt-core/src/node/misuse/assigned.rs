//! What is tried to assign to an editor.

use crate::node::{CounterEditor, RegisterEditor, TextEditor};

/// What a value is turned into and assigned to.
#[diagnostic::on_unimplemented(
    message = "nothing is assigned to an editor",
    label = "write `.set(..)?` in place of `= ..`",
    note = "an editor stands for a place in the document: `=` would put another editor there"
)]
pub trait Assigned {}

macro_rules! not_assigned {
    ($([$($generics:tt)*] $from:ty => $type:ty;)*) => {$(
        impl<$($generics)*> From<$from> for $type
        where
            Self: Assigned,
        {
            fn from(_: $from) -> Self {
                unreachable!("nothing is `Assigned`")
            }
        }
    )*};
}

not_assigned! {
    [T, D] T => RegisterEditor<'_, T, D>;
    [D] &str => RegisterEditor<'_, String, D>;
    [T] T => CounterEditor<'_, T>;
    [] &str => TextEditor<'_>;
    [] String => TextEditor<'_>;
}
