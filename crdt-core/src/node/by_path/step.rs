//! From the steps of a pointer to states.

use core::str::FromStr as _;

use super::any::{AnyList, AnyMap, AnyNode, AnyNodeMut, Place};
use super::kind::NodeKind;
use crate::history::Chains;
use crate::node::json::pointer::{self, Token};
use crate::node::record::Field;
use crate::node::untyped::EntryKey;
use crate::node::{CrdtNode as _, EditError, ElementId, Json, JsonEditor, NodeState};
use crate::op::Key;

/// Where a pointer has led to that is to be edited.
pub(super) struct Reached<'s> {
    pub(super) place: Place<'s>,
    /// If that is JSON, how many steps there were to it. The others are its own.
    pub(super) json: Option<usize>,
}

/// Goes to a node, or as far as JSON, which has pointers of its own.
pub(super) fn reach<'s>(place: Place<'s>, way: &[Token<'_>]) -> Result<Reached<'s>, EditError> {
    let mut place = place;
    for (steps, token) in way.iter().enumerate() {
        let (node, scope) = entered(place, token.parent)?;
        if node.any().kind() == NodeKind::Json {
            return Ok(Reached { place: (node, scope), json: Some(steps) });
        }
        place = step((node, scope), token)?;
    }
    let json = (place.0.any().kind() == NodeKind::Json).then_some(way.len());
    Ok(Reached { place, json })
}

/// As [`reach`], and into what an optional node at the end holds.
pub(super) fn reach_inside<'s>(
    place: Place<'s>,
    way: &[Token<'_>],
    path: &str,
) -> Result<Reached<'s>, EditError> {
    let Reached { place, json } = reach(place, way)?;
    let place = entered(place, path)?;
    let is_json = place.0.any().kind() == NodeKind::Json;
    Ok(Reached { place, json: json.or(is_json.then_some(way.len())) })
}

/// The JSON at a place.
pub(super) fn json_at<'s>(place: Place<'s>, path: &str) -> Result<JsonEditor<'s>, EditError> {
    let (node, scope) = entered(place, path)?;
    match node.any_mut() {
        AnyNodeMut::Json(json) => Ok(Json::edit(json, scope)),
        other => Err(other_kind(path, other.kind(), "JSON")),
    }
}

/// What is in an optional node that a pointer leads to, however deep; any other node as it is.
pub(super) fn entered<'s>((node, scope): Place<'s>, pointer: &str) -> Result<Place<'s>, EditError> {
    if !matches!(node.any(), AnyNode::Option(_)) {
        return Ok((node, scope));
    }
    match node.any_mut() {
        AnyNodeMut::Option(option) if option.get().is_some() => {
            entered(option.entry(scope)?, pointer)
        }
        _ => Err(nothing(pointer)),
    }
}

/// The part of a node that a token leads to.
pub(super) fn step<'s>(
    (node, scope): Place<'s>,
    token: &Token<'_>,
) -> Result<Place<'s>, EditError> {
    let kind = node.any().kind();
    match node.any_mut() {
        AnyNodeMut::Record(fields, parts) => {
            let place = field(fields, &token.key).ok_or_else(|| unknown_part(token, kind))?;
            let part = parts.part_mut(place).ok_or_else(|| unknown_part(token, kind))?;
            Ok((part, scope.field(fields[place].name)))
        }
        AnyNodeMut::Choice(choice) => {
            let selected = choice.selector.current(scope.chains(), choice.variants);
            let place =
                choice.variants.known(&token.key).ok_or_else(|| unknown_part(token, kind))?;
            let payload = choice.payloads.part_mut(place).filter(|_| place == selected);
            let payload = payload.ok_or_else(|| nothing(token.path))?;
            Ok((payload, scope.variant(choice.variants.name(place))))
        }
        AnyNodeMut::List(list) => {
            let position = element(list, token, scope.chains())?;
            let missing = out_of_range(list, position, scope.chains());
            let Some(id) = list.id_at(position, scope.chains()) else { return Err(missing) };
            let item = list.item_at_mut(position, scope.chains()).ok_or(missing)?;
            Ok((item, scope.element(id)))
        }
        AnyNodeMut::Map(map) => {
            let key = entry_key(map, token)?;
            map.present(scope, key.as_key()).ok_or_else(|| nothing(token.path))
        }
        _ => Err(EditError::NotAContainer { path: token.parent.to_owned(), found: kind.found() }),
    }
}

