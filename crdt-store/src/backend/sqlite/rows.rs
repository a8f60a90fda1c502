//! Rows as what they say.

use core::time::Duration;
use std::time::UNIX_EPOCH;

use crdt_core::DocumentId;
use rusqlite::Row;
use rusqlite::types::{FromSqlError, Type};

use crate::backend::{Append, Entry, Kind, Part, PartName, Placed};
use crate::listing::Listing;

/// id, `type_name`, title, changes, bytes, `changed_at`
pub(super) fn listing(row: &Row<'_>) -> rusqlite::Result<Listing> {
    let changed_at = Duration::from_millis(row.get(5)?);
    Ok(Listing {
        id: DocumentId::from_bytes(row.get(0)?),
        type_name: row.get(1)?,
        title: row.get(2)?,
        changes: row.get(3)?,
        bytes: row.get(4)?,
        changed_at: UNIX_EPOCH + changed_at,
    })
}

/// As a listing, and removed, last, through
pub(super) fn entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let listing = listing(row)?;
    Ok(Entry { listing, removed: row.get(6)?, last: row.get(7)?, through: row.get(8)? })
}

/// number, level, bytes, checked
pub(super) fn append(row: &Row<'_>) -> rusqlite::Result<Append> {
    let (number, level) = (row.get(0)?, row.get(1)?);
    Ok(Append { number, level, bytes: row.get(2)?, check: row.get(3)? })
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
