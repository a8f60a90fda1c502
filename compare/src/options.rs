//! The command line.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use crate::fault::{Fault, Result};
use crate::peer::{self, Peer};
use crate::task::Task;

/// What is to be run.
pub struct Options {
    /// Recordings.
    pub traces: Vec<PathBuf>,
    /// How many transactions of a sequential recording are taken; `None` for all.
    pub first: Option<usize>,
    /// Tasks; empty for all that fit the recordings.
    pub tasks: Vec<Task>,
    /// Peers.
    pub peers: Vec<Peer>,
    /// How often each measurement is made.
    pub runs: usize,
    /// Lines of JSON instead of tables.
    pub json: bool,
    /// How long one run may take.
    pub limit: Duration,
    /// Cards of the task `board`.
    pub cards: usize,
    /// How large the tasks are that take no recording; `None` for what is usual in each.
    pub size: Option<usize>,
    /// Whether only the results matter, not how long they take.
    pub check: bool,
    /// In a process that makes one run: of which case.
    pub child: Option<String>,
}

impl Options {
    /// Reads the command line, without the program's name.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self {
            traces: Vec::new(),
            first: None,
            tasks: Vec::new(),
            peers: Vec::new(),
            runs: 3,
            json: false,
            limit: Duration::from_secs(300),
            cards: 100_000,
            size: None,
            check: false,
            child: None,
        };
        while let Some(word) = words.next() {
            options.take(&word, &mut words)?;
        }
        if options.peers.is_empty() {
            options.peers = peer::ALL.to_vec();
        }
        if options.check {
            options.runs = 1;
        }
        Ok(options)
    }

    fn take(&mut self, word: &str, words: &mut impl Iterator<Item = String>) -> Result<()> {
        let mut value =
            || words.next().ok_or_else(|| Fault::Usage(format!("{word} needs a value")));
        match word {
            "--trace" => self.traces.push(value()?.into()),
            "--first" => self.first = Some(number(word, &value()?)?),
            "--task" => self.tasks.push(known(word, &value()?, Task::named)?),
            "--peer" => self.peers.push(known(word, &value()?, Peer::named)?),
            "--runs" => self.runs = number::<usize>(word, &value()?)?.max(1),
            "--limit" => self.limit = Duration::from_secs(number(word, &value()?)?),
            "--cards" => self.cards = number(word, &value()?)?,
            "--size" => self.size = Some(number(word, &value()?)?),
            "--child" => self.child = Some(value()?),
            "--json" => self.json = true,
            "--check" => self.check = true,
            _ => return Err(Fault::Usage(format!("unknown argument {word}")).into()),
        }
        Ok(())
    }
}

fn known<T>(word: &str, name: &str, named: impl Fn(&str) -> Option<T>) -> Result<T> {
    named(name).ok_or_else(|| Fault::Usage(format!("{word}: there is no {name}")).into())
}

fn number<T: FromStr>(word: &str, text: &str) -> Result<T> {
    text.parse().map_err(|_| Fault::Usage(format!("{word}: {text} is not a number")).into())
}
