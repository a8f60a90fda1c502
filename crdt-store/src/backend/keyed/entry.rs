//! What is kept of a document beside its rows, as bytes.

use core::time::Duration;
use std::time::SystemTime;

use crdt_core::{Author, ChangeHash, DocumentId};

use super::key::Reader;
use crate::backend::{Entry, Tip};
use crate::listing::Listing;

/// An entry, and what is counted of the document here.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Kept {
    pub(super) entry: Entry,
    /// Its place in the order in which documents were made here.
    pub(super) order: u64,
    /// How many bytes wait.
    pub(super) waiting: u64,
    /// The number of what began to wait last.
    pub(super) last_waiting: u64,
}

impl Kept {
    /// A document with nothing in it.
    pub(super) fn new(id: DocumentId, order: u64) -> Self {
        let entry = Entry {
            listing: Listing::new(id),
            removed: false,
            made: 1,
            last: 0,
            through: 0,
            tips: Vec::new(),
        };
        Self { entry, order, waiting: 0, last_waiting: 0 }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let Self { entry, order, waiting, last_waiting } = self;
        let Entry { listing, removed, made, last, through, tips } = entry;
        let since = listing.changed_at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        let numbers = [*order, *waiting, *last_waiting, *made, *last, *through];
        let listed = [listing.changes, listing.bytes, millis];
        let mut bytes = vec![u8::from(*removed)];
        bytes.extend(numbers.iter().chain(&listed).flat_map(|number| number.to_be_bytes()));
        for text in [&listing.type_name, &listing.title] {
            bytes.push(u8::from(text.is_some()));
            let text = text.as_deref().unwrap_or_default();
            bytes.extend((text.len() as u64).to_be_bytes());
            bytes.extend(text.bytes());
        }
        for Tip { author, change } in tips {
            bytes.extend(author.as_bytes());
            bytes.extend(change.as_bytes());
        }
        bytes
    }

    /// `None` if it is not what was written.
    pub(super) fn from_bytes(id: DocumentId, bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        let removed = reader.byte()? != 0;
        let mut numbers = [0; 9];
        for number in &mut numbers {
            *number = reader.number()?;
        }
        let [order, waiting, last_waiting, made, last, through, changes, bytes, millis] = numbers;
        let (Text(type_name), Text(title)) = (text(&mut reader)?, text(&mut reader)?);
        let mut tips = Vec::new();
        while !reader.end() {
            let author = Author::from_bytes(reader.take()?).ok()?;
            tips.push(Tip { author, change: ChangeHash::from_bytes(reader.take()?) });
        }
        let changed_at = SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis))?;
        let listing = Listing { id, type_name, title, changes, bytes, changed_at };
        let entry = Entry { listing, removed, made, last, through, tips };
        Some(Self { entry, order, waiting, last_waiting })
    }
}

/// A text that may be absent.
struct Text(Option<String>);

fn text(reader: &mut Reader<'_>) -> Option<Text> {
    let is_there = reader.byte()? != 0;
    let text = String::from_utf8(reader.bytes()?.to_vec()).ok()?;
    Some(Text(is_there.then_some(text)))
}

#[cfg(test)]
mod tests {
    use crdt_core::Keypair;

    use super::*;

    #[test]
    fn an_entry_is_read_as_it_was_written_and_never_in_part() {
        let mut kept = Kept::new(DocumentId::from_bytes([1; 32]), 4);
        (kept.waiting, kept.last_waiting) = (70, 3);
        let entry = &mut kept.entry;
        (entry.last, entry.through, entry.removed) = (9, 5, true);
        (entry.listing.bytes, entry.listing.changes) = (1000, 12);
        (entry.listing.type_name, entry.listing.title) = (Some("Board".into()), Some("Ä".into()));
        entry.listing.changed_at += Duration::from_millis(77);
        let author = Keypair::from_secret_bytes(&[2; 32]).author();
        entry.tips.push(Tip { author, change: ChangeHash::from_bytes([8; 32]) });
        let (id, bytes) = (entry.listing.id, kept.to_bytes());
        assert_eq!(Kept::from_bytes(id, &bytes), Some(kept));
        let without_tips = bytes.len() - 64;
        let shorter =
            (0..bytes.len()).filter(|length| Kept::from_bytes(id, &bytes[..*length]).is_some());
        assert_eq!(shorter.collect::<Vec<_>>(), [without_tips]);
    }
}
