//! For which types a saved state is read again: those of whose schema the same is said here.

use sha2::{Digest as _, Sha256};

use super::{Body, Fields, Node, Schema, Variant};
use crate::crypto::domain;
use crate::node::CrdtNode;

/// From the first release on raised whenever states are written in another way, or ops come to
/// something else under the same type, be it that a kind of op is known that was not. States of
/// another version are built anew.
const VERSION: usize = 1;

/// A hash of all that a state of the type depends on: two types with one hash build the same state
/// from the same changes, and write and read it alike.
///
/// Names, their aliases, kinds of nodes, types of keys and of the values of registers are part of
/// it, and what is in a box, which is written otherwise than what is not. Names of types, docs,
/// defaults, the types of counters and newtypes are not. The definition of a type that is kept in a
/// register as a whole cannot be; a value of which it reads a part only keeps the state from being
/// saved.
pub(crate) fn state_hash<T: CrdtNode>() -> [u8; 32] {
    hash(&Schema::bare_of::<T>())
}

fn hash(schema: &Schema) -> [u8; 32] {
    let mut description = Description { schema, hasher: Sha256::new(), described: Vec::new() };
    description.hasher.update(domain::TYPE);
    description.number(VERSION);
    description.node(&schema.root);
    description.hasher.finalize().into()
}

/// Says a schema so that no two are said alike.
struct Description<'a> {
    schema: &'a Schema,
    hasher: Sha256,
    /// Structs and enums that have been described or are being described, for types that contain
    /// themselves.
    described: Vec<&'a str>,
}

impl<'a> Description<'a> {
    fn node(&mut self, node: &'a Node) {
        match node {
            Node::RegisterOf { value, .. } => self.words(["register", value]),
            Node::CounterOf(_) => self.word("counter"),
            Node::AnyText => self.word("text"),
            Node::ListOf(inner) => self.around("list", inner),
            Node::MapOf { key, value } => {
                self.words(["map", key]);
                self.node(value);
            }
            // The state of a set is that of a map to what has nothing in it.
            Node::SetOf(key) => self.words(["map", key, "unit"]),
            Node::OptionOf(inner) => self.around("option", inner),
            Node::BoxOf(inner) => self.around("box", inner),
            Node::AnyJson => self.word("json"),
            Node::Unit => self.word("unit"),
            Node::Struct(fields) => self.fields(fields),
            Node::Type(name) => self.named(name),
            Node::Custom(name) => self.words(["custom", name]),
        }
    }

    fn around(&mut self, kind: &str, inner: &'a Node) {
        self.word(kind);
        self.node(inner);
    }

    fn named(&mut self, name: &'a str) {
        let body = self.schema.types.get(name).map(|found| &found.body);
        if let Some(Body::Newtype(inner)) = body {
            return self.node(inner);
        }
        if let Some(place) = self.described.iter().position(|described| *described == name) {
            self.word("again");
            return self.number(place);
        }
        self.described.push(name);
        match body {
            Some(Body::Struct(fields)) => self.fields(fields),
            Some(Body::Enum(variants)) => self.variants(variants),
            Some(Body::Newtype(_)) | None => {}
        }
    }

    fn fields(&mut self, fields: &'a Fields) {
        self.word("struct");
        self.number(fields.as_slice().len());
        for field in fields.as_slice() {
            self.names(&field.name, &field.aliases);
            self.node(&field.node);
        }
    }

    /// Which variant is the default is not in it: the state of an enum in which none was selected
    /// is blank.
    fn variants(&mut self, variants: &'a [Variant]) {
        self.word("enum");
        self.number(variants.len());
        for variant in variants {
            self.names(&variant.name, &variant.aliases);
            self.number(variant.other.into());
            match &variant.payload {
                Some(node) => self.around("holds", node),
                None => self.word("bare"),
            }
        }
    }

    fn names(&mut self, name: &str, aliases: &[String]) {
        self.word(name);
        self.number(aliases.len());
        for alias in aliases {
            self.word(alias);
        }
    }

    fn words<const N: usize>(&mut self, words: [&str; N]) {
        for word in words {
            self.word(word);
        }
    }

    fn word(&mut self, word: &str) {
        self.number(word.len());
        self.hasher.update(word.as_bytes());
    }

