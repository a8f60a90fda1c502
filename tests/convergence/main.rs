//! Replicas that have the same changes have the same value, whatever the order, the losses and the
//! malice on the way, and it is the value an independent interpreter finds.

mod board;
mod interpreter;
mod refusal;
mod stranger;
mod strangers;
mod wire;
