//! What a plain value says to a node: its parts, each for the part of the node that it is of.
//!
//! What is left out of a value is [`None`], and stands for what the node is by default.

use std::collections::BTreeMap;

use super::any::{AnyMap, AnyRegister};
use super::plain::PlainValue;
use super::step;
use crate::node::record::{Field, Parts};
use crate::node::untyped::EntryKey;
use crate::node::{EditError, Scope, Variants};

/// A value, unless it is left out.
pub(super) type Given<'v> = Option<&'v PlainValue>;

/// The error of a value that a node cannot have.
fn wrong(scope: Scope<'_>, expected: &str, value: &PlainValue) -> EditError {
    let reason = format!("{} is given, expected {expected}", value.found());
    EditError::WrongValue { path: scope.path_text(), reason }
}

/// Of every field its value.
pub(super) fn fields<'v>(
    fields: &[Field],
    scope: Scope<'_>,
    value: Given<'v>,
) -> Result<Vec<Given<'v>>, EditError> {
    let entries = match value {
        None => return Ok(vec![None; fields.len()]),
        Some(PlainValue::Sequence(items)) if is_tuple(fields) && items.len() == fields.len() => {
            return Ok(items.iter().map(Some).collect());
        }
        Some(PlainValue::Map(entries)) => entries,
        Some(PlainValue::Null) if fields.is_empty() => return Ok(Vec::new()),
        Some(other) => return Err(wrong(scope, &expected_of(fields), other)),
    };
    if let Some(name) = entries.keys().find(|name| !fields.iter().any(|it| it.is_known_as(name))) {
        let (path, part) = (scope.path_text(), name.clone());
        return Err(EditError::UnknownPart { path, found: "a struct", part });
    }
    let given = |field: &Field| field.all_names().find_map(|name| entries.get(name));
    Ok(fields.iter().map(given).collect())
}

/// Whether the fields have no names: they are called by their numbers then.
pub(super) fn is_tuple(fields: &[Field]) -> bool {
    let mut numbered = fields.iter().enumerate();
    !fields.is_empty() && numbered.all(|(number, field)| field.name == number.to_string())
}

fn expected_of(fields: &[Field]) -> String {
    if is_tuple(fields) {
        return format!("a sequence of {}", fields.len());
    }
    "a map of its fields".to_owned()
}

/// The place of the variant, and what that is to hold.
pub(super) fn variant<'v>(
    variants: &Variants,
    payloads: &dyn Parts,
    scope: Scope<'_>,
    value: Given<'v>,
) -> Result<(usize, Given<'v>), EditError> {
    let Some(value) = value else { return Ok((variants.default, None)) };
    let only = match value {
        PlainValue::Text(name) => Some((name, None)),
        PlainValue::Map(entries) if entries.len() == 1 => {
            entries.first_key_value().map(|(name, payload)| (name, Some(payload)))
        }
        _ => None,
    };
    let Some((name, payload)) = only else {
        let expected = "the name of a variant, or a map of one to what it holds";
        return Err(wrong(scope, expected, value));
    };
    let place = variants.known(name).ok_or_else(|| EditError::UnknownPart {
        path: scope.path_text(),
        found: "an enum",
        part: name.clone(),
    })?;
    match payload.filter(|_| payloads.part(place).is_none()) {
        Some(payload) if *payload != PlainValue::Null => {
            Err(wrong(scope.variant(variants.name(place)), "nothing", payload))
        }
        _ => Ok((place, payload)),
    }
}

/// The elements of a list.
pub(super) fn items<'v>(scope: Scope<'_>, value: Given<'v>) -> Result<&'v [PlainValue], EditError> {
    match value {
        None => Ok(&[]),
        Some(PlainValue::Sequence(items)) => Ok(items),
        Some(other) => Err(wrong(scope, "a sequence", other)),
    }
}

