//! What it costs to be told what changed, by the size of the document: a table for
//! docs/performance.md.
//!
//! `cargo bench -p benches --bench observing`, after `--` the largest size. There is a text of `n`
//! characters in one of `n / 10` cards. Every figure is the mean of [`COUNT`] keystrokes, each a
//! change of its own; one that arrives is signed, so that its time has a verification in it.

use std::error::Error;
use std::time::{Duration, Instant};

use crdt_core::{CrdtNode, Document, Keypair, Seen};

/// How many keystrokes.
const COUNT: u32 = 200;

type Run<T> = Result<T, Box<dyn Error>>;

#[derive(CrdtNode)]
struct Board {
    cards: Vec<Card>,
}

#[derive(CrdtNode)]
struct Card {
    title: String,
    #[crdt(text)]
    body: String,
}

fn main() -> Run<()> {
    let largest = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000);
    println!(
        "| n | typed | typed, observed | arrives | arrives, observed | told of one \
              | told of all together | instead: reading the value |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for size in (3..=9).map(|power| 10_usize.pow(power)).take_while(|size| *size <= largest) {
        let [typed, arrives, _, _] = run(size, None)?;
        let [typed_seen, arrives_seen, told, read] = run(size, Some(true))?;
        let [_, _, together, _] = run(size, Some(false))?;
        println!(
            "| {size} | {typed:.2?} | {typed_seen:.2?} | {arrives:.2?} | {arrives_seen:.2?} \
             | {told:.2?} | {together:.2?} | {read:.2?} |"
        );
    }
    Ok(())
}

fn board(size: usize) -> Run<[Document<Board>; 2]> {
    let key = |secret| Keypair::from_secret_bytes(&[secret; 32]);
    let mut writer = Document::<Board>::create(key(1))?;
    writer.change(|board| {
        let cards = (0..size / 10)
            .map(|number| Card { title: format!("card {number}"), body: String::new() });
        board.cards.extend(cards)?;
        board.cards.at(size / 20)?.body.insert(0, "some text ".repeat(size / 10))
    })?;
    let mut reader = Document::<Board>::join(writer.id(), key(2));
    reader.apply(&writer.export(&[]))?;
    reader.read().cards.get(size / 20).map(|card| card.body.char_at(0));
    Ok([writer, reader])
}

/// The mean times of typing, of receiving, of looking and of reading all; with an observer of each
/// replica that looks after each keystroke, or after all of them.
fn run(size: usize, looks: Option<bool>) -> Run<[Duration; 4]> {
    let [mut writer, mut reader] = board(size)?;
    let mut observers = looks.map(|_| (writer.observe(), reader.observe()));
    let [mut typed, mut received, mut told] = [Duration::ZERO; 3];
    for step in 0..COUNT {
        // Here and there, so that it is no run.
        let at = (step as usize * 7919) % size;
        let heads = writer.heads();
        let start = Instant::now();
        writer.change(|board| board.cards.at(size / 20)?.body.insert(at, "x"))?;
        typed += start.elapsed();
        let message = writer.export(&heads);
        let start = Instant::now();
        reader.apply(&message)?;
        received += start.elapsed();
        if let (Some(true), Some((_, observer))) = (looks, &mut observers) {
            let start = Instant::now();
            let seen = reader.look(observer).seen;
            told += start.elapsed();
            assert!(matches!(seen, Seen::Delta(_)), "a keystroke is a delta");
        }
    }
    if let Some((mine, yours)) = &mut observers {
        writer.look(mine);
        let start = Instant::now();
        let seen = reader.look(yours).seen;
        if looks == Some(false) {
            told += start.elapsed();
            assert!(matches!(seen, Seen::Delta(_)), "keystrokes are a delta");
        }
    }
    let start = Instant::now();
    let value = reader.value();
    let read = start.elapsed();
    assert_eq!(value.cards.len(), size / 10);
    Ok([typed / COUNT, received / COUNT, told / COUNT, read])
}
