//! The protocol between two replicas, without IO.
//!
//! A [`Connection`] is one side. It never touches a document or a store: what it has to know it
//! [asks](Request), and its host answers when it can, from a store that waits or from memory. What
//! follows from a history alone is answered by [`Ask::on`].
//!
//! ```
//! use crdt_core::{Document, History, Keypair, Text};
//! use crdt_sync::protocol::{Answer, Ask, Connection, Fresh, Request, Role, Settings, Time};
//!
//! /// Answers what a connection asks, from a history.
//! fn serve(connection: &mut Connection, history: &mut History, now: Time) {
//!     while let Some((id, request)) = connection.poll_request() {
//!         let answer = match request {
//!             Request::Document { ask: Ask::TakeIn { bundles }, .. } => {
//!                 match history.apply(&bundles) {               // and make it durable
//!                     Ok(outcome) => Answer::taken(history, &outcome),
//!                     Err(error) => Answer::Invalid(error),
//!                 }
//!             }
//!             Request::Document { ask, .. } => ask.on(history),
//!             Request::Admit { .. } => Answer::Admitted,
//!             // Very many documents, which this host does not have.
//!             Request::Recall { .. } => Answer::Recalled(None),
//!             Request::Members { .. } => Answer::Failed,
//!         };
//!         connection.answer(now, id, answer);
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut text = Document::<Text>::create(Keypair::generate()?)?;
//! text.change(|text| text.push_str("Hello"))?;
//! let mut mine = History::new(text.id());
//! mine.apply(&text.export(&[]))?;
//! let mut yours = History::new(text.id());
//!
//! let now = Time::from_millis(0);
//! let dialer = Settings::new(Keypair::generate()?);
//! let listener = Settings::new(Keypair::generate()?);
//! let mut dialer = Connection::new(Role::Dialer, dialer, [1; 32], now);   // use randomness
//! let mut listener = Connection::new(Role::Listener, listener, [2; 32], now);
//! dialer.subscribe(text.id());
//! while mine.heads() != yours.heads() {
//!     serve(&mut dialer, &mut mine, now);
//!     while let Some(frame) = dialer.poll_transmit(now) {
//!         listener.receive(now, &frame)?;
//!     }
//!     serve(&mut listener, &mut yours, now);
//!     while let Some(frame) = listener.poll_transmit(now) {
//!         dialer.receive(now, &frame)?;
//!     }
//! }
//!
//! // What is made later, and is durable, follows.
//! let first = mine.len();
//! text.change(|text| text.push_str("!"))?;
//! mine.apply(&text.export(&mine.heads()))?;
//! dialer.local_change(text.id(), &Fresh::since(&mine, first));
//! # Ok(())
//! # }
//! ```
//!
//! # What a host has to see to
//!
//! - After every call that gives something in ([`receive`](Connection::receive),
//!   [`answer`](Connection::answer), [`subscribe`](Connection::subscribe), ...): poll requests,
//!   events and frames until there are none, and the time of the next timeout.
//! - Requests for one document are answered in their order. At most 64 are open at a time.
//! - What is told is durable: a version in an answer, and [`Fresh`] changes. Nothing else leaves,
//!   so nobody has a change that its author can lose and write another one in its place.
//! - [`Answer::taken`] is given when what was taken in is durable. Others that follow the document
//!   are told then ([`Fresh::since`]), on every connection but the one that it came from; also
//!   where only the record of the document came.
//! - Histories are signed to their end: those of a store are.

mod bundle;
mod channel;
mod closing;
mod collection;
mod connection;
mod digest;
mod event;
mod frame;
mod handshake;
mod presence;
mod request;
mod session;
mod settings;
mod time;
mod violation;
mod wire;

#[cfg(test)]
mod tests;

pub use closing::{Close, CloseReason};
pub use collection::{Held, Member};
pub use connection::Connection;
pub use event::{Closed, Event};
#[cfg(all(feature = "net", not(target_family = "wasm")))]
pub(crate) use frame::MAX_FRAME;
#[cfg(any(
    feature = "net",
    all(feature = "live", target_family = "wasm", target_os = "unknown")
))]
pub(crate) use frame::MAX_MESSAGE;
pub use frame::Refused;
#[cfg(all(feature = "net", not(target_family = "wasm")))]
pub(crate) use handshake::MAX_FRAME as MAX_HANDSHAKE_FRAME;
pub use presence::{MAX_PRESENCE, Presence, Presences};
pub use request::{Access, Answer, Ask, Basis, Fresh, Relation, Request, RequestId, Version};
pub use settings::{Credit, Role, Settings, Terms};
pub use time::Time;
pub use violation::{Limit, Malformed, Violation};
