//! Time and memory of one run.

use std::alloc::System;
use std::time::{Duration, Instant};

use cap::Cap;
use serde::{Deserialize, Serialize};

/// Counts the bytes that all peers ask for, at the price of one relaxed atomic addition for each
/// allocation. Everything else is the system's allocator.
#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

/// Bytes that are allocated now, as they were asked for.
pub fn live_heap() -> usize {
    HEAP.allocated()
}

/// Runs something and says how long it took.
pub fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let value = run();
    (value, start.elapsed())
}

/// What a figure counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Nanoseconds.
    Time,
    /// Bytes.
    Bytes,
    /// So many of what the column says.
    Count,
}

/// One column of a table.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// How much it was.
    pub value: f64,
    /// Of what.
    pub unit: Unit,
}

/// What one run of a task gave, in the order of the columns.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub struct Sample {
    /// The figures.
    pub figures: Vec<Figure>,
}

impl Sample {
    /// Adds a time.
    #[must_use]
    pub fn time(self, name: &str, took: Duration) -> Self {
        self.nanoseconds(name, took.as_nanos() as f64)
    }

    /// Adds the share of one of `count` equal steps in a time.
    #[must_use]
    pub fn time_each(self, name: &str, took: Duration, count: usize) -> Self {
        self.nanoseconds(name, took.as_nanos() as f64 / count.max(1) as f64)
    }

    fn nanoseconds(self, name: &str, value: f64) -> Self {
        self.figure(name, value, Unit::Time)
    }

    /// Adds a size.
    #[must_use]
    pub fn bytes(self, name: &str, bytes: usize) -> Self {
        self.figure(name, bytes as f64, Unit::Bytes)
    }

    /// Adds a number.
    #[must_use]
    pub fn count(self, name: &str, count: usize) -> Self {
        self.figure(name, count as f64, Unit::Count)
    }

    /// Adds what was allocated since `before`, as [`live_heap`] gave it, and is still held.
    #[must_use]
    pub fn heap_since(self, name: &str, before: usize) -> Self {
        let held = live_heap().saturating_sub(before);
        self.bytes(name, held)
    }

    /// Adds the share of one of `count` equal parts in what is still held since `before`.
    #[must_use]
    pub fn heap_each_since(self, name: &str, before: usize, count: usize) -> Self {
        let held = live_heap().saturating_sub(before);
        self.figure(name, held as f64 / count.max(1) as f64, Unit::Bytes)
    }

    fn figure(mut self, name: &str, value: f64, unit: Unit) -> Self {
        self.figures.push(Figure { name: name.to_owned(), value, unit });
        self
    }
}
