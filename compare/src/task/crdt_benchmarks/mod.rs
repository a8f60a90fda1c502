//! The suites B1, B2 and B3 of `dmonad/crdt-benchmarks`, by their definitions there.
//!
//! Two things differ from its JavaScript. In B2 both clients edit before they exchange, as its text
//! says; its code hands the first change over before the second is made. And parsing counts until the
//! content is read, as some peers parse only then.

mod cases;

use cases::{Many, One, Two};

use super::Input;
use crate::fault::{Result, ensure};
use crate::measure::{Sample, live_heap, timed};

pub use cases::NAMES;

/// One edit of the shared document.
#[derive(Clone)]
pub enum Edit {
    /// Inserts into the text.
    InsertText(usize, String),
    /// Deletes so many characters of the text.
    DeleteText(usize, usize),
    /// Inserts numbers into the array.
    InsertNumbers(usize, Vec<i64>),
    /// Inserts a string into the array.
    InsertString(usize, String),
    /// Sets the map's only key to a number.
    SetNumber(i64),
    /// Sets the map's only key to a user of this name and the address `here`, as one value.
    SetUser(String),
    /// Sets the map's only key to a string.
    SetString(String),
    /// Adds to the counter. The suite has none; this is ours.
    Add(i64),
}

/// The address of every user.
pub const ADDRESS: &str = "here";

/// All that is in the shared document.
#[derive(PartialEq, Debug)]
pub struct Content {
    /// The text.
    pub text: String,
    /// The array.
    pub list: serde_json::Value,
    /// The map.
    pub map: serde_json::Value,
    /// The counter.
    pub count: i64,
}

/// A document with a text, an array, a map and, if the peer has one, a counter.
pub trait Shared: Sized {
    /// A new, empty document.
    fn found() -> Result<Self>;

    /// A replica for another client, with what is known here.
    fn replica(&mut self, client: usize) -> Result<Self>;

    /// Makes edits as one change, and the message that brings it to others.
    fn change(&mut self, edits: &[Edit]) -> Result<Vec<u8>>;

    /// Takes in messages that arrived together.
    fn receive(&mut self, messages: &[Vec<u8>]) -> Result<()>;

    /// All of it, with its history.
    fn save(&mut self) -> Result<Vec<u8>>;

    /// Opens what was saved, to go on editing.
    fn open(saved: &[u8]) -> Result<Self>;

    /// What is in it.
    fn content(&self) -> Result<Content>;
}

/// Runs the case that the input names.
pub fn run<P: Shared>(input: &Input) -> Result<Sample> {
    if let Some(One { changes, expected }) = cases::one(&input.case, input.size) {
        return no_conflicts::<P>(&changes, &expected);
    }
    if let Some(Two { start, changes, length }) = cases::two(&input.case, input.size) {
        return two_clients::<P>(&start, &changes, length);
    }
    many_clients::<P>(&cases::many(&input.case, input.size)?)
}

/// B1: one client edits, and another takes in its messages.
fn no_conflicts<P: Shared>(changes: &[Vec<Edit>], expected: &Content) -> Result<Sample> {
    let mut writer = P::found()?;
    let mut reader = writer.replica(1)?;
    let mut messages = Vec::with_capacity(changes.len());
    let (made, took) = timed(|| {
        changes
            .iter()
            .try_for_each(|edits| -> Result<()> { Ok(messages.push(writer.change(edits)?)) })
    });
    made?;
    messages.iter().try_for_each(|message| reader.receive(std::slice::from_ref(message)))?;
    let content = writer.content()?;
    ensure(content == *expected, "the content")?;
    ensure(reader.content()? == content, "the content of the other client")?;
    let sent: usize = messages.iter().map(Vec::len).sum();
    stored(Sample::default().time("time", took).bytes("update", sent / messages.len()), writer)
}

/// B2: two clients change one text at the same time and then exchange their changes.
fn two_clients<P: Shared>(
    start: &Edit,
    changes: &[Vec<Edit>; 2],
    length: Option<usize>,
) -> Result<Sample> {
    let mut first = P::found()?;
    first.change(std::slice::from_ref(start))?;
    let mut second = first.replica(1)?;
    let (sent, took) = timed(|| -> Result<usize> {
        let from_first = first.change(&changes[0])?;
        let from_second = second.change(&changes[1])?;
        let sent = from_first.len() + from_second.len();
        first.receive(&[from_second])?;
        second.receive(&[from_first])?;
        Ok(sent)
    });
    let sent = sent?;
    let content = first.content()?;
    ensure(second.content()? == content, "the content of the other client")?;
    ensure(length.is_none_or(|length| content.text.len() == length), "the length of the text")?;
    stored(Sample::default().time("time", took).bytes("update", sent / 2), first)
}

/// B3: many clients make one change each at the same time; one of them takes in all.
fn many_clients<P: Shared>(case: &Many) -> Result<Sample> {
    let mut founder = P::found()?;
    let mut reader = founder.replica(case.clients + 1)?;
    let mut reference = founder.replica(case.clients + 2)?;
    let mut messages = Vec::with_capacity(case.clients);
    for client in 0..case.clients {
        let mut writer = founder.replica(client)?;
        messages.push(writer.change(&[(case.edit)(client, case.clients)])?);
    }
    reference.receive(&messages)?;
    let (taken, took) = timed(|| reader.receive(&messages));
    taken?;
    let content = reader.content()?;
    ensure(reference.content()? == content, "the content of the other client")?;
    ensure((case.check)(&content, case.clients), "the content")?;
    let sent = messages.iter().map(Vec::len).sum();
    stored(Sample::default().time("time", took).bytes("update", sent), reader)
}

/// Saves a document and opens it again.
fn stored<P: Shared>(sample: Sample, mut document: P) -> Result<Sample> {
    let content = document.content()?;
    let (saved, encoding) = timed(|| document.save());
    let saved = saved?;
    drop(document);
    let before = live_heap();
    let (opened, parsing) = timed(|| {
        let document = P::open(&saved)?;
        let content = document.content()?;
        Result::Ok((document, content))
    });
    let (document, read) = opened?;
    ensure(read == content, "the content that was opened")?;
    drop(read);
    let sample = sample.time("encode", encoding).bytes("document", saved.len());
    let sample = sample.time("parse", parsing).heap_since("heap", before);
    drop(document);
    Ok(sample)
}
