//! Two replicas and a connection between them, flight by flight.

mod host;
mod pair;
mod replica;

mod false_ack;
mod handshake;
mod reconcile;
mod rights;
mod table;
