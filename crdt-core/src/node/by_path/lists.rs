//! Editing lists by path.

use core::ops::RangeBounds;

use super::any::AnyNodeMut;
use super::editor::{PathEditor, Target, checked, not_json};
use super::plain::PlainValue;
use super::step::{element, other_kind};
use super::write;
use crate::node::positions::positions;
use crate::node::{CrdtNode as _, EditError, Json, NewElement, NewElements, Text};

impl PathEditor<'_> {
    /// Appends a value to the list at a place, or to an array in JSON, which is made if nothing is
    /// there.
    ///
    /// # Errors
    /// As [`insert_all`](Self::insert_all).
    pub fn push(
        &mut self,
        path: impl AsRef<str>,
        value: impl Into<PlainValue>,
    ) -> Result<NewElement, EditError> {
        let (path, value) = (path.as_ref(), checked(value)?);
        self.attempt_inside(path, |target| match target {
            Target::Json(mut json, rest) => {
                json.push(rest, value.to_json().map_err(|found| not_json(path, found))?)
            }
            Target::Node((node, scope)) => {
                let new = scope.new_element(scope.next_id());
                match node.any_mut() {
                    AnyNodeMut::List(list) => {
                        let end = list.count(scope.chains());
                        write::insert_all(list, scope, end, core::slice::from_ref(&value))?;
                        Ok(new)
                    }
                    other => Err(other_kind(path, other.kind(), "a list")),
                }
            }
        })
    }

    /// Inserts values into the list at a place, so that the first of them stands at a position. It
    /// takes one op.
    ///
    /// # Errors
    /// As [`set`](Self::set); [`EditError::OtherKind`] or [`EditError::NotAnArray`] if it is no
    /// list, [`EditError::OutOfRange`] beyond its end.
    pub fn insert_all(
        &mut self,
        path: impl AsRef<str>,
        position: usize,
        values: impl IntoIterator<Item = impl Into<PlainValue>>,
    ) -> Result<NewElements, EditError> {
        let path = path.as_ref();
        let values: Vec<PlainValue> = values.into_iter().map(checked).collect::<Result<_, _>>()?;
        self.attempt_inside(path, |target| match target {
            Target::Json(mut json, rest) => {
                let values: Vec<Json> = values
                    .iter()
                    .map(|value| value.to_json().map_err(|found| not_json(path, found)))
                    .collect::<Result<_, _>>()?;
                json.array(rest)?.insert_all(position, values)
            }
            Target::Node((node, scope)) => {
                let first = scope.new_element(scope.next_id());
                match node.any_mut() {
                    AnyNodeMut::List(list) => {
                        write::insert_all(list, scope, position, &values)?;
                        Ok(NewElements::new(first, values.len()))
                    }
                    other => Err(other_kind(path, other.kind(), "a list")),
                }
            }
        })
    }

    /// Removes the elements at a range of positions of the list, or the characters of the text, at
    /// a place.
    ///
    /// # Errors
    /// As [`at`](Self::at); [`EditError::OtherKind`], [`EditError::NotAnArray`] if it is something
    /// else; [`EditError::OutOfRange`], [`EditError::InvertedRange`].
    pub fn delete(
        &mut self,
        path: impl AsRef<str>,
        range: impl RangeBounds<usize>,
    ) -> Result<(), EditError> {
        let path = path.as_ref();
        self.attempt_inside(path, |target| match target {
            Target::Json(mut json, rest)
                if json.get(&rest).is_some_and(|at| at.as_text().is_some()) =>
            {
                json.text(rest)?.delete(range)
            }
            Target::Json(mut json, rest) => json.array(rest)?.delete(range),
            Target::Node((node, scope)) => match node.any_mut() {
                AnyNodeMut::List(list) => {
                    let range = positions(&range, list.count(scope.chains()))?;
                    list.delete(scope, range)
                }
                AnyNodeMut::Text(text) => Text::edit(text, scope).delete(range),
                other => Err(other_kind(path, other.kind(), "a list or text")),
            },
        })
    }

    /// Moves the elements at a range of positions of the list at a place so that the first of them
    /// stands at `to`. They stay the same elements, as
    /// [`ListEditor::move_range`](crate::node::ListEditor::move_range) says.
    ///
    /// # Errors
    /// As [`delete`](Self::delete); [`EditError::OutOfRange`] if the elements would not lie within
    /// the list.
    pub fn move_range(
        &mut self,
        path: impl AsRef<str>,
        range: impl RangeBounds<usize>,
        to: usize,
    ) -> Result<(), EditError> {
        let path = path.as_ref();
        self.attempt_inside(path, |target| match target {
            Target::Json(mut json, rest) => json.array(rest)?.move_range(range, to),
            Target::Node((node, scope)) => match node.any_mut() {
                AnyNodeMut::List(list) => {
                    let range = positions(&range, list.count(scope.chains()))?;
                    list.move_range(scope, range, to)
                }
                other => Err(other_kind(path, other.kind(), "a list")),
            },
        })
    }

    /// Moves the element that a path leads to so that it stands at another position of its list.
    ///
    /// # Errors
    /// As [`at`](Self::at); [`EditError::OtherKind`] or [`EditError::NotAnArray`] if it is no
    /// element of a list, [`EditError::OutOfRange`] if one of the positions is not that of an
    /// element.
    pub fn move_to(&mut self, path: impl AsRef<str>, to: usize) -> Result<(), EditError> {
        let path = path.as_ref();
        self.attempt_in(path, |target, last| match (target, last) {
            (Target::Json(mut json, rest), _) => json.move_to(rest, to),
            (Target::Node((node, scope)), last) => {
                let kind = node.any().kind();
                match (node.any_mut(), last) {
                    (AnyNodeMut::List(items), Some(last)) => {
                        let position = element(items, last, scope.chains())?;
                        let range = positions(&(position..=position), items.count(scope.chains()))?;
                        items.move_range(scope, range, to)
                    }
                    _ => Err(other_kind(path, kind, "an element of a list")),
                }
            }
        })
    }
}
