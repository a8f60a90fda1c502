//! What the derive accepts, and how it explains what it refuses.
//!
//! Each case of `tests/ui` is a small program. Those of `pass` must compile and run; each of the
//! others must fail with the text beside it. `TRYBUILD=overwrite cargo test --test ui` writes the
//! texts anew.

/// What a fault is about.
const THEMES: [&str; 7] =
    ["attribute", "conflict", "duplicate", "editing", "malformed", "type", "unsupported"];

#[test]
fn what_is_right_is_accepted() {
    trybuild::TestCases::new().pass("tests/ui/pass/*.rs");
}

#[test]
#[cfg_attr(not(known_compiler), ignore = "the expected texts are those of another compiler")]
fn what_is_wrong_is_explained() {
    let cases = trybuild::TestCases::new();
    for theme in THEMES {
        cases.compile_fail(format!("tests/ui/{theme}/*.rs"));
    }
}
