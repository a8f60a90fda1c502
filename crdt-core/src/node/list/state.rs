use core::fmt;

use super::elements::Elements;
use crate::codec::DecodeError;
use crate::history::Chains;
use crate::node::edit::{ask, delete_at, uncover};
use crate::node::watch::Effect;
#[cfg(feature = "by-path")]
use crate::node::{AnyNode, AnyNodeMut};
use crate::node::{
    Blanks, DigestWriter, Fit, Incoming, Misfit, NodeState, Scope, Segment, StateReader,
    StateWriter, TakenBack,
};
use crate::op::{Action, Id, IdRange, Place, Seeds, Standing};
use crate::sequence::{Content, Items, Restored, Sequence, Shift, Shifts};

/// The state of a list: the states of its elements in order, deleted ones as places.
pub struct ListState<S> {
    pub(super) elements: Elements<S>,
}

impl<S> Default for ListState<S> {
    fn default() -> Self {
        Self { elements: Elements::default() }
    }
}

impl<S: fmt::Debug> fmt::Debug for ListState<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.elements {
            Elements::Settled(sequence) => f.debug_list().entries(sequence.items()).finish(),
            Elements::Ruled(_) => f.write_str("[..]"),
        }
    }
}

impl<S: NodeState + Default> ListState<S> {
    /// All elements in order, in ranges that may be cut anywhere: their states, unless they were
    /// deleted.
    pub(in crate::node) fn runs(
        &self,
        chains: &Chains,
    ) -> impl Iterator<Item = (IdRange, Option<&[S]>)> {
        self.elements
            .look(chains)
            .contents()
            .map(|(range, items)| (range, items.map(Items::as_slice)))
    }

    /// Whether this is an element of the list, deleted or not.
    pub(in crate::node) fn contains(&mut self, id: Id) -> bool {
        self.elements.as_it_is().contains(id)
    }

    /// The states of the elements in order.
    pub(in crate::node) fn states(&self, chains: &Chains) -> impl Iterator<Item = &S> {
        self.elements.look(chains).items().map(|(_, state)| state)
    }

    fn insert(
        &mut self,
        op: &Incoming<'_>,
        place: Place<Id>,
        seeds: Seeds<'_>,
        chains: &Chains,
    ) -> Fit {
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
        let (count, source) = (states.len(), states.into_iter());
        let elements = self.elements_for(op, chains);
        if elements.integrate(op.id, op.time, place, source, chains).is_err() {
            return Fit::Inert(Misfit::UnknownElement);
        }
        op.note(|| inserted(elements, op.id, count));
        fit
    }

    fn route(&mut self, id: Id, rest: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        if let Some(state) = self.elements.as_it_is().item_mut(id) {
            // What an element refuses needs no keeping: the element is never made anew.
            return state.apply(rest, op, chains).settled();
        }
        let known = self.contains(id);
        Fit::Inert(if known { Misfit::DeletedElement } else { Misfit::UnknownElement })
    }

    /// Makes places for elements, and moves them there if these are their highest.
    fn move_to(
        &mut self,
        op: &Incoming<'_>,
        place: Place<Id>,
        elements: &[Id],
        chains: &Chains,
    ) -> Fit {
        let (sequence, mut shifts) = (self.elements_for(op, chains), op.shifts());
        let moved = sequence.integrate_moves(op.id, op.time, place, elements, chains, &mut shifts);
        op.note_shifts::<Items<S>>(shifts);
        match moved {
            Ok(true) => Fit::Applied,
            Ok(false) | Err(_) => Fit::Inert(Misfit::UnknownElement),
        }
    }

    /// The elements, for an op. Who observes hears at which positions it changes what is visible.
    fn elements_for(&mut self, op: &Incoming<'_>, chains: &Chains) -> &mut Sequence<Items<S>> {
        if op.is_watched() { self.elements.edit(chains) } else { self.elements.as_it_is() }
    }

    fn delete(&mut self, op: &Incoming<'_>, range: IdRange, chains: &Chains) {
        if op.keeps_all {
            self.rule(op, chains, |elements, _| elements.cover(op.id, range, chains));
        } else {
            self.elements.as_it_is().delete_along(range, chains, &mut op.hearing());
        }
    }

    /// Lets an op change what stands. Who observes has it settled at once.
    fn rule(
        &mut self,
        op: &Incoming<'_>,
        chains: &Chains,
        change: impl FnOnce(&mut Sequence<Items<S>>, &mut Shifts),
    ) {
        let mut shifts = op.shifts();
        if op.is_watched() {
            let elements = self.elements.edit(chains);
            change(elements, &mut shifts);
            elements.settle(chains, &mut shifts);
        } else {
            self.elements.rule(|elements| change(elements, &mut shifts));
        }
        op.note_shifts::<Items<S>>(shifts);
    }

