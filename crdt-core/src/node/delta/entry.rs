use core::fmt;

use serde::{Serialize, Serializer};

use super::DeltaError;
use super::value::{ValueOf, same};
use crate::node::CrdtNode;

/// What became of an entry of a map, or of an optional node.
pub enum EntryDelta<T: CrdtNode> {
    /// It was absent and is present, with this value.
    Inserted(T::Value),
    /// It was present and is absent.
    Removed,
    /// It was and is present, and something in it changed.
    Changed(T::Delta),
}

/// The delta of what is present before or after; given what states read as, and the delta of two.
pub(in crate::node) fn entry_delta<S, T: CrdtNode>(
    before: Option<S>,
    after: Option<S>,
    value: impl FnOnce(S) -> T::Value,
    delta: impl FnOnce(S, S) -> Option<T::Delta>,
) -> Option<EntryDelta<T>> {
    match (before, after) {
        (None, None) => None,
        (None, Some(after)) => Some(EntryDelta::Inserted(value(after))),
        (Some(_), None) => Some(EntryDelta::Removed),
        (Some(before), Some(after)) => delta(before, after).map(EntryDelta::Changed),
    }
}

impl<T: CrdtNode> EntryDelta<T> {
    /// Makes the entry before the entry after.
    ///
    /// # Errors
    /// [`DeltaError`] if it is another one than the entry before; what is in it may have been
    /// changed in part then.
    pub fn apply(&self, entry: &mut Option<T::Value>) -> Result<(), DeltaError> {
        match (self, &mut *entry) {
            (Self::Inserted(value), None) => *entry = Some(T::copy_value(value)),
            (Self::Inserted(_), Some(_)) => return Err(DeltaError::Present),
            (Self::Removed, Some(_)) => *entry = None,
            (Self::Changed(delta), Some(value)) => T::apply_delta(value, delta)?,
            (Self::Removed | Self::Changed(_), None) => return Err(DeltaError::Absent),
        }
        Ok(())
    }
}

impl<T: CrdtNode> Clone for EntryDelta<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Inserted(value) => Self::Inserted(T::copy_value(value)),
            Self::Removed => Self::Removed,
            Self::Changed(delta) => Self::Changed(delta.clone()),
        }
    }
}

impl<T: CrdtNode> PartialEq for EntryDelta<T> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Inserted(a), Self::Inserted(b)) => same::<T>(a, b),
            (Self::Removed, Self::Removed) => true,
            (Self::Changed(a), Self::Changed(b)) => a == b,
            _ => false,
        }
    }
}

impl<T: CrdtNode> fmt::Debug for EntryDelta<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inserted(value) => f.debug_tuple("Inserted").field(&ValueOf::<T>(value)).finish(),
            Self::Removed => f.write_str("Removed"),
            Self::Changed(delta) => f.debug_tuple("Changed").field(delta).finish(),
        }
    }
}

/// As `{"inserted": ..}`, `"removed"` or `{"changed": ..}`.
impl<T: CrdtNode> Serialize for EntryDelta<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const NAME: &str = "EntryDelta";
        match self {
            Self::Inserted(value) => {
                serializer.serialize_newtype_variant(NAME, 0, "inserted", &ValueOf::<T>(value))
            }
            Self::Removed => serializer.serialize_unit_variant(NAME, 1, "removed"),
            Self::Changed(delta) => serializer.serialize_newtype_variant(NAME, 2, "changed", delta),
        }
    }
}
