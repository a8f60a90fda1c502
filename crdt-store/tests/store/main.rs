//! The store as an app uses it, and as the world treats it.

mod conforming;
mod costs;
mod damage;
mod files;
mod golden;
mod keys;
#[cfg(unix)]
mod places;
mod processes;
mod tools;
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
