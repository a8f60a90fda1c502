use super::{
    ColumnReader, ColumnWriter, DecodeError, Reader, read_block, value, write, write_block,
};
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

/// Arrays in arrays, closed by a number: `depth` bytes and one.
fn nest(depth: usize) -> Vec<u8> {
    let mut bytes = vec![0x81; depth];
    bytes.push(0);
    bytes
}

#[test]
fn short_values_nest_as_deeply_as_long_ones() {
    let is_read = |depth| value::decode::<ciborium::Value>(&nest(depth)).is_some();
    assert!(is_read(1) && is_read(127) && !is_read(128) && !is_read(129));
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

proptest! {
    #[test]
    fn columns_are_read_back(parts in prop::collection::vec((any::<u64>(), 1..9usize), 0..40)) {
        let values: Vec<u64> =
            parts.iter().flat_map(|(value, times)| core::iter::repeat_n(value >> 40, *times)).collect();
        let mut writer = ColumnWriter::default();
        for value in &values {
            writer.push(*value);
        }
        let bytes = writer.finish();
        let mut reader = ColumnReader::new(&bytes);
        for value in &values {
            prop_assert_eq!(reader.read(), Ok(*value));
        }
        prop_assert_eq!(reader.finish(), Ok(()));
        prop_assert_eq!(reader.read(), Err(DecodeError::Truncated));
    }

    #[test]
    fn distances_lead_back(values in prop::collection::vec((any::<u32>(), any::<u32>()), 0..20)) {
        let mut writer = ColumnWriter::default();
        for (value, near) in &values {
            writer.push_near(*value, *near);
        }
        let bytes = writer.finish();
        let mut reader = ColumnReader::new(&bytes);
        for (value, near) in values {
            prop_assert_eq!(reader.read_near(near), Ok(value));
        }
    }

    #[test]
    fn blocks_are_read_back(content in prop::collection::vec(0..4u8, 0..400)) {
        let mut bytes = Vec::new();
        write_block(&mut bytes, &content);
        prop_assert_eq!(read_block(&mut Reader::new(&bytes), content.len()), Ok(content));
    }
}

#[test]
fn a_long_run_takes_few_bytes() {
    let mut writer = ColumnWriter::default();
    (0..1_000_000).for_each(|_| writer.push(7));
    assert_eq!(writer.finish().len(), 4);
}

#[test]
fn blocks_that_do_not_hold_what_they_announce() {
    let mut block = Vec::new();
    write_block(&mut block, &vec![0; 100_000]);
    assert!(block.len() < 200, "compressed to {} bytes", block.len());
    let read = |bytes: &[u8], most| read_block(&mut Reader::new(bytes), most).map(|b| b.len());
    assert_eq!(read(&block, 100_000), Ok(100_000));
    assert_eq!(read(&block, 99_999), Err(DecodeError::OverLimit("bytes of a block")));
    let announcing = |length: u64| {
        let mut bytes = Vec::new();
        write::varint(&mut bytes, length);
        bytes.extend_from_slice(&block[3..]);
        bytes
    };
    assert_eq!(read(&announcing(99_999), 1 << 20), Err(DecodeError::BadCompression));
    assert_eq!(read(&announcing(100_001), 1 << 20), Err(DecodeError::BadCompression));
    assert_eq!(read(&announcing(1 << 40), usize::MAX), Err(DecodeError::BadCompression));
    assert_eq!(read(&block[..block.len() - 1], 1 << 20), Err(DecodeError::Truncated));
}

#[test]
fn payloads_that_tell_their_length_need_none_stated() {
    let told: [&[u8]; 8] = [
        b"\x17",
        b"\x38\x64",
        b"\x1b\0\0\0\x01\0\0\0\0",
        b"\x60",
        b"\x64Plan",
        b"\x42ab",
        b"\xf5",
        b"\xfb\x3f\xf0\x66\x66\x66\x66\x66\x66",
    ];
    let untold: [&[u8]; 8] =
        [b"\x80", b"\x81\0", b"\xa0", b"\xc2\x41\x01", b"\0\0", b"\x64Pla", b"\x19\x01", b"\xff"];
    for payload in told.into_iter().chain(untold) {
        let stated = value::stated_length(payload);
        assert_eq!(stated == 0, told.contains(&payload), "{payload:x?}");
        let followed = [payload, b"more"].concat();
        let mut reader = Reader::new(&followed);
        assert_eq!(value::take(&mut reader, stated), Ok(payload));
        assert_eq!(reader.rest(), b"more");
    }
    for short in [b"\x7b\xff\xff\xff\xff\xff\xff\xff\xff".as_slice(), b"\x64Pla", b"\x80", b""] {
        assert_eq!(value::take(&mut Reader::new(short), 0), Err(DecodeError::Truncated));
    }
}

/// Of every row of integers one column is read.
#[test]
fn columns_have_no_parts_that_could_be_fewer() {
    let read = |bytes: &[u8]| {
        let mut reader = ColumnReader::new(bytes);
        while reader.finish().is_err() {
            reader.read()?;
        }
        Ok(())
    };
    assert_eq!(read(&[6, 5, 5, 6, 7]), Ok(()));
    let longer: [&[u8]; 5] = [&[1], &[0, 5], &[3, 5, 3, 6], &[6, 5, 6, 5], &[6, 5, 5, 6, 7, 1]];
    for column in longer {
        assert_eq!(read(column), Err(DecodeError::NotShortest("a column")), "{column:?}");
    }
}

#[test]
fn blocks_are_compressed_only_where_that_is_shorter() {
    // A stream of nothing, and of one byte.
    for (length, packed) in [(0, &[3, 0][..]), (1, &[0x4b, 4, 0])] {
        let mut block = Vec::new();
        write::length(&mut block, length);
        write::bytes(&mut block, packed);
        let read = read_block(&mut Reader::new(&block), 100);
        assert_eq!(read, Err(DecodeError::NotShortest("a block")));
    }
}
