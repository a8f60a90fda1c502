//! Decides whether the texts of `tests/ui` can be compared here.

use std::env;
use std::process::Command;

/// The compiler whose words the expected texts repeat. They change from version to version.
const COMPILER: &str = "rustc 1.95.0 ";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(known_compiler)");
    let rustc = env::var_os("RUSTC").expect("cargo names the compiler");
    let version = Command::new(rustc).arg("--version").output().expect("a compiler");
    if version.stdout.starts_with(COMPILER.as_bytes()) {
        println!("cargo::rustc-cfg=known_compiler");
    }
}
