//! Reading the ops of admitted changes, for building state.

use super::format::numbers::{ChangeIndex, Number as _};
use super::store::Store;
use super::store::resolve::Walk;
use super::store::stored::Stored;
use crate::op::{Action, Id, Place, Segment, Side};

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

/// Calls `sink` with every op of the changes from `start` on, in order of admission. The counters
/// of a delete are of the chain that runs down to the branch it names. Text that is typed on over
/// several changes comes as one insert.
pub(crate) fn replay(
    store: &Store,
    start: ChangeIndex,
    mut sink: impl FnMut(&[Segment<'_, Id>], Replayed<'_>),
) {
    let (mut walk, mut typing) = (Walk::default(), Typing::default());
    for stored in store.stored(start..store.chains.len()) {
        let Stored { change, branch, time, start, dependencies, body, .. } = stored;
        let first = Id { chain: branch.get(), counter: start };
        let replayed = walk.change(&store.chains, first, dependencies, body, |path, id, action| {
            typing.pass(path, Replayed { id, time, action }, &mut sink);
        });
        if let Err(refusal) = replayed {
            // What was admitted has been checked; a saved file is trusted.
            debug_assert!(change < store.archive.len(), "an admitted change: {refusal}");
            tracing::error!(%refusal, change, "the changes of a saved file are not valid");
        }
    }
    typing.end(&mut sink);
}

/// Inserts into a text that go on with each other, however many changes they come in. Most changes
/// are one keystroke, and what is placed at once is placed where it would come to one by one.
#[derive(Default)]
struct Typing<'a> {
    path: Vec<Segment<'a, Id>>,
    /// The first insert without its text, if there is one.
    first: Option<(Id, u32, Place<Id>)>,
    text: String,
    /// The last element.
    last: Option<Id>,
}

impl<'a> Typing<'a> {
    /// Keeps back an op if others may go on with it, else hands it on.
    fn pass(
        &mut self,
        path: &[Segment<'a, Id>],
        op: Replayed<'_>,
        sink: &mut impl FnMut(&[Segment<'_, Id>], Replayed<'_>),
    ) {
        let Action::InsertText { place, text } = &op.action else {
            self.end(sink);
            return sink(path, op);
        };
        if !self.goes_on(path, op.id, *place) {
            self.end(sink);
            path.clone_into(&mut self.path);
            self.first = Some((op.id, op.time, *place));
        }
        self.text.push_str(text);
        let steps = u32::try_from(text.chars().count()).ok();
        self.last = steps.map(|steps| op.id.plus(steps - 1));
    }

    fn goes_on(&self, path: &[Segment<'a, Id>], id: Id, place: Place<Id>) -> bool {
        self.last.is_some_and(|last| {
            place == Place::Child(last, Side::Right) && id == last.plus(1) && path == self.path
        })
    }

    /// Hands on what was kept back.
    fn end(&mut self, sink: &mut impl FnMut(&[Segment<'_, Id>], Replayed<'_>)) {
        if let Some((id, time, place)) = self.first.take() {
            let action = Action::InsertText { place, text: &self.text };
            sink(&self.path, Replayed { id, time, action });
        }
        self.text.clear();
        self.last = None;
    }
}
