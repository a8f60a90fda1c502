//! Schemas that are read from somewhere hold together: every type that is referred to is there.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Body, Fields, Node, Schema, Type};

/// Why data is not a schema, although it has the form of one.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub(super) enum SchemaError {
    /// A type is referred to that is not there.
    #[error("the schema refers to the type `{0}`, which is not in it")]
    Missing(String),
    /// A newtype wraps itself, so that it says of nothing what it is.
    #[error("the newtype `{0}` wraps nothing but itself")]
    Endless(String),
}

/// A schema whose references have not been followed.
#[derive(Deserialize)]
pub(super) struct Unchecked {
    root: Node,
    #[serde(default)]
    types: BTreeMap<String, Type>,
}

impl TryFrom<Unchecked> for Schema {
    type Error = SchemaError;

    fn try_from(Unchecked { root, types }: Unchecked) -> Result<Self, SchemaError> {
        check_node(&root, &types)?;
        for (name, found) in &types {
            match &found.body {
                Body::Struct(fields) => check_fields(fields, &types)?,
                Body::Enum(variants) => {
                    let mut held = variants.iter().filter_map(|variant| variant.payload.as_ref());
                    held.try_for_each(|node| check_node(node, &types))?;
                }
                Body::Newtype(node) => {
                    check_node(node, &types)?;
                    check_end(name, node, &types)?;
                }
            }
        }
        Ok(Self { root, types })
    }
}

fn check_fields(fields: &Fields, types: &BTreeMap<String, Type>) -> Result<(), SchemaError> {
    fields.as_slice().iter().try_for_each(|field| check_node(&field.node, types))
}

fn check_node(node: &Node, types: &BTreeMap<String, Type>) -> Result<(), SchemaError> {
    match node {
        Node::ListOf(inner) | Node::OptionOf(inner) | Node::BoxOf(inner) => {
            check_node(inner, types)
        }
        Node::MapOf { value, .. } => check_node(value, types),
        Node::Struct(fields) => check_fields(fields, types),
        Node::Type(name) if !types.contains_key(name) => Err(SchemaError::Missing(name.clone())),
        _ => Ok(()),
    }
}

/// Follows a newtype through boxes and other newtypes, of which there are no more than types.
fn check_end(name: &str, node: &Node, types: &BTreeMap<String, Type>) -> Result<(), SchemaError> {
    let (mut node, mut steps) = (node, 0);
    loop {
        node = match node {
            Node::BoxOf(inner) => inner,
            Node::Type(next) => match types.get(next).map(|found| &found.body) {
                Some(Body::Newtype(inner)) => inner,
                _ => return Ok(()),
            },
            _ => return Ok(()),
        };
        steps += usize::from(!matches!(node, Node::BoxOf(_)));
        if steps > types.len() {
            return Err(SchemaError::Endless(name.to_owned()));
        }
    }
}
