use core::fmt;
use core::ops::RangeBounds;

use super::state::seeded;
use super::{ListIter, ListState, ListView, reconcile};
use crate::node::edit::{delete_at, insert_at};
use crate::node::positions::positions;
use crate::node::register::{altered, unreadable};
use crate::node::{
    CrdtNode, EditError, ElementId, Fit, NewElement, NewElements, NodeState, Scope, Writing,
};
use crate::op::{Id, write_seed};
use crate::sequence::{Items, Sequence};

/// Edits a list. Positions count elements, from 0.
pub struct ListEditor<'a, T: CrdtNode> {
    pub(super) state: &'a mut ListState<T::State>,
    pub(super) scope: Scope<'a>,
}

impl<T: CrdtNode> ListEditor<'_, T> {
    /// How many elements there are. O(1).
    pub fn len(&self) -> usize {
        self.view().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Views the list, as it is now.
    pub fn view(&self) -> ListView<'_, T> {
        ListView { state: self.state, chains: self.scope.chains() }
    }

    fn elements(&self) -> &Sequence<Items<T::State>> {
        self.state.elements.look(self.scope.chains())
    }

    /// The list as a plain value.
    pub fn value(&self) -> Vec<T::Value> {
        self.view().value()
    }

    /// Makes the list read as plain values, by removing, inserting and editing the elements that
    /// differ: what is the same is not written, and elements that stay are edited where they are.
    /// O(n + m) in the sizes of the two, and more the more they differ.
    ///
    /// # Errors
    /// What writing the values meets.
    pub fn set(&mut self, values: impl IntoIterator<Item = T::Value>) -> Result<(), EditError> {
        self.scope.attempt(self.state, |state, scope| reconcile::<T>(state, scope, values))
    }

    /// Reads the element at a position; `None` beyond the end. O(log n).
    pub fn get(&self, position: usize) -> Option<T::View<'_>> {
        self.view().get(position)
    }

    /// Reads the first element. O(log n).
    pub fn first(&self) -> Option<T::View<'_>> {
        self.view().first()
    }

    /// Reads the last element. O(log n).
    pub fn last(&self) -> Option<T::View<'_>> {
        self.view().last()
    }

    /// Whether an element is equal to something. O(n).
    pub fn contains<U: ?Sized>(&self, element: &U) -> bool
    where
        for<'v> T::View<'v>: PartialEq<U>,
    {
        self.view().contains(element)
    }

    /// Reads the elements in order, from either end.
    pub fn iter(&self) -> ListIter<'_, T> {
        self.view().iter()
    }

    /// Reads the elements in order with their ids, from either end, without those that this change
    /// has inserted. O(log n) for each.
    pub fn iter_with_ids(&self) -> impl DoubleEndedIterator<Item = (ElementId, T::View<'_>)> {
        self.view().iter_with_ids()
    }

    /// The id of the element at a position; `None` also if this change has inserted it, since the
    /// change has no hash yet. O(log n).
    pub fn id_at(&self, position: usize) -> Option<ElementId> {
        self.view().id_at(position)
    }

    /// Where an element is now; `None` if it is not in the list or has been removed. O(log n).
    pub fn position_of(&self, element: ElementId) -> Option<usize> {
        self.view().position_of(element)
    }

    /// Reads an element by its id, wherever it is now. O(log n).
    pub fn by_id(&self, element: ElementId) -> Option<T::View<'_>> {
        self.view().by_id(element)
    }

    /// Edits an element by its id, wherever it is now. O(log n).
    ///
    /// One that this change has inserted has no id yet: see [`at_new`](Self::at_new).
    ///
    /// # Errors
    /// [`EditError::NoElement`] if it is not in the list or has been removed.
    pub fn at_id(&mut self, element: ElementId) -> Result<T::Editor<'_>, EditError> {
        self.at(self.require(element)?)
    }

    /// Edits an element that this change has inserted, wherever it is now. O(log n).
    ///
    /// ```
    /// # use crdt_core::{Document, Keypair};
    /// # let mut words = Document::<Vec<String>>::create(Keypair::generate()?)?;
    /// words.change(|words| {
    ///     let new = words.push("two".into())?;
    ///     words.insert(0, "one".into())?;
    ///     words.at_new(new)?.set("second")
    /// })?;
    /// assert_eq!(words.value(), ["one", "second"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`EditError::NotNew`] if it is not in the list, or another change has inserted it.
    pub fn at_new(&mut self, new: NewElement) -> Result<T::Editor<'_>, EditError> {
        let is_new = self.scope.has_made(new);
        let position = is_new.then(|| self.elements().position(new.id)).flatten();
        self.at(position.ok_or(EditError::NotNew)?)
    }

    /// Removes an element by its id, wherever it is now, and gives the value it had. O(log n + size
    /// of the value).
    ///
    /// # Errors
    /// [`EditError::NoElement`] if it is not in the list or has been removed already.
    pub fn remove_id(&mut self, element: ElementId) -> Result<T::Value, EditError> {
        self.remove(self.require(element)?)
    }

    fn require(&self, element: ElementId) -> Result<usize, EditError> {
        self.position_of(element).ok_or(EditError::NoElement(element))
    }

    /// Edits every element, in order, up to the first for which the closure returns an error.
    ///
    /// # Errors
    /// The closure's.
    #[doc(alias = "iter_mut")]
    pub fn for_each(
        &mut self,
        mut edit: impl FnMut(T::Editor<'_>) -> Result<(), EditError>,
    ) -> Result<(), EditError> {
        (0..self.len()).try_for_each(|position| edit(self.at(position)?))
    }

    /// Edits the element at a position; `None` if there is none. O(log n).
    ///
    /// # Errors
    /// None at present.
    pub fn get_mut(&mut self, position: usize) -> Result<Option<T::Editor<'_>>, EditError> {
        if position < self.len() { self.at(position).map(Some) } else { Ok(None) }
    }

    /// Edits the first element; `None` if there is none. O(log n).
    ///
    /// # Errors
    /// None at present.
    pub fn first_mut(&mut self) -> Result<Option<T::Editor<'_>>, EditError> {
        self.get_mut(0)
    }

    /// Edits the last element; `None` if there is none. O(log n).
    ///
    /// # Errors
    /// None at present.
    pub fn last_mut(&mut self) -> Result<Option<T::Editor<'_>>, EditError> {
        self.len().checked_sub(1).map(|last| self.at(last)).transpose()
    }

    /// Edits the element at a position, where it is to be there. O(log n).
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] if there is none.
    pub fn at(&mut self, position: usize) -> Result<T::Editor<'_>, EditError> {
        let (state, scope) = self.place(position)?;
        Ok(T::edit(state, scope))
    }

    /// The state of the element at a position, and its scope.
    pub(super) fn place(
        &mut self,
        position: usize,
    ) -> Result<(&mut T::State, Scope<'_>), EditError> {
        self.scope.pin();
        ListEditor::<T> { state: self.state, scope: self.scope }.into_place(position)
    }

    /// Inserts an element so that it stands at a position; only what differs from the element's
    /// default is written. O(log n + what writing the value costs).
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] beyond the end, or what writing the value meets.
    pub fn insert(&mut self, position: usize, value: T::Value) -> Result<NewElement, EditError> {
        let id = self.scope.next_id();
        self.insert_values(position, vec![value])?;
        Ok(self.scope.new_element(id))
    }

    /// Inserts elements so that the first of them stands at a position. It takes one op, and less
    /// time and memory than inserting them one by one. O(log n + what writing the values costs).
    ///
    /// ```
    /// # use crdt_core::{Document, Keypair};
    /// # let mut numbers = Document::<Vec<i64>>::create(Keypair::generate()?)?;
    /// numbers.change(|numbers| {
    ///     numbers.extend([1, 2, 5])?;
    ///     numbers.insert_all(2, [3, 4])
    /// })?;
    /// assert_eq!(numbers.value(), [1, 2, 3, 4, 5]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] beyond the end, or what writing the values meets.
    pub fn insert_all(
        &mut self,
        position: usize,
        values: impl IntoIterator<Item = T::Value>,
    ) -> Result<NewElements, EditError> {
        let values: Vec<_> = values.into_iter().collect();
        let first = self.scope.new_element(self.scope.next_id());
        let new = NewElements::new(first, values.len());
        self.insert_values(position, values)?;
        Ok(new)
    }

    fn insert_values(&mut self, position: usize, values: Vec<T::Value>) -> Result<(), EditError> {
        self.scope
            .attempt(self.state, |state, scope| insert_all::<T>(state, scope, position, values))
    }

    /// Appends an element. O(log n + what writing the value costs).
    ///
    /// # Errors
    /// What writing the value meets.
    pub fn push(&mut self, value: T::Value) -> Result<NewElement, EditError> {
        self.insert(self.len(), value)
    }

    /// Appends elements, as [`insert_all`](Self::insert_all) does.
    ///
    /// # Errors
    /// What writing the values meets.
    pub fn extend(
        &mut self,
        values: impl IntoIterator<Item = T::Value>,
    ) -> Result<NewElements, EditError> {
        self.insert_all(self.len(), values)
    }

    /// Removes the element at a position and gives the value it had. Concurrent edits within it are
    /// lost with it. O(log n + size of the value).
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] if there is none.
    pub fn remove(&mut self, position: usize) -> Result<T::Value, EditError> {
        let missing = EditError::OutOfRange { position, length: self.len() };
        let state = self.elements().item_at(position).ok_or(missing)?;
        let value = T::value(state, self.scope.chains());
        self.delete(position..=position)?;
        Ok(value)
    }

    /// Removes the last element and gives the value it had; `None` if there is none. O(log n + size
    /// of the value).
    ///
    /// # Errors
    /// None at present.
    pub fn pop(&mut self) -> Result<Option<T::Value>, EditError> {
        self.len().checked_sub(1).map(|last| self.remove(last)).transpose()
    }

    /// Removes the elements behind the first `length`; nothing if there are no more.
    ///
    /// # Errors
    /// None at present.
    pub fn truncate(&mut self, length: usize) -> Result<(), EditError> {
        if length < self.len() { self.delete(length..) } else { Ok(()) }
    }

    /// Removes every element that the closure does not want to keep.
    ///
    /// # Errors
    /// None at present.
    pub fn retain(&mut self, mut keep: impl FnMut(T::View<'_>) -> bool) -> Result<(), EditError> {
        let mut position = 0;
        let kept: Vec<bool> = self.iter().map(&mut keep).collect();
        for run in kept.chunk_by(|a, b| a == b) {
            if run[0] {
                position += run.len();
            } else {
                self.delete(position..position + run.len())?;
            }
        }
        Ok(())
    }

    /// Removes the elements at a range of positions. O(log n) for each stretch of elements that one
    /// author inserted in sequence, and the states of all.
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] if it does not lie within the list, [`EditError::InvertedRange`]
    /// if it ends before it starts.
    pub fn delete(&mut self, range: impl RangeBounds<usize>) -> Result<(), EditError> {
        let range = positions(&range, self.len())?;
        delete_at(self.state.elements.edit(self.scope.chains()), &mut self.scope, range)
    }

    /// Removes all elements that are here. What others insert concurrently stays.
    ///
    /// # Errors
    /// None at present.
    pub fn clear(&mut self) -> Result<(), EditError> {
        self.state.clear(self.scope);
        Ok(())
    }
}

