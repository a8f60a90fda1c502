//! A folder with the samples, and what was typed and printed in it.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use snapbox::data::DataFormat;
use snapbox::{Assert, Data};
use tempfile::TempDir;

use crate::samples;

pub(crate) struct Shell {
    folder: TempDir,
    /// Where the command puts what is for a while, and what it leaves to its user.
    scratch: TempDir,
    transcript: String,
    /// What differs from run to run, and what stands for it.
    hidden: Vec<(String, &'static str)>,
}

impl Shell {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        samples::write(folder.path());
        let scratch = tempfile::tempdir().expect("a folder can be made");
        Self { folder, scratch, transcript: String::new(), hidden: Vec::new() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("the file is there")
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).expect("the file can be written");
    }

    /// The names of all files, ascending.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("the folder can be read");
        let name =
            |entry: std::io::Result<fs::DirEntry>| entry.ok()?.file_name().into_string().ok();
        let mut files: Vec<String> = entries.filter_map(name).collect();
        files.sort();
        files
    }

    /// What commands have left outside of the folder.
    pub(crate) fn left(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.scratch.path()).expect("the folder can be read");
        entries.map(|entry| entry.expect("it can be read").path()).collect()
    }

    /// Lets something stand for what differs from run to run.
    pub(crate) fn hide(&mut self, what: impl Into<String>, by: &'static str) {
        self.hidden.push((what.into(), by));
    }

    /// The command, in the folder and without what the surroundings say.
    pub(crate) fn command(&self, args: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crdt"));
        command.args(args).current_dir(self.folder.path());
        for variable in ["CRDT_KEY", "VISUAL", "EDITOR", "CLICOLOR_FORCE"] {
            command.env_remove(variable);
        }
        for variable in ["TMPDIR", "TMP", "TEMP"] {
            command.env(variable, self.scratch.path());
        }
        command
    }

    /// Runs a line, and writes down what comes of it.
    pub(crate) fn run(&mut self, line: &str) -> Output {
        self.run_with(line, "", &[])
    }

    pub(crate) fn run_with(
        &mut self,
        line: &str,
        stdin: &str,
        variables: &[(&str, &str)],
    ) -> Output {
        let mut command = self.command(words(line));
        command.envs(variables.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        let mut input = child.stdin.take().expect("it is piped");
        // Who does not read what is typed is not to be told.
        let _ = input.write_all(stdin.as_bytes());
        drop(input);
        let output = child.wait_with_output().expect("the command ends");
        self.note(line, stdin, &output);
        output
    }

    fn note(&mut self, line: &str, stdin: &str, output: &Output) {
        let _ = writeln!(self.transcript, "$ crdt {line}");
        for line in stdin.lines() {
            let _ = writeln!(self.transcript, "< {line}");
        }
        self.transcript += &String::from_utf8_lossy(&output.stdout);
        for line in String::from_utf8_lossy(&output.stderr).lines() {
            let _ = writeln!(self.transcript, "! {line}");
        }
        match output.status.code() {
            Some(0) => {}
            code => {
                let _ = writeln!(self.transcript, "exit code {code:?}");
            }
        }
        self.transcript.push('\n');
    }

    /// Compares the transcript with the one that is kept.
    pub(crate) fn compare_with(mut self, name: &str) {
        for (what, by) in &self.hidden {
            self.transcript = self.transcript.replace(what, by);
        }
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/transcripts");
        let path = folder.join(name).with_extension("txt");
        let kept = Data::read_from(&path, Some(DataFormat::Text)).raw();
        Assert::new().action_env("SNAPSHOTS").eq(Data::text(self.transcript), kept);
    }
}

/// What a command prints.
pub(crate) fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("it prints text")
}

/// Words with blanks between them; what is between single quotes is one.
fn words(line: &str) -> Vec<String> {
    let parts = line.split('\'').enumerate();
    let words = parts.flat_map(|(place, part)| match place % 2 {
        0 => part.split_whitespace().map(String::from).collect(),
        _ => vec![part.to_owned()],
    });
    words.collect()
}
