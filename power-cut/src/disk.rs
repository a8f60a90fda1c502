//! What of a folder is on the disk for certain, and what may be.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use rand::SeedableRng as _;
use rand::rngs::ChaCha8Rng;

use crate::event::{Event, FileId, folder_of};
use crate::folder::Files;
use crate::loss::Loss;

/// The disk at a point of the log.
pub(crate) struct Disk<'a> {
    events: &'a [Event],
    point: usize,
    files: Vec<File>,
    /// The names that are kept for certain.
    names: BTreeMap<String, FileId>,
    /// The creations, renames and unlinks that may be lost, as their places in the log.
    entries: Vec<usize>,
}

#[derive(Default)]
struct File {
    synced: Vec<u8>,
    /// What may be lost, and what comes after something that may be.
    pending: Vec<Pending>,
}

struct Pending {
    event: usize,
    standing: Standing,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Unsynced,
    /// A sync of it failed. The system may take it for written: no later sync writes it.
    Failed,
    /// It waits for nothing but what comes before it and may be lost.
    Synced,
}

/// The folder after the log with nothing lost.
pub(crate) fn whole(start: &Files, events: &[Event]) -> Files {
    let mut names: BTreeMap<String, FileId> = start.keys().cloned().zip(0..).collect();
    let mut files: Vec<Vec<u8>> = start.values().cloned().collect();
    for event in events {
        match event {
            Event::Write { file, .. } | Event::Resize { file, .. } => {
                apply_content(&mut files[*file], event);
            }
            Event::Create { .. } => files.push(Vec::new()),
            _ => {}
        }
        apply_entry(&mut names, event);
    }
    names.into_iter().map(|(name, file)| (name, files[file].clone())).collect()
}

impl<'a> Disk<'a> {
    /// The disk before the log. The files have the first ids, in the order of their names.
    pub(crate) fn new(start: &Files, events: &'a [Event]) -> Disk<'a> {
        let file = |bytes: &Vec<u8>| File { synced: bytes.clone(), pending: Vec::new() };
        let files = start.values().map(file).collect();
        let names = start.keys().cloned().zip(0..).collect();
        Disk { events, point: 0, files, names, entries: Vec::new() }
    }

    /// Goes on to a point that is not before the present one.
    pub(crate) fn advance(&mut self, point: usize) {
        for index in self.point..point {
            self.step(index);
        }
        self.point = point;
    }

    /// The folder after a power cut here.
    pub(crate) fn cut(&self, seed: u64) -> Files {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let names = self.names_after(&mut random);
        let content = |(name, file)| (name, self.content_after(file, &mut random));
        names.into_iter().map(content).collect()
    }

    fn step(&mut self, index: usize) {
        match &self.events[index] {
            Event::Write { file, .. } | Event::Resize { file, .. } => {
                let pending = Pending { event: index, standing: Standing::Unsynced };
                self.files[*file].pending.push(pending);
            }
            Event::Create { .. } => {
                self.files.push(File::default());
                self.entries.push(index);
            }
            Event::Unlink { .. } | Event::Rename { .. } => self.entries.push(index),
            Event::Sync { file, began, entry } => {
                self.files[*file].sync(*began, Standing::Synced);
                self.files[*file].settle(self.events);
                if *entry {
                    self.keep_entries(*began, |event| names_file(event, *file));
                }
            }
            Event::SyncFailed { file, began } => self.files[*file].sync(*began, Standing::Failed),
            Event::SyncFolder { folder, began } => {
                self.keep_entries(*began, |event| is_within(event, folder));
            }
            Event::Acknowledge => {}
        }
    }

    /// Makes those entries certain that were there when a sync began and that it is about, and what
    /// was done before to a name in them: a name has one history.
    fn keep_entries(&mut self, began: usize, concerned: impl Fn(&Event) -> bool) {
        let events = self.events;
        let mut settled = BTreeSet::new();
        let later_first = mem::take(&mut self.entries).into_iter().rev();
        let (mut kept, mut pending): (Vec<_>, Vec<_>) = later_first.partition(|&index| {
            let event = &events[index];
            let about = index < began && concerned(event);
            let kept = about || names_of(event).any(|name| settled.contains(name));
            if kept {
                settled.extend(names_of(event));
            }
            kept
        });
        kept.reverse();
        pending.reverse();
        kept.into_iter().for_each(|index| apply_entry(&mut self.names, &events[index]));
        self.entries = pending;
    }

    fn names_after(&self, random: &mut ChaCha8Rng) -> BTreeMap<String, FileId> {
        let mut names = self.names.clone();
        let loss = Loss::new(self.entries.len(), random);
        for (nth, &index) in self.entries.iter().enumerate() {
            if loss.keeps(nth, random) {
                apply_entry(&mut names, &self.events[index]);
            }
        }
        names
    }

    fn content_after(&self, file: FileId, random: &mut ChaCha8Rng) -> Vec<u8> {
        let File { synced, pending } = &self.files[file];
        let mut bytes = synced.clone();
        let loss = Loss::new(pending.len(), random);
        for (nth, pending) in pending.iter().enumerate() {
            let event = &self.events[pending.event];
            if pending.standing == Standing::Synced || loss.keeps(nth, random) {
                apply_content(&mut bytes, event);
            } else if let Event::Write { at, bytes: written, .. } = event {
                loss.lose(&mut bytes, *at, written, random);
            }
        }
        bytes
    }
}

impl File {
    fn sync(&mut self, began: usize, standing: Standing) {
        let begun = self.pending.iter_mut().take_while(|pending| pending.event < began);
        for pending in begun.filter(|pending| pending.standing == Standing::Unsynced) {
            pending.standing = standing;
        }
    }

