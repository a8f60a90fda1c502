//! Making a list read as plain values.

use core::ops::Range;

use super::any::{AnyList, AnyMap, AnyNode};
use super::given::{self, Given};
use super::plain::PlainValue;
use super::write::{insert_all, write};
use crate::history::Chains;
use crate::node::alignment::align;
use crate::node::fingerprint::{Fingerprint, Token, Tokens};
use crate::node::list::{Rows, carry_out};
use crate::node::{CrdtNode as _, EditError, Json, NodeState, Scope, Writing};
use crate::op::Id;
use crate::sorted::order;

/// Aligns the elements with the values, then edits, moves, inserts and removes what differs.
pub(super) fn reconcile(
    list: &mut dyn AnyList,
    scope: Scope<'_>,
    values: &[PlainValue],
) -> Result<(), EditError> {
    let (chains, blank, mut tokens) = (scope.chains(), list.blank(), Tokens::default());
    let (mut ids, mut old) = (Vec::new(), Vec::new());
    list.each(chains, &mut |id, state| {
        ids.push(id);
        old.push(tokens.token(&told_by(state, chains)));
    });
    let token = |value| Ok(tokens.token(&told_as(&*blank, scope, value)?));
    let new: Vec<Token> = values.iter().map(token).collect::<Result<_, EditError>>()?;
    let is_keyed = key_place(&*blank).is_some();
    let alignment = align(&old, &new, |_| !is_keyed);
    let mut rows = AnyRows { list, scope, values };
    carry_out(&mut rows, alignment, &ids, &|from, to| old[from] != new[to] || is_keyed)
}

/// A list, and the values that it is to read as.
struct AnyRows<'a> {
    list: &'a mut dyn AnyList,
    scope: Scope<'a>,
    values: &'a [PlainValue],
}

impl Rows for AnyRows<'_> {
    fn next_id(&self) -> Id {
        self.scope.next_id()
    }

    fn position(&self, element: Id) -> Option<usize> {
        self.list.position(element, self.scope.chains())
    }

    fn move_before(&mut self, range: Range<usize>, gap: usize) -> Result<(), EditError> {
        self.list.move_before(self.scope, range, gap)
    }

    fn insert(&mut self, position: usize, values: Range<usize>) -> Result<(), EditError> {
        insert_all(self.list, self.scope, position, &self.values[values])
    }

    fn write(&mut self, element: Id, value: usize) -> Result<(), EditError> {
        let chains = self.scope.chains();
        let position = self.list.position(element, chains);
        let state = position.and_then(|position| self.list.item_at_mut(position, chains));
        let Some(state) = state else { return Ok(()) };
        let scope = self.scope.element(element);
        write(state, scope, Some(&self.values[value]), Writing::Difference)
    }

    fn delete(&mut self, range: Range<usize>) -> Result<(), EditError> {
        self.list.delete(self.scope, range)
    }
}

/// The place of the field by which elements of this type are told apart, if they are.
fn key_place(node: &dyn NodeState) -> Option<usize> {
    match node.any() {
        AnyNode::Record(fields, _) => fields.iter().position(|field| field.is_key),
        _ => None,
    }
}

/// What tells a state apart from others in its list.
fn told_by(node: &dyn NodeState, chains: &Chains) -> Fingerprint {
    let mut print = Fingerprint::default();
    let part = match (node.any(), key_place(node)) {
        (AnyNode::Record(_, parts), Some(place)) => parts.part(place),
        _ => None,
    };
    feed(part.unwrap_or(node), chains, &mut print);
    print
}

/// What tells a value apart, given a blank state of its type.
fn told_as(
    blank: &dyn NodeState,
    scope: Scope<'_>,
    value: &PlainValue,
) -> Result<Fingerprint, EditError> {
    let mut print = Fingerprint::default();
    if let (AnyNode::Record(fields, parts), Some(place)) = (blank.any(), key_place(blank))
        && let Some(part) = parts.part(place)
    {
        let values = given::fields(fields, scope, Some(value))?;
        feed_value(part, scope, values[place], &mut print)?;
    } else {
        feed_value(blank, scope, Some(value), &mut print)?;
    }
    Ok(print)
}

