use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use clap::Args;
use crdt_store::Listing;
use serde::Serialize;

use crate::failure::{Exit, Failure};
use crate::listed::Listed;
use crate::names::Names;
use crate::output::{self, FAINT, NAME, Output, STRONG, Styled, in_line};
use crate::source::StoreFile;
use crate::time;

/// List the documents of a store
///
/// Of ids as many digits are shown as tell them apart, which is what `--document` of other commands
/// takes, or a title. BYTES is what a document takes in the store. The time is when something was
/// last written to it here, in UTC. No document is opened.
#[derive(Args, Debug)]
pub(crate) struct List {
    /// A store
    #[arg(value_name = "STORE")]
    file: PathBuf,
    /// Print them as JSON
    #[arg(long)]
    json: bool,
}

/// What programs are told of a document.
#[derive(Serialize)]
struct Entry {
    #[serde(flatten)]
    listed: Listed,
    bytes: u64,
    last_change: Option<String>,
    last_milliseconds: Option<u64>,
}

impl List {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Exit, Failure> {
        let listings = StoreFile::look(&self.file)?.documents()?;
        if self.json {
            let entries: Vec<_> = listings.into_iter().map(Entry::of).collect();
            output::json(out, &entries)?;
        } else if listings.is_empty() {
            output::note("there are no documents in it; `crdt new` makes one");
        } else {
            print(out, &listings)?;
        }
        Ok(Exit::Fine)
    }
}

/// When something was last written, in milliseconds since 1970.
fn last(listing: &Listing) -> Option<u64> {
    let since = listing.changed_at.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_millis()).ok()
}

impl Entry {
    fn of(listing: Listing) -> Self {
        let last_milliseconds = last(&listing);
        let Listing { id, type_name, title, changes, bytes, .. } = listing;
        let last_change = last_milliseconds.and_then(time::for_programs);
        let listed = Listed { document: id, type_name, title, changes };
        Self { listed, bytes, last_change, last_milliseconds }
    }
}

fn print(out: &mut Output, listings: &[Listing]) -> io::Result<()> {
    let names = Names::new(listings.iter().map(|listing| listing.id));
    let types = listings.iter().map(|listing| type_of(listing).chars().count());
    let types = types.max().unwrap_or(0).clamp(4, 24);
    let digits = listings.first().map_or(0, |first| names.short(&first.id).len());
    let heading = format!(
        "{:digits$}  {:types$} {:>8} {:>10}  {:19}  TITLE",
        "DOCUMENT", "TYPE", "CHANGES", "BYTES", "LAST CHANGE (UTC)"
    );
    writeln!(out, "{}", Styled(STRONG, heading))?;
    for listing in listings {
        let last = last(listing).map_or_else(|| "-".into(), time::for_people);
        let line = format!(
            "{}  {:types$} {:>8} {:>10}  {}  {}",
            Styled(NAME, names.short(&listing.id)),
            type_of(listing),
            listing.changes,
            listing.bytes,
            Styled(FAINT, last),
            in_line(listing.title.as_deref().unwrap_or_default()),
        );
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn type_of(listing: &Listing) -> String {
    in_line(listing.type_name.as_deref().unwrap_or("-"))
}
