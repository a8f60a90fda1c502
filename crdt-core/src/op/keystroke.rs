//! Changes of one keystroke, told apart from others by their bytes.
//!
//! They are the twin of the [rule](super::run) that says what goes on with what.

use super::{Action, RawOp};
use crate::codec::Reader;

/// A body that is one op, which inserts one ASCII character on the right of the op before it on its
/// chain. The body of the keystroke that goes on from there differs from it in a counter and the
/// character alone; so it need not be taken apart to be known as canonical.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Keystroke<'a> {
    /// The bytes before the counter of the op before it.
    frame: &'a [u8],
    /// How many bytes there are; 0 if there is no such body.
    len: usize,
}

impl<'a> Keystroke<'a> {
    /// Of a body, given its only op and that op's counter.
    pub(crate) fn of(body: &'a [u8], counter: u32, op: &RawOp<'_>) -> Self {
        match op.action {
            Action::InsertText { text, .. } if text.len() == 1 && op.action.goes_on(counter) => {
                let before = counter.wrapping_sub(1);
                let frame = body.len().saturating_sub(varint_len(before) + text.len());
                Self { frame: &body[..frame], len: body.len() }
            }
            _ => Self::default(),
        }
    }

    /// The character that a body inserts, if it is ASCII and the body goes on from this one, of
    /// which the counter lies right before the given one.
    #[inline]
    pub(crate) fn next(self, body: &[u8], counter: u32) -> Option<&str> {
        // The frame says how long the op is.
        if body.len() != self.len {
            return None;
        }
        let mut rest = Reader::new(body.strip_prefix(self.frame)?);
        if rest.varint32().ok()? != counter.checked_sub(1)? {
            return None;
        }
        match rest.take_rest() {
            text @ [_] => core::str::from_utf8(text).ok(),
            _ => None,
        }
    }
}

/// How many bytes a counter takes.
fn varint_len(counter: u32) -> usize {
    (32 - (counter | 1).leading_zeros()).div_ceil(7) as usize
}
