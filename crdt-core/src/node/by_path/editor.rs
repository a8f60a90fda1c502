use core::fmt;

use super::any::{AnyMap, AnyNode, AnyNodeMut, Place};
use super::kind::NodeKind;
use super::plain::PlainValue;
use super::step::{
    Reached, element, entry_key, json_at, nothing, other_kind, out_of_range, reach, reach_inside,
    rest, step,
};
use super::view::PathView;
use super::write;
use crate::node::json::pointer::{self, Token};
use crate::node::untyped::EntryKey;
use crate::node::{
    CrdtNode as _, EditError, JsonEditor, NewElement, NodeState, Scope, Text, TextEditor,
};

/// Edits a document, or a place in one, by paths; made by
/// [`Document::change_by_path`](crate::Document::change_by_path).
///
/// Places are named by JSON Pointers (RFC 6901), as in [`JsonEditor`]: `""` is the node that is
/// edited, `/tasks/0/title` the field `title` of the first element of the field `tasks`. A step is
///
/// - the name of a field, under which it is stored,
/// - the position of an element of a list, or its [id](crate::ElementId) as it is printed; `-` is
///   the end, behind the last one,
/// - the key of an entry of a map: text, an integer, `true` or `false`, or the hexadecimal digits
///   of bytes,
/// - the name of the selected variant of an enum, to what that holds,
/// - within JSON, what `JsonEditor` takes.
///
/// An optional node that is present is what it holds.
///
/// Every verb writes what the verb of the typed editor writes, and one that fails did nothing.
pub struct PathEditor<'a> {
    node: &'a mut dyn NodeState,
    scope: Scope<'a>,
}

