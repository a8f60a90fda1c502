//! How much a bundle holds, and how much it may.

use super::header::CHANGE_BYTES;
use crate::codec::{DecodeError, Reader, write};

/// Changes in one bundle.
pub const MAX_BUNDLE_CHANGES: usize = 1 << 20;
/// Ops in one bundle.
pub const MAX_BUNDLE_OPS: usize = 1 << 24;
/// Canonical bytes of the bodies and headers in one bundle: 256 MiB.
pub const MAX_BUNDLE_BYTES: usize = 1 << 28;

/// Canonical bytes that a bundle may hold for each of its own bytes, beside
/// [`MAX_BUNDLE_EXPANSION_BASE`]. A writer whose columns are denser takes rows, which never are.
pub const MAX_BUNDLE_EXPANSION: usize = 1024;
/// Canonical bytes that any bundle may hold, however short it is: 64 KiB.
pub const MAX_BUNDLE_EXPANSION_BASE: usize = 1 << 16;

/// Canonical bytes that all packs of a saved history together may hold for each of their bytes,
/// beside [`MAX_PACKS_EXPANSION_BASE`]. A full pack is so long that the base of its bundle is less
/// than what this is above [`MAX_BUNDLE_EXPANSION`].
const MAX_PACKS_EXPANSION: usize = MAX_BUNDLE_EXPANSION + 16;
/// Canonical bytes that all packs of a saved history together may hold, however short they are:
/// 1 MiB, the bases of sixteen. Fewer of those that are written are not full, since each such pack
/// is a fourth of the one before it or less.
const MAX_PACKS_EXPANSION_BASE: usize = 16 * MAX_BUNDLE_EXPANSION_BASE;

/// What a bundle states before anything else.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) changes: usize,
    pub(crate) ops: usize,
    pub(crate) bytes: usize,
}

impl Totals {
    pub(crate) fn add(&mut self, other: Self) {
        self.changes += other.changes;
        self.ops += other.ops;
        self.bytes += other.bytes;
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut total = |limit: usize, what| match usize::try_from(reader.varint()?) {
            Ok(total) if total <= limit => Ok(total),
            _ => Err(DecodeError::OverLimit(what)),
        };
        Ok(Self {
            changes: total(MAX_BUNDLE_CHANGES, "changes of a bundle")?,
            ops: total(MAX_BUNDLE_OPS, "ops of a bundle")?,
            bytes: total(MAX_BUNDLE_BYTES, "bytes of a bundle")?,
        })
    }

    /// Refuses what no bundle of a length can hold.
    pub(crate) fn check(self, length: usize) -> Result<(), DecodeError> {
        if !Self::fits(self.bytes, length) {
            return Err(DecodeError::TooDense);
        }
        let possible = self.changes <= self.bytes / CHANGE_BYTES;
        if possible { Ok(()) } else { Err(DecodeError::WrongTotals) }
    }

    /// Whether a bundle of a length may hold so many canonical bytes.
    pub(crate) fn fits(bytes: usize, length: usize) -> bool {
        let most = length.saturating_mul(MAX_BUNDLE_EXPANSION);
        bytes <= most.saturating_add(MAX_BUNDLE_EXPANSION_BASE)
    }

    /// Whether packs that are so long together may hold so many canonical bytes.
    pub(crate) fn fits_packs(bytes: usize, length: usize) -> bool {
        let most = length.saturating_mul(MAX_PACKS_EXPANSION);
        bytes <= most.saturating_add(MAX_PACKS_EXPANSION_BASE)
    }

    pub(crate) fn write(self, out: &mut Vec<u8>) {
        for total in [self.changes, self.ops, self.bytes] {
            write::length(out, total);
        }
    }

    /// Takes a part away.
    pub(crate) fn spend(&mut self, part: Self) -> Result<(), DecodeError> {
        let sub = |whole: usize, part| whole.checked_sub(part).ok_or(DecodeError::WrongTotals);
        self.changes = sub(self.changes, part.changes)?;
        self.ops = sub(self.ops, part.ops)?;
        self.bytes = sub(self.bytes, part.bytes)?;
        Ok(())
    }
}
