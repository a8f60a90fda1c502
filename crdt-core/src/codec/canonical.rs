//! Which bytes are the one spelling of a value in CBOR.
//!
//! What a register reads as is decided by what of CBOR is read, so nothing is read but what
//! [`encode`](super::value::encode) writes: RFC 8949 section 4.2, and of tags only the two of
//! integers beyond 64 bits.

/// How many items there may be within each other, the outermost included.
pub(super) const MAX_DEPTH: usize = 128;

/// What a head begins.
enum Item<'a> {
    /// An item that holds no others, to its end.
    Whole,
    /// One that does.
    Holding(Open<'a>),
}

/// An array or map that has begun and not ended.
struct Open<'a> {
    /// The bytes from its head on.
    begun: &'a [u8],
    /// How many items it still holds; of a map, keys and values.
    left: usize,
    /// Of a map its last key, empty before the first.
    key: Option<&'a [u8]>,
}

/// Whether bytes are one item in the one spelling. O(bytes), and for keys of maps that lie in keys
/// as often again as they do; no memory unless items nest, and then a constant for each that is
/// open.
pub(super) fn is_canonical(bytes: &[u8]) -> bool {
    check(bytes).is_some()
}

fn check(bytes: &[u8]) -> Option<()> {
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut rest = bytes;
    loop {
        let mut begun = rest;
        if open.len() >= MAX_DEPTH {
            return None;
        }
        if let Item::Holding(container) = read_item(&mut rest)? {
            open.push(Open { begun, ..container });
            continue;
        }
        // An item has ended, and with it each container of which it was the last.
        loop {
            let Some(around) = open.last_mut() else {
                return rest.is_empty().then_some(());
            };
            around.take(&begun[..begun.len() - rest.len()])?;
            if around.left > 0 {
                break;
            }
            begun = open.pop()?.begun;
        }
    }
}

impl<'a> Open<'a> {
    /// Counts an item that has ended. Keys come in ascending order, each once.
    fn take(&mut self, item: &'a [u8]) -> Option<()> {
        if let Some(last) = self.key.as_mut().filter(|_| self.left.is_multiple_of(2)) {
            if *last >= item {
                return None;
            }
            *last = item;
        }
        self.left -= 1;
        Some(())
    }
}

/// Takes an item, or of one that has others within it the head.
fn read_item<'a>(rest: &mut &'a [u8]) -> Option<Item<'a>> {
    let head = take(rest, 1)?[0];
    if head >> 5 == 7 {
        return read_simple(head, rest).map(|()| Item::Whole);
    }
    let argument = read_argument(head & 0x1f, rest)?;
    match head >> 5 {
        0 | 1 => Some(Item::Whole),
        2 => take(rest, usize::try_from(argument).ok()?).map(|_| Item::Whole),
        3 => {
            let text = take(rest, usize::try_from(argument).ok()?)?;
            core::str::from_utf8(text).ok().map(|_| Item::Whole)
        }
        6 => read_wide_integer(argument, rest).map(|()| Item::Whole),
        major => {
            // Each item takes a byte, so more of them than bytes is refused before any is looked
            // for.
            let entries = usize::try_from(argument).ok().filter(|count| *count <= rest.len())?;
            let is_map = major == 5;
            let left = if is_map { entries.checked_mul(2)? } else { entries };
            let key = is_map.then_some([].as_slice());
            let holding = Item::Holding(Open { begun: &[], left, key });
            Some(if left > 0 { holding } else { Item::Whole })
        }
    }
}

/// Reads what a head counts or numbers, in as few bytes as it takes.
fn read_argument(short: u8, rest: &mut &[u8]) -> Option<u64> {
    let (argument, least) = match short {
        0..24 => return Some(short.into()),
        24 => (take(rest, 1)?[0].into(), 24),
        25 => (u16::from_be_bytes(take_array(rest)?).into(), 1 << 8),
        26 => (u32::from_be_bytes(take_array(rest)?).into(), 1 << 16),
        27 => (u64::from_be_bytes(take_array(rest)?), 1 << 32),
        _ => return None,
    };
    (argument >= least).then_some(argument)
}

/// False, true, null, or a float in as few bytes as hold its value; of NaNs there is one.
fn read_simple(head: u8, rest: &mut &[u8]) -> Option<()> {
    let shortest = match head & 0x1f {
        20..=22 => true,
        25 => {
            let bits = u16::from_be_bytes(take_array(rest)?);
            let is_nan = bits & 0x7fff > 0x7c00;
            !is_nan || bits == 0x7e00
        }
        26 => {
            let bits = u32::from_be_bytes(take_array(rest)?);
            !f32::from_bits(bits).is_nan() && !fits_half(bits)
        }
        27 => {
            let float = f64::from_be_bytes(take_array(rest)?);
            !float.is_nan() && !fits_single(float)
        }
        _ => false,
    };
    shortest.then_some(())
}

