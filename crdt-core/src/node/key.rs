use serde::{Serialize, Serializer};

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

    /// The name under which a schema has the type. A saved map is read again only under the name
    /// that it was saved with, so types that take other keys need other names. By itself it is the
    /// compiler's name for the type, with its path.
    fn key_type() -> &'static str
    where
        Self: Sized,
    {
        core::any::type_name::<Self>()
    }

    /// Writes the key as serde writes a plain value of this type: by itself as text, `bool` or the
    /// narrowest of `i64`, `u64` and `i128` that holds the integer.
    ///
    /// # Errors
    /// Those of the serializer.
    fn serialize_key<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.to_key() {
            Key::Bool(bool) => serializer.serialize_bool(bool),
            Key::Text(text) => serializer.serialize_str(text),
            Key::Integer(integer) => match (i64::try_from(integer), u64::try_from(integer)) {
                (Ok(signed), _) => serializer.serialize_i64(signed),
                (_, Ok(unsigned)) => serializer.serialize_u64(unsigned),
                _ => serializer.serialize_i128(integer),
            },
        }
    }
}

/// A key, to serialize.
pub(super) struct Plain<'k, K>(pub(super) &'k K);

impl<K: MapKey> Serialize for Plain<'_, K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize_key(serializer)
    }
}

impl MapKey for String {
    fn to_key(&self) -> Key<'_> {
        Key::Text(self)
    }

    fn key_type() -> &'static str {
        "String"
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

            fn serialize_key<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.serialize(serializer)
            }
        }
    )*};
}

integer_keys!(i8 i16 i32 i64 u8 u16 u32 u64);
