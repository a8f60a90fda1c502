//! Typed, signed, collaborative documents.

mod btree;
mod op;
#[cfg_attr(
    not(test),
    expect(dead_code, unused_imports, reason = "the nodes built on it follow")
)]
mod sequence;
