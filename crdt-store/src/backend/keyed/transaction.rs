//! Documents in a transaction of a table.

use core::ops::Range;
use std::time::SystemTime;

use crdt_core::DocumentId;
use crdt_core::sorted::{SortedMap, sort, sort_by_key};

use super::entry::Kept;
use super::key::{self, Reader, Tag, beginning_with};
use super::{Row, TableTransaction};
use crate::backend::{Access, Append, Check, Entry, Note, Part, PartName, Placed, Rows, Write};
use crate::error::StoreError;
use crate::listing::Listing;

/// So many of those that have waited longest are looked at together.
const LONGEST: u32 = 16;

/// A transaction of a [`Keyed`](super::Keyed) place.
#[derive(Debug)]
pub struct KeyedTransaction<X> {
    table: X,
    access: Access,
    now: SystemTime,
    /// What was written, and is not committed.
    changes: SortedMap<Vec<u8>, Option<Vec<u8>>>,
}

impl<X: TableTransaction> KeyedTransaction<X> {
    pub(super) fn new(table: X, access: Access, now: SystemTime) -> Self {
        Self { table, access, now, changes: SortedMap::new() }
    }

    async fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.changes.get(key) {
            Some(changed) => Ok(changed.clone()),
            None => self.table.get(key).await,
        }
    }

    /// The keys in a range, and no more than so many.
    async fn keys(&self, range: Range<Vec<u8>>, most: u32) -> Result<Vec<Vec<u8>>, StoreError> {
        let changed = || self.changes.range(range.clone());
        // So many may have nothing any more.
        let removed = u32::try_from(changed().count()).unwrap_or(u32::MAX);
        let most_there = most.saturating_add(removed);
        let mut keys = self.table.keys(&range.start..&range.end, most_there).await?;
        keys.retain(|key| !self.changes.contains_key(key));
        keys.extend(changed().filter(|(_, value)| value.is_some()).map(|(key, _)| key.clone()));
        sort(&mut keys);
        keys.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(keys)
    }

    async fn all_keys(&self, prefix: &[u8]) -> Result<Vec<Vec<u8>>, StoreError> {
        self.keys(beginning_with(prefix), u32::MAX).await
    }

    async fn rows(&self, range: Range<Vec<u8>>) -> Result<Vec<Row>, StoreError> {
        let mut rows = self.table.rows(&range.start..&range.end).await?;
        rows.retain(|(key, _)| !self.changes.contains_key(key));
        let changed = self.changes.range(range);
        rows.extend(changed.filter_map(|(key, value)| Some((key.clone(), value.clone()?))));
        sort(&mut rows);
        Ok(rows)
    }

    fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.changes.insert(key, Some(value));
    }

    fn drop_key(&mut self, key: Vec<u8>) {
        self.changes.insert(key, None);
    }

    async fn kept(&self, id: &DocumentId) -> Result<Option<Kept>, StoreError> {
        let Some(bytes) = self.get(&key::document(id)).await? else { return Ok(None) };
        Kept::from_bytes(*id, &bytes).map(Some).ok_or_else(|| damaged(id, "its entry"))
    }

    async fn make(&mut self, id: &DocumentId) -> Result<Kept, StoreError> {
        let key = key::single(Tag::Made);
        let made = self.get(&key).await?;
        let order = made.and_then(|bytes| Reader(&bytes).number()).unwrap_or(0);
        self.put(key, order.saturating_add(1).to_be_bytes().to_vec());
        Ok(Kept::new(*id, order))
    }
}

/// A row whose key or content is none that is written here.
fn damaged(id: &DocumentId, what: &str) -> StoreError {
    StoreError::Damaged { document: *id, part: format!("{what} is not what was written there") }
}

/// What a value has behind its check.
fn checked(id: &DocumentId, value: &[u8]) -> Result<(Check, Vec<u8>), StoreError> {
    let mut reader = Reader(value);
    let check = reader.take().ok_or_else(|| damaged(id, "a row"))?;
    Ok((check, reader.0.to_vec()))
}

