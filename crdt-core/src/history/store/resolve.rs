//! Going over the ops of changes with their names resolved.

use super::chains::Chains;
use super::refusal::Refusal;
use super::table::Table;
use crate::history::format::numbers::{BranchIndex, ChangeIndex, Number as _};
use crate::op::{Action, Body, Id, Keystroke, Name, Path, Place, Segment};

/// Who is given the ops of changes, one after the other.
pub(crate) trait Sink<'a> {
    /// Takes an op with its names resolved.
    fn op(&mut self, path: &[Segment<'a, Id>], id: Id, action: Action<'a, Id>);

    /// Takes an ASCII character that [goes on](crate::op::run) with what its branch inserted last,
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

/// Goes over the ops of changes, one change after the other, and resolves their names. Most ops go
/// where the one before went, so its path is kept.
pub(crate) struct Walk<'a> {
    table: Table,
    body: Body<'a>,
    /// The path of the last op, and that with its names resolved.
    path: Path<'a>,
    segments: Vec<Segment<'a, Id>>,
    /// Whether there are elements in it. Their names mean something else in another change.
    has_elements: bool,
    /// The last change of some branches.
    typed: [Typed<'a>; TYPED],
}

/// Of so many branches it is known whether the last change was a keystroke.
const TYPED: usize = 4;

/// The last change of a branch, if it was a keystroke.
#[derive(Clone, Copy)]
struct Typed<'a> {
    /// Where the branch goes on.
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
    pub(crate) fn change(
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
        self.table.enter(chains, BranchIndex::new(first.chain), dependencies);
        self.ops(chains, first, body, sink)
    }

    /// Gives `sink` every op of a change whose table has been entered.
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
            Action::Set { replaces, of, payload } => Action::Set {
                replaces: self.ids(replaces)?,
                of: of.map(|of| self.id(of)).transpose()?,
                payload,
            },
            Action::Unset { replaces } => Action::Unset { replaces: self.ids(replaces)? },
            Action::Add { delta } => Action::Add { delta },
            Action::Reset { annuls } => Action::Reset { annuls: self.ids(annuls)? },
            Action::Insert { place, seeds } => Action::Insert { place: self.place(place)?, seeds },
            Action::InsertText { place, text } => {
                Action::InsertText { place: self.place(place)?, text }
            }
            Action::Delete { first, count } => {
                let chain = self.table.resolve_range(first, count, self.counter)?.get();
                Action::Delete { first: Id { chain, counter: first.counter }, count }
            }
            Action::Put { replaces } => Action::Put { replaces: self.ids(replaces)? },
            Action::Remove { replaces } => Action::Remove { replaces: self.ids(replaces)? },
            Action::Move { place, elements } => Action::Move {
                place: self.place(place)?,
                elements: self.ids(elements.into())?.into(),
            },
            Action::Annul { standing, names } => {
                Action::Annul { standing, names: self.ids(names.into())?.into() }
            }
            Action::Unknown { kind, body } => Action::Unknown { kind, body },
        })
    }
}
