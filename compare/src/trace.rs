//! Recordings of people writing, in the format of `josephg/editing-traces`.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;
use jumprope::JumpRope;
use serde::Deserialize;

use crate::fault::{Fault, Result};

/// A recording. Positions are counted in Unicode scalar values.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trace {
    /// The text at the end.
    pub end_content: String,
    /// How many wrote at the same time; 0 where it was one after the other.
    #[serde(default)]
    pub num_agents: usize,
    /// What was written, each after what it follows.
    pub txns: Vec<Transaction>,
}

/// What one agent wrote in one go.
#[derive(Deserialize)]
pub struct Transaction {
    /// In a concurrent recording, the transactions that it follows.
    #[serde(default)]
    pub parents: Vec<usize>,
    /// In a concurrent recording, who wrote it.
    #[serde(default)]
    pub agent: usize,
    /// What was done to the text, in order.
    pub patches: Vec<Patch>,
}

/// Deletes characters and inserts others in their place.
#[derive(Clone, Deserialize)]
#[serde(from = "(usize, usize, String)")]
pub struct Patch {
    /// Where.
    pub at: usize,
    /// How many characters are deleted.
    pub deleted: usize,
    /// What is inserted.
    pub inserted: String,
}

impl From<(usize, usize, String)> for Patch {
    fn from((at, deleted, inserted): (usize, usize, String)) -> Self {
        Self { at, deleted, inserted }
    }
}

impl Trace {
    /// Reads a recording, gzipped or not.
    pub fn load(path: &Path) -> Result<Self> {
        let fault = |cause: String| Fault::Trace { path: path.display().to_string(), cause };
        let file = File::open(path).map_err(|error| fault(error.to_string()))?;
        let mut json = Vec::new();
        let read = if path.extension().is_some_and(|extension| extension == "gz") {
            GzDecoder::new(file).read_to_end(&mut json)
        } else {
            { file }.read_to_end(&mut json)
        };
        read.map_err(|error| fault(error.to_string()))?;
        let trace: Self =
            serde_json::from_slice(&json).map_err(|error| fault(error.to_string()))?;
        trace.check().map_err(|cause| fault(cause.to_owned()))?;
        Ok(trace)
    }

    /// What was written first, as a recording of its own.
    pub fn shortened(mut self, transactions: usize) -> Self {
        if self.is_concurrent() || self.txns.len() <= transactions {
            return self;
        }
        self.txns.truncate(transactions);
        let mut text = JumpRope::new();
        for Patch { at, deleted, inserted } in self.patches() {
            text.remove(*at..*at + *deleted);
            text.insert(*at, inserted);
        }
        self.end_content = text.to_string();
        self
    }

    fn check(&self) -> std::result::Result<(), &'static str> {
        for (number, txn) in self.txns.iter().enumerate() {
            if txn.agent > 0 && txn.agent >= self.num_agents {
                return Err("a transaction is of an agent that does not exist");
            }
            if txn.parents.iter().any(|parent| *parent >= number) {
                return Err("a transaction comes before what it follows");
            }
        }
        Ok(())
    }

    /// Whether several wrote at the same time.
    pub fn is_concurrent(&self) -> bool {
        self.num_agents > 0
    }

    /// Whether a position is the same in bytes, UTF-16 units and scalar values.
    pub fn is_ascii(&self) -> bool {
        let mut patches = self.patches();
        patches.all(|patch| patch.inserted.is_ascii())
    }

    /// All patches in order.
    pub fn patches(&self) -> impl Iterator<Item = &Patch> {
        self.txns.iter().flat_map(|txn| &txn.patches)
    }
}
