//! What it costs to keep documents: tables for docs/performance.md.
//!
//! `cargo bench -p benches --bench storing`, with `CRDT_TRACES` set for the tables of a recording.
//! Beside what a store does stands, in the same run and on the same disk, what it cannot do without:
//! a commit of as many bytes to a plain table, or `Document::load` of the same document.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crdt_core::{CrdtNode, Document, Keypair, Text};
use crdt_store::{Store, StoreOptions, Stored};
use rusqlite::Connection;
use test_support::trace::{self, Article, Trace};

type Run<T> = Result<T, Box<dyn Error>>;

/// How often what is short is done, the median of which is told.
const ROUNDS: usize = 41;

fn main() -> Run<()> {
    let folder = tempfile::tempdir()?;
    appending(folder.path())?;
    growing(folder.path())?;
    many(folder.path())?;
    if std::env::var_os("CRDT_TRACES").is_some() {
        opening(folder.path())?;
    } else {
        println!("\nCRDT_TRACES names no folder with recordings: nothing of those is measured");
    }
    Ok(())
}

fn key() -> Keypair {
    Keypair::from_secret_bytes(&[1; 32])
}

/// A store without a file for its key.
fn store(path: &Path) -> Run<Store> {
    Ok(Store::open_with(path, &StoreOptions::new().keypair(key()))?)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn timed<R>(work: impl FnOnce() -> Run<R>) -> Run<(R, Duration)> {
    let start = Instant::now();
    let result = work()?;
    Ok((result, start.elapsed()))
}

fn rounds(mut work: impl FnMut() -> Run<()>) -> Run<Duration> {
    let times = (0..ROUNDS).map(|_| timed(&mut work).map(|(_, time)| time));
    Ok(median(times.collect::<Run<_>>()?))
}

/// How long this thread has been running, if the system says so.
fn running() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = text.split_whitespace().next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(nanos.unwrap_or(0))
}

/// How many bytes this process has had written, if the system says so.
fn written() -> u64 {
    let text = fs::read_to_string("/proc/self/io").unwrap_or_default();
    let bytes = text.lines().find_map(|line| line.strip_prefix("wchar: "));
    bytes.and_then(|bytes| bytes.parse().ok()).unwrap_or(0)
}

/// A table without anything around it, synced at every commit as a store is.
fn plain(path: &Path) -> Run<Connection> {
    let connection = Connection::open(path)?;
    connection.execute_batch(
        "PRAGMA journal_mode = wal; PRAGMA synchronous = FULL; CREATE TABLE rows (bytes BLOB)",
    )?;
    Ok(connection)
}

/// One keystroke, one durable change.
fn appending(folder: &Path) -> Run<()> {
    const COUNT: usize = 2_000;
    let store = store(&folder.join("appending"))?;
    let mut text = store.create::<Text>()?;
    let plain = plain(&folder.join("plain"))?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let (mut our_work, mut their_work) = (Duration::ZERO, Duration::ZERO);
    let (mut our_bytes, mut their_bytes, mut message) = (0, 0, 0);
    for number in 0..COUNT {
        let had = text.heads();
        let (before, bytes) = (running(), written());
        let (_, time) = timed(|| Ok(text.change(|text| text.insert(number, "x"))?))?;
        our_work += running() - before;
        our_bytes += written() - bytes;
        ours.push(time);
        let bundle = text.export(&had)?;
        message += bundle.len();
        let (before, bytes) = (running(), written());
        let (_, time) = timed(|| {
            let transaction = plain.unchecked_transaction()?;
            transaction.execute("INSERT INTO rows VALUES (?1)", [&bundle])?;
            Ok(transaction.commit()?)
        })?;
        their_work += running() - before;
        their_bytes += written() - bytes;
        theirs.push(time);
    }
    let count = COUNT as u32;
    println!("| one keystroke, durable | a store | a bare commit of as many bytes |");
    println!("| --- | ---: | ---: |");
    println!("| time, median | {:.2?} | {:.2?} |", median(ours), median(theirs));
    println!("| of it processor, mean | {:.2?} | {:.2?} |", our_work / count, their_work / count);
    let each = |bytes: u64| bytes / COUNT as u64;
    println!("| bytes written, mean | {} | {} |", each(our_bytes), each(their_bytes));
    println!("| bytes of the signed change, mean | {} | |", message / COUNT);
    Ok(())
}

