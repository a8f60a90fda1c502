//! Types of deltas: what changed, in the form that deltas are serialized in.

use crdt_core::schema::{Body, Fields, Node, Type};

use crate::names::property;
use crate::values::has_text_keys;
use crate::{Context, docs};

impl Context<'_> {
    /// Declares what changed of a type.
    pub(crate) fn declare_delta(self, lines: &mut Vec<String>, name: &str, of: &Type) {
        let (value, delta) = (self.names.value(name), self.names.delta(name));
        match &of.body {
            Body::Struct(Fields::Named(fields) | Fields::Tuple(fields)) => {
                lines.push(format!("export interface {delta} {{"));
                for field in fields {
                    docs::push(lines, "  ", &field.docs);
                    let part = self.delta_of(&field.node);
                    lines.push(format!("  {}?: {part};", property(&field.name)));
                }
                lines.push("}".to_owned());
            }
            Body::Struct(_) => lines.push(format!("export type {delta} = never;")),
            Body::Enum(variants) => {
                lines.push(format!("export type {delta} =\n  | {{ selected: {value} }}"));
                for variant in variants {
                    if let Some(payload) = &variant.payload {
                        let (name, part) = (property(&variant.name), self.delta_of(payload));
                        lines.push(format!("  | {{ changed: {{ {name}: {part} }} }}"));
                    }
                }
                if let Some(last) = lines.last_mut() {
                    last.push(';');
                }
            }
            Body::Newtype(inner) => {
                lines.push(format!("export type {delta} = {};", self.delta_of(inner)));
            }
            _ => lines.push(format!("export type {delta} = unknown;")),
        }
    }

    /// What changed of a node.
    pub(crate) fn delta_of(self, node: &Node) -> String {
        match node {
            Node::RegisterOf { value, .. } => self.leaf(value),
            Node::CounterOf(integer) => format!("crdt.CounterDelta<{}>", self.leaf(integer)),
            Node::AnyText => "crdt.TextDelta".to_owned(),
            Node::ListOf(element) => {
                format!("crdt.ListDelta<{}, {}>", self.value_of(element), self.delta_of(element))
            }
            Node::MapOf { key, value } => {
                let (value, delta) = (self.value_of(value), self.delta_of(value));
                if has_text_keys(key) {
                    return format!("crdt.RecordDelta<{value}, {delta}>");
                }
                format!("crdt.MapDelta<{}, {value}, {delta}>", self.leaf(key))
            }
            Node::SetOf(element) => format!("crdt.SetDelta<{}>", self.leaf(element)),
            Node::OptionOf(inner) => {
                format!("crdt.EntryDelta<{}, {}>", self.value_of(inner), self.delta_of(inner))
            }
            Node::BoxOf(inner) => self.delta_of(inner),
            Node::AnyJson => "crdt.JsonDelta".to_owned(),
            Node::Unit => "never".to_owned(),
            Node::Struct(fields) => self.deltas_of(fields),
            Node::Type(name) => self.names.delta(name),
            _ => "unknown".to_owned(),
        }
    }

    /// What changed of fields without a name of their own.
    pub(crate) fn deltas_of(self, fields: &Fields) -> String {
        match fields {
            Fields::Named(fields) | Fields::Tuple(fields) => {
                let parts = fields.iter().map(|field| {
                    format!("{}?: {}", property(&field.name), self.delta_of(&field.node))
                });
                format!("{{ {} }}", parts.collect::<Vec<_>>().join("; "))
            }
            Fields::Unit => "never".to_owned(),
            _ => "unknown".to_owned(),
        }
    }
}
