use core::fmt;

use serde::{Serialize, Serializer};

use crate::crypto::{Author, ChangeHash, DocumentId};
use crate::op::Key;

/// A type that can be the key of a map or the element of a set: `String`, `bool`, integers, the
/// names of authors, documents and changes, the types of other crates that a feature stands for and
/// that can be told apart by a few bytes, and newtypes of these.
///
/// In a path a key is text, a `bool`, an integer of up to 64 bits or bytes. Those of `u128` and
/// `i128` are 16 bytes, the highest first, of which the first bit of an `i128` is turned over; so
/// bytes and numbers have one order.
///
/// A key is written only if it comes back: [`from_key`](Self::from_key) of its
/// [`to_key`](Self::to_key) must be an equal one. Of an implementation of your own, two keys must
/// be equal if and only if what they are in paths is.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a map or the element of a set in a document",
    label = "not a key",
    note = "keys are `String`, `bool`, integers, `Author`, `Uuid` and dates with their features, and newtype structs of these that derive `CrdtNode`, `Clone`, `PartialEq`, `Eq`, `PartialOrd` and `Ord`"
)]
pub trait MapKey: Ord + Send + Sync + 'static {
    /// The key as it is in paths.
    fn to_key(&self) -> Key<'_>;

    /// From the key in a path; `None` if it is none of this type.
    fn from_key(key: Key<'_>) -> Option<Self>
    where
        Self: Sized;

    /// Whether the key is read from a path as it is written there.
    #[doc(hidden)]
    fn comes_back(&self) -> bool
    where
        Self: Sized,
    {
        let written = self.to_key();
        let fits = match written {
            Key::Integer(integer) => (i64::MIN.into()..=u64::MAX.into()).contains(&integer),
            Key::Bool(_) | Key::Text(_) | Key::Bytes(_) => true,
        };
        fits && Self::from_key(written).as_ref() == Some(self)
    }

    /// The name under which a schema has the type. A saved map is read again only under the name
    /// that it was saved with, so types that take other keys need other names. By itself it is the
    /// compiler's name for the type, with its path.
    fn key_type() -> &'static str
    where
        Self: Sized,
    {
        core::any::type_name::<Self>()
    }

    /// Writes the key as serde writes a plain value of this type: by itself as text, `bool`, bytes
    /// or the narrowest of `i64`, `u64` and `i128` that holds the integer.
    ///
    /// # Errors
    /// Those of the serializer.
    fn serialize_key<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.to_key() {
            Key::Bool(bool) => serializer.serialize_bool(bool),
            Key::Text(text) => serializer.serialize_str(text),
            Key::Bytes(bytes) => serializer.serialize_bytes(&bytes),
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

/// As it is in paths.
impl<K: MapKey> fmt::Debug for Plain<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.to_key() {
            Key::Bool(bool) => bool.fmt(f),
            Key::Integer(integer) => integer.fmt(f),
            Key::Text(text) => text.fmt(f),
            Key::Bytes(bytes) => bytes.fmt(f),
        }
    }
}

impl MapKey for String {
    fn to_key(&self) -> Key<'_> {
        Key::Text(self)
    }

    fn comes_back(&self) -> bool {
        true
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

/// The bytes of a key, if it is so many.
pub(super) fn bytes_of<const N: usize>(key: Key<'_>) -> Option<[u8; N]> {
    match key {
        Key::Bytes(bytes) => (*bytes).try_into().ok(),
        _ => None,
    }
}

macro_rules! wide_integer_keys {
    ($($type:ident by $turned:expr;)*) => {$(
        impl MapKey for $type {
            fn to_key(&self) -> Key<'_> {
                Key::Bytes((*self ^ $turned).to_be_bytes().into())
            }

            fn key_type() -> &'static str {
                stringify!($type)
            }

            fn from_key(key: Key<'_>) -> Option<Self> {
                bytes_of(key).map(|bytes| Self::from_be_bytes(bytes) ^ $turned)
            }

            fn serialize_key<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.serialize(serializer)
            }
        }
    )*};
}

wide_integer_keys! {
    u128 by 0;
    i128 by i128::MIN;
}

macro_rules! name_keys {
    ($($type:ident from $read:expr;)*) => {$(
        impl MapKey for $type {
            fn to_key(&self) -> Key<'_> {
                Key::Bytes(self.as_bytes().as_slice().into())
            }

            fn key_type() -> &'static str {
                stringify!($type)
            }

            fn from_key(key: Key<'_>) -> Option<Self> {
                $read(bytes_of(key)?)
            }

            fn serialize_key<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.serialize(serializer)
            }
        }
    )*};
}

name_keys! {
    Author from |bytes| Author::from_bytes(bytes).ok();
    ChangeHash from |bytes| Some(ChangeHash::from_bytes(bytes));
    DocumentId from |bytes| Some(DocumentId::from_bytes(bytes));
}
