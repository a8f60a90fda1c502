//! The state of documents, and of parts of documents, whose Rust type is not known.

use serde_json::Value;

use super::entries::Entries;
use super::entry::Entry;
use super::json::Shape;
use super::versions::{Versions, Write};
use super::{
    Blame, CounterState, DigestWriter, Fit, Incoming, Json, ListState, Misfit, NodePath, NodeState,
    Scope, Segment, StateReader, StateWriter, TextState,
};
use crate::codec::{DecodeError, value};
use crate::history::{Chains, History};
use crate::op::{Action, Id, Key, KeyBytes};
use crate::sorted::SortedMap;

/// A node that takes every op: it is all kinds of nodes at once, and shows itself as what it was
/// used as. It refuses nothing: an op that no kind of node takes is inert.
///
/// A path of a peer's making can be a step long for each of its bytes, and every step is a node
/// here. So what is below a node takes little room as long as it is little.
#[derive(Debug, Default)]
pub(crate) struct Untyped {
    pub(super) register: Option<Box<Versions<Shape>>>,
    pub(super) counter: Option<Box<CounterState>>,
    pub(super) text: Option<Box<TextState>>,
    pub(super) list: Option<Box<ListState<Untyped>>>,
    pub(super) fields: Entries<Box<str>, Untyped>,
    pub(super) variants: Entries<Box<str>, Untyped>,
    pub(super) entries: Entries<EntryKey, Entry<Untyped>>,
    /// Ops that have no effect here under any type.
    pub(super) inert: Vec<(Id, Misfit)>,
}

/// A key that owns its text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum EntryKey {
    Bool(bool),
    /// Integers in keys have 64 bits, with or without a sign.
    Negative(i64),
    Positive(u64),
    Text(Box<str>),
    Bytes(Box<[u8]>),
}

impl EntryKey {
    pub(super) fn new(key: Key<'_>) -> Self {
        match key {
            Key::Bool(bool) => Self::Bool(bool),
            Key::Integer(integer) => u64::try_from(integer).map_or_else(
                |_| Self::Negative(i64::try_from(integer).unwrap_or(i64::MIN)),
                Self::Positive,
            ),
            Key::Text(text) => Self::Text(text.into()),
            Key::Bytes(bytes) => Self::Bytes((*bytes).into()),
        }
    }

    pub(super) fn as_key(&self) -> Key<'_> {
        match self {
            Self::Bool(bool) => Key::Bool(*bool),
            Self::Negative(integer) => Key::Integer((*integer).into()),
            Self::Positive(integer) => Key::Integer((*integer).into()),
            Self::Text(text) => Key::Text(text),
            Self::Bytes(bytes) => Key::Bytes((&**bytes).into()),
        }
    }

    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Bool(bool) => bool.to_string(),
            Self::Negative(integer) => integer.to_string(),
            Self::Positive(integer) => integer.to_string(),
            Self::Text(text) => text.to_string(),
            Self::Bytes(bytes) => KeyBytes::from(&**bytes).to_string(),
        }
    }
}

impl Untyped {
    fn write(
        &mut self,
        (id, of): (Id, Option<Id>),
        replaces: &[Id],
        payload: Option<&[u8]>,
        chains: &Chains,
    ) -> Fit {
        let value = payload.map(|payload| {
            let whole = || value::to_json(payload).map(|value| Shape::Whole(Json(value)));
            value::decode(payload).or_else(whole).ok_or_else(Shape::default)
        });
        if value.is_none() && self.register.is_none() {
            // Nothing is there to be taken back, and that makes it no register.
            return Fit::Applied;
        }
        let blank = || Box::new(Versions::None(Shape::default()));
        let register = self.register.get_or_insert_with(blank);
        register.write(Write { id, of, replaces, value }, Shape::default, chains);
        Fit::Applied
    }

    /// The state of a document, from its changes alone.
    pub(crate) fn of(history: &History) -> Self {
        let build = |keeps_all| {
            let (mut root, mut let_go) = (Self::default(), false);
            history.replay(0..history.end(), |path, op| {
                let op = Incoming::replayed(op, keeps_all, None);
                let_go |= op.wants_all();
                if !let_go {
                    let _ = root.apply(path, &op, history.chains());
                }
            });
            (root, let_go)
        };
        let (root, let_go) = build(false);
        if let_go { build(true).0 } else { root }
    }

