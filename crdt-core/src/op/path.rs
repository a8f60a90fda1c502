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
