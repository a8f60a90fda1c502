//! Deletes that can be annulled: what they delete is covered, and kept.
//!
//! Whether an element is visible depends on which deletes stand. A ruling on one of these can
//! concern any number of elements, so it is only noted, and what it comes to is found out when
//! somebody looks: for all rulings since the last look together.

use core::ops::Range;

use super::covers::{Covers, Ruling};
use super::delete::Merged;
use super::{Content, OutOfBounds, Sequence, Shift, Shifts, Spot};
use crate::history::Chains;
use crate::op::{Id, IdRange, Standing};

impl<C: Content> Sequence<C> {
    /// Covers those counters of a chain which are elements here, from the next time on that it is
    /// [settled](Self::settle). O(log n).
    pub(crate) fn cover(&mut self, op: Id, range: IdRange, chains: &Chains) {
        let covers = self.covers_mut();
        covers.set(op, Some(range), chains);
        covers.stir(range);
    }

    /// Covers the elements at some visible positions. Returns their names in list order, in ranges
    /// as long as possible: [`set_cover`](Self::set_cover) is to be told which ops delete them.
    /// O(log n) for each run.
    pub(crate) fn cover_at(
        &mut self,
        range: Range<usize>,
        chains: &Chains,
    ) -> Result<Vec<IdRange>, OutOfBounds> {
        if range.start > range.end || range.end > self.len() {
            let pos = range.start.max(range.end);
            return Err(OutOfBounds { pos, len: self.len() });
        }
        let (mut left, mut names) = (range.len(), Vec::new());
        let mut merged = Merged::new(|range| names.push(range));
        while left > 0
            && let Some((spot, _)) = self.locate_to_edit(range.start)
        {
            let run = self.tree.get(spot.at);
            let most = u32::try_from(left).unwrap_or(u32::MAX);
            let len = most.min(run.len() - spot.offset);
            let names = run.names(&(spot.offset..spot.offset + len));
            merged.push(names);
            left -= len as usize;
            self.set_covered(spot, len, true, chains, &mut Shifts::dropped());
            if self.stands().is_some() {
                self.stands_mut().set_deleted(names, true);
            }
        }
        merged.finish();
        Ok(names)
    }

    /// Notes what an op deletes whose elements are covered already. Returns what it deleted until
    /// now, if there was such an op. O(log n).
    pub(crate) fn set_cover(&mut self, op: Id, range: IdRange, chains: &Chains) -> Option<IdRange> {
        let covers = self.covers_mut();
        covers.set_covered(range, true);
        covers.set(op, Some(range), chains)
    }

    /// Takes a delete back that was made here, to what it deleted before.
    pub(crate) fn take_back_cover(&mut self, op: Id, before: Option<IdRange>, chains: &Chains) {
        let covers = self.covers_mut();
        if let Some(range) = covers.set(op, before, chains) {
            covers.stir(range);
        }
        self.settle(chains, &mut Shifts::dropped());
    }

    /// Lets an op, which came at a time, rule on another one: a delete, or a place of a move. Of
    /// anything else it says nothing. O(log n).
    pub(crate) fn rule(
        &mut self,
        name: Id,
        by: (Id, u32),
        standing: Standing,
        chains: &Chains,
        shifts: &mut Shifts,
    ) {
        let ruling = Ruling::new(by, standing);
        if !self.covers_mut().rule(name, ruling, chains) {
            self.rule_on_place(name, ruling, chains, shifts);
        }
    }

    /// Whether a delete or a place of a move stands, if it is one that is known here.
    pub(crate) fn standing_of(&self, name: Id) -> Option<Standing> {
        let delete = self.covers().and_then(|covers| covers.standing_of(name));
        delete.or_else(|| self.standing_of_place(name))
    }

    /// Whether what is visible is what stands.
    pub(crate) fn is_settled(&self) -> bool {
        self.covers().is_none_or(Covers::is_settled)
    }

    /// Makes visible what is not covered, and nothing else.
    ///
    /// O(log n) for each run and each delete in the counters that were ruled on since the last
    /// time, and for each branch these lie on.
    pub(crate) fn settle(&mut self, chains: &Chains, shifts: &mut Shifts) {
        if self.is_settled() {
            return;
        }
        for (range, covered) in self.covers_mut().settle(chains) {
            self.settle_part(range, covered, chains, shifts);
        }
    }

    /// Covers all elements of a range, or none.
    fn settle_part(&mut self, range: IdRange, covered: bool, chains: &Chains, shifts: &mut Shifts) {
        let IdRange { chain, start: mut counter, end } = range;
        while counter < end
            && let Some(spot) = self.find_from(Id { chain, counter }, end)
        {
            let run = self.tree.get(spot.at);
            let to = run.len().min(end - run.id.counter);
            counter = run.id.counter + to;
            let is_place = run.moved_here().is_some();
            let differs = if covered { run.content().is_some() } else { run.is_covered() };
            if differs && !is_place {
                self.set_covered(spot, to - spot.offset, covered, chains, shifts);
            }
        }
        if self.stands().is_none() {
            return;
        }
        for (element, place) in self.stands_mut().set_deleted(range, covered) {
            if place != element
                && let Some(spot) = self.find(place)
            {
                self.set_covered(spot, 1, covered, chains, shifts);
            }
        }
    }

    /// Covers elements of a run, or uncovers them.
    fn set_covered(
        &mut self,
        spot: Spot,
        len: u32,
        covered: bool,
        chains: &Chains,
        shifts: &mut Shifts,
    ) {
        self.set_recent(None);
        let at = self.begin_run(spot.at, spot.offset, chains);
        let (at, _) = self.end_run(at, len, chains);
        let count = len as usize;
        shifts.note(|| {
            let at = self.start_of(Spot { at, offset: 0 });
            if covered { Shift::deleted(at, count) } else { Shift::inserted(at, count) }
        });
        self.tree.amend(at, |run| run.set_covered(covered));
    }

    fn covers(&self) -> Option<&Covers> {
        self.aids.get()?.covers.as_deref()
    }

    fn covers_mut(&mut self) -> &mut Covers {
        self.aids_mut().covers.get_or_insert_default()
    }
}
