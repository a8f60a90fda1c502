//! Replicas that have the same changes have the same value, whatever the order, the losses and the
//! malice on the way, and it is the value an independent interpreter finds.
//!
//! Runs are numbered by seeds. `CRDT_SEEDS=from..to` chooses others than the usual ones.

mod annuller;
mod annuls;
mod board;
mod by_path;
mod deltas;
mod described;
mod honesty;
mod interpreter;
mod moves;
mod older;
mod past;
mod program;
mod proofs;
mod refusal;
mod replica;
mod shape;
mod simulator;
mod stranger;
mod strangers;
mod together;
mod undo;

use test_support::wire;
