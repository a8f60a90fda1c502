use core::ops::Range;

use super::{Step, Target, VERSION, found, kind};
use crate::codec::{DecodeError, Reader};
use crate::crypto::Author;
use crate::document::undo::groups::Group;
use crate::document::undo::stack::Way;
use crate::history::{BranchIndex, ChangeIndex, History, Number as _};
use crate::node::{Prior, Value};
use crate::op::{Id, IdRange};
use crate::sorted::SortedMap;

/// Why notes say nothing of this replica.
#[derive(Debug)]
pub(in crate::document::undo) enum Unfit {
    /// One is not a note, or of a newer version.
    Malformed,
    /// One says what is not in the history.
    NotHere,
}

impl From<DecodeError> for Unfit {
    fn from(_: DecodeError) -> Self {
        Self::Malformed
    }
}

/// The groups that notes tell of.
pub(in crate::document::undo) struct Told<'h> {
    history: &'h History,
    author: Author,
    own: BranchIndex,
    /// In the order in which they were made.
    groups: SortedMap<usize, (Way, Group)>,
    /// Where they are there, by the numbers of their first changes.
    places: SortedMap<u32, usize>,
    next: usize,
}

impl<'h> Told<'h> {
    /// Of a replica none of whose notes has been read; `None` if its chain forks, or nothing of it
    /// is here.
    pub(in crate::document::undo) fn new(history: &'h History, author: Author) -> Option<Self> {
        let own = history.unforked(&author)?;
        let (groups, places) = (SortedMap::new(), SortedMap::new());
        Some(Self { history, author, own, groups, places, next: 0 })
    }

    /// Reads a note. One of another author says nothing of this replica.
    pub(in crate::document::undo) fn read(&mut self, note: &[u8]) -> Result<(), Unfit> {
        let mut reader = Reader::new(note);
        if reader.byte()? != VERSION {
            return Err(Unfit::Malformed);
        }
        if reader.array::<32>()? != *self.author.as_bytes() {
            return Ok(());
        }
        let count = reader.count(32)?;
        let mut chains = Vec::with_capacity(count + 1);
        chains.push(Some(self.own));
        for _ in 0..count {
            let author = Author::from_bytes(reader.array()?)?;
            chains.push(self.history.unforked(&author));
        }
        while !reader.is_empty() {
            let step = self.step(&mut reader, &chains)?;
            self.take(step)?;
        }
        Ok(())
    }

    /// Lets go of all groups: what may have become of them is not known.
    pub(in crate::document::undo) fn forget(&mut self) {
        self.groups.clear();
        self.places.clear();
    }

    /// The groups, those to undo and those to redo.
    pub(in crate::document::undo) fn finish(self) -> impl Iterator<Item = (Way, Group)> {
        self.groups.into_values()
    }

    fn step(&self, reader: &mut Reader<'_>, chains: &[Option<BranchIndex>]) -> Result<Step, Unfit> {
        let kind = reader.byte()?;
        let count = reader.count(1)?;
        let gone = (0..count).map(|_| reader.varint32()).collect::<Result<_, _>>()?;
        let target = match kind {
            kind::GONE => None,
            kind::UNDO => Some(Target::New(Way::Undo)),
            kind::REDO => Some(Target::New(Way::Redo)),
            kind::JOINED => Some(Target::Joined(reader.varint32()?)),
            _ => return Err(Unfit::Malformed),
        };
        let mut step = Step { gone, target, changes: Vec::new(), priors: Vec::new() };
        if let Some(target) = target {
            step.changes = changes(reader)?;
            let is_named = self.priors(reader, chains, &mut step.priors)?;
            if !is_named {
                // Half a group is not to be undone.
                step.target = None;
                step.gone.extend(target.joined());
            }
        }
        Ok(step)
    }

