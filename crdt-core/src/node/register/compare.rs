//! Views and editors of registers are compared as the values are.
//!
//! They are not `Ord`: its `min` and `max` would take the place of the value's.

use core::cmp::Ordering;

use super::{Register, RegisterEditor, RegisterView};

macro_rules! compared {
    ($($reader:ident)*) => {$(
        impl<T: PartialEq, D> PartialEq<T> for $reader<'_, T, D> {
            fn eq(&self, other: &T) -> bool {
                self.get() == other
            }
        }

        impl<T: PartialEq, D> PartialEq<Register<T>> for $reader<'_, T, D> {
            fn eq(&self, other: &Register<T>) -> bool {
                *self.get() == other.0
            }
        }

        impl<T: PartialEq, D, E> PartialEq<RegisterView<'_, T, E>> for $reader<'_, T, D> {
            fn eq(&self, other: &RegisterView<'_, T, E>) -> bool {
                self.get() == other.get()
            }
        }

        impl<D> PartialEq<str> for $reader<'_, String, D> {
            fn eq(&self, other: &str) -> bool {
                self.get() == other
            }
        }

        impl<D> PartialEq<&str> for $reader<'_, String, D> {
            fn eq(&self, other: &&str) -> bool {
                self.get() == other
            }
        }

        impl<T: PartialOrd, D> PartialOrd<T> for $reader<'_, T, D> {
            fn partial_cmp(&self, other: &T) -> Option<Ordering> {
                self.get().partial_cmp(other)
            }
        }

        impl<T: PartialOrd, D, E> PartialOrd<RegisterView<'_, T, E>> for $reader<'_, T, D> {
            fn partial_cmp(&self, other: &RegisterView<'_, T, E>) -> Option<Ordering> {
                self.get().partial_cmp(other.get())
            }
        }
    )*};
}

compared!(RegisterView RegisterEditor);