    fn apply_here(&mut self, op: &Incoming<'_>, chains: &Chains) -> Fit {
        if let Some(taken_back) = op.taken_back_set() {
            // Nothing is ever set here, so what found nothing has left nothing.
            if let Some(found) = taken_back.take() {
                self.register = Some(Box::new(found));
            }
            return Fit::Applied;
        }
        match &op.action {
            Action::Set { replaces, of, payload } => match op.asked {
                Some(question) => {
                    self.register.iter().for_each(|register| question.tell_written(register));
                    Fit::Applied
                }
                None => self.write((op.id, *of), replaces, Some(payload), chains),
            },
            Action::Unset { replaces } => self.write((op.id, None), replaces, None, chains),
            Action::Add { .. } | Action::Reset { .. } => {
                self.counter.get_or_insert_default().apply(&[], op, chains)
            }
            Action::InsertText { .. } => self.text.get_or_insert_default().apply(&[], op, chains),
            Action::Insert { .. } | Action::Move { .. } => {
                self.list.get_or_insert_default().apply(&[], op, chains)
            }
            Action::Delete { .. } => {
                let text = self.text.as_mut().map(|text| text.apply(&[], op, chains));
                let list = self.list.as_mut().map(|list| list.apply(&[], op, chains));
                text.or(list).unwrap_or(Fit::Inert(Misfit::UnknownElement))
            }
            Action::Annul { .. } => {
                let list = self.list.as_mut().map(|list| list.apply(&[], op, chains));
                let text = self.text.as_mut().map(|text| text.apply(&[], op, chains));
                let counter = self.counter.as_mut().map(|counter| counter.apply(&[], op, chains));
                list.or(text).or(counter).unwrap_or(Fit::Inert(Misfit::UnknownElement))
            }
            Action::Put { .. } | Action::Remove { .. } => Fit::Inert(Misfit::WrongKind),
            Action::Unknown { .. } => Fit::Inert(Misfit::UnknownKind),
        }
    }

    /// Remembers an op that has no effect wherever it arrives. Whether a delete finds elements to
    /// delete depends on what came before it, so it is not remembered.
    fn note(&mut self, op: &Incoming<'_>, fit: Fit) -> Fit {
        if let Fit::Inert(misfit) = fit
            && op.taken_back.is_none()
            && op.asked.is_none()
            && !matches!(op.action, Action::Delete { .. } | Action::Annul { .. })
        {
            // Each element by itself, so that it does not matter over how many ops a text is typed.
            let elements = match op.action {
                Action::InsertText { text, .. } => text.chars().count(),
                _ => 1,
            };
            self.inert.extend((0..).take(elements).map(|step| (op.id.plus(step), misfit)));
        }
        fit
    }

    /// Whether values were ever set here, also if none is left.
    pub(super) fn is_register(&self) -> bool {
        self.register.is_some()
    }

    /// The payload of a variant.
    pub(super) fn variant_mut(&mut self, name: &str) -> Option<&mut Self> {
        self.variants.get_mut(name)
    }

    /// Lets go of what has become as if it had never been written, so that it is not cleared again.
    fn forget_blank(&mut self) {
        self.fields.retain(|_, field| !field.is_blank());
        self.variants.retain(|_, payload| !payload.is_blank());
        self.entries.retain(|_, entry| !entry.is_blank());
    }

    /// The op that wrote what its register reads as.
    pub(super) fn origin(&self, chains: &Chains) -> Option<Id> {
        self.register.as_ref()?.origin(chains)
    }

    /// The path to a member of the object that the node is shown as, and who put it if it is an
    /// entry.
    pub(super) fn lead(
        &self,
        path: NodePath,
        name: &str,
        chains: &Chains,
    ) -> (NodePath, Option<Blame>) {
        if !self.fields.is_empty() {
            return (path.field(name), None);
        }
        let is_it =
            |(key, entry): &(&EntryKey, &Entry<Self>)| entry.is_present() && key.to_text() == name;
        match self.entries.iter().rfind(is_it) {
            Some((key, entry)) if !self.is_choice(chains) => {
                (path.raw_key(key.as_key()), entry.blame(chains))
            }
            _ => (path.variant(name), None),
        }
    }