    fn annul(
        &mut self,
        op: &Incoming<'_>,
        standing: Standing,
        names: &[Id],
        chains: &Chains,
    ) -> Fit {
        self.rule(op, chains, |elements, shifts| {
            for name in names {
                elements.rule(*name, (op.id, op.time), standing, chains, shifts);
            }
        });
        Fit::Applied
    }

    /// Takes an edit back.
    fn take_back(&mut self, op: &Incoming<'_>, taken_back: &TakenBack<'_>, chains: &Chains) -> Fit {
        let sequence = self.elements.edit(chains);
        match op.action {
            Action::Insert { .. } => sequence.take_out(taken_back.inserted(op.id), chains),
            Action::Move { .. } => sequence.take_back_moves(taken_back.inserted(op.id), chains),
            Action::Delete { .. } if op.keeps_all => uncover(sequence, taken_back, chains),
            Action::Delete { .. } => taken_back.each_items(|names, states: Vec<S>| {
                sequence.restore(names, states.into_iter(), chains);
            }),
            _ => return Fit::wrong_kind(),
        }
        Fit::Applied
    }
}

/// The effect of an insert that has just been carried out.
pub(in crate::node) fn inserted<C: Content>(
    sequence: &Sequence<C>,
    first: Id,
    count: usize,
) -> Effect {
    let at = sequence.position(first).unwrap_or_default();
    Effect::shift::<C>(Shift::inserted(at, count))
}

/// The state of an element that an insert brings: blank, or with a register that was set by the
/// insert.
pub(super) fn seeded<S: NodeState + Default>(
    id: Id,
    time: u32,
    seed: &[u8],
    chains: &Chains,
) -> (S, Fit) {
    let mut state = S::default();
    if seed.is_empty() {
        return (state, Fit::Applied);
    }
    let action = Action::Set { replaces: Vec::new(), of: None, payload: seed };
    let fit = state.apply(&[], &Incoming::new(id, time, action), chains);
    (state, fit)
}

impl<S: NodeState + Default> NodeState for ListState<S> {
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        if let (Some(taken_back), []) = (op.taken_back, path) {
            return self.take_back(op, taken_back, chains);
        }
        if let (Some(question), []) = (op.asked, path) {
            ask(question, op, self.elements.edit(chains));
            return Fit::Applied;
        }
        match (path, &op.action) {
            ([], Action::Insert { place, seeds }) => self.insert(op, *place, *seeds, chains),
            ([], Action::Delete { first, count }) => {
                self.delete(op, IdRange::new(*first, *count), chains);
                Fit::Applied
            }
            ([], Action::Move { place, elements }) => self.move_to(op, *place, elements, chains),
            ([], Action::Annul { standing, names }) => self.annul(op, *standing, names, chains),
            ([Segment::Element(id), rest @ ..], _) => self.route(*id, rest, op, chains),
            _ => Fit::wrong_kind(),
        }
    }

    fn clear(&mut self, mut scope: Scope<'_>) {
        let elements = self.elements.edit(scope.chains());
        let all = 0..elements.len();
        let cleared = delete_at(elements, &mut scope, all);
        debug_assert!(cleared.is_ok(), "the range is the whole list");
    }

    fn is_blank(&self) -> bool {
        self.elements.is_blank()
    }

    fn find_blanks(&self, blanks: &mut Blanks<'_>) -> bool {
        self.states(blanks.chains()).for_each(|state| {
            state.find_blanks(blanks);
        });
        self.is_blank()
    }

    fn digest(&self, digest: &mut DigestWriter<'_>) {
        let elements = self.elements.look(digest.chains());
        digest.runs(elements.runs());
        for place in elements.moved() {
            digest.moved(place);
        }
        for (_, state) in elements.items() {
            state.digest(digest);
            digest.end();
        }
    }

    fn save(&self, writer: &mut StateWriter<'_>) {
        writer.spans(&self.elements.look(writer.chains()).spans());
        self.states(writer.chains()).for_each(|state| state.save(writer));
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), DecodeError> {
        let mut restored = Restored::new();
        for span in reader.spans()? {
            let mut load = |_| {
                let mut state = S::default();
                reader.nested(&mut state).map(|()| state)
            };
            let states = (0..span.visible()).map(&mut load).collect::<Result<Vec<S>, _>>()?;
            restored.push(span, states.into_iter(), reader.chains());
        }
        let sequence = restored.finish(reader.chains());
        self.elements = Elements::Settled(sequence.ok_or(DecodeError::InvalidPlace)?);
        Ok(())
    }

    #[cfg(feature = "by-path")]
    fn any(&self) -> AnyNode<'_> {
        AnyNode::List(self)
    }

    #[cfg(feature = "by-path")]
    fn any_mut(&mut self) -> AnyNodeMut<'_> {
        AnyNodeMut::List(self)
    }
}
