//! Limits on changes. They are part of format version 1: every replica has the same, so that no
//! change is valid in one place and refused in another.

/// Bytes of a change in its canonical form: 64 MiB. The few bytes of the header that vary in length
/// are counted as if they were at their longest.
pub const MAX_CHANGE_BYTES: usize = 1 << 26;
/// Ops in one change.
pub const MAX_CHANGE_OPS: usize = 1 << 22;
/// Dependencies in one change's table. A replica with more heads folds them in steps.
pub const MAX_DEPENDENCIES: usize = 1 << 14;
/// Segments in a path.
pub const MAX_PATH_DEPTH: usize = 128;
/// Bytes of one field name, variant name or text key.
pub const MAX_KEY_BYTES: usize = 4096;
/// Bytes of all tags of a change together.
pub const MAX_TAG_BYTES: usize = 1 << 16;
/// Counters along one chain.
pub const MAX_COUNTER: u32 = u32::MAX - 1;
