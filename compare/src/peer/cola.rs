//! Cola: an index of who inserted what where, without the text itself. A baseline: what the order
//! alone costs.
//!
//! Its index counts in whatever unit it is given; here in scalar values.

use cola::Replica;

use crate::fault::{Fault, Result};
use crate::measure::{Sample, live_heap, timed};
use crate::task::{Input, Offer, Task};
use crate::trace::{Patch, Trace};

/// How it does a task.
pub fn offer(task: Task) -> Offer {
    match task {
        Task::Local => Offer::Run(local),
        Task::LocalEach => Offer::Cannot("has no changes: the same as local"),
        Task::Messages => Offer::Run(messages),
        Task::Save => Offer::Run(save),
        Task::Heap => Offer::Run(heap),
        Task::Signing | Task::Growth => Offer::Absent,
        _ => Offer::Cannot("holds no text"),
    }
}

/// Checks what it can know of the text.
fn check(replica: &Replica, trace: &Trace) -> Result<()> {
    let right = replica.len() == trace.end_content.chars().count();
    crate::fault::ensure(right, "the length of the text")
}

fn edited(trace: &Trace) -> Replica {
    let mut replica = Replica::new(1, 0);
    for Patch { at, deleted, inserted } in trace.patches() {
        if *deleted > 0 {
            let _ = replica.deleted(*at..*at + *deleted);
        }
        if !inserted.is_empty() {
            let _ = replica.inserted(*at, inserted.chars().count());
        }
    }
    replica
}

fn local(input: &Input) -> Result<Sample> {
    let trace = input.sequential()?;
    let before = live_heap();
    let (replica, took) = timed(|| edited(trace));
    check(&replica, trace)?;
    Ok(Sample::default().time("edit", took).heap_since("heap", before))
}

/// What one replica tells another.
enum Message {
    Inserted(cola::Insertion),
    Deleted(cola::Deletion),
}

/// Messages are handed over as they are, not encoded.
fn messages(input: &Input) -> Result<Sample> {
    let trace = input.sequential()?;
    let mut writer = Replica::new(1, 0);
    let mut reader = writer.fork(2);
    let mut messages = Vec::with_capacity(trace.txns.len());
    let ((), making) = timed(|| {
        for Patch { at, deleted, inserted } in trace.patches() {
            if *deleted > 0 {
                messages.push(Message::Deleted(writer.deleted(*at..*at + *deleted)));
            }
            if !inserted.is_empty() {
                messages.push(Message::Inserted(writer.inserted(*at, inserted.chars().count())));
            }
        }
    });
    let (taken, taking) =
        timed(|| messages.iter().try_for_each(|message| take(&mut reader, message)));
    taken?;
    check(&reader, trace)?;
    let count = trace.txns.len();
    Ok(Sample::default()
        .time("make", making)
        .time("apply", taking)
        .time_each("make, each", making, count)
        .time_each("apply, each", taking, count))
}

fn take(replica: &mut Replica, message: &Message) -> Result<()> {
    match message {
        Message::Inserted(insertion) => {
            let place = replica.integrate_insertion(insertion);
            place.map(|_| ()).ok_or_else(|| Fault::peer("an insertion waits").into())
        }
        Message::Deleted(deletion) => {
            let _ = replica.integrate_deletion(deletion);
            Ok(())
        }
    }
}

fn save(input: &Input) -> Result<Sample> {
    let trace = input.sequential()?;
    let replica = edited(trace);
    check(&replica, trace)?;
    let (saved, took) = timed(|| replica.encode());
    Ok(Sample::default().time("save", took).bytes("saved", saved.as_bytes().len()))
}

fn heap(input: &Input) -> Result<Sample> {
    let trace = input.sequential()?;
    let before = live_heap();
    let replica = edited(trace);
    let sample = Sample::default().heap_since("edited", before);
    check(&replica, trace)?;
    Ok(sample)
}
