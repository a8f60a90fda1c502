//! What is measured. Each task is a module with a small trait that peers implement.

pub mod board;
pub mod concurrent;
pub mod crdt_benchmarks;
pub mod growth;
pub mod past;
pub mod signing;
pub mod sync;
pub mod text;

use std::path::PathBuf;

use crate::fault::{Fault, Result};
use crate::measure::Sample;
use crate::options::Options;
use crate::trace::Trace;

macro_rules! tasks {
    ($($(#[$doc:meta])* $task:ident = $name:literal, $needs:expr;)*) => {
        /// A task.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Task {
            $($(#[$doc])* $task,)*
        }

        impl Task {
            /// All of them, in the order of the report.
            pub const ALL: &[Self] = &[$(Self::$task),*];

            /// Its name on the command line.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$task => $name,)*
                }
            }

            /// Which recording it takes, if any.
            pub fn needs(self) -> Option<Needs> {
                match self {
                    $(Self::$task => $needs,)*
                }
            }
        }
    };
}

tasks! {
    /// A recording as local edits in one change.
    Local = "local", Some(Needs::Sequential);
    /// A recording as local edits, each transaction a change.
    LocalEach = "local-each", Some(Needs::Sequential);
    /// A message for each transaction, made and applied one by one.
    Messages = "messages", Some(Needs::Sequential);
    /// A fresh replica takes in a history of one change.
    MergeOne = "merge-one", Some(Needs::Sequential);
    /// A fresh replica takes in a history of one change per transaction, as one message.
    MergeEach = "merge-each", Some(Needs::Sequential);
    /// To bytes.
    Save = "save", Some(Needs::Sequential);
    /// From bytes until the text can be read.
    Open = "open", Some(Needs::Sequential);
    /// From bytes until a first edit is made.
    OpenEdit = "open-edit", Some(Needs::Sequential);
    /// Memory held.
    Heap = "heap", Some(Needs::Sequential);
    /// Reading earlier versions.
    Past = "past", Some(Needs::Sequential);
    /// A fresh replica takes in a history of several authors.
    Concurrent = "concurrent", Some(Needs::Concurrent);
    /// What signatures and hashes cost by themselves.
    Signing = "signing", Some(Needs::Sequential);
    /// Structure: a board of cards.
    Board = "board", None;
    /// Two replicas settle what either lacks.
    Sync = "sync", None;
    /// The suites of `dmonad/crdt-benchmarks`.
    CrdtBenchmarks = "crdt-benchmarks", None;
    /// How the time of an operation of ours grows.
    Growth = "growth", None;
}

/// Which recording a task takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    /// One in which one agent wrote.
    Sequential,
    /// One in which several wrote at the same time.
    Concurrent,
}

impl Task {
    /// The task of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|task| task.name() == name)
    }
}

/// One row of a task's table for each peer: a recording, or what the task itself has several of.
pub struct Case {
    /// What it is called in the table.
    pub name: String,
    /// Its recording.
    pub trace: Option<PathBuf>,
}

impl Task {
    /// Its cases. Recordings of the wrong kind are passed over.
    pub fn cases(self, options: &Options) -> Result<Vec<Case>> {
        let names = match self {
            Self::Board => vec![format!("{} cards", options.cards)],
            Self::CrdtBenchmarks => {
                crdt_benchmarks::NAMES.iter().map(ToString::to_string).collect()
            }
            Self::Sync => sync::names().map(str::to_owned).collect(),
            Self::Growth => growth::sizes(options.size).map(|size| size.to_string()).collect(),
            _ => return self.needs().map_or(Ok(Vec::new()), |needs| recordings(options, needs)),
        };
        Ok(names.into_iter().map(|name| Case { name, trace: None }).collect())
    }
}

fn recordings(options: &Options, needs: Needs) -> Result<Vec<Case>> {
    let mut cases = Vec::new();
    for path in &options.traces {
        if Trace::load(path)?.is_concurrent() == (needs == Needs::Concurrent) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let name = name.split('.').next().unwrap_or_default().to_owned();
            cases.push(Case { name, trace: Some(path.clone()) });
        }
    }
    Ok(cases)
}

/// What a run works on.
pub struct Input {
    trace: Option<Trace>,
    /// What the case is called.
    pub case: String,
    /// How many cards a board has.
    pub cards: usize,
    /// N of `crdt-benchmarks`.
    pub size: usize,
}

impl Input {
    /// Loads what a case of a task needs.
    pub fn new(options: &Options, case: &str) -> Result<Self> {
        let trace = options.traces.first().map(|path| Trace::load(path)).transpose()?;
        let trace = match options.first {
            Some(first) => trace.map(|trace| trace.shortened(first)),
            None => trace,
        };
        let size = options.size.unwrap_or(6000).max(1);
        Ok(Self { trace, case: case.to_owned(), cards: options.cards, size })
    }

    /// The sequential recording.
    pub fn sequential(&self) -> Result<&Trace> {
        let trace = self.trace.as_ref().filter(|trace| !trace.is_concurrent());
        trace.ok_or_else(|| Fault::WrongTrace("sequential").into())
    }

    /// The concurrent recording.
    pub fn concurrent(&self) -> Result<&Trace> {
        let trace = self.trace.as_ref().filter(|trace| trace.is_concurrent());
        trace.ok_or_else(|| Fault::WrongTrace("concurrent").into())
    }
}

/// Whether and how a peer does a task.
pub enum Offer {
    /// It does it so.
    Run(fn(&Input) -> Result<Sample>),
    /// It does not, for this reason.
    Cannot(&'static str),
    /// The task is not about it.
    Absent,
}