impl<X: TableTransaction> Rows for KeyedTransaction<X> {
    async fn documents(&self) -> Result<Vec<Listing>, StoreError> {
        let mut found = Vec::new();
        for (key, bytes) in self.rows(beginning_with(&key::single(Tag::Document))).await? {
            // A row that cannot be listed hides no other.
            let id = key.get(1..).and_then(|id| id.try_into().ok()).map(DocumentId::from_bytes);
            found.extend(id.and_then(|id| Kept::from_bytes(id, &bytes)));
        }
        found.retain(|kept| !kept.entry.removed);
        sort_by_key(&mut found, |kept| kept.order);
        Ok(found.into_iter().map(|kept| kept.entry.listing).collect())
    }

    async fn document(&self, id: &DocumentId) -> Result<Option<Entry>, StoreError> {
        Ok(self.kept(id).await?.map(|kept| kept.entry))
    }

    async fn appends(&self, id: &DocumentId, after: u64) -> Result<Vec<Append>, StoreError> {
        let all = beginning_with(&key::of(Tag::Append, id));
        let range = key::numbered(id, after.saturating_add(1))..all.end;
        let mut appends = Vec::new();
        for (key, value) in self.rows(range).await? {
            let Placed { number, level, .. } =
                key::placed(&key).ok_or_else(|| damaged(id, "what was appended"))?;
            let (check, bytes) = checked(id, &value)?;
            appends.push(Append { number, level, bytes, check });
        }
        Ok(appends)
    }

    async fn tail(&self, id: &DocumentId) -> Result<Vec<Placed>, StoreError> {
        let keys = self.all_keys(&key::of(Tag::Append, id)).await?;
        let placed = keys.iter().map(|key| key::placed(key));
        placed.collect::<Option<_>>().ok_or_else(|| damaged(id, "what was appended"))
    }

    async fn part_names(&self, id: &DocumentId) -> Result<Vec<(PartName, Check)>, StoreError> {
        let keys = self.all_keys(&key::of(Tag::Part, id)).await?;
        let said = keys.iter().map(|key| key::parted(key).map(|(name, check, _)| (name, check)));
        said.collect::<Option<_>>().ok_or_else(|| damaged(id, "a part of its base"))
    }

    async fn parts(&self, id: &DocumentId) -> Result<Vec<Part>, StoreError> {
        let rows = self.rows(beginning_with(&key::of(Tag::Part, id))).await?;
        let part = |(key, bytes): Row| {
            key::parted(&key).map(|(name, check, _)| Part { name, bytes, check })
        };
        let parts = rows.into_iter().map(part);
        parts.collect::<Option<_>>().ok_or_else(|| damaged(id, "a part of its base"))
    }

    async fn waiting(&self, id: &DocumentId) -> Result<Vec<(Check, Vec<u8>)>, StoreError> {
        let rows = self.rows(beginning_with(&key::of(Tag::Waiting, id))).await?;
        let waits = |(key, bytes): Row| key::waited(&key).map(|(check, _)| (check, bytes));
        let waiting = rows.into_iter().map(waits);
        waiting.collect::<Option<_>>().ok_or_else(|| damaged(id, "a bundle that waits"))
    }

    async fn notes(&self, id: &DocumentId) -> Result<Vec<Note>, StoreError> {
        let mut notes = Vec::new();
        for (key, value) in self.rows(beginning_with(&key::of(Tag::Note, id))).await? {
            let number = key::noted(&key).ok_or_else(|| damaged(id, "a note"))?;
            // One that is too short for a check concerns itself alone: no check holds for it.
            let (check, bytes) = checked(id, &value).unwrap_or_default();
            notes.push(Note { number, bytes, check });
        }
        Ok(notes)
    }

