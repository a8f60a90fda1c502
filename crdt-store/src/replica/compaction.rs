//! Many small appends become few, and these a base.
//!
//! Every eighth append is merged with the seven before it into one of the next level, and so are
//! eight of a level: an append costs less the more changes are in it, since a signature and a header
//! serve all of them. So there are few of a level, and a change is written again once for every
//! level. When what is appended is a [part](PART) of the base, or there are many rows, everything
//! becomes the new base: a saved document, of which only those parts are written that differ from
//! what is there. Changes fill one part after the other, so those that are full stay. So opening
//! takes in little besides the base, and what is written again is a multiple of what is appended.

use crdt_core::PartKind;
use crdt_core::sorted::sort;

use super::base::COPY;
use super::notes::merged_notes;
use super::{Content, Durable, Replica, Row, check, entry};
use crate::backend::{
    Access, Append, Check, Entry, Kind, Note, Part, PartName, Place, Placed, Rows, Write,
};
use crate::error::StoreError;

/// How many appends of a level are merged.
const MERGED: usize = 8;

/// What has more bytes is not merged again.
const LARGE: u64 = 1 << 20;

/// Which part of the base is appended before there is a new one.
const PART: u64 = 16;

/// How many bytes have to be appended at least before there is a new base.
const LEAST: u64 = 1 << 13;

/// Or how many changes.
const FEW: u64 = 1 << 12;

/// How many rows there may be behind the base.
const ROWS: usize = 64;

/// Whether a base was opened by going through so many changes that a new one is worth writing, which
/// is done with the next change.
pub(super) fn is_stale<C: Content>(content: &C) -> bool {
    content.was_replayed() && content.history().len() as u64 >= FEW
}

/// What is to be done with what was appended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Plan {
    /// Everything from this number on is merged into one of this level.
    Merge { from: u64, level: u8 },
    /// Everything becomes the base.
    Rebase,
}

impl Replica {
    /// Compacts what was appended, if that is due. What was asked for is done by then, so what goes
    /// wrong here is only said.
    pub(crate) async fn compact_when_due<C: Content>(&mut self, content: &C, place: &impl Place) {
        let is_long = self.tail.last().is_some_and(|row| row.bytes as u64 >= LEAST);
        let is_full = self.position.is_multiple_of(MERGED as u64);
        if !is_long && !self.is_base_stale && !is_full && !self.are_notes_long() {
            return;
        }
        if let Err(error) = self.compact(content, place).await {
            tracing::warn!(%error, document = %self.id, "not compacted");
        }
    }

    /// Others write while it is worked out what is to be written. If one of them did so to this
    /// document, they see to it.
    async fn compact<C: Content>(
        &mut self,
        content: &C,
        place: &impl Place,
    ) -> Result<(), StoreError> {
        let noted = self.are_notes_long();
        let reading = place.begin(Access::Read).await?;
        let found = self.find(&reading, noted).await?;
        drop(reading);
        if !self.is_at(&found.entry) {
            return Ok(());
        }
        let due = self.due(content, &found);
        if due.is_nothing() {
            return Ok(());
        }
        let writing = place.begin(Access::Write).await?;
        if self.find(&writing, noted).await? == found {
            self.replace(writing, due).await?;
        }
        Ok(())
    }

    /// Has everything be in the base, if it is not. Who knows no state has nothing to add to one
    /// behind which nothing lies.
    ///
    /// Others write meanwhile, unless one of them did so to this document.
    pub(crate) async fn compact_all<C: Content>(
        &mut self,
        content: &mut C,
        place: &impl Place,
    ) -> Result<(), StoreError> {
        let reading = place.begin(Access::Read).await?;
        self.bring_in(content, &reading).await?;
        let mut found = self.find(&reading, true).await?;
        drop(reading);
        let mut due = self.due_of_all(content, &found);
        let writing = place.begin(Access::Write).await?;
        if self.find(&writing, true).await? != found {
            self.bring_in(content, &writing).await?;
            found = self.find(&writing, true).await?;
            due = self.due_of_all(content, &found);
        }
        if due.is_nothing() {
            return Ok(());
        }
        self.replace(writing, due).await?;
        self.forget_awaited();
        Ok(())
    }