/// Feeds what a state reads as.
fn feed(node: &dyn NodeState, chains: &Chains, print: &mut Fingerprint) {
    match node.any() {
        AnyNode::Record(fields, parts) => {
            let parts = (0..fields.len()).filter_map(|place| parts.part(place));
            parts.for_each(|part| feed(part, chains, print));
        }
        AnyNode::Choice(variants, selector, payloads) => {
            let place = selector.current(chains, variants);
            print.number(place);
            if let Some(payload) = payloads.part(place) {
                feed(payload, chains, print);
            }
        }
        AnyNode::List(list) => {
            print.number(list.count(chains));
            list.each(chains, &mut |_, item| feed(item, chains, print));
        }
        AnyNode::Map(map) => feed_entries(map, chains, print),
        AnyNode::Option(option) => {
            print.number(usize::from(option.get().is_some()));
            if let Some(node) = option.get() {
                feed(node, chains, print);
            }
        }
        AnyNode::Register(register) => match register.read(chains) {
            Ok(payload) => print.encoded(&payload),
            Err(_) => print.unknown(),
        },
        AnyNode::Counter(counter, integers) => {
            let sum = counter.sum(chains).clamp(*integers.start(), *integers.end());
            print.bytes(&sum.to_be_bytes());
        }
        AnyNode::Text(text) => print.bytes(text.to_text(chains).as_bytes()),
        AnyNode::Json(json) => Json::fingerprint(&Json::value(json, chains), print),
        AnyNode::Unit => {}
        AnyNode::Closed => print.unknown(),
    }
}

/// In the order of the keys.
fn feed_entries(map: &dyn AnyMap, chains: &Chains, print: &mut Fingerprint) {
    print.number(map.count());
    let mut keys = Vec::with_capacity(map.count());
    map.each(&mut |key, _| keys.push(crate::node::untyped::EntryKey::new(key)));
    order::sort(&mut keys);
    for key in &keys {
        print.key(key.as_key());
        if let Some(node) = map.get(key.as_key()) {
            feed(node, chains, print);
        }
    }
}

/// Feeds a value as [`feed`] does the state that it is written into, given a blank one of its type.
fn feed_value(
    blank: &dyn NodeState,
    scope: Scope<'_>,
    value: Given<'_>,
    print: &mut Fingerprint,
) -> Result<(), EditError> {
    match blank.any() {
        AnyNode::Record(fields, parts) => {
            for (place, value) in given::fields(fields, scope, value)?.into_iter().enumerate() {
                if let Some(part) = parts.part(place) {
                    feed_value(part, scope, value, print)?;
                }
            }
        }
        AnyNode::Choice(variants, _, payloads) => {
            let (place, value) = given::variant(variants, payloads, scope, value)?;
            print.number(place);
            if let Some(payload) = payloads.part(place) {
                feed_value(payload, scope, value, print)?;
            }
        }
        AnyNode::List(list) => {
            let (items, blank) = (given::items(scope, value)?, list.blank());
            print.number(items.len());
            for item in items {
                feed_value(&*blank, scope, Some(item), print)?;
            }
        }
        AnyNode::Map(map) => {
            let (entries, blank) = (given::entries(map, scope, value)?, map.blank());
            print.number(entries.len());
            for (key, value) in &entries {
                print.key(key.as_key());
                feed_value(&*blank, scope, *value, print)?;
            }
        }
        AnyNode::Option(option) => {
            let value = value.filter(|value| **value != PlainValue::Null);
            print.number(usize::from(value.is_some()));
            if value.is_some() {
                feed_value(&*option.blank(), scope, value, print)?;
            }
        }
        AnyNode::Register(register) => print.encoded(&given::payload(register, scope, value)?),
        AnyNode::Counter(_, integers) => {
            print.bytes(&given::sum(&integers, scope, value)?.to_be_bytes());
        }
        AnyNode::Text(_) => print.bytes(given::text(scope, value)?.as_bytes()),
        AnyNode::Json(_) => Json::fingerprint(&given::json(scope, value)?, print),
        AnyNode::Unit => given::unit(scope, value)?,
        AnyNode::Closed => print.unknown(),
    }
    Ok(())
}
