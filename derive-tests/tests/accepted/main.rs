//! What the derive accepts: programs that compile without a warning and do what they say.

// Some of what a case defines is there only to be derived for.
#![allow(dead_code)]

mod alias;
mod bound;
mod bytes;
mod debug;
mod deltas;
mod editing;
mod enums;
mod generic_fields;
mod generic_functions;
mod generics;
mod key;
mod keys;
mod macros;
mod names;
mod nested;
mod no_prelude;
mod other;
mod rename_all;
mod renamed_crate;
mod saturated;
mod serde;
mod structs;
mod type_names;
mod visibility;

/// A case that is not listed above would not be compiled.
#[test]
fn every_case_is_compiled() {
    let listed = include_str!("main.rs");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/accepted");
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let case = name.trim_end_matches(".rs");
        assert!(case == "main" || listed.contains(&format!("\nmod {case};\n")), "{name}");
    }
}
