//! What `crdt` prints, to whom, and with which exit code.
//!
//! Each test is a story in a folder of its own, whose transcript is kept beside it.
//! `SNAPSHOTS=overwrite cargo test -p crdt-cli` writes the transcripts anew.

mod damage;
mod exchange;
mod looking;
mod process;
mod samples;
mod shell;
mod stores;
mod writing;
