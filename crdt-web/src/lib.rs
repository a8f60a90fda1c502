//! Documents in the browser: [`crdt_core`]'s documents, kept in [`IndexedDb`].
//!
//! A page has the [`Store`](crdt_store::Store) that a program has elsewhere, over a place that has to be
//! waited for: what is written is durable when the future comes to its end. Several tabs may have one
//! database open. Each brings in what the others wrote, under the lock that the database's own
//! transactions are, before it writes itself: all of them are one author, whose chain does not fork.
//!
//! ```
//! use crdt_core::CrdtNode;
//! # #[cfg(target_family = "wasm")]
//! use crdt_sync::{Live, Peer};
//! use crdt_web::IndexedDb;
//!
//! #[derive(CrdtNode)]
//! struct Board {
//!     title: String,
//!     tasks: Vec<String>,
//! }
//!
//! # #[cfg(target_family = "wasm")]
//! async fn run() -> Result<(), Box<dyn std::error::Error>> {
//!     let store = IndexedDb::store("boards").await?;
//!     let known = store.waiting().documents().await?;
//!     let board = Live::new(match known.first() {
//!         Some(known) => store.waiting().open_document::<Board>(known.id).await?,
//!         None => store.waiting().create::<Board>().await?,
//!     });
//!     let mut deltas = board.deltas().await;
//!     board.change(|board| board.tasks.push("Write docs".into())).await?; // durable when it is done
//!     let peer = Peer::connect(&store, "wss://relay.example.org")?;
//!     peer.bind(&board); // kept up to date, offline or not
//!     while deltas.next().await.is_some() {
//!         // From here, other tabs and others: `board.value()` is to be shown.
//!     }
//!     Ok(())
//! }
//! ```
//!
//! A [`Live`](crdt_sync::Live) is a document that is shared between tasks, and has a stream of deltas for
//! what shows it. A [`Peer`](crdt_sync::Peer) dials relays. [`Elected`] is for what one of several tabs
//! does for all.
//!
//! # Features
//!
//! - `js`, which is on by default: what JavaScript is given. [`wasm_document!`] exports the documents of a
//!   Rust type, for the npm package `crdt-web`. A page in Rust leaves it out, since whatever is exported
//!   is linked.
//!
//! `docs/browser.md` in the repository begins with a page from an empty folder on, and says what a
//! browser promises.

#![forbid(unsafe_code)]

mod election;
mod indexed_db;
#[cfg(feature = "js")]
mod js;

pub use election::{Elected, ElectionError};
pub use indexed_db::{IndexedDb, IndexedDbError};
#[cfg(feature = "js")]
pub use js::{RawDocument, RawEdits, RawType};
#[cfg(all(feature = "js", target_family = "wasm", target_os = "unknown"))]
pub use js::{RawStore, RawStored};
