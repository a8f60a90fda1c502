//! Who wrote what after what: chains, counters, times and names, by walking predecessors.

use std::collections::BTreeMap;

use crdt_core::{
    Action, Change, ChangeHash, History, Key, Name, Op, Place, Segment, Side, Standing,
};

/// Names an op or element the way every replica can: by its change and the offset in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct OpId {
    pub(crate) change: ChangeHash,
    pub(crate) offset: u32,
}

/// A segment of a path with the names in it resolved.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Step {
    Field(String),
    Variant(String),
    Text(String),
    Integer(i128),
    Bool(bool),
    Bytes(Vec<u8>),
    Element(OpId),
}

/// An op with the names in it resolved.
#[derive(Clone, Debug)]
pub(crate) struct Deed {
    pub(crate) id: OpId,
    pub(crate) path: Vec<Step>,
    pub(crate) act: Act,
}

#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// What it replaces, the set whose value it brings back, and the value.
    Set(Vec<OpId>, Option<OpId>, Vec<u8>),
    Unset(Vec<OpId>),
    Add(i64),
    Reset(Vec<OpId>),
    /// Where the first element hangs (nothing is the root), and how many there are.
    Insert(Option<(OpId, Side)>, u32),
    InsertText(Option<(OpId, Side)>, String),
    Delete(Vec<OpId>),
    Put(Vec<OpId>),
    Remove(Vec<OpId>),
    /// Where the first place hangs, and the elements.
    Move(Option<(OpId, Side)>, Vec<OpId>),
    /// What is said of ops, and the ops.
    Annul(Standing, Vec<OpId>),
}

/// What causality needs to know of each change.
#[derive(Debug, Default)]
pub(crate) struct Dag {
    changes: BTreeMap<ChangeHash, Known>,
}

#[derive(Debug)]
struct Known {
    /// The author's changes from its first one to this one.
    chain: Vec<ChangeHash>,
    dependencies: Vec<ChangeHash>,
    /// Counters `start..end` are its ops.
    start: u32,
    end: u32,
    time: u32,
}

/// Reads every change of a history. Panics where the history's own numbers are not those computed
/// here.
pub(crate) fn read(history: &History) -> (Dag, Vec<Deed>) {
    let mut dag = Dag::default();
    let mut deeds = Vec::new();
    for change in history.changes() {
        dag.add(&change);
        for (counter, op) in change.ops() {
            dag.resolve(&change, counter, &op, &mut deeds);
        }
    }
    (dag, deeds)
}

impl Dag {
    /// Takes in a change after everything it depends on.
    pub(crate) fn add(&mut self, change: &Change<'_>) {
        let previous = change.previous();
        let mut chain = previous.map_or(Vec::new(), |hash| self.changes[&hash].chain.clone());
        chain.push(change.hash());
        let start = previous.map_or(0, |hash| self.changes[&hash].end);
        let dependencies = change.dependencies();
        let below = previous.iter().chain(&dependencies);
        let time = 1 + below.map(|hash| self.time(*hash)).max().unwrap_or(0);
        let taken: u32 = change.ops().iter().map(|(_, op)| op.counters).sum();
        assert_eq!(change.seq() as usize + 1, chain.len(), "sequence number");
        assert_eq!(change.first_counter(), start, "first counter");
        assert_eq!(change.time(), time, "time");
        let known = Known { chain, dependencies, start, end: start + taken, time };
        self.changes.insert(change.hash(), known);
    }

    fn time(&self, change: ChangeHash) -> u32 {
        self.changes[&change].time
    }

    /// What the total order of ops compares.
    pub(crate) fn rank(&self, id: OpId) -> (u32, ChangeHash, u32) {
        (self.time(id.change), id.change, id.offset)
    }

    /// Whether `earlier` comes strictly before `later` on the chain of `later`.
    pub(crate) fn precedes(&self, earlier: OpId, later: OpId) -> bool {
        if earlier.change == later.change {
            return earlier.offset < later.offset;
        }
        self.changes[&later.change].chain.contains(&earlier.change)
    }

    /// The chain that an entry of a change's table stands for, and the counters on it.
    pub(crate) fn entry(&self, change: ChangeHash, index: u32) -> Option<(&[ChangeHash], u32)> {
        let own = &self.changes[&change];
        let tip = match index.checked_sub(1) {
            None => change,
            Some(place) => *own.dependencies.get(place as usize)?,
        };
        let known = &self.changes[&tip];
        Some((&known.chain, known.end))
    }

