//! A document has the same digest here and in WebAssembly: thousands of random ones are written with
//! either, and what they come to is compared with what is noted here.
//!
//! The same program is run on both, `cargo test` natively and `.ci/wasm.sh` in Node.js. It asks for
//! no randomness and no time. `CRDT_SEEDS` has no say in it, since the digests are noted.

// What the macros of wasm-bindgen expand to.
#![cfg_attr(all(target_family = "wasm", target_os = "unknown"), allow(unsafe_code))]

#[path = "../../../tests/convergence/board.rs"]
mod board;
// Some of it is of use to the simulator alone.
#[allow(dead_code)]
#[path = "../../../tests/convergence/program.rs"]
mod program;
mod writers;

/// How many documents are one of the notes.
const EACH: u64 = 250;

/// What the digests of so many documents come to each, by seeds from 0 on.
const NOTED: [u64; 12] = [0; 12];

#[cfg_attr(not(all(target_family = "wasm", target_os = "unknown")), test)]
#[cfg_attr(
    all(target_family = "wasm", target_os = "unknown"),
    wasm_bindgen_test::wasm_bindgen_test
)]
fn digests_are_the_same_on_every_machine() {
    let found: Vec<u64> = (0..)
        .take(NOTED.len())
        .map(|note| writers::digests(note * EACH..(note + 1) * EACH))
        .collect();
    assert_eq!(
        found, NOTED,
        "the digests are no longer what they were, or not what they are elsewhere"
    );
}