    /// Ends a transaction with what takes the place of what was appended and noted.
    pub(super) async fn replace(
        &mut self,
        mut transaction: impl Rows,
        Due { compacted, note }: Due,
    ) -> Result<(), StoreError> {
        let mut writes: Vec<Write> = note.iter().map(|note| self.renote(note.clone())).collect();
        writes.extend(compacted.iter().flat_map(|compacted| compacted.writes.iter().cloned()));
        transaction.write(&self.id, &writes).await?;
        transaction.commit().await?;
        if let Some(compacted) = compacted {
            self.follow(compacted);
        }
        if let Some(note) = note {
            self.renoted(note.len());
        }
        Ok(())
    }

    async fn find(&self, transaction: &impl Rows, with_notes: bool) -> Result<Found, StoreError> {
        let notes = if with_notes { self.read_notes(transaction).await } else { None };
        Ok(Found {
            entry: entry(transaction, &self.id).await?,
            tail: transaction.tail(&self.id).await?,
            parts: transaction.part_names(&self.id).await?,
            notes: notes.unwrap_or_default(),
        })
    }

    fn due<C: Content>(&self, content: &C, found: &Found) -> Due {
        let compacted = self.compacted(content, found);
        Due { compacted, note: merged_notes(content, &found.notes) }
    }

    fn due_of_all<C: Content>(&self, content: &C, found: &Found) -> Due {
        if !C::HAS_STATE && found.tail.is_empty() {
            return Due { compacted: None, note: None };
        }
        let mut compacted = self.rebase(content, &found.parts);
        compacted.writes.extend(self.awaited());
        Due { compacted: Some(compacted), note: merged_notes(content, &found.notes) }
    }

    /// What is to be written in place of what was appended, if that is due.
    fn compacted<C: Content>(&self, content: &C, found: &Found) -> Option<Compacted> {
        if self.is_base_stale {
            return Some(self.rebase(content, &found.parts));
        }
        let changes = content.history().len();
        let start = self.tail.first().map_or(changes, |row| row.start);
        let appended = found.tail.iter().map(|placed| placed.bytes).sum();
        let bytes = found.entry.listing.bytes.saturating_sub(appended);
        let base = Extent { bytes, changes: start as u64 };
        let behind = Extent { bytes: appended, changes: (changes - start) as u64 };
        match plan(&found.tail, base, behind)? {
            Plan::Rebase => Some(self.rebase(content, &found.parts)),
            Plan::Merge { from, level } => self.merge(content, &found.tail, from, level),
        }
    }

    /// What is to be written so that everything is in the base, of which these parts are there.
    pub(super) fn rebase<C: Content>(&self, content: &C, old: &[(PartName, Check)]) -> Compacted {
        let mut old = old.to_vec();
        sort(&mut old);
        let mut writes = Vec::new();
        for saved in content.save_in_parts() {
            let (bytes, check) = (saved.bytes(), check(saved.bytes()));
            for name in names(saved.kind()) {
                match old.iter().position(|(old, _)| *old == name) {
                    Some(place) if old.remove(place).1 == check => {}
                    _ => writes.push(Write::Part(Part { name, check, bytes: bytes.into() })),
                }
            }
        }
        writes.extend(old.into_iter().map(|(name, _)| Write::DropPart(name)));
        writes.push(Write::Through(self.position));
        Compacted { writes, tail: Vec::new(), durable: Durable::all_of(content.history()) }
    }

    /// Everything from a number on as one. `None` if this handle does not know which changes it is.
    fn merge<C: Content>(
        &self,
        content: &C,
        tail: &[Placed],
        from: u64,
        level: u8,
    ) -> Option<Compacted> {
        // A row that others merged has the number of the last of those that it was.
        let before = tail.iter().map(|placed| placed.number).filter(|number| *number < from).max();
        let kept = self.tail.partition_point(|row| Some(row.number) <= before);
        let start = self.tail[kept..].iter().map(|row| row.start).min()?;
        let (number, bytes) = (self.position, content.export_since(start));
        let mut rows = self.tail[..kept].to_vec();
        rows.push(Row { number, start, bytes: bytes.len() });
        let by = Append { number, level, check: check(&bytes), bytes };
        Some(Compacted {
            writes: vec![Write::Merge { from, by }],
            tail: rows,
            durable: Durable::all_of(content.history()),
        })
    }

    /// What was compacted is durable.
    pub(super) fn follow(&mut self, compacted: Compacted) {
        (self.tail, self.durable) = (compacted.tail, compacted.durable);
        self.is_base_stale = false;
    }
}

