//! Every command on stores.

use std::fs;

use crdt_core::serde_json::{self, Value};

use crate::samples;
use crate::shell::{Shell, printed};

fn shell() -> Shell {
    let mut shell = Shell::new();
    samples::write_store(&shell.path("notes.crdt"));
    hide_times(&mut shell, "notes.crdt");
    shell
}

/// When something was written differs from run to run.
fn hide_times(shell: &mut Shell, store: &str) {
    let listed = shell.command(["list", store, "--json"]).output().expect("it runs");
    let listed: Value = serde_json::from_str(&printed(&listed)).expect("it is JSON");
    for document in listed.as_array().expect("they are several") {
        let time = document["last_change"].as_str().expect("it has one");
        let milliseconds = document["last_milliseconds"].to_string();
        shell.hide(time, "<time>");
        shell.hide(milliseconds, "<milliseconds>");
        shell.hide(time[..19].replace('T', " "), "<when written      >");
    }
}

#[test]
fn looking_leaves_no_trace() {
    let mut shell = shell();
    let (before, files) = (shell.bytes("notes.crdt"), shell.files());
    for line in [
        "list notes.crdt",
        "list notes.crdt --json",
        "show notes.crdt",
        "show notes.crdt -d Board",
        "show notes.crdt --document f51d",
        "show notes.crdt -d board",
        "show notes.crdt -d 00",
        "log notes.crdt -d f51 --graph",
        "diff notes.crdt -d f51 start",
        "blame notes.crdt -d f51",
        "blame notes.crdt -d Board /notes --json",
        "blame notes.crdt /notes",
        "log notes.crdt -d Board --path /notes",
        "stat notes.crdt",
        "stat notes.crdt -d f51",
        "stat notes.crdt --json",
        "verify notes.crdt",
        "verify notes.crdt -d Board",
        "verify notes.crdt --json",
        "verify notes.crdt -d Board --json",
        "key show notes.crdt",
        "export old.crdt --for notes.crdt",
    ] {
        shell.run(line);
    }
    assert!(shell.bytes("notes.crdt") == before);
    assert_eq!(shell.files(), files);
    shell.run("export notes.crdt -d Board --for old.crdt -o news");
    assert_eq!(shell.bytes("news"), shell.bytes("news.bundle"));
    shell.run("frontier notes.crdt -d Board -o written.frontier");
    shell.compare_with("store-looking");
}

#[test]
fn writing() {
    let mut shell = shell();
    let now = "--time 2026-02-01T00:00:00Z --key plan.crdt.key";
    shell.run(&format!("edit notes.crdt -d f51 --set /title '\"Launch\"' -m Ready {now}"));
    shell.run(&format!("edit notes.crdt -d f51 --set /title '\"Launch\"' {now}"));
    shell.run(&format!("edit notes.crdt -d f51 --set /no/where 1 {now}"));
    shell.run(&format!("edit notes.crdt -d Board --set /title 1 {now}"));
    shell.run(&format!("edit notes.crdt --set /title 1 {now}"));
    shell.run("log notes.crdt -d f51");
    shell.run("title notes.crdt -d f51 'The plan'");
    shell.run("title notes.crdt -d 7111 --clear");
    shell.run("title notes.crdt -d Board x");
    shell.run("show notes.crdt -d 'The plan'");
    shell.run("import notes.crdt news.bundle old.crdt");
    shell.run("import notes.crdt forged.bundle");
    shell.run("import notes.crdt plan.bundle -d 7111");
    shell.run("import notes.crdt board.crdt plan.crdt");
    samples::write_removed(&shell.path("removed.bundle"));
    shell.run("import notes.crdt removed.bundle");
    shell.run("import notes.crdt removed.bundle --again");
    shell.run("remove notes.crdt -d 7111");
    shell.run("remove notes.crdt -d 7111 --yes");
    shell.run("show notes.crdt -d 7111");
    shell.run("verify notes.crdt");
    assert!(!shell.files().contains(&"notes.crdt.key".to_owned()), "nothing needed its key");
    shell.compare_with("store-writing");
}

