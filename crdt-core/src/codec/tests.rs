use super::{DecodeError, Reader, value, write};
use proptest::prelude::*;

fn varint(bytes: &[u8]) -> Result<u64, DecodeError> {
    let mut reader = Reader::new(bytes);
    let value = reader.varint()?;
    reader.finish()?;
    Ok(value)
}

#[test]
fn every_short_spelling_is_read_back_or_refused() {
    for a in 0..=255u8 {
        for b in 0..=255u8 {
            for bytes in [&[a][..], &[a, b][..]] {
                if let Ok(value) = varint(bytes) {
                    let mut again = Vec::new();
                    write::varint(&mut again, value);
                    assert_eq!(again, bytes, "two spellings of {value}");
                }
            }
        }
    }
}

#[test]
fn overlong_and_overflowing_integers_are_refused() {
    assert_eq!(varint(&[0x80, 0x00]), Err(DecodeError::NonMinimalVarint));
    assert_eq!(varint(&[0xff; 10]), Err(DecodeError::VarintOverflow));
    assert_eq!(varint(&[0xff; 11]), Err(DecodeError::VarintOverflow));
    assert_eq!(varint(&[0x80]), Err(DecodeError::Truncated));
    let mut largest = vec![0xff; 9];
    largest.push(1);
    assert_eq!(varint(&largest), Ok(u64::MAX));
}

#[test]
fn a_claimed_count_beyond_the_input_is_refused() {
    let mut bytes = Vec::new();
    write::varint(&mut bytes, u64::MAX);
    assert_eq!(Reader::new(&bytes).count(1), Err(DecodeError::Truncated));
    assert_eq!(Reader::new(&[3, 0, 0]).count(1), Err(DecodeError::Truncated));
    assert_eq!(Reader::new(&[2, 0, 0]).count(1), Ok(2));
}

#[test]
fn cbor_is_deterministic() {
    let one = [("bb", 1), ("a", 2), ("aaa", 3)];
    let map: std::collections::HashMap<_, _> = one.into_iter().collect();
    let bytes = value::encode(&map).expect("encodes");
    assert_eq!(bytes, b"\xa3\x61a\x02\x62bb\x01\x63aaa\x03");
    assert_eq!(value::encode(&1.5f64).expect("encodes"), b"\xf9\x3e\x00");
    let other_nan = f64::from_bits(0x7ff8_0000_0000_0001);
    assert_eq!(value::encode(&other_nan).expect("encodes"), b"\xf9\x7e\x00");
    assert_eq!(value::encode(&-f64::NAN).expect("encodes"), b"\xf9\x7e\x00");
    assert_eq!(value::encode(&-1i8).expect("encodes"), value::encode(&-1i128).expect("encodes"));
}

#[test]
fn nesting_is_bounded_both_ways() {
    let deep = vec![0x81; 100_000];
    assert_eq!(value::decode::<ciborium::Value>(&deep), None);
    let mut nested = serde_json::json!(1);
    for _ in 0..200 {
        nested = serde_json::json!([nested]);
    }
    assert!(value::encode(&nested).is_err());
}

proptest! {
    #[test]
    fn integers_round_trip(unsigned: u64, signed: i64) {
        let mut bytes = Vec::new();
        write::varint(&mut bytes, unsigned);
        write::signed(&mut bytes, signed);
        let mut reader = Reader::new(&bytes);
        prop_assert_eq!(reader.varint(), Ok(unsigned));
        prop_assert_eq!(reader.signed(), Ok(signed));
        prop_assert_eq!(reader.finish(), Ok(()));
    }

    #[test]
    fn wide_integers_and_floats_round_trip(wide: i128, huge: u128, float: f64) {
        prop_assert_eq!(value::decode::<i128>(&value::encode(&wide).expect("encodes")), Some(wide));
        prop_assert_eq!(value::decode::<u128>(&value::encode(&huge).expect("encodes")), Some(huge));
        let back = value::decode::<f64>(&value::encode(&float).expect("encodes")).expect("decodes");
        prop_assert!(back.to_bits() == float.to_bits() || back.is_nan() && float.is_nan());
    }
}
