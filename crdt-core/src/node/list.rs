use core::fmt;
use core::ops::{Deref, DerefMut, Range, RangeBounds};
use std::collections::VecDeque;

use serde::{Deserialize, Serialize, Serializer};

use super::difference::{Replaced, differences};
use super::fingerprint::Tokens;
use super::register::{altered, unreadable};
use super::slice::{forwards, positions};
use super::text::{out_of_range, parent};
use super::{
    CrdtNode, DigestWriter, EditError, ElementId, Fingerprint, Fit, Incoming, Misfit, NewElement,
    NewElements, NodeState, Scope, Segment, StateReader, StateWriter, Undone, Writing,
};
use crate::codec::DecodeError;
use crate::history::Chains;
use crate::op::{Action, Id, IdRange, Place, Seeds, write_seed};
use crate::schema::{self, SchemaBuilder};
use crate::sequence::{Items, ItemsIter, Restored, Sequence, SpanKind};

/// A list whose elements are nested nodes. As a field type this is the same as `Vec<T>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Deref for List<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T> DerefMut for List<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.0
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        Self(items)
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self(items.into_iter().collect())
    }
}

/// The state of a list: the states of its elements in order, deleted ones as places.
pub struct ListState<S> {
    sequence: Sequence<Items<S>>,
}

impl<S> Default for ListState<S> {
    fn default() -> Self {
        Self { sequence: Sequence::default() }
    }
}

impl<S: fmt::Debug> fmt::Debug for ListState<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.sequence.items()).finish()
    }
}

impl<S: NodeState + Default> ListState<S> {
    /// All elements in order, in ranges that may be cut anywhere: their states, unless they were
    /// deleted.
    pub(super) fn runs(&self) -> impl Iterator<Item = (IdRange, Option<&[S]>)> {
        self.sequence.contents().map(|(range, items)| (range, items.map(Items::as_slice)))
    }

    /// Whether this is an element of the list, deleted or not.
    pub(super) fn contains(&self, id: Id) -> bool {
        self.sequence.contains(id)
    }

    /// The states of the elements in order.
    pub(super) fn states(&self) -> impl Iterator<Item = &S> {
        self.sequence.items().map(|(_, state)| state)
    }

    fn insert(
        &mut self,
        op: &Incoming<'_>,
        place: Place<Id>,
        seeds: Seeds<'_>,
        chains: &Chains,
    ) -> Fit {
        let (parent, side) = parent(place);
        let mut fit = Fit::Applied;
        let states: Vec<S> = (op.id.counter..)
            .zip(seeds.iter())
            .map(|(counter, seed)| {
                let id = Id { counter, ..op.id };
                let (state, seeded) = seeded(id, op.time, seed, chains);
                // Of a part that is unknown, more may come to light later.
                if seeded != Fit::Applied && fit != Fit::Partial {
                    fit = seeded.settled();
                }
                state
            })
            .collect();
        let source = states.into_iter();
        match self.sequence.integrate(op.id, op.time, parent, side, source, chains) {
            Ok(()) => fit,
            Err(_) => Fit::Inert(Misfit::UnknownElement),
        }
    }

    fn route(&mut self, id: Id, rest: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        if let Some(state) = self.sequence.item_mut(id) {
            // What an element refuses needs no keeping: the element is never made anew.
            return state.apply(rest, op, chains).settled();
        }
        let known = self.contains(id);
        Fit::Inert(if known { Misfit::DeletedElement } else { Misfit::UnknownElement })
    }

    fn delete(&mut self, scope: &mut Scope<'_>, range: Range<usize>) -> Result<(), EditError> {
        let range = forwards(range)?;
        scope.pin();
        let (chains, mut write) = (scope.chains(), *scope);
        let deleted = scope.deleting(|undo, fresh| {
            let (out, keep) = (|names| write.write_delete(names), &mut undo.items(fresh));
            self.sequence.delete_at(range, chains, out, keep)
        });
        deleted.map_err(out_of_range)
    }

    /// Takes an edit back.
    fn take_back(&mut self, op: &Incoming<'_>, undone: &Undone<'_>, chains: &Chains) -> Fit {
        match op.action {
            Action::Insert { .. } => self.sequence.take_out(undone.inserted(op.id), chains),
            Action::Delete { .. } => undone.each_items(|names, states: Vec<S>| {
                self.sequence.restore(names, states.into_iter(), chains);
            }),
            _ => return Fit::wrong_kind(),
        }
        Fit::Applied
    }
}

