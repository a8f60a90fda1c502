//! What a group of changes did, place by place.

use super::groups::Group;
use crate::history::{History, LocalSegment, Replayed};
use crate::node::{Prior, Value};
use crate::op::{Action, Id, IdRange, Segment, Standing};
use crate::sorted::SortedMap;

/// The ops of a group, at the places where they went. What went into elements that the group has
/// inserted itself is left out: it comes and goes with these.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) places: SortedMap<Vec<LocalSegment>, Ops>,
    /// The elements that the group has inserted.
    inserted: Elements,
}

/// The ops that went to one place.
#[derive(Debug, Default)]
pub(super) struct Ops {
    pub(super) inserts: Vec<IdRange>,
    /// What was deleted that the group has not inserted.
    pub(super) deletes: Elements,
    /// As what each op is to stand that the group has made or annulled: of one that it has annulled
    /// several times, as it did before the first.
    pub(super) standing: SortedMap<Id, Standing>,
    pub(super) sets: Vec<Written>,
    pub(super) puts: Vec<Entered>,
}

/// An op on a register.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    /// As which op its value ranks; `None` if it has left none.
    pub(super) of: Option<Id>,
    pub(super) prior: Option<Value>,
}

/// An op on the presence of an entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entered {
    /// Whether it has put the entry; otherwise it has removed it.
    pub(super) put: bool,
    pub(super) was_present: bool,
}

/// Elements, as ranges that do not touch.
#[derive(Debug, Default)]
pub(super) struct Elements(SortedMap<Id, u32>);

impl Elements {
    fn add(&mut self, range: IdRange) {
        let IdRange { chain, mut start, mut end } = range;
        // What the range touches becomes one with it.
        while let Some((first, until)) = self.0.range(..=Id { chain, counter: end }).next_back()
            && first.chain == chain
            && *until >= start
        {
            let first = *first;
            (start, end) = (start.min(first.counter), end.max(*until));
            self.0.remove(&first);
        }
        self.0.insert(Id { chain, counter: start }, end);
    }

    /// Whether one of a range is among them.
    pub(super) fn meets(&self, range: IdRange) -> bool {
        let IdRange { chain, start, end } = range;
        let before = self.0.range(..Id { chain, counter: end }).next_back();
        before.is_some_and(|(first, until)| first.chain == chain && *until > start)
    }

    fn contains(&self, range: IdRange) -> bool {
        let IdRange { chain, start, end } = range;
        let before = self.0.range(..=Id { chain, counter: start }).next_back();
        before.is_some_and(|(first, until)| first.chain == chain && *until >= end)
    }

    fn has(&self, id: Id) -> bool {
        self.contains(IdRange::new(id, 1))
    }
}

impl Gathered {
    pub(super) fn of(history: &History, group: &Group) -> Self {
        let mut gathered = Self::default();
        history.replay(group.changes(), |path, op| {
            #[cfg(test)]
            crate::steps::count();
            gathered.take(path, &op, group);
        });
        gathered
    }

    /// Whether ops are to be annulled, or to stand again.
    pub(super) fn annuls(&self) -> bool {
        self.places.values().any(|ops| !ops.standing.is_empty())
    }

    fn take(&mut self, path: &[Segment<'_, Id>], op: &Replayed<'_>, group: &Group) {
        let is_inside = |segment: &Segment<'_, Id>| match segment {
            Segment::Element(id) => self.inserted.has(*id),
            _ => false,
        };
        if path.iter().any(is_inside) {
            return;
        }
        let path = path.iter().map(LocalSegment::of).collect();
        let ops = self.places.entry(path).or_default();
        let inserted = &mut self.inserted;
        let mut void = |id| {
            ops.standing.entry(id).or_insert(Standing::Void);
        };
        match &op.action {
            Action::Insert { seeds, .. } => {
                let count = u32::try_from(seeds.iter().count()).unwrap_or(u32::MAX);
                inserted.add(ops.insert(IdRange::new(op.id, count)));
            }
            Action::InsertText { text, .. } => {
                let count = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
                inserted.add(ops.insert(IdRange::new(op.id, count)));
            }
            Action::Delete { first, count } => {
                let range = IdRange::new(*first, *count);
                if !inserted.contains(range) {
                    void(op.id);
                    ops.deletes.add(range);
                }
            }
            Action::Move { elements, .. } => {
                for (step, element) in (0..).zip(elements) {
                    if !inserted.has(*element) {
                        void(op.id.plus(step));
                    }
                }
            }
            Action::Add { .. } | Action::Reset { .. } => void(op.id),
            Action::Annul { standing, names } => {
                for name in names {
                    ops.standing.entry(*name).or_insert(standing.opposite());
                }
            }
            Action::Set { of, .. } => ops.write(Some(of.unwrap_or(op.id)), op.id, group),
            Action::Unset { .. } => ops.write(None, op.id, group),
            Action::Put { .. } => ops.enter(true, op.id, group),
            Action::Remove { .. } => {
                ops.enter(false, op.id, group);
                ops.write(None, op.id, group);
            }
            Action::Unknown { .. } => {}
        }
    }
}

impl Ops {
    fn insert(&mut self, range: IdRange) -> IdRange {
        let goes_on = self.inserts.last_mut().is_some_and(|last| last.append(range));
        if !goes_on {
            self.inserts.push(range);
        }
        range
    }

    fn write(&mut self, of: Option<Id>, op: Id, group: &Group) {
        let value = |prior| match prior {
            Prior::Value(value) => Some(value),
            Prior::Present => None,
        };
        self.sets.push(Written { of, prior: group.priors_of(op).find_map(value) });
    }

    fn enter(&mut self, put: bool, op: Id, group: &Group) {
        let was_present = group.priors_of(op).any(|prior| prior == Prior::Present);
        self.puts.push(Entered { put, was_present });
    }
}

#[cfg(test)]
mod tests {
    use crate::sorted::SortedSet;

    use proptest::prelude::*;

    use super::*;

    fn range() -> impl Strategy<Value = IdRange> {
        let ranges = (0..2u32, 0..40u32, 1..6u32);
        ranges.prop_map(|(chain, start, count)| IdRange { chain, start, end: start + count })
    }

    proptest! {
        #[test]
        fn elements_are_a_set_of_ids(
            added in prop::collection::vec(range(), 0..20),
            asked in prop::collection::vec(range(), 1..20),
        ) {
            let ids = |range: IdRange| (range.start..range.end).map(move |at| (range.chain, at));
            let mut elements = Elements::default();
            for range in &added {
                elements.add(*range);
            }
            let all: SortedSet<(u32, u32)> = added.iter().copied().flat_map(ids).collect();
            for range in asked {
                prop_assert_eq!(elements.meets(range), ids(range).any(|id| all.contains(&id)));
                prop_assert_eq!(elements.contains(range), ids(range).all(|id| all.contains(&id)));
            }
        }
    }
}
