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
    for (number, (marks, program)) in programs(&readme).enumerate() {
        // What needs somebody to talk to is compiled, and not run.
        let test = if marks.contains("no_run") { "const _: fn() = || drop(main());" } else { TEST };
        writeln!(tests, "mod program_{} {{\n{program}\n{test}}}", number + 1).expect("a string");
    }
    let out = env::var_os("OUT_DIR").expect("cargo names the directory");
    fs::write(Path::new(&out).join("programs.rs"), tests).expect("it can be written");
}

/// The Rust programs in a page, each with how it is marked.
fn programs(page: &str) -> impl Iterator<Item = (&str, &str)> {
    let blocks = page.split("\n```rust").skip(1);
    blocks.filter_map(|block| {
        let (marks, rest) = block.split_once('\n')?;
        Some((marks, rest.split("\n```").next()?))
    })
}