/// What is to be edited.
pub(super) enum Target<'s> {
    Node(Place<'s>),
    /// JSON, and the pointer within it.
    Json(JsonEditor<'s>, String),
}

impl<'a> PathEditor<'a> {
    pub(crate) fn new(node: &'a mut dyn NodeState, scope: Scope<'a>) -> Self {
        Self { node, scope }
    }

    /// Reads the node, as it is now.
    pub fn view(&self) -> PathView<'_> {
        PathView::new(self.node, self.scope.chains())
    }

    /// The plain value of the node.
    pub fn value(&self) -> PlainValue {
        self.view().value()
    }

    /// Reads a place; `None` if nothing is there or it is no pointer.
    pub fn get(&self, path: impl AsRef<str>) -> Option<PathView<'_>> {
        self.view().get(path)
    }

    /// Edits a place that is there.
    ///
    /// # Errors
    /// [`EditError::MalformedPointer`]; [`EditError::NothingAt`], [`EditError::UnknownPart`],
    /// [`EditError::OutOfRange`], [`EditError::NoElement`], [`EditError::NotAPosition`] or
    /// [`EditError::NotAContainer`] if the pointer leads nowhere.
    pub fn at(&mut self, path: impl AsRef<str>) -> Result<PathEditor<'_>, EditError> {
        let path = path.as_ref();
        // An edit on the way, such as a put of an entry that only a value keeps, is made here.
        self.attempt(path, |target| match target {
            Target::Node(_) => Ok(()),
            Target::Json(mut json, rest) => json.at(rest).map(drop),
        })?;
        let way = pointer::parse(path)?;
        self.scope.pin();
        let Reached { place: (node, scope), json } = reach((&mut *self.node, self.scope), &way)?;
        let Some(steps) = json else { return Ok(PathEditor { node, scope }) };
        let (node, scope) = json_at((node, scope), path)?.into_place(&way[steps..])?;
        Ok(PathEditor { node, scope })
    }

    /// Makes an edit at a place, all of it or, if it fails, nothing.
    pub(super) fn attempt<R>(
        &mut self,
        path: &str,
        edit: impl FnOnce(Target<'_>) -> Result<R, EditError>,
    ) -> Result<R, EditError> {
        let way = pointer::parse(path)?;
        self.scope.attempt_any(self.node, |node, scope| {
            reach((node, scope), &way)?.edit(&way, path, edit)
        })
    }

    /// Makes an edit of what a place holds, also if that is optional.
    pub(super) fn attempt_inside<R>(
        &mut self,
        path: &str,
        edit: impl FnOnce(Target<'_>) -> Result<R, EditError>,
    ) -> Result<R, EditError> {
        let way = pointer::parse(path)?;
        self.scope.attempt_any(self.node, |node, scope| {
            reach_inside((node, scope), &way, path)?.edit(&way, path, edit)
        })
    }

    /// Makes an edit of an entry or element, given what it is of.
    pub(super) fn attempt_in<R>(
        &mut self,
        path: &str,
        edit: impl FnOnce(Target<'_>, Option<&Token<'_>>) -> Result<R, EditError>,
    ) -> Result<R, EditError> {
        let way = pointer::parse(path)?;
        let Some((last, above)) = way.split_last() else {
            return self.attempt(path, |target| edit(target, None));
        };
        self.scope.attempt_any(self.node, |node, scope| {
            let reached = reach_inside((node, scope), above, last.parent)?;
            let last = reached.json.is_none().then_some(last);
            reached.edit(&way, path, |target| edit(target, last))
        })
    }

    /// Makes a place read as a value, as the `set` of its editor does: of structs, lists, maps,
    /// sets, texts and counters what differs is written; a register is set, an enum has its variant
    /// selected, an optional node is made present with the value, or absent by null. An entry of a
    /// map is [inserted](Self::insert).
    ///
    /// What is left out of a struct is set to its default.
    ///
    /// # Errors
    /// As [`at`](Self::at); [`EditError::WrongValue`] or [`EditError::UnknownPart`] if the type
    /// does not have the value, and what writing it meets.
    pub fn set(
        &mut self,
        path: impl AsRef<str>,
        value: impl Into<PlainValue>,
    ) -> Result<(), EditError> {
        let value = checked(value)?;
        self.attempt_in(path.as_ref(), |target, last| {
            let (node, scope) = match (target, last) {
                (Target::Json(mut json, rest), _) => {
                    let value = value.to_json().map_err(|found| not_json(path.as_ref(), found))?;
                    return json.set(rest, value);
                }
                (Target::Node(place), None) => place,
                (Target::Node(place), Some(last)) => match entry_or_part(place, last)? {
                    EntryOrPart::Part(place) => place,
                    EntryOrPart::Entry(map, scope, key) => {
                        return write::assign_entry(map, scope, key.as_key(), Some(&value));
                    }
                },
            };
            write::set(node, scope, &value)
        })
    }

    /// Inserts a value before the element at a position of a list and gives the element, or makes
    /// an entry of a map present with it and gives `None`: what is known of the entry is cleared.
    ///
    /// # Errors
    /// As [`set`](Self::set); [`EditError::OtherKind`] if the path does not lead into a list or
    /// map.
    pub fn insert(
        &mut self,
        path: impl AsRef<str>,
        value: impl Into<PlainValue>,
    ) -> Result<Option<NewElement>, EditError> {
        let (path, value) = (path.as_ref(), checked(value)?);
        self.attempt_in(path, |target, last| {
            let ((node, scope), last) = match (target, last) {
                (Target::Json(mut json, rest), _) => {
                    let value = value.to_json().map_err(|found| not_json(path, found))?;
                    return json.insert(rest, value);
                }
                (Target::Node((node, _)), None) => {
                    return Err(other_kind(path, node.any().kind(), "an entry or element"));
                }
                (Target::Node(place), Some(last)) => (place, last),
            };
            match node.any_mut() {
                AnyNodeMut::List(items) => {
                    let position = element(items, last, scope.chains())?;
                    let new = scope.new_element(scope.next_id());
                    write::insert_all(items, scope, position, core::slice::from_ref(&value))?;
                    Ok(Some(new))
                }
                AnyNodeMut::Map(map) => {
                    let key = entry_key(map, last)?;
                    write::assign_entry(map, scope, key.as_key(), Some(&value))?;
                    Ok(None)
                }
                other => Err(other_kind(last.parent, other.kind(), "a list or map")),
            }
        })
    }

    /// Makes an entry of a map or an optional node present with its defaults, unless it is present
    /// already, or inserts a key into a set. Two replicas that do so concurrently edit one entry.
    ///
    /// # Errors
    /// As [`at`](Self::at), and [`EditError::OtherKind`] if it is something else; those of
    /// [`MapEditor::entry`](crate::node::MapEditor::entry).
    pub fn put(&mut self, path: impl AsRef<str>) -> Result<(), EditError> {
        let path = path.as_ref();
        self.attempt_in(path, |target, last| {
            let place = match (target, last) {
                (Target::Json(..), _) => {
                    return Err(other_kind(path, NodeKind::Json, "an entry of a map"));
                }
                (Target::Node(place), None) => place,
                (Target::Node(place), Some(last)) => match entry_or_part(place, last)? {
                    EntryOrPart::Part(place) => place,
                    EntryOrPart::Entry(map, scope, key) if map.is_set() => {
                        return map.put(scope, key.as_key());
                    }
                    EntryOrPart::Entry(map, scope, key) => {
                        return map.entry(scope, key.as_key()).map(drop);
                    }
                },
            };
            let (node, scope) = place;
            match node.any_mut() {
                AnyNodeMut::Option(option) => option.entry(scope).map(drop),
                other => Err(other_kind(path, other.kind(), "an entry of a map")),
            }
        })
    }

    /// Removes an element of a list, an entry of a map, a key of a set, a part of JSON, or what is
    /// in an optional node. Says whether it was there; an element of a list has to be.
    ///
    /// # Errors
    /// As [`at`](Self::at), and [`EditError::OtherKind`] if it is something else.
    pub fn remove(&mut self, path: impl AsRef<str>) -> Result<bool, EditError> {
        let path = path.as_ref();
        self.attempt_in(path, |target, last| {
            let (node, scope) = match (target, last) {
                (Target::Json(mut json, rest), _) => return remove_in(&mut json, &rest),
                (Target::Node(place), None) => place,
                (Target::Node((node, scope)), Some(last)) => match node.any() {
                    AnyNode::List(_) | AnyNode::Map(_) => {
                        return remove_from((node, scope), last);
                    }
                    _ => match entry_or_part((node, scope), last)? {
                        EntryOrPart::Part(place) => place,
                        EntryOrPart::Entry(..) => return Err(nothing(path)),
                    },
                },
            };
            match node.any_mut() {
                AnyNodeMut::Option(option) => Ok(option.remove(scope)),
                other => Err(other_kind(path, other.kind(), "an entry or element")),
            }
        })
    }

    /// Takes back whatever is at a place, so that it reads as its default: `clear` of lists, texts,
    /// maps and sets, `unset` of registers, `reset` of counters.
    ///
    /// # Errors
    /// As [`at`](Self::at).
    pub fn clear(&mut self, path: impl AsRef<str>) -> Result<(), EditError> {
        self.attempt(path.as_ref(), |target| match target {
            Target::Node((node, scope)) => {
                node.clear(scope.pinned());
                Ok(())
            }
            Target::Json(mut json, rest) => json.at(rest)?.remove("").map(drop),
        })
    }

    /// Adds to a counter; a negative number subtracts.
    ///
    /// # Errors
    /// As [`at`](Self::at), and [`EditError::OtherKind`] if it is no counter.
    pub fn add(&mut self, path: impl AsRef<str>, delta: i64) -> Result<(), EditError> {
        let path = path.as_ref();
        self.attempt_inside(path, |target| {
            let Target::Node((node, mut scope)) = target else {
                return Err(other_kind(path, NodeKind::Json, "a counter"));
            };
            match node.any_mut() {
                AnyNodeMut::Counter(counter, _) => {
                    counter.write_add(&mut scope, delta.into());
                    Ok(())
                }
                other => Err(other_kind(path, other.kind(), "a counter")),
            }
        })
    }

    /// Edits the text at a place, character by character. Within JSON it is made if nothing is
    /// there, as [`JsonEditor::text`] does.
    ///
    /// # Errors
    /// As [`at`](Self::at), and [`EditError::OtherKind`] or [`EditError::NotAText`] if it is no
    /// text.
    pub fn text(&mut self, path: impl AsRef<str>) -> Result<TextEditor<'_>, EditError> {
        let path = path.as_ref();
        self.attempt_inside(path, |target| match target {
            Target::Node(place) => text_of(place, path).map(drop),
            Target::Json(mut json, rest) => json.text(rest).map(drop),
        })?;
        let way = pointer::parse(path)?;
        self.scope.pin();
        let Reached { place, json } = reach_inside((&mut *self.node, self.scope), &way, path)?;
        let Some(steps) = json else { return text_of(place, path) };
        let (state, scope) = json_at(place, path)?.into_place(&way[steps..])?;
        Ok(Text::edit(state.text_mut(), scope))
    }

    /// Edits the JSON at a place.
    ///
    /// # Errors
    /// As [`at`](Self::at), and [`EditError::OtherKind`] if it is not JSON.
    pub fn json(&mut self, path: impl AsRef<str>) -> Result<JsonEditor<'_>, EditError> {
        let path = path.as_ref();
        let PathEditor { node, scope } = self.at(path)?;
        json_at((node, scope), path)
    }
}

