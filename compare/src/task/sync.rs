//! Two replicas that share a history of changes of one letter find out what either lacks, and get it.

use std::time::Duration;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};

use super::Input;
use super::text::Exchange;
use crate::fault::{Fault, Result, ensure};
use crate::measure::{Sample, timed};
use crate::trace::Patch;

/// A text of which two replicas settle by the peer's own protocol what either lacks.
pub trait Sync: Exchange {
    /// What both sides know of each other from one connection to the next; nothing where a protocol
    /// needs nothing.
    type Known: Default;
    /// Whether the protocol is meant to keep that.
    const KEEPS: bool = false;

    /// Carries everything that either side has to say to the other, until both are silent.
    fn sync(replicas: &mut [Self; 2], known: &mut Self::Known) -> Result<Traffic>;
}

/// What went between two replicas.
#[derive(Clone, Copy, Default, Debug)]
pub struct Traffic {
    bytes: usize,
    flights: usize,
}

impl Traffic {
    /// Counts what one side said before it waited for the other: nothing, if it was silent.
    pub fn flight(&mut self, messages: &[Vec<u8>]) {
        self.flights += usize::from(!messages.is_empty());
        self.bytes += messages.iter().map(Vec::len).sum::<usize>();
    }
}

/// How many changes both have, and how many each has beside them.
struct Apart {
    name: &'static str,
    shared: usize,
    beside: [usize; 2],
}

const CASES: &[Apart] = &[
    Apart { name: "nothing missing", shared: 100_000, beside: [0, 0] },
    Apart { name: "1 missing", shared: 100_000, beside: [0, 1] },
    Apart { name: "10,000 missing", shared: 100_000, beside: [0, 10_000] },
    Apart { name: "10 and 10 missing", shared: 100_000, beside: [10, 10] },
    Apart { name: "100,000 missing", shared: 0, beside: [0, 100_000] },
];

/// The names of the cases.
pub fn names() -> impl Iterator<Item = &'static str> {
    CASES.iter().map(|apart| apart.name)
}

/// Measures one case; writing the texts is not measured.
pub fn run<P: Sync>(input: &Input) -> Result<Sample> {
    let apart = CASES.iter().find(|apart| apart.name == input.case);
    let apart = apart.ok_or_else(|| Fault::peer("there is no such case"))?;
    let mut replicas = met::<P>(apart)?;
    let (traffic, took) = settle(&mut replicas, apart, &mut P::Known::default())?;
    let sample = Sample::default()
        .bytes("sent", traffic.bytes)
        .count("flights", traffic.flights)
        .time("time", took);
    if !P::KEEPS {
        return Ok(sample);
    }
    let (mut replicas, mut known) = (met::<P>(apart)?, P::Known::default());
    P::sync(&mut replicas, &mut known)?;
    let (traffic, _) = settle(&mut replicas, apart, &mut known)?;
    Ok(sample
        .bytes("sent, knowing each other", traffic.bytes)
        .count("flights, knowing each other", traffic.flights))
}

/// Two replicas with what they share.
fn met<P: Sync>(apart: &Apart) -> Result<[P; 2]> {
    let mut writer = P::create()?;
    write(&mut writer, apart.shared, false)?;
    let mut reader = writer.replica(0)?;
    reader.receive(&writer.bundle()?)?;
    Ok([reader, writer])
}

/// Has each write what it has beside that, and both settle it.
fn settle<P: Sync>(
    replicas: &mut [P; 2],
    apart: &Apart,
    known: &mut P::Known,
) -> Result<(Traffic, Duration)> {
    write(&mut replicas[0], apart.beside[0], true)?;
    write(&mut replicas[1], apart.beside[1], false)?;
    let (traffic, took) = timed(|| P::sync(replicas, known));
    let text = replicas[0].text()?;
    ensure(text == replicas[1].text()?, "the texts of both")?;
    let count = apart.shared + apart.beside.iter().sum::<usize>();
    ensure(text.len() == count, "the length of the text")?;
    Ok((traffic?, took))
}

/// Types letters, each a change: at the beginning, or on at the end. They are as likely as in a language,
/// and no two stretches of them are alike.
fn write<P: Sync>(replica: &mut P, count: usize, at_beginning: bool) -> Result<()> {
    let before = replica.text()?.len();
    let begin = if at_beginning { 0 } else { before };
    let mut random = ChaCha8Rng::seed_from_u64(before as u64);
    (begin..begin + count).try_for_each(|at| {
        let letter = char::from(LETTERS[random.random_range(0..LETTERS.len())]);
        let patch = Patch { at, deleted: 0, inserted: letter.to_string() };
        replica.edit(std::iter::once(&patch))
    })
}

const LETTERS: &[u8] = b"  eeettaoinnshrdlucmw";
