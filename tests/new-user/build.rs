//! Copies the programs of the README.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

const README: &str = "../../README.md";

/// What is added to a program. Some keep files where they are run.
const TEST: &str = r#"
    #[test]
    fn runs() {
        std::env::set_current_dir(env!("OUT_DIR")).unwrap();
        main().unwrap();
    }
"#;

fn main() {
    println!("cargo::rerun-if-changed={README}");
    let readme = fs::read_to_string(README).expect("the README");
    let mut tests = String::new();
    for (number, program) in programs(&readme).enumerate() {
        writeln!(tests, "mod program_{} {{\n{program}\n{TEST}}}", number + 1).expect("a string");
    }
    let out = env::var_os("OUT_DIR").expect("cargo names the directory");
    fs::write(Path::new(&out).join("programs.rs"), tests).expect("it can be written");
}

/// The Rust programs in a page.
fn programs(page: &str) -> impl Iterator<Item = &str> {
    let blocks = page.split("\n```rust").skip(1);
    blocks.filter_map(|block| block.split_once('\n')?.1.split("\n```").next())
}
