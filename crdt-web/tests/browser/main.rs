//! The store in a real browser. Elsewhere there is nothing to test.
#![cfg(all(target_family = "wasm", target_os = "unknown"))]

mod conforming;
mod tabs;

use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_browser);
