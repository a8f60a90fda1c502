//! How the program behaves among others.

use std::io;
use std::process::Stdio;

use crate::shell::{Shell, printed};

#[test]
fn a_pipe_that_nobody_reads_is_no_error() {
    let shell = Shell::new();
    for args in [
        &["log", "board.crdt"][..],
        &["show", "board.crdt", "--inspect"],
        &["export", "board.crdt"],
        &["man"],
        &["completions", "bash"],
        &["--help"],
        &["verify", "board.crdt"],
    ] {
        let (reader, writer) = io::pipe().expect("a pipe can be made");
        drop(reader);
        let mut command = shell.command(args);
        let child = command.stdout(writer).stderr(Stdio::piped()).spawn().expect("it starts");
        let output = child.wait_with_output().expect("it ends");
        assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let shell = Shell::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("it is there");
    let output = shell.command(["log", "board.crdt"]).stdout(full).output().expect("it runs");
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be printed"));
}

#[test]
fn colours_are_for_those_who_see_them() {
    let shell = Shell::new();
    let log = |variables: &[(&str, &str)]| {
        let mut command = shell.command(["log", "board.crdt"]);
        let output = command.envs(variables.iter().copied()).output().expect("it runs");
        printed(&output).contains("\u{1b}[")
    };
    assert!(!log(&[]), "it is piped");
    assert!(log(&[("CLICOLOR_FORCE", "1")]));
    assert!(!log(&[("CLICOLOR_FORCE", "0"), ("NO_COLOR", "1")]));
}

#[test]
fn a_command_line_that_is_not_understood() {
    let mut shell = Shell::new();
    for line in ["", "frob", "show", "show board.crdt --at", "log board.crdt -n few", "man frob"] {
        let output = shell.run(line);
        assert_eq!(output.status.code(), Some(64), "{line}");
    }
    for line in ["--version", "-h", "--help", "help"] {
        shell.run(line);
    }
    shell.compare_with("usage");
}

#[test]
fn every_command_has_help_and_a_manual_page() {
    let shell = Shell::new();
    let help = printed(&shell.command(["-h"]).output().expect("it runs"));
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands: Vec<_> = commands
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(commands.len(), 21);
    for command in commands.into_iter().filter(|command| *command != "help") {
        for args in [[command, "--help"], ["man", command]] {
            let output = shell.command(args).output().expect("it runs");
            assert_eq!(output.status.code(), Some(0), "{args:?}");
            assert!(!output.stdout.is_empty(), "{args:?}");
        }
    }
}

/// Whoever writes a file keeps others from it; whoever was stopped leaves a word.
#[test]
fn one_process_writes_at_a_time() {
    let mut shell = Shell::new();
    let before = shell.bytes("plan.crdt");
    shell.write("plan.crdt.lock", "");
    shell.run("edit plan.crdt --set /title 1");
    shell.run("import plan.crdt plan.bundle");
    assert_eq!(shell.bytes("plan.crdt"), before);
    assert!(shell.path("plan.crdt.lock").exists());
    shell.compare_with("locked");
}

/// Of the editor's files only a text is left that could not be written, for its owner alone.
#[cfg(unix)]
#[test]
fn the_editor() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::PathBuf;

    let mut shell = Shell::new();
    let now = "--time 2026-02-01T00:00:00Z";
    let edit = |shell: &mut Shell, editor: &str| {
        let before = shell.left();
        shell.run_with(&format!("edit plan.crdt {now}"), "", &[("EDITOR", editor)]);
        let kept = shell.left().into_iter().find(|path| !before.contains(path))?;
        let kept = kept.join("document.json");
        shell.hide(kept.to_str().expect("it is text"), "<draft>");
        Some(kept)
    };
    let read = |kept: Option<PathBuf>| fs::read_to_string(kept?).ok();
    for editor in ["sed -i.bak s/Plan/Launch/", "true", "false"] {
        assert_eq!(edit(&mut shell, editor), None, "{editor}");
    }
    let kept = edit(&mut shell, "sed -i.bak s/Launch/\\\"/").expect("what is no JSON is kept");
    let folder = kept.parent().expect("it has one").metadata().expect("it is there");
    assert_eq!(folder.permissions().mode() & 0o777, 0o700);
    let kept = read(Some(kept)).expect("it can be read");
    assert!(kept.contains("\"title\": \"\"\""));
    // Somebody else writes meanwhile.
    let crdt = env!("CARGO_BIN_EXE_crdt");
    let meanwhile =
        format!("{crdt} edit plan.crdt --set /meanwhile 1 {now} && sed -i.bak s/Write/Draft/");
    let kept = read(edit(&mut shell, &meanwhile)).expect("what cannot be written is kept");
    assert!(kept.contains("Draft"));
    shell.run("show plan.crdt");
    shell.compare_with("editor");
}