/// The state of an element that an insert brings: blank, or with a register that was set by the
/// insert.
fn seeded<S: NodeState + Default>(id: Id, time: u32, seed: &[u8], chains: &Chains) -> (S, Fit) {
    let mut state = S::default();
    if seed.is_empty() {
        return (state, Fit::Applied);
    }
    let action = Action::Set { replaces: Vec::new(), payload: seed };
    let fit = state.apply(&[], &Incoming::new(id, time, action), chains);
    (state, fit)
}

/// The states of elements with these values as an insert brings them, and their seeds.
fn seeded_all<T: CrdtNode>(
    scope: Scope<'_>,
    values: &[T::Value],
) -> Result<(Vec<T::State>, Vec<u8>), EditError> {
    let (first, time, chains) = (scope.next_id(), scope.time(), scope.chains());
    let (mut states, mut seeds) = (Vec::with_capacity(values.len()), Vec::new());
    for (counter, value) in (first.counter..).zip(values) {
        let seed = T::seed(value)?.unwrap_or_default();
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

impl<S: NodeState + Default> NodeState for ListState<S> {
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        if let (Some(undone), []) = (op.undone, path) {
            return self.take_back(op, undone, chains);
        }
        match (path, &op.action) {
            ([], Action::Insert { place, seeds }) => self.insert(op, *place, *seeds, chains),
            ([], Action::Delete { first, count }) => {
                self.sequence.delete_along(IdRange::new(*first, *count), chains);
                Fit::Applied
            }
            ([Segment::Element(id), rest @ ..], _) => self.route(*id, rest, op, chains),
            _ => Fit::wrong_kind(),
        }
    }

    fn clear(&mut self, mut scope: Scope<'_>) {
        let cleared = self.delete(&mut scope, 0..self.sequence.len());
        debug_assert!(cleared.is_ok(), "the range is the whole list");
    }

    fn is_blank(&self) -> bool {
        self.sequence.is_blank()
    }

    fn digest(&self, digest: &mut DigestWriter<'_>) {
        digest.runs(self.sequence.runs());
        for (_, state) in self.sequence.items() {
            state.digest(digest);
            digest.end();
        }
    }

    fn save(&self, writer: &mut StateWriter<'_>) {
        let spans = self.sequence.spans();
        writer.number(spans.len());
        for span in spans {
            writer.span(span);
        }
        self.states().for_each(|state| state.save(writer));
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), DecodeError> {
        let mut spans = Vec::new();
        for _ in 0..reader.count()? {
            spans.push(reader.span()?);
        }
        let mut restored = Restored::new();
        for span in spans {
            let visible = if let SpanKind::Live(len) = span.kind { len } else { 0 };
            let mut load = |_| {
                let mut state = S::default();
                reader.nested(&mut state).map(|()| state)
            };
            let states = (0..visible).map(&mut load).collect::<Result<Vec<S>, _>>()?;
            restored.push(span, states.into_iter(), reader.chains());
        }
        let sequence = restored.finish(reader.chains());
        self.sequence = sequence.ok_or(DecodeError::InvalidPlace)?;
        Ok(())
    }
}

/// Reads a list. Positions count elements, from 0.
pub struct ListView<'a, T: CrdtNode> {
    state: &'a ListState<T::State>,
    chains: &'a Chains,
}

impl<'a, T: CrdtNode> ListView<'a, T> {
    /// How many elements there are. O(1).
    pub fn len(&self) -> usize {
        self.state.sequence.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The element at a position; `None` beyond the end. O(log n).
    pub fn get(&self, position: usize) -> Option<T::View<'a>> {
        Some(T::view(self.state.sequence.item_at(position)?, self.chains))
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
        ElementId::new(self.chains, self.state.sequence.id_at(position)?)
    }

    /// Where an element is now; `None` if it is not in the list or has been removed. O(log n).
    pub fn position_of(&self, element: ElementId) -> Option<usize> {
        self.state.sequence.position(element.find(self.chains)?)
    }

