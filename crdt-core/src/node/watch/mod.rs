//! What happens to the nodes of a document while somebody observes it.
//!
//! Every op that changes how a node reads leaves [effects](Effect): what the node read as before,
//! or where in a text or list something came or went. The document [keeps](EffectLog) them in the order
//! in which they happened, each with the path of its node, as long as an observer has not seen
//! them. Whoever looks has the effects since its mark [gathered by node](Touched), and every node
//! makes its delta of its own effects and of what it reads as now: so a delta costs what changed,
//! and if nobody observes, nothing is kept.

mod composed;
mod effects;
mod touched;

use core::cell::RefCell;

pub(in crate::node) use composed::{Composed, Part};
pub(crate) use effects::{EffectLog, Mark};
pub use touched::Before;
pub(crate) use touched::Touched;

use super::untyped::EntryKey;
use crate::op::{Id, IdRange, Segment};
use crate::sequence::{Content, Shift};

/// What an op changed in the node that it went to.
#[derive(Debug)]
pub(crate) enum Effect {
    /// A register, which had this value, encoded.
    Value(Vec<u8>),
    /// Which variant of an enum is selected: it was this one.
    Selected(usize),
    /// Whether an entry is present: it was, or was not.
    Present(bool),
    /// A counter, which had this sum.
    Sum(i128),
    /// Something came or went in a list, or moved in it.
    Items(Shift),
    /// Something came or went in a text. It may be at the same path as a list.
    Text(Shift),
    /// A text of which it is not said what came and went; the names of its visible characters
    /// until then. It is laid out as a whole by who looks, and what comes before that is part of
    /// it.
    Anew(Vec<IdRange>),
}

impl Effect {
    /// A shift of what a list or text is made of.
    pub(super) fn shift<C: Content>(shift: Shift) -> Self {
        if C::MOVABLE { Self::Items(shift) } else { Self::Text(shift) }
    }
}

/// A step of the path to a node.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Step {
    Field(Box<str>),
    Variant(Box<str>),
    Key(EntryKey),
    Element(Id),
}

impl Step {
    pub(super) fn of(segment: &Segment<'_, Id>) -> Self {
        match segment {
            Segment::Field(name) => Self::Field((*name).into()),
            Segment::Variant(name) => Self::Variant((*name).into()),
            Segment::Key(key) => Self::Key(EntryKey::new(*key)),
            Segment::Element(id) => Self::Element(*id),
        }
    }

    fn is(&self, segment: &Segment<'_, Id>) -> bool {
        match (self, segment) {
            (Self::Field(name), Segment::Field(other))
            | (Self::Variant(name), Segment::Variant(other)) => **name == **other,
            (Self::Key(key), Segment::Key(other)) => key.as_key() == *other,
            (Self::Element(id), Segment::Element(other)) => id == other,
            _ => false,
        }
    }
}

/// Takes the effects of the op that is being carried out.
#[derive(Debug)]
pub(crate) struct Sink {
    effects: RefCell<Vec<Effect>>,
    /// How many effects there were when somebody last began to observe.
    since: u64,
    /// How many there are.
    now: u64,
}

impl Sink {
    pub(super) fn note(&self, effect: Effect) {
        self.effects.borrow_mut().push(effect);
    }

    /// A moment, to be told apart from those [before somebody began](Self::is_seen).
    pub(super) fn now(&self) -> u64 {
        self.now
    }

    /// Whether all observers have begun before a moment.
    pub(super) fn is_seen(&self, moment: u64) -> bool {
        moment >= self.since
    }
}
