use core::fmt;
use core::ops::Range;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::DeltaError;
use super::value::{ValuesOf, copies, same};
use crate::history::Chains;
use crate::node::rising::heaviest_rising;
use crate::node::watch::{Part, Touched};
use crate::node::{Before, CrdtNode, ListState};
use crate::op::Id;
use crate::sorted::order;
use crate::sorted::{SortedMap, SortedSet};

/// What changed in a list, in runs from its beginning on. What comes behind the last run is
/// retained.
pub struct ListDelta<T: CrdtNode>(pub Vec<ListRun<T>>);

/// A run of a [`ListDelta`].
///
/// Elements that moved are lifted out of their old places into slots, and put down from these at
/// their new places, before which they may come. As few are said to have moved as can be. At one
/// place, what comes in is said before what goes.
pub enum ListRun<T: CrdtNode> {
    /// So many elements are as they were.
    Retain(usize),
    /// An element stays where it was, and something in it changed.
    Edit(T::Delta),
    /// Elements with these values come in.
    Insert(Vec<T::Value>),
    /// So many elements go.
    Delete(usize),
    /// An element is lifted into a slot.
    Lift {
        /// The number of the slot. Slots are numbered from 0 on, in the order of the old places.
        slot: usize,
    },
    /// The element in a slot is put down.
    Put {
        /// The number of the slot.
        slot: usize,
        /// What changed in the element, if anything did.
        delta: Option<T::Delta>,
    },
}

/// The delta of elements with their ids, in order; given what a state reads as, and the delta of
/// two. O(n log n), beside these.
pub(in crate::node) fn list_delta<S: Copy, T: CrdtNode>(
    before: &[(Id, S)],
    after: &[(Id, S)],
    value: impl Fn(S) -> T::Value,
    delta: impl Fn(S, S) -> Option<T::Delta>,
) -> Option<ListDelta<T>> {
    let places: SortedMap<Id, usize> = (0..).zip(before).map(|(at, (id, _))| (*id, at)).collect();
    let found: Vec<Option<usize>> = after.iter().map(|(id, _)| places.get(id).copied()).collect();
    let common: Vec<usize> = found.iter().copied().flatten().collect();
    let fates = Fates::new(&common, before.len());
    let (mut runs, mut at) = (Runs::default(), 0);
    for ((_, new), place) in after.iter().zip(found) {
        let Some(place) = place else {
            runs.insert(value(*new));
            continue;
        };
        let delta = delta(before[place].1, *new);
        if let Fate::Moves { slot } = fates.0[place] {
            runs.0.push(ListRun::Put { slot, delta });
            continue;
        }
        runs.leave(&fates.0[at..place]);
        at = place + 1;
        match delta {
            Some(delta) => runs.0.push(ListRun::Edit(delta)),
            None => runs.retain(),
        }
    }
    runs.leave(&fates.0[at..]);
    runs.finish()
}

/// The delta of a list of which it is known what has changed. O(log n) for each change and each
/// element in which something changed, beside what these cost.
pub(in crate::node) fn touched_list<T: CrdtNode>(
    touched: &Touched<'_>,
    after: &ListState<T::State>,
    chains: &Chains,
) -> Option<ListDelta<T>> {
    let elements = after.sequence(chains);
    let (parts, before) = touched.items().parts(elements.len());
    let within = touched.elements();
    let mut edited: Vec<(usize, &Touched<'_>)> =
        within.filter_map(|(id, touched)| Some((elements.position(id)?, touched))).collect();
    order::sort_by_key(&mut edited, |(at, _)| *at);
    let moved = Moved::of(&parts);
    let mut edited = edited.into_iter().peekable();
    let (mut runs, mut place, mut at) = (Runs::default(), 0, 0);
    for (number, part) in parts.into_iter().enumerate() {
        let end = at + part.count();
        let delta = |at: usize, touched: &Touched<'_>| {
            T::delta(Before::Touched(touched), elements.item_at(at)?, chains)
        };
        match part {
            Part::New(_) => {
                let values = (at..end).filter_map(|at| elements.item_at(at));
                values.for_each(|item| runs.insert(T::value(item, chains)));
                while edited.next_if(|(at, _)| *at < end).is_some() {}
            }
            Part::Old { start, count } => {
                if let Some(first) = moved.slot(number) {
                    for (slot, at) in (first..).zip(at..end) {
                        let within = edited.next_if(|(other, _)| *other == at);
                        let delta = within.and_then(|(at, touched)| delta(at, touched));
                        runs.0.push(ListRun::Put { slot, delta });
                    }
                } else {
                    moved.leave(place..start, &mut runs);
                    let mut from = at;
                    while let Some((at, touched)) = edited.next_if(|(at, _)| *at < end) {
                        if let Some(delta) = delta(at, touched) {
                            runs.retain_many(at - from);
                            runs.0.push(ListRun::Edit(delta));
                            from = at + 1;
                        }
                    }
                    runs.retain_many(end - from);
                    place = start + count;
                }
            }
        }
        at = end;
    }
    moved.leave(place..before, &mut runs);
    runs.finish()
}

