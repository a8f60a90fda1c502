use core::any::{TypeId, type_name};

use super::{Body, Field, Fields, Node, Schema, Type, Variant, docs, names};
use crate::codec::value;
use crate::node::{CrdtNode, Field as DerivedField, Variants};
use crate::sorted::order;

/// Gathers the types that a schema consists of; see [`CrdtNode::describe`].
#[derive(Debug)]
pub struct SchemaBuilder {
    types: Vec<Known>,
    /// Whether docs and defaults are wanted.
    is_whole: bool,
}

/// A type that has been described or is being described.
#[derive(Debug)]
struct Known {
    id: TypeId,
    name: String,
    /// `None` while it is being described.
    described: Option<Type>,
}

/// How a node is described.
type Describe = fn(&mut SchemaBuilder) -> Node;

/// How the stored fields of a struct or variant are written, as the derive knows them.
#[derive(Clone, Copy, Debug)]
pub enum DerivedFields {
    /// With names.
    Named(&'static [DerivedField]),
    /// Without.
    Tuple(&'static [DerivedField]),
    /// None.
    Unit,
}

impl DerivedFields {
    /// The fields.
    pub(crate) fn all(&self) -> &'static [DerivedField] {
        match self {
            Self::Named(fields) | Self::Tuple(fields) => fields,
            Self::Unit => &[],
        }
    }
}

/// What the derive knows of a variant, besides its names.
#[derive(Debug)]
pub struct DerivedVariant<'a> {
    /// The pieces of its documentation.
    pub docs: &'a [&'a str],
    /// Describes what it holds.
    pub payload: Option<Describe>,
}

/// What a derived type is.
enum Derived<'a> {
    Struct(DerivedFields),
    Enum(&'a Variants, &'a [DerivedVariant<'a>]),
    Newtype(Describe),
}

/// Which Rust type it is.
struct Identity {
    id: TypeId,
    /// Without its arguments.
    name: &'static str,
    /// Former names.
    aliases: &'static [&'static str],
    /// As the compiler calls it.
    compiler: &'static str,
}

impl Identity {
    fn of<T: CrdtNode>() -> Self {
        Self {
            id: TypeId::of::<T>(),
            name: T::NAME,
            aliases: T::ALIASES,
            compiler: type_name::<T>(),
        }
    }
}

/// What the derive calls.
#[doc(hidden)]
impl SchemaBuilder {
    /// A struct.
    pub fn derived_struct<T: CrdtNode>(&mut self, docs: &[&str], of: DerivedFields) -> Node {
        self.derived(&Identity::of::<T>(), docs, &Derived::Struct(of))
    }

    /// An enum.
    pub fn derived_enum<T: CrdtNode>(
        &mut self,
        docs: &[&str],
        variants: &Variants,
        of: &[DerivedVariant<'_>],
    ) -> Node {
        self.derived(&Identity::of::<T>(), docs, &Derived::Enum(variants, of))
    }

    /// A struct with one unnamed field.
    pub fn derived_newtype<T: CrdtNode>(&mut self, docs: &[&str], of: Describe) -> Node {
        self.derived(&Identity::of::<T>(), docs, &Derived::Newtype(of))
    }

    /// The fields of a variant.
    pub fn derived_payload(&mut self, of: DerivedFields) -> Node {
        Node::Struct(self.fields(of))
    }
}

impl SchemaBuilder {
    pub(super) fn whole() -> Self {
        Self { types: Vec::new(), is_whole: true }
    }

    /// Without docs and defaults.
    pub(super) fn bare() -> Self {
        Self { types: Vec::new(), is_whole: false }
    }

    pub(super) fn finish(self, root: Node) -> Schema {
        let described = self.types.into_iter();
        let types = described.filter_map(|known| Some((known.name, known.described?)));
        Schema { root, types: order::map_of(types) }
    }

    /// A register of values of a type; `default` gives the bytes of a set to what it is before it
    /// is set, if there are any.
    pub(crate) fn register(
        &mut self,
        value: &str,
        default: impl FnOnce() -> Option<Vec<u8>>,
    ) -> Node {
        let bytes = if self.is_whole { default() } else { None };
        let default = bytes.and_then(|bytes| value::to_json(&bytes));
        Node::RegisterOf { value: value.to_owned(), default }
    }

    /// A type that has been met before is only referred to.
    fn derived(&mut self, identity: &Identity, docs: &[&str], of: &Derived<'_>) -> Node {
        if let Some(known) = self.types.iter().find(|known| known.id == identity.id) {
            return Node::Type(known.name.clone());
        }
        let name = self.unused_name(names::instance(identity.name, identity.compiler));
        let place = self.types.len();
        self.types.push(Known { id: identity.id, name: name.clone(), described: None });
        let body = match of {
            Derived::Struct(fields) => Body::Struct(self.fields(*fields)),
            Derived::Enum(names, variants) => Body::Enum(self.variants(names, variants)),
            Derived::Newtype(inner) => Body::Newtype(inner(self)),
        };
        let aliases = identity.aliases.iter().map(ToString::to_string).collect();
        self.types[place].described = Some(Type { aliases, docs: self.docs(docs), body });
        Node::Type(name)
    }

    /// The name itself, unless another type has it already.
    fn unused_name(&self, name: String) -> String {
        let is_used = |name: &String| self.types.iter().any(|known| known.name == *name);
        if !is_used(&name) {
            return name;
        }
        let mut numbered = (2..).map(|number: usize| format!("{name}#{number}"));
        numbered.find(|name| !is_used(name)).unwrap_or(name)
    }

    fn fields(&mut self, of: DerivedFields) -> Fields {
        match of {
            DerivedFields::Named(fields) => Fields::Named(self.all(fields)),
            DerivedFields::Tuple(fields) => Fields::Tuple(self.all(fields)),
            DerivedFields::Unit => Fields::Unit,
        }
    }

    fn all(&mut self, fields: &[DerivedField]) -> Vec<Field> {
        let field = |field: &DerivedField| Field {
            name: field.name.to_owned(),
            aliases: field.aliases.iter().map(ToString::to_string).collect(),
            docs: self.docs(field.docs),
            key: field.is_key,
            node: (field.describe)(self),
        };
        fields.iter().map(field).collect()
    }

    fn variants(&mut self, names: &Variants, of: &[DerivedVariant<'_>]) -> Vec<Variant> {
        let variant = |(place, variant): (usize, &DerivedVariant<'_>)| {
            let aliases = names.aliases.iter().filter(|(_, at)| *at == place);
            Variant {
                name: names.name(place).to_owned(),
                aliases: aliases.map(|(alias, _)| (*alias).to_owned()).collect(),
                docs: self.docs(variant.docs),
                default: names.default == place,
                other: names.other == Some(place),
                payload: variant.payload.map(|describe| describe(self)),
            }
        };
        of.iter().enumerate().map(variant).collect()
    }

    fn docs(&self, pieces: &[&str]) -> String {
        if self.is_whole { docs::joined(pieces) } else { String::new() }
    }
}
