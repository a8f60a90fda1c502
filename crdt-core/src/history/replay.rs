//! Reading the ops of admitted changes with their names resolved, for building state.

use super::chains::{Chains, ChangeIndex};
use super::error::Refusal;
use super::store::History;
use super::table::Table;
use crate::op::{Action, Body, Id, Name, Path, Place, Segment, Side};

/// An op that has been admitted, with its own id and time and with ids for names.
#[derive(Debug)]
pub struct Incoming<'a> {
    /// The id of the op; of an insert, of its first element.
    pub(crate) id: Id,
    /// The time of its change; of text that is typed on over several changes, of the first.
    pub(crate) time: u32,
    /// What it does.
    pub(crate) action: Action<'a, Id>,
}

impl History {
    /// Calls `sink` with every op of the changes from `start` on, in order of admission. The counters
    /// of a delete are of the chain that runs down to the segment it names. Text that is typed on over
    /// several changes comes as one insert.
    pub(crate) fn replay(
        &self,
        start: ChangeIndex,
        mut sink: impl FnMut(&[Segment<'_, Id>], &Incoming<'_>),
    ) {
        let (mut walk, mut typing) = (Walk::default(), Typing::default());
        for (change, streak) in self.chains.streaks_from(start) {
            let time = streak.time_of(change);
            walk.enter(&self.chains, streak.segment, self.dependencies(change));
            let first = Id { chain: streak.segment, counter: streak.start_of(change) };
            let replayed = walk.ops(&self.chains, first, self.body(change), |path, id, action| {
                typing.pass(path, &Incoming { id, time, action }, &mut sink);
            });
            if let Err(refusal) = replayed {
                // What was admitted has been checked; a saved file is trusted.
                debug_assert!(change < self.archive.len(), "an admitted change: {refusal}");
                tracing::error!(%refusal, change, "the changes of a saved file are not valid");
            }
        }
        typing.end(&mut sink);
    }
}

/// Inserts into a text that go on with each other, however many changes they come in. Most changes are
/// one keystroke, and what is placed at once is placed where it would come to one by one.
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
        op: &Incoming<'_>,
        sink: &mut impl FnMut(&[Segment<'_, Id>], &Incoming<'_>),
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
        let steps = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        self.last = Some(op.id.plus(steps - 1));
    }

    fn goes_on(&self, path: &[Segment<'a, Id>], id: Id, place: Place<Id>) -> bool {
        self.last.is_some_and(|last| {
            place == Place::Child(last, Side::Right) && id == last.plus(1) && path == self.path
        })
    }

    /// Hands on what was kept back.
    fn end(&mut self, sink: &mut impl FnMut(&[Segment<'_, Id>], &Incoming<'_>)) {
        if let Some((id, time, place)) = self.first.take() {
            let action = Action::InsertText { place, text: &self.text };
            sink(&self.path, &Incoming { id, time, action });
        }
        self.text.clear();
        self.last = None;
    }
}

/// Goes over the ops of changes, one change after the other, and resolves their names. Most ops go where
/// the one before went, so its path is kept.
pub(super) struct Walk<'a> {
    table: Table,
    body: Body<'a>,
    /// The path of the last op, and that with its names resolved.
    path: Path<'a>,
    segments: Vec<Segment<'a, Id>>,
    /// Whether there are elements in it. Their names mean something else in another change.
    has_elements: bool,
}

impl Default for Walk<'_> {
    fn default() -> Self {
        let (table, body) = (Table::default(), Body::new(&[], 0));
        Self { table, body, path: Path::ROOT, segments: Vec::new(), has_elements: false }
    }
}

impl<'a> Walk<'a> {
    /// Comes to a change that has been appended to a segment.
    pub(super) fn enter(&mut self, chains: &Chains, segment: u32, dependencies: &[ChangeIndex]) {
        self.table.enter(chains, segment, dependencies);
        if self.has_elements {
            self.turn_back();
        }
    }

    /// Calls `sink` with every op of the change, given the name of its first one and its body. Refuses
    /// what is not canonical, and names that do not resolve through the lowest entry that has them.
    pub(super) fn ops(
        &mut self,
        chains: &Chains,
        first: Id,
        body: &'a [u8],
        mut sink: impl FnMut(&[Segment<'a, Id>], Id, Action<'a, Id>),
    ) -> Result<(), Refusal> {
        let Id { chain, counter } = first;
        self.body.enter(body, counter);
        while let Some((counter, op)) = self.body.next_op()? {
            self.lead(op.path, chains, counter)?;
            let resolver = Resolver { chains, table: &self.table, counter };
            sink(&self.segments, Id { chain, counter }, resolver.action(op.action)?);
        }
        Ok(())
    }

    /// Goes back to the root.
    fn turn_back(&mut self) {
        self.path = Path::ROOT;
        self.segments.clear();
        self.has_elements = false;
    }

    /// Resolves a path.
    fn lead(&mut self, path: Path<'a>, chains: &Chains, counter: u32) -> Result<(), Refusal> {
        if self.path == path {
            return Ok(());
        }
        self.turn_back();
        let resolver = Resolver { chains, table: &self.table, counter };
        for segment in path.segments() {
            self.segments.push(match segment {
                Segment::Field(name) => Segment::Field(name),
                Segment::Variant(name) => Segment::Variant(name),
                Segment::Key(key) => Segment::Key(key),
                Segment::Element(name) => {
                    self.has_elements = true;
                    Segment::Element(resolver.id(name)?)
                }
            });
        }
        self.path = path;
        Ok(())
    }
}

struct Resolver<'a> {
    chains: &'a Chains,
    table: &'a Table,
    counter: u32,
}

impl Resolver<'_> {
    fn id(&self, name: Name) -> Result<Id, Refusal> {
        self.table.resolve(self.chains, name, self.counter)
    }

    fn ids(&self, names: Vec<Name>) -> Result<Vec<Id>, Refusal> {
        names.into_iter().map(|name| self.id(name)).collect()
    }

    fn place(&self, place: Place<Name>) -> Result<Place<Id>, Refusal> {
        Ok(match place {
            Place::Root => Place::Root,
            Place::Child(parent, side) => Place::Child(self.id(parent)?, side),
        })
    }

    fn action<'a>(&self, action: Action<'a, Name>) -> Result<Action<'a, Id>, Refusal> {
        Ok(match action {
            Action::Set { replaces, payload } => {
                Action::Set { replaces: self.ids(replaces)?, payload }
            }
            Action::Unset { replaces } => Action::Unset { replaces: self.ids(replaces)? },
            Action::Add { delta } => Action::Add { delta },
            Action::Reset { annuls } => Action::Reset { annuls: self.ids(annuls)? },
            Action::Insert { place, seeds } => Action::Insert { place: self.place(place)?, seeds },
            Action::InsertText { place, text } => {
                Action::InsertText { place: self.place(place)?, text }
            }
            Action::Delete { first, count } => {
                let chain = self.table.resolve_range(first, count, self.counter)?;
                Action::Delete { first: Id { chain, counter: first.counter }, count }
            }
            Action::Put { replaces } => Action::Put { replaces: self.ids(replaces)? },
            Action::Remove { replaces } => Action::Remove { replaces: self.ids(replaces)? },
            Action::Unknown { kind, body } => Action::Unknown { kind, body },
        })
    }
}