    fn settle(&mut self, events: &[Event]) {
        let synced = |pending: &&Pending| pending.standing == Standing::Synced;
        let count = self.pending.iter().take_while(synced).count();
        for pending in self.pending.drain(..count) {
            apply_content(&mut self.synced, &events[pending.event]);
        }
    }
}

/// Whether a sync of the file keeps the entry.
fn names_file(event: &Event, synced: FileId) -> bool {
    match event {
        Event::Create { file, .. } | Event::Rename { file, .. } => *file == synced,
        _ => false,
    }
}

/// Whether a sync of the folder keeps the entry.
fn is_within(event: &Event, folder: &str) -> bool {
    names_of(event).any(|name| folder_of(name) == folder)
}

/// The names that an entry is about.
fn names_of(event: &Event) -> impl Iterator<Item = &str> {
    let (one, other) = match event {
        Event::Create { name, .. } | Event::Unlink { name, .. } => (Some(name), None),
        Event::Rename { from, to, .. } => (Some(from), Some(to)),
        _ => (None, None),
    };
    one.into_iter().chain(other).map(String::as_str)
}

/// A name that has come to stand for another file is left alone.
fn apply_entry(names: &mut BTreeMap<String, FileId>, event: &Event) {
    let mut forget = |name: &String, file: &FileId| {
        if names.get(name) == Some(file) {
            names.remove(name);
        }
    };
    match event {
        Event::Unlink { file, name } => forget(name, file),
        Event::Rename { file, from, to } => {
            forget(from, file);
            names.insert(to.clone(), *file);
        }
        Event::Create { file, name } => {
            names.insert(name.clone(), *file);
        }
        _ => {}
    }
}

fn apply_content(content: &mut Vec<u8>, event: &Event) {
    match event {
        Event::Write { at, bytes, .. } => {
            let end = at + bytes.len();
            content.resize(content.len().max(end), 0);
            content[*at..end].copy_from_slice(bytes);
        }
        Event::Resize { length, .. } => content.resize(*length, 0),
        _ => {}
    }
}
