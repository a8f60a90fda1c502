//! How the time of one operation of ours grows with the size `n` of what it works on.
//!
//! Every operation is made [`COUNT`] times at size `n`, and the mean is given. Texts and maps are
//! built at random positions, which is the worst for runs and caches. Received changes are signed, so
//! their times hold a verification each.

use std::collections::BTreeMap;

use crdt_core::{CrdtNode, Document, EditError, ElementId, Keypair};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};

use super::Input;
use crate::fault::{Fault, Result, ensure};
use crate::measure::{Sample, live_heap, timed};

/// How often each operation is made.
const COUNT: usize = 1000;
/// Ops in one change while something large is built.
const STEP: usize = 1 << 20;
/// Beyond so many siblings and so many changes nothing is built: each takes a key and a signature,
/// or a hash.
const MOST_SIBLINGS: usize = 100_000;
const MOST_CHANGES: usize = 1_000_000;

#[derive(CrdtNode)]
struct Page {
    #[crdt(text)]
    text: String,
}

#[derive(CrdtNode)]
struct Table {
    map: BTreeMap<u64, i64>,
}

/// The sizes, each ten times the one before, up to the largest.
pub fn sizes(largest: Option<usize>) -> impl Iterator<Item = usize> {
    let largest = largest.unwrap_or(10_000_000);
    (3..=12).map(|power| 10_usize.pow(power)).take_while(move |size| *size <= largest)
}

/// Measures all operations at the size that the case names.
pub fn run(input: &Input) -> Result<Sample> {
    let n = input.case.parse().map_err(|_| Fault::Usage(format!("{}: no size", input.case)))?;
    let sample = texts(Sample::default(), n)?;
    let sample = maps(sample, n)?;
    let sample = siblings(sample, n)?;
    changes(sample, n)
}

fn key(number: usize) -> Keypair {
    let mut secret = [3; 32];
    secret[..8].copy_from_slice(&number.to_le_bytes());
    Keypair::from_secret_bytes(&secret)
}

fn random() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(7)
}

/// Splits `n` into the sizes of changes.
fn steps(n: usize) -> impl Iterator<Item = usize> {
    (0..n).step_by(STEP).map(move |start| STEP.min(n - start))
}

fn insert(document: &mut Document<Page>, count: usize, random: &mut ChaCha8Rng) -> Result<()> {
    Ok(document.change(|page| {
        (0..count).try_for_each(|_| {
            let at = random.random_range(0..=page.text.len());
            page.text.insert(at, "x")
        })
    })?)
}

fn texts(sample: Sample, n: usize) -> Result<Sample> {
    let mut random = random();
    let before = live_heap();
    let mut writer = Document::<Page>::create(key(0))?;
    steps(n).try_for_each(|count| insert(&mut writer, count, &mut random))?;
    let sample = sample.heap_each_since("heap of an element", before, n);
    let mut reader = Document::<Page>::join(writer.id(), key(1));
    let all = writer.export(&[]);
    let (applied, merging) = timed(|| reader.apply(&all));
    applied?;
    drop(all);
    let heads = writer.heads();
    let (inserted, inserting) = timed(|| insert(&mut writer, COUNT, &mut random));
    inserted?;
    let message = writer.export(&heads);
    let (applied, receiving) = timed(|| reader.apply(&message));
    applied?;
    ensure(reader.read().text.len() == n + COUNT, "the length of the text")?;
    drop(reader);
    let finding = positions(&writer, &mut random)?;
    let (deleted, deleting) = timed(|| delete(&mut writer, &mut random));
    deleted?;
    Ok(sample
        .time_each("insert", inserting, COUNT)
        .time_each("insert, received", receiving, COUNT)
        .time_each("insert, merged whole", merging, n)
        .time_each("delete", deleting, COUNT)
        .time_each("position of an id", finding, COUNT))
}

fn positions(document: &Document<Page>, random: &mut ChaCha8Rng) -> Result<std::time::Duration> {
    let text = document.read().text;
    let mut places = Vec::with_capacity(COUNT);
    places.resize_with(COUNT, || random.random_range(0..text.len()));
    let ids: Option<Vec<ElementId>> = places.iter().map(|place| text.id_at(*place)).collect();
    let ids = ids.ok_or(Fault::WrongResult("an element without a name"))?;
    let (found, took) =
        timed(|| ids.iter().map(|id| text.position_of(*id)).collect::<Option<Vec<_>>>());
    ensure(found.is_some_and(|found| found == places), "the position of an id")?;
    Ok(took)
}

