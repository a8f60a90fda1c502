//! What editors wrote, before it is a change.

use core::fmt;
use core::ops::Range;
use std::borrow::Cow;

use crate::codec::{Reader, split_text};
use crate::crypto::Author;
use crate::history::format::numbers::{BranchIndex, ChangeIndex, Number as _};
use crate::history::format::tags::Tags;
use crate::op::limits::MAX_DEPENDENCIES;
use crate::op::{Action, Id, IdRange, Key, KeyBytes, Place, Seeds, Segment, Standing};

/// A change that is being written.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) author: Author,
    /// The change that it follows on its author's chain.
    pub(crate) prev: Option<ChangeIndex>,
    /// The counter that its editors took its first op to have.
    pub(crate) start: u32,
    /// How much higher it comes to be, since other changes have to be written before.
    pub(crate) shift: u32,
    /// Changes that it is to depend on besides the heads.
    pub(crate) after: Vec<ChangeIndex>,
    pub(crate) tags: Tags,
    pub(crate) written: Written,
}

/// What editors wrote. Its space is used again for one change after the other, since most are small
/// and would spend more on memory than on anything else.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) paths: Vec<LocalPath>,
    pub(crate) ops: Vec<LocalOp>,
    /// What the ops insert into texts; they name ranges of it.
    pub(crate) text: String,
    /// Space for the ops in canonical bytes, and for a path.
    pub(crate) body: Vec<u8>,
    pub(crate) path: Vec<u8>,
}

/// A path of a draft: a longer one by one segment than another, or than the root's empty path.
#[derive(Debug)]
pub(crate) struct LocalPath {
    pub(crate) parent: Option<u32>,
    /// The number of segments.
    pub(crate) depth: u32,
    pub(crate) segment: LocalSegment,
}

/// A path segment that owns its text, or has it from the program.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum LocalSegment {
    Field(Cow<'static, str>),
    Variant(Cow<'static, str>),
    TextKey(Box<str>),
    IntegerKey(i128),
    BoolKey(bool),
    BytesKey(Box<[u8]>),
    Element(Id),
}

/// An op of a draft; its counter follows from its place.
#[derive(Debug)]
pub(crate) struct LocalOp {
    pub(crate) path: Option<u32>,
    pub(crate) counters: u32,
    pub(crate) action: LocalAction,
}

/// An action that owns its data and names ids.
#[derive(Debug)]
pub(crate) enum LocalAction {
    Set { replaces: Vec<Id>, of: Option<Id>, payload: Vec<u8> },
    Unset { replaces: Vec<Id> },
    Add { delta: i64 },
    Reset { annuls: Vec<Id> },
    Insert { place: Place<Id>, seeds: Vec<u8> },
    InsertText { place: Place<Id>, text: Range<usize> },
    Delete { range: IdRange },
    Put { replaces: Vec<Id> },
    Remove { replaces: Vec<Id> },
    Move { place: Place<Id>, elements: Vec<Id> },
    Annul { standing: Standing, names: Vec<Id> },
}

impl Written {
    /// The most ops for which space is kept, and the most bytes.
    const KEPT: (usize, usize) = (16, 4096);

    /// Leaves the space of what was written, for the next change.
    pub(crate) fn empty(&mut self) {
        let (ops, bytes) = Self::KEPT;
        self.paths.clear();
        self.ops.clear();
        self.text.clear();
        self.body.clear();
        self.paths.shrink_to(ops);
        self.ops.shrink_to(ops);
        self.text.shrink_to(bytes);
        self.body.shrink_to(bytes);
    }
}

/// Its name or key; `*` stands for an element.
impl fmt::Display for LocalSegment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) | Self::Variant(name) => f.write_str(name),
            Self::TextKey(text) => f.write_str(text),
            Self::IntegerKey(integer) => integer.fmt(f),
            Self::BoolKey(bool) => bool.fmt(f),
            Self::BytesKey(bytes) => KeyBytes::from(&**bytes).fmt(f),
            Self::Element(_) => f.write_str("*"),
        }
    }
}

