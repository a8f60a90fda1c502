//! Two replicas and a connection between them, flight by flight.

mod host;
mod pair;
mod replica;

mod handshake;
mod reconcile;
mod table;
