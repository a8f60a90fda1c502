//! The bytes everything else is made of: integers, lengths and strings, each in exactly one
//! spelling.
//!
//! Integers are LEB128 varints of minimal length; signed integers are zigzag-folded first. A
//! [`Reader`] never reads past its input, never allocates on a claimed length and refuses every
//! spelling that a [`Writer`](write) would not have produced.

mod error;
pub(crate) mod hex;
mod reader;
pub(crate) mod value;
pub(crate) mod write;

pub use error::{DecodeError, ParseIdError};
pub(crate) use reader::Reader;

#[cfg(test)]
mod tests;