impl LocalSegment {
    /// The segment as it leads to a node of this replica.
    pub(crate) fn as_segment(&self) -> Segment<'_, Id> {
        match self {
            Self::Field(name) => Segment::Field(name),
            Self::Variant(name) => Segment::Variant(name),
            Self::TextKey(text) => Segment::Key(Key::Text(text)),
            Self::IntegerKey(integer) => Segment::Key(Key::Integer(*integer)),
            Self::BoolKey(bool) => Segment::Key(Key::Bool(*bool)),
            Self::BytesKey(bytes) => Segment::Key(Key::Bytes((&**bytes).into())),
            Self::Element(id) => Segment::Element(*id),
        }
    }

    /// The segment of a path of this replica.
    pub(crate) fn of(segment: &Segment<'_, Id>) -> Self {
        match *segment {
            Segment::Field(name) => Self::Field(Cow::Owned(name.to_owned())),
            Segment::Variant(name) => Self::Variant(Cow::Owned(name.to_owned())),
            Segment::Key(key) => Self::key(key),
            Segment::Element(id) => Self::Element(id),
        }
    }

    pub(crate) fn key(key: Key<'_>) -> Self {
        match key {
            Key::Text(text) => Self::TextKey(text.into()),
            Key::Integer(integer) => Self::IntegerKey(integer),
            Key::Bool(bool) => Self::BoolKey(bool),
            Key::Bytes(bytes) => Self::BytesKey((*bytes).into()),
        }
    }
}

impl Draft {
    /// A change without ops.
    pub(crate) fn blank(author: Author, prev: Option<ChangeIndex>, start: u32) -> Self {
        Self {
            author,
            prev,
            start,
            shift: 0,
            after: Vec::new(),
            tags: Tags::default(),
            written: Written::default(),
        }
    }

    /// The counters that its editors took its ops to have.
    pub(crate) fn assumed(&self) -> Range<u32> {
        let counters: u32 = self.written.ops.iter().map(|op| op.counters).sum();
        self.start..self.start + counters
    }

    /// Takes from every op that replaces more than a quarter of what fits a table what is beyond,
    /// as ops of changes to be written before.
    pub(crate) fn split_replacing(&mut self, own: BranchIndex) -> Vec<LocalOp> {
        let mut steps = Vec::new();
        for LocalOp { path, action, .. } in &mut self.written.ops {
            while let Some(some) = action.split_replaced(own) {
                let action = action.taking_back(some);
                steps.push(LocalOp { path: *path, counters: 1, action });
            }
        }
        steps
    }
}

impl LocalOp {
    /// The op as two, if it inserts or moves several elements or annuls several ops; it comes back
    /// if it does not. Its first element or place is `first`, and the second op goes on behind the
    /// first one. The second half of an annul takes a counter of its own.
    pub(crate) fn halved(self, first: Id, texts: &str) -> Result<(Self, Self), Self> {
        let Self { path, counters, action } = self;
        if let LocalAction::Annul { standing, mut names } = action {
            let rest = names.split_off(names.len() / 2);
            let action = LocalAction::Annul { standing, names: rest };
            let rest = Self { path, counters, action };
            if names.is_empty() {
                return Err(rest);
            }
            let action = LocalAction::Annul { standing, names };
            return Ok((Self { path, counters, action }, rest));
        }
        let half = counters / 2;
        let Some(length) = action.length_of(half, texts).filter(|_| half > 0) else {
            return Err(Self { path, counters, action });
        };
        let place_after = Place::<Id>::going_on(first.plus(half));
        let (action, rest) = match action {
            LocalAction::Insert { place, mut seeds } => {
                let rest = seeds.split_off(length);
                let rest = LocalAction::Insert { place: place_after, seeds: rest };
                (LocalAction::Insert { place, seeds }, rest)
            }
            LocalAction::InsertText { place, text } => {
                let middle = text.start + length;
                let rest = LocalAction::InsertText { place: place_after, text: middle..text.end };
                (LocalAction::InsertText { place, text: text.start..middle }, rest)
            }
            LocalAction::Move { place, mut elements } => {
                let rest = elements.split_off(length);
                let rest = LocalAction::Move { place: place_after, elements: rest };
                (LocalAction::Move { place, elements }, rest)
            }
            action => return Err(Self { path, counters, action }),
        };
        let rest = Self { path, counters: counters - half, action: rest };
        Ok((Self { path, counters: half, action }, rest))
    }
}