/// Which of some parts have moved: so many that as few elements as possible have.
struct Moved {
    /// Of each part the slot of its first element, if it has moved.
    slots: Vec<Option<usize>>,
    /// The old places of what has moved, with the first slot, ascending.
    lifted: SortedMap<usize, (usize, usize)>,
}

impl Moved {
    fn of(parts: &[Part]) -> Self {
        let old = parts.iter().enumerate().filter_map(|(number, part)| match *part {
            Part::Old { start, count } => Some((number, start, count)),
            Part::New(_) => None,
        });
        let old: Vec<_> = old.collect();
        let weights = old.iter().map(|(_, start, count)| (*start, *count));
        let stays = heaviest_rising(weights);
        let moved = old.iter().zip(stays).filter(|(_, stays)| !stays).map(|(part, _)| *part);
        let mut moved: Vec<_> = moved.collect();
        order::sort_by_key(&mut moved, |(_, start, _)| *start);
        let (mut slots, mut lifted, mut next) = (vec![None; parts.len()], SortedMap::new(), 0);
        for (number, start, count) in moved {
            slots[number] = Some(next);
            lifted.insert(start, (count, next));
            next += count;
        }
        Self { slots, lifted }
    }

    fn slot(&self, part: usize) -> Option<usize> {
        self.slots[part]
    }

    /// What does not stay of some old places: it is lifted or goes.
    fn leave<T: CrdtNode>(&self, places: Range<usize>, runs: &mut Runs<T>) {
        let mut place = places.start;
        for (start, (count, slot)) in self.lifted.range(places.clone()) {
            runs.delete(start - place);
            runs.0.extend((*slot..slot + count).map(|slot| ListRun::Lift { slot }));
            place = start + count;
        }
        runs.delete(places.end - place);
    }
}

/// What becomes of an element that was there before.
#[derive(Clone, Copy)]
enum Fate {
    Stays,
    Moves { slot: usize },
    Goes,
}

/// What becomes of each.
struct Fates(Vec<Fate>);

impl Fates {
    /// Given the old places of those that are still there, in their new order.
    fn new(common: &[usize], count: usize) -> Self {
        let mut fates = vec![Fate::Goes; count];
        let stays = heaviest_rising(common.iter().map(|place| (*place, 1)));
        let mut moved = Vec::new();
        for (place, stays) in common.iter().zip(stays) {
            fates[*place] = Fate::Stays;
            if !stays {
                moved.push(*place);
            }
        }
        order::sort(&mut moved);
        for (slot, place) in moved.into_iter().enumerate() {
            fates[place] = Fate::Moves { slot };
        }
        Self(fates)
    }
}

/// Runs that are being made.
struct Runs<T: CrdtNode>(Vec<ListRun<T>>);

impl<T: CrdtNode> Default for Runs<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: CrdtNode> Runs<T> {
    fn retain(&mut self) {
        self.retain_many(1);
    }

    fn retain_many(&mut self, more: usize) {
        match self.0.last_mut() {
            _ if more == 0 => {}
            Some(ListRun::Retain(count)) => *count += more,
            _ => self.0.push(ListRun::Retain(more)),
        }
    }

    fn delete(&mut self, more: usize) {
        match self.0.last_mut() {
            _ if more == 0 => {}
            Some(ListRun::Delete(count)) => *count += more,
            _ => self.0.push(ListRun::Delete(more)),
        }
    }

    fn insert(&mut self, value: T::Value) {
        match self.0.last_mut() {
            Some(ListRun::Insert(values)) => values.push(value),
            _ => self.0.push(ListRun::Insert(vec![value])),
        }
    }

    /// Elements that do not stay, up to one that does.
    fn leave(&mut self, fates: &[Fate]) {
        for fate in fates {
            match fate {
                Fate::Moves { slot } => self.0.push(ListRun::Lift { slot: *slot }),
                Fate::Goes | Fate::Stays => self.delete(1),
            }
        }
    }

    fn finish(mut self) -> Option<ListDelta<T>> {
        self.0.pop_if(|last| matches!(last, ListRun::Retain(_)));
        (!self.0.is_empty()).then_some(ListDelta(self.0))
    }
}

