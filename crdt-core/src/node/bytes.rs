use core::fmt;
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::leaf::leaf_node;
use super::register::register_node;
use super::{Initial, IntoLeaf, LeafValue, Nested};

/// Bytes as one value, which is replaced as a whole: an image, a key, what another program has
/// encoded.
///
/// As a field type this is the same as `Vec<u8>` with `#[crdt(bytes)]`; `Bytes<[u8; 32]>` is as
/// many bytes as it says. In a document it is a byte string, a little longer than the bytes, where
/// a list of them would take some twenty times their size. Serde writes it as bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bytes<T = Vec<u8>>(pub T);

/// As the bytes are printed.
impl<T: fmt::Debug> fmt::Debug for Bytes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T> Deref for Bytes<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Bytes<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> From<T> for Bytes<T> {
    fn from(bytes: T) -> Self {
        Self(bytes)
    }
}

impl From<&[u8]> for Bytes {
    fn from(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

impl PartialEq<[u8]> for Bytes {
    fn eq(&self, other: &[u8]) -> bool {
        self.0 == other
    }
}

impl<T: PartialEq> PartialEq<T> for Bytes<T> {
    fn eq(&self, other: &T) -> bool {
        self.0 == *other
    }
}

/// A type that `#[crdt(bytes)]` can be put on.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be kept as bytes",
    label = "neither a `Vec<u8>` nor a `[u8; N]`",
    note = "`#[crdt(bytes)]` is for fields of type `Vec<u8>`, `[u8; N]`, and `Option`s of them"
)]
pub trait ByteString: Clone + Send + Sync + 'static {
    /// What it is before it is set.
    fn blank() -> Self;

    /// From bytes, or from there being none; `None` if it is never that.
    fn from_bytes(bytes: Option<&[u8]>) -> Option<Self>;

    /// The bytes, if there are any.
    fn as_bytes(&self) -> Option<&[u8]>;
}

impl ByteString for Vec<u8> {
    fn blank() -> Self {
        Self::new()
    }

    fn from_bytes(bytes: Option<&[u8]>) -> Option<Self> {
        bytes.map(<[u8]>::to_vec)
    }

    fn as_bytes(&self) -> Option<&[u8]> {
        Some(self)
    }
}

/// Before it is set, it is zeros.
impl<const N: usize> ByteString for [u8; N] {
    fn blank() -> Self {
        [0; N]
    }

    fn from_bytes(bytes: Option<&[u8]>) -> Option<Self> {
        bytes?.try_into().ok()
    }

    fn as_bytes(&self) -> Option<&[u8]> {
        Some(self)
    }
}

impl<T: ByteString> ByteString for Option<T> {
    fn blank() -> Self {
        None
    }

    fn from_bytes(bytes: Option<&[u8]>) -> Option<Self> {
        match bytes {
            None => Some(None),
            bytes => T::from_bytes(bytes).map(Some),
        }
    }

    fn as_bytes(&self) -> Option<&[u8]> {
        self.as_ref()?.as_bytes()
    }
}

/// As bytes; what is none as none.
impl<T: ByteString> Serialize for Bytes<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_bytes() {
            Some(bytes) => serializer.serialize_bytes(bytes),
            None => serializer.serialize_none(),
        }
    }
}

impl<'de, T: ByteString> Deserialize<'de> for Bytes<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let reader = Reader { numbers: deserializer.is_human_readable(), to: PhantomData };
        if T::from_bytes(None).is_some() {
            deserializer.deserialize_option(reader)
        } else {
            deserializer.deserialize_byte_buf(reader)
        }
    }
}

/// Reads bytes.
struct Reader<T> {
    /// Whether they may be a sequence of numbers, which is how formats for people write them. In
    /// a document it is another value.
    numbers: bool,
    to: PhantomData<T>,
}

impl<T: ByteString> Reader<T> {
    fn made<E: de::Error>(&self, bytes: Option<&[u8]>) -> Result<Bytes<T>, E> {
        let wrong = || E::invalid_length(bytes.map_or(0, <[u8]>::len), self);
        T::from_bytes(bytes).map(Bytes).ok_or_else(wrong)
    }
}

impl<'de, T: ByteString> de::Visitor<'de> for Reader<T> {
    type Value = Bytes<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(core::any::type_name::<T>())
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Bytes<T>, E> {
        self.made(Some(bytes))
    }

    fn visit_none<E: de::Error>(self) -> Result<Bytes<T>, E> {
        self.made(None)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Bytes<T>, E> {
        self.made(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Bytes<T>, D::Error> {
        deserializer.deserialize_byte_buf(self)
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut numbers: A) -> Result<Bytes<T>, A::Error> {
        if !self.numbers {
            return Err(de::Error::invalid_type(de::Unexpected::Seq, &self));
        }
        let mut bytes = Vec::new();
        while let Some(byte) = numbers.next_element()? {
            bytes.push(byte);
        }
        self.made(Some(&bytes))
    }
}

/// [`Initial`] by [`ByteString::blank`].
#[derive(Debug)]
pub struct NoBytes;

#[diagnostic::do_not_recommend]
impl<T: ByteString> Initial<T> for NoBytes {
    fn initial() -> T {
        T::blank()
    }
}

/// What is initial, as bytes.
#[derive(Debug)]
pub struct InitialBytes<D>(PhantomData<D>);

#[diagnostic::do_not_recommend]
impl<T: ByteString, D: Initial<T>> Initial<Bytes<T>> for InitialBytes<D> {
    fn initial() -> Bytes<T> {
        Bytes(D::initial())
    }
}

#[diagnostic::do_not_recommend]
impl<T: ByteString> IntoLeaf<Bytes<T>> for T {
    fn into_leaf(self) -> Bytes<T> {
        Bytes(self)
    }
}

#[diagnostic::do_not_recommend]
impl IntoLeaf<Bytes> for &[u8] {
    fn into_leaf(self) -> Bytes {
        Bytes(self.to_vec())
    }
}

#[diagnostic::do_not_recommend]
impl<const N: usize> IntoLeaf<Bytes> for &[u8; N] {
    fn into_leaf(self) -> Bytes {
        Bytes(self.to_vec())
    }
}

#[diagnostic::do_not_recommend]
impl<T: ByteString> IntoLeaf<Bytes<Option<T>>> for T {
    fn into_leaf(self) -> Bytes<Option<T>> {
        Bytes(Some(self))
    }
}

impl<T: ByteString> LeafValue for Bytes<T> {}

leaf_node!([T: ByteString] Bytes<T>, "Bytes", InitialBytes<NoBytes>);

/// What `#[crdt(bytes)]` on a field stands for.
#[derive(Debug)]
pub struct BytesField<T, D = NoBytes>(PhantomData<(T, D)>);

register_node!(
    #[diagnostic::do_not_recommend]
    [T: ByteString, D: Initial<T> + Send + Sync] BytesField<T, D>, Nested, InitialBytes<D>,
    T => Bytes<T>, "", |value| Bytes(value.clone()), |value| value.0
);
