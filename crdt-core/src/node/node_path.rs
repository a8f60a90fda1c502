//! Paths to nodes, as values that stay what they are.

use super::{ElementId, MapKey};
use crate::history::{Chains, LocalSegment, Log};
use crate::op::{Action, Id, IdRange, Key, Segment};

/// Where a node is: fields, variants, keys and elements from the root, under the names that are
/// written in changes (`#[crdt(rename = "..")]`). It stays the same while elements come, go and are
/// moved.
///
/// ```
/// # use crdt_core::{CrdtNode, Document, Keypair, NodePath};
/// #[derive(CrdtNode)]
/// struct Task { title: String }
/// #[derive(CrdtNode)]
/// struct Board { name: String, tasks: Vec<Task> }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut board = Document::<Board>::create(Keypair::generate()?)?;
/// board.change(|board| board.tasks.extend([Task { title: "a".into() }, Task { title: "b".into() }]))?;
/// board.change(|board| board.name.set("Work"))?;
/// board.change(|board| board.tasks.at(1)?.title.set("c"))?;
///
/// let second = board.read().tasks.id_at(1).ok_or("there are two")?;
/// let path = NodePath::root().field("tasks").element(second);
/// // It was inserted, and its title was set.
/// assert_eq!(board.log().touching(&path).count(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NodePath {
    steps: Vec<Step>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
enum Step {
    Named(LocalSegment),
    Element(ElementId),
}

impl NodePath {
    /// The root of the document.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// A field of the struct there.
    #[must_use]
    pub fn field(self, name: &str) -> Self {
        self.step(Step::Named(LocalSegment::Field(name.to_owned().into())))
    }

    /// What a variant of the enum there holds.
    #[must_use]
    pub fn variant(self, name: &str) -> Self {
        self.step(Step::Named(LocalSegment::Variant(name.to_owned().into())))
    }

    /// The entry of a key of the map there, or an element of a set.
    #[must_use]
    pub fn key<K: MapKey>(self, key: &K) -> Self {
        self.raw_key(key.to_key())
    }

    /// What the optional node there holds.
    #[must_use]
    pub fn some(self) -> Self {
        self.raw_key(Key::Bool(true))
    }

    /// An element of the list there.
    #[must_use]
    pub fn element(self, element: ElementId) -> Self {
        self.step(Step::Element(element))
    }

    pub(super) fn raw_key(self, key: Key<'_>) -> Self {
        self.step(Step::Named(LocalSegment::key(key)))
    }

    fn step(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// The path in a replica; `None` if an element is not known there.
    fn resolve(&self, chains: &Chains) -> Option<Vec<LocalSegment>> {
        let resolve = |step: &Step| match step {
            Step::Named(segment) => Some(segment.clone()),
            Step::Element(element) => element.find(chains).map(LocalSegment::Element),
        };
        self.steps.iter().map(resolve).collect()
    }
}

impl Log<'_> {
    /// Those that touched a node: with an op at it or below it, one that inserted, deleted or moved
    /// an element on the way to it, or one that made an entry on the way present or absent, or wrote
    /// over what it lies in. None if an element on the way is not known here.
    ///
    /// Every change that is gone through is looked into, with all its ops.
    pub fn touching(self, path: &NodePath) -> Self {
        let (chains, path) = (self.chains(), path.resolve(self.chains()));
        self.with_op(move |at, id, action| {
            path.as_ref().is_some_and(|path| touches(path, at, id, action, chains))
        })
    }
}

/// Whether an op at a path touches the node at another one.
fn touches(
    path: &[LocalSegment],
    at: &[Segment<'_, Id>],
    id: Id,
    action: &Action<'_, Id>,
    chains: &Chains,
) -> bool {
    let agree = path.iter().zip(at).all(|(step, segment)| step.as_segment() == *segment);
    let writes_over = matches!(
        action,
        Action::Set { .. } | Action::Unset { .. } | Action::Put { .. } | Action::Remove { .. }
    );
    match path.get(at.len()) {
        _ if !agree => false,
        None => true,
        Some(LocalSegment::Element(element)) => writes_over || names(action, id, *element, chains),
        Some(_) => writes_over,
    }
}

/// Whether an op on a list inserts, deletes or moves an element, or may take such an op back.
fn names(action: &Action<'_, Id>, id: Id, element: Id, chains: &Chains) -> bool {
    let is_in = |range: IdRange| {
        range.chain == element.chain && (range.start..range.end).contains(&element.counter)
    };
    match action {
        Action::Insert { seeds, .. } => {
            is_in(IdRange::new(id, u32::try_from(seeds.iter().count()).unwrap_or(u32::MAX)))
        }
        Action::InsertText { text, .. } => {
            is_in(IdRange::new(id, u32::try_from(text.chars().count()).unwrap_or(u32::MAX)))
        }
        Action::Delete { first, count } => {
            let end = first.counter.saturating_add(*count);
            chains.piece_on(first.chain, element.chain, first.counter, end).is_some_and(is_in)
        }
        Action::Move { elements, .. } => elements.contains(&element),
        Action::Annul { .. } => true,
        _ => false,
    }
}
