//! A board.
fn main() {}
