use std::path::PathBuf;

use clap::Args;

use crate::failure::{Exit, Failure};
use crate::source::{Source, write_new};

/// Write down which changes a file has, for `crdt export --for` somewhere else
///
/// It is small, says nothing of what the document says, and lets the other pack just what is
/// lacking here.
#[derive(Args, Debug)]
pub(crate) struct WriteFrontier {
    #[command(flatten)]
    source: Source,
    /// Where to write it
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

impl WriteFrontier {
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        let history = self.source.place()?.history()?;
        write_new(&self.output, &history.frontier().to_bytes())?;
        Ok(Exit::Fine)
    }
}
