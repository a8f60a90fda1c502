//! Seeds of runs in which everything follows from the seed.

use std::env;
use std::ops::Range;
use std::thread;

/// The seeds to run: the first `count`, unless `CRDT_SEEDS=from..to` says otherwise.
pub fn seeds(count: u64) -> Range<u64> {
    let chosen = env::var("CRDT_SEEDS").ok();
    let chosen = chosen.as_deref().and_then(|range| range.split_once(".."));
    chosen.map_or(0..count, |(from, to)| {
        let number = |text: &str| text.parse().expect("CRDT_SEEDS=from..to");
        number(from)..number(to)
    })
}

/// Prints the seed of a run if it panics.
pub struct Seed(pub u64);

impl Drop for Seed {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("failed with CRDT_SEEDS={}..{}", self.0, self.0 + 1);
        }
    }
}
