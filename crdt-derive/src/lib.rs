//! The derive macro of `crdt-core`.
