use core::fmt;

use serde::{Serialize, Serializer};

use super::ListState;
use crate::history::Chains;
use crate::node::blame::runs;
use crate::node::cursor::{cursor_at, resolve};
use crate::node::{Blame, BlameRun, CrdtNode, Cursor, ElementId, Resolved};
use crate::op::Side;
use crate::sequence::{Items, ItemsIter, Sequence};

/// Reads a list. Positions count elements, from 0.
pub struct ListView<'a, T: CrdtNode> {
    pub(super) state: &'a ListState<T::State>,
    pub(super) chains: &'a Chains,
}

impl<'a, T: CrdtNode> ListView<'a, T> {
    fn elements(&self) -> &'a Sequence<Items<T::State>> {
        self.state.elements.look(self.chains)
    }

    /// How many elements there are. O(1).
    pub fn len(&self) -> usize {
        self.elements().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element at a position; `None` beyond the end. O(log n).
    pub fn get(&self, position: usize) -> Option<T::View<'a>> {
        Some(T::view(self.elements().item_at(position)?, self.chains))
    }

    /// The first element. O(log n).
    pub fn first(&self) -> Option<T::View<'a>> {
        self.get(0)
    }

    /// The last element. O(log n).
    pub fn last(&self) -> Option<T::View<'a>> {
        self.get(self.len().checked_sub(1)?)
    }

    /// The id of the element at a position; `None` beyond the end. O(log n).
    pub fn id_at(&self, position: usize) -> Option<ElementId> {
        ElementId::new(self.chains, self.elements().id_at(position)?)
    }

    /// Where an element is now; `None` if it is not in the list or has been removed. O(log n).
    pub fn position_of(&self, element: ElementId) -> Option<usize> {
        self.elements().position(element.find(self.chains)?)
    }

    /// The cursor at a position, to be [resolved](Self::resolve) after any change. It goes with the
    /// element on one side of it. `None` beyond the end, and beside an element that the change
    /// inserts which is being made. O(log n).
    pub fn cursor(&self, position: usize, side: Side) -> Option<Cursor> {
        cursor_at(self.elements(), position, side, self.chains)
    }

    /// Where a cursor is now: with its element, if that was moved. If it was removed the cursor is
    /// where it was inserted, and is said not to be exact; `None` if it was never in this list.
    /// O(log n).
    pub fn resolve(&self, cursor: Cursor) -> Option<Resolved> {
        resolve(self.elements(), cursor, self.chains)
    }

    /// Who inserted the elements, in runs of one author, wherever they were moved since. O(pieces of
    /// the list) for all of them.
    pub fn blame(&self) -> impl Iterator<Item = BlameRun<'a>> + use<'a, T> {
        runs(self.elements(), self.chains)
    }

    /// Who inserted the element at a position, and in which change; `None` beyond the end. Who
    /// wrote what is inside it is asked of its view. O(log n).
    pub fn blame_at(&self, position: usize) -> Option<Blame> {
        Blame::of(self.chains, self.elements().id_at(position)?)
    }

    /// An element by its id, wherever it is now. O(log n).
    pub fn by_id(&self, element: ElementId) -> Option<T::View<'a>> {
        let state = self.elements().item(element.find(self.chains)?)?;
        Some(T::view(state, self.chains))
    }

    /// Whether an element is equal to something. O(n).
    pub fn contains<U: ?Sized>(&self, element: &U) -> bool
    where
        T::View<'a>: PartialEq<U>,
    {
        self.iter().any(|other| other == *element)
    }

    /// The elements in order, from either end. O(1) for each.
    pub fn iter(&self) -> ListIter<'a, T> {
        ListIter { items: self.elements().items(), chains: self.chains }
    }

    /// The elements in order with their ids, from either end. O(log n) for each.
    pub fn iter_with_ids(
        &self,
    ) -> impl DoubleEndedIterator<Item = (ElementId, T::View<'a>)> + use<'a, T> {
        let chains = self.chains;
        self.elements().items().filter_map(move |(id, state)| {
            Some((ElementId::new(chains, id)?, T::view(state, chains)))
        })
    }

    /// The list as a plain value.
    pub fn value(&self) -> Vec<T::Value> {
        self.state.states(self.chains).map(|state| T::value(state, self.chains)).collect()
    }
}

impl<'a, T: CrdtNode> IntoIterator for ListView<'a, T> {
    type Item = T::View<'a>;
    type IntoIter = ListIter<'a, T>;

    fn into_iter(self) -> ListIter<'a, T> {
        self.iter()
    }
}

impl<'a, T: CrdtNode> IntoIterator for &ListView<'a, T> {
    type Item = T::View<'a>;
    type IntoIter = ListIter<'a, T>;

    fn into_iter(self) -> ListIter<'a, T> {
        self.iter()
    }
}

/// The elements of a list in order; made by [`ListView::iter`].
pub struct ListIter<'a, T: CrdtNode> {
    items: ItemsIter<'a, T::State>,
    chains: &'a Chains,
}

impl<'a, T: CrdtNode> Iterator for ListIter<'a, T> {
    type Item = T::View<'a>;

    fn next(&mut self) -> Option<T::View<'a>> {
        self.items.next().map(|(_, state)| T::view(state, self.chains))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}

impl<'a, T: CrdtNode> DoubleEndedIterator for ListIter<'a, T> {
    fn next_back(&mut self) -> Option<T::View<'a>> {
        self.items.next_back().map(|(_, state)| T::view(state, self.chains))
    }
}

impl<T: CrdtNode> ExactSizeIterator for ListIter<'_, T> {}

impl<T: CrdtNode> fmt::Debug for ListIter<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListIter").field("left", &self.len()).finish_non_exhaustive()
    }
}

impl<T: CrdtNode> Clone for ListView<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: CrdtNode> Copy for ListView<'_, T> {}

impl<'a, T: CrdtNode> fmt::Debug for ListView<'a, T>
where
    T::View<'a>: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// As a sequence.
impl<T: CrdtNode> Serialize for ListView<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}
