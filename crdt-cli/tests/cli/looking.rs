//! Commands that look at a document.

use crdt_core::serde_json::{self, Value};

use crate::samples;
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
    shell.run("log board.crdt -n 2 --oldest-first");
    shell.run("log news.bundle");
    shell.run("log board.crdt --graph --oldest-first");
    shell.run("log board.crdt --graph --json");
    shell.compare_with("log");
}

#[test]
fn log_of_a_place() {
    let mut shell = Shell::new();
    let first = &hash(&shell, "Begin")[..8];
    shell.run("log board.crdt --path /notes");
    shell.run("log board.crdt --path /tasks/1/done --oldest-first");
    shell.run("log board.crdt --path /tasks/0");
    shell.run("log board.crdt --path /tasks/0 --author 8a88 -n 1 --json");
    shell.run("log board.crdt --path /votes --author 8a88");
    shell.run("log board.crdt --path /labels/a~1b");
    shell.run(&format!("log board.crdt --path /labels/a~1b --at {first}"));
    shell.run("log board.crdt --path notes");
    shell.run("log board.crdt --path /notes --at 0123abcd");
    shell.run("log board.crdt --at start");
    shell.run("log board.crdt --path /notes --graph");
    shell.compare_with("log-path");
}

#[test]
fn blame() {
    let mut shell = Shell::new();
    let [first, launch] = ["Begin", "Launch"].map(|message| hash(&shell, message)[..8].to_owned());
    shell.run("blame board.crdt");
    shell.run("blame board.crdt /notes");
    shell.run("blame board.crdt /tasks/1/done");
    shell.run("blame board.crdt /votes");
    shell.run(&format!("blame board.crdt --at {first}"));
    shell.run(&format!("blame board.crdt /title --at {launch}^"));
    shell.run("blame board.crdt --at start");
    shell.run("blame board.crdt /tasks --json");
    shell.run("blame board.crdt /notes --json");
    shell.run("blame plan.crdt");
    shell.run(
        "edit plan.crdt --set /title '\"Launch\"' --set /tasks '[{}, 7]' -m Ready --time none",
    );
    shell.run("blame plan.crdt");
    for pointer in ["/tasks/3/name", "/notes/0", "/label", "title", "/a~2", "/labels/a~1b"] {
        let output = shell.run(&format!("blame board.crdt {pointer}"));
        assert_eq!(output.status.code(), Some(3), "{pointer}");
    }
    shell.run("blame board.crdt /title --at 1");
    shell.run("blame news.bundle");
    shell.run("blame missing.crdt");
    shell.compare_with("blame");
}

#[test]
fn blame_of_a_place_is_that_of_the_whole_there() {
    let shell = Shell::new();
    let blame = |args: &[&str]| {
        let args = ["blame", "board.crdt", "--json"].iter().chain(args);
        printed(&shell.command(args).output().expect("it runs"))
    };
    let whole = blame(&[]);
    assert_eq!(whole.lines().count(), 13);
    for line in whole.lines() {
        let place: Value = serde_json::from_str(line).expect("each line is JSON");
        let pointer = place["pointer"].as_str().expect("it has one");
        assert_eq!(blame(&[pointer]).lines().next(), Some(line), "{pointer}");
    }
}

/// A text that three have written, over several lines.
#[test]
fn blame_of_a_text() {
    let mut shell = Shell::new();
    samples::write_poem(&shell.path("poem.crdt"));
    shell.run("show poem.crdt");
    shell.run("blame poem.crdt");
    let runs = printed(&shell.run("blame poem.crdt --json"));
    let place: Value = serde_json::from_str(&runs).expect("it is JSON");
    let texts = place["runs"].as_array().expect("it has runs").iter();
    let joined: String = texts.filter_map(|run| run["text"].as_str()).collect();
    assert_eq!(Value::String(joined), place["value"], "all of it is somebody's, once");
    shell.compare_with("blame-text");
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
