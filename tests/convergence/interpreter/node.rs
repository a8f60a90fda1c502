//! The value of each kind of node, by its definition over all ops at its path.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::causality::{Act, Dag, Deed, OpId, Step};
use super::schema::{Form, Schema, Shape, decode, read_form, text_key};

/// All ops by the path they go to.
///
/// A value is only ever looked for at paths that the schema and the elements of its lists have,
/// so whatever goes elsewhere is inert without being sorted out.
pub(crate) struct Tree<'a> {
    pub(super) dag: &'a Dag,
    pub(super) deeds: BTreeMap<Vec<Step>, Vec<Deed>>,
}

impl<'a> Tree<'a> {
    pub(crate) fn new(dag: &'a Dag, all: Vec<Deed>) -> Self {
        let mut deeds: BTreeMap<_, Vec<Deed>> = BTreeMap::new();
        for deed in all {
            deeds.entry(deed.path.clone()).or_default().push(deed);
        }
        Self { dag, deeds }
    }

    /// The value of the node of a type at a path.
    pub(crate) fn value(&self, schema: &Schema, path: &[Step]) -> Value {
        match schema {
            Schema::Register { read, default } => {
                self.register(path, read).unwrap_or_else(|| default.clone())
            }
            Schema::Counter { lowest, highest } => {
                integer(self.counter(path).clamp(*lowest, *highest))
            }
            Schema::Text => Value::String(self.text(path)),
            Schema::List(element) => self.list(path, element),
            Schema::Map { key, entry } => self.map(path, *key, entry),
            Schema::Optional(inner) => {
                let entry = below(path, Step::Bool(true));
                if self.is_present(&entry, inner) { self.value(inner, &entry) } else { Value::Null }
            }
            Schema::Struct(fields) => self.fields(fields, path),
            Schema::Enum { default, variants } => self.variant(path, default, variants),
            Schema::Json => {
                let form = self.register(path, read_form);
                self.json(&form.unwrap_or(Form::Whole(Value::Null)), path)
            }
            Schema::Recursive(schema) => self.value(&schema(), path),
        }
    }

    pub(super) fn at(&self, path: &[Step]) -> &[Deed] {
        self.deeds.get(path).map_or(&[], Vec::as_slice)
    }

    /// Those of some ops of one node that none of them replaces: an op replaces whatever precedes
    /// it on its own chain, and what lies on a named chain at or before the name.
    fn surviving<'d>(&self, here: &[(&'d Deed, &'d [OpId])]) -> Vec<&'d Deed> {
        let covers = |last: &OpId, id| *last == id || self.dag.precedes(id, *last);
        let replaced = |id: OpId| {
            here.iter().any(|(by, names)| {
                self.dag.precedes(id, by.id) || names.iter().any(|last| covers(last, id))
            })
        };
        let deeds = here.iter().map(|(deed, _)| *deed);
        deeds.filter(|deed| !replaced(deed.id)).collect()
    }

    /// The highest value that stands.
    fn register<T>(&self, path: &[Step], read: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
        self.standing(path, read).into_iter().next()
    }

    /// The values that are not replaced and can be read, the highest first.
    pub(crate) fn standing<T>(&self, path: &[Step], read: impl Fn(&[u8]) -> Option<T>) -> Vec<T> {
        let values = self.sets(path).into_iter().filter_map(|deed| match &deed.act {
            Act::Set(_, of, payload) => {
                // What an op brings back ranks as that did; of several that bring it back, the
                // highest.
                let rank = (self.dag.rank(of.unwrap_or(deed.id)), self.dag.rank(deed.id));
                Some((rank, read(payload)?))
            }
            _ => None,
        });
        let mut values: Vec<_> = values.collect();
        values.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
        values.into_iter().map(|(_, value)| value).collect()
    }

    /// The sets of a register that are not replaced. Where a path ends in a key, the remove of the
    /// entry replaces them too.
    pub(super) fn sets(&self, path: &[Step]) -> Vec<&Deed> {
        let is_entry = path.last().is_some_and(is_key);
        let here = self.at(path).iter().filter_map(|deed| match &deed.act {
            Act::Set(names, ..) | Act::Unset(names) => Some((deed, names.as_slice())),
            Act::Remove(names) if is_entry => Some((deed, names.as_slice())),
            _ => None,
        });
        let mut sets = self.surviving(&here.collect::<Vec<_>>());
        sets.retain(|deed| matches!(deed.act, Act::Set(..)));
        sets
    }

    /// The sum of what was added and not annulled.
    fn counter(&self, path: &[Step]) -> i128 {
        self.adds(path).map(|(_, delta)| i128::from(delta)).sum()
    }

    /// What was added and stands: an add that is void does not, nor what a reset annuls that is not
    /// void. That is what precedes it on its own chain, and what lies on a named chain at or before
    /// the name.
    pub(super) fn adds(&self, path: &[Step]) -> impl Iterator<Item = (OpId, i64)> {
        let (here, void) = (self.at(path), self.void(path));
        let stands = move |id: OpId| {
            let reset = here.iter().any(|deed| match &deed.act {
                Act::Reset(names) if !void.contains(&deed.id) => {
                    let up_to = |last: &OpId| *last == id || self.dag.precedes(id, *last);
                    self.dag.precedes(id, deed.id) || names.iter().any(up_to)
                }
                _ => false,
            });
            !reset && !void.contains(&id)
        };
        here.iter().filter_map(move |deed| match deed.act {
            Act::Add(delta) if stands(deed.id) => Some((deed.id, delta)),
            _ => None,
        })
    }

