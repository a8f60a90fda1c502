use crate::op::Key;

/// A type that can be the key of a map or the element of a set: `String`, `bool`, integers to 64
/// bits, and newtypes of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a map or the element of a set in a document",
    label = "not a key",
    note = "keys are `String`, `bool`, integers up to 64 bits, and newtype structs of these that derive `CrdtNode`"
)]
pub trait MapKey: Ord + Send + Sync + 'static {
    /// The key as it is in paths.
    fn to_key(&self) -> Key<'_>;

    /// From the key in a path; `None` if it is none of this type.
    fn from_key(key: Key<'_>) -> Option<Self>
    where
        Self: Sized;
}

impl MapKey for String {
    fn to_key(&self) -> Key<'_> {
        Key::Text(self)
    }

    fn from_key(key: Key<'_>) -> Option<Self> {
        match key {
            Key::Text(text) => Some(text.to_owned()),
            _ => None,
        }
    }
}

impl MapKey for bool {
    fn to_key(&self) -> Key<'_> {
        Key::Bool(*self)
    }

    fn from_key(key: Key<'_>) -> Option<Self> {
        match key {
            Key::Bool(bool) => Some(bool),
            _ => None,
        }
    }
}

macro_rules! integer_keys {
    ($($type:ty)*) => {$(
        impl MapKey for $type {
            fn to_key(&self) -> Key<'_> {
                Key::Integer(i128::from(*self))
            }

            fn from_key(key: Key<'_>) -> Option<Self> {
                match key {
                    Key::Integer(integer) => integer.try_into().ok(),
                    _ => None,
                }
            }
        }
    )*};
}

integer_keys!(i8 i16 i32 i64 u8 u16 u32 u64);
