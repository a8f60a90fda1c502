//! What it costs to look at earlier versions of a recording: a table for docs/performance.md.
//!
//! `cargo bench -p benches --bench past`, after `--` the names of recordings; `CRDT_TRACES` names
//! their folder. Each transaction is a change. [`VERSIONS`] evenly spaced versions are read one
//! after another, forwards and backwards, and each for itself.

use std::error::Error;
use std::time::{Duration, Instant};

use crdt_core::{ChangeHash, Document, Keypair};
use test_support::trace::{self, Article, Trace};

/// How many versions are looked at.
const VERSIONS: usize = 100;

type Run<T> = Result<T, Box<dyn Error>>;

/// A version with the number of its characters.
type Version = ([ChangeHash; 1], usize);

fn main() -> Run<()> {
    let mut names: Vec<String> =
        std::env::args().skip(1).filter(|name| name != "--bench").collect();
    if names.is_empty() {
        names.push("automerge-paper".into());
    }
    println!(
        "| recording | changes | forwards, the first | each further one | backwards, the first \
              | each further one | each for itself |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for name in &names {
        row(name)?;
    }
    Ok(())
}

fn row(name: &str) -> Run<()> {
    let (document, versions) = write(&trace::load(name))?;
    let [forwards, further] = walk(&document, versions.iter())?;
    let [backwards, back] = walk(&document, versions.iter().rev())?;
    let start = Instant::now();
    for version in &versions {
        walk(&document, [version].into_iter())?;
    }
    let fresh = start.elapsed() / u32::try_from(versions.len())?;
    println!(
        "| {name} | {} | {forwards:.2?} | {further:.2?} | {backwards:.2?} | {back:.2?} \
         | {fresh:.2?} |",
        document.history().len()
    );
    Ok(())
}

/// The document of a recording, and its versions.
fn write(trace: &Trace) -> Run<(Document<Article>, Vec<Version>)> {
    let mut document = Document::<Article>::create(Keypair::from_secret_bytes(&[1; 32]))?;
    let mut versions = Vec::new();
    let count = trace.txns.len();
    for (number, transaction) in trace.txns.iter().enumerate() {
        document.change(|article| trace::replay(article, transaction))?;
        if (number + 1) * VERSIONS / count > number * VERSIONS / count {
            let [head] = document.heads()[..] else { return Err("one author".into()) };
            versions.push(([head], document.read().body.len()));
        }
    }
    Ok((document, versions))
}

/// The time until the first of some versions has been read, and the mean of the others.
fn walk<'v>(
    document: &Document<Article>,
    mut versions: impl Iterator<Item = &'v Version>,
) -> Run<[Duration; 2]> {
    let start = Instant::now();
    let (heads, length) = versions.next().ok_or("there are versions")?;
    let mut past = document.at(heads)?;
    assert_eq!(past.read().body.len(), *length);
    let first = start.elapsed();
    let (start, mut count) = (Instant::now(), 0);
    for (heads, length) in versions {
        past.goto(heads)?;
        assert_eq!(past.read().body.len(), *length);
        assert_eq!(past.value().body.chars().count(), *length);
        count += 1;
    }
    Ok([first, start.elapsed() / count.max(1)])
}
