use core::fmt;
use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::any::{AnyList, AnyMap, AnyNode};
use super::given::is_tuple;
use super::kind::NodeKind;
use super::plain::PlainValue;
use super::step::look;
use crate::history::Chains;
use crate::node::json::pointer;
use crate::node::record::{Field, Parts};
use crate::node::untyped::EntryKey;
use crate::node::{
    CrdtNode as _, Cursor, ElementId, Json, JsonArrayView, JsonObjectView, JsonView, NodeState,
    Resolved, Text, TextView,
};
use crate::op::Side;
use crate::sorted::order;

/// Reads a document, or a place in one, whose type is not at hand; made by
/// [`Document::read_by_path`](crate::Document::read_by_path). Places are named as in a
/// [`PathEditor`](super::PathEditor).
#[derive(Clone, Copy)]
pub struct PathView<'a> {
    at: At<'a>,
}

#[derive(Clone, Copy)]
enum At<'a> {
    Node(&'a dyn NodeState, &'a Chains),
    Json(JsonView<'a>),
}

impl<'a> PathView<'a> {
    pub(crate) fn new(node: &'a dyn NodeState, chains: &'a Chains) -> Self {
        match node.any() {
            AnyNode::Json(json) => Self { at: At::Json(Json::view(json, chains)) },
            _ => Self { at: At::Node(node, chains) },
        }
    }

    /// What an optional node holds, if this is one that is present; itself otherwise.
    fn inside(self) -> Self {
        match self.at {
            At::Node(node, chains) => match node.any() {
                AnyNode::Option(option) => {
                    option.get().map_or(self, |node| Self::new(node, chains).inside())
                }
                _ => self,
            },
            At::Json(_) => self,
        }
    }

    /// The elements, if it is a list, and the chains that name them.
    fn elements(&self) -> Option<(&'a dyn AnyList, &'a Chains)> {
        match self.inside().at {
            At::Node(node, chains) => match node.any() {
                AnyNode::List(list) => Some((list, chains)),
                _ => None,
            },
            At::Json(_) => None,
        }
    }

    /// The array, if it is one within JSON.
    fn array(&self) -> Option<JsonArrayView<'a>> {
        self.json()?.as_array()
    }

    /// What kind of node it is.
    pub fn kind(&self) -> NodeKind {
        match self.at {
            At::Node(node, _) => node.any().kind(),
            At::Json(_) => NodeKind::Json,
        }
    }

    /// The place that a path leads to; `""` is this one. `None` if nothing is there or it is no
    /// pointer. O(segments log n).
    pub fn get(&self, path: impl AsRef<str>) -> Option<PathView<'a>> {
        let way = pointer::parse(path.as_ref()).ok()?;
        let mut here = *self;
        for (steps, token) in way.iter().enumerate() {
            here = match here.inside().at {
                At::Node(node, chains) => Self::new(look(node, token, chains)?, chains),
                At::Json(json) => {
                    let rest = way[steps..].iter();
                    let rest = rest.fold(String::new(), |rest, it| pointer::joined(&rest, &it.key));
                    return Some(Self { at: At::Json(json.get(rest)?) });
                }
            };
        }
        Some(here)
    }

    /// Whether something is where a path leads: an entry of a map, a key of a set, an element.
    pub fn contains(&self, path: impl AsRef<str>) -> bool {
        self.get(path).is_some()
    }

    /// The plain value. O(its size).
    pub fn value(&self) -> PlainValue {
        match self.at {
            At::Node(node, chains) => read(node, chains),
            At::Json(json) => json.value().into(),
        }
    }

    /// How many elements, entries, keys or characters (Unicode scalar values) there are; 0 of what
    /// has none. O(1).
    pub fn len(&self) -> usize {
        match self.inside().at {
            At::Json(json) => json.len(),
            At::Node(node, chains) => match node.any() {
                AnyNode::List(list) => list.count(chains),
                AnyNode::Map(map) => map.count(),
                AnyNode::Text(text) => text.length(chains),
                _ => 0,
            },
        }
    }

    /// Whether there are no elements, entries, keys or characters.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether an optional node is present; `true` of any other.
    pub fn is_present(&self) -> bool {
        match self.at {
            At::Node(node, _) => match node.any() {
                AnyNode::Option(option) => option.get().is_some(),
                _ => true,
            },
            At::Json(_) => true,
        }
    }

    /// The keys of a map or set, in their order, as they are written in paths; none of anything
    /// else.
    pub fn keys(&self) -> Vec<String> {
        match self.inside().at {
            At::Json(json) => {
                let object = json.as_object();
                object.iter().flat_map(JsonObjectView::keys).map(str::to_owned).collect()
            }
            At::Node(node, _) => match node.any() {
                AnyNode::Map(map) => sorted_keys(map).iter().map(EntryKey::to_text).collect(),
                _ => Vec::new(),
            },
        }
    }

    /// The name of the selected variant of an enum.
    pub fn variant(&self) -> Option<&'static str> {
        match self.inside().at {
            At::Node(node, chains) => match node.any() {
                AnyNode::Choice(variants, selector, _) => {
                    Some(variants.name(selector.current(chains, variants)))
                }
                _ => None,
            },
            At::Json(_) => None,
        }
    }

    /// The text, if it is one that is edited character by character: with its offsets in other
    /// units, and the cursors in it.
    pub fn text(&self) -> Option<TextView<'a>> {
        match self.inside().at {
            At::Json(json) => json.as_text(),
            At::Node(node, chains) => match node.any() {
                AnyNode::Text(text) => Some(Text::view(text, chains)),
                _ => None,
            },
        }
    }

    /// The JSON, if it is JSON.
    pub fn json(&self) -> Option<JsonView<'a>> {
        match self.inside().at {
            At::Json(json) => Some(json),
            At::Node(..) => None,
        }
    }

    /// The id of the element of a list or of an array in JSON, or the character of a text, at a
    /// position. O(log n).
    pub fn id_at(&self, position: usize) -> Option<ElementId> {
        match self.elements() {
            Some((list, chains)) => ElementId::new(chains, list.id_at(position, chains)?),
            None => match self.array() {
                Some(array) => array.id_at(position),
                None => self.text()?.id_at(position),
            },
        }
    }

    /// Where an element of a list or of an array in JSON, or a character of a text, is now. O(log n).
    pub fn position_of(&self, element: ElementId) -> Option<usize> {
        match self.elements() {
            Some((list, chains)) => list.position(element.find(chains)?, chains),
            None => match self.array() {
                Some(array) => array.position_of(element),
                None => self.text()?.position_of(element),
            },
        }
    }

    /// The cursor at a position of a list or text, as [`TextView::cursor`] gives it.
    pub fn cursor(&self, position: usize, side: Side) -> Option<Cursor> {
        match self.elements() {
            Some((list, chains)) => list.cursor(position, side, chains),
            None => self.text()?.cursor(position, side),
        }
    }

    /// Where a cursor in a list or text is now, as [`TextView::resolve`] gives it.
    pub fn resolve(&self, cursor: Cursor) -> Option<Resolved> {
        match self.elements() {
            Some((list, chains)) => list.resolve(cursor, chains),
            None => self.text()?.resolve(cursor),
        }
    }
}

