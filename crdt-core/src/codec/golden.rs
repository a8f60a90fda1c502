//! The bytes of a register value of every shape that serde knows, and of every length that a head
//! of CBOR has. They are hashed and signed, so another version of the encoder must give the same.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::value;

#[derive(Serialize, Deserialize)]
struct Unit;

#[derive(Serialize, Deserialize)]
struct Newtype(u8);

#[derive(Serialize, Deserialize)]
struct Tuple(u8, bool);

#[derive(Serialize, Deserialize)]
struct Named {
    zeta: u8,
    #[serde(rename = "a")]
    alpha: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<u8>,
}

#[derive(Serialize, Deserialize)]
enum External {
    Unit,
    Newtype(u8),
    Tuple(u8, u8),
    Struct { x: u8 },
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Internal {
    Struct { x: u8 },
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", content = "of")]
enum Adjacent {
    Tuple(u8, u8),
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(u8),
    Text(String),
}

#[derive(Serialize, Deserialize)]
struct Bytes(#[serde(with = "as_bytes")] Vec<u8>);

mod as_bytes {
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        match ciborium::Value::deserialize(from)? {
            ciborium::Value::Bytes(bytes) => Ok(bytes),
            _ => Err(serde::de::Error::custom("not bytes")),
        }
    }
}

/// Asserts what a value is written as, and that it is read back as what is written so again.
#[track_caller]
fn assert_bytes<T: Serialize + DeserializeOwned>(value: &T, expected: &str) {
    let bytes = value::encode(value).expect("it can be encoded");
    let hex = bytes.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    assert_eq!(hex, expected);
    let again: T = value::decode(&bytes).expect("it can be decoded");
    assert_eq!(value::encode(&again).expect("it can be encoded"), bytes);
}

#[test]
fn scalars() {
    assert_bytes(&false, "f4");
    assert_bytes(&true, "f5");
    assert_bytes(&0u8, "00");
    assert_bytes(&23u8, "17");
    assert_bytes(&24u8, "1818");
    assert_bytes(&u8::MAX, "18ff");
    assert_bytes(&u16::MAX, "19ffff");
    assert_bytes(&u32::MAX, "1affffffff");
    assert_bytes(&u64::MAX, "1bffffffffffffffff");
    assert_bytes(&-1i8, "20");
    assert_bytes(&i8::MIN, "387f");
    assert_bytes(&i16::MIN, "397fff");
    assert_bytes(&i32::MIN, "3a7fffffff");
    assert_bytes(&i64::MIN, "3b7fffffffffffffff");
    assert_bytes(&7i64, "07");
    assert_bytes(&7u128, "07");
    assert_bytes(&u128::MAX, "c250ffffffffffffffffffffffffffffffff");
    assert_bytes(&i128::MIN, "c3507fffffffffffffffffffffffffffffff");
    assert_bytes(&0.0f64, "f90000");
    assert_bytes(&-0.0f64, "f98000");
    assert_bytes(&1.5f32, "f93e00");
    assert_bytes(&100_000.0f64, "fa47c35000");
    assert_bytes(&0.1f64, "fb3fb999999999999a");
    assert_bytes(&f64::INFINITY, "f97c00");
    assert_bytes(&f64::NEG_INFINITY, "f9fc00");
    assert_bytes(&f64::NAN, "f97e00");
    assert_bytes(&f32::NAN, "f97e00");
    assert_bytes(&'ß', "62c39f");
    assert_bytes(&String::new(), "60");
    assert_bytes(&"né".to_owned(), "636ec3a9");
    assert_bytes(&Bytes(vec![]), "40");
    assert_bytes(&Bytes(vec![0, 255]), "4200ff");
}

#[test]
fn options_and_units() {
    assert_bytes(&None::<u8>, "f6");
    assert_bytes(&Some(3u8), "03");
    assert_bytes(&(), "f6");
    assert_bytes(&Unit, "f6");
}

#[test]
fn sequences() {
    assert_bytes(&Vec::<u8>::new(), "80");
    assert_bytes(&vec![1u8, 2], "820102");
    assert_bytes(&vec![0u8; 24], &format!("9818{}", "00".repeat(24)));
    assert_bytes(&[1u8, 2], "820102");
    assert_bytes(&(1u8, "a".to_owned(), None::<u8>), "83016161f6");
    assert_bytes(&Newtype(5), "05");
    assert_bytes(&Tuple(5, true), "8205f5");
}

/// Entries are sorted by the bytes of their keys, whatever order they come in.
#[test]
fn maps_and_structs() {
    assert_bytes(&BTreeMap::<u8, u8>::new(), "a0");
    assert_bytes(&BTreeMap::from([(10u16, 1u8), (500, 2)]), "a20a011901f402");
    assert_bytes(&BTreeMap::from([(-1i8, 1u8), (1, 2)]), "a201022001");
    let texts = [("bb", 2u8), ("a", 1), ("c", 3)].map(|(key, value)| (key.to_owned(), value));
    assert_bytes(&HashMap::from(texts), "a361610161630362626202");
    let named = Named { zeta: 1, alpha: None, left_out: None };
    assert_bytes(&named, "a26161f6647a65746101");
}

#[test]
fn enums() {
    assert_bytes(&External::Unit, "64556e6974");
    assert_bytes(&External::Newtype(1), "a1674e65777479706501");
    assert_bytes(&External::Tuple(1, 2), "a1655475706c65820102");
    assert_bytes(&External::Struct { x: 1 }, "a166537472756374a1617801");
    assert_bytes(&Internal::Struct { x: 1 }, "a2617801646b696e6466537472756374");
    assert_bytes(&Adjacent::Tuple(1, 2), "a2626f66820102646b696e64655475706c65");
    assert_bytes(&Untagged::Number(1), "01");
    assert_bytes(&Untagged::Text("a".into()), "6161");
}
