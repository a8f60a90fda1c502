//! The store as an app uses it, and as the world treats it.

mod conforming;
mod costs;
mod damage;
mod files;
mod golden;
mod keys;
mod losses;
#[cfg(unix)]
mod misuse;
mod own;
#[cfg(unix)]
mod places;
mod processes;
mod sessions;
mod slow;
mod tools;
mod undo;
mod waiting;
mod world;
mod wrapped;

use crdt_core::{CrdtNode, Keypair};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Note {
    title: String,
    #[crdt(text)]
    body: String,
    lines: Vec<String>,
}

fn key(number: u8) -> Keypair {
    Keypair::from_secret_bytes(&[number; 32])
}

/// So many words, no two of which are the same.
fn text(words: u32) -> String {
    let word = |number: u32| number.wrapping_mul(2_654_435_769).to_string();
    (0..words).map(word).collect::<Vec<_>>().join(" ")
}
