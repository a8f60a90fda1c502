//! Replicas that have the same changes have the same value, whatever the order, the losses and the
//! malice on the way, and it is the value an independent interpreter finds.
//!
//! Runs are numbered by seeds. `CRDT_SEEDS=from..to` chooses others than the usual ones.

mod board;
mod described;
mod honesty;
mod interpreter;
mod older;
mod program;
mod proofs;
mod refusal;
mod replica;
mod simulator;
mod stranger;
mod strangers;
mod together;
mod wire;

/// The seeds to run: the first `count`, unless `CRDT_SEEDS` says otherwise.
fn seeds(count: u64) -> std::ops::Range<u64> {
    let chosen = std::env::var("CRDT_SEEDS").ok();
    let chosen = chosen.as_deref().and_then(|range| range.split_once(".."));
    chosen.map_or(0..count, |(from, to)| {
        let number = |text: &str| text.parse().expect("CRDT_SEEDS=from..to");
        number(from)..number(to)
    })
}

/// Prints the seed of the run if it panics.
struct Seed(u64);

impl Drop for Seed {
    #[expect(clippy::print_stderr, reason = "what a failed test has to say")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("failed with CRDT_SEEDS={}..{}", self.0, self.0 + 1);
        }
    }
}
