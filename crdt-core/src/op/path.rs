use super::Name;
use super::decode::read_segment;
use crate::codec::Reader;

/// The path of an op in canonical bytes, checked. Two paths are the same if their bytes are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Path<'a> {
    depth: usize,
    /// The segments, without their number.
    bytes: &'a [u8],
}

impl<'a> Path<'a> {
    /// A path of so many segments that lie in these bytes.
    pub(super) fn from_checked(depth: usize, bytes: &'a [u8]) -> Self {
        Self { depth, bytes }
    }

    /// The segments from the root on.
    pub(crate) fn segments(self) -> impl Iterator<Item = Segment<'a, Name>> {
        let mut reader = Reader::new(self.bytes);
        (0..self.depth).map_while(move |_| read_segment(&mut reader).ok())
    }
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
}
