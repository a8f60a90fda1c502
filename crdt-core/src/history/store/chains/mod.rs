//! Chains of changes, the names of ops along them, and the order of ops.
//!
//! An author's changes are linked by `prev`. As long as an author never writes two changes with one
//! predecessor they form a line; an author that does (a fork) makes a tree. The tree is kept as
//! *segments*: a segment begins at an author's first change or at the second change that names some
//! predecessor, and goes on with whatever first extends its last change. Segment numbers differ
//! between replicas; everything that leaves this module as meaning does not depend on them.
//!
//! Every segment has a pointer to its parent and a jump pointer further up, laid out as in Myers'
//! skew-binary random-access lists ("An applicative random-access stack", 1983), so that walking up
//! takes O(log forks) steps and adding a segment O(1).

pub(crate) mod branch;
pub(crate) mod streaks;

use core::cmp::Ordering;
use core::ops::Range;
use std::collections::BTreeMap;

use crate::crypto::ChangeHash;
use crate::history::store::chains::branch::ChainSegment;
use crate::history::store::chains::streaks::{Streak, Streaks};
use crate::history::store::hashes::Hashes;
use crate::op::limits::MAX_COUNTER;
use crate::op::{Id, IdRange};
#[cfg(test)]
use crate::steps;

/// Number of an admitted change inside this replica, in order of admission.
pub(crate) type ChangeIndex = u32;

/// The chains of every author, and the time and hash of every change on them.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(PartialEq))]
pub struct Chains {
    segments: Vec<ChainSegment>,
    /// The first segment of each author that begins a chain.
    roots: BTreeMap<u32, u32>,
    streaks: Streaks,
    hashes: Hashes,
    highest_time: u32,
}

/// What is needed to append a change to the chains.
pub(crate) struct NewChange {
    pub(crate) hash: ChangeHash,
    pub(crate) author: u32,
    pub(crate) next: Next,
    pub(crate) time: u32,
    pub(crate) counters: u32,
}

/// Where the next change after another one on its chain will lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Next {
    /// The other one; `None` for the first change of a chain.
    pub(crate) prev: Option<ChangeIndex>,
    /// The time of that one, 0 without.
    pub(crate) after: u32,
    pub(crate) segment: u32,
    /// Whether it opens this segment.
    pub(crate) opens: bool,
    /// Number along the chain, and counter of the first op.
    pub(crate) seq: u32,
    pub(crate) start: u32,
}

/// Where two chains part: the segment both pass through, if any, and on each side the segment
/// below it that the chain goes on into, if it does.
struct Meeting {
    at: Option<u32>,
    below: [Option<u32>; 2],
}

