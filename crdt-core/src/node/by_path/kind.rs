use super::any::{AnyMap, AnyNode, AnyNodeMut};

/// What kind of node is at a place.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum NodeKind {
    /// A struct, or the fields of a variant.
    Struct,
    /// An enum.
    Enum,
    /// A list.
    List,
    /// A map.
    Map,
    /// A set.
    Set,
    /// A node that may be absent.
    Option,
    /// A value that is replaced as a whole.
    Register,
    /// A counter.
    Counter,
    /// A text.
    Text,
    /// JSON without a schema.
    Json,
    /// What holds nothing.
    Unit,
    /// What cannot be read or edited by path.
    Closed,
}

impl NodeKind {
    /// For messages.
    pub(super) fn found(self) -> &'static str {
        match self {
            Self::Struct => "a struct",
            Self::Enum => "an enum",
            Self::List => "a list",
            Self::Map => "a map",
            Self::Set => "a set",
            Self::Option => "an optional node",
            Self::Register => "a register",
            Self::Counter => "a counter",
            Self::Text => "a text",
            Self::Json => "JSON",
            Self::Unit => "a unit",
            Self::Closed => "a node of a kind of its own",
        }
    }

    pub(super) fn of_map(map: &dyn AnyMap) -> Self {
        if map.is_set() { Self::Set } else { Self::Map }
    }
}

impl AnyNode<'_> {
    pub(super) fn kind(&self) -> NodeKind {
        match self {
            Self::Record(..) => NodeKind::Struct,
            Self::Choice(..) => NodeKind::Enum,
            Self::List(_) => NodeKind::List,
            Self::Map(map) => NodeKind::of_map(*map),
            Self::Option(_) => NodeKind::Option,
            Self::Register(_) => NodeKind::Register,
            Self::Counter(..) => NodeKind::Counter,
            Self::Text(_) => NodeKind::Text,
            Self::Json(_) => NodeKind::Json,
            Self::Unit => NodeKind::Unit,
            Self::Closed => NodeKind::Closed,
        }
    }
}

impl AnyNodeMut<'_> {
    pub(super) fn kind(&self) -> NodeKind {
        match self {
            Self::Record(..) => NodeKind::Struct,
            Self::Choice(_) => NodeKind::Enum,
            Self::List(_) => NodeKind::List,
            Self::Map(map) => NodeKind::of_map(*map),
            Self::Option(_) => NodeKind::Option,
            Self::Register(_) => NodeKind::Register,
            Self::Counter(..) => NodeKind::Counter,
            Self::Text(_) => NodeKind::Text,
            Self::Json(_) => NodeKind::Json,
            Self::Unit => NodeKind::Unit,
            Self::Closed => NodeKind::Closed,
        }
    }
}