/// What is in the store of a document that is to be compacted.
#[derive(PartialEq, Eq, Debug)]
struct Found {
    entry: Entry,
    tail: Vec<Placed>,
    parts: Vec<(PartName, Check)>,
    notes: Vec<Note>,
}

/// What takes the place of what was appended, and of what was noted.
#[derive(Debug)]
pub(super) struct Due {
    pub(super) compacted: Option<Compacted>,
    pub(super) note: Option<Vec<u8>>,
}

impl Due {
    fn is_nothing(&self) -> bool {
        self.compacted.is_none() && self.note.is_none()
    }
}

/// What is to be written, and what is in the store then.
#[derive(Debug)]
pub(super) struct Compacted {
    pub(super) writes: Vec<Write>,
    tail: Vec<Row>,
    durable: Durable,
}

/// How much there is.
#[derive(Clone, Copy, Debug)]
struct Extent {
    bytes: u64,
    changes: u64,
}

/// What is due, given what was appended behind a base.
fn plan(tail: &[Placed], base: Extent, behind: Extent) -> Option<Plan> {
    let is_long = behind.bytes >= LEAST.max(base.bytes / PART)
        || behind.changes >= FEW.max(base.changes / PART);
    if tail.len() > ROWS || is_long {
        return Some(Plan::Rebase);
    }
    let highest = tail.iter().map(|placed| placed.level).max()?;
    // The highest level that is full, with everything below it: that is newer.
    (0..=highest).rev().find_map(|level| {
        let from = tail.partition_point(|placed| placed.level > level);
        let full = tail[from..].iter().filter(|placed| placed.level == level).count() >= MERGED;
        let bytes: u64 = tail[from..].iter().map(|placed| placed.bytes).sum();
        let due = full && bytes <= LARGE;
        due.then(|| Plan::Merge { from: tail[from].number, level: level.saturating_add(1) })
    })
}

/// What a part is called, and its copy if there is to be one.
fn names(kind: PartKind) -> impl Iterator<Item = PartName> {
    let (kind, first, copy) = match kind {
        PartKind::Head => (Kind::Head, 0, None),
        PartKind::Changes { first, .. } => (Kind::Changes, u64::from(first), None),
        PartKind::Outline => (Kind::Outline, 0, Some(COPY)),
        PartKind::State => (Kind::State, 0, None),
        PartKind::Check => (Kind::Check, 0, None),
    };
    [Some(first), copy].into_iter().flatten().map(move |first| PartName { kind, first })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is appended one by one, compacted as it is due: the rows, what was written, and how
    /// often everything became the base.
    fn appended(count: u64, bytes: u64) -> (usize, u64, usize) {
        let (mut tail, mut written, mut rebased) = (Vec::<Placed>::new(), 0, 0);
        let mut base = Extent { bytes: 0, changes: 0 };
        for number in 1..=count {
            tail.push(Placed { number, level: 0, bytes });
            written += bytes;
            loop {
                let appended = tail.iter().map(|placed| placed.bytes).sum();
                let behind = Extent { bytes: appended, changes: number - base.changes };
                let Some(plan) = plan(&tail, base, behind) else { break };
                match plan {
                    Plan::Rebase => {
                        tail.clear();
                        base = Extent { bytes: base.bytes + appended, changes: number };
                        written += base.bytes;
                        rebased += 1;
                    }
                    Plan::Merge { from, level } => {
                        let at = tail.partition_point(|placed| placed.number < from);
                        let bytes = tail.drain(at..).map(|placed| placed.bytes).sum();
                        tail.push(Placed { number, level, bytes });
                        written += bytes;
                    }
                }
            }
            assert!(tail.len() <= ROWS, "{tail:?}");
        }
        (tail.len(), written, rebased)
    }

    #[test]
    fn rows_stay_few_and_nothing_is_written_often() {
        for (count, bytes) in [(100, 300), (10_000, 300), (300_000, 20), (2_000, 50_000)] {
            let (rows, written, rebased) = appended(count, bytes);
            let all = count * bytes;
            assert!(rows <= ROWS, "{rows} rows of {count}");
            assert!(written <= 25 * all, "{written} bytes written of {all}");
            assert!(rebased <= 200, "{count} appends were rebased {rebased} times");
        }
    }
}
