//! Names of types, and names of properties.

use std::collections::{BTreeMap, BTreeSet};

use crdt_core::schema::Schema;

/// What stands for something else in a declaration: the words of the language that no type may be
/// called by, and what declarations refer to.
const TAKEN: [&str; 22] = [
    "Document",
    "Map",
    "Record",
    "Uint8Array",
    "any",
    "bigint",
    "boolean",
    "crdt",
    "export",
    "function",
    "import",
    "interface",
    "never",
    "null",
    "number",
    "object",
    "string",
    "symbol",
    "type",
    "undefined",
    "unknown",
    "void",
];

/// How the types of a schema are called.
#[derive(Debug)]
pub(crate) struct Names(BTreeMap<String, String>);

impl Names {
    /// Each type has the name that it has in Rust, as far as that is one in TypeScript: of
    /// `Pair<String, i64>` it is `Pair_String_i64`.
    pub(crate) fn of(schema: &Schema) -> Self {
        let mut taken: BTreeSet<String> = TAKEN.iter().map(ToString::to_string).collect();
        let mut names = BTreeMap::new();
        for name in schema.types().keys() {
            let plain = identifier(name);
            let numbered = (2..).map(|number: usize| format!("{plain}_{number}"));
            let free = |name: &String| !all_of(name).iter().any(|name| taken.contains(name));
            let unused = [plain.clone()].into_iter().chain(numbered).find(free);
            let unused = unused.unwrap_or(plain);
            taken.extend(all_of(&unused));
            names.insert(name.clone(), unused);
        }
        Self(names)
    }

    /// The type of plain values.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.0.get(name).map_or("unknown", String::as_str)
    }

    /// The type of editors.
    pub(crate) fn editor(&self, name: &str) -> String {
        format!("{}Editor", self.value(name))
    }

    /// The type of deltas.
    pub(crate) fn delta(&self, name: &str) -> String {
        format!("{}Delta", self.value(name))
    }
}

/// All names that a type takes.
fn all_of(name: &str) -> [String; 4] {
    ["", "Editor", "Delta", "Document"].map(|end| format!("{name}{end}"))
}

/// A name with everything left out that no identifier has.
fn identifier(name: &str) -> String {
    let parts = name.split(|char: char| !char.is_alphanumeric() && char != '_');
    let joined = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_");
    match joined.chars().next() {
        Some(first) if !first.is_numeric() => joined,
        _ => format!("_{joined}"),
    }
}

/// The name of a property: as it is if the language takes it so, else as a string.
pub(crate) fn property(name: &str) -> String {
    let mut chars = name.chars();
    let begins = chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    if begins && chars.all(|char| char.is_ascii_alphanumeric() || char == '_') {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// A string of the language.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            // Also what ends a line there.
            _ if char.is_control() || matches!(char, '\u{2028}' | '\u{2029}') => {
                quoted.extend(['\\', 'u']);
                quoted.extend(format!("{:04x}", u32::from(char)).chars());
            }
            _ => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::{identifier, property, quoted};

    #[test]
    fn names_of_rust_become_identifiers() {
        assert_eq!(identifier("Task"), "Task");
        assert_eq!(identifier("Pair<String, i64>"), "Pair_String_i64");
        assert_eq!(identifier("Name#2"), "Name_2");
        assert_eq!(identifier("<>"), "_");
        assert_eq!(identifier("2D"), "_2D");
    }

    #[test]
    fn properties_are_quoted_where_they_must_be() {
        assert_eq!(property("done"), "done");
        assert_eq!(property("done-by"), "\"done-by\"");
        assert_eq!(property("0"), "\"0\"");
        assert_eq!(property(""), "\"\"");
        assert_eq!(property("größe"), "\"größe\"");
        assert_eq!(quoted("a\"\\\n\u{2028}"), "\"a\\\"\\\\\\u000a\\u2028\"");
    }
}
