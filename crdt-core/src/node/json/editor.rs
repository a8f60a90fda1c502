use core::fmt;
use core::str::FromStr as _;

use serde_json::Value;

use super::pointer::{self, Token};
use super::shape::Shape;
use super::{Array, Json, JsonState, JsonView, Object, write};
use crate::node::{
    CrdtNode, EditError, ElementId, ListEditor, MapEditor, NewElement, NodeState, Scope, Text,
    TextEditor, Writing,
};

/// Edits a [`Json`] node, or a place inside one.
///
/// Places are named by JSON Pointers (RFC 6901): `""` is the node that is edited, `/tasks/0/title`
/// the entry `title` of the first element of the entry `tasks`. In a key `/` is written `~1` and
/// `~` is written `~0`. An element of an array is named by its position, or by its
/// [id](crate::ElementId) as it is printed, under which it is found wherever it moves; `-` is the
/// end, behind the last one.
///
/// Null counts as nothing: what is to be an object, array or text may be null before. Nothing else
/// is turned into a container on the way to a place, which is an error instead. An array or object
/// that another type has written as one value is taken apart when something inside it is edited.
pub struct JsonEditor<'a> {
    state: &'a mut JsonState,
    scope: Scope<'a>,
}

/// What to do about places on the way that are null or absent entries of objects.
#[derive(Clone, Copy, PartialEq)]
enum Missing {
    Refuse,
    MakeObjects,
}

