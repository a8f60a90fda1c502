//! Reading the ops of admitted changes with their names resolved, for building state.

use super::chains::{Chains, ChangeIndex};
use super::error::Refusal;
use super::store::History;
use super::stored::Stored;
use super::table::Table;
use crate::op::{Action, Body, Id, IdRange, Keystroke, Name, Path, Place, Segment};

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

impl History {
    /// Calls `sink` with every op of the changes from `start` on, in order of admission. The counters
    /// of a delete are of the chain that runs down to the segment it names. Text that is typed on over
    /// several changes comes as one insert.
    pub(crate) fn replay(
        &self,
        start: ChangeIndex,
        mut sink: impl FnMut(&[Segment<'_, Id>], Replayed<'_>),
    ) {
        let (mut walk, mut typing) = (Walk::default(), Typing::new(&mut sink));
        for stored in self.stored(start..self.chains.len()) {
            let Stored { change, segment, time, start, dependencies, body, .. } = stored;
            let first = Id { chain: segment, counter: start };
            typing.time = time;
            let replayed = walk.change(&self.chains, first, dependencies, body, &mut typing);
            if let Err(refusal) = replayed {
                // What was admitted has been checked; a saved file is trusted.
                debug_assert!(change < self.archive.len(), "an admitted change: {refusal}");
                tracing::error!(%refusal, change, "the changes of a saved file are not valid");
            }
        }
        typing.end();
    }
}

/// Who is given the ops of changes, one after the other.
pub(super) trait Sink<'a> {
    /// Takes an op with its names resolved.
    fn op(&mut self, path: &[Segment<'a, Id>], id: Id, action: Action<'a, Id>);

    /// Takes an ASCII character that [goes on](crate::op::run) with what its segment inserted last,
    /// or says that it wants the op.
    fn typed_on(&mut self, id: Id, text: &'a str) -> bool;
}

/// Nobody: what is to be checked has been.
impl<'a> Sink<'a> for () {
    fn op(&mut self, _: &[Segment<'a, Id>], _: Id, _: Action<'a, Id>) {}

    fn typed_on(&mut self, _: Id, _: &'a str) -> bool {
        true
    }
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
    /// The last change of some segments.
    typed: [Typed<'a>; TYPED],
}

/// Of so many segments it is known whether the last change was a keystroke.
const TYPED: usize = 4;

/// The last change of a segment, if it was a keystroke.
#[derive(Clone, Copy)]
struct Typed<'a> {
    /// Where the segment goes on.
    end: Id,
    keystroke: Keystroke<'a>,
    /// The path, in which there are no elements.
    path: Path<'a>,
}

impl Default for Typed<'_> {
    fn default() -> Self {
        Self { end: Id::default(), keystroke: Keystroke::default(), path: Path::ROOT }
    }
}

impl Default for Walk<'_> {
    fn default() -> Self {
        Self {
            table: Table::default(),
            body: Body::new(&[], 0),
            path: Path::ROOT,
            segments: Vec::new(),
            has_elements: false,
            typed: [Typed::default(); TYPED],
        }
    }
}

impl<'a> Walk<'a> {
    /// Gives `sink` every op of a change that has been appended, given the id of its first one,
    /// its dependencies and its body. Refuses what is not canonical, and names that do not resolve
    /// through the lowest entry that has them.
    pub(super) fn change(
        &mut self,
        chains: &Chains,
        first: Id,
        dependencies: &[ChangeIndex],
        body: &'a [u8],
        sink: &mut impl Sink<'a>,
    ) -> Result<(), Refusal> {
        let typed = &mut self.typed[first.chain as usize % TYPED];
        if typed.end == first
            && let Some(text) = typed.keystroke.next(body, first.counter)
        {
            typed.end = first.plus(1);
            if !sink.typed_on(first, text) {
                let path = typed.path;
                self.lead(path, chains, first.counter)?;
                let action = Action::InsertText { place: Place::<Id>::going_on(first), text };
                sink.op(&self.segments, first, action);
            }
            return Ok(());
        }
        self.table.enter(chains, first.chain, dependencies);
        self.ops(chains, first, body, sink)
    }

    /// The same for a change whose table has been entered.
    fn ops(
        &mut self,
        chains: &Chains,
        first: Id,
        body: &'a [u8],
        sink: &mut impl Sink<'a>,
    ) -> Result<(), Refusal> {
        let chain = first.chain;
        if self.has_elements {
            self.turn_back();
        }
        self.body.enter(body, first.counter);
        let mut keystroke = Keystroke::default();
        while let Some((counter, op)) = self.body.next_op()? {
            self.lead(op.path, chains, counter)?;
            if counter == first.counter && self.body.is_at_end() && !self.has_elements {
                keystroke = Keystroke::of(body, counter, &op);
            }
            let resolver = Resolver { chains, table: &self.table, counter };
            sink.op(&self.segments, Id { chain, counter }, resolver.action(op.action)?);
        }
        let end = Id { chain, counter: self.body.next_counter() };
        self.typed[chain as usize % TYPED] = Typed { end, keystroke, path: self.path };
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
            let known = resolver.segment(segment).inspect_err(|_| self.segments.clear())?;
            self.has_elements |= matches!(known, Segment::Element(_));
            self.segments.push(known);
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

    fn segment<'a>(&self, segment: Segment<'a, Name>) -> Result<Segment<'a, Id>, Refusal> {
        Ok(match segment {
            Segment::Field(name) => Segment::Field(name),
            Segment::Variant(name) => Segment::Variant(name),
            Segment::Key(key) => Segment::Key(key),
            Segment::Element(name) => Segment::Element(self.id(name)?),
        })
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