impl Chains {
    /// Makes room for so many more changes.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.hashes.reserve(more);
    }

    /// Where the next change after one will lie: on its segment, if it is the last there, or else on
    /// one of its own.
    pub(crate) fn next_after(&self, prev: Option<ChangeIndex>) -> Next {
        let opened = u32::try_from(self.segments.len()).unwrap_or(u32::MAX);
        let Some(before) = prev else {
            return Next { prev, after: 0, segment: opened, opens: true, seq: 0, start: 0 };
        };
        let streak = self.streaks.of(before);
        let opens = self.tip_of(streak.segment) != prev;
        Next {
            prev,
            after: streak.time_of(before),
            segment: if opens { opened } else { streak.segment },
            opens,
            seq: streak.seq_of(before) + 1,
            start: streak.end_of(before),
        }
    }

    /// Appends a change.
    pub(crate) fn append(&mut self, change: &NewChange) {
        let Next { prev, segment, opens, seq, .. } = change.next;
        if opens {
            self.open_segment(change.author, prev);
        }
        self.hashes.push(change.hash, self.len());
        self.extend(segment, seq, (change.time, change.counters), 1);
    }

    /// Appends changes to a segment, which take equally many counters each.
    fn extend(&mut self, segment: u32, seq: u32, (time, step): (u32, u32), count: u32) {
        let entry = &mut self.segments[segment as usize];
        let place = u32::try_from(entry.streaks.len()).unwrap_or(u32::MAX);
        let (first, start) = (self.streaks.changes(), entry.end);
        let streak = Streak { first, segment, place, seq, time, start, step };
        entry.streaks.extend(self.streaks.push(streak, count));
        entry.end += step * count;
        self.highest_time = self.highest_time.max(time + (count - 1));
    }

    /// Opens a segment for changes to come, and says which number it has.
    pub(crate) fn open_segment(&mut self, author: u32, prev: Option<ChangeIndex>) -> u32 {
        let number = u32::try_from(self.segments.len()).unwrap_or(u32::MAX);
        let (parent, first) = match prev {
            Some(prev) => (Some(self.segment_of(prev)), self.end_of(prev)),
            None => (None, 0),
        };
        if parent.is_none() {
            self.roots.entry(author).or_insert(number);
        }
        let up = parent.map_or((number, 0), |parent| self.jump_below(parent));
        self.segments.push(ChainSegment::new(author, (parent, prev, first), up));
        number
    }

    /// Adds changes to a segment as they were saved: each takes `step` counters, and the first is at
    /// a time so much after the segment's last one. Says whether that is possible.
    pub(crate) fn restore(&mut self, segment: u32, later: u32, step: u32, count: u32) -> bool {
        let Some(entry) = self.segments.get(segment as usize) else { return false };
        let last = entry.streaks.last().map(|last| self.streaks.end(*last) - 1);
        let seq = last.or(entry.prev).map_or(0, |last| self.seq_of(last) + 1);
        let after = last.map_or(0, |last| self.time_of(last) + 1);
        let time = after.checked_add(later).filter(|time| time.checked_add(count).is_some());
        let end = step.checked_mul(count).and_then(|more| entry.end.checked_add(more));
        let (Some(time), Some(_)) = (time, end.filter(|end| *end <= MAX_COUNTER)) else {
            return false;
        };
        self.extend(segment, seq, (time, step), count);
        true
    }

    /// The hashes of all changes, of which there are none yet.
    pub(crate) fn set_hashes(&mut self, hashes: Hashes) {
        self.hashes = hashes;
    }

    /// All changes in order of admission, as streaks, with how many each is.
    pub(crate) fn streaks(&self) -> impl Iterator<Item = (&Streak, u32)> {
        self.streaks.iter()
    }

    /// The segment of a change, and the counter after its last op.
    pub(crate) fn end_on_segment(&self, change: ChangeIndex) -> (u32, u32) {
        let streak = self.streaks.of(change);
        (streak.segment, streak.end_of(change))
    }

    /// How many segments there are.
    pub(crate) fn segments(&self) -> u32 {
        u32::try_from(self.segments.len()).unwrap_or(u32::MAX)
    }

    /// The author of a segment, and what its first change follows.
    pub(crate) fn root_of(&self, segment: u32) -> (u32, Option<ChangeIndex>) {
        let segment = self.segment(segment);
        (segment.author, segment.prev)
    }

    /// The last change of every segment.
    pub(crate) fn tips(&self) -> impl Iterator<Item = ChangeIndex> {
        self.segments.iter().filter_map(|segment| self.last_change(segment))
    }

    /// The numbers along their chain of the changes on a segment.
    pub(crate) fn seqs_of(&self, segment: u32) -> Range<u32> {
        let segment = self.segment(segment);
        let first = segment.streaks.first().map_or(0, |first| self.streaks.get(*first).seq);
        first..self.last_change(segment).map_or(first, |last| self.seq_of(last) + 1)
    }

    /// The change on a segment with a number along its chain. O(log n).
    pub(crate) fn numbered(&self, segment: u32, seq: u32) -> Option<ChangeIndex> {
        let streaks = &self.segment(segment).streaks;
        let passed = streaks.partition_point(|number| self.streaks.get(*number).seq <= seq);
        let number = *streaks.get(passed.checked_sub(1)?)?;
        let streak = self.streaks.get(number);
        let change = streak.first.checked_add(seq - streak.seq)?;
        (change < self.streaks.end(number)).then_some(change)
    }

    /// The changes that are neither among `ends` nor before one of these on its chain, ascending.
    /// Looks at every segment, and at no change but these.
    pub(crate) fn beyond(&self, ends: &[ChangeIndex]) -> Vec<ChangeIndex> {
        let mut ended: Vec<Option<ChangeIndex>> = vec![None; self.segments.len()];
        for end in ends {
            let on_segment = &mut ended[self.segment_of(*end) as usize];
            *on_segment = (*on_segment).max(Some(*end));
        }
        let mut beyond = Vec::new();
        // A segment is opened after its parent.
        for (number, segment) in self.segments.iter().enumerate().rev() {
            #[cfg(test)]
            steps::count();
            let end = ended[number];
            if let (Some(_), Some(parent)) = (end, segment.parent) {
                let on_parent = &mut ended[parent as usize];
                *on_parent = (*on_parent).max(segment.prev);
            }
            let passed = |streak: &u32| Some(self.streaks.end(*streak) - 1) <= end;
            for streak in &segment.streaks[segment.streaks.partition_point(passed)..] {
                #[cfg(test)]
                steps::count();
                let first = self.streaks.get(*streak).first;
                beyond.extend(first.max(end.map_or(0, |end| end + 1))..self.streaks.end(*streak));
            }
        }
        beyond.sort_unstable();
        beyond
    }

    /// How many counters all ops take.
    pub(crate) fn counters(&self) -> usize {
        self.segments.iter().map(|segment| (segment.end - segment.first) as usize).sum()
    }

    /// Whether counters of a segment are those of ops that are here.
    pub(crate) fn holds(&self, range: IdRange) -> bool {
        let segment = self.segments.get(range.chain as usize);
        segment.is_some_and(|segment| segment.first <= range.start && range.end <= segment.end)
    }

    fn jump_below(&self, parent: u32) -> (u32, u32) {
        let up = self.segment(parent);
        let over = self.segment(up.jump);
        let equal = up.depth - over.depth == over.depth - self.segment(over.jump).depth;
        let jump = if equal && up.depth > 0 { over.jump } else { parent };
        (jump, up.depth + 1)
    }

    /// Forgets the newest change.
    pub(crate) fn pop(&mut self) {
        let Some((streak, is_gone)) = self.streaks.pop() else {
            return;
        };
        self.hashes.pop(self.len());
        let segment = &mut self.segments[streak.segment as usize];
        segment.end -= streak.step;
        if is_gone {
            segment.streaks.pop();
        }
        // The newest change opened the newest segment if it was the first on its segment.
        if segment.streaks.is_empty() {
            let author = segment.author;
            self.segments.pop();
            if self.roots.get(&author) == Some(&streak.segment) {
                self.roots.remove(&author);
            }
        }
    }

    /// Sets the highest time back to what it was before changes were forgotten.
    pub(crate) fn set_highest_time(&mut self, time: u32) {
        self.highest_time = time;
    }

    fn segment(&self, number: u32) -> &ChainSegment {
        &self.segments[number as usize]
    }

    /// How many changes are here.
    pub(crate) fn len(&self) -> ChangeIndex {
        self.streaks.changes()
    }

    /// The highest time of any change, 0 if there is none.
    pub(crate) fn highest_time(&self) -> u32 {
        self.highest_time
    }

    /// The segment that the next change after `prev` will lie on.
    pub(crate) fn segment_after(&self, prev: Option<ChangeIndex>) -> u32 {
        self.next_after(prev).segment
    }

    /// The index of a change, if it is here. O(1).
    pub(crate) fn index_of(&self, change: &ChangeHash) -> Option<ChangeIndex> {
        self.hashes.find(change)
    }

    pub(crate) fn hash_of(&self, change: ChangeIndex) -> ChangeHash {
        self.hashes.get(change)
    }

    pub(crate) fn time_of(&self, change: ChangeIndex) -> u32 {
        self.streaks.of(change).time_of(change)
    }

    /// The number of a change along its chain.
    pub(crate) fn seq_of(&self, change: ChangeIndex) -> u32 {
        self.streaks.of(change).seq_of(change)
    }

    /// The change before one on its chain.
    pub(crate) fn prev_of(&self, change: ChangeIndex) -> Option<ChangeIndex> {
        let streak = self.streaks.of(change);
        if change > streak.first {
            return Some(change - 1);
        }
        let segment = self.segment(streak.segment);
        match streak.place.checked_sub(1) {
            Some(earlier) => Some(self.streaks.end(segment.streaks[earlier as usize]) - 1),
            None => segment.prev,
        }
    }

    /// The streak of a change, and the change after the last one of it.
    pub(crate) fn streak_of(&self, change: ChangeIndex) -> (&Streak, ChangeIndex) {
        let number = self.streaks.number_of(change);
        (self.streaks.get(number), self.streaks.end(number))
    }

    pub(crate) fn segment_of(&self, change: ChangeIndex) -> u32 {
        self.streaks.of(change).segment
    }

    pub(crate) fn author_of(&self, segment: u32) -> u32 {
        self.segment(segment).author
    }

    /// The last change of a segment.
    pub(crate) fn tip_of(&self, segment: u32) -> Option<ChangeIndex> {
        self.last_change(self.segment(segment))
    }

    /// The last change of every segment of an author. O(segments).
    pub(crate) fn tips_of_author(&self, author: u32) -> impl Iterator<Item = ChangeIndex> {
        let own = self.segments.iter().filter(move |segment| segment.author == author);
        own.filter_map(|segment| self.last_change(segment))
    }

    fn last_change(&self, segment: &ChainSegment) -> Option<ChangeIndex> {
        segment.streaks.last().map(|last| self.streaks.end(*last) - 1)
    }

    fn first_change(&self, segment: &ChainSegment) -> Option<ChangeIndex> {
        segment.streaks.first().map(|first| self.streaks.get(*first).first)
    }

    /// Whether `earlier` lies on the chain of `later`, which lies on `segment`.
    pub(crate) fn change_on_chain(
        &self,
        segment: u32,
        later: ChangeIndex,
        earlier: ChangeIndex,
    ) -> bool {
        let target = self.segment_of(earlier);
        let depth = self.segment(target).depth;
        if segment == target {
            return earlier <= later;
        }
        if depth >= self.segment(segment).depth || self.ancestor(segment, depth) != target {
            return false;
        }
        // The chain leaves the target segment after the predecessor of what lies below it.
        let below = self.ancestor(segment, depth + 1);
        self.segment(below).prev.is_some_and(|prev| earlier <= prev)
    }

    /// The change that first named `prev` as its predecessor, or the author's first change.
    pub(crate) fn first_after(
        &self,
        author: u32,
        prev: Option<ChangeIndex>,
    ) -> Option<ChangeIndex> {
        match prev {
            Some(prev) => self.after(prev),
            None => self.first_change(self.segment(*self.roots.get(&author)?)),
        }
    }

    /// The change right after one on its segment.
    fn after(&self, change: ChangeIndex) -> Option<ChangeIndex> {
        let number = self.streaks.number_of(change);
        if change + 1 < self.streaks.end(number) {
            return Some(change + 1);
        }
        let streak = self.streaks.get(number);
        let next = self.segment(streak.segment).streaks.get(streak.place as usize + 1)?;
        Some(self.streaks.get(*next).first)
    }

    /// The counter of the first op of a change.
    pub(crate) fn start_of(&self, change: ChangeIndex) -> u32 {
        self.streaks.of(change).start_of(change)
    }

    /// The counter after the last op of a change.
    pub(crate) fn end_of(&self, change: ChangeIndex) -> u32 {
        self.streaks.of(change).end_of(change)
    }

    /// The segment that holds a counter of the chain that runs down to `segment`. O(log forks). A
    /// segment that a change being written will open has nothing above it.
    pub(crate) fn segment_at(&self, mut segment: u32, counter: u32) -> u32 {
        while let Some(here) = self.segments.get(segment as usize) {
            match here.parent {
                Some(parent) if here.first > counter => {
                    let far = self.segment(here.jump).first > counter;
                    segment = if far { here.jump } else { parent };
                }
                _ => break,
            }
        }
        segment
    }

    /// Whether `earlier` lies on the chain of `later`, at or before it. O(log forks).
    pub(crate) fn on_chain(&self, earlier: Id, later: Id) -> bool {
        #[cfg(test)]
        steps::count();
        earlier.counter <= later.counter
            && (earlier.chain == later.chain
                || self.segment_at(later.chain, earlier.counter) == earlier.chain)
    }

    /// The last part of counters `start..end` of the chain that runs down to `segment`: that on the
    /// segment which holds the last of them. O(log forks).
    pub(crate) fn last_piece(&self, segment: u32, start: u32, end: u32) -> IdRange {
        let chain = self.segment_at(segment, end.saturating_sub(1));
        let first = self.segments.get(chain as usize).map_or(0, |segment| segment.first);
        IdRange { chain, start: start.max(first), end }
    }

    /// The part of counters `start..end` of the chain that runs down to `segment` which lies on the
    /// segment `here`. O(log forks).
    pub(crate) fn piece_on(
        &self,
        segment: u32,
        here: u32,
        start: u32,
        end: u32,
    ) -> Option<IdRange> {
        let first = self.segments.get(here as usize).map_or(0, |target| target.first);
        let mut end = end;
        if here != segment {
            let tip = self.segments.get(segment as usize)?;
            let depth = self.segments.get(here as usize)?.depth;
            let passes = depth < tip.depth && self.ancestor(segment, depth) == here;
            let below = passes.then(|| self.ancestor(segment, depth + 1))?;
            end = end.min(self.segment(below).first);
        }
        let start = start.max(first);
        (start < end).then_some(IdRange { chain: here, start, end })
    }

    /// How many counters two chains share, each given by a segment and the end of the chain on it.
    pub(crate) fn shared(&self, a: (u32, u32), b: (u32, u32)) -> u32 {
        let Meeting { at, below: [below_a, below_b] } = self.meeting(a.0, b.0);
        if at.is_none() {
            return 0;
        }
        let leaves = |below: Option<u32>, end| below.map_or(end, |child| self.segment(child).first);
        leaves(below_a, a.1).min(leaves(below_b, b.1))
    }

    /// A total order of positions in an author's tree of segments in which whatever lies after an
    /// op on its chains, on any fork, follows it without a gap: an op's descendants are
    /// consecutive. Positions of different authors or trees are ordered by segment number.
    pub(crate) fn tree_order(&self, a: Id, b: Id) -> Ordering {
        #[cfg(test)]
        steps::count();
        if a.chain == b.chain {
            return a.counter.cmp(&b.counter);
        }
        if a.chain.max(b.chain) as usize >= self.segments.len() {
            return a.chain.cmp(&b.chain);
        }
        let Meeting { below: [below_a, below_b], .. } = self.meeting(a.chain, b.chain);
        // A fork sorts before what its parent goes on with at that counter.
        let key = |below: Option<u32>, counter| match below {
            Some(child) => (self.segment(child).first, 0, child),
            None => (counter, 1, 0),
        };
        key(below_a, a.counter).cmp(&key(below_b, b.counter))
    }

    fn meeting(&self, a: u32, b: u32) -> Meeting {
        let shallow = self.segment(a).depth.min(self.segment(b).depth);
        let (up_a, up_b) = (self.ancestor(a, shallow), self.ancestor(b, shallow));
        if up_a == up_b {
            let below = |from| (from != up_a).then(|| self.ancestor(from, shallow + 1));
            return Meeting { at: Some(up_a), below: [below(a), below(b)] };
        }
        let mut sides = (up_a, up_b);
        loop {
            let (left, right) = (self.segment(sides.0), self.segment(sides.1));
            sides = match (left.parent, right.parent) {
                (Some(over_left), Some(over_right)) if over_left != over_right => {
                    let far = left.jump != right.jump;
                    if far { (left.jump, right.jump) } else { (over_left, over_right) }
                }
                _ => return Meeting { at: left.parent, below: [Some(sides.0), Some(sides.1)] },
            };
        }
    }

    fn ancestor(&self, mut segment: u32, depth: u32) -> u32 {
        while self.segment(segment).depth > depth {
            let here = self.segment(segment);
            let far = self.segment(here.jump).depth >= depth;
            segment = if far { here.jump } else { here.parent.unwrap_or(segment) };
        }
        segment
    }

    /// The change that holds an op; `None` for an op of the change that is being written.
    pub(crate) fn change_of(&self, id: Id) -> Option<ChangeIndex> {
        let segment = self.segments.get(id.chain as usize)?;
        if id.counter >= segment.end {
            return None;
        }
        self.streaks.change_at(&segment.streaks, id.counter)
    }

    /// The counter after the last op of the change that holds an op.
    pub(crate) fn end_of_change_at(&self, id: Id) -> u32 {
        self.change_of(id).map_or(u32::MAX, |change| self.end_of(change))
    }

    /// Time of the change that holds an op. The change that is being written is above all others.
    pub(crate) fn time(&self, id: Id) -> u32 {
        self.change_of(id).map_or(self.highest_time + 1, |change| self.time_of(change))
    }

    /// The order of ops: by time, then change hash, then offset in the change.
    pub(crate) fn op_order(&self, a: Id, b: Id) -> Ordering {
        #[cfg(test)]
        steps::count();
        if a.chain == b.chain {
            return a.counter.cmp(&b.counter);
        }
        match (self.change_of(a), self.change_of(b)) {
            (Some(x), Some(y)) => {
                let times = self.time_of(x).cmp(&self.time_of(y));
                // Hashes of old changes may have to be unpacked first.
                let hashes = || self.hash_of(x).cmp(&self.hash_of(y));
                times.then_with(hashes).then(a.counter.cmp(&b.counter))
            }
            (x, y) => x.is_none().cmp(&y.is_none()),
        }
    }

    /// The op with a name that every replica has for it.
    pub(crate) fn find(&self, change: &ChangeHash, offset: u32) -> Option<Id> {
        let change = self.index_of(change)?;
        let counter = self.start_of(change).checked_add(offset)?;
        let chain = self.segment_of(change);
        (counter < self.end_of(change)).then_some(Id { chain, counter })
    }

    /// The name of an op that every replica has for it: its change's hash and its offset.
    pub(crate) fn global_name(&self, id: Id) -> Option<(ChangeHash, u32)> {
        let change = self.change_of(id)?;
        Some((self.hash_of(change), id.counter - self.start_of(change)))
    }
}
