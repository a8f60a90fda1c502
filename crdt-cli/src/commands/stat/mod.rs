mod store;

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use clap::Args;
use crdt_core::{Author, ChangeHash, DocumentId, History};
use serde::Serialize;

use crate::failure::{Exit, Failure};
use crate::output::{self, Count, HASH, NAME, Output, STRONG, Styled, in_line};
use crate::source::{Part, Source};
use crate::time;

use store::StoreSizes;

/// Print how large the document is, by part and by author
///
/// Of a store with several documents, of which none is chosen, it is what all of them take.
///
/// Canonical bytes are those of the changes as they are hashed; limits count them. In a file
/// changes lie packed, and take far less.
#[derive(Args, Debug)]
pub(crate) struct Stat {
    #[command(flatten)]
    source: Source,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

impl Stat {
    pub(crate) fn run(&self, out: &mut Output) -> Result<Exit, Failure> {
        if let Some(file) = self.source.whole_store()? {
            let listings = file.documents()?;
            if listings.len() != 1 {
                let sizes = StoreSizes::of(&file, &listings)?;
                return Ok(sizes.write(out, self.json, &file.name())?);
            }
        }
        let place = self.source.place()?;
        let history = place.history()?;
        let sizes = Sizes::new(&history, place.parts()?);
        if self.json {
            output::json(out, &sizes)?;
        } else {
            sizes.print(out, place.name())?;
        }
        Ok(Exit::Fine)
    }
}

#[derive(Serialize)]
struct Sizes {
    document: DocumentId,
    #[serde(rename = "type")]
    type_name: Option<String>,
    founder: Option<Author>,
    heads: Vec<ChangeHash>,
    bytes: usize,
    parts: Vec<Part>,
    changes: usize,
    ops: usize,
    canonical_bytes: u64,
    signatures: usize,
    waiting_bundles: usize,
    authors: BTreeMap<Author, Share>,
}

/// What is of one author.
#[derive(Default, Serialize)]
struct Share {
    changes: usize,
    ops: usize,
    canonical_bytes: u64,
    first_claimed: Option<u64>,
    last_claimed: Option<u64>,
}

impl Sizes {
    fn new(history: &History, parts: Vec<Part>) -> Self {
        let authors = shares(history);
        Self {
            document: history.document(),
            type_name: history.genesis().map(|genesis| genesis.type_name().to_owned()),
            founder: history.genesis().map(crdt_core::Genesis::founder),
            heads: history.heads().into(),
            bytes: parts.iter().map(|part| part.bytes).sum(),
            parts,
            changes: history.len(),
            ops: authors.values().map(|share| share.ops).sum(),
            canonical_bytes: history.bytes(),
            signatures: history.signatures(),
            waiting_bundles: history.pending().0,
            authors,
        }
    }

    fn print(&self, out: &mut Output, name: &str) -> io::Result<()> {
        writeln!(out, "{}", Styled(STRONG, in_line(name)))?;
        writeln!(out, "document  {}", Styled(NAME, self.document))?;
        let type_name = self.type_name.as_deref().unwrap_or("not known yet");
        writeln!(out, "type      {}", in_line(type_name))?;
        for head in &self.heads {
            writeln!(out, "head      {}", Styled(HASH, head))?;
        }
        writeln!(out)?;
        print_parts(out, &self.parts)?;
        writeln!(out, "{:>10}  all", self.bytes)?;
        writeln!(
            out,
            "\n{} of {}, {} canonical bytes, {}",
            Count(self.changes, "change"),
            Count(self.ops, "op"),
            self.canonical_bytes,
            Count(self.signatures, "signature"),
        )?;
        if self.waiting_bundles > 0 {
            writeln!(
                out,
                "{} waiting for changes that are not here",
                Count(self.waiting_bundles, "bundle")
            )?;
        }
        self.print_authors(out)
    }

    fn print_authors(&self, out: &mut Output) -> io::Result<()> {
        let heading =
            format!("   CHANGES        OPS  CANONICAL  {:19}  AUTHOR", "LAST CLAIMED (UTC)");
        writeln!(out, "\n{}", Styled(STRONG, heading))?;
        for (author, share) in &self.authors {
            let last = share.last_claimed.map_or_else(|| "-".into(), time::for_people);
            writeln!(
                out,
                "{:>10} {:>10} {:>10}  {last:19}  {}",
                share.changes,
                share.ops,
                share.canonical_bytes,
                Styled(NAME, author),
            )?;
        }
        Ok(())
    }
}

/// What takes how much room.
fn print_parts(out: &mut Output, parts: &[Part]) -> io::Result<()> {
    writeln!(out, "{}", Styled(STRONG, "     BYTES  PART"))?;
    for Part { name, count, bytes } in parts {
        let count = if *count == 1 { String::new() } else { format!(" ({count})") };
        writeln!(out, "{bytes:>10}  {name}{count}")?;
    }
    Ok(())
}

fn shares(history: &History) -> BTreeMap<Author, Share> {
    let mut shares: BTreeMap<Author, Share> = BTreeMap::new();
    for change in history.changes() {
        let share = shares.entry(change.author()).or_default();
        share.changes += 1;
        share.ops += change.ops().len();
        if let Some(time) = change.claimed_time() {
            share.first_claimed = Some(share.first_claimed.map_or(time, |first| first.min(time)));
            share.last_claimed = share.last_claimed.max(Some(time));
        }
    }
    for (author, share) in &mut shares {
        share.canonical_bytes = history.bytes_by(author);
    }
    shares
}