impl<'a, T: CrdtNode> ListEditor<'a, T> {
    /// The state and scope of the element at a position.
    pub(in crate::node) fn into_place(
        self,
        position: usize,
    ) -> Result<(&'a mut T::State, Scope<'a>), EditError> {
        let Self { state, scope } = self;
        let elements = state.elements.edit(scope.chains());
        let missing = EditError::OutOfRange { position, length: elements.len() };
        let Some(id) = elements.id_at(position) else {
            return Err(missing);
        };
        let state = elements.item_at_mut(position).ok_or(missing)?;
        Ok((state, scope.element(id)))
    }
}

impl<'a, T: CrdtNode> IntoIterator for &'a ListEditor<'_, T> {
    type Item = T::View<'a>;
    type IntoIter = ListIter<'a, T>;

    fn into_iter(self) -> ListIter<'a, T> {
        self.iter()
    }
}

impl<T: CrdtNode> fmt::Debug for ListEditor<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListEditor").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// The bytes that come with the insert of the element with a number.
pub(in crate::node) type SeedOf<'f> =
    &'f mut dyn FnMut(usize) -> Result<Option<Vec<u8>>, EditError>;

/// Inserts elements, and writes what of them does not come with the insert.
pub(super) fn insert_all<T: CrdtNode>(
    state: &mut ListState<T::State>,
    scope: Scope<'_>,
    position: usize,
    values: Vec<T::Value>,
) -> Result<(), EditError> {
    let first = scope.next_id();
    insert_seeded(state, scope, position, values.len(), &mut |number| T::seed(&values[number]))?;
    for ((at, counter), value) in (position..).zip(first.counter..).zip(values) {
        if let Some(state) = state.elements.as_it_is().item_at_mut(at) {
            // What its default says has no seed, and a node need not have one at all.
            let how = if state.is_blank() { Writing::Anew } else { Writing::Seeded };
            T::write(state, scope.element(Id { counter, ..first }), value, how)?;
        }
    }
    Ok(())
}

