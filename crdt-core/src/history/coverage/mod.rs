//! Which signatures are kept.

pub(crate) mod stretches;
