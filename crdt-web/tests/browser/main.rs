//! The store in a real browser. Elsewhere there is nothing to test.
#![cfg(all(target_family = "wasm", target_os = "unknown"))]
// What the macros of wasm-bindgen expand to.
#![allow(unsafe_code)]

mod conforming;
mod live;
mod sync;
mod tabs;

use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_browser);
