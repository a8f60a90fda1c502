//! Writing into a byte vector.

/// Appends an unsigned integer as a LEB128 varint of minimal length, 1 to 10 bytes.
pub(crate) fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

/// Appends a length or count.
pub(crate) fn length(out: &mut Vec<u8>, value: usize) {
    varint(out, value as u64);
}

/// Appends a signed integer, zigzag-folded so that small magnitudes stay short.
pub(crate) fn signed(out: &mut Vec<u8>, value: i64) {
    varint(out, zigzag(value));
}

/// Folds a signed integer, so that small magnitudes become small integers.
pub(crate) fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// Undoes [`zigzag`].
pub(crate) fn unzigzag(folded: u64) -> i64 {
    (folded >> 1).cast_signed() ^ -(folded & 1).cast_signed()
}

/// Appends a length in bytes and then the bytes.
pub(crate) fn bytes(out: &mut Vec<u8>, value: &[u8]) {
    length(out, value.len());
    out.extend_from_slice(value);
}
