//! What is tried with texts as with a `str`.

use crate::node::{TextEditor, TextView};

/// A text that is one `str`.
#[diagnostic::on_unimplemented(
    message = "a text is kept in pieces, not as one `str`",
    label = "write `.value()` first, which gives a `String`",
    note = "positions in a text count characters, not bytes: `.position_of_utf8(offset)?` turns what `find` gives into one"
)]
pub trait KeptAsStr {}

macro_rules! not_one_str {
    ($type:ty) => {
        impl $type {
            #[doc(hidden)]
            pub fn as_str(&self) -> &str
            where
                Self: KeptAsStr,
            {
                ""
            }

            #[doc(hidden)]
            pub fn find<P>(&self, _: P) -> Option<usize>
            where
                Self: KeptAsStr,
            {
                None
            }

            #[doc(hidden)]
            pub fn contains<P>(&self, _: P) -> bool
            where
                Self: KeptAsStr,
            {
                false
            }

            #[doc(hidden)]
            pub fn starts_with<P>(&self, _: P) -> bool
            where
                Self: KeptAsStr,
            {
                false
            }

            #[doc(hidden)]
            pub fn lines(&self) -> core::str::Lines<'_>
            where
                Self: KeptAsStr,
            {
                "".lines()
            }

            #[doc(hidden)]
            pub fn trim(&self) -> &str
            where
                Self: KeptAsStr,
            {
                ""
            }
        }
    };
}

not_one_str!(TextView<'_>);
not_one_str!(TextEditor<'_>);
