//! Calls of the system that fail.

use power_cut::Child;

pub(crate) fn failing(_: &Child) {}
