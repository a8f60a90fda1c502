//! Operations and the names by which they refer to each other.

mod id;

pub(crate) use id::{Id, IdRange, Side};
