//! Types of editors: what a change gets.
//!
//! A register is a property that is read and assigned. Every other node is a property with an
//! editor of its own, which can be assigned a plain value as a whole.

use crdt_core::schema::{Body, Field, Fields, Node, Type, Variant};

use crate::names::{property, quoted};
use crate::values::in_brackets;
use crate::{Context, docs};

impl Context<'_> {
    /// Declares the editor of a type.
    pub(crate) fn declare_editor(self, lines: &mut Vec<String>, name: &str, of: &Type) {
        let (value, editor) = (self.names.value(name), self.names.editor(name));
        let delta = self.names.delta(name);
        match &of.body {
            Body::Struct(Fields::Named(fields) | Fields::Tuple(fields)) => {
                lines.push(format!(
                    "export interface {editor} extends crdt.Editor<{value}, {delta}> {{"
                ));
                for field in fields {
                    docs::push(lines, "  ", &field.docs);
                    for line in self.member(field) {
                        lines.push(format!("  {line};"));
                    }
                }
                lines.push("}".to_owned());
            }
            Body::Struct(_) => {
                lines.push(format!("export type {editor} = crdt.Editor<{value}>;"));
            }
            Body::Enum(variants) => {
                lines.push(format!(
                    "export interface {editor} extends crdt.EnumEditor<{value}, {delta}> {{"
                ));
                let names: Vec<_> = variants.iter().map(|variant| quoted(&variant.name)).collect();
                lines.push(format!("  readonly variant: {};", names.join(" | ")));
                for variant in variants {
                    if let Some(line) = self.inside(variant) {
                        docs::push(lines, "  ", &variant.docs);
                        lines.push(format!("  {line};"));
                    }
                }
                lines.push("}".to_owned());
            }
            Body::Newtype(inner) => {
                lines.push(format!("export type {editor} = {};", self.editor_of(inner)));
            }
            _ => lines.push(format!("export type {editor} = crdt.Editor<unknown>;")),
        }
    }

    /// The editor of a node, where it stands by itself: the document, an element, an entry.
    pub(crate) fn editor_of(self, node: &Node) -> String {
        match node {
            Node::RegisterOf { value, .. } => format!("crdt.RegisterEditor<{}>", self.leaf(value)),
            Node::CounterOf(integer) => format!("crdt.CounterEditor<{}>", self.leaf(integer)),
            Node::AnyText => "crdt.TextEditor".to_owned(),
            Node::ListOf(element) => {
                format!("crdt.ListEditor<{}, {}>", self.value_of(element), self.editor_of(element))
            }
            Node::MapOf { key, value } => {
                let map = self.value_of(node);
                let (key, editor) = (self.leaf(key), self.editor_of(value));
                format!("crdt.MapEditor<{map}, {key}, {}, {editor}>", self.value_of(value))
            }
            Node::SetOf(element) => format!("crdt.SetEditor<{}>", self.leaf(element)),
            Node::OptionOf(inner) => {
                format!("crdt.OptionEditor<{}, {}>", self.value_of(inner), self.editor_of(inner))
            }
            Node::BoxOf(inner) => self.editor_of(inner),
            Node::AnyJson => "crdt.JsonEditor".to_owned(),
            Node::Unit => "crdt.Editor<null>".to_owned(),
            Node::Struct(fields) => self.editors_of(fields),
            Node::Type(name) => self.names.editor(name),
            _ => "crdt.Editor<unknown>".to_owned(),
        }
    }

    /// A property of an editor, in one line or two.
    fn member(self, field: &Field) -> Vec<String> {
        let (name, node) = (property(&field.name), &field.node);
        let value = self.value_of(node);
        match self.resolved(node) {
            Node::RegisterOf { .. } => vec![format!("{name}: {value}")],
            Node::CounterOf(_) => {
                vec![format!("readonly {name}: {}", self.editor_of(node))]
            }
            Node::Unit => vec![format!("readonly {name}: null")],
            Node::OptionOf(inner) => {
                let editor = in_brackets(self.editor_of(inner));
                vec![
                    format!("get {name}(): {editor} | null"),
                    format!("set {name}(value: {value})"),
                ]
            }
            _ => {
                let editor = self.editor_of(node);
                vec![format!("get {name}(): {editor}"), format!("set {name}(value: {value})")]
            }
        }
    }

    /// The editor of what a variant holds.
    fn inside(self, variant: &Variant) -> Option<String> {
        let (name, editor) = (quoted(&variant.name), self.editor_of(variant.payload.as_ref()?));
        Some(format!("inside(variant: {name}): {} | null", in_brackets(editor)))
    }

    /// The editor of fields without a name of their own.
    fn editors_of(self, fields: &Fields) -> String {
        match fields {
            Fields::Named(all) | Fields::Tuple(all) => {
                let mut members = Vec::new();
                for field in all {
                    members.extend(self.member(field));
                }
                let (value, delta) = (self.values_of(fields), self.deltas_of(fields));
                let members = members.join("; ");
                format!("(crdt.Editor<{value}, {delta}> & {{ {members} }})")
            }
            Fields::Unit => "crdt.Editor<null>".to_owned(),
            _ => "crdt.Editor<unknown>".to_owned(),
        }
    }
}
