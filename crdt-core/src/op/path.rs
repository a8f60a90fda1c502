use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Deref;

use super::Name;
use super::decode::{read_raw_segment, read_segment};
use crate::codec::{Reader, hex};

/// The path of an op in canonical bytes, checked. Two paths are the same if their bytes are, and no
/// path's bytes are the beginning of another's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Path<'a> {
    bytes: &'a [u8],
}

impl<'a> Path<'a> {
    /// The root's path.
    pub(crate) const ROOT: Self = Self { bytes: &[0] };

    /// A path that was read from these bytes.
    pub(super) fn from_checked(bytes: &'a [u8]) -> Self {
        Self { bytes }
    }

    pub(super) fn as_bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// The segments from the root on.
    pub(crate) fn segments(self) -> impl Iterator<Item = Segment<'a, Name>> {
        let mut reader = Reader::new(self.bytes);
        let depth = reader.varint().unwrap_or(0);
        (0..depth).map_while(move |_| read_segment(&mut reader).ok())
    }

    /// The segments from the root on, as they lie in the path.
    #[inline]
    pub(crate) fn raw_segments(self) -> impl Iterator<Item = RawSegment<'a>> {
        let mut reader = Reader::new(self.bytes);
        let depth = reader.varint().unwrap_or(0);
        (0..depth).map_while(move |_| read_raw_segment(&mut reader).ok())
    }
}

/// One step of an op's path as it lies in canonical bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RawSegment<'a> {
    /// The bytes of a field or a variant.
    Named(&'a [u8]),
    /// The bytes of a key.
    Key(&'a [u8]),
    /// An element of a list.
    Element(Name),
}

/// One step of an op's path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Segment<'a, N> {
    /// A field of a struct, by its wire name.
    Field(&'a str),
    /// The payload of an enum's variant, by its wire name.
    Variant(&'a str),
    /// An entry of a map.
    Key(Key<'a>),
    /// An element of a list.
    Element(N),
}

/// The key of a map entry.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Key<'a> {
    /// A boolean.
    Bool(bool),
    /// An integer from `i64::MIN` to `u64::MAX`.
    Integer(i128),
    /// Text.
    Text(&'a str),
    /// Bytes, ordered as they are.
    Bytes(KeyBytes<'a>),
}

/// Bytes that are a key: lent ones, or 12 or 16 of its own.
#[derive(Clone, Copy)]
pub struct KeyBytes<'a>(Held<'a>);

#[derive(Clone, Copy)]
enum Held<'a> {
    Lent(&'a [u8]),
    Twelve([u8; 12]),
    Sixteen([u8; 16]),
}

impl<'a> From<&'a [u8]> for KeyBytes<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self(Held::Lent(bytes))
    }
}

impl From<[u8; 12]> for KeyBytes<'_> {
    fn from(bytes: [u8; 12]) -> Self {
        Self(Held::Twelve(bytes))
    }
}

impl From<[u8; 16]> for KeyBytes<'_> {
    fn from(bytes: [u8; 16]) -> Self {
        Self(Held::Sixteen(bytes))
    }
}

impl Deref for KeyBytes<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Held::Lent(bytes) => bytes,
            Held::Twelve(bytes) => bytes,
            Held::Sixteen(bytes) => bytes,
        }
    }
}

impl PartialEq for KeyBytes<'_> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for KeyBytes<'_> {}

impl PartialOrd for KeyBytes<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for KeyBytes<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl Hash for KeyBytes<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

/// In hexadecimal digits.
impl fmt::Display for KeyBytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex::write(f, self)
    }
}

impl fmt::Debug for KeyBytes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