    fn number(&mut self, number: usize) {
        self.hasher.update((number as u64).to_le_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

    use serde_json::{Value, json};

    use super::*;
    use crate::{Counter, List, Map, Register, Text};

    /// A struct with a field, an enum and types they refer to.
    fn schema(change: impl FnOnce(&mut Value)) -> [u8; 32] {
        let mut form = json!({
            "root": { "type": "Task" },
            "types": {
                "Task": { "docs": "Docs.", "struct": { "named": [
                    { "name": "id", "node": { "register": { "value": "u8", "default": 0 } } },
                    { "name": "votes", "aliases": ["points"], "node": { "counter": "u8" } },
                    { "name": "parts", "key": true, "node": { "list": { "type": "Task" } } },
                    { "name": "by", "node": { "map": { "key": "u8", "value": "text" } } },
                    { "name": "status", "node": { "option": { "type": "Status" } } },
                ] } },
                "Status": { "enum": [
                    { "name": "Open", "default": true },
                    { "name": "Done", "aliases": ["Over"], "payload": { "set": "String" } },
                    { "name": "Other", "other": true },
                ] },
                "Id": { "newtype": { "register": { "value": "u8" } } },
            },
        });
        change(&mut form);
        hash(&serde_json::from_value(form).unwrap())
    }

    const FIELDS: &str = "/types/Task/struct/named";
    const VARIANTS: &str = "/types/Status/enum";

    fn with(path: &str, value: Value) -> [u8; 32] {
        schema(|form| *form.pointer_mut(path).unwrap() = value)
    }

    #[test]
    fn what_a_state_does_not_depend_on_is_not_in_the_hash() {
        let same = schema(|_| {});
        assert_eq!(with("/types/Task/docs", "Others.".into()), same);
        assert_eq!(with(&format!("{FIELDS}/0/node/register/default"), 7.into()), same);
        assert_eq!(with(&format!("{FIELDS}/0/node"), json!({ "type": "Id" })), same);
        assert_eq!(with(&format!("{FIELDS}/1/node"), json!({ "counter": "i64" })), same);
        assert_eq!(with(&format!("{FIELDS}/2/key"), false.into()), same);
        assert_eq!(with(&format!("{VARIANTS}/0/default"), false.into()), same);
        let renamed = schema(|form| {
            let status = form["types"].as_object_mut().unwrap().remove("Status").unwrap();
            form["types"]["State"] = status;
            form["types"]["Task"]["struct"]["named"][4]["node"]["option"]["type"] = "State".into();
        });
        assert_eq!(renamed, same);
    }

    #[test]
    fn what_a_state_depends_on_is() {
        let mut hashes = vec![schema(|_| {})];
        let fields = [
            ("0/name", json!("key")),
            ("0/node", json!({ "box": { "type": "Id" } })),
            ("0/node", json!({ "register": { "value": "app::u8" } })),
            ("0/node", json!("json")),
            ("0/node", json!("unit")),
            ("0/node", json!({ "custom": "unit" })),
            ("1/aliases", json!([])),
            ("1/aliases", json!(["points", "more"])),
            ("2/node/list", json!({ "type": "Status" })),
            ("2/node", json!({ "option": { "type": "Task" } })),
            ("3/node/map/key", json!("u16")),
            ("3/node/map/value", json!("json")),
            ("3/node", json!({ "set": "u8" })),
            ("4/node", json!({ "type": "Status" })),
        ];
        hashes.extend(fields.map(|(path, value)| with(&format!("{FIELDS}/{path}"), value)));
        let variants = [
            ("1/name", json!("Closed")),
            ("1/aliases", json!([])),
            ("1/payload", json!({ "set": "u8" })),
            ("1/payload", json!(null)),
            ("2/other", json!(false)),
        ];
        hashes.extend(variants.map(|(path, value)| with(&format!("{VARIANTS}/{path}"), value)));
        hashes.push(schema(|form| {
            form.pointer_mut(FIELDS).unwrap().as_array_mut().unwrap().swap(0, 1);
        }));
        let count = hashes.len();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), count, "no two are the same");
    }

    #[test]
    fn types_with_one_state_have_one_hash() {
        assert_eq!(state_hash::<Vec<u8>>(), state_hash::<VecDeque<u8>>());
        assert_eq!(state_hash::<Vec<u8>>(), state_hash::<List<Register<u8>>>());
        assert_eq!(state_hash::<BTreeMap<u8, Text>>(), state_hash::<HashMap<u8, Text>>());
        assert_eq!(state_hash::<HashSet<u8>>(), state_hash::<Map<u8, ()>>());
        assert_ne!(state_hash::<Option<u8>>(), state_hash::<Option<Register<u8>>>());
        assert_ne!(state_hash::<Box<Counter>>(), state_hash::<Counter>());
    }
}
