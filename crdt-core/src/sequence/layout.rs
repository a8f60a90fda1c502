//! Walking the tree of a text's elements.
//!
//! The order is defined in the [module above](super): left subtrees, element, right subtrees, the
//! greatest of siblings first. The elements of an insert are a branch, of which each hangs on the
//! right of the one before; the walk goes along a branch until something else hangs on one of its
//! elements.

use core::cmp::Ordering;
use core::ops::Range;
use std::borrow::Cow;

use super::gathered::{At, Gathered, Insert, Line};
use super::order::Stamp;
use super::{OpOrder, Restored, Sequence, Span, SpanKind, TextChunk};
use crate::codec::split_text;
use crate::op::{Id, IdRange, Side};
use crate::sorted::order;

/// The tree of elements, and how far the walk has come in it.
pub(super) struct Layout<'a> {
    /// The text of all branches, one after the other.
    text: Cow<'a, str>,
    /// By the id of the first element.
    branches: Vec<Branch>,
    /// Branches that hang on the root, the greatest first.
    roots: Vec<usize>,
    /// Branches that hang on elements, by place, and of each place the greatest first.
    children: Vec<Child>,
    /// What was deleted, disjoint and ascending.
    deleted: Vec<IdRange>,
}

/// Elements of one chain, each the right child of the one before.
#[derive(Clone, Copy)]
struct Branch {
    first: Stamp,
    len: u32,
    /// How many of them the walk has passed.
    passed: u32,
    /// Where the text of the others begins.
    text: usize,
    /// The first child that hangs on one of the others.
    child: usize,
    /// The first deleted range that may hold one of the others.
    deleted: usize,
}

impl Branch {
    /// The next element to be passed.
    fn next(&self) -> Id {
        self.first.id.plus(self.passed)
    }
}

/// A branch that hangs on an element of another one.
struct Child {
    parent: usize,
    offset: u32,
    side: Side,
    branch: usize,
}

/// What the walk does next.
enum Step {
    /// It goes along what is left of a branch.
    Along(usize),
    /// It passes the next element of a branch, whose left subtrees have been passed.
    Over(usize),
}

impl<'a> Layout<'a> {
    pub(super) fn of<O: OpOrder + ?Sized>(gathered: &'a Gathered, order: &O) -> Self {
        let Gathered { lines, line_of, deletes, .. } = gathered;
        let inserts = lines.iter().map(|line| line.inserts.len()).sum();
        let mut tree = Self {
            text: Cow::default(),
            branches: Vec::with_capacity(inserts),
            roots: Vec::new(),
            children: Vec::with_capacity(inserts),
            deleted: merged(deletes.clone()),
        };
        // Of each line the number of its first branch.
        let mut firsts = vec![0; lines.len()];
        for line in line_of.values() {
            firsts[*line] = tree.branches.len();
            tree.append(&lines[*line]);
        }
        for (line, first) in lines.iter().zip(&firsts) {
            tree.hang(&line.inserts, *first, &firsts);
        }
        tree.sort_siblings(order);
        tree.find_starts();
        tree
    }

    /// Makes branches of the inserts of a line, which are on a chain after those so far.
    fn append(&mut self, line: &'a Line) {
        let start = self.text.len();
        // Most often there is one.
        if start == 0 {
            self.text = Cow::Borrowed(&line.text);
        } else {
            self.text.to_mut().push_str(&line.text);
        }
        self.branches.extend(line.inserts.iter().map(|insert| Branch {
            first: insert.first,
            len: insert.len,
            passed: 0,
            text: start + insert.text,
            child: 0,
            deleted: 0,
        }));
    }

    /// Hangs up the branches of the inserts of a line. The branches of each line begin at one of
    /// `firsts`.
    fn hang(&mut self, inserts: &[Insert], first: usize, firsts: &[usize]) {
        for (branch, insert) in (first..).zip(inserts) {
            match insert.parent {
                None => self.roots.push(branch),
                Some((At { line, insert: parent, offset }, side)) => {
                    let parent = firsts[line] + parent;
                    self.children.push(Child { parent, offset, side, branch });
                }
            }
        }
    }

