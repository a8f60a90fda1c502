//! Writing plain values into states, as their types write values of theirs.

use super::any::{AnyChoice, AnyList, AnyMap, AnyNode, AnyNodeMut, AnyOption, AnyRegister};
use super::elements;
use super::given::{self, Given};
use super::plain::PlainValue;
use crate::node::choice::select;
use crate::node::option::KEY;
use crate::node::record::{Field, Parts};
use crate::node::untyped::EntryKey;
use crate::node::{
    CounterState, CrdtNode as _, EditError, Json, NodeState, Scope, Selector, Text, Writing,
};
use crate::op::{Id, Key};

/// Makes a state read as a value, in one of three ways.
pub(super) fn write(
    node: &mut dyn NodeState,
    mut scope: Scope<'_>,
    value: Given<'_>,
    how: Writing,
) -> Result<(), EditError> {
    scope.pin();
    match node.any_mut() {
        AnyNodeMut::Record(fields, parts) => write_fields(fields, parts, scope, value, how),
        AnyNodeMut::Choice(choice) => write_choice(choice, scope, value, how),
        AnyNodeMut::List(list) if how == Writing::Difference => {
            elements::reconcile(list, scope, given::items(scope, value)?)
        }
        AnyNodeMut::List(list) => {
            let items = given::items(scope, value)?;
            list.delete(scope, 0..list.count(scope.chains()))?;
            insert_all(list, scope, 0, items)
        }
        AnyNodeMut::Map(map) => write_entries(map, scope, value, how),
        AnyNodeMut::Option(option) => write_option(option, scope, value, how),
        AnyNodeMut::Register(register) => write_register(register, scope, value, how),
        AnyNodeMut::Counter(counter, integers) => {
            let sum = given::sum(&integers, scope, value)?;
            write_sum(counter, scope, sum, &integers, how);
            Ok(())
        }
        AnyNodeMut::Text(text) => {
            let value = Text(given::text(scope, value)?.to_owned());
            Text::write(text, scope, value, how)
        }
        AnyNodeMut::Json(json) => Json::write(json, scope, given::json(scope, value)?, how),
        AnyNodeMut::Unit => given::unit(scope, value),
        AnyNodeMut::Closed => Err(closed(scope)),
    }
}

/// Makes a state read as a value as its editor's `set` does.
pub(super) fn set(
    node: &mut dyn NodeState,
    mut scope: Scope<'_>,
    value: &PlainValue,
) -> Result<(), EditError> {
    scope.pin();
    match node.any_mut() {
        AnyNodeMut::Choice(choice) => {
            let AnyChoice { variants, payloads, .. } = &choice;
            let (place, _) = given::variant(variants, *payloads, scope, Some(value))?;
            choice.selector.set(scope, choice.variants, place)?;
            write_choice(choice, scope, Some(value), Writing::Seeded)
        }
        AnyNodeMut::Option(option) => assign_option(option, scope, Some(value)),
        AnyNodeMut::Register(register) => {
            let payload = given::payload(register, scope, Some(value))?;
            register.write(scope, payload)
        }
        AnyNodeMut::Json(json) => Json::edit(json, scope).set("", given::json(scope, Some(value))?),
        _ => write(node, scope, Some(value), Writing::Difference),
    }
}

fn write_fields(
    fields: &[Field],
    parts: &mut dyn Parts,
    scope: Scope<'_>,
    value: Given<'_>,
    how: Writing,
) -> Result<(), EditError> {
    let values = given::fields(fields, scope, value)?;
    for (place, (field, value)) in fields.iter().zip(values).enumerate() {
        if let Some(part) = parts.part_mut(place) {
            write(part, scope.field(field.name), value, how.of_parts())?;
        }
    }
    Ok(())
}

fn write_choice(
    choice: AnyChoice<'_>,
    scope: Scope<'_>,
    value: Given<'_>,
    how: Writing,
) -> Result<(), EditError> {
    let AnyChoice { variants, selector, payloads, unknown } = choice;
    let (place, value) = given::variant(variants, payloads, scope, value)?;
    let how = select(variants, selector, unknown, scope, place, how)?;
    match payloads.part_mut(place) {
        Some(payload) => write(payload, scope.variant(variants.name(place)), value, how),
        None => Ok(()),
    }
}