/// What a state reads as. No deeper than a path is long, and then as a register is.
fn read(node: &dyn NodeState, chains: &Chains) -> PlainValue {
    match node.any() {
        AnyNode::Record(fields, parts) => read_fields(fields, parts, chains),
        AnyNode::Choice(variants, selector, payloads) => {
            let place = selector.current(chains, variants);
            let name = variants.name(place).to_owned();
            match payloads.part(place) {
                None => PlainValue::Text(name),
                Some(payload) => PlainValue::Map(BTreeMap::from([(name, read(payload, chains))])),
            }
        }
        AnyNode::List(list) => {
            let mut items = Vec::with_capacity(list.count(chains));
            list.each(chains, &mut |_, item| items.push(read(item, chains)));
            PlainValue::Sequence(items)
        }
        AnyNode::Map(map) if map.is_set() => {
            PlainValue::Sequence(sorted_keys(map).into_iter().map(plain_key).collect())
        }
        AnyNode::Map(map) => {
            let mut entries = BTreeMap::new();
            map.each(&mut |key, value| {
                entries.insert(EntryKey::new(key).to_text(), read(value, chains));
            });
            PlainValue::Map(entries)
        }
        AnyNode::Option(option) => option.get().map_or(PlainValue::Null, |it| read(it, chains)),
        AnyNode::Register(register) => register
            .read(chains)
            .map_or(PlainValue::Null, |payload| PlainValue::from_encoding(&payload)),
        AnyNode::Counter(counter, integers) => {
            let sum = counter.sum(chains).clamp(*integers.start(), *integers.end());
            PlainValue::Integer(sum)
        }
        AnyNode::Text(text) => PlainValue::Text(text.to_text(chains)),
        AnyNode::Json(json) => Json::value(json, chains).into(),
        AnyNode::Unit | AnyNode::Closed => PlainValue::Null,
    }
}

fn read_fields(fields: &[Field], parts: &dyn Parts, chains: &Chains) -> PlainValue {
    let values = fields.iter().enumerate().filter_map(|(place, field)| {
        Some((field.name.to_owned(), read(parts.part(place)?, chains)))
    });
    if is_tuple(fields) {
        PlainValue::Sequence(values.map(|(_, value)| value).collect())
    } else {
        PlainValue::Map(order::map_of(values))
    }
}

/// The keys in the order in which they are said.
fn sorted_keys(map: &dyn AnyMap) -> Vec<EntryKey> {
    let mut keys = Vec::with_capacity(map.count());
    map.each(&mut |key, _| keys.push(EntryKey::new(key)));
    order::sort(&mut keys);
    keys
}

fn plain_key(key: EntryKey) -> PlainValue {
    match key {
        EntryKey::Bool(bool) => PlainValue::Bool(bool),
        EntryKey::Negative(integer) => PlainValue::Integer(integer.into()),
        EntryKey::Positive(integer) => PlainValue::Integer(integer.into()),
        EntryKey::Text(text) => PlainValue::Text(text.into()),
        EntryKey::Bytes(bytes) => PlainValue::Bytes(bytes.into()),
    }
}

/// The plain value.
impl fmt::Debug for PathView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

/// As the plain value.
impl Serialize for PathView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}
