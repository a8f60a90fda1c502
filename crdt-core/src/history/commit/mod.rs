//! From what editors wrote to changes.

pub(crate) mod committer;
pub(crate) mod draft;
pub(crate) mod namer;
pub(crate) mod several;