impl<'s> Reached<'s> {
    /// Makes an edit there. What fails in JSON names its place by the whole pointer.
    fn edit<R>(
        self,
        way: &[Token<'_>],
        path: &str,
        edit: impl FnOnce(Target<'s>) -> Result<R, EditError>,
    ) -> Result<R, EditError> {
        let Some(steps) = self.json else { return edit(Target::Node(self.place)) };
        let (above, within) = way.split_at(steps);
        let pointer = above.last().map_or("", |token| token.path);
        let json = json_at(self.place, path)?;
        edit(Target::Json(json, rest(within))).map_err(|error| error.below(pointer))
    }
}

/// What the last step of a pointer leads to.
enum EntryOrPart<'s> {
    Entry(&'s mut dyn AnyMap, Scope<'s>, EntryKey),
    Part(Place<'s>),
}

fn entry_or_part<'s>(
    (node, scope): Place<'s>,
    last: &Token<'_>,
) -> Result<EntryOrPart<'s>, EditError> {
    if !matches!(node.any(), AnyNode::Map(_)) {
        return step((node, scope), last).map(EntryOrPart::Part);
    }
    match node.any_mut() {
        AnyNodeMut::Map(map) => {
            let key = entry_key(map, last)?;
            Ok(EntryOrPart::Entry(map, scope, key))
        }
        _ => Err(nothing(last.path)),
    }
}