/// Whether a float of 32 bits, given its bits, is one of 16 bits: its exponent is in reach, and
/// what the significand has no room for is zero.
fn fits_half(bits: u32) -> bool {
    let zeros = (bits & 0x007f_ffff | 0x0080_0000).trailing_zeros();
    match bits >> 23 & 0xff {
        0 => bits << 1 == 0,
        0xff => true,
        // Below the exponent of -14 each step takes a bit of the significand; 127 stands for 0.
        exponent @ 103..113 => zeros >= 13 + 113 - exponent,
        113..=142 => zeros >= 13,
        _ => false,
    }
}

/// Whether a float of 64 bits is one of 32 bits.
#[expect(clippy::cast_possible_truncation, reason = "what is asked is whether something is lost")]
fn fits_single(float: f64) -> bool {
    f64::from(float as f32).to_bits() == float.to_bits()
}

/// What follows on the tag of an integer beyond 64 bits, and within 128: bytes that begin with no
/// zero.
fn read_wide_integer(tag: u64, rest: &mut &[u8]) -> Option<()> {
    let length = take(rest, 1)?[0].checked_sub(0x40)?;
    if !(2..=3).contains(&tag) || !(9..=16).contains(&length) {
        return None;
    }
    let bytes = take(rest, length.into())?;
    // A negative one is -1 - n, which 128 bits hold for an n below 2^127.
    let within = tag == 2 || length < 16 || bytes[0] < 0x80;
    (within && bytes[0] > 0).then_some(())
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

fn take_array<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, left) = rest.split_first_chunk()?;
    *rest = left;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    use ciborium::Value;
    use proptest::prelude::*;

    use super::is_canonical;
    use crate::codec::value::encode;

    /// The rule put otherwise: what ciborium reads is written again as the same bytes.
    fn comes_back(bytes: &[u8]) -> bool {
        let mut rest = bytes;
        let read = ciborium::de::from_reader_with_buffer::<Value, _>(&mut rest, &mut [0; 64]);
        let value = read.ok().filter(|_| rest.is_empty());
        value.and_then(written_anew).is_some_and(|again| again == bytes)
    }

    fn written_anew(mut value: Value) -> Option<Vec<u8>> {
        fn write(value: &Value) -> Vec<u8> {
            let mut bytes = Vec::new();
            ciborium::into_writer(value, &mut bytes).expect("a vector takes all bytes");
            bytes
        }
        fn sort(value: &mut Value) -> Option<()> {
            match value {
                Value::Float(float) if float.is_nan() => *float = f64::NAN,
                Value::Array(items) => items.iter_mut().try_for_each(sort)?,
                Value::Map(entries) => {
                    for (key, value) in entries.iter_mut() {
                        sort(key).and_then(|()| sort(value))?;
                    }
                    entries.sort_by_key(|(key, _)| write(key));
                    entries.dedup_by_key(|(key, _)| write(key));
                }
                // Read as a number, and so in order, if it is one that 128 bits hold.
                Value::Tag(2 | 3, bytes) if bytes.as_bytes().is_some_and(|b| b.len() <= 16) => {}
                Value::Tag(..) => return None,
                _ => {}
            }
            Some(())
        }
        sort(&mut value)?;
        Some(write(&value))
    }

    fn agree(bytes: &[u8]) {
        assert_eq!(is_canonical(bytes), comes_back(bytes), "{bytes:02x?}");
    }

    #[test]
    fn every_short_string_is_judged_like_one_that_comes_back() {
        agree(&[]);
        for a in 0..=255 {
            agree(&[a]);
            for b in 0..=255 {
                agree(&[a, b]);
                (0..=255).for_each(|c| agree(&[a, b, c]));
            }
        }
    }

    /// Every head with every length of argument that matters, followed by enough bytes.
    #[test]
    fn every_head_is_judged_like_one_that_comes_back() {
        let edges = [0u64, 1, 23, 24, 0xff, 0x100, 0xffff, 0x1_0000, 0xffff_ffff, 0x1_0000_0000];
        for head in 0..=255u8 {
            for argument in edges.into_iter().chain([u64::MAX, 1 << 63]) {
                let bytes = argument.to_be_bytes();
                for width in [0, 1, 2, 4, 8] {
                    for filling in [0, 0x41, 0xf6] {
                        for more in [0, 1, 2, 9, 16, 17, 23, 24, 48] {
                            let mut item = vec![head];
                            item.extend_from_slice(&bytes[8 - width..]);
                            item.resize(item.len() + more, filling);
                            agree(&item);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn floats_are_as_short_as_they_can_be() {
        for bits in 0..=u16::MAX {
            let [high, low] = bits.to_be_bytes();
            agree(&[0xf9, high, low]);
        }
        // Every exponent with significands whose last bit is each of the bits that there are.
        for exponent in 0..=0xff_u32 {
            for last in 0..=23 {
                let significand = (1_u32 << last) & 0x007f_ffff;
                for bits in [significand, 0x0040_0000 | significand] {
                    let bits = exponent << 23 | bits;
                    agree(&[[0xfa].as_slice(), &bits.to_be_bytes()].concat());
                    let wide = f64::from(f32::from_bits(bits));
                    agree(&[[0xfb].as_slice(), &wide.to_be_bytes()].concat());
                    let close = f64::from_bits(wide.to_bits() ^ 1);
                    agree(&[[0xfb].as_slice(), &close.to_be_bytes()].concat());
                }
            }
        }
    }

    #[test]
    fn wide_integers_are_as_short_as_they_can_be() {
        for tag in [0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xd8] {
            for length in 0..=18u8 {
                for first in [0, 1, 0x7f, 0x80, 0xff] {
                    let mut bytes = vec![tag, 0x40 | length, first];
                    bytes.resize(2 + usize::from(length), 0xff);
                    agree(&bytes);
                }
            }
        }
        for wide in [u128::MAX, 1 << 64, u128::from(u64::MAX), 1 << 127] {
            assert!(is_canonical(&encode(&wide).expect("encodes")), "{wide}");
        }
        for wide in [i128::MIN, -1 - (1 << 64), -(1 << 64), -(1 << 63)] {
            assert!(is_canonical(&encode(&wide).expect("encodes")), "{wide}");
        }
    }

    #[test]
    fn what_other_writers_may_write_is_refused() {
        let refused: [(&[u8], &str); 12] = [
            (b"\x18\x17", "an integer in two bytes"),
            (b"\x78\x01a", "a length in two bytes"),
            (b"\x7f\x61a\x61b\xff", "text in chunks"),
            (b"\x9f\x01\xff", "an array without a length"),
            (b"\xbf\x61a\x01\xff", "a map without a length"),
            (b"\xa2\x61b\x01\x61a\x02", "keys out of order"),
            (b"\xa2\x61a\x01\x61a\x02", "a key twice"),
            (b"\xa1\xa2\x02\x00\x01\x00\x00", "the same within a key"),
            (b"\xc1\x01", "a tag"),
            (b"\xf7", "undefined"),
            (b"\xf8\x20", "another simple value"),
            (b"\x62\xc3\x28", "text that is not UTF-8"),
        ];
        for (bytes, what) in refused {
            assert!(!is_canonical(bytes), "{what}");
            let within = [b"\x82\x01", bytes].concat();
            assert!(!is_canonical(&within), "{what}, in an array");
            agree(bytes);
        }
        assert!(!is_canonical(b"\x01\x01"), "two items");
        assert!(!is_canonical(b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff"), "more items than bytes");
        assert!(!is_canonical(b"\xbb\x7f\xff\xff\xff\xff\xff\xff\xff"), "more entries than bytes");
    }

    #[test]
    fn items_nest_to_a_depth() {
        let nested = |head: u8, depth: usize, end: &[u8]| [&vec![head; depth], end].concat();
        assert!(is_canonical(&nested(0x81, 127, b"\x00")));
        assert!(is_canonical(&nested(0x81, 127, b"\x80")));
        assert!(!is_canonical(&nested(0x81, 128, b"\x00")));
        assert!(!is_canonical(&nested(0x81, 1_000_000, b"\x00")));
        assert!(!is_canonical(&nested(0xa1, 1_000_000, b"\x00")));
    }

    fn trees() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<i128>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<f32>().prop_map(|float| Value::from(f64::from(float))),
            "\\PC{0,4}".prop_map(Value::from),
            any::<bool>().prop_map(Value::from),
            prop::collection::vec(any::<u8>(), 0..4).prop_map(Value::Bytes),
            Just(Value::Null),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
                prop::collection::vec((inner.clone(), inner), 0..4).prop_map(Value::Map),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_written_is_read(tree in trees()) {
            // A map can have a key twice, which is not written.
            if let Ok(bytes) = encode(&tree) {
                prop_assert!(is_canonical(&bytes), "{bytes:02x?}");
            }
        }

        /// One byte of what was written is changed.
        #[test]
        fn what_is_changed_is_judged_like_what_comes_back(
            tree in trees(), at: prop::sample::Index, byte: u8,
        ) {
            if let Ok(mut bytes) = encode(&tree) {
                let place = at.index(bytes.len());
                bytes[place] = byte;
                prop_assert_eq!(is_canonical(&bytes), comes_back(&bytes), "{:02x?}", bytes);
            }
        }
    }
}
