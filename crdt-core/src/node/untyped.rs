//! The state of a document whose Rust type is not known.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::map::Entry;
use super::versions::{Versions, Write};
use super::{
    CounterState, DigestWriter, Fit, Incoming, ListState, Misfit, NodeState, Scope, Segment,
    TextState,
};
use crate::codec::value;
use crate::history::{Chains, History};
use crate::op::{Action, Id, Key};

/// A node that takes every op: it is all kinds of nodes at once, and shows itself as what it was
/// used as.
#[derive(Debug, Default)]
pub(crate) struct Untyped {
    pub(super) register: Option<Box<Versions<Value>>>,
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
                (replaces, Some(value::to_json(payload).ok_or(Value::Null)))
            }
            Action::Unset { replaces } => (replaces, None),
            _ => return Fit::wrong_kind(),
        };
        let register = self.register.get_or_insert_with(|| Box::new(Versions::None(Value::Null)));
        register.write(Write { id: op.id, replaces, value }, || Value::Null, chains);
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

    /// The node as JSON. What it is shown as, if it was used as several kinds: struct, map,
    /// list, text, counter, register or enum, the first of these.
    pub(crate) fn to_json(&self, chains: &Chains) -> Value {
        let object = |nodes: &BTreeMap<Box<str>, Self>| -> Map<String, Value> {
            nodes.iter().map(|(name, node)| (name.to_string(), node.to_json(chains))).collect()
        };
        if !self.fields.is_empty() {
            return Value::Object(object(&self.fields));
        }
        if !self.entries.is_empty() {
            let present = self.entries.iter().filter(|(_, entry)| entry.is_present());
            let entry = |(key, entry): (&EntryKey, &Entry<Self>)| {
                (key.to_text(), entry.state.to_json(chains))
            };
            return Value::Object(present.map(entry).collect());
        }
        if let Some(list) = &self.list {
            return list.states().map(|node| node.to_json(chains)).collect();
        }
        if let Some(text) = &self.text {
            return Value::String(text.to_text());
        }
        if let Some(counter) = &self.counter {
            return sum_json(counter.sum());
        }
        self.choice_json(chains)
    }

    /// A register's value; if it names a variant with a payload, that too, as serde would show it.
    fn choice_json(&self, chains: &Chains) -> Value {
        let value = self.register.as_ref().map_or(Value::Null, |all| all.read(chains).clone());
        let payload = value.as_str().and_then(|name| Some((name, self.variants.get(name)?)));
        match payload {
            Some((name, node)) => {
                Value::Object(Map::from_iter([(name.to_owned(), node.to_json(chains))]))
            }
            None => value,
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
