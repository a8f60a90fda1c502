use super::watch::{Effect, Sink};
use super::{Question, TakenBack};
use crate::history::Replayed;
use crate::op::{Action, Id, IdRange};
use crate::sequence::{Content, Keep, Shift, Shifts};

/// An op on its way to the node that its path leads to; or on its way back out, if it is an edit
/// that is taken back.
#[derive(Debug)]
pub struct Incoming<'a> {
    /// The id of the op; of an insert, of its first element.
    pub(crate) id: Id,
    /// The time of its change; of text that is typed on over several changes, of the first.
    pub(crate) time: u32,
    /// What it does. Of an edit that is taken back, what it replaced is left out.
    pub(crate) action: Action<'a, Id>,
    /// Whether the document keeps all that is deleted or reset: it does from the first annul on.
    pub(crate) keeps_all: bool,
    /// Where it leaves its effects, if somebody observes.
    pub(super) watch: Option<&'a Sink>,
    /// What the edit that is taken back found where it was made.
    pub(super) taken_back: Option<&'a TakenBack<'a>>,
    /// What is asked, if it is to change nothing.
    pub(super) asked: Option<&'a Question>,
}

impl<'a> Incoming<'a> {
    /// An op that takes effect.
    pub(crate) fn new(id: Id, time: u32, action: Action<'a, Id>) -> Self {
        Self { id, time, action, keeps_all: false, watch: None, taken_back: None, asked: None }
    }

    /// An op of an admitted change, for a state that may keep all, and may be observed.
    pub(crate) fn replayed(op: Replayed<'a>, keeps_all: bool, watch: Option<&'a Sink>) -> Self {
        Self { keeps_all, watch, ..Self::new(op.id, op.time, op.action) }
    }

    /// A question about what an op would change.
    pub(crate) fn asking(question: &'a Question, action: Action<'a, Id>) -> Self {
        Self { asked: Some(question), ..Self::new(Id::default(), 0, action) }
    }

    /// Whether it annuls ops, of which a state that does not keep all may have let go. Such a state
    /// is to be built anew from all changes, this time keeping all.
    pub(crate) fn wants_all(&self) -> bool {
        !self.keeps_all && matches!(self.action, Action::Annul { .. })
    }

    /// Leaves an effect, if somebody observes.
    pub(super) fn note(&self, effect: impl FnOnce() -> Effect) {
        if let Some(sink) = self.watch {
            sink.note(effect());
        }
    }

    /// Where it leaves its effects, if somebody observes.
    pub(super) fn watch(&self) -> Option<&'a Sink> {
        self.watch
    }

    /// The same op, for what nobody sees.
    pub(super) fn unseen(&self) -> Incoming<'_> {
        Incoming { action: self.action.clone(), watch: None, ..*self }
    }

    /// Whether somebody observes.
    pub(super) fn is_watched(&self) -> bool {
        self.watch.is_some()
    }

    /// Hears of what a delete lets go of, and keeps none of it.
    pub(super) fn hearing(&self) -> Hearing<'a> {
        Hearing(self.watch)
    }

    /// Leaves what has shifted in a text or list.
    pub(super) fn note_shifts<C: Content>(&self, shifts: Shifts) {
        if let Some(sink) = self.watch {
            shifts.into_iter().for_each(|shift| sink.note(Effect::shift::<C>(shift)));
        }
    }

    /// Takes down what shifts, if somebody observes.
    pub(super) fn shifts(&self) -> Shifts {
        if self.watch.is_some() { Shifts::kept() } else { Shifts::dropped() }
    }

    /// What a set or unset has found that is taken back. Other ops are none of a register's, also
    /// on their way back: who keeps what does not fit has written them, at the same path.
    pub(super) fn taken_back_set(&self) -> Option<&'a TakenBack<'a>> {
        match self.action {
            Action::Set { .. } | Action::Unset { .. } => self.taken_back,
            _ => None,
        }
    }
}

/// Hears of what goes, if somebody observes.
pub(super) struct Hearing<'a>(Option<&'a Sink>);

impl<C: Content> Keep<C> for Hearing<'_> {
    fn keep(&mut self, _: IdRange) -> Option<&mut C::Removed> {
        None
    }

    fn shifted(&mut self, shift: impl FnOnce() -> Shift) {
        if let Some(sink) = self.0 {
            sink.note(Effect::shift::<C>(shift()));
        }
    }
}
