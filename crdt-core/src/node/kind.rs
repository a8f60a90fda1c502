use super::{CrdtNode, Initial, LeafField, LeafValue, OptionNode, StandardDefault};

/// The [kind](CrdtNode::Kind) of types that are one register; an `Option` of one is a register too.
#[derive(Debug)]
pub struct Leaf;

/// The [kind](CrdtNode::Kind) of all other types; an `Option` of one is a map with a single key.
#[derive(Debug)]
pub struct Nested;

/// How an `Option<T>` is represented, by the kind of `T`.
pub trait Kind<T: CrdtNode> {
    /// The node that stands for the `Option`.
    type Optional: CrdtNode<Value = Option<T::Value>>;
}

impl<T: CrdtNode<Value = T> + LeafValue + Clone> Kind<T> for Leaf {
    type Optional = LeafField<Option<T>, StandardDefault>;
}

/// With a default of its own it is one register too, absent until it is set.
impl<T, D> Kind<LeafField<T, D>> for Leaf
where
    T: LeafValue + Clone,
    D: Initial<T> + Send + Sync,
{
    type Optional = LeafField<Option<T>, StandardDefault>;
}

impl<T: CrdtNode> Kind<T> for Nested {
    type Optional = OptionNode<T>;
}