impl<T: CrdtNode> ListDelta<T> {
    /// Makes the list before the list after. Where elements are only edited that costs the edits
    /// and the runs, otherwise time in the length of the list too.
    ///
    /// # Errors
    /// [`DeltaError`] if it is another list than the one before. Nothing has been changed if runs
    /// go beyond its end or a slot is not filled and emptied once; if an element is another one
    /// than before, it may have been changed in part, and all else has been done.
    pub fn apply(&self, list: &mut Vec<T::Value>) -> Result<(), DeltaError> {
        self.apply_with(list, |_, value| T::copy_value(value), T::apply_delta)
    }

    /// The same with whatever stands for the elements of the list, such as widgets: `make` makes
    /// one of the plain value that comes in, given its position in the list after, and `edit` does
    /// to one what changed in its element. What stands for an element that moved moves with it.
    ///
    /// ```
    /// # use crdt_core::{Document, Keypair, Seen};
    /// struct Line { number: usize, shown: String }
    ///
    /// # let mut list = Document::<Vec<String>>::create(Keypair::generate()?)?;
    /// let (mut observer, mut lines, mut made) = (list.observe(), Vec::new(), 0);
    /// let mut redraw = |list: &Document<Vec<String>>| match list.look(&mut observer).seen {
    ///     Seen::Delta(delta) => delta.apply_with(
    ///         &mut lines,
    ///         |_at, value| {
    ///             made += 1;
    ///             Line { number: made, shown: value.clone() }
    ///         },
    ///         |line, changed| Ok(line.shown.clone_from(&changed.to)),
    ///     ),
    ///     _ => Ok(()),
    /// };
    /// list.change(|list| list.extend(["milk", "bread"].map(String::from)).map(drop))?;
    /// redraw(&list)?;
    /// list.change(|list| {
    ///     list.move_to(0, 1)?;
    ///     list.at(0)?.set("rye bread")
    /// })?;
    /// redraw(&list)?;
    /// let shown: Vec<_> = lines.iter().map(|line| (line.number, line.shown.as_str())).collect();
    /// assert_eq!(shown, [(2, "rye bread"), (1, "milk")]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`apply`](Self::apply), and the first of `edit`, after which all else has been done.
    pub fn apply_with<W>(
        &self,
        list: &mut Vec<W>,
        mut make: impl FnMut(usize, &T::Value) -> W,
        mut edit: impl FnMut(&mut W, &T::Delta) -> Result<(), DeltaError>,
    ) -> Result<(), DeltaError> {
        let lifted = self.check(list.len())?;
        let keeps_places = |run: &ListRun<T>| matches!(run, ListRun::Retain(_) | ListRun::Edit(_));
        if self.0.iter().all(keeps_places) {
            return self.edit(list, edit);
        }
        let mut old: Vec<Option<W>> = core::mem::take(list).into_iter().map(Some).collect();
        let (mut at, mut met) = (0, Ok(()));
        for run in &self.0 {
            let next = at + run.taken();
            match run {
                ListRun::Retain(_) => {
                    list.extend(old[at..next].iter_mut().filter_map(Option::take));
                }
                ListRun::Edit(delta) => {
                    met = met.and(put_down(list, old[at].take(), Some(delta), &mut edit));
                }
                ListRun::Put { slot, delta } => {
                    let moved = lifted.get(slot).and_then(|at| old[*at].take());
                    met = met.and(put_down(list, moved, delta.as_ref(), &mut edit));
                }
                ListRun::Insert(values) => {
                    for value in values {
                        list.push(make(list.len(), value));
                    }
                }
                ListRun::Delete(_) | ListRun::Lift { .. } => {}
            }
            at = next;
        }
        list.extend(old.drain(at..).flatten());
        met
    }

    /// Edits elements where they are; there are enough.
    fn edit<W>(
        &self,
        list: &mut [W],
        mut edit: impl FnMut(&mut W, &T::Delta) -> Result<(), DeltaError>,
    ) -> Result<(), DeltaError> {
        let (mut at, mut met) = (0, Ok(()));
        for run in &self.0 {
            if let ListRun::Edit(delta) = run {
                met = met.and(edit(&mut list[at], delta));
            }
            at += run.taken();
        }
        met
    }

