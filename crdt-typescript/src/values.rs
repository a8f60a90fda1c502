//! Types of plain values.

use crdt_core::schema::{Body, Fields, Node, Type, Variant};

use crate::names::{property, quoted};
use crate::{Context, docs};

impl Context<'_> {
    /// Declares the plain value of a type.
    pub(crate) fn declare_value(self, lines: &mut Vec<String>, name: &str, of: &Type) {
        let name = self.names.value(name);
        match &of.body {
            Body::Struct(Fields::Named(fields)) => {
                lines.push(format!("export interface {name} {{"));
                for field in fields {
                    docs::push(lines, "  ", &field.docs);
                    let value = self.value_of(&field.node);
                    lines.push(format!("  readonly {}: {value};", property(&field.name)));
                }
                lines.push("}".to_owned());
            }
            Body::Struct(fields) => {
                lines.push(format!("export type {name} = {};", self.values_of(fields)));
            }
            Body::Enum(variants) => {
                lines.push(format!("export type {name} ="));
                for (number, variant) in variants.iter().enumerate() {
                    docs::push(lines, "  ", &variant.docs);
                    let end = if number + 1 == variants.len() { ";" } else { "" };
                    lines.push(format!("  | {}{end}", self.variant(variant)));
                }
            }
            Body::Newtype(inner) => {
                lines.push(format!("export type {name} = {};", self.value_of(inner)));
            }
            _ => lines.push(format!("export type {name} = unknown;")),
        }
    }

    /// The plain value of a node.
    pub(crate) fn value_of(self, node: &Node) -> String {
        match node {
            Node::RegisterOf { value, .. } => self.leaf(value),
            Node::CounterOf(integer) => self.leaf(integer),
            Node::AnyText => "string".to_owned(),
            Node::ListOf(element) => several(self.value_of(element)),
            Node::MapOf { key, value } if has_text_keys(key) => {
                format!("Readonly<Record<string, {}>>", self.value_of(value))
            }
            Node::MapOf { key, value } => {
                format!("ReadonlyMap<{}, {}>", self.leaf(key), self.value_of(value))
            }
            Node::SetOf(element) => several(self.leaf(element)),
            Node::OptionOf(inner) => format!("{} | null", self.value_of(inner)),
            Node::BoxOf(inner) => self.value_of(inner),
            Node::AnyJson => "crdt.JsonValue".to_owned(),
            Node::Unit => "null".to_owned(),
            Node::Struct(fields) => self.values_of(fields),
            Node::Type(name) => self.names.value(name).to_owned(),
            _ => "unknown".to_owned(),
        }
    }

    /// A value of which the schema has a Rust name.
    pub(crate) fn leaf(self, rust: &str) -> String {
        if let Some(said) = self.declarations.values.get(rust) {
            return said.clone();
        }
        if let Some(inner) = rust.strip_prefix("Option<").and_then(|rest| rest.strip_suffix('>')) {
            return format!("{} | null", self.leaf(inner));
        }
        let known = match rust {
            "bool" => "boolean",
            "char" | "String" => "string",
            "f32" | "f64" | "i8" | "i16" | "i32" | "u8" | "u16" | "u32" => "number",
            "i64" | "i128" | "u64" | "u128" => "bigint",
            "Bytes" | "uuid::Uuid" => "Uint8Array",
            _ if is_written_out(rust) => "string",
            _ => "unknown",
        };
        known.to_owned()
    }

    /// The plain value of fields without a name of their own.
    pub(crate) fn values_of(self, fields: &Fields) -> String {
        match fields {
            Fields::Named(fields) => {
                let values = fields.iter().map(|field| {
                    format!("readonly {}: {}", property(&field.name), self.value_of(&field.node))
                });
                format!("{{ {} }}", values.collect::<Vec<_>>().join("; "))
            }
            Fields::Tuple(fields) => {
                let values = fields.iter().map(|field| self.value_of(&field.node));
                format!("readonly [{}]", values.collect::<Vec<_>>().join(", "))
            }
            Fields::Unit => "null".to_owned(),
            _ => "unknown".to_owned(),
        }
    }

    /// A member of the union that an enum is.
    fn variant(self, variant: &Variant) -> String {
        match &variant.payload {
            None => quoted(&variant.name),
            Some(payload) => {
                format!("{{ readonly {}: {} }}", property(&variant.name), self.value_of(payload))
            }
        }
    }
}

/// Whether a map is an object, by the type of its keys.
pub(crate) fn has_text_keys(key: &str) -> bool {
    key == "String"
}

/// Whether a value of a type of another crate is kept as text in a document.
fn is_written_out(rust: &str) -> bool {
    ["chrono::", "jiff::"].iter().any(|from| rust.starts_with(from))
}

/// An array of a type.
fn several(value: String) -> String {
    format!("readonly {}[]", in_brackets(value))
}

/// A type that something is to be said of.
pub(crate) fn in_brackets(value: String) -> String {
    if value.contains(" | ") || value.starts_with("readonly ") {
        return format!("({value})");
    }
    value
}
