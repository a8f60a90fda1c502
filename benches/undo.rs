//! What it costs to undo and redo: a table for docs/performance.md.
//!
//! `cargo bench -p benches --bench undo`, after `--` the names of recordings; `CRDT_TRACES` names
//! their folder. Each transaction is a change. On the document that a recording comes to,
//! [`GROUPS`] groups are made, undone and redone. Making them is what it is to be compared with:
//! an undo is a change like these. What can be undone is recorded, or not, in turns.

use std::error::Error;
use std::time::{Duration, Instant};

use crdt_core::{ChangeOptions, CrdtNode, Document, EditError, Editor, Keypair, UndoLimits};
use test_support::trace::{self, Article, Trace};

/// How many groups are undone of each kind.
const GROUPS: u32 = 500;

/// How many changes one has that has many.
const MANY: u32 = 100;

type Run<T> = Result<T, Box<dyn Error>>;

fn main() -> Run<()> {
    let mut names: Vec<String> =
        std::env::args().skip(1).filter(|name| name != "--bench").collect();
    if names.is_empty() {
        names.push("automerge-paper".into());
    }
    for name in &names {
        let trace = trace::load(name);
        recording(name, &trace)?;
        undoing(&trace)?;
    }
    Ok(())
}

/// What it costs to record what can be undone.
fn recording(name: &str, trace: &Trace) -> Run<()> {
    let none = UndoLimits { groups: 0, ..UndoLimits::default() };
    let mut best = [Duration::MAX; 2];
    for _ in 0..5 {
        for (best, limits) in best.iter_mut().zip([none, UndoLimits::default()]) {
            let start = Instant::now();
            write(trace, limits)?;
            *best = start.elapsed().min(*best);
        }
    }
    let [without, with] = best;
    println!("{name}, {} changes, best of 5:", trace.txns.len());
    println!("nothing can be undone {without:.2?}, the last thousand can {with:.2?}\n");
    Ok(())
}

/// The document of a recording.
fn write(trace: &Trace, limits: UndoLimits) -> Run<Document<Article>> {
    let document = Document::<Article>::create(Keypair::from_secret_bytes(&[1; 32]))?;
    let mut document = document.with_undo_limits(limits);
    for transaction in &trace.txns {
        document.change(|article| trace::replay(article, transaction))?;
    }
    Ok(document)
}

fn undoing(trace: &Trace) -> Run<()> {
    println!("| a group of | made | undone | redone |");
    println!("| --- | ---: | ---: | ---: |");
    let insert = |article: &mut Editor<'_, Article>, number| {
        let length = article.body.len();
        article.body.insert(place(number, length), "x")
    };
    let delete = |article: &mut Editor<'_, Article>, number| {
        let start = place(number, article.body.len() - 1);
        article.body.delete(start..start + 1)
    };
    let mut document = write(trace, UndoLimits::default())?;
    row("one insert", timed(&mut document, insert, 1)?);
    row("a hundred inserts", timed(&mut document, insert, MANY)?);
    document.change(|article| delete(article, 0))?;
    let start = Instant::now();
    document.undo()?;
    println!(
        "| the first delete, after which nothing is let go of | | {:.2?} | |",
        start.elapsed()
    );
    row("one delete", timed(&mut document, delete, 1)?);
    row("a hundred deletes", timed(&mut document, delete, MANY)?);
    let mut register = Document::<u64>::create(Keypair::from_secret_bytes(&[1; 32]))?;
    let set = |register: &mut Editor<'_, u64>, number: u32| register.set(u64::from(number) + 1);
    for number in 0..10_000 {
        register.change(|register| set(register, number))?;
    }
    row("one set of a register", timed(&mut register, set, 1)?);
    Ok(())
}

/// Somewhere in a text.
fn place(number: u32, length: usize) -> usize {
    number as usize * 7919 % length
}

fn row(name: &str, [made, undone, redone]: [Duration; 3]) {
    println!("| {name} | {made:.2?} | {undone:.2?} | {redone:.2?} |");
}

/// The mean times to make a group of so many changes, to undo it, and to redo it.
fn timed<T: CrdtNode<Value: PartialEq>>(
    document: &mut Document<T>,
    edit: impl Fn(&mut Editor<'_, T>, u32) -> Result<(), EditError>,
    size: u32,
) -> Run<[Duration; 3]> {
    document.clear_undo();
    let before = document.value();
    let made = mean(|number| {
        for step in 0..size {
            let options = ChangeOptions::new();
            let options = if step > 0 { options.joined() } else { options };
            document.change_with(&options, |editor| edit(editor, number * size + step))?;
        }
        Ok(())
    })?;
    let after = document.value();
    let undone = mean(|_| document.undo()?.map(drop).ok_or_else(|| "nothing to undo".into()))?;
    assert!(document.value() == before, "it is as it was");
    let redone = mean(|_| document.redo()?.map(drop).ok_or_else(|| "nothing to redo".into()))?;
    assert!(document.value() == after, "it is as it came to be");
    Ok([made, undone, redone])
}

fn mean(mut run: impl FnMut(u32) -> Run<()>) -> Run<Duration> {
    let start = Instant::now();
    (0..GROUPS).try_for_each(&mut run)?;
    Ok(start.elapsed() / GROUPS)
}
