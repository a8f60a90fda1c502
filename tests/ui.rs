//! What the derive accepts, and how it explains what it refuses.
//!
//! Each case of `tests/ui` is a small program. Those of `pass` must compile and run; each of the
//! others must fail with the text beside it. `TRYBUILD=overwrite cargo test --test ui` writes the
//! texts anew.

#![expect(clippy::print_stderr, reason = "says what is skipped")]

use std::process::Command;

/// The compiler whose words the expected texts repeat. They change from version to version, so
/// with any other compiler only the passing cases are tested.
const COMPILER: &str = "rustc 1.95.0";

/// What a fault is about.
const THEMES: [&str; 7] =
    ["attribute", "conflict", "duplicate", "editing", "malformed", "type", "unsupported"];

#[test]
fn derive() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    let found = compiler();
    if found.starts_with(COMPILER) {
        for theme in THEMES {
            cases.compile_fail(format!("tests/ui/{theme}/*.rs"));
        }
    } else {
        eprintln!("skipped: the expected texts are written for {COMPILER}, this is {found}");
    }
}

/// The version of the compiler that builds the cases.
fn compiler() -> String {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output();
    output.map_or_else(
        |error| format!("an unknown compiler ({error})"),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}