#[test]
fn making() {
    let mut shell = shell();
    for line in [
        "new made.crdt --store --title First --json",
        "import made.crdt --from-json data.json --title Second --json",
        "import taken.crdt plan.bundle --store --json",
    ] {
        let made: Value = serde_json::from_str(&printed(&shell.run(line))).expect("it is JSON");
        shell.hide(made["document"].as_str().expect("it has an id"), "<document>");
    }
    let key = printed(&shell.run("key show made.crdt"));
    let author = key.lines().find_map(|line| line.strip_prefix("author ")).expect("it has one");
    shell.hide(author, "<author>");
    shell.hide(&author[..8], "<auth>");
    shell.run("show made.crdt -d Second");
    shell.run("edit made.crdt -d First --set '' 7");
    let edited = printed(
        &shell.command(["log", "made.crdt", "-d", "First", "--json"]).output().expect("it runs"),
    );
    let edited: Value = serde_json::from_str(&edited).expect("it is JSON");
    shell.hide(edited["hash"].as_str().expect("it has one"), "<change>");
    shell.run("show made.crdt -d First");
    shell.run("show taken.crdt");
    shell.run("backup made.crdt copy.crdt");
    shell.run("backup made.crdt copy.crdt");
    shell.run("key show copy.crdt");
    shell.run("show copy.crdt -d First");
    // A copy of the file with its key.
    for ending in ["", ".key"] {
        let [from, to] =
            ["made.crdt", "copied.crdt"].map(|name| shell.path(&format!("{name}{ending}")));
        fs::copy(from, to).expect("it is there");
    }
    shell.run("key show copied.crdt");
    let new = printed(&shell.run("new copied.crdt --title Third --key plan.crdt.key --json"));
    let new: Value = serde_json::from_str(&new).expect("it is JSON");
    shell.hide(new["document"].as_str().expect("it has an id"), "<document>");
    let edited = printed(&shell.run("edit copied.crdt -d First --set '' 8 --json"));
    let edited: Value = serde_json::from_str(&edited).expect("it is JSON");
    shell.hide(edited["changes"][0].as_str().expect("it made one"), "<change>");
    shell.run("key show made.crdt.key");
    shell.run("compact made.crdt --json");
    shell.run("new made.crdt --key made.crdt.key");
    shell.run("new file.crdt --title Nothing");
    shell.run("title board.crdt x");
    shell.run("list board.crdt");
    shell.run("list missing.crdt");
    shell.run("show board.crdt -d Board");
    shell.compare_with("store-making");
}

#[test]
fn damage() {
    let mut shell = shell();
    let mut bytes = shell.bytes("notes.crdt");
    bytes[samples::place_of_board(&shell.bytes("notes.crdt")) + 150] ^= 1;
    shell.write("notes.crdt", &bytes);
    for line in [
        "show notes.crdt -d Board",
        "show notes.crdt -d f51",
        "list notes.crdt",
        "verify notes.crdt",
        "verify notes.crdt -d Board",
        "verify notes.crdt --json",
        "recover notes.crdt new.crdt",
        "verify new.crdt",
        "list new.crdt",
        "recover notes.crdt new.crdt",
        "recover missing.crdt other.crdt",
        "recover data.json other.crdt",
    ] {
        shell.run(line);
    }
    hide_times(&mut shell, "new.crdt");
    shell.run("import new.crdt board.crdt");
    shell.run("show new.crdt -d Board");
    assert!(shell.bytes("notes.crdt") == bytes, "what is damaged is left as it is");
    shell.run("compact notes.crdt");
    shell.run("show notes.crdt -d f51");

    // The first page, without which SQLite knows nothing.
    bytes[..600].fill(0);
    bytes[..16].copy_from_slice(b"SQLite format 3\0");
    shell.write("notes.crdt", &bytes);
    shell.run("list notes.crdt");
    shell.run("verify notes.crdt");
    shell.run("recover notes.crdt again.crdt --json");
    shell.run("show again.crdt -d f51");
    shell.write("notes.crdt", &bytes[..16]);
    shell.run("recover notes.crdt other.crdt");
    shell.compare_with("store-damage");
}

#[cfg(unix)]
#[test]
fn in_an_editor() {
    let mut shell = shell();
    let now = "--time 2026-02-01T00:00:00Z --key plan.crdt.key";
    let edit = format!("edit notes.crdt -d f51 {now}");
    shell.run_with(&edit, "", &[("EDITOR", "sed -i.bak s/Plan/Launch/")]);
    shell.run_with(&edit, "", &[("EDITOR", "true")]);
    // Somebody else writes meanwhile.
    let crdt = env!("CARGO_BIN_EXE_crdt");
    let meanwhile = format!(
        "{crdt} edit notes.crdt -d f51 --set /meanwhile 1 {now} && sed -i.bak s/Write/Draft/"
    );
    let output = shell.run_with(&edit, "", &[("EDITOR", &*meanwhile)]);
    assert_eq!(output.status.code(), Some(3));
    let [kept] = &*shell.left() else { panic!("what cannot be written is kept") };
    let kept = kept.join("document.json");
    assert!(fs::read_to_string(&kept).expect("it is kept").contains("Draft"));
    shell.hide(kept.to_str().expect("it is text"), "<draft>");
    shell.run("show notes.crdt -d f51");
    shell.compare_with("store-editor");
}

/// Several commands write to one store at the same time, as one author.
#[test]
fn at_the_same_time() {
    let shell = shell();
    let edit = |number: usize| {
        let pointer = format!("/number{number}");
        let args =
            ["edit", "notes.crdt", "-d", "f51", "--key", "plan.crdt.key", "--set", &pointer, "1"];
        shell.command(args).spawn().expect("it starts")
    };
    let running: Vec<_> = (0..6).map(|number| (number, edit(number))).collect();
    for (number, mut running) in running {
        // Who has waited for too long says so, and has done nothing.
        let is_done = (0..10).any(|_| {
            let is_done = running.wait().expect("it ends").success();
            if !is_done {
                running = edit(number);
            }
            is_done
        });
        assert!(is_done);
    }
    let verified = shell.command(["verify", "notes.crdt"]).output().expect("it runs");
    assert_eq!(verified.status.code(), Some(0), "{}", printed(&verified));
    let shown =
        printed(&shell.command(["show", "notes.crdt", "-d", "f51"]).output().expect("it runs"));
    assert_eq!(shown.matches("number").count(), 6);
}