fn remove_from((node, scope): Place<'_>, last: &Token<'_>) -> Result<bool, EditError> {
    match node.any_mut() {
        AnyNodeMut::List(items) => {
            let position = element(items, last, scope.chains())?;
            if position >= items.count(scope.chains()) {
                return Err(out_of_range(items, position, scope.chains()));
            }
            items.delete(scope, position..position + 1).map(|()| true)
        }
        AnyNodeMut::Map(map) => {
            let key = entry_key(map, last)?;
            Ok(map.remove(scope, key.as_key()))
        }
        _ => Err(nothing(last.path)),
    }
}

fn remove_in(json: &mut JsonEditor<'_>, rest: &str) -> Result<bool, EditError> {
    match json.remove(rest) {
        Ok(_) => Ok(true),
        Err(EditError::NothingAt(path)) if path == rest => Ok(false),
        Err(error) => Err(error),
    }
}

fn text_of<'s>((node, scope): Place<'s>, path: &str) -> Result<TextEditor<'s>, EditError> {
    match node.any_mut() {
        AnyNodeMut::Text(text) => Ok(Text::edit(text, scope)),
        other => Err(other_kind(path, other.kind(), "a text")),
    }
}

/// A value that does not nest too deeply.
pub(super) fn checked(value: impl Into<PlainValue>) -> Result<PlainValue, EditError> {
    let value = value.into();
    value.check_nesting()?;
    Ok(value)
}

pub(super) fn not_json(path: &str, found: &str) -> EditError {
    let reason = format!("{found} in it, expected JSON");
    EditError::WrongValue { path: path.to_owned(), reason }
}

/// The plain value.
impl fmt::Debug for PathEditor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}
