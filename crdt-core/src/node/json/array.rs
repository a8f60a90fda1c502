use core::fmt;
use core::str::FromStr as _;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::pointer::Token;
use super::{Json, JsonView};
use crate::node::{Blame, ElementId, ListView};

/// Reads an array in a `Json` node.
///
/// Its elements have ids like those of every list, unless the array was written as one value: then
/// they are parts of that value and have none.
#[derive(Clone, Copy)]
pub struct JsonArrayView<'a> {
    kept: Kept<'a>,
}

/// How an array is kept: element by element, or as one value.
#[derive(Clone, Copy)]
enum Kept<'a> {
    Apart(ListView<'a, Json>),
    Whole(&'a [Value]),
}

impl<'a> JsonArrayView<'a> {
    pub(super) fn new(items: ListView<'a, Json>) -> Self {
        Self { kept: Kept::Apart(items) }
    }

    pub(super) fn whole(items: &'a [Value]) -> Self {
        Self { kept: Kept::Whole(items) }
    }

    /// The array as plain values.
    pub fn value(&self) -> Vec<Value> {
        self.iter().map(|item| item.value()).collect()
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        match self.kept {
            Kept::Apart(items) => items.len(),
            Kept::Whole(items) => items.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element at a position. O(log n).
    pub fn get(&self, position: usize) -> Option<JsonView<'a>> {
        match self.kept {
            Kept::Apart(items) => items.get(position),
            Kept::Whole(items) => items.get(position).map(JsonView::whole),
        }
    }

    /// Who inserted the element at a position, and in which change; `None` beyond the end, and if
    /// the array was written as one value. O(log n).
    pub fn blame_at(&self, position: usize) -> Option<Blame> {
        match self.kept {
            Kept::Apart(items) => items.blame_at(position),
            Kept::Whole(_) => None,
        }
    }

    /// The elements in order.
    pub fn iter(&self) -> impl Iterator<Item = JsonView<'a>> + use<'a> {
        let (apart, whole) = match self.kept {
            Kept::Apart(items) => (Some(items), None),
            Kept::Whole(items) => (None, Some(items)),
        };
        let whole = whole.into_iter().flatten().map(JsonView::whole);
        apart.into_iter().flatten().chain(whole)
    }

    /// The id of the element at a position. O(log n).
    pub fn id_at(&self, position: usize) -> Option<ElementId> {
        self.apart()?.id_at(position)
    }

    /// Where an element is now; `None` if it is not in the array or has been removed. O(log n).
    pub fn position_of(&self, element: ElementId) -> Option<usize> {
        self.apart()?.position_of(element)
    }

    /// An element by its id, wherever it is now. O(log n).
    pub fn by_id(&self, element: ElementId) -> Option<JsonView<'a>> {
        self.apart()?.by_id(element)
    }

    /// The element that a token names: by its position, or by its id.
    pub(super) fn named(&self, token: &Token<'_>) -> Option<JsonView<'a>> {
        match ElementId::from_str(&token.key) {
            Ok(element) => self.by_id(element),
            Err(_) => self.get(token.position(self.len())?),
        }
    }

    fn apart(&self) -> Option<ListView<'a, Json>> {
        match self.kept {
            Kept::Apart(items) => Some(items),
            Kept::Whole(_) => None,
        }
    }
}

/// As the plain value.
impl Serialize for JsonArrayView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl fmt::Debug for JsonArrayView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