/// Inserts elements, and writes what of them does not come with the insert.
pub(super) fn insert_all(
    list: &mut dyn AnyList,
    scope: Scope<'_>,
    position: usize,
    values: &[PlainValue],
) -> Result<(), EditError> {
    let (first, blank) = (scope.next_id(), list.blank());
    let seeds = &mut |number: usize| seed(&*blank, scope, Some(&values[number]));
    list.insert(scope, position, values.len(), seeds)?;
    for ((at, counter), value) in (position..).zip(first.counter..).zip(values) {
        if let Some(state) = list.item_at_mut(at, scope.chains()) {
            let how = if state.is_blank() { Writing::Anew } else { Writing::Seeded };
            write(state, scope.element(Id { counter, ..first }), Some(value), how)?;
        }
    }
    Ok(())
}

/// The bytes that the insert of an element brings, given a blank state of its type.
fn seed(
    blank: &dyn NodeState,
    scope: Scope<'_>,
    value: Given<'_>,
) -> Result<Option<Vec<u8>>, EditError> {
    match blank.any() {
        AnyNode::Register(register) => {
            let payload = given::payload(register, scope, value)?;
            Ok((payload != register.initial()?).then_some(payload))
        }
        AnyNode::Choice(variants, _, payloads) => {
            Selector::seed(variants, given::variant(variants, payloads, scope, value)?.0)
        }
        AnyNode::Json(_) => Json::seed(&given::json(scope, value)?),
        _ => Ok(None),
    }
}

fn write_entries(
    map: &mut dyn AnyMap,
    scope: Scope<'_>,
    value: Given<'_>,
    how: Writing,
) -> Result<(), EditError> {
    let (entries, how) = (given::entries(map, scope, value)?, how.of_parts());
    let kept = |key: Key<'_>| entries.contains_key(&EntryKey::new(key));
    map.remove_others(scope, &kept, how == Writing::Difference);
    for (key, value) in &entries {
        let key = key.as_key();
        match map.get_mut(key).filter(|_| how == Writing::Difference) {
            Some(state) => write(state, scope.key(key), *value, Writing::Difference)?,
            None => assign_entry(map, scope, key, *value)?,
        }
    }
    Ok(())
}

/// Makes an entry present with a value.
pub(super) fn assign_entry(
    map: &mut dyn AnyMap,
    scope: Scope<'_>,
    key: Key<'_>,
    value: Given<'_>,
) -> Result<(), EditError> {
    map.assign(scope, key, &mut |state, scope| write(state, scope, value, Writing::Anew))
}

fn write_option(
    option: &mut dyn AnyOption,
    scope: Scope<'_>,
    value: Given<'_>,
    how: Writing,
) -> Result<(), EditError> {
    let value = value.filter(|value| **value != PlainValue::Null);
    let is_present = option.get().is_some();
    match (how, value) {
        (Writing::Difference, None) if !is_present => Ok(()),
        (Writing::Difference, Some(_)) if is_present => {
            let Some(state) = option.get_mut() else { return Ok(()) };
            write(state, scope.key(KEY), value, how)
        }
        _ => assign_option(option, scope, value),
    }
}

/// Makes an optional node present with a value, or absent.
fn assign_option(
    option: &mut dyn AnyOption,
    scope: Scope<'_>,
    value: Given<'_>,
) -> Result<(), EditError> {
    match value {
        None | Some(PlainValue::Null) => {
            option.remove(scope);
            Ok(())
        }
        value => {
            option.assign(scope, &mut |state, scope| write(state, scope, value, Writing::Anew))
        }
    }
}

fn write_register(
    register: &mut dyn AnyRegister,
    scope: Scope<'_>,
    value: Given<'_>,
    how: Writing,
) -> Result<(), EditError> {
    let payload = given::payload(register, scope, value)?;
    let reads_so = match how {
        Writing::Seeded => true,
        Writing::Anew => register.never_set() && payload == register.initial()?,
        Writing::Difference => register.read(scope.chains()).is_ok_and(|read| read == payload),
    };
    if reads_so { Ok(()) } else { register.write(scope, payload) }
}

/// As a counter of the type writes a sum.
fn write_sum(
    counter: &mut CounterState,
    mut scope: Scope<'_>,
    sum: i128,
    integers: &core::ops::RangeInclusive<i128>,
    how: Writing,
) {
    if how != Writing::Difference {
        counter.clear(scope);
    } else if counter.sum(scope.chains()).clamp(*integers.start(), *integers.end()) == sum {
        return;
    }
    let missing = sum - counter.sum(scope.chains());
    counter.write_add(&mut scope, missing);
}

fn closed(scope: Scope<'_>) -> EditError {
    let reason = "this node can be edited through its own type only".to_owned();
    EditError::WrongValue { path: scope.path_text(), reason }
}