/// The state that a token leads to, to read; `None` if nothing is there.
pub(super) fn look<'s>(
    node: &'s dyn NodeState,
    token: &Token<'_>,
    chains: &Chains,
) -> Option<&'s dyn NodeState> {
    match node.any() {
        AnyNode::Record(fields, parts) => parts.part(field(fields, &token.key)?),
        AnyNode::Choice(variants, selector, payloads) => {
            let place = variants.known(&token.key)?;
            let selected = selector.current(chains, variants);
            payloads.part(place).filter(|_| place == selected)
        }
        AnyNode::List(list) => list.item_at(element(list, token, chains).ok()?, chains),
        AnyNode::Map(map) => map.get(key(map, &token.key)?.as_key()),
        AnyNode::Option(option) => look(option.get()?, token, chains),
        _ => None,
    }
}

/// The place of the field with a name, present or former.
fn field(fields: &[Field], name: &str) -> Option<usize> {
    fields.iter().position(|field| field.is_known_as(name))
}

/// The position that a token names in a list: by itself, by the element that is there, or `-`.
pub(super) fn element(
    list: &dyn AnyList,
    token: &Token<'_>,
    chains: &Chains,
) -> Result<usize, EditError> {
    if let Ok(element) = ElementId::from_str(&token.key) {
        let found = element.find(chains).and_then(|id| list.position(id, chains));
        return found.ok_or(EditError::NoElement(element));
    }
    token.position(list.count(chains)).ok_or_else(|| EditError::NotAPosition {
        path: token.parent.to_owned(),
        token: token.key.clone().into_owned(),
    })
}

pub(super) fn out_of_range(list: &dyn AnyList, position: usize, chains: &Chains) -> EditError {
    EditError::OutOfRange { position, length: list.count(chains) }
}

/// The key of a map that a text stands for: itself, a truth value, an integer, or bytes by their
/// hexadecimal digits, the first of these that its type has.
pub(super) fn key(map: &dyn AnyMap, text: &str) -> Option<EntryKey> {
    let integer = text.parse::<i128>().ok().filter(|integer| integer.to_string() == text);
    let bytes = bytes_of(text);
    let spelled = [
        Some(Key::Text(text)),
        text.parse().ok().map(Key::Bool),
        integer.map(Key::Integer),
        bytes.as_deref().map(|bytes| Key::Bytes(bytes.into())),
    ];
    let in_range = |key: &Key<'_>| match key {
        Key::Integer(integer) => (i64::MIN.into()..=u64::MAX.into()).contains(integer),
        _ => true,
    };
    let key = spelled.into_iter().flatten().find(|key| in_range(key) && map.takes(*key));
    key.map(EntryKey::new)
}

/// The key of a map that a token names.
pub(super) fn entry_key(map: &dyn AnyMap, token: &Token<'_>) -> Result<EntryKey, EditError> {
    key(map, &token.key).ok_or_else(|| unknown_part(token, NodeKind::of_map(map)))
}

/// The bytes that hexadecimal digits stand for.
fn bytes_of(digits: &str) -> Option<Vec<u8>> {
    let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if !digits.len().is_multiple_of(2) || !digits.bytes().all(|byte| is_digit(&byte)) {
        return None;
    }
    let pairs = (0..digits.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
}

/// What is left of a way to be gone, as a pointer.
pub(super) fn rest(way: &[Token<'_>]) -> String {
    way.iter().fold(String::new(), |pointer, token| pointer::joined(&pointer, &token.key))
}

pub(super) fn other_kind(path: &str, kind: NodeKind, expected: &'static str) -> EditError {
    EditError::OtherKind { path: path.to_owned(), found: kind.found(), expected }
}

pub(super) fn nothing(path: &str) -> EditError {
    EditError::NothingAt(path.to_owned())
}

/// The error of a name or key that a node does not have, whatever is written in it.
pub(super) fn unknown_part(token: &Token<'_>, kind: NodeKind) -> EditError {
    EditError::UnknownPart {
        path: token.parent.to_owned(),
        found: kind.found(),
        part: token.key.clone().into_owned(),
    }
}
