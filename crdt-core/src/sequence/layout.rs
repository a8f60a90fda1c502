//! Walking the tree of a text's elements.
//!
//! The order is defined in the [module above](super): left subtrees, element, right subtrees, the
//! greatest of siblings first. The elements of an insert are a run, of which each hangs on the right
//! of the one before; the walk goes along a run until something else hangs on one of its elements.

use core::cmp::Ordering;
use core::ops::Range;

use super::gathered::{Gathered, Insert, Line, Spot};
use super::order::Stamp;
use super::{OpOrder, Restored, Sequence, Span, SpanKind, TextChunk};
use crate::codec::split_text;
use crate::op::{Id, IdRange, Side};

/// The tree of elements, and how far the walk has come in it.
pub(super) struct Layout {
    /// The text of all runs, one after the other.
    text: String,
    /// By the name of the first element.
    runs: Vec<Run>,
    /// Runs that hang on the root, the greatest first.
    roots: Vec<usize>,
    /// Runs that hang on elements, by place, and of each place the greatest first.
    children: Vec<Child>,
    /// What was deleted, disjoint and ascending.
    deleted: Vec<IdRange>,
}

/// Elements of one chain, each the right child of the one before.
#[derive(Clone, Copy)]
struct Run {
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

impl Run {
    /// The next element to be passed.
    fn next(&self) -> Id {
        self.first.id.plus(self.passed)
    }
}

/// A run that hangs on an element of another one.
struct Child {
    parent: usize,
    offset: u32,
    side: Side,
    run: usize,
}

/// What the walk does next.
enum Step {
    /// It goes along what is left of a run.
    Along(usize),
    /// It passes the next element of a run, whose left subtrees have been passed.
    Over(usize),
}

impl Layout {
    pub(super) fn of<O: OpOrder + ?Sized>(gathered: Gathered, order: &O) -> Self {
        let Gathered { mut lines, line_of, deletes, .. } = gathered;
        let inserts = lines.iter().map(|line| line.inserts.len()).sum();
        let mut tree = Self {
            text: String::new(),
            runs: Vec::with_capacity(inserts),
            roots: Vec::new(),
            children: Vec::with_capacity(inserts),
            deleted: merged(deletes),
        };
        // Of each line the number of its first run.
        let mut firsts = vec![0; lines.len()];
        for line in line_of.values() {
            firsts[*line] = tree.runs.len();
            tree.append(&mut lines[*line]);
        }
        for (line, first) in lines.iter().zip(&firsts) {
            tree.hang(&line.inserts, *first, &firsts);
        }
        tree.sort_siblings(order);
        tree.find_starts();
        tree
    }

    /// Makes runs of the inserts of a line, which are on a chain after those so far.
    fn append(&mut self, line: &mut Line) {
        let start = self.text.len();
        if start == 0 {
            self.text = core::mem::take(&mut line.text);
        } else {
            self.text.push_str(&line.text);
        }
        self.runs.extend(line.inserts.iter().map(|insert| Run {
            first: insert.first,
            len: insert.len,
            passed: 0,
            text: start + insert.text,
            child: 0,
            deleted: 0,
        }));
    }

    /// Hangs up the runs of the inserts of a line. The runs of each line begin at one of `firsts`.
    fn hang(&mut self, inserts: &[Insert], first: usize, firsts: &[usize]) {
        for (run, insert) in (first..).zip(inserts) {
            match insert.parent {
                None => self.roots.push(run),
                Some(Spot { line, insert: parent, offset }) => {
                    let parent = firsts[line] + parent;
                    self.children.push(Child { parent, offset, side: insert.side, run });
                }
            }
        }
    }

    fn sort_siblings<O: OpOrder + ?Sized>(&mut self, order: &O) {
        let Self { runs, roots, children, .. } = self;
        let greatest_first = |left: usize, right: usize| {
            if left == right {
                Ordering::Equal
            } else if runs[left].first.exceeds(runs[right].first, order) {
                Ordering::Less
            } else {
                Ordering::Greater
            }
        };
        roots.sort_unstable_by(|left, right| greatest_first(*left, *right));
        children.sort_unstable_by(|left, right| {
            let place = |child: &Child| (child.parent, child.offset, child.side);
            place(left).cmp(&place(right)).then_with(|| greatest_first(left.run, right.run))
        });
    }

    /// Looks up where the children and the deleted ranges of each run begin.
    fn find_starts(&mut self) {
        let (mut child, mut deleted) = (0, 0);
        for (number, run) in self.runs.iter_mut().enumerate() {
            while self.children.get(child).is_some_and(|child| child.parent < number) {
                child += 1;
            }
            let Id { chain, counter } = run.first.id;
            let before = |range: &IdRange| (range.chain, range.end) <= (chain, counter);
            while self.deleted.get(deleted).is_some_and(before) {
                deleted += 1;
            }
            (run.child, run.deleted) = (child, deleted);
        }
    }

