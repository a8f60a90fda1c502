//! The branches of all chains, and the trees that they form.
//!
//! Every branch has a pointer to its parent and a jump pointer further up, laid out as in Myers'
//! skew-binary random-access lists ("An applicative random-access stack", 1983), so that walking up
//! takes O(log forks) steps and adding a branch O(1).

use core::cmp::Ordering;

use crate::history::format::numbers::{
    AuthorIndex, BranchIndex, ChangeIndex, Full, Number as _, Numbered, StreakIndex, StreakPlace,
};
use crate::op::{Id, IdRange};
#[cfg(test)]
use crate::steps;

/// A part of a chain on which no fork begins. See [`chains`](super).
#[derive(Clone, Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(crate) struct Branch {
    pub(crate) parent: Option<BranchIndex>,
    /// The change that its first one follows.
    pub(crate) prev: Option<ChangeIndex>,
    /// A branch further up, or itself at a root.
    jump: BranchIndex,
    /// Number of branches above.
    depth: u32,
    pub(crate) author: AuthorIndex,
    /// The counter at which it leaves its parent.
    pub(crate) first: u32,
    /// The numbers of the streaks that its changes are, ascending; at least one but while it is
    /// being opened.
    pub(crate) streaks: Numbered<StreakPlace, StreakIndex>,
    /// The counter after its last op.
    pub(crate) end: u32,
}

/// All branches by their numbers, each after its parent.
#[derive(Clone, Debug, Default)]
#[cfg_attr(test, derive(PartialEq))]
pub(crate) struct Branches {
    all: Numbered<BranchIndex, Branch>,
}

/// Where two chains part: the branch both pass through, if any, and on each side the branch
/// below it that the chain goes on into, if it does.
struct Meeting {
    at: Option<BranchIndex>,
    below: [Option<BranchIndex>; 2],
}

impl Branches {
    /// Opens a branch without changes. The first one will follow `prev`, which lies on `parent`,
    /// and begin at the counter `first`.
    pub(crate) fn open(
        &mut self,
        author: AuthorIndex,
        (parent, prev, first): (Option<BranchIndex>, Option<ChangeIndex>, u32),
    ) -> Result<BranchIndex, Full> {
        let (jump, depth) = parent.map_or((self.all.next(), 0), |parent| self.jump_below(parent));
        let streaks = Numbered::default();
        self.all.push(Branch { parent, prev, jump, depth, author, first, streaks, end: first })
    }

    /// Forgets the newest one.
    pub(crate) fn pop(&mut self) {
        self.all.pop();
    }

    /// All by ascending numbers.
    pub(crate) fn all(&self) -> &Numbered<BranchIndex, Branch> {
        &self.all
    }

    pub(crate) fn get(&self, number: BranchIndex) -> &Branch {
        &self.all[number]
    }

    /// The branch with a number, if it is one.
    pub(crate) fn find(&self, number: BranchIndex) -> Option<&Branch> {
        self.all.get(number)
    }

    pub(crate) fn get_mut(&mut self, number: BranchIndex) -> &mut Branch {
        &mut self.all[number]
    }

    /// The branch below `target` that the chain goes on into which runs down to `branch`, another
    /// one.
    pub(crate) fn below(&self, target: BranchIndex, branch: BranchIndex) -> Option<BranchIndex> {
        let depth = self.find(target)?.depth;
        let passes = depth < self.find(branch)?.depth && self.ancestor(branch, depth) == target;
        passes.then(|| self.ancestor(branch, depth + 1))
    }

    fn jump_below(&self, parent: BranchIndex) -> (BranchIndex, u32) {
        let up = self.get(parent);
        let over = self.get(up.jump);
        let equal = up.depth - over.depth == over.depth - self.get(over.jump).depth;
        let jump = if equal && up.depth > 0 { over.jump } else { parent };
        (jump, up.depth + 1)
    }

