//! What finding out and saying what others lack costs, in bytes and time: tables for people to
//! read.
//!
//! `cargo bench -p benches --bench sync`. Sketches of the tips of chains stand beside the plain
//! list of them; both sides' work is counted together. Frames of one keystroke stand beside the
//! bundles that they are made of and become again; verifying is counted in `taken in` alone.

use std::collections::BTreeSet;
use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use crdt_core::{CrdtNode, Document, History, Keypair, LooseBundle};
use crdt_sync::shorthand::Session;
use crdt_sync::sketch::{Item, MAX_SYMBOLS, Reconciler, SYMBOL_BYTES, Salt, Sketch};

/// How often each thing is done; each figure is a mean.
const COUNT: u32 = 200;

/// Author, number, hash.
type Tip = ([u8; 32], u32, [u8; 32]);

type Run<T = ()> = Result<T, Box<dyn Error>>;

fn main() -> Run {
    println!("| tips | moved | list | | sketch | |\n| ---: | ---: | ---: | ---: | ---: | ---: |");
    for (tips, moved) in [(100, 10), (1_000, 1), (1_000, 10), (1_000, 100), (10_000, 10)] {
        let sets = [tips_where(tips, 0), tips_where(tips, moved)];
        let (list, list_time) = timed(|| by_list(&sets));
        let (sketch, sketch_time) = timed(|| by_sketch(&sets));
        assert_eq!(list.1, sketch.1, "they find the same");
        println!(
            "| {tips} | {moved} | {} B | {list_time:.2?} | {} B | {sketch_time:.2?} |",
            list.0, sketch.0
        );
    }
    frames()
}

fn timed<T>(mut run: impl FnMut() -> T) -> (T, Duration) {
    let result = run();
    let begin = Instant::now();
    for _ in 0..COUNT {
        black_box(run());
    }
    (result, begin.elapsed() / COUNT)
}

/// Tips of so many chains, some of which have gone on.
fn tips_where(tips: u32, moved: u32) -> Vec<Tip> {
    let salt = Salt::new([1; 32]);
    let wide = |number: u32, kind: u8| {
        let part =
            |part: u8| salt.item(&[&number.to_be_bytes()[..], &[kind, part]].concat()).to_bytes();
        let mut bytes = [0; 32];
        bytes.chunks_mut(8).zip(0..).for_each(|(chunk, at)| chunk.copy_from_slice(&part(at)));
        bytes
    };
    let tip = |number| match number < moved {
        true => (wide(number, 0), 1, wide(number, 2)),
        false => (wide(number, 0), 0, wide(number, 1)),
    };
    let mut tips: Vec<Tip> = (0..tips).map(tip).collect();
    tips.sort_unstable();
    tips
}

/// The bytes sent, and how many tips of each side the other one lacks.
type Found = (usize, [usize; 2]);

fn by_list([mine, theirs]: &[Vec<Tip>; 2]) -> Found {
    let mut sent = Vec::new();
    for (author, seq, hash) in theirs {
        sent.extend_from_slice(author);
        sent.extend_from_slice(&seq.to_be_bytes());
        sent.extend_from_slice(hash);
    }
    let read = |bytes: &[u8]| -> Tip {
        let array = |from: usize| bytes[from..from + 32].try_into().expect("32 bytes");
        let seq = bytes[32..36].try_into().expect("4 bytes");
        (array(0), u32::from_be_bytes(seq), array(36))
    };
    let came: BTreeSet<Tip> = sent.chunks(68).map(read).collect();
    let mine: BTreeSet<Tip> = mine.iter().copied().collect();
    (sent.len(), [mine.difference(&came).count(), came.difference(&mine).count()])
}

/// Half as many symbols more each time.
fn by_sketch([mine, theirs]: &[Vec<Tip>; 2]) -> Found {
    let salt = Salt::new([2; 32]);
    let items =
        |tips: &[Tip]| -> Vec<Item> { tips.iter().map(|(_, _, hash)| salt.item(hash)).collect() };
    let mut sketch = Sketch::new(items(theirs)).expect("not too many");
    let mut reconciler = Reconciler::new(items(mine), MAX_SYMBOLS).expect("not too many");
    let mut sent = 0;
    loop {
        let symbols = sketch.symbols((sent / SYMBOL_BYTES / 2).max(16));
        sent += symbols.len();
        if let Some(found) = reconciler.receive(&symbols).expect("honest") {
            return (sent, [found.mine.len(), found.theirs.len()]);
        }
    }
}

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

fn frames() -> Run {
    let mut board = Document::<Board>::create(Keypair::from_secret_bytes(&[1; 32]))?;
    let card = Card { title: "Card".into(), body: String::new() };
    board.change(|board| board.cards.push(card))?;
    let mut relay = History::new(board.id());
    relay.apply(&board.export(&[]))?;
    let (mut sender, mut receiver) = (Session::new(board.id()), Session::new(board.id()));
    let mut times = [Duration::ZERO; 4];
    let mut bytes = [0; 2];
    for _ in 0..COUNT {
        let had = board.heads();
        board.change(|board| {
            let mut body = board.cards.at(0)?.body;
            let end = body.len();
            body.insert(end, "e")
        })?;
        let exported = board.export(&had);
        let begin = Instant::now();
        let bundle = LooseBundle::read_all(board.id(), &exported)?.remove(0);
        let apart = Instant::now();
        let frame = sender.encode(&bundle).ok_or("a keystroke is small enough")?;
        let said = Instant::now();
        let decoded = receiver.decode(&frame)?;
        let understood = Instant::now();
        relay.apply(&decoded)?;
        let marks = [begin, apart, said, understood, Instant::now()];
        for (time, marks) in times.iter_mut().zip(marks.windows(2)) {
            *time += marks[1] - marks[0];
        }
        bytes = [exported.len(), frame.len()];
    }
    let [apart, said, understood, taken_in] = times.map(|time| time / COUNT);
    println!("\n| bundle | frame | taken apart | encoded | decoded | taken in |");
    println!("| ---: | ---: | ---: | ---: | ---: | ---: |");
    let [bundle, frame] = bytes;
    println!(
        "| {bundle} B | {frame} B | {apart:.2?} | {said:.2?} | {understood:.2?} | {taken_in:.2?} |"
    );
    Ok(())
}