    async fn write(&mut self, id: &DocumentId, writes: &[Write]) -> Result<(), StoreError> {
        if self.access == Access::Read {
            return Err(StoreError::ReadOnly);
        }
        let mut kept = match self.kept(id).await? {
            Some(kept) => kept,
            None if writes.first() == Some(&Write::Create) => self.make(id).await?,
            None => return Err(StoreError::UnknownDocument(*id)),
        };
        for write in writes {
            self.write_one(&mut kept, write).await?;
        }
        self.put(key::document(id), kept.to_bytes());
        Ok(())
    }

    async fn generation(&self) -> Result<Option<[u8; 16]>, StoreError> {
        let bytes = self.get(&key::single(Tag::Generation)).await?;
        Ok(bytes.and_then(|bytes| bytes.try_into().ok()))
    }

    async fn set_generation(&mut self, generation: [u8; 16]) -> Result<(), StoreError> {
        if self.access == Access::Read {
            return Err(StoreError::ReadOnly);
        }
        self.put(key::single(Tag::Generation), generation.to_vec());
        Ok(())
    }

    async fn commit(self) -> Result<(), StoreError> {
        self.table.commit(self.changes.into_iter().collect()).await
    }
}

/// Writing.
impl<X: TableTransaction> KeyedTransaction<X> {
    async fn write_one(&mut self, kept: &mut Kept, write: &Write) -> Result<(), StoreError> {
        let Entry { listing, removed, made, through, tips, .. } = &mut kept.entry;
        match write {
            Write::Create => {
                *made = made.saturating_add(u64::from(*removed));
                *removed = false;
            }
            Write::List { type_name, changes } => {
                listing.type_name = type_name.clone().or(listing.type_name.take());
                (listing.changes, listing.changed_at) = (*changes, self.now);
            }
            Write::Title(title) => listing.title.clone_from(title),
            Write::Append(append) => self.append(kept, append.number, append).await?,
            Write::Merge { from, by } => self.append(kept, *from, by).await?,
            Write::Note { from, by } => self.note(&kept.entry.listing.id, *from, by).await?,
            Write::Part(part) => self.part(kept, part).await?,
            Write::DropPart(name) => self.drop_part(kept, *name).await?,
            Write::Through(number) => {
                *through = *number;
                self.drop_appends(kept, 0, *number).await?;
            }
            Write::Wait { bytes, check, limit } => self.wait(kept, bytes, check, *limit).await?,
            Write::Awaited(check) => self.awaited(kept, check).await?,
            Write::Tips(new) => tips.clone_from(new),
            Write::Remove => self.remove(kept).await?,
        }
        Ok(())
    }

    /// Appends in place of what there is from a number on, up to its own.
    async fn append(
        &mut self,
        kept: &mut Kept,
        from: u64,
        append: &Append,
    ) -> Result<(), StoreError> {
        let Append { number, level, bytes, check } = append;
        if from <= kept.entry.last {
            self.drop_appends(kept, from, *number).await?;
        }
        let placed = Placed { number: *number, level: *level, bytes: bytes.len() as u64 };
        kept.entry.listing.bytes = kept.entry.listing.bytes.saturating_add(placed.bytes);
        kept.entry.last = kept.entry.last.max(*number);
        let value = [&check[..], bytes].concat();
        self.put(key::append(&kept.entry.listing.id, placed), value);
        Ok(())
    }

    async fn drop_appends(
        &mut self,
        kept: &mut Kept,
        from: u64,
        through: u64,
    ) -> Result<(), StoreError> {
        let listing = &mut kept.entry.listing;
        let end = match through.checked_add(1) {
            Some(end) => key::numbered(&listing.id, end),
            None => beginning_with(&key::of(Tag::Append, &listing.id)).end,
        };
        for key in self.keys(key::numbered(&listing.id, from)..end, u32::MAX).await? {
            let bytes = key::placed(&key).map_or(0, |placed| placed.bytes);
            listing.bytes = listing.bytes.saturating_sub(bytes);
            self.drop_key(key);
        }
        Ok(())
    }