    /// The op with a counter on a chain.
    pub(crate) fn on_chain(&self, chain: &[ChangeHash], counter: u32) -> OpId {
        let holds = |change: &&ChangeHash| {
            let known = &self.changes[*change];
            (known.start..known.end).contains(&counter)
        };
        let change = *chain.iter().find(holds).expect("the chain has the counter");
        let offset = counter - self.changes[&change].start;
        OpId { change, offset }
    }

    fn named(&self, change: ChangeHash, name: Name) -> OpId {
        let (chain, _) = self.entry(change, name.index).expect("the entry exists");
        self.on_chain(chain, name.counter)
    }

    fn resolve(&self, change: &Change<'_>, counter: u32, op: &Op<'_, Name>, out: &mut Vec<Deed>) {
        let offset = counter - change.first_counter();
        let change = change.hash();
        let id = OpId { change, offset };
        let path = op.path.iter().map(|segment| self.step(change, segment));
        let path: Vec<Step> = path.collect();
        if let Action::Insert { seeds, .. } = &op.action {
            out.extend(planted(id, &path, seeds.iter()));
        }
        if let Some(act) = self.act(change, op) {
            out.push(Deed { id, path, act });
        }
    }

    fn step(&self, change: ChangeHash, segment: &Segment<'_, Name>) -> Step {
        match *segment {
            Segment::Field(name) => Step::Field(name.to_owned()),
            Segment::Variant(name) => Step::Variant(name.to_owned()),
            Segment::Key(Key::Text(text)) => Step::Text(text.to_owned()),
            Segment::Key(Key::Integer(integer)) => Step::Integer(integer),
            Segment::Key(Key::Bool(bool)) => Step::Bool(bool),
            Segment::Key(Key::Bytes(bytes)) => Step::Bytes(bytes.to_vec()),
            Segment::Element(name) => Step::Element(self.named(change, name)),
        }
    }

    /// `None` for an op of an unknown kind: it does nothing.
    fn act(&self, change: ChangeHash, op: &Op<'_, Name>) -> Option<Act> {
        let ids = |names: &[Name]| names.iter().map(|name| self.named(change, *name)).collect();
        let place = |place: &Place<Name>| match *place {
            Place::Root => None,
            Place::Child(parent, side) => Some((self.named(change, parent), side)),
        };
        Some(match &op.action {
            Action::Set { replaces, of, payload } => {
                let of = of.map(|of| self.named(change, of));
                Act::Set(ids(replaces), of, payload.to_vec())
            }
            Action::Unset { replaces } => Act::Unset(ids(replaces)),
            Action::Add { delta } => Act::Add(*delta),
            Action::Reset { annuls } => Act::Reset(ids(annuls)),
            Action::Insert { place: at, .. } => Act::Insert(place(at), op.counters),
            Action::InsertText { place: at, text } => {
                Act::InsertText(place(at), (*text).to_owned())
            }
            Action::Delete { first, count } => {
                let names = (first.counter..first.counter + count)
                    .map(|counter| Name { index: first.index, counter });
                Act::Delete(names.map(|name| self.named(change, name)).collect())
            }
            Action::Put { replaces } => Act::Put(ids(replaces)),
            Action::Remove { replaces } => Act::Remove(ids(replaces)),
            Action::Move { place: at, elements } => Act::Move(place(at), ids(elements)),
            Action::Annul { standing, names } => Act::Annul(*standing, ids(names)),
            _ => return None,
        })
    }
}

/// The seeds of inserted elements: each is a set of the register at the element's path, with the
/// element's own id.
fn planted<'a>(
    first: OpId,
    list: &[Step],
    seeds: impl Iterator<Item = &'a [u8]>,
) -> impl Iterator<Item = Deed> {
    let seeds = (first.offset..).zip(seeds).filter(|(_, seed)| !seed.is_empty());
    seeds.map(move |(offset, seed)| {
        let id = OpId { offset, ..first };
        let path = list.iter().cloned().chain([Step::Element(id)]).collect();
        Deed { id, path, act: Act::Set(Vec::new(), None, seed.to_vec()) }
    })
}
