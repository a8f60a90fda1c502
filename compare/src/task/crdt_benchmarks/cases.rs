//! What is edited in each case.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;

use super::{Content, Edit};
use crate::fault::{Fault, Result};

/// The cases, under the numbers that they have in the suite; the last is ours.
pub const NAMES: &[&str] = &[
    "B1.1 append N characters",
    "B1.2 insert string of length N",
    "B1.3 prepend N characters",
    "B1.4 insert N characters at random positions",
    "B1.5 insert N words at random positions",
    "B1.6 insert string, then delete it",
    "B1.7 insert/delete strings at random positions",
    "B1.8 append N numbers",
    "B1.9 insert array of N numbers",
    "B1.10 prepend N numbers",
    "B1.11 insert N numbers at random positions",
    "B2.1 concurrently insert string of length N at index 0",
    "B2.2 concurrently insert N characters at random positions",
    "B2.3 concurrently insert N words at random positions",
    "B2.4 concurrently insert & delete",
    "B3.1 20√N clients concurrently set number in map",
    "B3.2 20√N clients concurrently set object in map",
    "B3.3 20√N clients concurrently set string in map",
    "B3.4 20√N clients concurrently insert text in array",
    "20√N clients concurrently add to a counter",
];

/// A case in which one client edits.
pub(super) struct One {
    pub(super) changes: Vec<Vec<Edit>>,
    pub(super) expected: Content,
}

/// A case in which two clients edit at the same time.
pub(super) struct Two {
    /// Makes the text that both begin with.
    pub(super) start: Edit,
    pub(super) changes: [Vec<Edit>; 2],
    /// How long the text is in the end, where that is known.
    pub(super) length: Option<usize>,
}

/// A case in which many clients edit at the same time.
pub(super) struct Many {
    pub(super) clients: usize,
    pub(super) edit: ClientEdit,
    pub(super) check: Check,
}

/// What a client does, by its number and the number of clients.
type ClientEdit = fn(usize, usize) -> Edit;

/// Whether the content can be what comes of so many clients' edits.
type Check = fn(&Content, usize) -> bool;

fn number(case: &str) -> &str {
    case.split(' ').next().unwrap_or_default()
}

pub(super) fn one(case: &str, n: usize) -> Option<One> {
    let mut model = Model::new();
    let changes = match number(case) {
        "B1.1" => each(n, |at| model.insert_word_at(at, 1)),
        "B1.2" => vec![vec![model.insert_word_at(0, n)]],
        "B1.3" => each(n, |_| model.insert_word_at(0, 1)),
        "B1.4" => each(n, |_| model.insert_word(1..2)),
        "B1.5" => each(n, |_| model.insert_word(2..10)),
        "B1.6" => vec![vec![model.insert_word_at(0, n)], vec![model.delete(0, n)]],
        "B1.7" => each(n, |_| model.insert_or_delete()),
        "B1.8" => each(n, |at| model.insert_numbers(at, 1)),
        "B1.9" => vec![vec![model.insert_numbers(0, n)]],
        "B1.10" => each(n, |_| model.insert_numbers(0, 1)),
        "B1.11" => each(n, |_| {
            let at = model.random.random_range(0..=model.numbers.len());
            model.insert_numbers(at, 1)
        }),
        _ => return None,
    };
    Some(One { changes, expected: model.content() })
}

/// Each edit a change of its own.
fn each(n: usize, mut edit: impl FnMut(usize) -> Edit) -> Vec<Vec<Edit>> {
    (0..n).map(|number| vec![edit(number)]).collect()
}

pub(super) fn two(case: &str, n: usize) -> Option<Two> {
    const START: usize = 100;
    let mut model = Model::new();
    let start = model.insert_word_at(0, START);
    let text = model.text.clone();
    let mut change = || {
        model.text.clone_from(&text);
        let edits = match number(case) {
            "B2.1" => vec![model.insert_word_at(0, n)],
            "B2.2" => (0..n).map(|_| model.insert_word(1..2)).collect(),
            "B2.3" => (0..n).map(|_| model.insert_word(3..9)).collect(),
            "B2.4" => {
                (0..n).flat_map(|_| [model.insert_word(3..9), model.insert_or_delete()]).collect()
            }
            _ => return None,
        };
        Some(edits)
    };
    let changes = [change()?, change()?];
    let length = matches!(number(case), "B2.1" | "B2.2").then_some(2 * n + START);
    Some(Two { start, changes, length })
}

pub(super) fn many(case: &str, n: usize) -> Result<Many> {
    let clients = n.isqrt() * 20;
    let (edit, check): (ClientEdit, Check) = match number(case) {
        "B3.1" => {
            (|client, _| Edit::SetNumber(signed(client)), |content, _| has_one_entry(content))
        }
        "B3.2" => {
            (|client, _| Edit::SetUser(client.to_string()), |content, _| has_one_entry(content))
        }
        "B3.3" => (
            |client, clients| Edit::SetString(client.to_string().repeat(clients)),
            |content, _| has_one_entry(content),
        ),
        "B3.4" => (
            |client, _| Edit::InsertString(0, client.to_string()),
            |content, clients| content.list.as_array().is_some_and(|list| list.len() == clients),
        ),
        "20√N" => (
            |client, _| Edit::Add(signed(client)),
            |content, clients| content.count == (0..clients).map(signed).sum::<i64>(),
        ),
        _ => return Err(Fault::Usage(format!("there is no case {case}")).into()),
    };
    Ok(Many { clients, edit, check })
}

fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn has_one_entry(content: &Content) -> bool {
    content.map.as_object().is_some_and(|map| map.len() == 1)
}

/// What the text and the array are to be, and where random edits come from.
struct Model {
    random: ChaCha8Rng,
    text: String,
    numbers: Vec<i64>,
}

impl Model {
    fn new() -> Self {
        Self { random: ChaCha8Rng::seed_from_u64(42), text: String::new(), numbers: Vec::new() }
    }

    fn insert_word(&mut self, lengths: std::ops::Range<usize>) -> Edit {
        let at = self.random.random_range(0..=self.text.len());
        let length = self.random.random_range(lengths);
        self.insert_word_at(at, length)
    }

    fn insert_word_at(&mut self, at: usize, length: usize) -> Edit {
        let word: String =
            (0..length).map(|_| char::from(self.random.random_range(b'a'..=b'z'))).collect();
        self.text.insert_str(at, &word);
        Edit::InsertText(at, word)
    }

    fn insert_or_delete(&mut self) -> Edit {
        let at = self.random.random_range(0..=self.text.len());
        if at == self.text.len() || self.random.random() {
            let length = self.random.random_range(2..10);
            return self.insert_word_at(at, length);
        }
        let most = (self.text.len() - at).min(9);
        let length = self.random.random_range(1..=most);
        self.delete(at, length)
    }

    fn delete(&mut self, at: usize, length: usize) -> Edit {
        self.text.replace_range(at..at + length, "");
        Edit::DeleteText(at, length)
    }

    fn insert_numbers(&mut self, at: usize, count: usize) -> Edit {
        let numbers: Vec<i64> =
            (0..count).map(|_| self.random.random_range(0..0x7fff_ffff)).collect();
        self.numbers.splice(at..at, numbers.iter().copied());
        Edit::InsertNumbers(at, numbers)
    }

    fn content(self) -> Content {
        Content {
            text: self.text,
            list: self.numbers.into(),
            map: Value::Object(serde_json::Map::new()),
            count: 0,
        }
    }
}
