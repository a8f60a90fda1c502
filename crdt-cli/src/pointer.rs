//! Places in a document, as JSON Pointers into what `crdt show` prints.

use core::fmt;

use crdt_core::PointerError;
use crdt_core::serde_json::Value;
use thiserror::Error;

use crate::output::in_line;

/// How to name a place, for `--help`.
pub(crate) const HOW_TO_POINT: &str = "\
A POINTER is a JSON Pointer into what `crdt show` prints: /tasks/0/name is the `name` of the first \
element of `tasks`. In keys a `/` is written ~1 and a `~` is written ~0.";

/// Why a pointer leads nowhere.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub(crate) enum PointerFailure {
    #[error(
        "nothing is at {pointer:?}: {reached} is {content}\nIf it was there before, `--at VERSION` \
         looks at a version that had it."
    )]
    Nothing { pointer: String, reached: String, content: Content },
    #[error(transparent)]
    Malformed(PointerError),
}

impl PointerFailure {
    /// Says how far a pointer leads in a document, and what is there.
    pub(crate) fn new(error: PointerError, document: &Value) -> Self {
        let PointerError::Nothing(pointer) = error else { return Self::Malformed(error) };
        let mut ends = pointer.rmatch_indices('/').map(|(end, _)| &pointer[..end]);
        let found = ends.find_map(|part| Some((part, document.pointer(part)?)));
        let (part, value) = found.unwrap_or(("", document));
        let reached = if part.is_empty() { "the whole".into() } else { format!("{part:?}") };
        Self::Nothing { reached, content: Content::of(value), pointer }
    }
}

/// What is where a pointer leads no further.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Content {
    /// An object with these keys.
    Keys(Vec<String>),
    /// An array of so many elements.
    Elements(usize),
    /// Something in which nothing is.
    Leaf(&'static str),
}

impl Content {
    fn of(value: &Value) -> Self {
        match value {
            Value::Object(entries) => Self::Keys(entries.keys().cloned().collect()),
            Value::Array(elements) => Self::Elements(elements.len()),
            Value::String(_) => Self::Leaf("a string"),
            Value::Number(_) => Self::Leaf("a number"),
            Value::Bool(_) => Self::Leaf("a boolean"),
            Value::Null => Self::Leaf("null"),
        }
    }
}

/// How many keys are listed.
const LISTED: usize = 10;

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf(kind) => write!(f, "{kind}, in which nothing is"),
            Self::Elements(0) => f.write_str("an empty array"),
            Self::Elements(1) => f.write_str("an array whose only element is 0"),
            Self::Elements(count) => write!(f, "an array of elements 0 to {}", count - 1),
            Self::Keys(keys) if keys.is_empty() => f.write_str("an empty object"),
            Self::Keys(keys) => {
                let listed: Vec<_> =
                    keys.iter().take(LISTED).map(|key| format!("{key:?}")).collect();
                write!(f, "an object with {}", listed.join(", "))?;
                match keys.len().saturating_sub(LISTED) {
                    0 => Ok(()),
                    more => write!(f, " and {more} more, which `crdt show` shows"),
                }
            }
        }
    }
}

/// The pointer to an entry.
pub(crate) fn entry(at: &str, key: &str) -> String {
    format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// A pointer in one line, for people.
pub(crate) fn in_one_line(at: &str) -> String {
    let at = if at.is_empty() { "(the whole)" } else { at };
    in_line(at)
}

#[cfg(test)]
mod tests {
    use crdt_core::serde_json::json;

    use super::*;

    #[test]
    fn what_leads_nowhere_says_how_far_it_leads() {
        let many: Vec<_> = (0..12).map(|number| (format!("k{number:02}"), json!(0))).collect();
        let document = json!({
            "a": [{ "b/c": "text" }, 1], "one": [0], "none": [], "blank": {},
            "many": Value::Object(many.into_iter().collect()),
        });
        for (pointer, expected) in [
            ("/x/y", "the whole is an object with \"a\", \"blank\", \"many\", \"none\", \"one\""),
            ("/a/2/z", "\"/a\" is an array of elements 0 to 1"),
            ("/a/-", "\"/a\" is an array of elements 0 to 1"),
            ("/one/1", "\"/one\" is an array whose only element is 0"),
            ("/none/0", "\"/none\" is an empty array"),
            ("/blank/", "\"/blank\" is an empty object"),
            ("/a/0/b~1c/d", "\"/a/0/b~1c\" is a string, in which nothing is"),
            ("/a/0/b", "\"/a/0\" is an object with \"b/c\""),
            ("/many/x", "\"k09\" and 2 more, which `crdt show` shows"),
        ] {
            let error = PointerError::Nothing(pointer.to_owned());
            let said = PointerFailure::new(error, &document).to_string();
            assert!(said.starts_with(&format!("nothing is at {pointer:?}: ")), "{said}");
            let (said, _) = said.split_once('\n').expect("what to do is said below");
            assert!(said.ends_with(expected), "{said}");
        }
    }
}
