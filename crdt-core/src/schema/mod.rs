//! The schema of a document as plain data: what a type stores, under which names, and how.
//!
//! Every type that can be part of a document describes itself. [`Schema::of`] puts that together:
//! the node that the document is, and a table of the named types it is made of. A type refers to
//! another one by name, so each is there once, also those that contain themselves.
//!
//! ```
//! use crdt_core::CrdtNode;
//! use crdt_core::schema::{Node, Schema};
//! use crdt_core::serde_json::{self, json};
//!
//! /// What has to be done.
//! #[derive(CrdtNode)]
//! struct Task {
//!     title: String,
//!     #[crdt(counter, rename = "points")]
//!     votes: u8,
//!     parts: Vec<Task>,
//! }
//!
//! let schema = Schema::of::<Task>();
//! assert_eq!(schema.root(), &Node::Type("Task".into()));
//! let expected = json!({
//!     "root": { "type": "Task" },
//!     "types": {
//!         "Task": {
//!             "docs": "What has to be done.",
//!             "struct": { "named": [
//!                 {
//!                     "name": "title",
//!                     "node": { "register": { "value": "String", "default": "" } },
//!                 },
//!                 { "name": "points", "node": { "counter": "u8" } },
//!                 { "name": "parts", "node": { "list": { "type": "Task" } } },
//!             ] },
//!         },
//!     },
//! });
//! assert_eq!(serde_json::to_value(&schema)?, expected);
//! assert_eq!(serde_json::from_value::<Schema>(expected)?, schema);
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! # The JSON form
//!
//! It is that of serde's derive for the types of this module, variants in `snake_case`, and is
//! meant to be kept in files: what is read by one version of this crate will be read by later ones.
//! What is empty or false is left out.
//!
//! # What it says and what not
//!
//! - Names are those in the document, after `rename` and `rename_all`. Fields with `skip` are not
//!   there.
//! - Types that differ in Rust and not in the document are not told apart: `Vec` and `VecDeque`,
//!   `BTreeMap` and `HashMap`. A newtype is in the table and says what it wraps; where it is the
//!   key of a map, what it wraps stands in its place.
//! - Each instance of a generic type is a type of its own, such as `Pair<String, i64>`. Of two
//!   types that have the same name in different modules the one that comes first from the root
//!   keeps it, the next one is `Name#2`.
//! - Of the value in a `#[crdt(register)]` nothing is known but the name of its type and, if there
//!   is one, what it is before it is set. What is within is serde's affair.
//!
//! # Two versions of a schema
//!
//! [`compare`] tells how two schemas differ and which differences are safe, as
//! `docs/schema-evolution.md` has it: an app that keeps the schema of its last version in a file
//! has a test fail when a change of its types is not.

pub(crate) mod builder;
mod compare;
mod docs;
mod names;
mod references;
mod saved;

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

pub use builder::SchemaBuilder;
pub use compare::{Comparison, Difference, Rule, compare};
pub(crate) use compare::{is_integer, leaves_agree};
pub(crate) use names::{known, without_paths};
pub(crate) use saved::state_hash;

use crate::node::CrdtNode;

/// What a document stores, under which names, and how; see the [module](self).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(try_from = "references::Unchecked")]
pub struct Schema {
    root: Node,
    types: BTreeMap<String, Type>,
}

/// A named type.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Type {
    /// Former names, under which documents were created that are of the type.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Its documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
    /// What it is.
    #[serde(flatten)]
    pub body: Body,
}

/// What a named type is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Body {
    /// A struct: every field is a node.
    Struct(Fields),
    /// An enum: which variant is selected is a register of its name, and what a variant holds a
    /// node.
    Enum(Vec<Variant>),
    /// A struct with one unnamed field. In the document it is what it wraps.
    Newtype(Node),
}

/// The fields of a struct or a variant, in the order in which they are declared.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fields {
    /// With names.
    Named(Vec<Field>),
    /// Without: the names in the document are their numbers, unless renamed.
    Tuple(Vec<Field>),
    /// None.
    Unit,
}

/// A field that is stored.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Field {
    /// The name in the document.
    pub name: String,
    /// Former names in the document: what stands under them belongs to the field too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Its documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
    /// Whether an update finds the elements of a list again by it: `#[crdt(key)]`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub key: bool,
    /// What keeps it.
    pub node: Node,
}