    /// Notes in place of what there is from a number on, up to its own.
    async fn note(&mut self, id: &DocumentId, from: u64, note: &Note) -> Result<(), StoreError> {
        let end = match note.number.checked_add(1) {
            Some(end) => key::note(id, end),
            None => beginning_with(&key::of(Tag::Note, id)).end,
        };
        for key in self.keys(key::note(id, from)..end, u32::MAX).await? {
            self.drop_key(key);
        }
        self.put(key::note(id, note.number), [&note.check[..], &note.bytes].concat());
        Ok(())
    }

    async fn part(&mut self, kept: &mut Kept, part: &Part) -> Result<(), StoreError> {
        self.drop_part(kept, part.name).await?;
        let listing = &mut kept.entry.listing;
        let bytes = part.bytes.len() as u64;
        listing.bytes = listing.bytes.saturating_add(bytes);
        self.put(key::part(&listing.id, part.name, &part.check, bytes), part.bytes.clone());
        Ok(())
    }

    async fn drop_part(&mut self, kept: &mut Kept, name: PartName) -> Result<(), StoreError> {
        let listing = &mut kept.entry.listing;
        for key in self.all_keys(&key::named(&listing.id, name)).await? {
            let bytes = key::parted(&key).map_or(0, |(_, _, bytes)| bytes);
            listing.bytes = listing.bytes.saturating_sub(bytes);
            self.drop_key(key);
        }
        Ok(())
    }

    async fn wait(
        &mut self,
        kept: &mut Kept,
        bytes: &[u8],
        check: &Check,
        limit: u64,
    ) -> Result<(), StoreError> {
        let (id, length) = (kept.entry.listing.id, bytes.len() as u64);
        let waits = key::waits(&id, check);
        if self.get(&waits).await?.is_some() {
            return Ok(());
        }
        kept.last_waiting = kept.last_waiting.saturating_add(1);
        kept.waiting = kept.waiting.saturating_add(length);
        let key = key::waiting(&id, kept.last_waiting, check, length);
        self.put(waits, key.clone());
        self.put(key, bytes.to_vec());
        let range = beginning_with(&key::of(Tag::Waiting, &id));
        while kept.waiting > limit {
            let oldest = self.keys(range.clone(), LONGEST).await?;
            if oldest.is_empty() {
                kept.waiting = 0;
            }
            for key in oldest {
                if kept.waiting > limit {
                    self.wait_no_more(kept, key)?;
                }
            }
        }
        Ok(())
    }

    async fn awaited(&mut self, kept: &mut Kept, check: &Check) -> Result<(), StoreError> {
        match self.get(&key::waits(&kept.entry.listing.id, check)).await? {
            Some(key) => self.wait_no_more(kept, key),
            None => Ok(()),
        }
    }

    fn wait_no_more(&mut self, kept: &mut Kept, key: Vec<u8>) -> Result<(), StoreError> {
        let id = kept.entry.listing.id;
        let (check, bytes) =
            key::waited(&key).ok_or_else(|| damaged(&id, "a bundle that waits"))?;
        kept.waiting = kept.waiting.saturating_sub(bytes);
        self.drop_key(key::waits(&id, &check));
        self.drop_key(key);
        Ok(())
    }

    /// Nothing is left but how often it was made, and the tips.
    async fn remove(&mut self, kept: &mut Kept) -> Result<(), StoreError> {
        let Entry { listing, made, tips, .. } = &mut kept.entry;
        let (id, made, tips) = (listing.id, *made, core::mem::take(tips));
        for tag in [Tag::Append, Tag::Note, Tag::Part, Tag::Waiting, Tag::Waits] {
            for key in self.all_keys(&key::of(tag, &id)).await? {
                self.drop_key(key);
            }
        }
        *kept = Kept::new(id, kept.order);
        kept.entry = Entry { removed: true, made, tips, ..kept.entry.clone() };
        Ok(())
    }
}
