use core::fmt;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{Json, JsonView};
use crate::node::{Blame, MapView};

/// Reads an object in a `Json` node. Entries come in the order of their keys.
#[derive(Clone, Copy)]
pub struct JsonObjectView<'a> {
    kept: Kept<'a>,
}

/// How an object is kept: entry by entry, or as one value.
#[derive(Clone, Copy)]
enum Kept<'a> {
    Apart(MapView<'a, String, Json>),
    Whole(&'a serde_json::Map<String, Value>),
}

impl<'a> JsonObjectView<'a> {
    pub(super) fn new(entries: MapView<'a, String, Json>) -> Self {
        Self { kept: Kept::Apart(entries) }
    }

    pub(super) fn whole(entries: &'a serde_json::Map<String, Value>) -> Self {
        Self { kept: Kept::Whole(entries) }
    }

    /// The object as plain values.
    pub fn value(&self) -> serde_json::Map<String, Value> {
        self.iter().map(|(key, value)| (key.to_owned(), value.value())).collect()
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        match self.kept {
            Kept::Apart(entries) => entries.len(),
            Kept::Whole(entries) => entries.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entry of a key. O(log n).
    pub fn get(&self, key: &str) -> Option<JsonView<'a>> {
        match self.kept {
            Kept::Apart(entries) => entries.get(key),
            Kept::Whole(entries) => entries.get(key).map(JsonView::whole),
        }
    }

    /// Whether there is an entry of a key. O(log n).
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Who put the entry of a key, and in which change; `None` if it is absent, and if the object was
    /// written as one value. O(log n).
    pub fn blame(&self, key: &str) -> Option<Blame> {
        match self.kept {
            Kept::Apart(entries) => entries.blame(key),
            Kept::Whole(_) => None,
        }
    }

    /// The entries.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, JsonView<'a>)> + use<'a> {
        let (apart, whole) = match self.kept {
            Kept::Apart(entries) => (Some(entries), None),
            Kept::Whole(entries) => (None, Some(entries)),
        };
        let apart = apart.into_iter().flatten().map(|(key, value)| (key.as_str(), value));
        let whole = whole.into_iter().flatten();
        apart.chain(whole.map(|(key, value)| (key.as_str(), JsonView::whole(value))))
    }

    /// The keys.
    pub fn keys(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.iter().map(|(key, _)| key)
    }
}

/// As the plain value.
impl Serialize for JsonObjectView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl fmt::Debug for JsonObjectView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
