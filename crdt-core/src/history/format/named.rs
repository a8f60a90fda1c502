//! The heads of a version as a value of their own: to print, to parse, to keep.

use core::fmt;
use core::ops::Deref;
use core::slice;
use core::str::FromStr;
use std::vec;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use crate::codec::ParseIdError;
use crate::crypto::ChangeHash;
use crate::sorted::order;

/// What the version is called in which nothing was yet.
const START: &str = "start";

/// The heads of a version, ascending and each once, as something that an app keeps, prints and
/// parses: under a name that somebody gave the version, in a link, on a command line.
///
/// Whatever asks for the heads of a version takes them by reference.
///
/// ```
/// # use crdt_core::{Document, Heads, Keypair, Text};
/// # use std::collections::BTreeMap;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mut text = Document::<Text>::create(Keypair::generate()?)?;
/// text.change(|text| text.push_str("Hello"))?;
/// let mut names = BTreeMap::from([("first draft", text.heads())]);
/// text.change(|text| text.push_str(" world"))?;
///
/// let link = names["first draft"].to_string();
/// let heads: Heads = link.parse()?;
/// assert_eq!(text.at(&heads)?.read(), "Hello");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Heads(Vec<ChangeHash>);

/// Why a text names no version.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error(
    "{found:?} is no hash of a change: {cause}. A version is hashes of 64 digits with commas between \
     them, or `start`"
)]
pub struct ParseHeadsError {
    /// What stands between two commas.
    found: String,
    /// What is wrong with it.
    cause: ParseIdError,
}

impl From<Vec<ChangeHash>> for Heads {
    fn from(mut heads: Vec<ChangeHash>) -> Self {
        order::sort(&mut heads);
        heads.dedup();
        Self(heads)
    }
}

impl FromIterator<ChangeHash> for Heads {
    fn from_iter<I: IntoIterator<Item = ChangeHash>>(heads: I) -> Self {
        Self::from(Vec::from_iter(heads))
    }
}

impl From<Heads> for Vec<ChangeHash> {
    fn from(heads: Heads) -> Self {
        heads.0
    }
}

impl Deref for Heads {
    type Target = [ChangeHash];

    fn deref(&self) -> &[ChangeHash] {
        &self.0
    }
}

impl PartialEq<Vec<ChangeHash>> for Heads {
    fn eq(&self, other: &Vec<ChangeHash>) -> bool {
        self.0 == *other
    }
}

impl PartialEq<Heads> for Vec<ChangeHash> {
    fn eq(&self, other: &Heads) -> bool {
        *self == other.0
    }
}

impl PartialEq<[ChangeHash]> for Heads {
    fn eq(&self, other: &[ChangeHash]) -> bool {
        self.0 == other
    }
}

impl<const N: usize> PartialEq<[ChangeHash; N]> for Heads {
    fn eq(&self, other: &[ChangeHash; N]) -> bool {
        self.0 == other
    }
}

impl PartialEq<Heads> for [ChangeHash] {
    fn eq(&self, other: &Heads) -> bool {
        self == other.0
    }
}

impl IntoIterator for Heads {
    type Item = ChangeHash;
    type IntoIter = vec::IntoIter<ChangeHash>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Heads {
    type Item = &'a ChangeHash;
    type IntoIter = slice::Iter<'a, ChangeHash>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// All digits of each hash, with commas between them; `start` if there is none, which is the
/// version in which nothing was.
impl fmt::Display for Heads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((first, others)) = self.0.split_first() else { return f.write_str(START) };
        fmt::Display::fmt(first, f)?;
        others.iter().try_for_each(|head| write!(f, ",{head}"))
    }
}

/// Reads what `Display` writes, in any order, and with spaces around the commas.
impl FromStr for Heads {
    type Err = ParseHeadsError;

    fn from_str(text: &str) -> Result<Self, ParseHeadsError> {
        if text.trim() == START {
            return Ok(Self::default());
        }
        let heads = text.split(',').map(str::trim).map(|found| {
            found.parse().map_err(|cause| ParseHeadsError { found: found.to_owned(), cause })
        });
        heads.collect()
    }
}

/// As `Display` writes them in formats for people, as a sequence of hashes in others.
impl Serialize for Heads {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for Heads {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return deserializer.deserialize_str(Printed);
        }
        Vec::deserialize(deserializer).map(Self::from)
    }
}

/// Reads heads from text.
struct Printed;

impl de::Visitor<'_> for Printed {
    type Value = Heads;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hashes of 64 hexadecimal digits with commas between them, or `start`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Heads, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::value;

    fn heads(of: &[u8]) -> Heads {
        of.iter().map(|byte| ChangeHash([*byte; 32])).collect()
    }

    #[test]
    fn heads_are_read_as_they_are_written() {
        for heads in [heads(&[]), heads(&[7]), heads(&[9, 1, 9, 4])] {
            assert_eq!(heads.to_string().parse(), Ok(heads.clone()));
            let json = serde_json::to_string(&heads).expect("it has JSON");
            assert_eq!(json, format!("\"{heads}\""));
            assert_eq!(serde_json::from_str::<Heads>(&json).expect("it is one"), heads);
            let cbor = value::encode(&heads).expect("it has CBOR");
            assert!(cbor.len() < 100 + 34 * heads.len(), "bytes are written as bytes");
            assert_eq!(value::decode(&cbor), Some(heads));
        }
    }

    #[test]
    fn heads_have_one_order() {
        let [one, two] = [ChangeHash([1; 32]), ChangeHash([2; 32])];
        assert_eq!(format!("{two} ,{one},{two}").parse(), Ok(heads(&[1, 2])));
        assert_eq!(heads(&[2, 1, 2]), vec![one, two]);
        assert_eq!(Vec::from(heads(&[2, 1])), heads(&[1, 2]));
        assert_eq!(heads(&[]).to_string(), "start");
    }

    #[test]
    fn what_names_no_version_says_which_part_does_not() {
        let said = |text: &str| text.parse::<Heads>().expect_err("it is none").to_string();
        let one = ChangeHash([1; 32]);
        assert_eq!(
            said(&format!("{one},beef")),
            "\"beef\" is no hash of a change: expected 64 hexadecimal digits, found 4. A version is \
             hashes of 64 digits with commas between them, or `start`"
        );
        assert!(said("").starts_with("\"\" is no hash"));
        assert!(said(&format!("{one},")).starts_with("\"\" is no hash"));
    }
}
