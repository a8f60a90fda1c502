//! Lower-case hexadecimal, the printed form of hashes, keys and ids.

use core::fmt;

use super::ParseIdError;

/// Writes `bytes` as lower-case hexadecimal.
pub(crate) fn write(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

/// Reads exactly `N` bytes of hexadecimal in either case.
pub(crate) fn parse<const N: usize>(text: &str) -> Result<[u8; N], ParseIdError> {
    let mut bytes = [0; N];
    let mut length = 0;
    for (position, char) in text.chars().enumerate() {
        let digit = char.to_digit(16).ok_or(ParseIdError::NotADigit { position, found: char })?;
        if let (Some(byte), Ok(digit)) = (bytes.get_mut(position / 2), u8::try_from(digit)) {
            *byte = *byte << 4 | digit;
        }
        length = position + 1;
    }
    if length != 2 * N {
        return Err(ParseIdError::WrongLength { expected: 2 * N, found: length });
    }
    Ok(bytes)
}
