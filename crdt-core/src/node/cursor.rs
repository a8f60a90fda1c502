use serde::{Deserialize, Serialize};

use super::ElementId;
use crate::history::Chains;
use crate::op::Side;
use crate::sequence::{Content, Sequence};

/// A place between the characters of a text, or the elements of a list, that stays where it is
/// while others edit around it. It can be kept, and sent to others, as any serde type.
///
/// ```
/// # use crdt_core::{Document, Keypair, Resolved, Side, Text};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mut alice = Document::<Text>::create(Keypair::generate()?)?;
/// alice.change(|text| text.insert(0, "Hello"))?;
/// let behind_the_o = alice.read().cursor(5, Side::Left).expect("the o has an id");
/// alice.change(|text| text.insert(0, "> "))?;
/// assert_eq!(alice.read().resolve(behind_the_o), Some(Resolved { position: 7, is_exact: true }));
/// alice.change(|text| text.delete(5..7))?; // "> Hel"
/// assert_eq!(alice.read().resolve(behind_the_o), Some(Resolved { position: 5, is_exact: false }));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cursor {
    /// Before everything, whatever comes there.
    Start,
    /// Before this one: what is inserted there comes to stand before the cursor.
    Before(ElementId),
    /// Behind this one: what is inserted there comes to stand behind the cursor.
    Behind(ElementId),
    /// Behind everything, whatever comes there.
    End,
}

/// Where a [`Cursor`] is now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Resolved {
    /// How many elements are before it.
    pub position: usize,
    /// Whether what it stands beside is there. If that was deleted it is where that was inserted.
    pub is_exact: bool,
}

/// The cursor at a position that goes with what is on one side of it; `None` beyond the end, or if
/// that is being inserted by the change which is made and has no id yet.
pub(super) fn cursor_at<C: Content>(
    sequence: &Sequence<C>,
    position: usize,
    side: Side,
    chains: &Chains,
) -> Option<Cursor> {
    let beside = |position| ElementId::new(chains, sequence.id_at(position)?);
    match (side, position.checked_sub(1)) {
        _ if position > sequence.len() => None,
        (Side::Left, None) => Some(Cursor::Start),
        (Side::Left, Some(left)) => beside(left).map(Cursor::Behind),
        (Side::Right, _) if position == sequence.len() => Some(Cursor::End),
        (Side::Right, _) => beside(position).map(Cursor::Before),
    }
}

/// Where a cursor is; `None` if what it stands beside was never here.
pub(super) fn resolve<C: Content>(
    sequence: &Sequence<C>,
    cursor: Cursor,
    chains: &Chains,
) -> Option<Resolved> {
    let (element, is_behind) = match cursor {
        Cursor::Start => return Some(Resolved { position: 0, is_exact: true }),
        Cursor::End => return Some(Resolved { position: sequence.len(), is_exact: true }),
        Cursor::Before(element) => (element, false),
        Cursor::Behind(element) => (element, true),
    };
    let (position, is_exact) = sequence.place_of(element.find(chains)?)?;
    Some(Resolved { position: position + usize::from(is_exact && is_behind), is_exact })
}
