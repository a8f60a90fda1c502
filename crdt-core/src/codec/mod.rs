//! The bytes everything else is made of: integers, lengths and strings, each in exactly one
//! spelling.
//!
//! Integers are LEB128 varints of minimal length; signed integers are zigzag-folded first. A
//! [`Reader`] never reads past its input, never allocates on a claimed length and refuses every
//! spelling that a [`Writer`](write) would not have produced. What is signed is made of these
//! alone; columns and compressed blocks are for the way, and leave a writer some freedom.

mod block;
mod canonical;
mod column;
mod error;
pub(crate) mod hex;
pub(crate) mod mark;
mod options;
mod reader;
pub(crate) mod value;
pub(crate) mod write;

pub(crate) use block::{read_block, write_block, write_block_as_it_is};
pub(crate) use column::{ColumnReader, ColumnWriter, read_columns, write_columns};
pub use error::{DecodeError, ParseIdError};
pub(crate) use reader::{Reader, split_text};

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tests;