    /// The branch that holds a counter of the chain that runs down to `branch`.
    pub(crate) fn at(&self, mut branch: BranchIndex, counter: u32) -> BranchIndex {
        while let Some(here) = self.find(branch) {
            match here.parent {
                Some(parent) if here.first > counter => {
                    let far = self.get(here.jump).first > counter;
                    branch = if far { here.jump } else { parent };
                }
                _ => break,
            }
        }
        branch
    }

    pub(crate) fn on_chain(&self, earlier: Id, later: Id) -> bool {
        #[cfg(test)]
        steps::count();
        earlier.counter <= later.counter
            && (earlier.chain == later.chain
                || self.at(BranchIndex::new(later.chain), earlier.counter).get() == earlier.chain)
    }

    pub(crate) fn last_piece(&self, branch: BranchIndex, start: u32, end: u32) -> IdRange {
        let here = self.at(branch, end.saturating_sub(1));
        let first = self.find(here).map_or(0, |branch| branch.first);
        IdRange { chain: here.get(), start: start.max(first), end }
    }

    pub(crate) fn piece_on(
        &self,
        branch: BranchIndex,
        here: BranchIndex,
        start: u32,
        end: u32,
    ) -> Option<IdRange> {
        let first = self.find(here).map_or(0, |target| target.first);
        let mut end = end;
        if here != branch {
            let below = self.below(here, branch)?;
            end = end.min(self.get(below).first);
        }
        let start = start.max(first);
        (start < end).then_some(IdRange { chain: here.get(), start, end })
    }

    /// How many counters two chains share, each given by a branch and the end of the chain on it.
    pub(crate) fn shared(&self, a: (BranchIndex, u32), b: (BranchIndex, u32)) -> u32 {
        let Meeting { at, below: [below_a, below_b] } = self.meeting(a.0, b.0);
        if at.is_none() {
            return 0;
        }
        let leaves =
            |below: Option<BranchIndex>, end| below.map_or(end, |child| self.get(child).first);
        leaves(below_a, a.1).min(leaves(below_b, b.1))
    }

    pub(crate) fn tree_order(&self, a: Id, b: Id) -> Ordering {
        #[cfg(test)]
        steps::count();
        if a.chain == b.chain {
            return a.counter.cmp(&b.counter);
        }
        if a.chain.max(b.chain) >= self.all.count() {
            return a.chain.cmp(&b.chain);
        }
        let (chain_a, chain_b) = (BranchIndex::new(a.chain), BranchIndex::new(b.chain));
        let Meeting { below: [below_a, below_b], .. } = self.meeting(chain_a, chain_b);
        // A fork sorts before what its parent goes on with at that counter.
        let key = |below: Option<BranchIndex>, counter| match below {
            Some(child) => (self.get(child).first, 0, child),
            None => (counter, 1, BranchIndex::FIRST),
        };
        key(below_a, a.counter).cmp(&key(below_b, b.counter))
    }

    fn meeting(&self, a: BranchIndex, b: BranchIndex) -> Meeting {
        let shallow = self.get(a).depth.min(self.get(b).depth);
        let (up_a, up_b) = (self.ancestor(a, shallow), self.ancestor(b, shallow));
        if up_a == up_b {
            let below = |from| (from != up_a).then(|| self.ancestor(from, shallow + 1));
            return Meeting { at: Some(up_a), below: [below(a), below(b)] };
        }
        let mut sides = (up_a, up_b);
        loop {
            let (left, right) = (self.get(sides.0), self.get(sides.1));
            sides = match (left.parent, right.parent) {
                (Some(over_left), Some(over_right)) if over_left != over_right => {
                    let far = left.jump != right.jump;
                    if far { (left.jump, right.jump) } else { (over_left, over_right) }
                }
                _ => return Meeting { at: left.parent, below: [Some(sides.0), Some(sides.1)] },
            };
        }
    }

    fn ancestor(&self, mut branch: BranchIndex, depth: u32) -> BranchIndex {
        while self.get(branch).depth > depth {
            let here = self.get(branch);
            let far = self.get(here.jump).depth >= depth;
            branch = match here.parent {
                Some(parent) if !far => parent,
                _ => here.jump,
            };
        }
        branch
    }
}
