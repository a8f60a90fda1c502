//! Reading the ops of admitted changes, for building state.

use super::format::numbers::{ChangeIndex, Number as _};
use super::store::Store;
use super::store::resolve::{Sink, Walk};
use super::store::stored::Stored;
use crate::op::{Action, Id, IdRange, Place, Segment};

/// An op that has been admitted, with its own id and time and with ids for names.
#[derive(Debug)]
pub(crate) struct Replayed<'a> {
    /// The id of the op; of an insert, of its first element.
    pub(crate) id: Id,
    /// The time of its change; of text that is typed on over several changes, of the first.
    pub(crate) time: u32,
    /// What it does.
    pub(crate) action: Action<'a, Id>,
}

/// Calls `sink` with every op of some changes, which come in order of admission. The counters of a
/// delete are of the chain that runs down to the branch it names. Text that is typed on over
/// several changes comes as one insert.
pub(crate) fn replay(
    store: &Store,
    changes: impl IntoIterator<Item = ChangeIndex>,
    mut sink: impl FnMut(&[Segment<'_, Id>], Replayed<'_>),
) {
    let (mut walk, mut typing) = (Walk::default(), Typing::new(&mut sink));
    for stored in store.stored(changes) {
        let Stored { change, branch, time, start, dependencies, body, .. } = stored;
        let first = Id { chain: branch.get(), counter: start };
        typing.time = time;
        let replayed = walk.change(&store.chains, first, dependencies, body, &mut typing);
        if let Err(refusal) = replayed {
            // What was admitted has been checked; a saved file is trusted.
            debug_assert!(change < store.archive.len(), "an admitted change: {refusal}");
            tracing::error!(%refusal, change, "the changes of a saved file are not valid");
        }
    }
    typing.end();
}

/// Inserts into a text that [go on](crate::op::run) with each other, however many changes they come
/// in: they are handed on as one.
struct Typing<'a, S> {
    path: Vec<Segment<'a, Id>>,
    /// The elements, and the time and the place of the first one, if there is an insert.
    run: Option<(IdRange, u32, Place<Id>)>,
    text: String,
    /// The time of the change whose ops come.
    time: u32,
    sink: S,
}

impl<'a, S: FnMut(&[Segment<'_, Id>], Replayed<'_>)> Typing<'a, S> {
    fn new(sink: S) -> Self {
        Self { path: Vec::new(), run: None, text: String::new(), time: 0, sink }
    }

    /// Whether an insert at a place goes on with what is kept back.
    fn goes_on(&self, path: &[Segment<'a, Id>], id: Id, place: Place<Id>) -> bool {
        self.run.is_some_and(|(names, ..)| names.next() == id)
            && place == Place::<Id>::going_on(id)
            && path == self.path
    }

    /// Hands on what was kept back.
    fn end(&mut self) {
        if let Some((names, time, place)) = self.run.take() {
            let id = Id { chain: names.chain, counter: names.start };
            let action = Action::InsertText { place, text: &self.text };
            (self.sink)(&self.path, Replayed { id, time, action });
        }
        self.text.clear();
    }
}

impl<'a, S: FnMut(&[Segment<'_, Id>], Replayed<'_>)> Sink<'a> for Typing<'a, S> {
    fn op(&mut self, path: &[Segment<'a, Id>], id: Id, action: Action<'a, Id>) {
        let time = self.time;
        let Action::InsertText { place, text } = action else {
            self.end();
            return (self.sink)(path, Replayed { id, time, action });
        };
        if !self.goes_on(path, id, place) {
            self.end();
            path.clone_into(&mut self.path);
        }
        let count = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        self.text.push_str(text);
        let names = IdRange::new(id, count);
        let (run, ..) = self.run.get_or_insert((IdRange::new(id, 0), time, place));
        let goes_on = run.append(names);
        debug_assert!(goes_on, "what does not was handed on");
    }

    #[inline]
    fn typed_on(&mut self, id: Id, text: &'a str) -> bool {
        // Its node is that of the element before, and so is the run's.
        let goes_on =
            self.run.as_mut().is_some_and(|(names, ..)| names.append(IdRange::new(id, 1)));
        if goes_on {
            self.text.push_str(text);
        }
        goes_on
    }
}
