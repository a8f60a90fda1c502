//! Chains of changes, the names of ops along them, and the order of ops.
//!
//! An author's changes are linked by `prev`. As long as an author never writes two changes with one
//! predecessor they form a line; an author that does (a fork) makes a tree. The tree is kept as
//! *branches*: a branch begins at an author's first change or at the second change that names some
//! predecessor, and goes on with whatever first extends its last change. Branch numbers differ
//! between replicas; everything that leaves this module as meaning does not depend on them.
//!
//! What is on which branch is kept by [`streaks`]; how branches lie in their trees, by
//! [`branches`].

mod branches;
mod ends;
mod precedence;
mod streaks;

pub(crate) use streaks::Streak;

use core::cmp::Ordering;

use branches::{Branch, Branches};
use streaks::Streaks;

use super::authors::Authors;
use super::hashes::Hashes;
use crate::crypto::ChangeHash;
use crate::history::format::numbers::{AuthorIndex, BranchIndex, ChangeIndex, Full, Number as _};
use crate::op::limits::MAX_COUNTER;
use crate::op::{Id, IdRange};
use crate::sorted::SortedMap;

/// The chains of every author, and the time and hash of every change on them.
#[derive(Clone, Debug, Default)]
#[cfg_attr(test, derive(PartialEq))]
pub struct Chains {
    /// Whose chains they are. Every author here has been checked; one may have no chain yet.
    pub(crate) authors: Authors,
    branches: Branches,
    /// The first branch of each author that begins a chain.
    roots: SortedMap<AuthorIndex, BranchIndex>,
    streaks: Streaks,
    hashes: Hashes,
    highest_time: u32,
}

/// What is needed to append a change to the chains.
pub(crate) struct NewChange {
    pub(crate) hash: ChangeHash,
    pub(crate) author: AuthorIndex,
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
    pub(crate) branch: BranchIndex,
    /// Whether it opens this branch.
    pub(crate) opens: bool,
    /// Number along the chain, and counter of the first op.
    pub(crate) seq: u32,
    pub(crate) start: u32,
}