    /// Who put each entry of the object that the node is shown as, if that is what it is made of.
    pub(super) fn entries_made(&self, chains: &Chains) -> SortedMap<String, Option<Blame>> {
        if !self.fields.is_empty() || self.is_choice(chains) {
            return SortedMap::new();
        }
        // Of two entries whose keys are the same as text, the later one, as they are shown.
        let present = self.entries.iter().filter(|(_, entry)| entry.is_present());
        present.map(|(key, entry)| (key.to_text(), entry.blame(chains))).collect()
    }

    /// Whether its register has a value, which may be the name of a variant.
    fn is_choice(&self, chains: &Chains) -> bool {
        let shape = self.register.as_ref().map(|register| register.read(chains));
        matches!(shape, Some(Shape::Whole(_)))
    }

    /// What the node is shown as, if it was used as several kinds: struct, what its register says
    /// (register, enum or `Json`), map, list, text, counter, the first of these.
    pub(super) fn shown(&self, chains: &Chains) -> Shown<'_> {
        if !self.fields.is_empty() {
            let fields = self.fields.iter();
            let fields = fields.map(|(name, node)| (name.to_string(), node));
            return Shown::Object(fields.collect());
        }
        match self.register.as_ref().map(|register| register.read(chains)) {
            Some(Shape::Object) => self.shown_entries(),
            Some(Shape::Array) => Shown::Array(self.list.as_deref()),
            Some(Shape::Text) => Shown::Text(self.text.as_deref()),
            Some(Shape::Whole(Json(value))) => self.shown_choice(value),
            None if !self.entries.is_empty() => self.shown_entries(),
            None if self.list.is_some() => Shown::Array(self.list.as_deref()),
            None if self.text.is_some() => Shown::Text(self.text.as_deref()),
            None => {
                self.counter.as_ref().map_or(Shown::Null, |counter| Shown::Sum(counter.sum(chains)))
            }
        }
    }

    fn shown_entries(&self) -> Shown<'_> {
        let present = self.entries.iter().filter(|(_, entry)| entry.is_present());
        Shown::Object(present.map(|(key, entry)| (key.to_text(), &entry.state)).collect())
    }

    /// A register's value; if it names a variant with a payload, that too, as serde would show it.
    fn shown_choice<'a>(&'a self, value: &'a Value) -> Shown<'a> {
        let payload = value.as_str().and_then(|name| Some((name, self.variants.get(name)?)));
        match payload {
            Some((name, node)) => Shown::Object(SortedMap::from([(name.to_owned(), node)])),
            None => Shown::Whole(value),
        }
    }

    /// The node as JSON.
    pub(crate) fn to_json(&self, chains: &Chains) -> Value {
        match self.shown(chains) {
            Shown::Object(members) => {
                let members = members.into_iter();
                Value::Object(members.map(|(name, node)| (name, node.to_json(chains))).collect())
            }
            Shown::Array(list) => {
                let states = list.into_iter().flat_map(|list| list.states(chains));
                states.map(|node| node.to_json(chains)).collect()
            }
            Shown::Text(text) => text.map_or_else(String::new, |text| text.to_text(chains)).into(),
            Shown::Sum(sum) => sum_json(sum),
            Shown::Whole(value) => value.clone(),
            Shown::Null => Value::Null,
        }
    }
}

