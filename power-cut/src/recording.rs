//! What a workload did, and the cuts of it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::cut::Cut;
use crate::disk::{self, Disk};
use crate::event::Event;
use crate::fault::{Failure, Fault, Operation};
use crate::folder::Files;
use crate::trace::TracedCall;

/// The log of a workload.
pub struct Recording {
    pub(crate) start: Files,
    pub(crate) events: Vec<Event>,
    /// What was acknowledged before the recording and in it.
    pub(crate) notes: Arc<[String]>,
    /// The places in the log of those that were acknowledged in it.
    pub(crate) noted: Vec<usize>,
    pub(crate) calls: Vec<TracedCall>,
    pub(crate) failed: bool,
}

impl Recording {
    /// The points at which the power can go: before each entry of the log, and after the last.
    pub fn points(&self) -> Range<usize> {
        0..self.events.len() + 1
    }

    /// The points from when the first note was acknowledged until the second was, each the first of
    /// its kind. `None` where one of them never was, or in the other order.
    pub fn between(&self, from: &str, to: &str) -> Option<Range<usize>> {
        let (from, to) = (self.point_of(from)?, self.point_of(to)?);
        (from < to).then_some(from..to)
    }

    /// What was acknowledged, in that order, with what the workload was begun from.
    pub fn acknowledged(&self) -> &[String] {
        &self.notes
    }

    /// So many cuts, spread evenly over the points and each with a seed of its own that follows
    /// from `seed`. Each costs about as much as copying the folder.
    pub fn cuts(
        &self,
        points: Range<usize>,
        count: usize,
        seed: u64,
    ) -> impl Iterator<Item = Cut> + '_ {
        let mut disk = Disk::new(&self.start, &self.events);
        (0..count).zip(seed..).map(move |(nth, seed)| {
            let point = points.start + points.len() * nth / count;
            disk.advance(point.min(self.events.len()));
            self.cut_of(&disk, point, seed)
        })
    }

    /// One cut, as [`Cut::point`] and [`Cut::seed`] tell of it. Goes through the log up to there.
    pub fn cut(&self, point: usize, seed: u64) -> Cut {
        let mut disk = Disk::new(&self.start, &self.events);
        disk.advance(point.min(self.events.len()));
        self.cut_of(&disk, point, seed)
    }

    /// The folder as the program leaves it that is killed at a point: nothing is lost, since the
    /// system has what was written, synced or not. Goes through the log up to there.
    pub fn killed(&self, point: usize) -> Cut {
        let files = disk::whole(&self.start, &self.events[..point.min(self.events.len())]);
        self.cut_with(files, point, 0)
    }

    /// Each call of this kind on files of the folder, as one that fails when the workload is run
    /// again.
    pub fn faults(
        &self,
        operation: Operation,
        failure: Failure,
    ) -> impl Iterator<Item = Fault> + '_ {
        let chosen = self.calls.iter().filter(move |traced| traced.operation == operation);
        chosen.map(move |TracedCall { call, nth, operation, file }| Fault {
            call: call.clone(),
            nth: *nth,
            operation: *operation,
            file: file.clone(),
            failure,
            lasting: false,
        })
    }

    /// The same on a disk that lies: it says that it has synced, and has not. For controls.
    #[must_use]
    pub fn without_syncs(mut self) -> Recording {
        let is_sync =
            |event: &Event| matches!(event, Event::Sync { .. } | Event::SyncFolder { .. });
        let mut before = 0;
        let places: Vec<usize> = self
            .events
            .iter()
            .enumerate()
            .map(|(place, event)| {
                before += usize::from(is_sync(event));
                place - before.min(place)
            })
            .collect();
        self.noted.iter_mut().for_each(|noted| *noted = places[*noted]);
        self.events.retain(|event| !is_sync(event));
        self
    }

    /// Whether the fault that the recorder was given came to pass.
    pub fn has_failed(&self) -> bool {
        self.failed
    }

    fn cut_of(&self, disk: &Disk<'_>, point: usize, seed: u64) -> Cut {
        self.cut_with(disk.cut(seed), point, seed)
    }

    fn cut_with(&self, files: Files, point: usize, seed: u64) -> Cut {
        let before = self.notes.len() - self.noted.len();
        let acknowledged = before + self.noted.partition_point(|&noted| noted < point);
        Cut { point, seed, files, notes: self.notes.clone(), acknowledged }
    }

    fn point_of(&self, note: &str) -> Option<usize> {
        let before = self.notes.len() - self.noted.len();
        let nth = self.notes[before..].iter().position(|other| other == note)?;
        Some(self.noted[nth] + 1)
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Recording { events, notes, .. } = self;
        write!(out, "a recording of {} entries, {} notes", events.len(), notes.len())
    }
}
