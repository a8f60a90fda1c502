//! What one writes on a whiteboard when asked what happens: small stories with the values they end in.

mod authorship;
mod changes;
mod collections;
mod conflicts;
mod delivery;
mod editing;
mod evolution;
mod flips;
mod inspection;
mod json;
mod json_values;
mod keystrokes;
mod lists;
mod paths;
mod reading;
mod registers;
mod saved;
mod schemas;
mod serialized;
mod slices;
mod taken_back;
#[path = "../trace/mod.rs"]
mod trace;
mod traces;
mod updates;

use crdt_core::{CrdtNode, Document, Keypair};

/// The key of a writer in a story.
fn key(secret: u8) -> Keypair {
    Keypair::from_secret_bytes(&[secret; 32])
}

/// Two replicas of one new document, under keys 1 and 2.
fn two<T: CrdtNode>() -> (Document<T>, Document<T>) {
    let first = Document::create(key(1)).expect("the system has randomness");
    let second = Document::join(first.id(), key(2));
    (first, second)
}

/// Both get what the other has; afterwards they have the same.
fn sync<T: CrdtNode>(a: &mut Document<T>, b: &mut Document<T>) {
    a.merge(b).expect("replicas of one document");
    assert_eq!(a.heads(), b.heads());
    assert_eq!(a.digest(), b.digest());
}
