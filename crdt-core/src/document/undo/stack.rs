//! What can be undone and redone: groups of changes, and what they found where they were made.

use core::ops::Range;
use std::collections::VecDeque;

use super::note::{NoteWriter, Target};
use crate::history::ChangeIndex;
use crate::node::Prior;
use crate::op::Id;

/// How much can be undone and redone, for [`with_undo_limits`](crate::Document::with_undo_limits).
/// What was made first is let go of first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UndoLimits {
    /// The most groups; with none, nothing can be undone, and nothing is kept for it.
    pub groups: usize,
    /// The most bytes of memory that is kept for it: 56 for a group, 8 for every further stretch of
    /// changes that nobody else wrote between, 28 for every value that was replaced and entry that
    /// was removed. The values themselves lie in the history anyway.
    pub bytes: usize,
}

/// A thousand groups, in 1 MiB.
impl Default for UndoLimits {
    fn default() -> Self {
        Self { groups: 1000, bytes: 1 << 20 }
    }
}

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

/// In which direction to go.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::document) enum Way {
    Undo,
    Redo,
}

impl Way {
    fn other(self) -> Self {
        match self {
            Self::Undo => Self::Redo,
            Self::Redo => Self::Undo,
        }
    }
}

/// What becomes of the stack when something that is prepared is accepted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::document) enum Turn {
    /// It came from elsewhere, which concerns nobody's own changes.
    Elsewhere,
    /// A change was made. It belongs to the last group, or is one of its own.
    Made { joins: bool },
    /// A group was undone or redone, after so many of which nothing was left to go back from.
    Back { way: Way, passed: usize },
}

/// The groups of this replica.
#[derive(Debug, Default)]
pub(in crate::document) struct UndoStack {
    undo: VecDeque<Group>,
    /// The last one is redone first.
    redo: VecDeque<Group>,
    /// Whether the last group was made right now: a change may belong to it.
    is_open: bool,
    bytes: usize,
    limits: UndoLimits,
}

