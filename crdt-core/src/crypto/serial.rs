//! Names of 32 bytes in the formats of serde: text for people, bytes for others.

use core::fmt;

use serde::{Deserializer, Serializer, de};

use crate::codec::hex;

/// Writes a name, given as it is printed and as bytes.
pub(super) fn serialize<S: Serializer>(
    printed: &impl fmt::Display,
    bytes: &[u8; 32],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        serializer.collect_str(printed)
    } else {
        serializer.serialize_bytes(bytes)
    }
}

/// Reads what [`serialize`] wrote.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<[u8; 32], D::Error> {
    if deserializer.is_human_readable() {
        deserializer.deserialize_str(Name)
    } else {
        deserializer.deserialize_bytes(Name)
    }
}

struct Name;

impl<'de> de::Visitor<'de> for Name {
    type Value = [u8; 32];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("64 hexadecimal digits or 32 bytes")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<[u8; 32], E> {
        hex::parse(text).map_err(E::custom)
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<[u8; 32], E> {
        bytes.try_into().map_err(|_| E::invalid_length(bytes.len(), &self))
    }

    /// Some formats have no bytes and write a sequence of numbers.
    fn visit_seq<A: de::SeqAccess<'de>>(self, mut numbers: A) -> Result<[u8; 32], A::Error> {
        let mut bytes = [0; 32];
        for (position, byte) in bytes.iter_mut().enumerate() {
            let next = numbers.next_element()?;
            *byte = next.ok_or_else(|| de::Error::invalid_length(position, &self))?;
        }
        Ok(bytes)
    }
}
