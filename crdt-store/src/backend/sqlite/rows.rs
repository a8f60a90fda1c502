//! Rows as what they say.

use core::time::Duration;
use std::time::UNIX_EPOCH;

use crdt_core::{Author, ChangeHash, DocumentId};
use rusqlite::Row;
use rusqlite::types::{FromSqlError, Type};

use crate::backend::{Append, Entry, Kind, Note, Part, PartName, Placed, Tip};
use crate::listing::Listing;

/// id, `type_name`, title, changes, bytes, `changed_at`
///
/// All documents are listed, whatever one of these says: no text is refused, and no number.
pub(super) fn listing(row: &Row<'_>) -> rusqlite::Result<Listing> {
    let changed_at = Duration::from_millis(count(row, 5)?);
    Ok(Listing {
        id: DocumentId::from_bytes(row.get(0)?),
        type_name: text(row, 1)?,
        title: text(row, 2)?,
        changes: count(row, 3)?,
        bytes: count(row, 4)?,
        changed_at: UNIX_EPOCH.checked_add(changed_at).unwrap_or(UNIX_EPOCH),
    })
}

fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<String>> {
    let bytes = row.get_ref(column)?.as_bytes_or_null()?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
}

fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get(column).map(|count: i64| u64::try_from(count).unwrap_or(0))
}

/// As a listing, and removed, made, last, through, tips
pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let tips: Vec<u8> = row.get(10)?;
    Ok(Entry {
        listing: listing(row)?,
        removed: row.get(6)?,
        made: row.get(7)?,
        last: row.get(8)?,
        through: row.get(9)?,
        tips: tips_of(&tips),
    })
}

/// Tips as their column has them: of each the author and the change.
pub(crate) fn tips_of(bytes: &[u8]) -> Vec<Tip> {
    let (halves, _) = bytes.as_chunks::<32>();
    let tip = |[author, change]: &[[u8; 32]; 2]| {
        let author = Author::from_bytes(*author).ok()?;
        Some(Tip { author, change: ChangeHash::from_bytes(*change) })
    };
    halves.as_chunks::<2>().0.iter().filter_map(tip).collect()
}

/// What [`tips_of`] reads.
pub(super) fn bytes_of(tips: &[Tip]) -> Vec<u8> {
    tips.iter().flat_map(|tip| [*tip.author.as_bytes(), *tip.change.as_bytes()]).flatten().collect()
}

/// number, level, bytes, checked
pub(super) fn append(row: &Row<'_>) -> rusqlite::Result<Append> {
    let (number, level) = (row.get(0)?, row.get(1)?);
    Ok(Append { number, level, bytes: row.get(2)?, check: row.get(3)? })
}

/// number, checked, bytes
///
/// What is no check holds for no bytes. So it concerns this row alone.
pub(super) fn note(row: &Row<'_>) -> rusqlite::Result<Note> {
    let check = row.get(1).unwrap_or_default();
    Ok(Note { number: row.get(0)?, check, bytes: row.get(2)? })
}

/// number, level, length
pub(super) fn placed(row: &Row<'_>) -> rusqlite::Result<Placed> {
    Ok(Placed { number: row.get(0)?, level: row.get(1)?, bytes: row.get(2)? })
}

/// kind, first
pub(super) fn part_name(row: &Row<'_>) -> rusqlite::Result<PartName> {
    let kind: String = row.get(0)?;
    let unknown = || {
        let unknown = FromSqlError::Other(format!("no kind of part is called {kind}").into());
        rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(unknown))
    };
    let kind = KINDS.into_iter().find(|known| kind_name(*known) == kind).ok_or_else(unknown)?;
    Ok(PartName { kind, first: row.get(1)? })
}

/// kind, first, bytes, checked
pub(super) fn part(row: &Row<'_>) -> rusqlite::Result<Part> {
    Ok(Part { name: part_name(row)?, bytes: row.get(2)?, check: row.get(3)? })
}

const KINDS: [Kind; 5] = [Kind::Head, Kind::Changes, Kind::Outline, Kind::State, Kind::Check];

pub(super) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Head => "head",
        Kind::Changes => "changes",
        Kind::Outline => "outline",
        Kind::State => "state",
        Kind::Check => "check",
    }
}