/// What a place holds, to be edited.
enum Inside<'a> {
    Entries(MapEditor<'a, String, Json>),
    Items(ListEditor<'a, Json>),
}

impl<'a> JsonEditor<'a> {
    pub(super) fn new(state: &'a mut JsonState, scope: Scope<'a>) -> Self {
        Self { state, scope }
    }

    /// Reads the node.
    pub fn view(&self) -> JsonView<'_> {
        JsonView::new(self.state, self.scope.chains())
    }

    /// The plain value.
    pub fn value(&self) -> Value {
        self.view().value()
    }

    /// Makes the node read as a value, in one of three ways.
    pub(super) fn write_as(&mut self, value: Json, how: Writing) -> Result<(), EditError> {
        let Self { state, scope } = self;
        match how {
            Writing::Anew => write::write(state, *scope, value, write::ASSIGN),
            Writing::Seeded => write::fill(state, *scope, value.0),
            Writing::Difference => write::reconcile(state, *scope, value),
        }
    }

    /// Reads a place. `None` if nothing is there or it is no pointer.
    pub fn get(&self, path: impl AsRef<str>) -> Option<JsonView<'_>> {
        self.view().get(path)
    }

    /// Edits a place that is there. An array or object on the way that is kept as one value is
    /// written part by part, which does not change what it reads as.
    ///
    /// # Errors
    /// [`EditError::MalformedPointer`]; [`EditError::NothingAt`], [`EditError::OutOfRange`],
    /// [`EditError::NoElement`], [`EditError::NotAPosition`] or [`EditError::NotAContainer`] if the
    /// pointer leads nowhere.
    pub fn at(&mut self, path: impl AsRef<str>) -> Result<JsonEditor<'_>, EditError> {
        let way = pointer::parse(path.as_ref())?;
        self.attempt(|node| node.reach(&way, Missing::Refuse).map(|_| ()))?;
        self.reborrow().reach(&way, Missing::Refuse)
    }

    /// Makes an edit of several steps, all of them or, if one fails, none.
    fn attempt<R>(
        &mut self,
        edit: impl FnOnce(JsonEditor<'_>) -> Result<R, EditError>,
    ) -> Result<R, EditError> {
        self.scope.attempt(self.state, |state, scope| edit(JsonEditor { state, scope }))
    }

    /// Writes a value over whatever is at a place: what is known of that is cleared. An entry of an
    /// object is made present, and so are the objects on the way to it; an element of an array must
    /// be there.
    ///
    /// Objects and arrays are written entry by entry and element by element, so that edits in
    /// different places inside them merge. Strings are scalars, see [`text`](Self::text).
    ///
    /// # Errors
    /// As [`at`](Self::at), for what must be there; [`EditError::PathTooDeep`] if the value nests
    /// too deeply, and what else writing it meets.
    pub fn set(&mut self, path: impl AsRef<str>, value: impl Into<Json>) -> Result<(), EditError> {
        let (tokens, value) = (pointer::parse(path.as_ref())?, value.into());
        self.attempt(|mut node| match tokens.split_last() {
            Some((last, way)) => node.reach(way, Missing::MakeObjects)?.put(last, value),
            None => node.write(value),
        })
    }

    /// Inserts a value before the element at a position of an array, and gives the element; or
    /// writes it as an entry of an object as [`set`](Self::set) does, and gives `None`. The array
    /// or object must be there.
    ///
    /// # Errors
    /// As [`at`](Self::at), and what writing the value meets.
    pub fn insert(
        &mut self,
        path: impl AsRef<str>,
        value: impl Into<Json>,
    ) -> Result<Option<NewElement>, EditError> {
        let (tokens, value) = (pointer::parse(path.as_ref())?, value.into());
        self.attempt(|mut node| {
            let Some((last, way)) = tokens.split_last() else {
                return node.write(value).map(|()| None);
            };
            match node.reach(way, Missing::Refuse)?.open(last.parent)? {
                Inside::Entries(mut entries) => entries.insert(&*last.key, value).map(|()| None),
                Inside::Items(mut items) => {
                    let position = position(last, &items)?;
                    items.insert(position, value).map(Some)
                }
            }
        })
    }

    /// Appends a value to the array at a place, which is made if nothing is there, with the objects
    /// on the way to it.
    ///
    /// # Errors
    /// [`EditError::NotAnArray`] if something else is there; as [`set`](Self::set).
    pub fn push(
        &mut self,
        path: impl AsRef<str>,
        value: impl Into<Json>,
    ) -> Result<NewElement, EditError> {
        let (path, value) = (path.as_ref(), value.into());
        let way = pointer::parse(path)?;
        self.attempt(|node| {
            let place = node.reach(&way, Missing::MakeObjects)?.made_array(path)?;
            Array::edit(place.state.items_mut(), place.scope).push(value)
        })
    }

    /// Edits the array at a place, element by element, as every list is edited. It is made if
    /// nothing is there, with the objects on the way to it.
    ///
    /// ```
    /// # use crdt_core::{Document, Json, Keypair, serde_json::json};
    /// # let mut plan = Document::<Json>::create(Keypair::generate()?)?;
    /// plan.change(|plan| {
    ///     plan.set("/days", json!(["Tue", "Wed", "Mon"]))?;
    ///     plan.array("/days")?.move_to(2, 0)
    /// })?;
    /// assert_eq!(plan.value().0, json!({ "days": ["Mon", "Tue", "Wed"] }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`EditError::NotAnArray`] if something else is there; as [`set`](Self::set).
    pub fn array(&mut self, path: impl AsRef<str>) -> Result<ListEditor<'_, Json>, EditError> {
        let path = path.as_ref();
        let way = pointer::parse(path)?;
        self.attempt(|node| node.reach(&way, Missing::MakeObjects)?.made_array(path).map(|_| ()))?;
        let JsonEditor { state, scope } = self.reborrow().reach(&way, Missing::Refuse)?;
        Ok(Array::edit(state.items_mut(), scope))
    }

    /// Moves an element of an array so that it stands at another position there, `to`. It stays
    /// the same element, as [`ListEditor::move_to`] says.
    ///
    /// # Errors
    /// As [`at`](Self::at); [`EditError::OutOfRange`] if `to` is not the position of an element,
    /// [`EditError::NotAnArray`] if the path does not lead to an element of an array.
    pub fn move_to(&mut self, path: impl AsRef<str>, to: usize) -> Result<(), EditError> {
        let path = path.as_ref();
        let tokens = pointer::parse(path)?;
        self.attempt(|node| {
            let not_an_array =
                |parent: &str, found| Err(EditError::NotAnArray { path: parent.to_owned(), found });
            let Some((last, way)) = tokens.split_last() else {
                return not_an_array(path, node.view().found());
            };
            let place = node.reach(way, Missing::Refuse)?;
            let found = place.view().found();
            match place.open(last.parent)? {
                Inside::Entries(_) => not_an_array(last.parent, found),
                Inside::Items(mut items) => {
                    let position = position(last, &items)?;
                    items.move_to(position, to)
                }
            }
        })
    }

    /// Removes an entry of an object or an element of an array and gives the value it had. The node
    /// itself (`""`) becomes null. O(size of the value).
    ///
    /// # Errors
    /// As [`at`](Self::at).
    pub fn remove(&mut self, path: impl AsRef<str>) -> Result<Json, EditError> {
        let tokens = pointer::parse(path.as_ref())?;
        let Some((last, way)) = tokens.split_last() else {
            let value = Json(self.view().value());
            self.state.clear(self.scope);
            return Ok(value);
        };
        self.attempt(|node| match node.reach(way, Missing::Refuse)?.open(last.parent)? {
            Inside::Entries(mut entries) => {
                let removed = entries.remove(&*last.key)?;
                removed.ok_or_else(|| EditError::NothingAt(last.path.to_owned()))
            }
            Inside::Items(mut items) => {
                let position = position(last, &items)?;
                items.remove(position)
            }
        })
    }

    /// Edits the text at a place, character by character. It is made if nothing is there, with the
    /// objects on the way to it.
    ///
    /// A plain string becomes a text that starts with the same characters. If two replicas do that
    /// to one string without knowing of each other, the text has them twice; make the text where
    /// the string would first be written to avoid that.
    ///
    /// # Errors
    /// [`EditError::NotAText`] if something else is there; as [`set`](Self::set).
    pub fn text(&mut self, path: impl AsRef<str>) -> Result<TextEditor<'_>, EditError> {
        let path = path.as_ref();
        let way = pointer::parse(path)?;
        self.attempt(|node| node.reach(&way, Missing::MakeObjects)?.make_text(path))?;
        let JsonEditor { state, scope } = self.reborrow().reach(&way, Missing::Refuse)?;
        Ok(Text::edit(state.text_mut(), scope))
    }

    /// This place, whose pointer is `path`, as an array.
    fn made_array(mut self, path: &str) -> Result<Self, EditError> {
        if self.view().is_null() {
            self.write(Json(Value::Array(Vec::new())))?;
        }
        if self.view().as_array().is_none() {
            let found = self.view().found();
            return Err(EditError::NotAnArray { path: path.to_owned(), found });
        }
        self.take_apart()?;
        Ok(self)
    }

    /// Makes this place, whose pointer is `path`, a text.
    fn make_text(self, path: &str) -> Result<(), EditError> {
        let view = self.view();
        if view.as_text().is_some() {
            return Ok(());
        }
        let start = match view.as_str() {
            Some(string) => Some(string.into_owned()),
            None => view.is_null().then(String::new),
        };
        let found = view.found();
        let start = start.ok_or_else(|| EditError::NotAText { path: path.to_owned(), found })?;
        write::set_text(self.state, self.scope, start)
    }

    fn reborrow(&mut self) -> JsonEditor<'_> {
        self.scope.pin();
        JsonEditor { state: self.state, scope: self.scope }
    }

    /// Writes a value over this place.
    fn write(&mut self, value: Json) -> Result<(), EditError> {
        write::write(self.state, self.scope, value, write::SET)
    }

    /// The state and scope of a place that is there.
    #[cfg(feature = "by-path")]
    pub(in crate::node) fn into_place(
        self,
        way: &[Token<'_>],
    ) -> Result<(&'a mut JsonState, Scope<'a>), EditError> {
        self.reach(way, Missing::Refuse).map(|Self { state, scope }| (state, scope))
    }

    fn reach(self, way: &[Token<'_>], missing: Missing) -> Result<Self, EditError> {
        way.iter().try_fold(self, |place, token| place.step(token, missing))
    }

    /// The place that a token leads to.
    fn step(mut self, token: &Token<'_>, missing: Missing) -> Result<Self, EditError> {
        if missing == Missing::MakeObjects {
            self.make_object_of_null()?;
        }
        let (state, scope) = match self.open(token.parent)? {
            Inside::Items(items) => {
                let position = position(token, &items)?;
                items.into_place(position)?
            }
            Inside::Entries(entries) if missing == Missing::MakeObjects => {
                entries.into_entry(token.key.clone().into_owned())?
            }
            Inside::Entries(entries) => {
                let present = entries.into_present(&*token.key);
                present.ok_or_else(|| EditError::NothingAt(token.path.to_owned()))?
            }
        };
        scope.check_depth()?;
        Ok(Self { state, scope })
    }

    /// Writes a value at the place that a token leads to.
    fn put(mut self, token: &Token<'_>, value: Json) -> Result<(), EditError> {
        self.make_object_of_null()?;
        match self.open(token.parent)? {
            Inside::Entries(mut entries) => entries.insert(&*token.key, value),
            Inside::Items(items) => {
                let position = position(token, &items)?;
                let (state, scope) = items.into_place(position)?;
                JsonEditor { state, scope }.write(value)
            }
        }
    }

    fn make_object_of_null(&mut self) -> Result<(), EditError> {
        if self.view().is_null() {
            self.write(Json(Value::Object(serde_json::Map::new())))?;
        }
        Ok(())
    }

    /// Writes an array or object that is kept as one value part by part.
    fn take_apart(&mut self) -> Result<(), EditError> {
        match self.state.shape(self.scope.chains()) {
            Shape::Whole(value) if value.is_object() || value.is_array() => {
                let value = value.clone();
                self.write(value)
            }
            _ => Ok(()),
        }
    }

    /// What is inside this place, whose pointer is `path`.
    fn open(mut self, path: &str) -> Result<Inside<'a>, EditError> {
        self.take_apart()?;
        let Self { state, scope } = self;
        match state.shape(scope.chains()) {
            Shape::Object => Ok(Inside::Entries(Object::edit(state.entries_mut(), scope))),
            Shape::Array => Ok(Inside::Items(Array::edit(state.items_mut(), scope))),
            Shape::Text | Shape::Whole(_) => {
                let found = JsonView::new(state, scope.chains()).found();
                Err(EditError::NotAContainer { path: path.to_owned(), found })
            }
        }
    }
}

/// The position that a token names in an array: by itself, by the element that is there, or `-`.
fn position(token: &Token<'_>, items: &ListEditor<'_, Json>) -> Result<usize, EditError> {
    if let Ok(element) = ElementId::from_str(&token.key) {
        return items.position_of(element).ok_or(EditError::NoElement(element));
    }
    token.position(items.len()).ok_or_else(|| EditError::NotAPosition {
        path: token.parent.to_owned(),
        token: token.key.clone().into_owned(),
    })
}

/// The plain value.
impl fmt::Debug for JsonEditor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}