    /// The old places of the elements in slots, if the runs end within a list of some length and
    /// what is lifted is put down.
    fn check(&self, length: usize) -> Result<SortedMap<usize, usize>, DeltaError> {
        let (mut at, mut lifted, mut put) = (0_usize, SortedMap::new(), SortedSet::new());
        for run in &self.0 {
            let is_new = match run {
                ListRun::Lift { slot } => lifted.insert(*slot, at).is_none(),
                ListRun::Put { slot, .. } => put.insert(*slot),
                _ => true,
            };
            if let (false, ListRun::Lift { slot } | ListRun::Put { slot, .. }) = (is_new, run) {
                return Err(DeltaError::UnpairedSlot(*slot));
            }
            at = at.saturating_add(run.taken());
        }
        if at > length {
            return Err(DeltaError::BeyondEnd(length));
        }
        let unpaired = |slot: &usize| lifted.contains_key(slot) != put.contains(slot);
        match lifted.keys().chain(&put).find(|slot| unpaired(slot)) {
            Some(slot) => Err(DeltaError::UnpairedSlot(*slot)),
            None => Ok(lifted),
        }
    }
}

/// Appends an element that stays or has moved, with what changed in it.
fn put_down<W, D>(
    list: &mut Vec<W>,
    element: Option<W>,
    delta: Option<&D>,
    edit: impl FnOnce(&mut W, &D) -> Result<(), DeltaError>,
) -> Result<(), DeltaError> {
    let Some(mut element) = element else { return Ok(()) };
    let applied = delta.map_or(Ok(()), |delta| edit(&mut element, delta));
    list.push(element);
    applied
}

impl<T: CrdtNode> ListRun<T> {
    /// How many elements of the list before it is about.
    fn taken(&self) -> usize {
        match self {
            Self::Retain(count) | Self::Delete(count) => *count,
            Self::Edit(_) | Self::Lift { .. } => 1,
            Self::Insert(_) | Self::Put { .. } => 0,
        }
    }
}

impl<T: CrdtNode> Clone for ListDelta<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: CrdtNode> PartialEq for ListDelta<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<T: CrdtNode> fmt::Debug for ListDelta<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

/// As a sequence of runs.
impl<T: CrdtNode> Serialize for ListDelta<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(&self.0)
    }
}

impl<T: CrdtNode> Clone for ListRun<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Retain(count) => Self::Retain(*count),
            Self::Edit(delta) => Self::Edit(delta.clone()),
            Self::Insert(values) => Self::Insert(copies::<T>(values)),
            Self::Delete(count) => Self::Delete(*count),
            Self::Lift { slot } => Self::Lift { slot: *slot },
            Self::Put { slot, delta } => Self::Put { slot: *slot, delta: delta.clone() },
        }
    }
}

impl<T: CrdtNode> PartialEq for ListRun<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Retain(a), Self::Retain(b))
            | (Self::Delete(a), Self::Delete(b))
            | (Self::Lift { slot: a }, Self::Lift { slot: b }) => a == b,
            (Self::Edit(a), Self::Edit(b)) => a == b,
            (Self::Insert(a), Self::Insert(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same::<T>(a, b))
            }
            (Self::Put { slot: a, delta: in_a }, Self::Put { slot: b, delta: in_b }) => {
                (a, in_a) == (b, in_b)
            }
            _ => false,
        }
    }
}

impl<T: CrdtNode> fmt::Debug for ListRun<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Retain(count) => f.debug_tuple("Retain").field(count).finish(),
            Self::Edit(delta) => f.debug_tuple("Edit").field(delta).finish(),
            Self::Insert(values) => f.debug_tuple("Insert").field(&ValuesOf::<T>(values)).finish(),
            Self::Delete(count) => f.debug_tuple("Delete").field(count).finish(),
            Self::Lift { slot } => f.debug_struct("Lift").field("slot", slot).finish(),
            Self::Put { slot, delta } => {
                f.debug_struct("Put").field("slot", slot).field("delta", delta).finish()
            }
        }
    }
}

/// As `{"retain": n}`, `{"edit": ..}`, `{"insert": [..]}`, `{"delete": n}`, `{"lift": slot}`, or
/// `{"put": slot}` with `"edit": ..` beside it if something in the element changed.
impl<T: CrdtNode> Serialize for ListRun<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let edit = match self {
            Self::Put { delta, .. } => delta.as_ref(),
            _ => None,
        };
        let mut run = serializer.serialize_map(Some(1 + usize::from(edit.is_some())))?;
        match self {
            Self::Retain(count) => run.serialize_entry("retain", count)?,
            Self::Edit(delta) => run.serialize_entry("edit", delta)?,
            Self::Insert(values) => run.serialize_entry("insert", &ValuesOf::<T>(values))?,
            Self::Delete(count) => run.serialize_entry("delete", count)?,
            Self::Lift { slot } => run.serialize_entry("lift", slot)?,
            Self::Put { slot, .. } => run.serialize_entry("put", slot)?,
        }
        if let Some(delta) = edit {
            run.serialize_entry("edit", delta)?;
        }
        run.end()
    }
}
