//! Sync of documents: replicas find each other's changes and keep up.
//!
//! - [`protocol`]: the state machine of a connection, without IO, for any transport and for tests.
//! - [`shorthand`]: live changes in as few bytes as their signatures leave.
//! - [`sketch`]: how two large sets that differ little find out where.
//!
//! Nothing here does IO, and nothing but the keys of peers is verified: what comes is taken in by a
//! [`History`](crdt_core::History) as any other bytes from elsewhere are.

#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod protocol;
pub mod shorthand;
pub mod sketch;
