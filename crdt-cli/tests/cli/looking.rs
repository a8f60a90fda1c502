//! Commands that look at a document.

use crdt_core::serde_json::{self, Value};

use crate::shell::{Shell, printed};

/// The hash of the change with a message that begins so.
fn hash(shell: &Shell, message: &str) -> String {
    let output = shell.command(["log", "board.crdt", "--json"]).output().expect("it runs");
    let change = printed(&output).lines().find_map(|line| {
        let change: Value = serde_json::from_str(line).expect("each line is JSON");
        let text = change["message"].as_str().unwrap_or_default();
        text.starts_with(message).then(|| change["hash"].as_str().map(str::to_owned))
    });
    change.flatten().expect("there is such a change")
}

#[test]
fn show() {
    let mut shell = Shell::new();
    let first = hash(&shell, "Begin");
    shell.run("show board.crdt");
    shell.run("show journal.crdt");
    shell.run("show board.bundle --at start");
    shell.run(&format!("show board.crdt --at {}", &first[..6]));
    shell.run(&format!("show board.crdt --at {first}^"));
    shell.run("show board.crdt --inspect");
    shell.run("show board.crdt --at 0123abcd");
    // Two changes begin so.
    shell.run("show board.crdt --at 1");
    shell.run("show board.crdt --at later");
    shell.run("show missing.crdt");
    shell.run("show news.bundle");
    shell.compare_with("show");
}

#[test]
fn log() {
    let mut shell = Shell::new();
    shell.run("log board.crdt");
    shell.run("log board.crdt --graph");
    shell.run("log forked.crdt --graph");
    shell.run("log board.crdt --graph -n 2");
    shell.run("log board.crdt --author 8a88");
    shell.run("log board.crdt --author 0");
    shell.run("log board.crdt -n 1 --json");
    shell.run("log news.bundle");
    shell.run("log board.crdt --graph --json");
    shell.compare_with("log");
}

#[test]
fn diff() {
    let mut shell = Shell::new();
    let [first, launch, votes] = ["Begin", "Launch", "Votes"].map(|message| hash(&shell, message));
    let [launch, votes] = [&launch[..8], &votes[..8]];
    shell.run(&format!("diff board.crdt start {first}"));
    shell.run(&format!("diff board.crdt {launch}^ {launch}"));
    shell.run(&format!("diff board.crdt {launch},{votes}"));
    shell.run(&format!("diff board.crdt now {launch},{votes}"));
    shell.run(&format!("diff board.crdt {launch} {votes} --json"));
    shell.run("diff board.crdt now");
    shell.run("diff board.crdt now --json");
    shell.run("diff plan.crdt start");
    shell.compare_with("diff");
}

#[test]
fn stat() {
    let mut shell = Shell::new();
    for file in ["board.crdt", "journal.crdt", "news.bundle", "torn.crdt"] {
        shell.run(&format!("stat {file}"));
    }
    shell.run("stat board.crdt --json");
    shell.compare_with("stat");
}

#[test]
fn verify() {
    let mut shell = Shell::new();
    for file in [
        "board.crdt",
        "journal.crdt",
        "forked.crdt",
        "news.bundle",
        "forged.bundle",
        "resealed.crdt",
    ] {
        shell.run(&format!("verify {file}"));
    }
    for file in ["flipped-journal.crdt", "torn.crdt", "forked.crdt"] {
        shell.run(&format!("verify {file} --json"));
    }
    shell.compare_with("verify");
}
