//! Counting work in tests: steps, each of which takes O(log n), rather than time.

use std::cell::Cell;

std::thread_local!(static STEPS: Cell<usize> = const { Cell::new(0) });

/// Counts a step of this thread.
pub(crate) fn count() {
    STEPS.with(|steps| steps.set(steps.get() + 1));
}

/// The steps that something takes.
pub(crate) fn of(work: impl FnOnce()) -> usize {
    let before = STEPS.with(Cell::get);
    work();
    STEPS.with(Cell::get) - before
}
