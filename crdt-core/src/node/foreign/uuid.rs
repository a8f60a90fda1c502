//! `Uuid` is a leaf and a key, of 16 bytes in both.

use serde::{Serialize, Serializer};
use uuid::Uuid;

use super::foreign_leaves;
use crate::node::key::bytes_of;
use crate::node::{MapKey, StandardDefault};
use crate::op::Key;

foreign_leaves! {
    Uuid as "uuid::Uuid": StandardDefault;
}

impl MapKey for Uuid {
    fn to_key(&self) -> Key<'_> {
        Key::Bytes(self.as_bytes().as_slice().into())
    }

    fn key_type() -> &'static str {
        "uuid"
    }

    fn from_key(key: Key<'_>) -> Option<Self> {
        bytes_of(key).map(Self::from_bytes)
    }

    fn serialize_key<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }
}
