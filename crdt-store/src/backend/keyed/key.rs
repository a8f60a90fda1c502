//! Keys: what they say and in which order they lie. All numbers are big-endian.
//!
//! What a row is asked for without its content, its length and check among it, stands in its key.

use core::ops::Range;

use crdt_core::DocumentId;

use crate::backend::{Check, Kind, PartName, Placed};

/// What a key begins with.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(super) enum Tag {
    /// The mark of the place.
    Generation = b'G',
    /// How many documents were made here.
    Made = b'M',
    /// A document: its entry.
    Document = b'D',
    /// What was appended: number, level, length.
    Append = b'A',
    /// A part of the base: kind, first change, check, length.
    Part = b'P',
    /// A note of what can be undone: number.
    Note = b'N',
    /// What waits: number, check, length.
    Waiting = b'W',
    /// Where that lies, by its check.
    Waits = b'X',
}

/// The key of something that there is once.
pub(super) fn single(tag: Tag) -> Vec<u8> {
    vec![tag as u8]
}

/// What all keys of a kind begin with that a document has.
pub(super) fn of(tag: Tag, id: &DocumentId) -> Vec<u8> {
    [&[tag as u8], &id.as_bytes()[..]].concat()
}

/// From all that begins with this to the first that does not.
pub(super) fn beginning_with(prefix: &[u8]) -> Range<Vec<u8>> {
    let mut end = prefix.to_vec();
    while end.pop_if(|last| *last == u8::MAX).is_some() {}
    // Tags are letters, so something is left.
    if let Some(last) = end.last_mut() {
        *last += 1;
    }
    prefix.to_vec()..end
}

/// The key of an entry.
pub(super) fn document(id: &DocumentId) -> Vec<u8> {
    of(Tag::Document, id)
}

/// What all keys begin with of what was appended with a number.
pub(super) fn numbered(id: &DocumentId, number: u64) -> Vec<u8> {
    [&of(Tag::Append, id)[..], &number.to_be_bytes()].concat()
}

pub(super) fn append(id: &DocumentId, Placed { number, level, bytes }: Placed) -> Vec<u8> {
    [&numbered(id, number)[..], &[level], &bytes.to_be_bytes()].concat()
}

/// What the key of something that was appended says.
pub(super) fn placed(key: &[u8]) -> Option<Placed> {
    let mut reader = Reader::behind_prefix(key)?;
    let placed =
        Placed { number: reader.number()?, level: reader.byte()?, bytes: reader.number()? };
    reader.end().then_some(placed)
}

/// The key of a note with a number.
pub(super) fn note(id: &DocumentId, number: u64) -> Vec<u8> {
    [&of(Tag::Note, id)[..], &number.to_be_bytes()].concat()
}

/// What the key of a note says: its number.
pub(super) fn noted(key: &[u8]) -> Option<u64> {
    let mut reader = Reader::behind_prefix(key)?;
    let number = reader.number()?;
    reader.end().then_some(number)
}

/// What all keys begin with of a part with a name.
pub(super) fn named(id: &DocumentId, PartName { kind, first }: PartName) -> Vec<u8> {
    [&of(Tag::Part, id)[..], &[kind as u8], &first.to_be_bytes()].concat()
}

pub(super) fn part(id: &DocumentId, name: PartName, check: &Check, bytes: u64) -> Vec<u8> {
    [&named(id, name)[..], check, &bytes.to_be_bytes()].concat()
}

/// What the key of a part says: its name, its check and its length.
pub(super) fn parted(key: &[u8]) -> Option<(PartName, Check, u64)> {
    let mut reader = Reader::behind_prefix(key)?;
    let kind = match reader.byte()? {
        0 => Kind::Head,
        1 => Kind::Changes,
        2 => Kind::Outline,
        3 => Kind::State,
        4 => Kind::Check,
        _ => return None,
    };
    let name = PartName { kind, first: reader.number()? };
    let said = (name, reader.take()?, reader.number()?);
    reader.end().then_some(said)
}

pub(super) fn waiting(id: &DocumentId, number: u64, check: &Check, bytes: u64) -> Vec<u8> {
    [&of(Tag::Waiting, id)[..], &number.to_be_bytes(), check, &bytes.to_be_bytes()].concat()
}

/// What the key of something that waits says: its check and its length.
pub(super) fn waited(key: &[u8]) -> Option<(Check, u64)> {
    let mut reader = Reader::behind_prefix(key)?;
    reader.number()?;
    let said = (reader.take()?, reader.number()?);
    reader.end().then_some(said)
}

/// The key of where something lies that waits.
pub(super) fn waits(id: &DocumentId, check: &Check) -> Vec<u8> {
    [&of(Tag::Waits, id)[..], check].concat()
}

/// Takes bytes apart, front to back.
pub(super) struct Reader<'b>(pub(super) &'b [u8]);

impl<'b> Reader<'b> {
    /// Behind the tag and the document that a key begins with.
    fn behind_prefix(key: &'b [u8]) -> Option<Self> {
        let mut reader = Self(key);
        reader.take::<33>()?;
        Some(reader)
    }

    pub(super) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.take::<1>().map(|[byte]| byte)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        self.take().map(u64::from_be_bytes)
    }

    /// A length, and so many bytes.
    pub(super) fn bytes(&mut self) -> Option<&'b [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// Whether nothing is left.
    pub(super) fn end(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_what_begins_so_and_nothing_else() {
        let range = beginning_with(&[7, 255, 255]);
        assert_eq!(range, vec![7, 255, 255]..vec![8]);
        assert!(range.contains(&vec![7, 255, 255, 255, 255, 1]));
        let id = DocumentId::from_bytes([255; 32]);
        let range = beginning_with(&of(Tag::Append, &id));
        assert!(range.contains(&numbered(&id, u64::MAX)));
        assert!(!range.contains(&document(&DocumentId::from_bytes([0; 32]))));
    }

    #[test]
    fn keys_say_what_they_were_made_of_in_its_order() {
        let id = DocumentId::from_bytes([3; 32]);
        let row = |number| Placed { number, level: 2, bytes: 77 };
        assert_eq!(placed(&append(&id, row(5))), Some(row(5)));
        assert!(append(&id, row(255)) < append(&id, row(256)));
        let name = PartName { kind: Kind::State, first: 9 };
        assert_eq!(parted(&part(&id, name, &[4; 16], 6)), Some((name, [4; 16], 6)));
        assert_eq!(noted(&note(&id, 256)), Some(256));
        assert_eq!(waited(&waiting(&id, 1, &[4; 16], 6)), Some(([4; 16], 6)));
        let mut long = append(&id, row(5));
        long.push(0);
        assert_eq!(placed(&long), None);
    }
}
