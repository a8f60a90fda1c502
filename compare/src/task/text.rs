//! Tasks on one text, for which a sequential recording is replayed.

use std::time::Duration;

use super::{Input, Offer, Task};
use crate::fault::{Fault, Result, ensure};
use crate::measure::{Sample, live_heap, timed};
use crate::trace::{Patch, Trace};

/// A text that can be edited and read.
pub trait Text: Sized {
    /// Whether positions are bytes rather than Unicode scalar values.
    const COUNTS_BYTES: bool = false;

    /// A new, empty text.
    fn create() -> Result<Self>;

    /// Makes edits, together one change, transaction or commit.
    fn edit<'a>(&mut self, patches: impl Iterator<Item = &'a Patch>) -> Result<()>;

    /// The text.
    fn text(&self) -> Result<String>;
}

/// A text of which there are several replicas.
pub trait Exchange: Text {
    /// An empty replica of the same document, for another author.
    fn replica(&self, agent: usize) -> Result<Self>;

    /// Makes edits as one change, and the message that brings it to others; an empty one if nothing
    /// was edited.
    fn edit_and_send<'a>(&mut self, patches: impl Iterator<Item = &'a Patch>) -> Result<Vec<u8>>;

    /// All that is known, as one message.
    fn bundle(&mut self) -> Result<Vec<u8>>;

    /// Takes in a message.
    fn receive(&mut self, message: &[u8]) -> Result<()>;
}

/// A text that can be saved.
pub trait Store: Text {
    /// All of it, with its history.
    fn save(&mut self) -> Result<Vec<u8>>;

    /// Opens what was saved, to go on editing.
    fn open(saved: &[u8]) -> Result<Self>;
}

/// How a peer that can do everything with texts does these tasks.
pub fn offer<P: Exchange + Store>(task: Task) -> Offer {
    Offer::Run(match task {
        Task::Local => local_sent::<P>,
        Task::LocalEach => local_each_sent::<P>,
        Task::Messages => messages::<P>,
        Task::MergeOne => merge_one::<P>,
        Task::MergeEach => merge_each::<P>,
        Task::Save => save::<P>,
        Task::Open => open::<P>,
        Task::OpenEdit => open_edit::<P>,
        Task::Heap => heap::<P>,
        Task::Concurrent => super::concurrent::run::<P>,
        Task::Past => return Offer::Cannot("earlier versions are not read here"),
        Task::Sync => return Offer::Cannot("it has no protocol for that"),
        Task::Signing | Task::Board | Task::CrdtBenchmarks | Task::Growth => return Offer::Absent,
    })
}

/// The whole recording as one change.
pub fn local<P: Text>(input: &Input) -> Result<Sample> {
    edited::<P>(input, all_at_once).map(|(sample, ..)| sample)
}

/// The whole recording as one change, then as a message.
fn local_sent<P: Exchange>(input: &Input) -> Result<Sample> {
    edited_and_sent::<P>(input, all_at_once)
}

/// Each transaction of the recording as a change.
fn local_each_sent<P: Exchange>(input: &Input) -> Result<Sample> {
    edited_and_sent::<P>(input, one_by_one)
}

type Replay<P> = fn(&mut P, &Trace) -> Result<()>;

fn all_at_once<P: Text>(document: &mut P, trace: &Trace) -> Result<()> {
    document.edit(trace.patches())
}

fn one_by_one<P: Text>(document: &mut P, trace: &Trace) -> Result<()> {
    trace.txns.iter().try_for_each(|txn| document.edit(txn.patches.iter()))
}

fn edited<P: Text>(input: &Input, replay: Replay<P>) -> Result<(Sample, P, Duration)> {
    let trace = recording::<P>(input)?;
    let before = live_heap();
    let mut document = P::create()?;
    let (done, took) = timed(|| replay(&mut document, trace));
    done?;
    let sample = Sample::default().time("edit", took).heap_since("heap", before);
    check(&document, trace)?;
    Ok((sample, document, took))
}

fn edited_and_sent<P: Exchange>(input: &Input, replay: Replay<P>) -> Result<Sample> {
    let (sample, mut document, editing) = edited(input, replay)?;
    let (message, sending) = timed(|| document.bundle());
    Ok(sample.time("edit+send", editing + sending).bytes("sent", message?.len()))
}

/// Each transaction as a change and a message, which another replica takes in one by one.
fn messages<P: Exchange>(input: &Input) -> Result<Sample> {
    let trace = recording::<P>(input)?;
    let mut writer = P::create()?;
    let mut reader = writer.replica(1)?;
    let founding = writer.bundle()?;
    reader.receive(&founding)?;
    let mut messages = Vec::with_capacity(trace.txns.len());
    let (made, making) = timed(|| {
        trace.txns.iter().try_for_each(|txn| -> Result<()> {
            Ok(messages.push(writer.edit_and_send(txn.patches.iter())?))
        })
    });
    made?;
    let (taken, taking) = timed(|| messages.iter().try_for_each(|message| reader.receive(message)));
    taken?;
    check(&writer, trace)?;
    check(&reader, trace)?;
    let count = messages.len();
    Ok(Sample::default()
        .time("make", making)
        .time("apply", taking)
        .bytes("sent", messages.iter().map(Vec::len).sum())
        .time_each("make, each", making, count)
        .time_each("apply, each", taking, count))
}

