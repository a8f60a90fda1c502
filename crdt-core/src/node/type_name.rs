//! What a type is called in the genesis record of the documents created with it, and which of these
//! it can be opened as.
//!
//! A derived type has the name that the document has it under, with the arguments that are stored
//! in it: `Task`, `Titled<String>`. The other nodes have one name for all types that are the same
//! in the document: `List<Task>`, `Map<String, Task>`, `Set<u64>`, `Option<Task>`, `Text`,
//! `Counter`, `Register`, `Json`. A leaf has that of its values. What a name leaves open fits any.

use super::{CrdtNode, MapKey, Newtype};
use crate::history::name_in_genesis;
use crate::schema::{is_integer, leaves_agree, without_paths};

/// Stands for an argument of which nothing is said.
const OPEN: &str = "_";

/// An argument of a generic type, as far as the name of the type says it.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    name: fn() -> String,
    is_known_as: fn(&str) -> bool,
}

impl Argument {
    /// A parameter that is not in the name.
    pub const OPEN: Self = Self { name: || OPEN.to_owned(), is_known_as: |_| true };

    /// A node.
    pub const fn node<T: CrdtNode>() -> Self {
        Self { name: type_name::<T>, is_known_as: T::is_known_as }
    }

    /// The key of a map.
    pub const fn key<K: MapKey>() -> Self {
        Self { name: key_name::<K>, is_known_as: is_key_known_as::<K> }
    }
}

/// What a type is called, as data: what follows from it is one code for all types.
struct Names {
    name: &'static str,
    aliases: &'static [&'static str],
    arguments: &'static [Argument],
}

impl Names {
    const fn of<T: CrdtNode>() -> Self {
        Self { name: T::NAME, aliases: T::ALIASES, arguments: T::ARGUMENTS }
    }

    /// The name with its arguments; [`OPEN`] if there is none.
    fn full(&self) -> String {
        if self.name.is_empty() {
            return OPEN.to_owned();
        }
        let arguments: Vec<_> = self.arguments.iter().map(|argument| (argument.name)()).collect();
        if arguments.iter().all(|argument| argument == OPEN) {
            self.name.to_owned()
        } else {
            format!("{}<{}>", self.name, arguments.join(", "))
        }
    }

    /// Whether a document with this name in its genesis record can be opened under these.
    fn agree_with(&self, name: &str) -> bool {
        if name.is_empty() || name == OPEN || self.name.is_empty() {
            return true;
        }
        let names = || core::iter::once(&self.name).chain(self.aliases);
        let own = self.full();
        if name_in_genesis(&own) == name || leaves_agree(&own, name) {
            return true;
        }
        if names().any(|known| name_in_genesis(known) == name) {
            return true;
        }
        let (head, arguments) = split(name);
        names().any(|known| *known == head) && do_arguments_agree(self.arguments, &arguments)
    }
}

fn type_name<T: CrdtNode>() -> String {
    Names::of::<T>().full()
}

/// What the genesis record of a document of this type says.
pub(crate) fn root_name<T: CrdtNode>() -> String {
    if T::NAME.is_empty() { String::new() } else { type_name::<T>() }
}

/// Whether a document with this name in its genesis record can be opened as a `T`: by one of its
/// names, with arguments that can be opened as its own. What one of the two leaves open is not
/// asked.
pub(super) fn is_known_as<T: CrdtNode>(name: &str) -> bool {
    Names::of::<T>().agree_with(name)
}

/// The same for a newtype, which is in the document as what it wraps.
pub fn is_newtype_known_as<T: Newtype>(name: &str) -> bool {
    let is_named = !T::Inner::NAME.is_empty();
    is_known_as::<T>(name) || is_named && T::Inner::is_known_as(name)
}

fn do_arguments_agree(own: &[Argument], given: &[&str]) -> bool {
    let agrees = |(own, given): (&Argument, &&str)| (own.is_known_as)(given);
    own.iter().zip(given).all(agrees)
}

