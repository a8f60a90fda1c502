//! The one spelling of a value in CBOR: what is written in any other is not read.

use ciborium::Value;

/// How many items there may be within each other.
const MAX_DEPTH: usize = 128;

/// Reads exactly one value, which is written again as the same bytes.
pub(crate) fn read(mut payload: &[u8]) -> Option<Value> {
    let given = payload;
    let value: Value =
        ciborium::de::from_reader_with_recursion_limit(&mut payload, MAX_DEPTH).ok()?;
    (payload.is_empty() && write(&value, MAX_DEPTH)? == given).then_some(value)
}

fn write(value: &Value, depth: usize) -> Option<Vec<u8>> {
    let within = depth.checked_sub(1)?;
    let (mut out, parts) = match value {
        Value::Array(items) => {
            let parts = items.iter().map(|item| write(item, within)).collect::<Option<Vec<_>>>()?;
            (head(4, items.len()), parts)
        }
        Value::Map(entries) => {
            let entry = |(key, value)| Some((write(key, within)?, write(value, within)?));
            let mut parts: Vec<(Vec<u8>, Vec<u8>)> = entries
                .iter()
                .map(|(key, value)| (key, value))
                .map(entry)
                .collect::<Option<_>>()?;
            parts.sort();
            if parts.windows(2).any(|pair| pair[0].0 == pair[1].0) {
                return None;
            }
            (head(5, entries.len()), parts.into_iter().flat_map(|(a, b)| [a, b]).collect())
        }
        Value::Tag(2 | 3, number) if number.as_bytes()?.len() <= 16 => (scalar(value), Vec::new()),
        Value::Tag(..) => return None,
        Value::Float(float) if float.is_nan() => (vec![0xf9, 0x7e, 0], Vec::new()),
        _ => (scalar(value), Vec::new()),
    };
    out.extend(parts.into_iter().flatten());
    Some(out)
}

fn scalar(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    ciborium::into_writer(value, &mut out).expect("a vector takes all bytes");
    out
}

/// The head of an array or map: that of an integer with the kind of item instead of 0.
fn head(kind: u8, count: usize) -> Vec<u8> {
    let mut out = scalar(&Value::from(count as u64));
    out[0] |= kind << 5;
    out
}
