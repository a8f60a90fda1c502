//! What the module of JavaScript has: of a schema what reading and editing takes.

use crdt_core::schema::{Body, Field, Fields, Node, Schema, Variant};

use crate::names::quoted;

/// A schema as JSON, without docs, former names and defaults.
pub(crate) fn schema(schema: &Schema) -> String {
    let types = schema.types().iter().map(|(name, of)| entry(name, &body(&of.body)));
    let types = in_braces(&types.collect::<Vec<_>>());
    in_braces(&[entry("root", &node(schema.root())), entry("types", &types)])
}

fn body(of: &Body) -> String {
    let (kind, json) = match of {
        Body::Struct(of) => ("struct", fields(of)),
        Body::Enum(variants) => {
            ("enum", in_brackets(&variants.iter().map(variant).collect::<Vec<_>>()))
        }
        Body::Newtype(inner) => ("newtype", node(inner)),
        _ => ("newtype", tagged("custom", "\"\"")),
    };
    tagged(kind, &json)
}

fn fields(of: &Fields) -> String {
    let all = |of: &[Field]| in_brackets(&of.iter().map(field).collect::<Vec<_>>());
    match of {
        Fields::Named(of) => tagged("named", &all(of)),
        Fields::Tuple(of) => tagged("tuple", &all(of)),
        _ => quoted("unit"),
    }
}

fn field(of: &Field) -> String {
    in_braces(&[entry("name", &quoted(&of.name)), entry("node", &node(&of.node))])
}

fn variant(of: &Variant) -> String {
    let mut entries = vec![entry("name", &quoted(&of.name))];
    entries.extend(of.payload.iter().map(|payload| entry("payload", &node(payload))));
    in_braces(&entries)
}

fn node(of: &Node) -> String {
    match of {
        Node::RegisterOf { value, .. } => tagged("register", &tagged("value", &quoted(value))),
        Node::CounterOf(integer) => tagged("counter", &quoted(integer)),
        Node::AnyText => quoted("text"),
        Node::ListOf(element) => tagged("list", &node(element)),
        Node::MapOf { key, value } => {
            let entries = vec![entry("key", &quoted(key)), entry("value", &node(value))];
            tagged("map", &in_braces(&entries))
        }
        Node::SetOf(element) => tagged("set", &quoted(element)),
        Node::OptionOf(inner) => tagged("option", &node(inner)),
        Node::BoxOf(inner) => node(inner),
        Node::AnyJson => quoted("json"),
        Node::Unit => quoted("unit"),
        Node::Struct(of) => tagged("struct", &fields(of)),
        Node::Type(name) => tagged("type", &quoted(name)),
        Node::Custom(name) => tagged("custom", &quoted(name)),
        _ => tagged("custom", &quoted("")),
    }
}

fn entry(name: &str, json: &str) -> String {
    format!("{}: {json}", quoted(name))
}

fn tagged(name: &str, json: &str) -> String {
    in_braces(&[entry(name, json)])
}

fn in_braces(entries: &[String]) -> String {
    format!("{{ {} }}", entries.join(", "))
}

fn in_brackets(items: &[String]) -> String {
    format!("[{}]", items.join(", "))
}