/// A fresh replica takes in the history as one change.
fn merge_one<P: Exchange>(input: &Input) -> Result<Sample> {
    merge(input, all_at_once::<P>)
}

/// A fresh replica takes in the history as one message of one change per transaction.
fn merge_each<P: Exchange>(input: &Input) -> Result<Sample> {
    merge(input, one_by_one::<P>)
}

fn merge<P: Exchange>(input: &Input, replay: Replay<P>) -> Result<Sample> {
    let trace = recording::<P>(input)?;
    let mut writer = P::create()?;
    replay(&mut writer, trace)?;
    travel(&mut writer, trace)
}

/// Sends all that a replica has to a fresh one.
pub fn travel<P: Exchange>(writer: &mut P, trace: &Trace) -> Result<Sample> {
    let (message, making) = timed(|| writer.bundle());
    let message = message?;
    let mut reader = writer.replica(trace.num_agents + 1)?;
    let before = live_heap();
    let (text, taking) = timed(|| reader.receive(&message).and_then(|()| reader.text()));
    ensure(text? == trace.end_content, "the text of the replica that merged")?;
    Ok(Sample::default()
        .time("merge", taking)
        .bytes("sent", message.len())
        .time("make", making)
        .heap_since("heap", before))
}

fn save<P: Store>(input: &Input) -> Result<Sample> {
    let mut document = written::<P>(input)?;
    let (saved, took) = timed(|| document.save());
    Ok(Sample::default().time("save", took).bytes("saved", saved?.len()))
}

/// From saved bytes to the text.
fn open<P: Store>(input: &Input) -> Result<Sample> {
    let saved = written::<P>(input)?.save()?;
    let before = live_heap();
    let (opened, took) = timed(|| {
        let document = P::open(&saved)?;
        let text = document.text()?;
        Result::Ok((document, text))
    });
    let (document, text) = opened?;
    ensure(text == recording::<P>(input)?.end_content, "the text that was opened")?;
    drop(text);
    let sample = Sample::default().time("open", took).heap_since("heap", before);
    drop(document);
    Ok(sample)
}

/// From saved bytes to a document in which a first edit is made.
fn open_edit<P: Store>(input: &Input) -> Result<Sample> {
    let trace = recording::<P>(input)?;
    let saved = written::<P>(input)?.save()?;
    let middle = trace.end_content.chars().count() / 2;
    let first = Patch { at: middle, deleted: 0, inserted: "x".to_owned() };
    let (opened, took) = timed(|| {
        let mut document = P::open(&saved)?;
        document.edit(std::iter::once(&first)).map(|()| document)
    });
    let mut expected: String = trace.end_content.chars().take(middle).collect();
    expected.push('x');
    expected.extend(trace.end_content.chars().skip(middle));
    ensure(opened?.text()? == expected, "the text after the first edit")?;
    Ok(Sample::default().time("open+edit", took))
}

/// What a document holds once it is edited, and once it is opened.
fn heap<P: Store>(input: &Input) -> Result<Sample> {
    let before = live_heap();
    let mut document = written::<P>(input)?;
    let sample = Sample::default().heap_since("edited", before);
    let saved = document.save()?;
    drop(document);
    let before = live_heap();
    let document = P::open(&saved)?;
    check(&document, recording::<P>(input)?)?;
    Ok(sample.heap_since("opened", before))
}

/// What a text without a history holds once it is edited.
pub fn heap_edited<P: Text>(input: &Input) -> Result<Sample> {
    let before = live_heap();
    let document = written::<P>(input)?;
    let sample = Sample::default().heap_since("edited", before);
    drop(document);
    Ok(sample)
}

/// A document in which every transaction of the recording is a change.
fn written<P: Text>(input: &Input) -> Result<P> {
    let trace = recording::<P>(input)?;
    let mut document = P::create()?;
    one_by_one(&mut document, trace)?;
    check(&document, trace)?;
    Ok(document)
}

fn check<P: Text>(document: &P, trace: &Trace) -> Result<()> {
    ensure(document.text()? == trace.end_content, "the text")
}

/// The recording, where the peer can count in it.
pub fn recording<P: Text>(input: &Input) -> Result<&Trace> {
    let trace = input.sequential()?;
    if P::COUNTS_BYTES && !trace.is_ascii() { Err(Fault::NotAscii.into()) } else { Ok(trace) }
}
