//! Decides which tests can run here, so that the others are reported as ignored.

use std::env;
use std::process::Command;

/// The compiler whose words the expected texts of `tests/ui` repeat. They change from version to version.
const COMPILER: &str = "rustc 1.95.0 ";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CRDT_TRACES");
    println!("cargo::rustc-check-cfg=cfg(traces, known_compiler)");
    if env::var_os("CRDT_TRACES").is_some() {
        println!("cargo::rustc-cfg=traces");
    }
    let rustc = env::var_os("RUSTC").expect("cargo names the compiler");
    let version = Command::new(rustc).arg("--version").output().expect("a compiler");
    if version.stdout.starts_with(COMPILER.as_bytes()) {
        println!("cargo::rustc-cfg=known_compiler");
    }
}
