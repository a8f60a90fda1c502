//! Counting work in tests: steps, each of which takes O(log n), rather than time.

use std::cell::Cell;

std::thread_local!(static STEPS: Cell<usize> = const { Cell::new(0) });

/// Counts a step of this thread.
pub(crate) fn count() {
    STEPS.with(|steps| steps.set(steps.get() + 1));
}

/// Asserts that twice as much of something takes little more than twice the steps, as what grows
/// with n log n does.
pub(crate) fn assert_even(what: &str, work: impl Fn(u32) -> usize) {
    let (half, whole) = (work(500), work(1000));
    assert!(half >= 250, "{what}: {half} steps are not all there is to count");
    assert!(whole <= half * 5 / 2, "{what}: {half} steps come to {whole}");
}

/// The steps that something takes.
pub(crate) fn of(work: impl FnOnce()) -> usize {
    let before = STEPS.with(Cell::get);
    work();
    STEPS.with(Cell::get) - before
}
