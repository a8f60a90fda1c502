//! How the time of a move and of an annul grows with what they work on: a table for
//! docs/performance.md, each line with what the same took without moves.
//!
//! `cargo bench -p benches --bench moves`, after `--` the largest size. Every figure is the mean of
//! [`COUNT`] operations.

use std::error::Error;
use std::time::{Duration, Instant};

use crdt_core::{Document, DocumentId, Keypair, Text};
use test_support::wire::{Bundle, Draft, Genesis, Op, Place, Writer};

/// How often each operation is made at a size.
const COUNT: usize = 1000;

type Run<T> = Result<T, Box<dyn Error>>;

fn main() -> Run<()> {
    let largest = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(100_000);
    let sizes = (3..=9).map(|power| 10_usize.pow(power)).take_while(|size| *size <= largest);
    println!(
        "| n | move, one element moved n times | received | move, n elements moved once \
              | received | instead: remove and insert | received |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for n in sizes.clone() {
        let [same, same_received] =
            moving(n, |list, _| list.change(|list| list.move_to(0, n - 1)))?;
        let [each, each_received] = moving(n, |list, at| list.change(|list| list.move_to(at, 0)))?;
        let [anew, anew_received] = moving(n, |list, at| {
            list.change(|list| {
                let value = list.remove(at)?;
                list.insert(0, value).map(drop)
            })
        })?;
        println!(
            "| {n} | {same:.2?} | {same_received:.2?} | {each:.2?} | {each_received:.2?} \
             | {anew:.2?} | {anew_received:.2?} |"
        );
    }
    println!();
    println!(
        "| n | toggled delete of n characters, a bundle of {COUNT} | looking then \
              | toggled and looked at, each by itself | instead: deleted again |"
    );
    println!("| --- | ---: | ---: | ---: | ---: |");
    for n in sizes.chain([largest * 10]) {
        let Toggles { applied, looked, alone, deleted } = toggling(n)?;
        println!("| {n} | {applied:.2?} | {looked:.2?} | {alone:.2?} | {deleted:.2?} |");
    }
    Ok(())
}

fn key(secret: u8) -> Keypair {
    Keypair::from_secret_bytes(&[secret; 32])
}

fn each(took: Duration) -> Duration {
    took / u32::try_from(COUNT).unwrap_or(1)
}

/// The time of the last of `n` edits of a list of `n`, where they are made and where they arrive.
fn moving(
    n: usize,
    edit: impl Fn(&mut Document<Vec<u32>>, usize) -> Result<(), crdt_core::EditError>,
) -> Run<[Duration; 2]> {
    let mut list = Document::<Vec<u32>>::create(key(1))?;
    list.change(|list| list.extend(0..u32::try_from(n).unwrap_or(u32::MAX)).map(drop))?;
    // The one that has not been moved yet stands behind all that have.
    (0..n - COUNT).try_for_each(|at| edit(&mut list, at))?;
    let mut reader = Document::<Vec<u32>>::join(list.id(), key(2));
    reader.apply(&list.export(&[]))?;
    reader.read().len();
    let heads = list.heads();
    let start = Instant::now();
    (n - COUNT..n).try_for_each(|at| edit(&mut list, at))?;
    let made = start.elapsed();
    let message = list.export(&heads);
    let start = Instant::now();
    reader.apply(&message)?;
    let received = start.elapsed();
    assert_eq!(list.value(), reader.value());
    Ok([each(made), each(received)])
}

struct Toggles {
    applied: Duration,
    looked: Duration,
    alone: Duration,
    deleted: Duration,
}

/// A text of `n` characters is deleted by one op, and that is annulled and let stand in turn.
fn toggling(n: usize) -> Run<Toggles> {
    let writer = Writer::new(1);
    let genesis = Genesis::new(writer.author(), 7, "Text");
    let document = genesis.hash();
    let count = u32::try_from(n)?;
    let insert = Op::insert_text(&[], Place::Root, &"x".repeat(n));
    let first = writer.draft(document, None).with(insert).with(Op::delete(&[], (0, 0), count));
    let mut text = Document::<Text>::join(DocumentId::from_bytes(document), key(2));
    let apply = |text: &mut Document<Text>, drafts: &[&Draft]| -> Run<Duration> {
        let bytes = Bundle::new(drafts, &[&writer]).framed();
        let start = Instant::now();
        text.apply(&bytes)?;
        Ok(start.elapsed())
    };
    apply(&mut text, &[&first])?;
    let deletes: Vec<Draft> = chain(&writer, document, &first, |_| Op::delete(&[], (0, 0), count));
    let again = apply(&mut text, &deletes.iter().collect::<Vec<_>>())?;
    let begin = deletes.last().unwrap_or(&first);
    // All that stand beside the first are annulled, and then the first in turn.
    let mut names: Vec<(u32, u32)> = vec![(0, count)];
    names.extend((count + 1..).take(COUNT).map(|counter| (0, counter)));
    let mut all = writer.draft(document, Some(begin)).with(Op::annul(&[], false, &names));
    apply(&mut text, &[&all])?;
    assert_eq!(text.read().len(), n);
    let mut took = Duration::ZERO;
    let rounds = 10;
    for round in 0..rounds {
        let next =
            writer.draft(document, Some(&all)).with(Op::annul(&[], round % 2 == 0, &[(0, count)]));
        took += apply(&mut text, &[&next])?;
        let start = Instant::now();
        let length = text.read().len();
        took += start.elapsed();
        assert_eq!(length, if round % 2 == 0 { 0 } else { n });
        all = next;
    }
    let toggles =
        chain(&writer, document, &all, |step| Op::annul(&[], step % 2 == 0, &[(0, count)]));
    let applied = apply(&mut text, &toggles.iter().collect::<Vec<_>>())?;
    let start = Instant::now();
    assert_eq!(text.read().len(), n);
    let looked = start.elapsed();
    Ok(Toggles { applied: each(applied), looked, alone: took / rounds, deleted: each(again) })
}

/// A chain of changes of one op each.
fn chain(
    writer: &Writer,
    document: [u8; 32],
    first: &Draft,
    op: impl Fn(usize) -> Op,
) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::with_capacity(COUNT);
    for step in 0..COUNT {
        let prev = drafts.last().unwrap_or(first);
        let next = writer.draft(document, Some(prev)).with(op(step));
        drafts.push(next);
    }
    drafts
}
