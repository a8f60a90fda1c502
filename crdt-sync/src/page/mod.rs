//! A peer in a page of a browser: the protocol on one side, the browser's WebSocket and timers, and
//! documents of the app on the other. Everything is a task of the page.
//!
//! ```text
//!   peer      what the app has
//!   dialer    one address, again and again
//!   session   one connection: frames, time, what is asked and told
//!   desk      answering what is asked of documents
//!   hub       which documents are bound, and the queues to the connections
//! ```

mod desk;
mod dialer;
mod hub;
mod peer;
mod session;
mod sleep;
mod socket;

pub use peer::{Peer, PeerOptions};
