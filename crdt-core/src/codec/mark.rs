//! What data of each kind begins with, and what to do with data of a kind that was not asked for.

use super::{DecodeError, Reader};

/// A bundle; a byte for its form follows.
pub(crate) const BUNDLE: &[u8; 4] = b"CRDB";
/// A saved document, with the version of its encoding.
pub(crate) const SAVED: &[u8; 5] = b"CRDS\x01";
/// A frontier, in the same way.
pub(crate) const FRONTIER: &[u8; 5] = b"CRDF\x01";
/// A proof of equivocation, in the same way.
pub(crate) const PROOF: &[u8; 5] = b"CRDE\x01";

/// How many bytes tell the kinds apart.
const KIND: usize = 4;

/// The error for bytes that do not begin with this mark.
pub(crate) fn unexpected(bytes: &[u8], wanted: &[u8]) -> DecodeError {
    let kinds = [
        (&BUNDLE[..], "exported changes: `apply` takes them in"),
        (SAVED, "a saved document: `load` opens it"),
        (FRONTIER, "a frontier: `Frontier::from_bytes` reads it"),
        (PROOF, "a proof of equivocation: `EquivocationProof::from_bytes` reads it"),
    ];
    let of = |bytes: &[u8]| kinds.iter().find(|(mark, _)| bytes.starts_with(&mark[..KIND]));
    match of(bytes).or_else(|| of(framed(bytes))) {
        Some((mark, what)) if mark[..KIND] != wanted[..KIND] => DecodeError::AnotherKind(what),
        _ => DecodeError::WrongMagic,
    }
}

/// What follows on a length, as the bundles of an export do.
fn framed(bytes: &[u8]) -> &[u8] {
    let mut reader = Reader::new(bytes);
    reader.varint().map_or(&[], |_| reader.rest())
}