/// The entries of a map, by their keys; of a set, nothing for each.
pub(super) fn entries<'v>(
    map: &dyn AnyMap,
    scope: Scope<'_>,
    value: Given<'v>,
) -> Result<BTreeMap<EntryKey, Given<'v>>, EditError> {
    match value {
        None => Ok(BTreeMap::new()),
        Some(PlainValue::Sequence(keys)) if map.is_set() => {
            keys.iter().map(|key| Ok((key_of(map, scope, key)?, None))).collect()
        }
        Some(PlainValue::Map(entries)) => {
            let entry = |(key, value): (&String, &'v PlainValue)| {
                let key = step::key(map, key).ok_or_else(|| unknown_key(map, scope, key))?;
                Ok((key, Some(value)))
            };
            entries.iter().map(entry).collect()
        }
        Some(other) if map.is_set() => Err(wrong(scope, "a sequence of its keys", other)),
        Some(other) => Err(wrong(scope, "a map", other)),
    }
}

/// The key of a set that a value is.
fn key_of(map: &dyn AnyMap, scope: Scope<'_>, value: &PlainValue) -> Result<EntryKey, EditError> {
    let text = match value {
        PlainValue::Bytes(bytes) => {
            let key = EntryKey::Bytes(bytes.as_slice().into());
            return Some(key)
                .filter(|key| map.takes(key.as_key()))
                .ok_or_else(|| wrong(scope, "keys of its type", value));
        }
        PlainValue::Text(text) => text.clone(),
        PlainValue::Bool(bool) => bool.to_string(),
        other => match other.as_integer() {
            Some(integer) => integer.to_string(),
            None => return Err(wrong(scope, "keys", other)),
        },
    };
    step::key(map, &text).ok_or_else(|| unknown_key(map, scope, &text))
}

fn unknown_key(map: &dyn AnyMap, scope: Scope<'_>, key: &str) -> EditError {
    let found = if map.is_set() { "a set" } else { "a map" };
    EditError::UnknownPart { path: scope.path_text(), found, part: key.to_owned() }
}

/// The integer that a counter is to be.
pub(super) fn sum(
    integers: &core::ops::RangeInclusive<i128>,
    scope: Scope<'_>,
    value: Given<'_>,
) -> Result<i128, EditError> {
    let Some(value) = value else { return Ok(0) };
    let sum = value.as_integer().filter(|sum| integers.contains(sum));
    sum.ok_or_else(|| {
        let expected = format!("an integer from {} to {}", integers.start(), integers.end());
        match value.as_integer() {
            Some(sum) => {
                let reason = format!("{sum} is given, expected {expected}");
                EditError::WrongValue { path: scope.path_text(), reason }
            }
            None => wrong(scope, &expected, value),
        }
    })
}

/// The text that a text is to be.
pub(super) fn text<'v>(scope: Scope<'_>, value: Given<'v>) -> Result<&'v str, EditError> {
    match value {
        None => Ok(""),
        Some(PlainValue::Text(text)) => Ok(text),
        Some(other) => Err(wrong(scope, "a string", other)),
    }
}

/// The JSON that JSON is to be.
pub(super) fn json(scope: Scope<'_>, value: Given<'_>) -> Result<crate::node::Json, EditError> {
    let Some(value) = value else { return Ok(crate::node::Json::default()) };
    value.to_json().map_err(|found| {
        let reason = format!("{found} in it, expected JSON");
        EditError::WrongValue { path: scope.path_text(), reason }
    })
}

/// Takes nothing.
pub(super) fn unit(scope: Scope<'_>, value: Given<'_>) -> Result<(), EditError> {
    match value {
        None | Some(PlainValue::Null) => Ok(()),
        Some(other) => Err(wrong(scope, "null", other)),
    }
}

/// The bytes of what a register is to be.
pub(super) fn payload(
    register: &dyn AnyRegister,
    scope: Scope<'_>,
    value: Given<'_>,
) -> Result<Vec<u8>, EditError> {
    let Some(value) = value else { return register.initial() };
    let mut first = None;
    let present = || {
        let read = register.read(scope.chains());
        read.map_or(PlainValue::Null, |read| PlainValue::from_encoding(&read))
    };
    for encoding in value.encodings(present) {
        match register.accept(&encoding?) {
            Ok(payload) => return Ok(payload),
            Err(reason) => first = first.or(Some(reason)),
        }
    }
    let reason = first.unwrap_or_default();
    Err(EditError::WrongValue { path: scope.path_text(), reason })
}
