//! Two nodes in one place.

use super::Rule;
use super::registers::{blank, is_integer, is_same_type};
use super::walk::{Walk, below};
use crate::schema::{Node, Resolved, Variant};

/// A segment of a path that stands for all elements of a list.
const ELEMENT: &str = "<element>";
/// A segment of a path that stands for all entries of a map.
const KEY: &str = "<key>";

impl<'a> Walk<'a> {
    pub(super) fn pair(&mut self, path: &str, old: Resolved<'a>, new: Resolved<'a>) {
        match (old, new) {
            (Resolved::Node(old), Resolved::Node(new)) => self.nodes(path, old, new),
            (Resolved::Struct(old), Resolved::Struct(new)) => {
                self.fields(path, old.as_slice(), new.as_slice());
            }
            (Resolved::Enum(old), Resolved::Enum(new)) => self.variants(path, old, new),
            (Resolved::Node(Node::Unit), new) => self.filled(path, new),
            (old, Resolved::Node(Node::Unit)) => self.emptied(path, old),
            (Resolved::Node(Node::RegisterOf { value, default }), Resolved::Enum(variants))
                if value == "String" =>
            {
                self.string_and_enum(path, "a `String` became an enum", default.as_ref(), variants);
            }
            (Resolved::Enum(variants), Resolved::Node(Node::RegisterOf { value, default }))
                if value == "String" =>
            {
                self.string_and_enum(path, "an enum became a `String`", default.as_ref(), variants);
            }
            (old, new) => self.another_kind(path, old, new),
        }
    }

    fn nodes(&mut self, path: &str, old: &'a Node, new: &'a Node) {
        match (old, new) {
            (
                Node::RegisterOf { value: old, default: was },
                Node::RegisterOf { value: new, default: is },
            ) => self.registers(path, (old, was.as_ref()), (new, is.as_ref())),
            (Node::CounterOf(old), Node::CounterOf(new)) if old != new => {
                let what = format!("the counter is read as `{new}` and was as `{old}`");
                self.find(path, Rule::CounterType, what);
            }
            (Node::ListOf(old), Node::ListOf(new)) => self.later(below(path, ELEMENT), old, new),
            (Node::OptionOf(old), Node::OptionOf(new)) => self.later(path.to_owned(), old, new),
            (Node::MapOf { key: old, value: was }, Node::MapOf { key: new, value: is }) => {
                self.keys(path, old, new);
                self.later(below(path, KEY), was, is);
            }
            (Node::SetOf(old), Node::SetOf(new)) => self.keys(path, old, new),
            // A set is a map whose entries have nothing in them.
            (Node::SetOf(old), Node::MapOf { key: new, value }) => {
                self.keys(path, old, new);
                self.later(below(path, KEY), &Node::Unit, value);
            }
            (Node::MapOf { key: old, value }, Node::SetOf(new)) => {
                self.keys(path, old, new);
                self.later(below(path, KEY), value, &Node::Unit);
            }
            (Node::CounterOf(_), Node::CounterOf(_)) => {}
            (old, new) if old == new => {}
            (Node::Unit, new) => self.filled(path, Resolved::Node(new)),
            (old, Node::Unit) => self.emptied(path, Resolved::Node(old)),
            (old, new) => self.another_kind(path, Resolved::Node(old), Resolved::Node(new)),
        }
    }

    fn keys(&mut self, path: &str, old: &str, new: &str) {
        if is_same_type(old, new) {
            return;
        }
        let is_width = is_integer(old) && is_integer(new);
        let rule = if is_width { Rule::IntegerType } else { Rule::KeyType };
        self.find(path, rule, format!("the keys are of `{new}` and were of `{old}`"));
    }

    fn string_and_enum(
        &mut self,
        path: &str,
        what: &str,
        default: Option<&serde_json::Value>,
        variants: &[Variant],
    ) {
        self.find(path, Rule::StringToEnum, what);
        let Some(standard) = variants.iter().find(|variant| variant.default) else {
            return;
        };
        let names = || standard.aliases.iter().chain([&standard.name]);
        let is_known = |default: &serde_json::Value| {
            *default == blank("String") || names().any(|name| default == name.as_str())
        };
        if !default.is_none_or(is_known) {
            let what = format!("it is `{}` as an enum before it is set", standard.name);
            self.find(path, Rule::DefaultChanged, what);
        }
    }

    fn filled(&mut self, path: &str, new: Resolved<'_>) {
        self.find(path, Rule::FieldAdded, format!("nothing was stored here, now {}", kind(new)));
    }

    fn emptied(&mut self, path: &str, old: Resolved<'_>) {
        self.find(path, Rule::FieldRemoved, format!("{} is not stored any more", kind(old)));
    }

    fn another_kind(&mut self, path: &str, old: Resolved<'_>, new: Resolved<'_>) {
        self.find(path, Rule::NodeKind, format!("{} became {}", kind(old), kind(new)));
    }
}

/// The words for a kind of node.
fn kind(resolved: Resolved<'_>) -> String {
    let word = match resolved {
        Resolved::Struct(_) | Resolved::Node(Node::Struct(_)) => "a struct",
        Resolved::Enum(_) => "an enum",
        Resolved::Node(Node::RegisterOf { value, .. }) => {
            return format!("a register of `{value}`");
        }
        Resolved::Node(Node::CounterOf(_)) => "a counter",
        Resolved::Node(Node::AnyText) => "a text",
        Resolved::Node(Node::ListOf(_)) => "a list",
        Resolved::Node(Node::MapOf { .. }) => "a map",
        Resolved::Node(Node::SetOf(_)) => "a set",
        Resolved::Node(Node::OptionOf(_)) => "an optional node",
        Resolved::Node(Node::AnyJson) => "a `Json`",
        Resolved::Node(Node::Unit) => "nothing",
        Resolved::Node(Node::BoxOf(inner)) => return kind(Resolved::Node(inner)),
        Resolved::Node(Node::Type(name) | Node::Custom(name)) => return format!("a `{name}`"),
    };
    word.to_owned()
}
