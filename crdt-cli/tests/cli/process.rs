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

/// What a shell puts in place of `<(..)` can be read once.
#[cfg(unix)]
#[test]
fn a_pipe_is_read_as_a_file_is() {
    let shell = Shell::new();
    let run = |args: &[&str], bytes: Vec<u8>| {
        let mut command = shell.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut stdin = child.stdin.take().expect("it is piped");
        let typing = std::thread::spawn(move || io::Write::write_all(&mut stdin, &bytes));
        let output = child.wait_with_output().expect("it ends");
        let _ = typing.join().expect("it ends");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let bundle = shell.bytes("plan.bundle");
    let imported = run(&["import", "theirs.crdt", "/dev/stdin"], bundle.clone());
    assert_eq!(imported, (Some(0), String::new()));
    let shown = run(&["show", "/dev/stdin"], shell.bytes("board.crdt"));
    assert_eq!(shown, (Some(0), String::new()));
    let key = shell.bytes("plan.crdt.key");
    let edited = ["edit", "plan.crdt", "--set", "/a", "1", "--key", "/dev/stdin"];
    assert_eq!(run(&edited, key), (Some(0), String::new()));
    // SQLite cannot.
    crate::samples::write_store(&shell.path("notes.crdt"));
    for name in ["-", "/dev/stdin"] {
        let (code, said) = run(&["show", name], shell.bytes("notes.crdt"));
        assert_eq!(code, Some(2));
        assert!(said.contains("is a store, which can only be read as a file"), "{said}");
    }
}

/// What is read as standard input everywhere else.
#[test]
fn nothing_is_written_to_a_file_of_the_name_of_standard_input() {
    let mut shell = Shell::new();
    let files = shell.files();
    for line in [
        "new -",
        "new - --store",
        "import - plan.bundle",
        "import - plan.bundle --store",
        "import - --from-json data.json",
        "export plan.crdt -o -",
        "frontier plan.crdt -o -",
    ] {
        let output = shell.run(line);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(3), "{line}");
        assert!(said.contains("name a file"), "{line}: {said}");
    }
    assert_eq!(shell.files(), files);
    assert_eq!(shell.run("new ./-").status.code(), Some(0));
}

/// The next try finds nothing in its way.
#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_in_full_is_not_there() {
    let shell = Shell::new();
    let files = shell.files();
    let crdt = env!("CARGO_BIN_EXE_crdt");
    for args in [
        &["export", "board.crdt", "-o", "new.bundle"][..],
        &["frontier", "board.crdt", "-o", "new.frontier"],
        &["key", "new", "new.key"],
        &["new", "new.crdt"],
        &["import", "new.crdt", "board.bundle"],
    ] {
        let mut limited = std::process::Command::new("sh");
        limited.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh", crdt]).args(args);
        let output = limited.current_dir(shell.path("")).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{args:?}: {said}");
        assert!(said.contains("cannot be written"), "{args:?}: {said}");
        assert_eq!(shell.files(), files, "{args:?}");
    }
}

/// A title or the name of a type looks like no other line of what is printed.
#[test]
fn a_name_of_several_lines_is_printed_in_one() {
    let shell = Shell::new();
    crate::samples::write_store(&shell.path("notes.crdt"));
    let run = |args: &[&str]| {
        let output = shell.command(args).output().expect("it runs");
        [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned())
    };
    run(&["title", "notes.crdt", "-d", "f51", "Plan\nforged"]);
    for args in [
        &["list", "notes.crdt"][..],
        &["verify", "notes.crdt"],
        &["verify", "notes.crdt", "-d", "f51"],
        &["stat", "notes.crdt", "-d", "f51"],
        &["show", "notes.crdt"],
        &["recover", "notes.crdt", "new.crdt"],
    ] {
        let said = run(args).concat();
        assert!(said.contains("Plan\\nforged"), "{args:?}: {said}");
        assert!(!said.lines().any(|line| line.starts_with("forged")), "{args:?}: {said}");
    }
}

/// What was written in an editor is not lost, whatever became of the editor.
#[cfg(unix)]
#[test]
fn what_was_edited_is_kept() {
    let shell = Shell::new();
    let before = shell.bytes("plan.crdt");
    let edit = |editor: &str| {
        let mut command = shell.command(["edit", "plan.crdt"]);
        let output = command.env("EDITOR", editor).output().expect("it runs");
        assert_eq!(output.status.code(), Some(3), "{editor}");
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    for (number, editor) in [
        "sh -c 'echo long work > $0; kill -9 $$'",
        "sh -c 'echo long work > $0; exit 1'",
        "sh -c 'printf \"long work \\377\" > $0'",
        "sh -c ': > $0'",
    ]
    .into_iter()
    .enumerate()
    {
        let said = edit(editor);
        assert!(said.contains("The edited text is kept in "), "{editor}: {said}");
        assert_eq!(shell.left().len(), number + 1, "{editor}");
    }
    for editor in ["rm", "false", "sh -c 'exit 1'"] {
        let said = edit(editor);
        assert!(!said.contains("is kept"), "{editor}: {said}");
    }
    assert_eq!(shell.left().len(), 4);
    assert_eq!(shell.bytes("plan.crdt"), before);
}

/// A link can lead to a copy one day, where the same key would contradict itself.
#[cfg(unix)]
#[test]
fn the_key_is_beside_what_a_link_leads_to() {
    let mut shell = Shell::new();
    std::os::unix::fs::symlink("plan.crdt", shell.path("link.crdt")).expect("it is made");
    shell.write("copy.crdt", shell.bytes("plan.crdt"));
    assert_eq!(shell.run("edit link.crdt --set /title 1").status.code(), Some(0));
    let _ = std::fs::remove_file(shell.path("link.crdt"));
    std::os::unix::fs::symlink("copy.crdt", shell.path("link.crdt")).expect("it is made");
    assert_eq!(shell.run("edit link.crdt --set /title 2").status.code(), Some(0));
    shell.run("import plan.crdt copy.crdt");
    assert_eq!(shell.run("verify plan.crdt").status.code(), Some(0), "no author wrote twice");
    assert!(!shell.files().contains(&"link.crdt.key".to_owned()));
}

/// Also a name that a shell has put in place of `*`, where somebody sees colours.
#[test]
fn arguments_are_nothing_that_a_terminal_obeys() {
    let shell = Shell::new();
    for (args, code) in [
        (&["sh\u{1b}]0;x\u{7}ow"][..], 64),
        (&["show", "board.crdt", "\u{1b}[2J\u{9b}m"], 64),
        (&["show", "\u{1b}[2J"], 3),
        (&["show", "board.crdt", "--at", "\u{1b}[2J"], 3),
        (&["log", "board.crdt", "-n", "\u{1b}[2J"], 64),
    ] {
        let output = shell.command(args).env("CLICOLOR_FORCE", "1").output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(!said.contains(['\u{7}', '\u{9b}']) && !said.contains("\u{1b}[2J"), "{said:?}");
    }
}
