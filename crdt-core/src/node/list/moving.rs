//! Moving elements within their list.

use core::ops::{Range, RangeBounds};

use super::{ListEditor, ListState};
use crate::node::positions::positions;
use crate::node::watch::Effect;
use crate::node::{CrdtNode, EditError, ElementId, NodeState, Scope};
use crate::sequence::Shift;

impl<T: CrdtNode> ListEditor<'_, T> {
    /// Moves the element at a position so that it stands at another one, `to`. It stays the same
    /// element: what others edit within it concurrently is kept, and if others move it too it ends
    /// in one place, where the last move in the order of changes puts it. O(log n).
    ///
    /// ```
    /// # use crdt_core::{Document, Keypair};
    /// # let mut words = Document::<Vec<String>>::create(Keypair::generate()?)?;
    /// words.update(|words| words.extend(["one", "two", "three"].map(String::from)))?;
    /// words.change(|words| words.move_to(0, 2))?;
    /// assert_eq!(words.value(), ["two", "three", "one"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] if one of the positions is not that of an element.
    #[doc(alias = "swap")]
    pub fn move_to(&mut self, position: usize, to: usize) -> Result<(), EditError> {
        self.move_range(position..=position, to)
    }

    /// Moves the elements at a range of positions so that the first of them stands at `to`, as a
    /// block: what others insert between them stays where it was, but nothing comes to stand
    /// between them by the move. It takes one op. O(log n) for each element.
    ///
    /// ```
    /// # use crdt_core::{Document, Keypair};
    /// # let mut letters = Document::<Vec<char>>::create(Keypair::generate()?)?;
    /// letters.update(|letters| letters.extend("abcde".chars()))?;
    /// letters.change(|letters| letters.move_range(1..3, 3))?;
    /// assert_eq!(letters.value(), ['a', 'd', 'e', 'b', 'c']);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] if the range does not lie within the list, or the elements would
    /// not; [`EditError::InvertedRange`] if it ends before it starts.
    #[doc(alias = "rotate")]
    pub fn move_range(
        &mut self,
        range: impl RangeBounds<usize>,
        to: usize,
    ) -> Result<(), EditError> {
        let range = positions(&range, self.len())?;
        move_range(self.state, self.scope, range, to)
    }

    /// Moves an element by its id, wherever it is now, so that it stands at a position. O(log n).
    ///
    /// # Errors
    /// [`EditError::NoElement`] if it is not in the list or has been removed,
    /// [`EditError::OutOfRange`] if the position is not that of an element.
    pub fn move_id(&mut self, element: ElementId, to: usize) -> Result<(), EditError> {
        let position = self.position_of(element).ok_or(EditError::NoElement(element))?;
        self.move_to(position, to)
    }
}

/// Moves the elements at a range of positions so that the first of them stands at `to`. A move that
/// changes nothing is not written.
pub(super) fn move_range<S: NodeState + Default>(
    state: &mut ListState<S>,
    scope: Scope<'_>,
    range: Range<usize>,
    to: usize,
) -> Result<(), EditError> {
    let elements = state.elements.edit(scope.chains());
    let others = elements.len() - range.len();
    if to > others {
        return Err(EditError::OutOfRange { position: to, length: others });
    }
    let gap = if to > range.start { to + range.len() } else { to };
    move_before(state, scope, range, gap)
}

/// Moves the elements at a range of positions into the gap before a position.
pub(super) fn move_before<S: NodeState + Default>(
    state: &mut ListState<S>,
    mut scope: Scope<'_>,
    range: Range<usize>,
    gap: usize,
) -> Result<(), EditError> {
    if range.is_empty() || (range.start..=range.end).contains(&gap) {
        return Ok(());
    }
    let from = range.start;
    let (first, time, chains) = (scope.next_id(), scope.time(), scope.chains());
    let moved = state.elements.edit(chains).move_at(range, gap, first, time, chains);
    let (place, elements) = moved.map_err(EditError::out_of_bounds)?;
    let count = elements.len();
    let to = if gap > from { gap - count } else { gap };
    scope.note(|| Effect::Items(Shift::Move { from, count, to }));
    scope.write_move(place, elements);
    Ok(())
}