fn delete(document: &mut Document<Page>, random: &mut ChaCha8Rng) -> Result<()> {
    Ok(document.change(|page| {
        (0..COUNT).try_for_each(|_| {
            let at = random.random_range(0..page.text.len());
            page.text.delete(at..at + 1)
        })
    })?)
}

fn maps(sample: Sample, n: usize) -> Result<Sample> {
    let mut random = random();
    let before = live_heap();
    let mut document = Document::<Table>::create(key(0))?;
    let mut next = 0;
    for count in steps(n) {
        document.change(|table| {
            (0..count).try_for_each(|_| {
                next += 1;
                // An odd factor permutes the keys, so that they do not come in order.
                table.map.insert(scattered(next), 0)
            })
        })?;
    }
    let sample = sample.heap_each_since("heap of an entry", before, n);
    let mut keys = Vec::with_capacity(COUNT);
    keys.resize_with(COUNT, || scattered(random.random_range(1..=n as u64)));
    let (set, setting) = timed(|| set(&mut document, &keys));
    set?;
    let map = document.read().map;
    let (all, getting) =
        timed(|| keys.iter().all(|key| map.get(key).is_some_and(|value| *value == 1)));
    ensure(all, "a value of the map")?;
    Ok(sample.time_each("map set", setting, COUNT).time_each("map get", getting, COUNT))
}

fn scattered(number: u64) -> u64 {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn set(document: &mut Document<Table>, keys: &[u64]) -> std::result::Result<(), EditError> {
    document.change(|table| {
        for key in keys {
            table.map.entry(*key)?.set(1)?;
        }
        Ok(())
    })
}

/// `n` authors insert after the same character, all at the same time, and one replica takes in their
/// changes one by one.
fn siblings(sample: Sample, n: usize) -> Result<Sample> {
    if n > MOST_SIBLINGS {
        return Ok(sample);
    }
    let mut founder = Document::<Page>::create(key(0))?;
    founder.change(|page| page.text.insert(0, "x"))?;
    let (start, heads) = (founder.export(&[]), founder.heads());
    let mut messages = Vec::with_capacity(n);
    for author in 0..n {
        let mut writer = Document::<Page>::join(founder.id(), key(author + 1));
        writer.apply(&start)?;
        writer.change(|page| page.text.insert(1, "y"))?;
        messages.push(writer.export(&heads));
    }
    let last = messages.split_off(n - COUNT.min(n));
    receive(&mut founder, &messages)?;
    let (received, took) = timed(|| receive(&mut founder, &last));
    received?;
    ensure(founder.read().text.len() == n + 1, "the length of the text")?;
    Ok(sample.time_each("sibling, received", took, last.len()))
}

fn receive(document: &mut Document<Page>, messages: &[Vec<u8>]) -> Result<()> {
    messages.iter().try_for_each(|message| Ok(document.apply(message).map(|_| ())?))
}

/// Changes that are made and received one by one on top of `n` others.
fn changes(sample: Sample, n: usize) -> Result<Sample> {
    if n > MOST_CHANGES {
        return Ok(sample);
    }
    let mut writer = Document::<Page>::create(key(0))?;
    (0..n).try_for_each(|at| writer.change(|page| page.text.insert(at, "x")))?;
    let mut reader = Document::<Page>::join(writer.id(), key(1));
    reader.apply(&writer.export(&[]))?;
    let mut messages = Vec::with_capacity(COUNT);
    let (made, making) = timed(|| {
        (n..n + COUNT).try_for_each(|at| -> Result<()> {
            let before = writer.heads();
            writer.change(|page| page.text.insert(at, "x"))?;
            Ok(messages.push(writer.export(&before)))
        })
    });
    made?;
    let (received, taking) = timed(|| receive(&mut reader, &messages));
    received?;
    ensure(reader.heads() == writer.heads(), "the heads")?;
    Ok(sample.time_each("change, made and sent", making, COUNT).time_each(
        "change, received",
        taking,
        COUNT,
    ))
}
