//! How the derive explains what it refuses.
//!
//! Each case of `tests/ui` is a small program, which must fail to compile with the text beside it.
//! Most of `editing` edit one and the same document, `tests/ui/board.rs`.
//! `TRYBUILD=overwrite cargo test -p derive-tests --test ui` writes the texts anew.

/// What a fault is about.
const THEMES: [&str; 7] =
    ["attribute", "conflict", "duplicate", "editing", "malformed", "type", "unsupported"];

#[test]
#[cfg_attr(not(known_compiler), ignore = "the expected texts are those of another compiler")]
fn what_is_wrong_is_explained() {
    let cases = trybuild::TestCases::new();
    for theme in THEMES {
        cases.compile_fail(format!("tests/ui/{theme}/*.rs"));
    }
}
