//! Many shifts of a text or list as one.

use super::Effect;
use crate::btree::{Combine, Cursor, Entry, Summary, Tree};
use crate::op::IdRange;
use crate::sequence::Shift;

/// Elements that stand side by side now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::node) enum Part {
    /// They stood side by side before too, the first of them at this position.
    Old {
        /// The position before.
        start: usize,
        /// How many.
        count: usize,
    },
    /// So many were not there before.
    New(usize),
}

/// What a text or list consists of after some shifts, by where that was before.
#[derive(Debug)]
pub(in crate::node) struct Composed<'l> {
    parts: Tree<Part>,
    /// The names of the visible characters when it was last said of a text that it is made anew,
    /// after these parts and before all that follows.
    pub(in crate::node) anew: Option<&'l [IdRange]>,
}

/// More than there can be, also where a few are added up: what it was before is as long as needed.
const ENDLESS: usize = usize::MAX / 8;

impl<'l> Composed<'l> {
    pub(super) fn of(effects: impl Iterator<Item = &'l Effect>) -> Self {
        let whole = Part::Old { start: 0, count: ENDLESS };
        let mut composed = Self { parts: Tree::of(vec![whole], &()), anew: None };
        for effect in effects {
            match effect {
                Effect::Items(shift) | Effect::Text(shift) => composed.shift(*shift),
                Effect::Anew(names) => {
                    composed.anew = Some(names);
                    break;
                }
                _ => {}
            }
        }
        composed
    }

    fn shift(&mut self, shift: Shift) {
        match shift {
            Shift::Splice { at, deleted, inserted } => {
                self.take(at, deleted);
                if inserted > 0 {
                    self.put(at, Part::New(inserted));
                }
            }
            Shift::Move { from, count, to } => {
                let mut at = to;
                for part in self.take(from, count) {
                    self.put(at, part);
                    at += part.count();
                }
            }
        }
    }

    /// Takes the elements at some positions out.
    fn take(&mut self, at: usize, count: usize) -> Vec<Part> {
        let (mut taken, mut left) = (Vec::new(), count);
        while left > 0 {
            let gap = self.gap(at);
            let Some(found) = self.parts.entry_at(gap) else { break };
            let part = *self.parts.get(found);
            if part.count() <= left {
                taken.push(self.parts.remove(found, &()));
                left -= part.count();
            } else {
                let (first, rest) = part.split(left);
                self.parts.amend(found, |part| *part = rest);
                taken.push(first);
                left = 0;
            }
        }
        taken
    }

    fn put(&mut self, at: usize, part: Part) {
        let gap = self.gap(at);
        let before = self.parts.prev(gap);
        if let (Part::New(more), Some(before)) = (part, before)
            && let Part::New(_) = self.parts.get(before)
        {
            self.parts.amend(before, |part| *part = Part::New(part.count() + more));
            return;
        }
        self.parts.insert(gap, [part], &(), |_, _| {});
    }

    /// The gap at a position. A part that goes beyond it is cut.
    fn gap(&mut self, at: usize) -> Cursor {
        let mut start = 0;
        let found = self.parts.find(|sum| {
            let passes = start + sum.0 <= at;
            start += if passes { sum.0 } else { 0 };
            passes
        });
        let Some(found) = found else { return self.parts.end() };
        if start == at {
            return found;
        }
        let (first, rest) = self.parts.get(found).split(at - start);
        self.parts.amend(found, |part| *part = first);
        self.parts.insert(found.gap_after(), [rest], &(), |_, _| {})
    }

    /// What there is now, given how many elements; and how many there were before.
    pub(in crate::node) fn parts(&self, length: usize) -> (Vec<Part>, usize) {
        let (mut parts, mut left, mut before): (Vec<Part>, _, _) = (Vec::new(), length, 0);
        for part in self.parts.iter() {
            let part = if part.count() > left { part.split(left).0 } else { *part };
            left -= part.count();
            // The last part is without an end: there were no more than are left of it.
            if let Part::Old { start, count } = part {
                before = start + count;
            }
            if part.count() > 0 {
                parts.push(part);
            }
        }
        (parts, before)
    }
}

impl Part {
    pub(in crate::node) fn count(self) -> usize {
        match self {
            Self::Old { count, .. } | Self::New(count) => count,
        }
    }

    pub(in crate::node) fn split(self, at: usize) -> (Self, Self) {
        match self {
            Self::Old { start, count } => {
                (Self::Old { start, count: at }, Self::Old { start: start + at, count: count - at })
            }
            Self::New(count) => (Self::New(at), Self::New(count - at)),
        }
    }
}

/// How many elements there are in some parts.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(in crate::node) struct Sum(usize);

impl Summary for Sum {
    fn shift(&mut self, before: &Self, after: &Self) {
        self.0 = self.0 + after.0 - before.0;
    }
}

impl Combine<()> for Sum {
    fn combine(self, other: Self, (): &()) -> Self {
        Self(self.0 + other.0)
    }
}

impl Entry for Part {
    type Summary = Sum;
    const LEAF: usize = if cfg!(test) { 4 } else { 16 };
    const INNER: usize = if cfg!(test) { 4 } else { 16 };

    fn summary(&self) -> Sum {
        Sum(self.count())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A list of the places of elements before, and of nothing where others came.
    fn slowly(shifts: &[Shift], length: usize) -> Vec<Option<usize>> {
        let mut list: Vec<Option<usize>> = (0..length).map(Some).collect();
        for shift in shifts {
            match *shift {
                Shift::Splice { at, deleted, inserted } => {
                    list.splice(at..at + deleted, core::iter::repeat_n(None, inserted));
                }
                Shift::Move { from, count, to } => {
                    let moved: Vec<_> = list.drain(from..from + count).collect();
                    list.splice(to..to, moved);
                }
            }
        }
        list
    }

    proptest! {
        #[test]
        fn shifts_come_to_what_they_do_one_by_one(
            choices in prop::collection::vec((any::<bool>(), 0..99_usize, 0..5_usize, 0..99_usize), 0..60),
        ) {
            let (start, mut length, mut shifts) = (12, 12_usize, Vec::new());
            for (moves, at, count, other) in choices {
                let at = at % (length + 1);
                let count = count.min(length - at);
                shifts.push(if moves {
                    Shift::Move { from: at, count, to: other % (length - count + 1) }
                } else {
                    length = length - count + other % 4;
                    Shift::Splice { at, deleted: count, inserted: other % 4 }
                });
            }
            let effects: Vec<_> = shifts.iter().map(|shift| Effect::Items(*shift)).collect();
            let (parts, before) = Composed::of(effects.iter()).parts(length);
            prop_assert_eq!(before, start);
            let places = parts.iter().flat_map(|part| match *part {
                Part::Old { start, count } => (start..start + count).map(Some).collect::<Vec<_>>(),
                Part::New(count) => vec![None; count],
            });
            prop_assert!(places.eq(slowly(&shifts, start)));
        }
    }
}