/// Inserts elements with what comes with the insert: of each the bytes that its register is set to,
/// if it is.
pub(super) fn insert_seeded<S: NodeState + Default>(
    state: &mut ListState<S>,
    mut scope: Scope<'_>,
    position: usize,
    count: usize,
    seed: SeedOf<'_>,
) -> Result<(), EditError> {
    let (states, seeds) = seeded_all(scope, count, seed)?;
    let elements = state.elements.edit(scope.chains());
    let place = insert_at(elements, &scope, position, states.into_iter())?;
    scope.write_insert(place, count, seeds);
    scope.check_depth()
}

/// The states of elements as an insert brings them, and their seeds.
fn seeded_all<S: NodeState + Default>(
    scope: Scope<'_>,
    count: usize,
    seed: SeedOf<'_>,
) -> Result<(Vec<S>, Vec<u8>), EditError> {
    let (first, time, chains) = (scope.next_id(), scope.time(), scope.chains());
    let (mut states, mut seeds) = (Vec::with_capacity(count), Vec::new());
    for (counter, number) in (first.counter..).zip(0..count) {
        let seed = seed(number)?.unwrap_or_default();
        let (state, fit) = seeded(Id { counter, ..first }, time, &seed, chains);
        match fit {
            Fit::Applied => {}
            Fit::Partial => return Err(altered()),
            Fit::Inert(_) | Fit::Refused(_) => return Err(unreadable()),
        }
        states.push(state);
        write_seed(&mut seeds, &seed);
    }
    Ok((states, seeds))
}
