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
const NOTED: [u64; 12] = [
    0x9f92_569e_2b8a_c3be,
    0x80f1_3818_6c5c_c0ab,
    0x7138_5a78_6ee6_cf97,
    0x53dc_8858_e8d1_d9d3,
    0xde2f_dbfc_53a9_90cb,
    0x2fb2_d4a0_7121_c38d,
    0xe5f5_32eb_fb7f_55f3,
    0x02b3_93ef_d70f_5dae,
    0x9933_b78d_a5fe_4a90,
    0x423f_5b71_d5c6_9bf5,
    0xef92_42bb_2456_2949,
    0x7527_fd81_f63f_ff45,
];

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