fn key_name<K: MapKey>() -> String {
    without_paths(K::key_type())
}

/// An integer is a key of every type that it fits in.
fn is_key_known_as<K: MapKey>(name: &str) -> bool {
    let own = key_name::<K>();
    let is_number = |name: &str| is_integer(name) && !name.ends_with("128");
    name == OPEN || name == own || is_number(name) && is_number(&own)
}

/// What stands before the arguments of a name, and the arguments.
fn split(name: &str) -> (&str, Vec<&str>) {
    let Some((head, rest)) = name.split_once('<') else { return (name, Vec::new()) };
    let list = rest.strip_suffix('>').unwrap_or(rest);
    let (mut arguments, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, byte) in list.bytes().enumerate() {
        match byte {
            b'<' => depth += 1,
            b'>' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                arguments.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    arguments.push(list[start..].trim());
    (head, arguments)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

    use super::*;
    use crate::node::{Bytes, Counter, Json, List, Register, Text};

    fn name<T: CrdtNode>() -> String {
        assert!(T::is_known_as(&root_name::<T>()) && T::is_known_as(""), "{}", root_name::<T>());
        root_name::<T>()
    }

    #[test]
    fn what_is_one_in_the_document_has_one_name() {
        assert_eq!(name::<Vec<Text>>(), "List<Text>");
        assert_eq!(name::<VecDeque<Text>>(), name::<List<Text>>());
        assert_eq!(name::<BTreeMap<String, Vec<u8>>>(), "Map<String, List<u8>>");
        assert_eq!(name::<HashMap<String, List<u8>>>(), "Map<String, List<u8>>");
        assert_eq!(name::<BTreeSet<u128>>(), "Set<u128>");
        assert_eq!(name::<Box<Option<Counter>>>(), "Option<Counter>");
        assert_eq!(name::<Option<Option<u8>>>(), "Option<Option<u8>>");
        assert_eq!(name::<Vec<Register<(u8, u8)>>>(), "List<Register>");
        assert_eq!(name::<Vec<Bytes<[u8; 4]>>>(), "List<Bytes>");
        assert_eq!(name::<Vec<()>>(), "List");
        assert_eq!(name::<()>(), "");
    }

    #[test]
    fn what_can_be_read_can_be_opened() {
        assert!(Vec::<u64>::is_known_as("List<u8>"));
        assert!(Vec::<Option<u64>>::is_known_as("List<u8>"));
        assert!(Vec::<u8>::is_known_as("List<Option<u64>>"));
        assert!(BTreeSet::<i8>::is_known_as("Set<u64>"));
        assert!(BTreeMap::<u8, Json>::is_known_as("Map<i64, Map<String, Text>>"));
        assert!(Vec::<Text>::is_known_as("List<_>") && Vec::<Text>::is_known_as("List"));
        assert!(BTreeMap::<u8, Text>::is_known_as("Set<u8>"));
        assert!(BTreeSet::<u8>::is_known_as("Map<u8, Text>"));
        assert!(Vec::<Text>::is_known_as("List<Text, Json>"), "it may have had a parameter more");
    }

    #[test]
    fn what_cannot_is_refused() {
        assert!(!Vec::<u64>::is_known_as("List<String>"));
        assert!(!Vec::<u64>::is_known_as("Set<u64>") && !Text::is_known_as("List<Text>"));
        assert!(!BTreeSet::<u8>::is_known_as("Set<u128>"));
        assert!(!BTreeMap::<u8, Text>::is_known_as("Map<u8, Json>"));
        assert!(!Vec::<Text>::is_known_as("Json"));
        assert!(!BTreeSet::<u8>::is_known_as("Map<String, Text>"));
        for odd in ["List<Text>>", "List<<", "List<>>", "List<u8,", "<", "<>", ">", ","] {
            assert!(!Vec::<Text>::is_known_as(odd), "{odd}");
        }
    }
}
