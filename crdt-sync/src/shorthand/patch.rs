//! Bytes as what they differ in from others that are much alike.
//!
//! A patch is a number of edits, and each of them: how many bytes of the base are copied, how many
//! of it are passed over then, and what comes in their place. What is left of the base is copied.

use super::ShorthandError as Error;
use super::bytes::{Reader, write_varint};

/// How far a writer looks for where the two go on alike.
const WINDOW: usize = 32;
/// How many bytes have to be alike for it to be worth another edit, which takes three.
const ALIKE: usize = 4;

/// Appends a patch that makes `new` of `base`. Costs a few steps for each byte, some hundred for
/// each byte of the base at worst.
pub(super) fn write(base: &[u8], new: &[u8], out: &mut Vec<u8>) {
    let (mut base, mut new) = (base, new);
    let (mut count, mut edits) = (0, Vec::new());
    loop {
        let copied = alike(base, new);
        (base, new) = (&base[copied..], &new[copied..]);
        if base.is_empty() && new.is_empty() {
            break;
        }
        let (passed, put) = next_edit(base, new);
        write_varint(&mut edits, copied);
        write_varint(&mut edits, passed);
        write_varint(&mut edits, put);
        edits.extend_from_slice(&new[..put]);
        (base, new) = (&base[passed..], &new[put..]);
        count += 1;
    }
    write_varint(out, count);
    out.append(&mut edits);
}

/// What a patch makes of `base`, if it is at most so many bytes.
pub(super) fn read(reader: &mut Reader<'_>, base: &[u8], limit: usize) -> Result<Vec<u8>, Error> {
    const LENGTH: &str = "patched bytes";
    let mut rest = base;
    let mut new = Vec::new();
    for _ in 0..reader.varint()? {
        let copied = reader.count(rest.len(), "part of a base")?;
        let (copied, after) = rest.split_at(copied);
        new.extend_from_slice(copied);
        rest = &after[reader.count(after.len(), "part of a base")?..];
        let put = reader.count(limit, LENGTH)?;
        new.extend_from_slice(reader.take(put)?);
        if new.len() > limit {
            return Err(Error::TooLarge(LENGTH));
        }
    }
    new.extend_from_slice(rest);
    if new.len() > limit { Err(Error::TooLarge(LENGTH)) } else { Ok(new) }
}

/// How many bytes both begin with.
fn alike(base: &[u8], new: &[u8]) -> usize {
    base.iter().zip(new).take_while(|(base, new)| base == new).count()
}

/// How much of both lies before they go on alike, or end alike. They do not begin alike.
fn next_edit(base: &[u8], new: &[u8]) -> (usize, usize) {
    for both in 1..=WINDOW {
        for passed in both.saturating_sub(new.len())..=both.min(base.len()) {
            let (base, new) = (&base[passed..], &new[both - passed..]);
            if base == new || alike(base, new) >= ALIKE {
                return (passed, both - passed);
            }
        }
    }
    let end = base.iter().rev().zip(new.iter().rev()).take_while(|(base, new)| base == new).count();
    (base.len() - end, new.len() - end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn patched(base: &[u8], new: &[u8]) -> Vec<u8> {
        let mut patch = Vec::new();
        write(base, new, &mut patch);
        let mut reader = Reader::new(&patch);
        assert_eq!(read(&mut reader, base, new.len()).as_deref(), Ok(new));
        assert!(reader.is_empty());
        patch
    }

    #[test]
    fn a_patch_says_what_differs() {
        assert_eq!(patched(b"", b""), [0]);
        assert_eq!(patched(b"same", b"same"), [0]);
        assert_eq!(patched(b"path 12 a", b"path 13 b"), b"\x01\x06\x03\x033 b");
        assert_eq!(patched(b"1 the same 2", b"33 the same 44"), b"\x02\0\x01\x0233\x0a\x01\x0244");
        assert_eq!(patched(b"gone and kept", b"and kept"), [1, 0, 5, 0]);
        assert_eq!(patched(b"", b"new"), b"\x01\0\0\x03new");
    }

    #[test]
    fn a_patch_stays_within_its_base_and_its_limit() {
        let read = |patch: &[u8], limit| read(&mut Reader::new(patch), b"base", limit);
        assert_eq!(read(&[0], 3), Err(Error::TooLarge("patched bytes")));
        assert_eq!(read(&[1, 5, 0, 0], 9), Err(Error::TooLarge("part of a base")));
        assert_eq!(read(&[1, 2, 3, 0], 9), Err(Error::TooLarge("part of a base")));
        assert_eq!(read(&[1, 0, 0, 9], 9), Err(Error::Truncated));
        assert_eq!(read(&[1, 0, 4, 10], 9), Err(Error::TooLarge("patched bytes")));
        // As many edits as can be said end with the bytes.
        assert_eq!(read(b"\xff\xff\xff\xff\x0f", 9), Err(Error::Truncated));
        assert_eq!(read(b"\xff\xff\xff\xff\x1f", 9), Err(Error::TooLarge("integer")));
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn patches_make_one_of_the_other(
            base in prop::collection::vec(0..4_u8, 0..80),
            new in prop::collection::vec(0..4_u8, 0..200),
            cut in any::<prop::sample::Index>(),
        ) {
            patched(&base, &new);
            let mut edited = base.clone();
            edited.splice(cut.index(base.len() + 1).., new.iter().copied().take(9));
            patched(&base, &edited);
        }

        #[test]
        fn no_bytes_make_reading_panic(patch in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(new) = read(&mut Reader::new(&patch), b"a base of some bytes", 64) {
                prop_assert!(new.len() <= 64);
            }
        }
    }
}
