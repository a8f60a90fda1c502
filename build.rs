//! Decides which tests can run here, so that the others are reported as ignored.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CRDT_TRACES");
    println!("cargo::rustc-check-cfg=cfg(traces)");
    if env::var_os("CRDT_TRACES").is_some() {
        println!("cargo::rustc-cfg=traces");
    }
}
