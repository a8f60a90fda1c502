//! Commands by which changes come and go.

use crate::shell::Shell;

#[test]
fn export() {
    let mut shell = Shell::new();
    let piped = shell.command(["export", "board.crdt"]).output().expect("it runs");
    assert_eq!(piped.stdout, shell.bytes("board.bundle"), "the bytes are those of the library");
    shell.run("export board.crdt -o all.bundle");
    assert_eq!(shell.bytes("all.bundle"), piped.stdout);
    shell.run("export board.crdt --for board.frontier -o some.bundle");
    assert_eq!(shell.bytes("some.bundle"), shell.bytes("news.bundle"));
    shell.run("export board.crdt --for old.crdt -o same.bundle");
    assert_eq!(shell.bytes("same.bundle"), shell.bytes("news.bundle"));
    shell.run("export board.crdt --since now -o nothing.bundle");
    assert_eq!(shell.bytes("nothing.bundle"), b"");
    shell.run("export board.crdt --since start -o all.bundle");
    shell.run("export board.crdt --for plan.crdt -o other.bundle");
    shell.run("export board.crdt --for data.json -o other.bundle");
    shell.run("frontier old.crdt -o written.frontier");
    assert_eq!(shell.bytes("written.frontier"), shell.bytes("board.frontier"));
    shell.run("frontier old.crdt -o board.frontier");
    shell.run("show board.frontier");
    shell.compare_with("export");
}

#[test]
fn import() {
    let mut shell = Shell::new();
    let old = shell.bytes("old.crdt");
    shell.run("import old.crdt news.bundle");
    shell.run("verify old.crdt");
    shell.run("import old.crdt news.bundle journal.crdt --json");
    shell.write("old.crdt", &old);
    shell.run("import old.crdt board.crdt");
    // The other way, into one that waits for the rest.
    shell.run("import new.crdt news.bundle");
    shell.run("import new.crdt old.crdt");
    shell.run("import waits.crdt news.bundle");
    shell.write("old.crdt", &old);
    shell.run("import old.crdt waits.crdt");
    shell.run("show old.crdt --at now");
    shell.compare_with("import");
}

#[test]
fn imports_are_all_or_nothing_unless_salvaged() {
    let mut shell = Shell::new();
    let old = shell.bytes("old.crdt");
    for bad in [
        "forged.bundle",
        "flipped.bundle",
        "resealed.crdt",
        "torn.crdt",
        "plan.bundle",
        "plan.crdt",
        "cut.crdt",
    ] {
        let output = shell.run(&format!("import old.crdt {bad} news.bundle"));
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(shell.bytes("old.crdt"), old);
    }
    shell.run("import torn.crdt news.bundle");
    shell.run("import --salvage saved.crdt torn.crdt");
    shell.run("import --salvage rescued.crdt flipped-journal.crdt forged.bundle");
    shell.run("import --salvage other.crdt plan.crdt board.crdt --json");
    shell.run("import --salvage nothing.crdt flipped.crdt");
    assert!(!shell.files().contains(&"nothing.crdt".to_owned()));
    assert!(!shell.files().iter().any(|file| file.contains(".lock")));
    shell.compare_with("salvage");
}
