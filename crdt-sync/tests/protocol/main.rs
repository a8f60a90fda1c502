//! Two replicas and a connection between them, flight by flight.

mod pair;
mod replica;

mod handshake;
mod reconcile;
