//! Replicas of one document.

use crdt_core::{CrdtNode, Document, Keypair};

/// The key of a writer in a story.
pub fn key(secret: u8) -> Keypair {
    Keypair::from_secret_bytes(&[secret; 32])
}

/// Two replicas of one new document, under keys 1 and 2.
pub fn two<T: CrdtNode>() -> (Document<T>, Document<T>) {
    let first = Document::create(key(1)).expect("the system has randomness");
    let second = Document::join(first.id(), key(2));
    (first, second)
}

/// Both get what the other has; afterwards they have the same.
pub fn sync<T: CrdtNode>(a: &mut Document<T>, b: &mut Document<T>) {
    a.merge(b).expect("replicas of one document");
    assert_eq!(a.heads(), b.heads());
    assert_eq!(a.digest(), b.digest());
}
