//! What registers and entries come to when ops on them are taken back.

use std::collections::BTreeMap;

use super::gathered::{Entered, Written};
use crate::history::Chains;
use crate::node::Value;
use crate::op::Id;

/// What is to be written to a register.
#[derive(Debug, Default)]
pub(super) struct Restored {
    /// What is replaced of what stands there.
    pub(super) replaced: Vec<Value>,
    /// What comes back.
    pub(super) value: Option<Value>,
}

/// What is to be written to an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Presence {
    Stays,
    Put,
    Remove,
}

/// Takes the ops on a register back, the last one first, given the values that stand there.
///
/// A set is taken back where its value still stands, whoever may have brought that back: others
/// have not seen what was before, so what they wrote stays. What was there before an unset comes
/// back if it is what the register reads as then.
pub(super) fn restore(sets: &[Written], standing: &[Value], chains: &Chains) -> Restored {
    let mut values: BTreeMap<Id, Vec<Value>> = BTreeMap::new();
    for value in standing {
        values.entry(value.of).or_default().push(*value);
    }
    for Written { of, prior } in sets.iter().rev() {
        #[cfg(test)]
        crate::steps::count();
        let is_taken_back = match (of, prior) {
            (Some(of), _) => values.remove(of).is_some(),
            (None, Some(prior)) => wins(*prior, values.keys(), chains),
            (None, None) => false,
        };
        if let Some(prior) = prior.filter(|_| is_taken_back) {
            values.entry(prior.of).or_default().push(prior);
        }
    }
    let is_left = |value: &&Value| values.contains_key(&value.of);
    let replaced = standing.iter().filter(|value| !is_left(value)).copied().collect();
    let stood = |of: &Id| standing.iter().any(|value| value.of == *of);
    let back = values.into_iter().filter(|(of, _)| !stood(of)).filter_map(|(_, all)| {
        let mut all = all.into_iter();
        all.next()
    });
    let value = back.max_by(|a, b| chains.op_order(a.of, b.of));
    Restored { replaced, value }
}

/// Whether a value would be read among others.
fn wins<'i>(value: Value, mut others: impl Iterator<Item = &'i Id>, chains: &Chains) -> bool {
    others.all(|other| chains.op_order(*other, value.of).is_lt())
}

/// Takes the ops on the presence of an entry back, the last one first, given whether a put of this
/// replica stands there, and whether something of others keeps it.
pub(super) fn presence(puts: &[Entered], is_put: bool, is_kept: bool) -> Presence {
    let mut put = is_put;
    for Entered { put: has_put, was_present } in puts.iter().rev() {
        match (has_put, was_present) {
            (true, false) => put = false,
            (false, true) if !is_kept => put = true,
            _ => {}
        }
    }
    match (is_put, put) {
        (false, true) => Presence::Put,
        (true, false) => Presence::Remove,
        _ => Presence::Stays,
    }
}