    fn sort_siblings<O: OpOrder + ?Sized>(&mut self, order: &O) {
        let Self { branches, roots, children, .. } = self;
        let greatest_first = |left: usize, right: usize| {
            if left == right {
                Ordering::Equal
            } else if branches[left].first.exceeds(branches[right].first, order) {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        };
        roots.sort_unstable_by(|left, right| greatest_first(*left, *right));
        children.sort_unstable_by(|left, right| {
            let place = |child: &Child| (child.parent, child.offset, child.side);
            place(left).cmp(&place(right)).then_with(|| greatest_first(left.branch, right.branch))
        });
    }

    /// Looks up where the children and the deleted ranges of each branch begin.
    fn find_starts(&mut self) {
        let (mut child, mut deleted) = (0, 0);
        for (number, branch) in self.branches.iter_mut().enumerate() {
            while self.children.get(child).is_some_and(|child| child.parent < number) {
                child += 1;
            }
            let Id { chain, counter } = branch.first.id;
            let before = |range: &IdRange| (range.chain, range.end) <= (chain, counter);
            while self.deleted.get(deleted).is_some_and(before) {
                deleted += 1;
            }
            (branch.child, branch.deleted) = (child, deleted);
        }
    }

    /// The elements in list order.
    pub(super) fn walk<O: OpOrder + ?Sized>(mut self, order: &O) -> Sequence<TextChunk> {
        let text = core::mem::take(&mut self.text);
        let mut laid = Laid { text: &text, last: None, restored: Restored::new(), order };
        let mut steps: Vec<Step> =
            self.roots.iter().rev().map(|branch| Step::Along(*branch)).collect();
        while let Some(step) = steps.pop() {
            match step {
                Step::Along(branch) => self.go_along(branch, &mut steps, &mut laid),
                Step::Over(branch) => self.go_over(branch, &mut steps, &mut laid),
            }
        }
        laid.finish()
    }

    /// Goes along a branch to the next element that something hangs on, and to its left subtrees.
    fn go_along<O: OpOrder + ?Sized>(
        &mut self,
        branch: usize,
        steps: &mut Vec<Step>,
        laid: &mut Laid<'_, O>,
    ) {
        let child =
            self.children.get(self.branches[branch].child).filter(|child| child.parent == branch);
        let Some(offset) = child.map(|child| child.offset) else {
            return self.pass(branch, self.branches[branch].len, laid);
        };
        self.pass(branch, offset, laid);
        let lefts = self.take_children(branch, Side::Left);
        if lefts.is_empty() {
            return self.go_over(branch, steps, laid);
        }
        laid.push(Span { first: self.branches[branch].next(), kind: SpanKind::Anchor }, 0..0);
        steps.push(Step::Over(branch));
        self.push_reversed(lefts, steps);
    }

    /// Goes over an element, and to its right subtrees. One of them is the rest of its branch.
    fn go_over<O: OpOrder + ?Sized>(
        &mut self,
        branch: usize,
        steps: &mut Vec<Step>,
        laid: &mut Laid<'_, O>,
    ) {
        let rights = self.take_children(branch, Side::Right);
        self.pass(branch, self.branches[branch].passed + 1, laid);
        let rest = self.branches[branch];
        if rest.passed == rest.len {
            return self.push_reversed(rights, steps);
        }
        let next = Stamp::of(rest.next(), laid.order);
        let exceeds = |child: &Child| self.branches[child.branch].first.exceeds(next, laid.order);
        let greater = self.children[rights.clone()].partition_point(exceeds);
        let lower = rights.start + greater;
        self.push_reversed(lower..rights.end, steps);
        steps.push(Step::Along(branch));
        self.push_reversed(rights.start..lower, steps);
    }

    /// The children on one side of the next element of a branch, which are no longer those that
    /// come next.
    fn take_children(&mut self, number: usize, side: Side) -> Range<usize> {
        let branch = &mut self.branches[number];
        let start = branch.child;
        let place = (number, branch.passed, side);
        let hangs_here = |child: &&Child| (child.parent, child.offset, child.side) == place;
        branch.child += self.children[start..].iter().take_while(hangs_here).count();
        start..branch.child
    }

    fn push_reversed(&self, children: Range<usize>, steps: &mut Vec<Step>) {
        steps.extend(self.children[children].iter().rev().map(|child| Step::Along(child.branch)));
    }

    /// Passes the elements of a branch up to an offset.
    fn pass<O: OpOrder + ?Sized>(&mut self, branch: usize, end: u32, laid: &mut Laid<'_, O>) {
        let branch = &mut self.branches[branch];
        while branch.passed < end {
            let next = branch.next();
            let until = |counter: u32| (counter - branch.first.id.counter).min(end);
            let (is_deleted, until) = match self.deleted.get(branch.deleted) {
                Some(range) if range.chain != next.chain => (false, end),
                Some(range) if range.end <= next.counter => {
                    branch.deleted += 1;
                    continue;
                }
                Some(range) if range.start <= next.counter => (true, until(range.end)),
                Some(range) => (false, until(range.start)),
                None => (false, end),
            };
            let len = until - branch.passed;
            let kind = if is_deleted { SpanKind::Vacant(len) } else { SpanKind::Live(len) };
            let bytes = laid.bytes_of(branch.text, len);
            laid.push(Span { first: next, kind }, branch.text..branch.text + bytes);
            (branch.passed, branch.text) = (until, branch.text + bytes);
        }
    }
}

/// These ids in ascending order, each once.
fn merged(mut ranges: Vec<IdRange>) -> Vec<IdRange> {
    order::sort_by_key(&mut ranges, |range| (range.chain, range.start));
    ranges.dedup_by(|range, last| {
        let touches = range.chain == last.chain && range.start <= last.end;
        last.end = if touches { last.end.max(range.end) } else { last.end };
        touches
    });
    ranges
}

/// What the walk has passed.
struct Laid<'a, O: ?Sized> {
    text: &'a str,
    /// The last span, which what follows may go on with, and its text.
    last: Option<(Span, Range<usize>)>,
    restored: Restored<TextChunk>,
    order: &'a O,
}

impl<O: OpOrder + ?Sized> Laid<'_, O> {
    /// How many bytes some characters from a place on have.
    fn bytes_of(&self, start: usize, chars: u32) -> usize {
        let rest = &self.text[start..];
        split_text(rest, chars).map_or(rest.len(), |(taken, _)| taken.len())
    }

    /// Appends a span. Branches lie in the text as their ids follow on each other.
    fn push(&mut self, next: Span, text: Range<usize>) {
        let joined = self.last.as_mut().and_then(|last| Some((last.0.joined(next)?, last)));
        if let Some((joined, last)) = joined {
            (last.0, last.1.end) = (joined, text.end);
        } else {
            self.flush();
            self.last = Some((next, text));
        }
    }

    fn flush(&mut self) {
        if let Some((span, text)) = self.last.take() {
            self.restored.push(span, &self.text[text], self.order);
        }
    }

    fn finish(mut self) -> Sequence<TextChunk> {
        self.flush();
        let whole = self.restored.finish(self.order);
        debug_assert!(whole.is_some(), "the walk goes over every element on whose left it went");
        whole.unwrap_or_else(|| {
            tracing::error!("the order of a text could not be laid out");
            Sequence::default()
        })
    }
}
