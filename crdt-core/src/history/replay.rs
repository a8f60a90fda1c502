//! Reading the ops of admitted changes with their names resolved, for building state.

use super::chains::ChangeIndex;
use super::error::Refusal;
use super::store::History;
use super::table::Table;
use crate::op::{Action, Body, Id, Name, Path, Place, RawOp, Segment};

/// An op that has been admitted, with its own id and time and with ids for names.
#[derive(Debug)]
pub struct Incoming<'a> {
    /// The id of the op; of an insert, of its first element.
    pub(crate) id: Id,
    /// The time of its change.
    pub(crate) time: u32,
    /// What it does.
    pub(crate) action: Action<'a, Id>,
}

impl History {
    /// Calls `sink` with every op of the changes from `start` on, in order of admission. The counters
    /// of a delete are of the chain that runs down to the segment it names.
    pub(crate) fn replay(
        &self,
        start: ChangeIndex,
        mut sink: impl FnMut(&[Segment<'_, Id>], &Incoming<'_>),
    ) {
        let mut way = Way::default();
        for change in start..self.chains.len() {
            if let Err(refusal) = self.replay_change(change, &mut way, &mut sink) {
                // What was admitted has been checked; a saved file is trusted.
                debug_assert!(change < self.archive.len(), "an admitted change: {refusal}");
                tracing::error!(%refusal, change, "the changes of a saved file are not valid");
            }
        }
    }

    fn replay_change<'a>(
        &'a self,
        change: ChangeIndex,
        way: &mut Way<'a>,
        sink: &mut impl FnMut(&[Segment<'_, Id>], &Incoming<'_>),
    ) -> Result<(), Refusal> {
        let table = self.table(change);
        let (chain, time) = (self.chains.segment_of(change), self.chains.time_of(change));
        let mut body = Body::new(self.body(change), self.chains.start_of(change));
        way.leave();
        while let Some((counter, op)) = body.next_op()? {
            let resolver = Resolver { history: self, table: &table, counter };
            let path = way.lead(op.path, &resolver)?;
            let id = Id { chain, counter };
            resolver.actions(op, |action| sink(path, &Incoming { id, time, action }))?;
        }
        Ok(())
    }
}

/// The path of the last op with its names resolved. Most ops go where the one before went.
#[derive(Default)]
struct Way<'a> {
    path: Option<Path<'a>>,
    segments: Vec<Segment<'a, Id>>,
    /// Whether there are elements in it. Their names mean something else in another change.
    has_elements: bool,
}

impl<'a> Way<'a> {
    /// Forgets names of a change whose ops are done.
    fn leave(&mut self) {
        if self.has_elements {
            self.path = None;
        }
    }

    /// Resolves a path.
    fn lead(
        &mut self,
        path: Path<'a>,
        resolver: &Resolver<'_>,
    ) -> Result<&[Segment<'a, Id>], Refusal> {
        if self.path == Some(path) {
            return Ok(&self.segments);
        }
        self.path = None;
        self.segments.clear();
        self.has_elements = false;
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
        self.path = Some(path);
        Ok(&self.segments)
    }
}

struct Resolver<'a> {
    history: &'a History,
    table: &'a Table,
    counter: u32,
}

impl Resolver<'_> {
    fn id(&self, name: Name) -> Result<Id, Refusal> {
        self.table.resolve(&self.history.chains, name, self.counter)
    }

    fn ids(&self, names: &[Name]) -> Result<Vec<Id>, Refusal> {
        names.iter().map(|name| self.id(*name)).collect()
    }

    fn place(&self, place: Place<Name>) -> Result<Place<Id>, Refusal> {
        Ok(match place {
            Place::Root => Place::Root,
            Place::Child(parent, side) => Place::Child(self.id(parent)?, side),
        })
    }

    fn actions<'a>(
        &self,
        op: &RawOp<'a>,
        mut sink: impl FnMut(Action<'a, Id>),
    ) -> Result<(), Refusal> {
        sink(match &op.action {
            Action::Set { replaces, payload } => {
                Action::Set { replaces: self.ids(replaces)?, payload }
            }
            Action::Unset { replaces } => Action::Unset { replaces: self.ids(replaces)? },
            Action::Add { delta } => Action::Add { delta: *delta },
            Action::Reset { annuls } => Action::Reset { annuls: self.ids(annuls)? },
            Action::Insert { place, seeds } => {
                Action::Insert { place: self.place(*place)?, seeds: *seeds }
            }
            Action::InsertText { place, text } => {
                Action::InsertText { place: self.place(*place)?, text }
            }
            Action::Delete { first, count } => {
                let chain = self.table.resolve_range(*first, *count, self.counter)?;
                Action::Delete { first: Id { chain, counter: first.counter }, count: *count }
            }
            Action::Put { replaces } => Action::Put { replaces: self.ids(replaces)? },
            Action::Remove { replaces } => Action::Remove { replaces: self.ids(replaces)? },
            Action::Unknown { kind, body } => Action::Unknown { kind: *kind, body },
        });
        Ok(())
    }
}
