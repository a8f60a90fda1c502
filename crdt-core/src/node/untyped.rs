//! The state of a document whose Rust type is not known.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::json::Shape;
use super::map::Entry;
use super::versions::{Versions, Write};
use super::{
    CounterState, DigestWriter, Fit, Incoming, Json, ListState, Misfit, NodeState, Scope, Segment,
    TextState,
};
use crate::codec::value;
use crate::history::{Chains, History};
use crate::op::{Action, Id, Key};

/// A node that takes every op: it is all kinds of nodes at once, and shows itself as what it was
/// used as.
#[derive(Debug, Default)]
pub(crate) struct Untyped {
    pub(super) register: Option<Box<Versions<Shape>>>,
    pub(super) counter: Option<Box<CounterState>>,
    pub(super) text: Option<Box<TextState>>,
    pub(super) list: Option<Box<ListState<Untyped>>>,
    pub(super) fields: BTreeMap<Box<str>, Untyped>,
    pub(super) variants: BTreeMap<Box<str>, Untyped>,
    pub(super) entries: BTreeMap<EntryKey, Entry<Untyped>>,
    /// Ops that have no effect here under any type.
    pub(super) inert: Vec<(Id, Misfit)>,
}

/// A key that owns its text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum EntryKey {
    Bool(bool),
    Integer(i128),
    Text(Box<str>),
}

impl EntryKey {
    fn new(key: Key<'_>) -> Self {
        match key {
            Key::Bool(bool) => Self::Bool(bool),
            Key::Integer(integer) => Self::Integer(integer),
            Key::Text(text) => Self::Text(text.into()),
        }
    }

    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Bool(bool) => bool.to_string(),
            Self::Integer(integer) => integer.to_string(),
            Self::Text(text) => text.to_string(),
        }
    }
}

impl Untyped {
    fn write(&mut self, op: &Incoming<'_>, chains: &Chains) -> Fit {
        let (replaces, value) = match &op.action {
            Action::Set { replaces, payload } => {
                let shape = value::decode(payload);
                let whole = || value::to_json(payload).map(|value| Shape::Whole(Json(value)));
                (replaces, Some(shape.or_else(whole).ok_or_else(Shape::default)))
            }
            Action::Unset { replaces } => (replaces, None),
            _ => return Fit::wrong_kind(),
        };
        let blank = || Box::new(Versions::None(Shape::default()));
        let register = self.register.get_or_insert_with(blank);
        register.write(Write { id: op.id, replaces, value }, Shape::default, chains);
        Fit::Applied
    }

    /// The state of a document, from its changes alone.
    pub(crate) fn of(history: &History) -> Self {
        let mut root = Self::default();
        let chains = history.chains();
        history.replay(0, |path, op| {
            let _ = root.apply(path, op, chains);
        });
        root
    }

    fn apply_here(&mut self, op: &Incoming<'_>, chains: &Chains) -> Fit {
        match &op.action {
            Action::Set { .. } | Action::Unset { .. } => self.write(op, chains),
            Action::Add { .. } | Action::Reset { .. } => {
                self.counter.get_or_insert_default().apply(&[], op, chains)
            }
            Action::InsertText { .. } => self.text.get_or_insert_default().apply(&[], op, chains),
            Action::Insert { .. } => self.list.get_or_insert_default().apply(&[], op, chains),
            Action::Delete { .. } => {
                let text = self.text.as_mut().map(|text| text.apply(&[], op, chains));
                let list = self.list.as_mut().map(|list| list.apply(&[], op, chains));
                text.or(list).unwrap_or(Fit::Inert(Misfit::UnknownElement))
            }
            Action::Put { .. } | Action::Remove { .. } => Fit::wrong_kind(),
            Action::Unknown { .. } => Fit::Inert(Misfit::UnknownKind),
        }
    }

    /// Remembers an op that has no effect wherever it arrives. Whether a delete finds elements to
    /// delete depends on what came before it, so it is not remembered.
    fn note(&mut self, op: &Incoming<'_>, fit: Fit) -> Fit {
        if let Fit::Inert(misfit) = fit
            && !matches!(op.action, Action::Delete { .. })
        {
            self.inert.push((op.id, misfit));
        }
        fit
    }

    /// The node as JSON. What it is shown as, if it was used as several kinds: struct, what its
    /// register says (register, enum or `Json`), map, list, text, counter, the first of these.
    pub(crate) fn to_json(&self, chains: &Chains) -> Value {
        if !self.fields.is_empty() {
            let fields = self.fields.iter();
            let fields = fields.map(|(name, node)| (name.to_string(), node.to_json(chains)));
            return Value::Object(fields.collect());
        }
        match self.register.as_ref().map(|register| register.read(chains)) {
            Some(Shape::Object) => self.entries_json(chains),
            Some(Shape::Array) => self.list_json(chains),
            Some(Shape::Text) => self.text_json(),
            Some(Shape::Whole(Json(value))) => self.choice_json(value, chains),
            None if !self.entries.is_empty() => self.entries_json(chains),
            None if self.list.is_some() => self.list_json(chains),
            None if self.text.is_some() => self.text_json(),
            None => self.counter.as_ref().map_or(Value::Null, |counter| sum_json(counter.sum())),
        }
    }

    fn entries_json(&self, chains: &Chains) -> Value {
        let present = self.entries.iter().filter(|(_, entry)| entry.is_present());
        let entry =
            |(key, entry): (&EntryKey, &Entry<Self>)| (key.to_text(), entry.state.to_json(chains));
        Value::Object(present.map(entry).collect())
    }

    fn list_json(&self, chains: &Chains) -> Value {
        let states = self.list.iter().flat_map(|list| list.states());
        states.map(|node| node.to_json(chains)).collect()
    }

    fn text_json(&self) -> Value {
        Value::String(self.text.as_ref().map_or_else(String::new, |text| text.to_text()))
    }

    /// A register's value; if it names a variant with a payload, that too, as serde would show it.
    fn choice_json(&self, value: &Value, chains: &Chains) -> Value {
        let payload = value.as_str().and_then(|name| Some((name, self.variants.get(name)?)));
        match payload {
            Some((name, node)) => {
                Value::Object(Map::from_iter([(name.to_owned(), node.to_json(chains))]))
            }
            None => value.clone(),
        }
    }
}

fn sum_json(sum: i128) -> Value {
    i64::try_from(sum).map_or_else(|_| Value::String(sum.to_string()), Value::from)
}

impl NodeState for Untyped {
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        match path {
            [] => {
                let fit = self.apply_here(op, chains);
                self.note(op, fit)
            }
            [Segment::Field(name), rest @ ..] => {
                self.fields.entry((*name).into()).or_default().apply(rest, op, chains)
            }
            [Segment::Variant(name), rest @ ..] => {
                self.variants.entry((*name).into()).or_default().apply(rest, op, chains)
            }
            [Segment::Key(key), rest @ ..] => {
                self.entries.entry(EntryKey::new(*key)).or_default().apply(rest, op, chains)
            }
            [Segment::Element(id), ..] => {
                let list = self.list.get_or_insert_default();
                let (known, fit) = (list.contains(*id), list.apply(path, op, chains));
                if known { fit } else { self.note(op, fit) }
            }
        }
    }

    /// Documents of unknown type are only read.
    fn clear(&mut self, _: Scope<'_>) {}

    fn is_blank(&self) -> bool {
        false
    }

    fn digest(&self, _: &mut DigestWriter<'_>) {}
}
