//! Replicas that find each other's changes and keep up.
//!
//! - [`protocol`]: the state machine of a connection, without IO, for any transport and for tests.

#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod protocol;
