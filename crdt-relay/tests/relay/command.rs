use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// A relay that runs.
pub(crate) struct Running {
    child: Child,
    pub(crate) at: String,
    pub(crate) folder: TempDir,
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crdt-relay"));
    command.current_dir(folder).args(arguments).env("RUST_LOG", "info");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Running {
    pub(crate) fn start(folder: TempDir, arguments: &[&str]) -> Self {
        let command = command(folder.path(), arguments);
        Self::spawn(folder, command)
    }

    fn spawn(folder: TempDir, mut command: Command) -> Self {
        let mut child = command.spawn().expect("the command");
        let mut line = String::new();
        let out = child.stdout.take().expect("it is piped");
        BufReader::new(out).read_line(&mut line).expect("a line");
        let at = line.trim().strip_prefix("crdt-relay listens at ws://");
        let Some(at) = at.and_then(|at| at.strip_suffix("/crdt-sync")) else {
            let mut error = String::new();
            let _ = child.stderr.take().expect("it is piped").read_to_string(&mut error);
            panic!("{line}{error}");
        };
        Self { child, at: at.to_owned(), folder }
    }

    /// Without any configuration, on a port that is free.
    pub(crate) fn anywhere() -> Self {
        Self::start(folder(), &["--listen", "127.0.0.1:0"])
    }

    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &pid]).status().expect("kill");
        assert!(sent.success());
    }

    /// Its log, until it has said something.
    #[cfg(unix)]
    fn log_until(&mut self, says: &str) -> String {
        let mut lines = BufReader::new(self.child.stderr.as_mut().expect("it is piped"));
        let mut log = String::new();
        while !log.contains(says) {
            assert!(lines.read_line(&mut log).expect("text") > 0, "{log}");
        }
        log
    }

    /// Waits until it has ended, and gives its log.
    pub(crate) fn end(mut self) -> (bool, String) {
        let mut log = String::new();
        let mut error = self.child.stderr.take().expect("it is piped");
        error.read_to_string(&mut log).expect("a log");
        (self.child.wait().expect("it ends").success(), log)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn refused(arguments: &[&str], config: &str) -> (Option<i32>, String) {
    let folder = folder();
    fs::write(folder.path().join("relay.toml"), config).expect("room");
    let Output { status, stderr, .. } =
        command(folder.path(), arguments).output().expect("the command");
    (status.code(), String::from_utf8(stderr).expect("text"))
}

#[test]
fn others_than_this_machine_are_served_only_if_that_was_said() {
    let (code, why) = refused(&["--listen", "0.0.0.0:0"], "");
    assert_eq!(code, Some(2), "{why}");
    assert!(why.contains("`[[allow]]`") && why.contains("`--open`"), "{why}");
    // A proxy on this machine lets others in.
    let (code, why) = refused(&["--config", "relay.toml"], "behind_proxy = true");
    assert_eq!(code, Some(2), "{why}");
    assert!(why.contains("`[[allow]]`"), "{why}");
    let file = "[[allow]]\ntoken = \"secret\"\nmay = \"read\"\n";
    let (code, why) = refused(&["--config", "relay.toml", "--open"], file);
    assert_eq!(code, Some(2), "{why}");
    assert!(why.contains("keep one"), "{why}");
}

#[test]
fn a_configuration_that_is_wrong_says_where() {
    let cases = [
        ("lisen = \"127.0.0.1:1\"", "unknown field `lisen`"),
        ("[[allow]]\nmay = \"write\"", "entry 1 of `allow` names nobody"),
        ("[[allow]]\ntoken = \"two words\"\nmay = \"write\"", "entry 1 of `allow` has a token"),
        ("[[allow]]\nkey = \"00\"\nmay = \"write\"", "key"),
        ("links = [{ address = \"https://there\" }]", "instead of `https://`"),
        ("links = [{ address = \"wss://there#document=00&token=x\" }]", "an invite's"),
        ("links = [{ address = \"wss://there\", token = \"two words\" }]", "link 1 has a token"),
        (
            "endpoint = \"https://there\"",
            "`endpoint` is \"https://there\": it has to be an address",
        ),
        ("endpoint = \"\"", "`endpoint` is \"\""),
        ("[limits]\nping_seconds = 0", "`limits.ping_seconds` is 0s: it has to be a time from 1ms"),
        ("[limits]\nwrite_seconds = 9000000000000000000", "`limits.write_seconds` is"),
        ("[limits]\nidle_document_seconds = 0", "`limits.idle_document_seconds` is 0s"),
        ("[limits]\nhandshake_seconds = 0", "`limits.handshake_seconds` is 0s"),
        ("[limits]\nretry_after_seconds = 9000000000000000000", "`limits.retry_after_seconds` is"),
        ("[limits]\ndrain_seconds = 9000000000000000000", "`limits.drain_seconds` is"),
        ("[limits]\nconnections = 0", "`limits.connections` is 0"),
        ("[limits]\nconnections_per_address = 0", "`limits.connections_per_address` is 0"),
        ("[limits]\ndocuments_per_connection = 0", "`limits.documents_per_connection` is 0"),
        ("[limits]\nrequest_body = 0", "`limits.request_body` is 0"),
        ("[queues]\npeer = 0", "`queues.peer` is 0: it has to be a number from 1 to 1048576"),
        ("[queues]\nbroadcast = 9000000000000000000", "`queues.broadcast` is"),
        ("[limits]\nping_seconds = -1", "in line 2 (`ping_seconds`)"),
    ];
    for (config, says) in cases {
        let (code, why) = refused(&["--config", "relay.toml"], config);
        assert_eq!(code, Some(2), "{why}");
        assert!(why.contains(says), "{config}: {why}");
    }
    let torn = "open = false\n[[allow]]\ntoken = \"secret\nmay = \"read\"";
    let (_, why) = refused(&["--config", "relay.toml"], torn);
    assert!(why.contains("in line 3") && !why.contains("secret"), "{why}");
    let (code, why) = refused(&["--config", "nowhere.toml"], "");
    assert_eq!(code, Some(1), "{why}");
}

#[test]
fn why_it_cannot_begin_where_it_is_told_to_is_said() {
    let relay = Running::anywhere();
    let another = folder();
    let started = command(another.path(), &["--listen", &relay.at]).output().expect("the command");
    let why = String::from_utf8(started.stderr).expect("text");
    assert_eq!(started.status.code(), Some(1), "{why}");
    assert!(why.contains(&format!("something else listens at {}", relay.at)), "{why}");
    assert!(fs::read_dir(another.path()).expect("a folder").next().is_none(), "it makes no store");
    let store = relay.folder.path().join("relay.crdt");
    let store = store.to_str().expect("text");
    let (code, why) = refused(&["--listen", "127.0.0.1:0", "--store", store], "");
    assert_eq!(code, Some(1), "{why}");
    assert!(why.contains("another relay serves the store"), "{why}");
    let (code, why) = refused(&["--listen", "127.0.0.1:0", "--store", "not/here/relay.crdt"], "");
    assert_eq!(code, Some(1), "{why}");
    assert!(why.contains("the folder not/here of the store is not there"), "{why}");
    let (_, why) = refused(&["--link", "relay.example.org"], "");
    assert!(why.contains("write `wss://HOST`"), "{why}");
}

#[test]
fn the_example_of_the_documentation_is_a_configuration() {
    let page = include_str!("../../../docs/relay.md");
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
    // Nobody is dialed.
    let example = example.and_then(|example| example.split("[[links]]").next());
    let folder = folder();
    fs::write(folder.path().join("relay.toml"), example.expect("an example")).expect("room");
    let elsewhere = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--store", "here.crdt"];
    let relay = Running::start(folder, &[&["--config", "relay.toml"], &elsewhere[..]].concat());
    assert!(relay.folder.path().join("here.crdt").exists());
}

#[test]
fn a_variable_that_is_empty_says_nothing() {
    let folder = folder();
    let mut command = command(folder.path(), &["--listen", "127.0.0.1:0"]);
    for name in ["CONFIG", "LISTEN", "ADMIN", "STORE", "ENDPOINT", "LINK", "OPEN", "LOG"] {
        command.env(format!("CRDT_RELAY_{name}"), "");
    }
    let relay = Running::spawn(folder, command);
    assert!(relay.folder.path().join("relay.crdt").exists());
}

/// Also where the file says something else.
#[test]
fn what_is_said_when_it_is_started_goes_before_the_file() {
    let file = "open = true\n[[links]]\naddress = \"ws://127.0.0.1:1\"\n";
    let closed = ["--config", "relay.toml", "--listen", "0.0.0.0:0", "--open=false"];
    let (code, why) = refused(&closed, file);
    assert_eq!(code, Some(2), "{why}");
    assert!(why.contains("nothing says who may do what"), "{why}");
}

#[test]
fn what_is_to_be_logged_is_a_filter() {
    let folder = folder();
    let mut command = command(folder.path(), &["--listen", "127.0.0.1:0"]);
    let Output { status, stderr, .. } = command.env("RUST_LOG", "[[[").output().expect("it runs");
    let why = String::from_utf8(stderr).expect("text");
    assert_eq!(status.code(), Some(2), "{why}");
    assert!(why.contains("`RUST_LOG`"), "{why}");
}

#[test]
fn what_is_no_store_is_left_as_it_is() {
    let folder = folder();
    fs::write(folder.path().join("notes.txt"), "a text, and no store").expect("room");
    let arguments = ["--listen", "127.0.0.1:0", "--store", "notes.txt"];
    let started = command(folder.path(), &arguments).output().expect("it runs");
    assert_eq!(started.status.code(), Some(1));
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "nothing is beside it");
}

#[cfg(unix)]
#[test]
fn what_is_not_read_again_is_said() {
    let folder = folder();
    let config = folder.path().join("relay.toml");
    fs::write(&config, "listen = \"127.0.0.1:0\"\n").expect("room");
    let mut relay = Running::start(folder, &["--config", "relay.toml", "--open"]);
    fs::write(&config, "listen = \"127.0.0.1:1\"\n[queues]\npeer = 8\n").expect("room");
    relay.signal("-HUP");
    let log = relay.log_until("\"queues\"");
    let said: Vec<&str> =
        log.lines().filter(|line| line.contains("holds after a restart")).collect();
    assert_eq!(said.len(), 2, "{log}");
    assert!(said[0].contains("\"listen\"") && said[1].contains("\"queues\""), "{log}");
}

#[cfg(unix)]
#[test]
fn it_ends_in_an_orderly_way_when_it_is_told_to() {
    let relay = Running::anywhere();
    assert!(relay.folder.path().join("relay.crdt").exists());
    relay.signal("-TERM");
    let (is_success, log) = relay.end();
    assert!(is_success && log.contains("draining"), "{log}");
}