    /// Reads what ops have found. Gives whether all of that still has a name.
    fn priors(
        &self,
        reader: &mut Reader<'_>,
        chains: &[Option<BranchIndex>],
        priors: &mut Vec<(Id, Prior)>,
    ) -> Result<bool, Unfit> {
        let mut is_named = true;
        for _ in 0..reader.count(2)? {
            let by = self.made(self.own, reader.varint32()?)?;
            let prior = match reader.byte()? {
                found::PRESENT => Some(Prior::Present),
                found::VALUE => {
                    let op = self.op(reader, chains)?;
                    op.map(|op| Prior::Value(Value { op, of: op }))
                }
                found::RANKED => {
                    let (op, of) = (self.op(reader, chains)?, self.op(reader, chains)?);
                    op.zip(of).map(|(op, of)| Prior::Value(Value { op, of }))
                }
                _ => return Err(Unfit::Malformed),
            };
            is_named &= prior.is_some();
            priors.extend(prior.map(|prior| (by, prior)));
        }
        let ascends = priors.is_sorted_by_key(|(by, _)| *by);
        if ascends { Ok(is_named) } else { Err(Unfit::Malformed) }
    }

    /// Reads the name of an op; `None` if the chain of its author forks.
    fn op(
        &self,
        reader: &mut Reader<'_>,
        chains: &[Option<BranchIndex>],
    ) -> Result<Option<Id>, Unfit> {
        let (author, counter) = (reader.varint()?, reader.varint32()?);
        let place = usize::try_from(author).map_err(|_| Unfit::Malformed)?;
        let chain = chains.get(place).ok_or(Unfit::Malformed)?;
        chain.map(|chain| self.made(chain, counter)).transpose()
    }

    /// An op that is here.
    fn made(&self, chain: BranchIndex, counter: u32) -> Result<Id, Unfit> {
        let op = Id { chain: chain.get(), counter };
        let is_here = counter.checked_add(1).is_some_and(|end| {
            self.history.chains().holds(IdRange { chain: op.chain, start: counter, end })
        });
        if is_here { Ok(op) } else { Err(Unfit::NotHere) }
    }

    /// Does to the groups what a step did.
    fn take(&mut self, Step { gone, target, changes, priors }: Step) -> Result<(), Unfit> {
        for group in gone {
            let place = self.places.remove(&group);
            place.and_then(|place| self.groups.remove(&place));
        }
        let Some(target) = target else { return Ok(()) };
        let name = changes.first().ok_or(Unfit::Malformed)?.start;
        let mut ranges = Vec::new();
        for seqs in changes {
            self.find(seqs, &mut ranges)?;
        }
        if !ranges.is_sorted_by(|a, b| a.end <= b.start) {
            return Err(Unfit::Malformed);
        }
        match target {
            Target::New(way) => {
                let group = Group::of(ranges, priors);
                let before = self.places.insert(name, self.next);
                before.and_then(|before| self.groups.remove(&before));
                self.groups.insert(self.next, (way, group));
                self.next += 1;
                Ok(())
            }
            Target::Joined(group) => {
                let place = self.places.get(&group).and_then(|at| self.groups.get_mut(at));
                // One that is not there any more was let go of for want of a name.
                let Some((_, group)) = place else { return Ok(()) };
                if group.goes_on(&ranges, &priors) {
                    group.extend(ranges, priors);
                    Ok(())
                } else {
                    Err(Unfit::Malformed)
                }
            }
        }
    }

    /// The changes with some numbers along this replica's chain.
    fn find(&self, seqs: Range<u32>, to: &mut Vec<Range<ChangeIndex>>) -> Result<(), Unfit> {
        let chains = self.history.chains();
        let mut next = seqs.start;
        while next < seqs.end {
            let first = chains.numbered(self.own, next).ok_or(Unfit::NotHere)?;
            let (_, end) = chains.streak_of(first);
            let count = (end - first).min(seqs.end - next);
            to.push(first..first + count);
            next += count;
        }
        if seqs.is_empty() { Err(Unfit::Malformed) } else { Ok(()) }
    }
}

fn changes(reader: &mut Reader<'_>) -> Result<Vec<Range<u32>>, Unfit> {
    let mut changes = Vec::new();
    for _ in 0..reader.count(2)? {
        let (first, count) = (reader.varint32()?, reader.varint32()?);
        changes.push(first..first.checked_add(count).ok_or(Unfit::Malformed)?);
    }
    Ok(changes)
}
