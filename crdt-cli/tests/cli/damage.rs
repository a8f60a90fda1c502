//! Every command on files that are not whole.

use crate::shell::Shell;

/// Each command, with `FILE` in place of the file.
const COMMANDS: [&str; 11] = [
    "show FILE",
    "show FILE --inspect",
    "log FILE",
    "diff FILE start",
    "stat FILE",
    "verify FILE",
    "export FILE -o out.bundle",
    "export board.crdt --for FILE -o out.bundle",
    "frontier FILE -o out.frontier",
    "import FILE news.bundle",
    "edit FILE --set /title 1 --key plan.crdt.key",
];

const FILES: [&str; 7] = [
    "cut.crdt",
    "cut.bundle",
    "flipped.crdt",
    "flipped.bundle",
    "forged.bundle",
    "empty.crdt",
    "foreign.crdt",
];

#[test]
fn damaged_and_foreign_files_are_refused() {
    for file in FILES {
        let mut shell = Shell::new();
        let (before, files) = (shell.bytes(file), shell.files());
        for command in COMMANDS {
            let output = shell.run(&command.replace("FILE", file));
            assert_eq!(output.status.code(), Some(2), "{command} on {file}");
        }
        assert_eq!((shell.bytes(file), shell.files()), (before, files), "{file}");
        shell.compare_with(&format!("damage-{}", file.replace('.', "-")));
    }
}

/// What was torn off is passed over where nothing is written, and kept where something would be.
#[test]
fn a_torn_end() {
    let mut shell = Shell::new();
    let before = shell.bytes("torn.crdt");
    for command in COMMANDS {
        let output = shell.run(&command.replace("FILE", "torn.crdt"));
        let is_strict = ["verify", "import", "edit"].iter().any(|name| command.starts_with(name));
        let expected = if is_strict { 2 } else { 0 };
        assert_eq!(output.status.code(), Some(expected), "{command}");
        let _ = std::fs::remove_file(shell.path("out.bundle"));
    }
    assert_eq!(shell.bytes("torn.crdt"), before);
    shell.compare_with("damage-torn-crdt");
}

/// No byte of a file, wrong in one bit or cut off, has a command do anything but say so.
#[test]
fn any_bit_and_any_cut() {
    let mut shell = Shell::new();
    let whole = shell.bytes("journal.crdt");
    for at in (0..whole.len()).step_by(37) {
        let mut flipped = whole.clone();
        flipped[at] ^= 1 << (at % 8);
        for bytes in [&flipped[..], &whole[..at]] {
            shell.write("bad.crdt", bytes);
            let output = shell.run("verify bad.crdt");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            // A file that was cut between its pieces is whole.
            let is_fine = output.status.code() == Some(0) && bytes.len() < whole.len();
            assert!(output.status.code() == Some(2) || is_fine, "byte {at}: {said}");
            assert!(!said.contains("panicked"), "byte {at}: {said}");
        }
    }
}
