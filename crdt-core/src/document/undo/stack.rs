//! What can be undone and redone: groups of changes, and what they found where they were made.

use core::ops::Range;
use std::borrow::Cow;

use super::groups::{Group, Groups};
use super::note::{NoteWriter, Target};
use crate::history::ChangeIndex;
use crate::node::Prior;
use crate::op::Id;

/// How much can be undone and redone, for [`with_undo_limits`](crate::Document::with_undo_limits).
/// What was made first is let go of first. A group that is larger by itself cannot be undone, and
/// nothing before it: some 37,000 values that are replaced at once are more than the default.
///
/// A change is a group, if it does not [join](crate::ChangeOptions::joined) the one before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UndoLimits {
    /// The most groups; with none, nothing can be undone, and nothing is kept for it.
    pub groups: usize,
    /// The most bytes of memory that is kept for it: 56 for a group, or for many in a row that are
    /// a change each in which nothing was replaced; 8 for every further stretch of changes that
    /// nobody else wrote between, 28 for every value that was replaced and entry that was removed.
    /// The values themselves lie in the history anyway.
    pub bytes: usize,
}

/// A thousand groups, in 1 MiB.
impl Default for UndoLimits {
    fn default() -> Self {
        Self { groups: 1000, bytes: 1 << 20 }
    }
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
    undo: Groups,
    /// The last one is redone first.
    redo: Groups,
    /// Whether the last group was made right now: a change may belong to it.
    is_open: bool,
    limits: UndoLimits,
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

    fn groups_mut(&mut self, way: Way) -> &mut Groups {
        match way {
            Way::Undo => &mut self.undo,
            Way::Redo => &mut self.redo,
        }
    }

    /// The groups to go back from in a direction, the last one first.
    pub(super) fn groups(&self, way: Way) -> &Groups {
        match way {
            Way::Undo => &self.undo,
            Way::Redo => &self.redo,
        }
    }

    /// Lets go of the next groups.
    pub(super) fn pass(&mut self, way: Way, count: usize) {
        let groups = self.groups_mut(way);
        (0..count).for_each(|_| groups.pop_back());
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
            self.groups_mut(way).push(group);
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
        if !self.is_kept() || !writer.can_name() {
            return None;
        }
        let name = |group: Cow<'_, Group>| writer.group(group.start());
        let (gone, target) = match turn {
            Turn::Elsewhere => return None,
            Turn::Back { passed: 0, .. } | Turn::Made { .. } if changes.is_empty() => return None,
            Turn::Back { way, passed } if changes.is_empty() => {
                let gone: Vec<u32> = self.groups(way).iter().rev().take(passed).map(name).collect();
                writer.gone(&gone);
                return Some(writer.finish());
            }
            Turn::Made { joins } => {
                let last = self.undo.iter().next_back();
                let joined = last.filter(|_| joins && self.is_open).map(name);
                let target = joined.map_or(Target::New(Way::Undo), Target::Joined);
                (self.redo.iter().map(name).collect(), target)
            }
            Turn::Back { way, passed } => {
                let gone = self.groups(way).iter().rev().take(passed + 1).map(name);
                (gone.collect(), Target::New(way.other()))
            }
        };
        writer.step(gone, target, core::iter::once(changes), priors);
        Some(writer.finish())
    }

    /// All of it as one note.
    pub(super) fn note_all(&self, mut writer: NoteWriter<'_>) -> Vec<u8> {
        for way in [Way::Undo, Way::Redo] {
            for group in self.groups(way).iter() {
                writer.step(Vec::new(), Target::New(way), group.stretches(), &group.priors);
            }
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
        match turn {
            _ if !self.is_kept() => return,
            Turn::Elsewhere => return,
            Turn::Made { .. } if changes.is_empty() => return,
            Turn::Back { way, passed } if changes.is_empty() => self.pass(way, passed),
            Turn::Made { joins } => {
                self.redo.clear();
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
        if joins && self.is_open && self.undo.count() > 0 {
            self.undo.join(changes, priors);
        } else {
            self.push(Way::Undo, changes, priors);
        }
        self.is_open = true;
    }

    fn push(&mut self, way: Way, changes: Range<ChangeIndex>, priors: Vec<(Id, Prior)>) {
        self.groups_mut(way).push(Group::new(changes, priors));
    }

    /// Lets go of what is beyond the limits.
    fn shrink(&mut self) {
        let UndoLimits { groups, bytes } = self.limits;
        while self.undo.count() + self.redo.count() > groups
            || self.undo.bytes() + self.redo.bytes() > bytes
        {
            if !(self.undo.pop_front() || self.redo.pop_front()) {
                return;
            }
        }
    }
}

#[cfg(test)]
impl UndoStack {
    /// Whether both have the same groups.
    pub(in crate::document) fn has_groups_of(&self, other: &Self) -> bool {
        self.undo.iter().eq(other.undo.iter()) && self.redo.iter().eq(other.redo.iter())
    }
}
