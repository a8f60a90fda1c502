//! Runs workloads under `strace`.

use std::env;
use std::fs::{self, File};
use std::io::{self, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::child::{ARGUMENT, FOLDER, NOTES};
use crate::cut::Cut;
use crate::disk;
use crate::error::RecordError;
use crate::fault::{Failure, Fault};
use crate::folder::{self, Files};
use crate::recording::Recording;
use crate::trace::{self, CALLS, Place, Traced};

/// The longest write that can be recorded, in bytes, and what `strace` sets aside five times.
const LONGEST_WRITE: usize = 16 << 20;

/// Runs a workload in a child process and takes down what it does to its folder.
#[derive(Debug, Clone)]
pub struct Recorder {
    test: String,
    argument: String,
    start: Files,
    notes: Vec<String>,
    fault: Option<Fault>,
}

/// Whether nothing can be recorded here. If so, why is printed for whoever reads the log of the
/// tests.
pub fn skipped() -> bool {
    match probe() {
        Ok(()) => false,
        Err(error) => {
            // Not `eprintln`, which the test harness keeps to itself where a test passes.
            let told = writeln!(io::stderr(), "skipped, nothing was tested: {error}");
            told.expect("standard error is open");
            true
        }
    }
}

impl Recorder {
    /// A recorder of the test that calls this: the same program is run again with this test alone,
    /// named as `cargo test -- --list` names it. It asks for [`Child::here`](crate::Child::here)
    /// first. Its folder is empty.
    pub fn this_test(name: &str) -> Recorder {
        let (argument, start, notes) = (String::new(), Files::new(), Vec::new());
        Recorder { test: name.to_owned(), argument, start, notes, fault: None }
    }

    /// Tells the child what to do, where a test has several workloads
    /// ([`Child::argument`](crate::Child::argument)).
    #[must_use]
    pub fn argument(self, argument: impl Into<String>) -> Recorder {
        Recorder { argument: argument.into(), ..self }
    }

    /// Begins with the folder as a power cut left it, and with what was acknowledged before:
    /// recovery is a workload too.
    #[must_use]
    pub fn after(self, cut: &Cut) -> Recorder {
        Recorder { start: cut.files.clone(), notes: cut.acknowledged().to_vec(), ..self }
    }

    /// Has a call of the system fail that an earlier recording of the same workload made
    /// ([`Recording::faults`]).
    #[must_use]
    pub fn failing(self, fault: Fault) -> Recorder {
        Recorder { fault: Some(fault), ..self }
    }

    /// Runs the workload to its end. Takes as long as the workload, and some 10 microseconds for
    /// each call of the system that opens, writes or syncs.
    ///
    /// # Errors
    ///
    /// If the child cannot be traced, fails, or does something that is not understood.
    pub fn run(self) -> Result<Recording, RecordError> {
        let scratch = folder::scratch()?;
        let place = Place::new(scratch.path())?;
        folder::write(&self.start, place.folder.as_ref())?;
        let output = self.command(&place)?.output().map_err(unavailable)?;
        // `strace` ends by the signal that ended the child, and has no exit code then.
        let is_killed = self.kills() && output.status.code().is_none();
        if !output.status.success() && !is_killed {
            probe()?;
            return Err(RecordError::Workload { status: output.status, output: printed(&output) });
        }
        let trace = BufReader::new(File::open(&place.trace)?);
        let Traced { events, notes, noted, calls, greeted, failed } =
            trace::read(trace, &place, &self.start)?;
        if !greeted {
            return Err(RecordError::NoChild(self.test));
        }
        let found = folder::read(place.folder.as_ref())?;
        if let Some(name) = folder::difference(&disk::whole(&self.start, &events), &found) {
            return Err(RecordError::Unseen(name));
        }
        let notes = self.notes.into_iter().chain(notes).collect();
        let failed = failed || is_killed;
        Ok(Recording { start: self.start, events, notes, noted, calls, failed })
    }

    /// Whether the child is to be killed.
    fn kills(&self) -> bool {
        self.fault.as_ref().is_some_and(|fault| fault.failure == Failure::Killed)
    }

    fn command(&self, place: &Place) -> io::Result<Command> {
        let mut command = Command::new("strace");
        command.args(["-f", "-y", "-xx", "-qq", "-e", "signal=none"]);
        // With a filter in the kernel `strace` sends no signals.
        if !self.kills() {
            command.arg("--seccomp-bpf");
        }
        command.args(["-s", &LONGEST_WRITE.to_string(), "-o", &place.trace]);
        command.args(["-e", &format!("trace={}", CALLS.join(","))]);
        if let Some(fault) = &self.fault {
            command.args(["-e", &fault.injection()]);
        }
        command.arg(env::current_exe()?);
        // In the main thread, so that calls can be counted.
        command.args([
            &self.test,
            "--exact",
            "--include-ignored",
            "--nocapture",
            "--test-threads=1",
        ]);
        command.env(FOLDER, &place.folder).env(NOTES, &place.notes).env(ARGUMENT, &self.argument);
        command.current_dir(&place.folder).stdin(Stdio::null());
        Ok(command)
    }
}

/// Whether a program can be traced here.
fn probe() -> Result<(), RecordError> {
    let mut command = Command::new("strace");
    command.args(["-f", "--seccomp-bpf", "-e", "trace=fsync", "-o", "/dev/null", "true"]);
    let output = command.output().map_err(unavailable)?;
    match output.status.success() {
        true => Ok(()),
        false => Err(RecordError::Unavailable(printed(&output))),
    }
}

fn unavailable(error: io::Error) -> RecordError {
    RecordError::Unavailable(format!("{error} (is it installed?)"))
}

fn printed(output: &Output) -> String {
    [&output.stdout, &output.stderr]
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
        .concat()
}

impl Place {
    fn new(scratch: &Path) -> io::Result<Place> {
        let scratch = fs::canonicalize(scratch)?;
        let path = |name| scratch.join(name).to_string_lossy().into_owned();
        let place = Place { folder: path("folder"), notes: path("notes"), trace: path("trace") };
        fs::create_dir(&place.folder)?;
        File::create(&place.notes)?;
        Ok(place)
    }
}
