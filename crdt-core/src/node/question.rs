//! What stands at a place, asked of the node there.
//!
//! A question goes the way of an op, by a path, to the node that the op would change, and changes
//! nothing. So whoever can take an op can also be asked about it, whatever its type: an op of which
//! the kind says what is asked for carries it.

use core::cell::RefCell;

use super::versions::Versions;
use crate::history::Chains;
use crate::op::{Id, IdRange, Standing};
use crate::sequence::{Content, Sequence};

/// A question on its way, to be answered once.
#[derive(Debug, Default)]
pub(crate) struct Question(RefCell<Answer>);

/// What stands at a place. Of a kind of op that asks for something else, as by default.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answer {
    /// To a set: the values of a register. To a put: the puts of an entry.
    pub(crate) written: Vec<Value>,
    /// To a put: whether the entry is present.
    pub(crate) is_present: bool,
    /// To a delete: whether one of the elements is visible.
    pub(crate) is_visible: bool,
    /// To an annul: those of the ops that it names which are here and do not stand as it says.
    pub(crate) otherwise: Vec<Id>,
}

/// A value that an op has written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Value {
    /// The op that wrote it.
    pub(crate) op: Id,
    /// The op as which it ranks: an earlier one if this one brought its value back.
    pub(crate) of: Id,
}

/// What an op of this replica found when it was written, as far as taking it back asks for it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Prior {
    /// A register read as a value.
    Value(Value),
    /// An entry was present.
    Present,
}

impl Question {
    /// The answer, if it has come to a node that gave one.
    pub(crate) fn into_answer(self) -> Answer {
        self.0.into_inner()
    }

    pub(super) fn tell_written<V>(&self, versions: &Versions<V>) {
        let written =
            versions.iter().map(|version| Value { op: version.id, of: version.identity() });
        self.0.borrow_mut().written.extend(written);
    }

    pub(super) fn tell_present(&self, is_present: bool) {
        self.0.borrow_mut().is_present = is_present;
    }

    /// Tells whether elements are visible in a sequence that is settled. Elements of two sequences
    /// may be asked for at once.
    pub(super) fn tell_visible<C: Content>(&self, sequence: &Sequence<C>, range: IdRange) {
        let is_visible = sequence.has_visible(range);
        self.0.borrow_mut().is_visible |= is_visible;
    }

    /// Tells which ops stand otherwise, given what is known of each.
    pub(super) fn tell_otherwise(
        &self,
        names: &[Id],
        standing: Standing,
        known: impl Fn(Id) -> Option<Standing>,
    ) {
        let differs = |name: &Id| known(*name).is_some_and(|known| known != standing);
        self.0.borrow_mut().otherwise.extend(names.iter().copied().filter(differs));
    }
}

/// Of values side by side the one that is read, or would be if its value fitted.
pub(super) fn read_of<V>(versions: &Versions<V>, chains: &Chains) -> Option<Value> {
    let winner = versions.winner(chains)?;
    Some(Value { op: winner.id, of: winner.identity() })
}
