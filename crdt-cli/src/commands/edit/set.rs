//! `--set POINTER VALUE`.

use crdt_core::serde_json::{self, Value};

use super::EditFailure;

/// A value to be set at a place.
pub(super) struct Set<'a> {
    pointer: &'a str,
    value: Value,
}

/// Reads a pointer and the JSON to set there.
pub(super) fn parse<'a>(pointer: &'a str, value: &str) -> Result<Set<'a>, EditFailure> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return Err(EditFailure::NotAPointer(pointer.to_owned()));
    }
    match serde_json::from_str(value) {
        Ok(value) => Ok(Set { pointer, value }),
        Err(cause) => Err(EditFailure::NotAValue { value: value.to_owned(), cause }),
    }
}

impl Set<'_> {
    pub(super) fn apply(&self, document: &mut Value) -> Result<(), EditFailure> {
        let Some((at, last)) = self.pointer.rsplit_once('/') else {
            document.clone_from(&self.value);
            return Ok(());
        };
        let at_owned = || at.to_owned();
        match document.pointer_mut(at) {
            None => Err(EditFailure::NothingAt(at_owned())),
            Some(Value::Object(entries)) => {
                entries.insert(last.replace("~1", "/").replace("~0", "~"), self.value.clone());
                Ok(())
            }
            Some(Value::Array(items)) if last == "-" => {
                items.push(self.value.clone());
                Ok(())
            }
            Some(Value::Array(items)) => {
                let place = last.parse().ok().and_then(|place: usize| items.get_mut(place));
                let place = place.ok_or_else(|| EditFailure::NoPosition {
                    at: at_owned(),
                    position: last.to_owned(),
                })?;
                place.clone_from(&self.value);
                Ok(())
            }
            Some(_) => Err(EditFailure::NotAContainer(at_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn set(mut document: Value, pointer: &str, value: &str) -> Result<Value, String> {
        let set = parse(pointer, value).map_err(|error| error.to_string())?;
        set.apply(&mut document).map_err(|error| error.to_string())?;
        Ok(document)
    }

    #[test]
    fn values_are_set_where_there_is_a_place() {
        let document = || json!({ "a": [1, 2], "b/c~": null });
        for (pointer, expected) in [
            ("", json!(7)),
            ("/a", json!({ "a": 7, "b/c~": null })),
            ("/new", json!({ "a": [1, 2], "b/c~": null, "new": 7 })),
            ("/a/1", json!({ "a": [1, 7], "b/c~": null })),
            ("/a/-", json!({ "a": [1, 2, 7], "b/c~": null })),
            ("/b~1c~0", json!({ "a": [1, 2], "b/c~": 7 })),
        ] {
            assert_eq!(set(document(), pointer, "7"), Ok(expected), "{pointer}");
        }
        for (pointer, value, message) in [
            ("a", "7", "no JSON Pointer"),
            ("/a", "seven", "a string is written"),
            ("/x/y", "7", "there is nothing at \"/x\""),
            ("/a/2", "7", "no position \"2\""),
            ("/a/0/b", "7", "neither an object nor an array"),
        ] {
            let error = set(document(), pointer, value).expect_err(pointer);
            assert!(error.contains(message), "{error}");
        }
    }
}
