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
    /// Whether the document keeps all that is deleted or reset, since one of its ops was annulled.
    pub(crate) keeps_all: bool,
    /// What the edit that is taken back found where it was made.
    pub(super) undone: Option<&'a Undone<'a>>,
}

impl<'a> Incoming<'a> {
    /// An op that takes effect.
    pub(crate) fn new(id: Id, time: u32, action: Action<'a, Id>) -> Self {
        Self { id, time, action, keeps_all: false, undone: None }
    }

    /// An op of an admitted change, for a state that may keep all.
    pub(crate) fn replayed(op: Replayed<'a>, keeps_all: bool) -> Self {
        Self { keeps_all, ..Self::new(op.id, op.time, op.action) }
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
