use super::Undone;
use crate::history::Replayed;
use crate::op::{Action, Id};

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
    /// What the edit that is taken back found where it was made.
    pub(super) undone: Option<&'a Undone<'a>>,
}

impl<'a> Incoming<'a> {
    /// An op that takes effect.
    pub(crate) fn new(id: Id, time: u32, action: Action<'a, Id>) -> Self {
        Self { id, time, action, undone: None }
    }

    /// What a set or unset has found that is taken back. Other ops are none of a register's, also
    /// on their way back: who keeps what does not fit has written them, at the same path.
    pub(super) fn undone_set(&self) -> Option<&'a Undone<'a>> {
        match self.action {
            Action::Set { .. } | Action::Unset { .. } => self.undone,
            _ => None,
        }
    }
}

impl<'a> From<Replayed<'a>> for Incoming<'a> {
    fn from(Replayed { id, time, action }: Replayed<'a>) -> Self {
        Self::new(id, time, action)
    }
}
