//! What registers and entries come to when ops on them are taken back.

use super::gathered::{Entered, Written};
use crate::history::Chains;
use crate::node::Value;
use crate::op::Id;
use crate::sorted::order;
use crate::sorted::{SortedMap, SortedSet};

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
    let ranks = ranks(sets, standing, chains);
    let rank = |of: &Id| ranks.get(of).copied();
    let mut values: SortedMap<Option<usize>, Vec<Value>> = SortedMap::new();
    for value in standing {
        values.entry(rank(&value.of)).or_default().push(*value);
    }
    for Written { of, prior } in sets.iter().rev() {
        #[cfg(test)]
        crate::steps::count();
        let is_taken_back = match (of, prior) {
            (Some(of), _) => values.remove(&rank(of)).is_some(),
            // It would be read among the others.
            (None, Some(prior)) => {
                values.last_key_value().is_none_or(|(highest, _)| *highest < rank(&prior.of))
            }
            (None, None) => false,
        };
        if let Some(prior) = prior.filter(|_| is_taken_back) {
            values.entry(rank(&prior.of)).or_default().push(prior);
        }
    }
    let is_left = |value: &&Value| values.contains_key(&rank(&value.of));
    let replaced = standing.iter().filter(|value| !is_left(value)).copied().collect();
    let stood: SortedSet<_> = standing.iter().map(|value| rank(&value.of)).collect();
    let mut highest_first = values.into_iter().rev();
    let back = highest_first.find(|(rank, _)| !stood.contains(rank));
    let value = back.and_then(|(_, all)| all.into_iter().next());
    Restored { replaced, value }
}

/// The ops whose values stand or may come back, numbered in the order in which the last one is read.
/// So what stands need not be gone over for each op: how much that is, others decide.
fn ranks(sets: &[Written], standing: &[Value], chains: &Chains) -> SortedMap<Id, usize> {
    let priors = sets.iter().filter_map(|written| written.prior);
    let mut ops: Vec<Id> = standing.iter().copied().chain(priors).map(|value| value.of).collect();
    order::sort_by(&mut ops, |a, b| chains.op_order(*a, *b));
    ops.dedup();
    ops.into_iter().zip(0..).collect()
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