    /// An element by its id, wherever it is now. O(log n).
    pub fn by_id(&self, element: ElementId) -> Option<T::View<'a>> {
        let state = self.state.sequence.item(element.find(self.chains)?)?;
        Some(T::view(state, self.chains))
    }

    /// The elements in order, from either end. O(1) for each.
    pub fn iter(&self) -> ListIter<'a, T> {
        ListIter { items: self.state.sequence.items(), chains: self.chains }
    }

    /// The elements in order with their ids, from either end. O(log n) for each.
    pub fn iter_with_ids(
        &self,
    ) -> impl DoubleEndedIterator<Item = (ElementId, T::View<'a>)> + use<'a, T> {
        let chains = self.chains;
        self.state.sequence.items().filter_map(move |(id, state)| {
            Some((ElementId::new(chains, id)?, T::view(state, chains)))
        })
    }

    /// The list as a plain value.
    pub fn value(&self) -> Vec<T::Value> {
        self.state.states().map(|state| T::value(state, self.chains)).collect()
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

/// Edits a list. Positions count elements, from 0.
pub struct ListEditor<'a, T: CrdtNode> {
    state: &'a mut ListState<T::State>,
    scope: Scope<'a>,
}

impl<T: CrdtNode> ListEditor<'_, T> {
    /// How many elements there are. O(1).
    pub fn len(&self) -> usize {
        self.state.sequence.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn view(&self) -> ListView<'_, T> {
        ListView { state: self.state, chains: self.scope.chains() }
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
    /// # Errors
    /// [`EditError::NoElement`] if it is not in the list or has been removed.
    pub fn at_id(&mut self, element: ElementId) -> Result<T::Editor<'_>, EditError> {
        self.at(self.require(element)?)
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

    /// Edits the element at a position, where it is to be there. O(log n).
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] if there is none.
    pub fn at(&mut self, position: usize) -> Result<T::Editor<'_>, EditError> {
        let (state, scope) = self.place(position)?;
        Ok(T::edit(state, scope))
    }

    /// The state of the element at a position, and its scope.
    fn place(&mut self, position: usize) -> Result<(&mut T::State, Scope<'_>), EditError> {
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

    /// Inserts elements so that the first of them stands at a position. It takes one op, and less time
    /// and memory than inserting them one by one. O(log n + what writing the values costs).
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
        let state = self.state.sequence.item_at(position).ok_or(missing)?;
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
    /// [`EditError::OutOfRange`] if it does not lie within the list, [`EditError::InvertedRange`] if it
    /// ends before it starts.
    pub fn delete(&mut self, range: impl RangeBounds<usize>) -> Result<(), EditError> {
        let range = positions(&range, self.len())?;
        self.state.delete(&mut self.scope, range)
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
    pub(super) fn into_place(
        self,
        position: usize,
    ) -> Result<(&'a mut T::State, Scope<'a>), EditError> {
        let Self { state, scope } = self;
        let missing = EditError::OutOfRange { position, length: state.sequence.len() };
        let Some(id) = state.sequence.id_at(position) else {
            return Err(missing);
        };
        let state = state.sequence.item_at_mut(position).ok_or(missing)?;
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

/// Inserts elements, and writes what of them does not come with the insert.
fn insert_all<T: CrdtNode>(
    state: &mut ListState<T::State>,
    mut scope: Scope<'_>,
    position: usize,
    values: Vec<T::Value>,
) -> Result<(), EditError> {
    let (id, time, chains) = (scope.next_id(), scope.time(), scope.chains());
    let (states, seeds) = seeded_all::<T>(scope, &values)?;
    let placed = state.sequence.insert_at(position, states.into_iter(), id, time, chains);
    let (parent, side) = placed.map_err(out_of_range)?;
    scope.write_insert(parent, side, values.len(), seeds);
    scope.check_depth()?;
    for ((at, counter), value) in (position..).zip(id.counter..).zip(values) {
        if let Some(state) = state.sequence.item_at_mut(at) {
            let scope = scope.element(Id { counter, ..id });
            T::write(state, scope, value, Writing::Seeded)?;
        }
    }
    Ok(())
}

fn assign<T: CrdtNode>(
    state: &mut ListState<T::State>,
    scope: Scope<'_>,
    values: impl IntoIterator<Item = T::Value>,
) -> Result<(), EditError> {
    state.clear(scope);
    ListEditor::<T> { state, scope }.extend(values)?;
    Ok(())
}

/// Aligns the elements with the values, then removes, inserts and edits what differs.
fn reconcile<T: CrdtNode>(
    state: &mut ListState<T::State>,
    scope: Scope<'_>,
    values: impl IntoIterator<Item = T::Value>,
) -> Result<(), EditError> {
    let values: Vec<_> = values.into_iter().collect();
    let mut tokens = Tokens::default();
    let old: Vec<_> =
        state.states().map(|item| tokens.of_state::<T>(item, scope.chains())).collect();
    let new: Vec<_> = values.iter().map(|value| tokens.of_value::<T>(value)).collect();
    let mut alignment = Alignment::<T, _> {
        editor: ListEditor { state, scope },
        values: values.into_iter(),
        position: 0,
    };
    for part in differences(&old, &new) {
        alignment.keep_until(part.new.start)?;
        alignment.replace(part)?;
    }
    alignment.keep_until(new.len())
}

/// A list on its way to being as the values: up to the position it is.
struct Alignment<'a, T: CrdtNode, I> {
    editor: ListEditor<'a, T>,
    values: I,
    position: usize,
}

impl<T: CrdtNode, I: Iterator<Item = T::Value>> Alignment<'_, T, I> {
    /// Goes on over elements that belong to the next values. If that is by their keys, they may
    /// still differ.
    fn keep_until(&mut self, end: usize) -> Result<(), EditError> {
        for value in self.values.by_ref().take(end - self.position) {
            if T::key(&value).is_some() {
                let (state, scope) = self.editor.place(self.position)?;
                T::write(state, scope, value, Writing::Difference)?;
            }
            self.position += 1;
        }
        Ok(())
    }

    /// Turns the next elements into the next values: one by one as far as there are both, except
    /// those whose keys say that they are others.
    fn replace(&mut self, Replaced { old, new }: Replaced) -> Result<(), EditError> {
        let (mut left, mut added) = (old.len(), Vec::new());
        for value in self.values.by_ref().take(new.len()) {
            if left > 0 && T::key(&value).is_none() {
                let (state, scope) = self.editor.place(self.position)?;
                T::write(state, scope, value, Writing::Difference)?;
                left -= 1;
                self.position += 1;
            } else {
                added.push(value);
            }
        }
        let count = added.len();
        self.editor.insert_all(self.position, added)?;
        self.position += count;
        self.editor.delete(self.position..self.position + left)
    }
}

macro_rules! list_node {
    ($type:ident, $value:ty) => {
        impl<T: CrdtNode> CrdtNode for $type<T> {
            type Value = $value;
            type State = ListState<T::State>;
            type View<'a> = ListView<'a, T>;
            type Editor<'a> = ListEditor<'a, T>;
            type Kind = super::Nested;

            fn describe(schema: &mut SchemaBuilder) -> schema::Node {
                schema::Node::ListOf(Box::new(T::describe(schema)))
            }

            fn view<'a>(state: &'a Self::State, chains: &'a Chains) -> Self::View<'a> {
                ListView { state, chains }
            }

            fn edit<'a>(state: &'a mut Self::State, scope: Scope<'a>) -> Self::Editor<'a> {
                ListEditor { state, scope }
            }

            fn value(state: &Self::State, chains: &Chains) -> Self::Value {
                state.sequence.items().map(|(_, item)| T::value(item, chains)).collect()
            }

            fn write(
                state: &mut Self::State,
                scope: Scope<'_>,
                value: Self::Value,
                how: Writing,
            ) -> Result<(), EditError> {
                match how {
                    Writing::Anew | Writing::Seeded => assign::<T>(state, scope, value),
                    Writing::Difference => reconcile::<T>(state, scope, value),
                }
            }

            fn fingerprint(value: &Self::Value, print: &mut Fingerprint) {
                print.number(value.len());
                for value in value.iter() {
                    T::fingerprint(value, print);
                }
            }
        }
    };
}

list_node!(Vec, Vec<T::Value>);
list_node!(VecDeque, VecDeque<T::Value>);
list_node!(List, List<T::Value>);

impl<T> IntoIterator for List<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
