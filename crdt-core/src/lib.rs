//! Typed, signed, collaborative documents.