/// Whether a change costs more the longer the history is.
fn growing(folder: &Path) -> Run<()> {
    println!("\n| changes before | a durable change, median | longest | in the file |");
    println!("| --- | ---: | ---: | ---: |");
    let path = folder.join("growing");
    let store = store(&path)?;
    let mut text = store.create::<Text>()?;
    for power in 2..=4 {
        let size = 10_usize.pow(power);
        let mut times = Vec::new();
        while text.history().len() < size {
            let at = text.history().len() / 2;
            times.push(timed(|| Ok(text.change(|text| text.insert(at, "x"))?))?.1);
        }
        let longest = times.iter().max().copied().unwrap_or_default();
        let last = times.split_off(times.len().saturating_sub(90));
        let listed = store.documents()?[0].bytes;
        println!("| {size} | {:.2?} | {longest:.2?} | {listed} |", median(last));
    }
    Ok(())
}

/// Ten thousand documents in one file.
fn many(folder: &Path) -> Run<()> {
    const COUNT: usize = 10_000;
    let path = folder.join("many");
    let making = store_in_groups(&path)?;
    for _ in 0..COUNT {
        making.create::<Text>()?.change(|text| text.insert(0, "a short note"))?;
    }
    drop(making);
    let (store, opening) = timed(|| store(&path))?;
    let list = rounds(|| Ok(assert_eq!(store.documents()?.len(), COUNT)))?;
    let ids: Vec<_> = store.documents()?.iter().map(|listing| listing.id).collect();
    let mut next = ids.iter().step_by(COUNT / ROUNDS);
    let one = rounds(|| {
        let id = *next.next().ok_or("too few")?;
        Ok(assert_eq!(store.open_document::<Text>(id)?.read(), "a short note"))
    })?;
    println!("\n| 10,000 documents in a file of {} bytes | |", fs::metadata(&path)?.len());
    println!("| --- | ---: |");
    println!("| opening the file | {opening:.2?} |");
    println!("| listing them | {list:.2?} |");
    println!("| opening one, and reading it | {one:.2?} |");
    Ok(())
}

fn store_in_groups(path: &Path) -> Run<Store> {
    let options = StoreOptions::new().keypair(key()).durability(crdt_store::Durability::Grouped);
    Ok(Store::open_with(path, &options)?)
}

/// A document of 259,778 edits, opened to its text.
fn opening(folder: &Path) -> Run<()> {
    println!(
        "\n| automerge-paper | `Document::load` | a store, compacted | as it was typed | \
         saved | file | file as it was typed |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    let trace = trace::load("automerge-paper");
    for each in [false, true] {
        let typed = folder.join(format!("typed-{each}"));
        let store = store_in_groups(&typed)?;
        let mut article = store.create::<Article>()?;
        write(&mut article, &trace, each)?;
        let id = article.id();
        let as_typed = open(&store, id)?;
        store.shrink()?;
        let typed_size = fs::metadata(&typed)?.len();
        article.compact()?;
        let size = fs::metadata(&typed)?.len();
        let compacted = open(&store, id)?;
        let saved = article.save();
        let load = rounds(|| {
            let loaded = Document::<Article>::load(&saved, key())?;
            Ok(assert!(!loaded.read().body.is_empty()))
        })?;
        let what = if each { "a change for each edit" } else { "one change" };
        println!(
            "| {what} | {load:.2?} | {compacted:.2?} | {as_typed:.2?} | {} | {size} | {typed_size} |",
            saved.len()
        );
    }
    Ok(())
}

fn write(article: &mut Stored<Article>, trace: &Trace, each: bool) -> Run<()> {
    if each {
        for transaction in &trace.txns {
            article.change(|article| trace::replay(article, transaction))?;
        }
        return Ok(());
    }
    let all = |article: &mut <Article as CrdtNode>::Editor<'_>| {
        trace.txns.iter().try_for_each(|transaction| trace::replay(article, transaction))
    };
    Ok(article.change(all)?)
}

fn open(store: &Store, id: crdt_core::DocumentId) -> Run<Duration> {
    rounds(|| Ok(assert!(!store.open_document::<Article>(id)?.read().body.is_empty())))
}