/// What a node is shown as.
pub(super) enum Shown<'a> {
    /// Fields, entries that are present, or what the selected variant holds under its name. Of two
    /// entries whose keys are the same as text, the later one.
    Object(SortedMap<String, &'a Untyped>),
    /// Elements, if there ever were any.
    Array(Option<&'a ListState<Untyped>>),
    /// A text, if anything was ever written in it.
    Text(Option<&'a TextState>),
    Sum(i128),
    Whole(&'a Value),
    Null,
}

fn sum_json(sum: i128) -> Value {
    i64::try_from(sum).map_or_else(|_| Value::String(sum.to_string()), Value::from)
}

/// What is below a node under a name or key; made if it is not there, unless for a delete: nothing
/// can be deleted where nothing is.
fn below<'a, K: Ord, N: Default>(
    nodes: &'a mut Entries<K, N>,
    key: K,
    op: &Incoming<'_>,
) -> Option<&'a mut N> {
    match op.action {
        Action::Delete { .. } | Action::Annul { .. } => nodes.get_mut(&key),
        _ => Some(nodes.get_or_default(key)),
    }
}

impl NodeState for Untyped {
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        let fit = match path {
            [] => {
                let fit = self.apply_here(op, chains);
                return self.note(op, fit);
            }
            [Segment::Field(name), rest @ ..] => below(&mut self.fields, (*name).into(), op)
                .map(|field| field.apply(rest, op, chains)),
            [Segment::Variant(name), rest @ ..] => below(&mut self.variants, (*name).into(), op)
                .map(|payload| payload.apply(rest, op, chains)),
            [Segment::Key(key), rest @ ..] => below(&mut self.entries, EntryKey::new(*key), op)
                .map(|entry| entry.apply(rest, op, chains)),
            [Segment::Element(id), ..] => {
                let list = self.list.as_mut();
                let Some(list) = list.and_then(|list| list.contains(*id).then_some(list)) else {
                    return self.note(op, Fit::Inert(Misfit::UnknownElement));
                };
                Some(list.apply(path, op, chains))
            }
        };
        fit.unwrap_or(Fit::Inert(Misfit::UnknownElement))
    }

    /// As every node is cleared. No deeper than a path is long.
    fn clear(&mut self, mut scope: Scope<'_>) {
        scope.pin();
        if let Some(register) = &mut self.register {
            register.unset(scope, Shape::default);
        }
        if let Some(counter) = &mut self.counter {
            counter.clear(scope);
        }
        if let Some(text) = &mut self.text {
            text.clear(scope);
        }
        if let Some(list) = &mut self.list {
            list.clear(scope);
        }
        for (name, field) in self.fields.iter_mut() {
            field.clear(scope.named_field(name));
        }
        for (name, payload) in self.variants.iter_mut() {
            payload.clear(scope.named_variant(name));
        }
        for (key, entry) in self.entries.iter_mut() {
            entry.remove(|| scope.key(key.as_key()));
        }
        self.forget_blank();
    }

    fn is_blank(&self) -> bool {
        self.register.as_ref().is_none_or(|register| register.is_none())
            && self.counter.as_ref().is_none_or(|counter| counter.is_blank())
            && self.text.as_ref().is_none_or(|text| text.is_blank())
            && self.list.as_ref().is_none_or(|list| list.is_blank())
            && self.fields.iter().all(|(_, field)| field.is_blank())
            && self.variants.iter().all(|(_, payload)| payload.is_blank())
            && self.entries.iter().all(|(_, entry)| entry.is_blank())
    }

    fn is_set(&self) -> bool {
        self.register.as_ref().is_some_and(|register| register.has_fitting())
    }

    fn append_sets(&self, sets: &mut Vec<Id>) {
        sets.extend(self.register.iter().flat_map(|register| register.ids()));
    }

    fn forget_sets(&mut self, scope: Scope<'_>) {
        if let Some(register) = &mut self.register {
            register.forget(scope, Shape::default);
        }
    }

    fn digest(&self, digest: &mut DigestWriter<'_>) {
        if let Some(register) = &self.register {
            digest.versions(register);
        }
        if let Some(counter) = &self.counter {
            digest.kind("counter", &**counter);
        }
        if let Some(text) = &self.text {
            digest.kind("text", &**text);
        }
        if let Some(list) = &self.list {
            digest.kind("list", &**list);
        }
        self.fields.iter().for_each(|(name, field)| digest.field(name, field));
        self.variants.iter().for_each(|(name, payload)| digest.variant(name, payload));
        self.entries.iter().for_each(|(key, entry)| digest.entry(key.as_key(), entry));
    }

    fn save(&self, writer: &mut StateWriter<'_>) {
        writer.give_up();
    }

    fn load(&mut self, _: &mut StateReader<'_>) -> Result<(), DecodeError> {
        Err(DecodeError::InvalidKind)
    }
}
