//! What somebody does who has just read the README: a new project outside the workspace, whose only
//! dependency is `crdt-core`, with the programs of the README as they stand there.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The manifest of the project, which belongs to no workspace.
const MANIFEST: &str = r#"
[package]
name = "new-user"
edition = "2024"

[dependencies]
crdt-core = { path = "{crate}" }

[workspace]
"#;

#[test]
fn the_programs_of_the_readme_run_in_a_new_project() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let programs = programs(&readme);
    assert!(!programs.is_empty());
    let project = project(root, &programs);
    for name in (0..programs.len()).map(program_name) {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(["run", "--quiet", "--offline", "--bin", &name]).current_dir(&project);
        // What was built stays for the next time; the project is made anew.
        command.env("CARGO_TARGET_DIR", project.with_extension("target"));
        let output = command.output().expect("cargo starts");
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {}\n{text}", output.status);
    }
}

/// The Rust programs in a page.
fn programs(page: &str) -> Vec<&str> {
    let blocks = page.split("\n```rust").skip(1);
    blocks.filter_map(|block| block.split_once('\n')?.1.split("\n```").next()).collect()
}

fn program_name(number: usize) -> String {
    format!("program-{}", number + 1)
}

/// An empty directory with a project in it, and the versions of the workspace's dependencies.
fn project(root: &Path, programs: &[&str]) -> PathBuf {
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("new-user");
    if project.exists() {
        fs::remove_dir_all(&project).unwrap();
    }
    let sources = project.join("src/bin");
    fs::create_dir_all(&sources).unwrap();
    let path = root.join("crdt-core").display().to_string().replace('\\', "/");
    fs::write(project.join("Cargo.toml"), MANIFEST.replace("{crate}", &path)).unwrap();
    fs::copy(root.join("Cargo.lock"), project.join("Cargo.lock")).unwrap();
    for (number, program) in programs.iter().enumerate() {
        fs::write(sources.join(program_name(number)).with_extension("rs"), program).unwrap();
    }
    project
}