impl Group {
    fn bytes(&self) -> usize {
        size_of::<Self>() + size_of_val(&*self.more) + size_of_val(&*self.priors)
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
    fn stretches(&self) -> impl Iterator<Item = Range<ChangeIndex>> {
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

impl UndoStack {
    /// Whether anything is kept at all.
    pub(in crate::document) fn is_kept(&self) -> bool {
        self.limits.groups > 0
    }

    pub(super) fn set_limits(&mut self, limits: UndoLimits) {
        self.limits = limits;
        self.shrink();
    }

    pub(super) fn limits(&self) -> UndoLimits {
        self.limits
    }

    fn groups(&mut self, way: Way) -> &mut VecDeque<Group> {
        match way {
            Way::Undo => &mut self.undo,
            Way::Redo => &mut self.redo,
        }
    }

    pub(super) fn count(&self, way: Way) -> usize {
        match way {
            Way::Undo => self.undo.len(),
            Way::Redo => self.redo.len(),
        }
    }

    /// The group that comes after so many others.
    pub(super) fn get(&self, way: Way, passed: usize) -> Option<&Group> {
        let groups = match way {
            Way::Undo => &self.undo,
            Way::Redo => &self.redo,
        };
        groups.iter().rev().nth(passed)
    }

    /// Lets go of the next groups.
    pub(super) fn pass(&mut self, way: Way, count: usize) {
        for _ in 0..count {
            let gone = self.groups(way).pop_back();
            self.bytes -= gone.map_or(0, |gone| gone.bytes());
        }
        self.is_open = false;
    }

    /// Lets go of everything.
    pub(super) fn clear(&mut self) {
        *self = Self { limits: self.limits, ..Self::default() };
    }

    /// Has these groups, within its limits, and no others.
    pub(super) fn restore(&mut self, groups: impl Iterator<Item = (Way, Group)>) {
        self.clear();
        for (way, group) in groups {
            self.bytes += group.bytes();
            self.groups(way).push_back(group);
        }
        self.shrink();
    }

    /// Notes what becomes of it when something that is prepared is accepted; `None` if nothing does.
    pub(super) fn note(
        &self,
        turn: Turn,
        changes: Range<ChangeIndex>,
        priors: &[(Id, Prior)],
        mut writer: NoteWriter<'_>,
    ) -> Option<Vec<u8>> {
        if !self.is_kept() || changes.is_empty() || !writer.can_name() {
            return None;
        }
        let name = |group: &Group| writer.group(group.first.start);
        let (gone, target) = match turn {
            Turn::Elsewhere => return None,
            Turn::Made { joins } => {
                let joined = self.undo.back().filter(|_| joins && self.is_open).map(name);
                let target = joined.map_or(Target::New(Way::Undo), Target::Joined);
                (self.redo.iter().map(name).collect(), target)
            }
            Turn::Back { way, passed } => {
                let gone = (0..=passed).filter_map(|passed| self.get(way, passed)).map(name);
                (gone.collect(), Target::New(way.other()))
            }
        };
        writer.step(gone, target, core::iter::once(changes), priors);
        Some(writer.finish())
    }

    /// All of it as one note.
    pub(super) fn note_all(&self, mut writer: NoteWriter<'_>) -> Vec<u8> {
        let groups = [(Way::Undo, &self.undo), (Way::Redo, &self.redo)];
        let named = groups.into_iter().filter(|_| writer.can_name());
        let all: Vec<_> = named.flat_map(|(way, all)| all.iter().map(move |it| (way, it))).collect();
        for (way, group) in all {
            writer.step(Vec::new(), Target::New(way), group.stretches(), &group.priors);
        }
        writer.finish()
    }

    /// Takes in changes that have been accepted.
    pub(in crate::document) fn turn(
        &mut self,
        turn: Turn,
        changes: Range<ChangeIndex>,
        priors: Vec<(Id, Prior)>,
    ) {
        if !self.is_kept() || changes.is_empty() {
            return;
        }
        match turn {
            Turn::Elsewhere => return,
            Turn::Made { joins } => {
                self.pass_redo();
                self.make(joins, changes, priors);
            }
            Turn::Back { way, passed } => {
                self.pass(way, passed + 1);
                self.push(way.other(), changes, priors);
            }
        }
        self.shrink();
    }

    fn make(&mut self, joins: bool, changes: Range<ChangeIndex>, priors: Vec<(Id, Prior)>) {
        let joined = self.undo.back_mut().filter(|_| joins && self.is_open);
        match joined {
            Some(last) => {
                let before = last.bytes();
                last.extend([changes], priors);
                self.bytes += last.bytes() - before;
            }
            None => self.push(Way::Undo, changes, priors),
        }
        self.is_open = true;
    }

    fn push(&mut self, way: Way, changes: Range<ChangeIndex>, priors: Vec<(Id, Prior)>) {
        let group = Group { first: changes, more: Vec::new(), priors };
        self.bytes += group.bytes();
        self.groups(way).push_back(group);
    }

    fn pass_redo(&mut self) {
        if !self.redo.is_empty() {
            self.pass(Way::Redo, self.redo.len());
        }
    }

    /// Lets go of what is beyond the limits.
    fn shrink(&mut self) {
        let UndoLimits { groups, bytes } = self.limits;
        while self.undo.len() + self.redo.len() > groups || self.bytes > bytes {
            let gone = self.undo.pop_front().or_else(|| self.redo.pop_front());
            let Some(gone) = gone else { return };
            self.bytes -= gone.bytes();
        }
    }
}

#[cfg(test)]
impl UndoStack {
    /// Whether it has the groups of another one, and perhaps more that come before or between these.
    pub(in crate::document) fn is_noted_of(&self, other: &Self) -> bool {
        let has = |mine: &VecDeque<Group>, theirs: &VecDeque<Group>| {
            let mut mine = mine.iter();
            theirs.iter().all(|group| mine.any(|mine| mine == group))
        };
        has(&self.undo, &other.undo) && has(&self.redo, &other.redo)
    }
}
