//! Groups of changes, one after the other.

use core::ops::Range;
use std::borrow::Cow;
use std::collections::VecDeque;

use crate::history::ChangeIndex;
use crate::node::Prior;
use crate::op::Id;

/// Changes that are undone together.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct Group {
    /// The first changes, and those behind changes of others, ascending. Most groups need no more
    /// than one stretch, which takes no memory of its own.
    first: Range<ChangeIndex>,
    more: Vec<Range<ChangeIndex>>,
    /// What their ops found. Of the same op several things lie together.
    pub(super) priors: Vec<(Id, Prior)>,
}

/// Groups in the order in which they were made.
#[derive(Debug, Default)]
pub(super) struct Groups {
    entries: VecDeque<Entry>,
    count: usize,
    /// The bytes of memory that all entries take.
    bytes: usize,
}

/// One group, or many.
#[derive(Debug)]
enum Entry {
    One(Group),
    /// Each of these changes is a group by itself and found nothing. So it is where somebody types,
    /// and however many they are, they take the space of one.
    Each(Range<ChangeIndex>),
}

/// A group among others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    entry: usize,
    /// How many groups of the entry come after it.
    later: ChangeIndex,
}

impl Group {
    /// One of a stretch of changes.
    pub(super) fn new(changes: Range<ChangeIndex>, priors: Vec<(Id, Prior)>) -> Self {
        Self { first: changes, more: Vec::new(), priors }
    }

    /// That of one change which found nothing.
    fn alone(change: ChangeIndex) -> Self {
        Self::new(change..change + 1, Vec::new())
    }

    /// Whether it is one change that found nothing.
    fn is_alone(&self) -> bool {
        self.first.len() == 1 && self.more.is_empty() && self.priors.is_empty()
    }

    /// The bytes of memory that it takes beside those of every group.
    fn bytes_beyond(&self) -> usize {
        size_of_val(&*self.more) + size_of_val(&*self.priors)
    }

    /// Its first change.
    pub(super) fn start(&self) -> ChangeIndex {
        self.first.start
    }

    /// One of changes that are ascending stretches, and what these have found.
    pub(super) fn of(changes: Vec<Range<ChangeIndex>>, priors: Vec<(Id, Prior)>) -> Self {
        let mut changes = changes.into_iter();
        let mut group = Self { first: changes.next().unwrap_or_default(), ..Self::default() };
        group.extend(changes, priors);
        group
    }

    /// Whether changes come after all others, and so do the ops that found something.
    pub(super) fn goes_on(&self, changes: &[Range<ChangeIndex>], priors: &[(Id, Prior)]) -> bool {
        let last = self.more.last().unwrap_or(&self.first);
        let found = self.priors.last().zip(priors.first());
        changes.first().is_none_or(|next| last.end <= next.start)
            && found.is_none_or(|((last, _), (next, _))| last <= next)
    }

    /// The changes as stretches, ascending.
    pub(super) fn stretches(&self) -> impl Iterator<Item = Range<ChangeIndex>> {
        core::iter::once(&self.first).chain(&self.more).cloned()
    }

    /// The changes, ascending.
    pub(super) fn changes(&self) -> impl Iterator<Item = ChangeIndex> {
        self.first.clone().chain(self.more.iter().cloned().flatten())
    }

    /// Adds changes that came after all others.
    pub(super) fn extend(
        &mut self,
        changes: impl IntoIterator<Item = Range<ChangeIndex>>,
        priors: Vec<(Id, Prior)>,
    ) {
        for changes in changes {
            let last = self.more.last_mut().unwrap_or(&mut self.first);
            if last.end == changes.start {
                last.end = changes.end;
            } else {
                self.more.push(changes);
            }
        }
        self.priors.extend(priors);
    }

    /// What an op has found.
    pub(super) fn priors_of(&self, op: Id) -> impl Iterator<Item = Prior> {
        let start = self.priors.partition_point(|(of, _)| *of < op);
        let found = self.priors[start..].iter().take_while(move |(of, _)| *of == op);
        found.map(|(_, prior)| *prior)
    }
}

impl Entry {
    fn bytes(&self) -> usize {
        let beyond = match self {
            Self::One(group) => group.bytes_beyond(),
            Self::Each(_) => 0,
        };
        size_of::<Self>() + beyond
    }

    fn groups(&self) -> impl DoubleEndedIterator<Item = Cow<'_, Group>> {
        let (one, each) = match self {
            Self::One(group) => (Some(group), 0..0),
            Self::Each(changes) => (None, changes.clone()),
        };
        let each = each.map(|change| Cow::Owned(Group::alone(change)));
        one.map(Cow::Borrowed).into_iter().chain(each)
    }
}

impl Groups {
    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// All of them, the first one first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = Cow<'_, Group>> {
        self.entries.iter().flat_map(Entry::groups)
    }

    /// Where the last one is.
    pub(super) fn last(&self) -> Option<Place> {
        let entry = self.entries.len().checked_sub(1)?;
        Some(Place { entry, later: 0 })
    }

    /// Where the one is that comes before another.
    pub(super) fn before(&self, Place { entry, later }: Place) -> Option<Place> {
        match self.entries.get(entry)? {
            Entry::Each(changes) if changes.len() > later as usize + 1 => {
                Some(Place { entry, later: later + 1 })
            }
            _ => Some(Place { entry: entry.checked_sub(1)?, later: 0 }),
        }
    }

    pub(super) fn at(&self, Place { entry, later }: Place) -> Option<Group> {
        match self.entries.get(entry)? {
            Entry::One(group) => Some(group.clone()),
            Entry::Each(changes) => Some(Group::alone(changes.end.checked_sub(later + 1)?)),
        }
    }

    /// Adds the last one.
    pub(super) fn push(&mut self, group: Group) {
        self.count += 1;
        let is_alone = group.is_alone();
        if let (true, Some(Entry::Each(changes))) = (is_alone, self.entries.back_mut())
            && changes.end == group.first.start
        {
            changes.end += 1;
            return;
        }
        let entry = if is_alone { Entry::Each(group.first) } else { Entry::One(group) };
        self.bytes += entry.bytes();
        self.entries.push_back(entry);
    }

    /// Adds changes to the last one, if there is one.
    pub(super) fn join(&mut self, changes: Range<ChangeIndex>, priors: Vec<(Id, Prior)>) {
        if let Some(Entry::One(group)) = self.entries.back_mut() {
            let before = group.bytes_beyond();
            group.extend([changes], priors);
            self.bytes += group.bytes_beyond() - before;
        } else if let Some(mut group) = self.last().and_then(|last| self.at(last)) {
            self.pop_back();
            group.extend([changes], priors);
            self.push(group);
        }
    }

    /// Lets go of all.
    pub(super) fn clear(&mut self) {
        if self.count > 0 {
            *self = Self::default();
        }
    }

    /// Lets go of the last one.
    pub(super) fn pop_back(&mut self) {
        match self.entries.back_mut() {
            Some(Entry::Each(changes)) if changes.len() > 1 => changes.end -= 1,
            Some(_) => self.bytes -= self.entries.pop_back().map_or(0, |gone| gone.bytes()),
            None => return,
        }
        self.count -= 1;
    }

    /// Lets go of the first one. Gives whether there was one.
    pub(super) fn pop_front(&mut self) -> bool {
        match self.entries.front_mut() {
            Some(Entry::Each(changes)) if changes.len() > 1 => changes.start += 1,
            Some(_) => self.bytes -= self.entries.pop_front().map_or(0, |gone| gone.bytes()),
            None => return false,
        }
        self.count -= 1;
        true
    }
}
