//! Hashes and keys, abbreviated as far as that tells them apart.

use core::fmt::Display;

use thiserror::Error;

/// How many digits are shown where they are enough.
const DIGITS: usize = 8;

/// How many digits of a hash tell so many changes apart, without looking at them. Two agree in them
/// once in thousands of documents; who names one of these is asked for more digits.
pub(crate) fn digits_for(changes: usize) -> usize {
    // Among n hashes of b bits two agree with a probability of n^2 / 2^(b + 1).
    let bits = 2 * changes.checked_ilog2().map_or(0, |log| log as usize + 1) + 12;
    bits.div_ceil(4).max(DIGITS)
}

/// Names of one kind that are known, ascending.
pub(crate) struct Names<T> {
    all: Vec<T>,
    digits: usize,
}

/// Why an abbreviation stands for nothing.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
pub(crate) enum Unnamed {
    #[error("{0:?} is not hexadecimal digits")]
    NotDigits(String),
    #[error("no {what} here begins with {digits}")]
    Unknown { what: &'static str, digits: String },
    #[error("{digits} is the beginning of {count} {what}s, {first} and others: give more digits")]
    Ambiguous { what: &'static str, digits: String, count: usize, first: String },
}

impl<T: Copy + Ord + Display> Names<T> {
    /// The names that are known, in any order. They must be ordered as their digits are.
    pub(crate) fn new(names: impl Iterator<Item = T>) -> Self {
        let mut all: Vec<T> = names.collect();
        all.sort_unstable();
        all.dedup();
        let shared = |pair: &[T]| {
            let [one, other] = [pair[0].to_string(), pair[1].to_string()];
            one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count()
        };
        let digits = all.windows(2).map(shared).max().map_or(DIGITS, |shared| shared + 1);
        Self { all, digits: digits.max(DIGITS) }
    }

    /// How many digits tell all names apart.
    pub(crate) fn digits(&self) -> usize {
        self.digits
    }

    /// As few digits as tell all names apart.
    pub(crate) fn short(&self, name: &T) -> String {
        let mut digits = name.to_string();
        digits.truncate(self.digits);
        digits
    }

    /// The name that begins so.
    pub(crate) fn find(&self, digits: &str, what: &'static str) -> Result<T, Unnamed> {
        if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(Unnamed::NotDigits(digits.to_owned()));
        }
        let digits = digits.to_ascii_lowercase();
        let start = self.all.partition_point(|name| name.to_string() < digits);
        let fits = |name: &&T| name.to_string().starts_with(&digits);
        let found: Vec<&T> = self.all[start..].iter().take_while(fits).collect();
        match found.as_slice() {
            [] => Err(Unnamed::Unknown { what, digits }),
            [name] => Ok(**name),
            [first, ..] => {
                let first = self.short(first);
                Err(Unnamed::Ambiguous { what, digits, count: found.len(), first })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crdt_core::ChangeHash;

    use super::*;

    fn names(firsts: &[[u8; 5]]) -> Names<ChangeHash> {
        Names::new(firsts.iter().map(|first| {
            let mut bytes = [0; 32];
            bytes[..5].copy_from_slice(first);
            ChangeHash::from_bytes(bytes)
        }))
    }

    #[test]
    fn names_are_as_short_as_tells_them_apart() {
        let few = names(&[[1, 2, 3, 4, 5], [0xff, 2, 3, 4, 5]]);
        assert_eq!(few.short(&few.all[0]), "01020304");
        let alike = names(&[[1, 2, 3, 4, 0x50], [1, 2, 3, 4, 0x5f]]);
        assert_eq!(alike.short(&alike.all[1]), "010203045f");
    }

    #[test]
    fn hashes_are_longer_the_more_there_are() {
        let digits = [0, 1, 1_000, 1_000_000].map(digits_for);
        assert_eq!(digits, [8, 8, 8, 13]);
    }

    #[test]
    fn abbreviations_are_found_if_they_are_of_one_name() {
        let names = names(&[[0x0a, 1, 0, 0, 0], [0x0a, 2, 0, 0, 0], [0xff; 5]]);
        assert_eq!(names.find("0A02", "change"), Ok(names.all[1]));
        assert_eq!(names.find(&names.all[2].to_string(), "change"), Ok(names.all[2]));
        let error = |digits| names.find(digits, "change").map_err(|error| error.to_string());
        for (digits, message) in [
            ("0a", "0a is the beginning of 2 changes, 0a010000 and others: give more digits"),
            ("0b", "no change here begins with 0b"),
            ("", "\"\" is not hexadecimal digits"),
            ("0x", "\"0x\" is not hexadecimal digits"),
        ] {
            assert_eq!(error(digits), Err(message.to_owned()));
        }
    }
}
