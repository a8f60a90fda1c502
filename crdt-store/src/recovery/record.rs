//! Rows in pages: the cells of leaves and of what lies above them, and the values in these.

use super::pages::{Page, View};

/// A value in a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Value {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

/// A row as it lies in a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Record {
    /// Its number, if it is in a table that has them.
    pub(super) number: Option<i64>,
    pub(super) values: Vec<Value>,
}

/// What a page is, as far as it has rows.
#[derive(Clone, Copy)]
enum Kind {
    /// A leaf of a table whose rows have numbers.
    Numbered,
    /// A leaf of an index, or of a table without numbers.
    Leaf,
    /// What lies above such leaves has rows too.
    Inner,
}

/// The rows in an image of a page that can be read, if it has any.
pub(super) fn records(view: &View<'_>, page: &Page<'_>) -> Vec<Record> {
    let Page { start, bytes } = *page;
    let (kind, header) = match bytes.get(start) {
        Some(0x0d) => (Kind::Numbered, 8),
        Some(0x0a) => (Kind::Leaf, 8),
        Some(0x02) => (Kind::Inner, 12),
        _ => return Vec::new(),
    };
    let pointers = bytes.get(start + header..).unwrap_or_default().chunks_exact(2);
    let count = bytes.get(start + 3..start + 5).map_or(0, place);
    let cells = pointers.take(count).map(place);
    cells.filter_map(|cell| record(view, bytes.get(cell..)?, kind)).collect()
}

fn place(bytes: &[u8]) -> usize {
    bytes.iter().fold(0, |place, byte| place << 8 | usize::from(*byte))
}

fn record(view: &View<'_>, cell: &[u8], kind: Kind) -> Option<Record> {
    let mut cell = Bytes(cell);
    if let Kind::Inner = kind {
        cell.take(4)?;
    }
    let length = usize::try_from(cell.varint()?).ok().filter(|length| *length <= view.len())?;
    let number = if let Kind::Numbered = kind { Some(cell.varint()?.cast_signed()) } else { None };
    let here = local(length, view.usable(), matches!(kind, Kind::Numbered));
    let begin = cell.take(here)?;
    if here == length {
        return Some(Record { number, values: values(begin)? });
    }
    let next = u32::try_from(place(cell.take(4)?)).ok()?;
    let whole = followed(view, begin, next, length)?;
    Some(Record { number, values: values(&whole)? })
}

/// How many bytes of a row lie in its cell.
fn local(length: usize, usable: usize, is_numbered: bool) -> usize {
    let part = |of: usize| (usable - 12) * of / 255 - 23;
    let most = if is_numbered { usable - 35 } else { part(64) };
    if length <= most {
        return length;
    }
    let least = part(32);
    let rest = least + (length - least) % (usable - 4);
    if rest <= most { rest } else { least }
}

/// What begins in a cell and goes on in other pages, each as it is now.
fn followed(view: &View<'_>, begin: &[u8], mut next: u32, length: usize) -> Option<Vec<u8>> {
    let mut whole = begin.to_vec();
    view.allows(length).then_some(())?;
    while whole.len() < length {
        let page = view.page(next).next()?;
        let more = (length - whole.len()).min(view.usable() - 4);
        whole.extend_from_slice(page.get(4..4 + more)?);
        next = u32::try_from(place(&page[..4])).ok()?;
    }
    Some(whole)
}

fn values(row: &[u8]) -> Option<Vec<Value>> {
    let mut header = Bytes(row);
    let length = usize::try_from(header.varint()?).ok()?;
    let mut body = Bytes(row.get(length..)?);
    let read = row.len() - header.0.len();
    let mut header = Bytes(row.get(read..length)?);
    let mut values = Vec::new();
    while !header.0.is_empty() {
        values.push(body.value(header.varint()?)?);
    }
    Some(values)
}

/// Bytes that are read from the front.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// Seven bits of each byte, the highest first, and all of the ninth.
    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for place in 0..9 {
            let byte = u64::from(self.take(1)?[0]);
            if place == 8 {
                return Some(value << 8 | byte);
            }
            value = value << 7 | byte & 0x7f;
            if byte < 0x80 {
                break;
            }
        }
        Some(value)
    }

    /// The value of a kind, as SQLite numbers these.
    fn value(&mut self, kind: u64) -> Option<Value> {
        let length = |from: u64| usize::try_from((kind - from) / 2).ok();
        Some(match kind {
            0 => Value::Null,
            1..=6 => self.integer([1, 2, 3, 4, 6, 8][usize::try_from(kind - 1).ok()?])?,
            // A number that is none of ours.
            7 => self.take(8).map(|_| Value::Null)?,
            8 | 9 => Value::Integer(i64::from(kind == 9)),
            10 | 11 => return None,
            _ if kind.is_multiple_of(2) => Value::Blob(self.take(length(12)?)?.to_vec()),
            _ => Value::Text(String::from_utf8_lossy(self.take(length(13)?)?).into_owned()),
        })
    }

    fn integer(&mut self, length: usize) -> Option<Value> {
        let bytes = self.take(length)?;
        let sign = if bytes[0] & 0x80 == 0 { 0 } else { -1 };
        let value = bytes.iter().fold(sign, |value, byte| value << 8 | i64::from(*byte));
        Some(Value::Integer(value))
    }
}