/// A variant of an enum.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Variant {
    /// The name in the document.
    pub name: String,
    /// Former names in the document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Its documentation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub docs: String,
    /// Whether the enum is this before a variant is selected.
    #[serde(default, skip_serializing_if = "is_false")]
    pub default: bool,
    /// Whether variants that the app does not know are read as this one: `#[crdt(other)]`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub other: bool,
    /// What it holds, if anything is stored: the node of its only unnamed field, or the fields as a
    /// [struct](Node::Struct).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<Node>,
}

/// What keeps a field, an element, an entry, or the whole document.
///
/// The variants are not called `Option`, `Box` or `Text` since the compiler writes the short name
/// of a type only where nothing else has it, and would write `std::option::Option` in the messages
/// of every crate that uses this one.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Node {
    /// One value that is replaced as a whole.
    #[serde(rename = "register")]
    RegisterOf {
        /// The type of its values: `bool`, `char`, `String`, a number, `Bytes`, a type of a
        /// crate that a feature stands for, as in `uuid::Uuid`, an `Option` of these, or with its
        /// path, as in `app::Color`, another type that serde reads and writes.
        value: String,
        /// What it is before it is set, as JSON of what a set of it would write. `None` if that
        /// cannot be written.
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "also_null")]
        default: Option<Value>,
    },
    /// A sum, read as this type of integer.
    #[serde(rename = "counter")]
    CounterOf(String),
    /// A text.
    #[serde(rename = "text")]
    AnyText,
    /// A list, with the node that each element is.
    #[serde(rename = "list")]
    ListOf(Box<Node>),
    /// A map.
    #[serde(rename = "map")]
    MapOf {
        /// The type of its keys: `bool`, `String`, an integer, or with its path a type of the app.
        key: String,
        /// The node that each entry is.
        value: Box<Node>,
    },
    /// A set, with the type of its elements, which is one that a map can have for its keys.
    #[serde(rename = "set")]
    SetOf(String),
    /// A node that may be absent. An `Option` of a leaf is a register instead.
    #[serde(rename = "option")]
    OptionOf(Box<Node>),
    /// What is in a `Box`. There is no difference in the document.
    #[serde(rename = "box")]
    BoxOf(Box<Node>),
    /// Any JSON.
    #[serde(rename = "json")]
    AnyJson,
    /// Nothing is stored.
    Unit,
    /// The fields of a variant. Any other struct has a name.
    Struct(Fields),
    /// The type of the schema with this name.
    Type(String),
    /// A node of the app's own making, of which there is only a name. It takes part in deciding
    /// whether a saved state is of this type: another name for each way in which states are
    /// written.
    Custom(String),
}

impl Schema {
    /// The schema of a type.
    ///
    /// The functions that say what registers are before they are set are called.
    pub fn of<T: CrdtNode>() -> Self {
        let mut builder = SchemaBuilder::whole();
        let root = T::describe(&mut builder);
        builder.finish(root)
    }

    /// Only what a saved state depends on: without docs and defaults.
    fn bare_of<T: CrdtNode>() -> Self {
        let mut builder = SchemaBuilder::bare();
        let root = T::describe(&mut builder);
        builder.finish(root)
    }

    /// The node that the document is.
    pub fn root(&self) -> &Node {
        &self.root
    }

    /// The named types, by name.
    pub fn types(&self) -> &BTreeMap<String, Type> {
        &self.types
    }

    /// What a node comes to: boxes and newtypes are followed to what is in them, names of types to
    /// the types.
    pub fn resolve<'a>(&'a self, mut node: &'a Node) -> Resolved<'a> {
        loop {
            node = match node {
                Node::BoxOf(inner) => inner,
                Node::Struct(fields) => return Resolved::Struct(fields),
                Node::Type(name) => match self.types.get(name).map(|found| &found.body) {
                    Some(Body::Newtype(inner)) => inner,
                    Some(Body::Struct(fields)) => return Resolved::Struct(fields),
                    Some(Body::Enum(variants)) => return Resolved::Enum(variants),
                    None => return Resolved::Node(node),
                },
                other => return Resolved::Node(other),
            }
        }
    }
}

/// What a node comes to; made by [`Schema::resolve`].
#[derive(Clone, Copy, PartialEq, Debug)]
#[non_exhaustive]
pub enum Resolved<'a> {
    /// A struct, or the fields of a variant.
    Struct(&'a Fields),
    /// An enum.
    Enum(&'a [Variant]),
    /// Any other node.
    Node(&'a Node),
}

impl Fields {
    /// The fields, in the order in which they are declared.
    pub fn as_slice(&self) -> &[Field] {
        match self {
            Self::Named(fields) | Self::Tuple(fields) => fields,
            Self::Unit => &[],
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// A default that is null is one; only one that is left out is none.
fn also_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
