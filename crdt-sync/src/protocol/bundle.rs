//! Bundles on the way: without what every one of a document begins with.

use crdt_core::DocumentId;

use super::wire::put_bytes;

/// What a bundle begins with, before its form.
const MARK: &[u8; 4] = b"CRDB";
/// Mark, form, and whether it has the record of the document.
const HEAD: usize = 6;

/// A bundle without its mark, and without the id of its document if it has one. It comes after its
/// length.
pub(super) fn without_document(framed: &[u8], document: &DocumentId) -> Vec<u8> {
    let length = framed.iter().position(|byte| byte & 0x80 == 0).map_or(0, |last| last + 1);
    let (head, rest) = framed[length..].split_at_checked(HEAD).unwrap_or((&framed[length..], &[]));
    let mut bytes = head.get(MARK.len()..).unwrap_or_default().to_vec();
    let is_bare = head.last() == Some(&0);
    let stripped = rest.strip_prefix(document.as_bytes()).filter(|_| is_bare);
    bytes.extend_from_slice(stripped.unwrap_or(rest));
    bytes
}

/// The bundle again, after its length. `None` if it is none.
pub(super) fn with_document(bytes: &[u8], document: &DocumentId) -> Option<Vec<u8>> {
    let (head, rest) = bytes.split_at_checked(HEAD - MARK.len())?;
    let mut bundle = [&MARK[..], head].concat();
    if head[1] == 0 {
        bundle.extend_from_slice(document.as_bytes());
    }
    bundle.extend_from_slice(rest);
    let mut framed = Vec::with_capacity(bundle.len() + 4);
    put_bytes(&mut framed, &bundle);
    Some(framed)
}
