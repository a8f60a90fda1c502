use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use crdt_core::History;

use crate::failure::{Exit, Failure};
use crate::output;
use crate::source::{Content, Source, SourceError, common_heads, place_with, write_new};
use crate::version::{HOW_TO_NAME, Versions};

/// Pack changes for somebody else, as a bundle that `crdt import` and every app takes in
///
/// All changes are packed, unless it is said what the other has: by a version that both have had
/// (--since), or exactly, by the other's frontier or document (--for).
#[derive(Args, Debug)]
#[command(after_long_help = HOW_TO_NAME)]
pub(crate) struct Export {
    #[command(flatten)]
    source: Source,
    /// Leave out what a version has
    #[arg(long, value_name = "VERSION")]
    since: Option<String>,
    /// Leave out what another has, by its frontier (`crdt frontier`), its file
    /// or its store
    #[arg(long = "for", value_name = "FILE", conflicts_with = "since")]
    reader: Option<PathBuf>,
    /// Where to write it, instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub(crate) fn run(&self) -> Result<Exit, Failure> {
        if self.output.is_none() && io::stdout().is_terminal() {
            return Err(Failure::Terminal);
        }
        let history = self.source.place()?.history()?;
        let bundle = self.bundle(&history)?;
        if bundle.is_empty() {
            output::note("there is nothing to export: nothing is lacking");
        }
        if let Some(path) = &self.output {
            write_new(path, &bundle)?;
        } else {
            // Past what leaves out styles: bytes are not to be touched.
            let mut out = io::stdout().lock();
            out.write_all(&bundle)?;
            out.flush()?;
        }
        Ok(Exit::Fine)
    }

    fn bundle(&self, history: &History) -> Result<Vec<u8>, Failure> {
        if let Some(reader) = &self.reader {
            return Ok(lacking(history, reader)?);
        }
        let Some(version) = &self.since else { return Ok(history.export(&[])) };
        Ok(history.export(&Versions::new(history).heads(version)?))
    }
}

/// What another lacks, given a file with its frontier or its document.
fn lacking(history: &History, reader: &Path) -> Result<Vec<u8>, SourceError> {
    let place = match place_with(reader, history.document()) {
        Err(SourceError::Foreign { content: Content::Frontier(frontier), .. }) => {
            return Ok(history.export_for(&frontier));
        }
        place => place?,
    };
    let other = place.history()?;
    if other.document() != history.document() {
        return Err(SourceError::OtherDocument {
            name: place.name().to_owned(),
            found: other.document(),
            expected: history.document(),
        });
    }
    Ok(history.export(&common_heads(history, &other)))
}