/// How many bytes so many seeds take, if there are as many.
fn seeds_length(seeds: &[u8], count: u32) -> Option<usize> {
    let mut reader = Reader::new(seeds);
    (0..count).try_for_each(|_| reader.bytes().ok().map(drop))?;
    Some(seeds.len() - reader.rest().len())
}

impl LocalAction {
    /// How much of its content belongs to the first of the elements that are inserted or moved, if
    /// there are as many.
    fn length_of(&self, elements: u32, texts: &str) -> Option<usize> {
        match self {
            Self::Insert { seeds, .. } => seeds_length(seeds, elements),
            Self::InsertText { text, .. } => {
                split_text(texts.get(text.clone())?, elements).map(|(taken, _)| taken.len())
            }
            Self::Move { elements: moved, .. } => {
                usize::try_from(elements).ok().filter(|count| *count <= moved.len())
            }
            _ => None,
        }
    }

    /// Takes some of what the op replaces out of it if that is more than a quarter of what fits a
    /// table. What is on the branch `own` is replaced without being named.
    fn split_replaced(&mut self, own: BranchIndex) -> Option<Vec<Id>> {
        let (Self::Set { replaces: ids, .. }
        | Self::Unset { replaces: ids }
        | Self::Put { replaces: ids }
        | Self::Remove { replaces: ids }
        | Self::Reset { annuls: ids }) = self
        else {
            return None;
        };
        let most = MAX_DEPENDENCIES / 4;
        if ids.len() > most {
            ids.retain(|id| id.chain != own.get());
        }
        (ids.len() > most).then(|| ids.split_off(ids.len() - most))
    }

    /// The action that only takes back what this one replaces.
    fn taking_back(&self, ids: Vec<Id>) -> Self {
        match self {
            Self::Put { .. } | Self::Remove { .. } => Self::Remove { replaces: ids },
            Self::Reset { .. } => Self::Reset { annuls: ids },
            _ => Self::Unset { replaces: ids },
        }
    }

    /// The action as it comes to a node of this replica, without what it replaces.
    pub(crate) fn as_action<'a>(&'a self, texts: &'a str) -> Action<'a, Id> {
        match self {
            Self::Set { of, payload, .. } => Action::Set { replaces: Vec::new(), of: *of, payload },
            Self::Unset { .. } => Action::Unset { replaces: Vec::new() },
            Self::Add { delta } => Action::Add { delta: *delta },
            Self::Reset { .. } => Action::Reset { annuls: Vec::new() },
            Self::Insert { place, seeds } => {
                Action::Insert { place: *place, seeds: Seeds::from_checked(seeds) }
            }
            Self::InsertText { place, text } => {
                Action::InsertText { place: *place, text: &texts[text.clone()] }
            }
            Self::Delete { range } => Action::Delete {
                first: Id { chain: range.chain, counter: range.start },
                count: range.len(),
            },
            Self::Put { .. } => Action::Put { replaces: Vec::new() },
            Self::Remove { .. } => Action::Remove { replaces: Vec::new() },
            Self::Move { place, elements } => {
                Action::Move { place: *place, elements: elements.as_slice().into() }
            }
            Self::Annul { standing, names } => {
                Action::Annul { standing: *standing, names: names.as_slice().into() }
            }
        }
    }

    pub(crate) fn each_id(&self, note: &mut impl FnMut(Id)) {
        match self {
            Self::Set { replaces, of, .. } => replaces.iter().chain(of).for_each(|id| note(*id)),
            Self::Unset { replaces: ids }
            | Self::Reset { annuls: ids }
            | Self::Put { replaces: ids }
            | Self::Remove { replaces: ids }
            | Self::Annul { names: ids, .. } => ids.iter().for_each(|id| note(*id)),
            Self::Move { place, elements } => {
                if let Place::Child(id, _) = place {
                    note(*id);
                }
                for id in elements {
                    note(*id);
                }
            }
            Self::Insert { place: Place::Child(id, _), .. }
            | Self::InsertText { place: Place::Child(id, _), .. } => note(*id),
            Self::Delete { range } => note(Id { chain: range.chain, counter: range.start }),
            Self::Insert { .. } | Self::InsertText { .. } | Self::Add { .. } => {}
        }
    }
}