impl Chains {
    /// Makes room for so many more changes.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.hashes.reserve(more);
    }

    /// Where the next change after one will lie: on its branch, if it is the last there, or else on
    /// one of its own.
    pub(crate) fn next_after(&self, prev: Option<ChangeIndex>) -> Next {
        let opened = self.branches.all().next();
        let Some(before) = prev else {
            return Next { prev, after: 0, branch: opened, opens: true, seq: 0, start: 0 };
        };
        let streak = self.streaks.of(before);
        let opens = self.tip_of(streak.branch) != prev;
        Next {
            prev,
            after: streak.time_of(before),
            branch: if opens { opened } else { streak.branch },
            opens,
            seq: streak.seq_of(before) + 1,
            start: streak.end_of(before),
        }
    }

    /// The id that the next op of an author will have whose last change is `prev`.
    pub(crate) fn next_id(&self, prev: Option<ChangeIndex>) -> Id {
        let Next { branch, start, .. } = self.next_after(prev);
        Id { chain: branch.get(), counter: start }
    }

    /// Appends a change.
    ///
    /// # Errors
    /// [`Full`] if there are as many as can be numbered. Nothing has changed then: there are no
    /// more branches and streaks than changes.
    pub(crate) fn append(&mut self, change: &NewChange) -> Result<(), Full> {
        self.check_room()?;
        let Next { prev, branch, opens, seq, .. } = change.next;
        if opens {
            self.open_branch(change.author, prev)?;
        }
        self.hashes.push(change.hash, self.len());
        self.extend(branch, seq, (change.time, change.counters), 1)
    }

    /// Refuses if no further change can be numbered.
    pub(crate) fn check_room(&self) -> Result<(), Full> {
        self.streaks.changes().checked_add(1).map(drop).ok_or(Full)
    }

    /// Appends changes to a branch, which take equally many counters each.
    fn extend(
        &mut self,
        branch: BranchIndex,
        seq: u32,
        (time, step): (u32, u32),
        count: u32,
    ) -> Result<(), Full> {
        let entry = self.branches.get_mut(branch);
        let (first, start, place) = (self.streaks.changes(), entry.end, entry.streaks.next());
        let streak = Streak { first, branch, place, seq, time, start, step };
        if let Some(number) = self.streaks.push(streak, count)? {
            entry.streaks.push(number)?;
        }
        entry.end += step * count;
        self.highest_time = self.highest_time.max(time + (count - 1));
        Ok(())
    }

    /// Opens a branch for changes to come, and says which number it has.
    pub(crate) fn open_branch(
        &mut self,
        author: AuthorIndex,
        prev: Option<ChangeIndex>,
    ) -> Result<BranchIndex, Full> {
        let (parent, first) = match prev {
            Some(prev) => (Some(self.branch_of(prev)), self.end_of(prev)),
            None => (None, 0),
        };
        let number = self.branches.open(author, (parent, prev, first))?;
        if parent.is_none() {
            self.roots.entry(author).or_insert(number);
        }
        Ok(number)
    }

    /// Adds changes to a branch as they were saved: each takes `step` counters, and the first is at
    /// a time so much after the branch's last one. `None` if that is not possible.
    pub(crate) fn restore(
        &mut self,
        branch: BranchIndex,
        later: u32,
        step: u32,
        count: u32,
    ) -> Option<()> {
        let entry = self.branches.find(branch)?;
        let last = entry.streaks.last().map(|last| self.streaks.end(*last) - 1);
        let seq = last.or(entry.prev).map_or(0, |last| self.seq_of(last) + 1);
        let after = last.map_or(0, |last| self.time_of(last) + 1);
        let time = after.checked_add(later)?;
        time.checked_add(count)?;
        let end = step.checked_mul(count).and_then(|more| entry.end.checked_add(more))?;
        if end > MAX_COUNTER {
            return None;
        }
        self.extend(branch, seq, (time, step), count).ok()
    }

    /// The hashes of all changes, of which there are none yet.
    pub(crate) fn set_hashes(&mut self, hashes: Hashes) {
        self.hashes = hashes;
    }

    /// All changes in order of admission, as streaks, with how many each is.
    pub(crate) fn streaks(&self) -> impl Iterator<Item = (&Streak, u32)> {
        self.streaks.iter()
    }

    /// The branch of a change, and the counter after its last op.
    pub(crate) fn end_on_branch(&self, change: ChangeIndex) -> (BranchIndex, u32) {
        let streak = self.streaks.of(change);
        (streak.branch, streak.end_of(change))
    }

    /// The numbers of all branches.
    pub(crate) fn branches(&self) -> impl Iterator<Item = BranchIndex> + use<> {
        self.branches.all().numbers()
    }

    /// The author of a branch, and what its first change follows.
    pub(crate) fn root_of(&self, branch: BranchIndex) -> (AuthorIndex, Option<ChangeIndex>) {
        let Branch { author, prev, .. } = self.branches.get(branch);
        (*author, *prev)
    }

    /// Forgets the newest change.
    pub(crate) fn pop(&mut self) {
        let Some((streak, is_gone)) = self.streaks.pop() else {
            return;
        };
        self.hashes.pop(self.len());
        let branch = self.branches.get_mut(streak.branch);
        branch.end -= streak.step;
        if is_gone {
            branch.streaks.pop();
        }
        // The newest change opened the newest branch if it was the first on its branch.
        if branch.streaks.is_empty() {
            let author = branch.author;
            self.branches.pop();
            if self.roots.get(&author) == Some(&streak.branch) {
                self.roots.remove(&author);
            }
        }
    }

    /// Sets the highest time back to what it was before changes were forgotten.
    pub(crate) fn set_highest_time(&mut self, time: u32) {
        self.highest_time = time;
    }

    /// How many changes are here.
    pub(crate) fn len(&self) -> ChangeIndex {
        self.streaks.changes()
    }

    /// The highest time of any change, 0 if there is none.
    pub(crate) fn highest_time(&self) -> u32 {
        self.highest_time
    }

    /// The index of a change, if it is here. O(1).
    pub(crate) fn index_of(&self, change: &ChangeHash) -> Option<ChangeIndex> {
        self.hashes.find(change)
    }

    /// Whether a change is here, if that can be told without unpacking the archive.
    pub(crate) fn contains_at_hand(&self, change: &ChangeHash) -> Option<bool> {
        self.hashes.contains_at_hand(change)
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
        let branch = self.branches.get(streak.branch);
        match streak.place.before() {
            Some(earlier) => Some(self.streaks.end(branch.streaks[earlier]) - 1),
            None => branch.prev,
        }
    }

    /// The streak of a change, and the change after the last one of it.
    pub(crate) fn streak_of(&self, change: ChangeIndex) -> (&Streak, ChangeIndex) {
        let number = self.streaks.number_of(change);
        (self.streaks.get(number), self.streaks.end(number))
    }

    pub(crate) fn branch_of(&self, change: ChangeIndex) -> BranchIndex {
        self.streaks.of(change).branch
    }

    pub(crate) fn author_of(&self, branch: BranchIndex) -> AuthorIndex {
        self.branches.get(branch).author
    }

    /// The last change of a branch; `None` if there is no such branch.
    pub(crate) fn tip_of(&self, branch: BranchIndex) -> Option<ChangeIndex> {
        self.last_change(self.branches.find(branch)?)
    }

    fn last_change(&self, branch: &Branch) -> Option<ChangeIndex> {
        branch.streaks.last().map(|last| self.streaks.end(*last) - 1)
    }

    fn first_change(&self, branch: &Branch) -> Option<ChangeIndex> {
        branch.streaks.first().map(|first| self.streaks.get(*first).first)
    }

    /// The first branch of an author that begins a chain.
    pub(crate) fn root(&self, author: AuthorIndex) -> Option<BranchIndex> {
        self.roots.get(&author).copied()
    }

    /// The change that first named `prev` as its predecessor, or the author's first change.
    pub(crate) fn first_after(
        &self,
        author: AuthorIndex,
        prev: Option<ChangeIndex>,
    ) -> Option<ChangeIndex> {
        match prev {
            Some(prev) => self.after(prev),
            None => self.first_change(self.branches.get(self.root(author)?)),
        }
    }

    /// The change right after one on its branch.
    fn after(&self, change: ChangeIndex) -> Option<ChangeIndex> {
        let number = self.streaks.number_of(change);
        if change + 1 < self.streaks.end(number) {
            return Some(change + 1);
        }
        let streak = self.streaks.get(number);
        let next = self.branches.get(streak.branch).streaks.get(streak.place.after()?)?;
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

    /// How many counters all ops take.
    pub(crate) fn counters(&self) -> usize {
        let branches = self.branches.all().as_slice().iter();
        branches.map(|branch| (branch.end - branch.first) as usize).sum()
    }

    /// Whether counters of a branch are those of ops that are here.
    pub(crate) fn holds(&self, range: IdRange) -> bool {
        let branch = self.branches.find(BranchIndex::new(range.chain));
        branch.is_some_and(|branch| branch.first <= range.start && range.end <= branch.end)
    }

    /// Whether `earlier` lies on the chain of `later`, which lies on `branch`.
    pub(crate) fn change_on_chain(
        &self,
        branch: BranchIndex,
        later: ChangeIndex,
        earlier: ChangeIndex,
    ) -> bool {
        let target = self.branch_of(earlier);
        if branch == target {
            return earlier <= later;
        }
        // The chain leaves the target branch after the predecessor of what lies below it.
        let below = self.branches.below(target, branch);
        below.is_some_and(|below| self.branches.get(below).prev.is_some_and(|prev| earlier <= prev))
    }

    /// The branch that holds a counter of the chain that runs down to `branch`. O(log forks). A
    /// branch that a change being written will open has nothing above it.
    pub(crate) fn branch_at(&self, branch: BranchIndex, counter: u32) -> BranchIndex {
        self.branches.at(branch, counter)
    }

    /// How many counters two chains share, each given by a branch and the end of the chain on it.
    pub(crate) fn shared(&self, a: (BranchIndex, u32), b: (BranchIndex, u32)) -> u32 {
        self.branches.shared(a, b)
    }

    /// Whether `earlier` lies on the chain of `later`, at or before it. O(log forks).
    pub(crate) fn on_chain(&self, earlier: Id, later: Id) -> bool {
        self.branches.on_chain(earlier, later)
    }

    /// The last part of counters `start..end` of the chain that runs down to a branch: that on the
    /// branch which holds the last of them. O(log forks).
    pub(crate) fn last_piece(&self, chain: u32, start: u32, end: u32) -> IdRange {
        self.branches.last_piece(BranchIndex::new(chain), start, end)
    }

    /// The part of counters `start..end` of the chain that runs down to a branch which lies on the
    /// branch `here`. O(log forks).
    pub(crate) fn piece_on(&self, chain: u32, here: u32, start: u32, end: u32) -> Option<IdRange> {
        self.branches.piece_on(BranchIndex::new(chain), BranchIndex::new(here), start, end)
    }

    /// The last counter of `on`'s branch, up to `on`, that is on the way to `below`, which lies
    /// below it or on that branch. O(log forks).
    pub(crate) fn last_shared(&self, on: Id, below: Id) -> u32 {
        if on.chain == below.chain {
            return below.counter.min(on.counter);
        }
        let end = |id: Id| (BranchIndex::new(id.chain), id.counter + 1);
        self.branches.shared(end(on), end(below)).saturating_sub(1)
    }

    /// A total order of positions in an author's tree of branches in which whatever lies after an
    /// op on its chains, on any fork, follows it without a gap: an op's descendants are
    /// consecutive. Positions of different authors or trees are ordered by branch number.
    pub(crate) fn tree_order(&self, a: Id, b: Id) -> Ordering {
        self.branches.tree_order(a, b)
    }
}
