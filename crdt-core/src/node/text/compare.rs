//! Views and editors of texts are compared without copying them.

use super::{Text, TextEditor, TextView};

macro_rules! compared {
    ($($reader:ident)*) => {$(
        impl PartialEq<str> for $reader<'_> {
            fn eq(&self, other: &str) -> bool {
                self.state.reads_as(other, self.chains())
            }
        }

        impl PartialEq<&str> for $reader<'_> {
            fn eq(&self, other: &&str) -> bool {
                *self == **other
            }
        }

        impl PartialEq<String> for $reader<'_> {
            fn eq(&self, other: &String) -> bool {
                *self == **other
            }
        }

        impl PartialEq<Text> for $reader<'_> {
            fn eq(&self, other: &Text) -> bool {
                *self == *other.0
            }
        }

        impl PartialEq<TextView<'_>> for $reader<'_> {
            fn eq(&self, other: &TextView<'_>) -> bool {
                self.len_utf8() == other.len_utf8() && self.chars().eq(other.chars())
            }
        }
    )*};
}

compared!(TextView TextEditor);