    /// Whether an entry of a type is present: a put stands, or a set of its node itself that fits.
    fn is_present(&self, entry: &[Step], schema: &Schema) -> bool {
        !self.puts(entry).is_empty() || self.is_set(entry, schema)
    }

    fn is_set(&self, path: &[Step], schema: &Schema) -> bool {
        match schema {
            Schema::Register { read, .. } => self.register(path, read).is_some(),
            Schema::Enum { variants, .. } => self.selected(path, variants).is_some(),
            Schema::Json => self.register(path, read_form).is_some(),
            Schema::Recursive(schema) => self.is_set(path, &schema()),
            _ => false,
        }
    }

    /// The puts of an entry that are not replaced.
    pub(super) fn puts(&self, entry: &[Step]) -> Vec<&Deed> {
        let here = self.at(entry).iter().filter_map(|deed| match &deed.act {
            Act::Put(names) | Act::Remove(names) => Some((deed, names.as_slice())),
            _ => None,
        });
        let mut puts = self.surviving(&here.collect::<Vec<_>>());
        puts.retain(|deed| matches!(deed.act, Act::Put(_)));
        puts
    }

    fn map(&self, path: &[Step], key: fn(&Step) -> Option<String>, entry: &Schema) -> Value {
        let mut entries = Map::new();
        for candidate in self.deeds.keys() {
            let Some((last, parent)) = candidate.split_last() else {
                continue;
            };
            if let (true, Some(key)) = (parent == path, key(last))
                && self.is_present(candidate, entry)
            {
                entries.insert(key, self.value(entry, candidate));
            }
        }
        Value::Object(entries)
    }

    fn list(&self, path: &[Step], element: &Schema) -> Value {
        let ids = self.elements(path, false).into_iter();
        ids.map(|id| self.value(element, &below(path, Step::Element(id)))).collect()
    }

    fn text(&self, path: &[Step]) -> String {
        let mut chars = BTreeMap::new();
        for deed in self.at(path) {
            if let Act::InsertText(_, text) = &deed.act {
                let ids = (deed.id.offset..).map(|offset| OpId { offset, ..deed.id });
                chars.extend(ids.zip(text.chars()));
            }
        }
        let ids = self.elements(path, true);
        ids.iter().map(|id| chars[id]).collect()
    }

    /// What a JSON node reads as if it is of a form.
    fn json(&self, form: &Form, path: &[Step]) -> Value {
        match form {
            Form::Object => self.map(path, text_key, &Schema::Json),
            Form::Array => self.list(path, &Schema::Json),
            Form::Text => Value::String(self.text(path)),
            Form::Whole(value) => value.clone(),
        }
    }

    /// The values of a JSON node that stand, the highest first, each container once.
    pub(crate) fn standing_json(&self, path: &[Step]) -> Vec<Value> {
        let mut forms: Vec<Form> = Vec::new();
        for form in self.standing(path, read_form) {
            if matches!(form, Form::Whole(_)) || !forms.contains(&form) {
                forms.push(form);
            }
        }
        forms.iter().map(|form| self.json(form, path)).collect()
    }

    fn fields(&self, fields: &[(&'static str, Schema)], path: &[Step]) -> Value {
        let field = |(name, schema): &(&'static str, Schema)| {
            let path = below(path, Step::Field((*name).to_owned()));
            ((*name).to_owned(), self.value(schema, &path))
        };
        Value::Object(fields.iter().map(field).collect())
    }

    fn selected(&self, path: &[Step], variants: &[(&'static str, Shape)]) -> Option<Value> {
        self.register(path, |payload| {
            let name: String = decode(payload)?;
            let known = variants.iter().any(|(variant, _)| *variant == name);
            known.then_some(Value::String(name))
        })
    }

    fn variant(&self, path: &[Step], default: &str, variants: &[(&'static str, Shape)]) -> Value {
        let selected = self.selected(path, variants).unwrap_or_else(|| default.into());
        let shape = variants.iter().find(|(name, _)| selected == *name);
        let (name, shape) = shape.expect("the default is a variant");
        let path = below(path, Step::Variant((*name).to_owned()));
        let payload = match shape {
            Shape::Unit => return selected,
            Shape::Newtype(schema) => self.value(schema, &path),
            Shape::Struct(fields) => self.fields(fields, &path),
            Shape::Tuple(items) => {
                let items = items.iter().enumerate().map(|(index, schema)| {
                    self.value(schema, &below(&path, Step::Field(index.to_string())))
                });
                items.collect()
            }
        };
        serde_json::json!({ *name: payload })
    }
}

pub(super) fn is_key(step: &Step) -> bool {
    matches!(step, Step::Text(_) | Step::Integer(_) | Step::Bool(_) | Step::Bytes(_))
}

fn below(path: &[Step], step: Step) -> Vec<Step> {
    let mut path = path.to_vec();
    path.push(step);
    path
}

fn integer(value: i128) -> Value {
    match u64::try_from(value) {
        Ok(value) => value.into(),
        Err(_) => i64::try_from(value).expect("within the type's range").into(),
    }
}