    /// The elements in list order.
    pub(super) fn walk<O: OpOrder + ?Sized>(mut self, order: &O) -> Sequence<TextChunk> {
        let text = core::mem::take(&mut self.text);
        let mut laid = Laid { text: &text, last: None, restored: Restored::new(), order };
        let mut steps: Vec<Step> = self.roots.iter().rev().map(|run| Step::Along(*run)).collect();
        while let Some(step) = steps.pop() {
            match step {
                Step::Along(run) => self.go_along(run, &mut steps, &mut laid),
                Step::Over(run) => self.go_over(run, &mut steps, &mut laid),
            }
        }
        laid.finish()
    }

    /// Goes along a run to the next element that something hangs on, and to its left subtrees.
    fn go_along<O: OpOrder + ?Sized>(
        &mut self,
        run: usize,
        steps: &mut Vec<Step>,
        laid: &mut Laid<'_, O>,
    ) {
        let child = self.children.get(self.runs[run].child).filter(|child| child.parent == run);
        let Some(offset) = child.map(|child| child.offset) else {
            return self.pass(run, self.runs[run].len, laid);
        };
        self.pass(run, offset, laid);
        let lefts = self.take_children(run, Side::Left);
        if lefts.is_empty() {
            return self.go_over(run, steps, laid);
        }
        laid.push(Span { first: self.runs[run].next(), kind: SpanKind::Anchor }, 0..0);
        steps.push(Step::Over(run));
        self.push_reversed(lefts, steps);
    }

    /// Goes over an element, and to its right subtrees. One of them is the rest of its run.
    fn go_over<O: OpOrder + ?Sized>(
        &mut self,
        run: usize,
        steps: &mut Vec<Step>,
        laid: &mut Laid<'_, O>,
    ) {
        let rights = self.take_children(run, Side::Right);
        self.pass(run, self.runs[run].passed + 1, laid);
        let rest = self.runs[run];
        if rest.passed == rest.len {
            return self.push_reversed(rights, steps);
        }
        let next = Stamp::of(rest.next(), laid.order);
        let exceeds = |child: &Child| self.runs[child.run].first.exceeds(next, laid.order);
        let greater = self.children[rights.clone()].partition_point(exceeds);
        let lower = rights.start + greater;
        self.push_reversed(lower..rights.end, steps);
        steps.push(Step::Along(run));
        self.push_reversed(rights.start..lower, steps);
    }

    /// The children on one side of the next element of a run, which are no longer those that come
    /// next.
    fn take_children(&mut self, number: usize, side: Side) -> Range<usize> {
        let run = &mut self.runs[number];
        let start = run.child;
        let place = (number, run.passed, side);
        let hangs_here = |child: &&Child| (child.parent, child.offset, child.side) == place;
        run.child += self.children[start..].iter().take_while(hangs_here).count();
        start..run.child
    }

    fn push_reversed(&self, children: Range<usize>, steps: &mut Vec<Step>) {
        steps.extend(self.children[children].iter().rev().map(|child| Step::Along(child.run)));
    }

    /// Passes the elements of a run up to an offset.
    fn pass<O: OpOrder + ?Sized>(&mut self, run: usize, end: u32, laid: &mut Laid<'_, O>) {
        let run = &mut self.runs[run];
        while run.passed < end {
            let next = run.next();
            let until = |counter: u32| (counter - run.first.id.counter).min(end);
            let (is_deleted, until) = match self.deleted.get(run.deleted) {
                Some(range) if range.chain != next.chain => (false, end),
                Some(range) if range.end <= next.counter => {
                    run.deleted += 1;
                    continue;
                }
                Some(range) if range.start <= next.counter => (true, until(range.end)),
                Some(range) => (false, until(range.start)),
                None => (false, end),
            };
            let len = until - run.passed;
            let kind = if is_deleted { SpanKind::Deleted(len) } else { SpanKind::Live(len) };
            let bytes = laid.bytes_of(run.text, len);
            laid.push(Span { first: next, kind }, run.text..run.text + bytes);
            (run.passed, run.text) = (until, run.text + bytes);
        }
    }
}

/// The same names in ascending order, each once.
fn merged(mut ranges: Vec<IdRange>) -> Vec<IdRange> {
    ranges.sort_unstable_by_key(|range| (range.chain, range.start));
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

    /// Appends a span. Runs lie in the text as their names follow on each other.
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
        self.restored.finish(self.order).unwrap_or_default()
    }
}
