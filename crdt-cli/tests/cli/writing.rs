//! Commands that make and edit documents.

use crdt_core::serde_json::{self, Value};

use crate::shell::{Shell, printed};

const NOW: &str = "--time 2026-02-01T00:00:00Z";

#[test]
fn edit() {
    let mut shell = Shell::new();
    shell.run(&format!(
        "edit plan.crdt --set /title '\"Launch\"' --set /tasks/0/done true -m Ready {NOW}"
    ));
    shell.run(r#"edit plan.crdt --set /tasks/- '{"name": "Ship"}' --time none --json"#);
    shell.run(&format!("edit plan.crdt --set /title '\"Launch\"' {NOW}"));
    let patch = r#"[
  { "op": "move", "from": "/tasks/0", "path": "/tasks/2" },
  { "op": "remove", "path": "/title" }
]"#;
    shell.run_with(&format!("edit plan.crdt --patch - {NOW}"), patch, &[]);
    shell.run_with(&format!("edit plan.crdt --value - {NOW}"), r#"{ "notes": "Hello you" }"#, &[]);
    shell.run("log plan.crdt --graph");
    shell.run("show plan.crdt");
    shell.run("diff plan.crdt start --json");
    shell.run("verify plan.crdt");
    shell.compare_with("edit");
}

#[test]
fn edits_that_cannot_be_made_change_nothing() {
    let mut shell = Shell::new();
    let (before, files) = (shell.bytes("plan.crdt"), shell.files());
    for line in [
        "edit plan.crdt --set title 1",
        "edit plan.crdt --set /title Launch",
        "edit plan.crdt --set /title 1 --set /no/where 1",
        "edit plan.crdt --set /tasks/7 1",
        "edit plan.crdt --set /title/0 1",
        "edit plan.crdt --set /title",
        "edit plan.crdt --value missing.json",
        "edit plan.crdt --set /a 1 --time yesterday",
        "edit plan.crdt --set /a 1 --key missing.key",
        "edit plan.crdt --set /a 1 --key data.json",
        "edit plan.crdt",
        "edit board.crdt --set /title 1 --key plan.crdt.key",
        "edit board.crdt --set /title 1",
        "edit news.bundle --set /title 1 --key plan.crdt.key",
        "edit missing.crdt --set /title 1 --key plan.crdt.key",
    ] {
        let output = shell.run(line);
        assert_ne!(output.status.code(), Some(0), "{line}");
    }
    for patch in ["[", r#"[{ "op": "test", "path": "/title", "value": 1 }]"#, "{}"] {
        let output = shell.run_with("edit plan.crdt --patch -", patch, &[]);
        assert_eq!(output.status.code(), Some(3), "{patch}");
    }
    assert_eq!((shell.bytes("plan.crdt"), shell.files()), (before, files));
    shell.compare_with("not-edited");
}

/// Everything random is what the two files say.
#[test]
fn documents_and_keys_are_made() {
    let mut shell = Shell::new();
    let made = printed(&shell.run("import made.crdt --from-json data.json --json"));
    let made: Value = serde_json::from_str(&made).expect("it is JSON");
    shell.hide(made["document"].as_str().expect("it has an id"), "<document>");
    shell.run("show made.crdt");
    shell.run("import made.crdt --from-json data.json");
    let new = printed(&shell.run("new new.crdt --key plan.crdt.key --json"));
    let new: Value = serde_json::from_str(&new).expect("it is JSON");
    shell.hide(new["document"].as_str().expect("it has an id"), "<new document>");
    shell.run("show new.crdt");
    shell.run("new new.crdt");
    shell.run("key new mine.key");
    shell.run("key new mine.key");
    let key = String::from_utf8(shell.bytes("mine.key")).expect("it is text");
    let [secret, author] = ["secret ", "author "].map(|name| {
        let line = key.lines().find_map(|line| line.strip_prefix(name));
        line.expect("both are there").to_owned()
    });
    assert_eq!((secret.len(), author.len()), (64, 64));
    shell.run("key show mine.key");
    shell.run("key show mine.key --secret --json");
    shell.hide(&*secret, "<secret>");
    shell.hide(&*author, "<author>");
    shell.run("key show plan.crdt.key --secret");
    shell.write("mine.key", key.replace(&secret[..1], "z"));
    shell.run("key show mine.key");
    shell.run("key show data.json");
    shell.compare_with("made");
}

#[test]
fn a_key_whose_secret_is_not_its_authors_is_damaged() {
    let mut shell = Shell::new();
    let key = String::from_utf8(shell.bytes("plan.crdt.key")).expect("it is text");
    shell.write("plan.crdt.key", key.replacen("0404", "0405", 1));
    let before = shell.bytes("plan.crdt");
    shell.run("key show plan.crdt.key");
    shell.run("edit plan.crdt --set /title 1");
    assert_eq!(shell.bytes("plan.crdt"), before);
    shell.write("plan.crdt.key", &key[..key.len() - 10]);
    shell.run("key show plan.crdt.key");
    shell.compare_with("damaged-key");
}

#[cfg(unix)]
#[test]
fn keys_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let mut shell = Shell::new();
    shell.run("key new mine.key");
    shell.run("new new.crdt");
    for key in ["mine.key", "new.crdt.key"] {
        let mode = shell.path(key).metadata().expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{key}");
    }
}
