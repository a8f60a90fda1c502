//! A board of cards: structure rather than text. It is built, edited at random, merged by a fresh
//! replica, saved, opened, read whole, and changed once through the plain value.

use std::collections::BTreeSet;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};

use super::Input;
use crate::fault::{Result, ensure};
use crate::measure::{Sample, live_heap, timed};

/// A card, as the program that uses the board has it.
#[derive(Clone, PartialEq, Debug)]
pub struct Card {
    /// A register.
    pub title: String,
    /// A register.
    pub status: Status,
    /// A register.
    pub points: i64,
    /// A set.
    pub tags: BTreeSet<String>,
    /// A text.
    pub body: String,
}

/// How far a card is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Status {
    /// Not begun.
    Todo,
    /// Begun.
    Doing,
    /// Done.
    Done,
}

impl Status {
    const ALL: [Self; 3] = [Self::Todo, Self::Doing, Self::Done];

    /// The name that peers without enums keep in its stead.
    pub fn name(self) -> &'static str {
        match self {
            Self::Todo => "todo",
            Self::Doing => "doing",
            Self::Done => "done",
        }
    }

    /// The status of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// Fields of a card, for the share of memory that each takes.
const FIELDS: usize = 5;

/// How many edits go into one change.
const EDITS_PER_CHANGE: usize = 100;

/// One edit.
pub enum Edit {
    /// Sets the title of the card at a position.
    Title(usize, String),
    /// Sets the status of the card at a position.
    Status(usize, Status),
    /// Sets the points of the card at a position.
    Points(usize, i64),
    /// Removes the card at a position.
    Remove(usize),
    /// Inserts a card at a position.
    Insert(usize, Card),
}

/// A peer's board.
pub trait Board: Sized {
    /// A board with these cards, made in one change.
    fn build(cards: &[Card]) -> Result<Self>;

    /// Makes edits as one change.
    fn edit(&mut self, edits: &[Edit]) -> Result<()>;

    /// All that is known, as one message.
    fn bundle(&mut self) -> Result<Vec<u8>>;

    /// A fresh replica of the same board that takes in a message.
    fn merged(&self, message: &[u8]) -> Result<Self>;

    /// All of it, with its history.
    fn save(&mut self) -> Result<Vec<u8>>;

    /// Opens what was saved, to go on editing.
    fn open(saved: &[u8]) -> Result<Self>;

    /// The cards as plain values.
    fn read(&self) -> Result<Vec<Card>>;

    /// Changes the points of a card in a plain value of the whole board and writes what differs;
    /// `None` if the peer compares no values.
    fn update(&mut self, _card: usize, _points: i64) -> Option<Result<()>> {
        None
    }
}

/// Measures everything.
pub fn run<P: Board>(input: &Input) -> Result<Sample> {
    let mut plan = Plan::new(input.cards);
    let cards = plan.cards.clone();
    let edits = plan.edits();
    let before = live_heap();
    let (board, building) = timed(|| P::build(&cards));
    let mut board = board?;
    let (edited, editing) =
        timed(|| edits.chunks(EDITS_PER_CHANGE).try_for_each(|edits| board.edit(edits)));
    edited?;
    let fields = plan.cards.len() * FIELDS;
    let sample = Sample::default()
        .time("build", building)
        .time("edit", editing)
        .heap_since("heap", before)
        .heap_each_since("heap, each field", before, fields);
    // Saved first: exporting may warm what saving needs.
    let (saved, saving) = timed(|| board.save());
    let saved = saved?;
    let sample = sample.time("save", saving).bytes("saved", saved.len());
    let sample = merging(sample, &mut board, &plan)?;
    drop(board);
    opening::<P>(sample, &saved, &plan)
}

fn merging<P: Board>(sample: Sample, board: &mut P, plan: &Plan) -> Result<Sample> {
    let message = board.bundle()?;
    let (merged, merging) = timed(|| {
        let merged = board.merged(&message)?;
        let cards = merged.read()?;
        Result::Ok((merged, cards))
    });
    let (_, cards) = merged?;
    ensure(cards == plan.cards, "the cards of the replica that merged")?;
    Ok(sample.time("merge+read", merging).bytes("sent", message.len()))
}

fn opening<P: Board>(sample: Sample, saved: &[u8], plan: &Plan) -> Result<Sample> {
    let (board, opening) = timed(|| P::open(saved));
    let mut board = board?;
    let (cards, reading) = timed(|| board.read());
    ensure(cards? == plan.cards, "the cards that were opened")?;
    let sample = sample.time("open", opening).time("read", reading);
    let sample = sample.time("open+read", opening + reading);
    let middle = plan.cards.len() / 2;
    let (updated, updating) = timed(|| board.update(middle, -1));
    let Some(updated) = updated else {
        return Ok(sample);
    };
    updated?;
    ensure(board.read()?[middle].points == -1, "the card that was updated")?;
    Ok(sample.time("update", updating))
}

/// What is done to the board, the same for all peers and runs.
struct Plan {
    random: ChaCha8Rng,
    /// The cards as they are to be now.
    cards: Vec<Card>,
}

impl Plan {
    fn new(count: usize) -> Self {
        let mut plan = Self { random: ChaCha8Rng::seed_from_u64(1), cards: Vec::new() };
        plan.cards = (0..count.max(1)).map(|_| plan.card()).collect();
        plan
    }

    /// As many sets of registers as there are cards, and a fifth as many removals and insertions, in
    /// turn.
    fn edits(&mut self) -> Vec<Edit> {
        let count = self.cards.len();
        let mut edits: Vec<Edit> = (0..count).map(|_| self.set()).collect();
        for number in 0..count / 5 {
            edits.push(if number % 2 == 0 { self.remove() } else { self.insert() });
        }
        edits
    }

    fn set(&mut self) -> Edit {
        let at = self.random.random_range(0..self.cards.len());
        match self.random.random_range(0..3) {
            0 => {
                let title = self.words(4);
                self.cards[at].title.clone_from(&title);
                Edit::Title(at, title)
            }
            1 => {
                self.cards[at].status = self.status();
                Edit::Status(at, self.cards[at].status)
            }
            _ => {
                self.cards[at].points = self.points();
                Edit::Points(at, self.cards[at].points)
            }
        }
    }

    fn remove(&mut self) -> Edit {
        let at = self.random.random_range(0..self.cards.len());
        self.cards.remove(at);
        Edit::Remove(at)
    }

    fn insert(&mut self) -> Edit {
        let at = self.random.random_range(0..=self.cards.len());
        let card = self.card();
        self.cards.insert(at, card.clone());
        Edit::Insert(at, card)
    }

    fn card(&mut self) -> Card {
        let tags = self.random.random_range(0..4);
        Card {
            title: self.words(4),
            status: self.status(),
            points: self.points(),
            tags: (0..tags).map(|_| self.words(1)).collect(),
            body: self.words(12),
        }
    }

    fn status(&mut self) -> Status {
        Status::ALL[self.random.random_range(0..Status::ALL.len())]
    }

    fn points(&mut self) -> i64 {
        self.random.random_range(0..100)
    }

    fn words(&mut self, count: usize) -> String {
        const WORDS: [&str; 16] = [
            "write", "test", "docs", "fix", "merge", "sync", "list", "map", "register", "text",
            "key", "sign", "hash", "proof", "bench", "ship",
        ];
        let mut words = Vec::new();
        words.resize_with(count, || WORDS[self.random.random_range(0..WORDS.len())]);
        words.join(" ")
    }
}
