//! The wire format written once more, from its description and without the crate's encoder.
//!
//! It shows that the format can be implemented from its description, and it writes what an
//! honest writer never would: every part of a change and of a bundle can be set to anything.

mod bundle;
mod change;
mod frontier;
mod op;
mod proof;

pub use bundle::{Bundle, frame};
pub use change::{Draft, Genesis, Hash, Writer};
pub use frontier::frontier;
pub use op::{Op, Place, Segment};
pub use proof::{Proof, Route};

/// Appends an unsigned integer, seven bits a byte, the lowest first.
pub fn varint(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = u8::try_from(value % 128).expect("seven bits");
        value /= 128;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low + 128);
    }
}

/// Appends a length and then the bytes.
pub fn bytes(out: &mut Vec<u8>, value: &[u8]) {
    varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

/// A value in CBOR, as register payloads are.
pub fn cbor<T: serde::Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut out = Vec::new();
    ciborium::into_writer(value, &mut out).expect("a vector takes all bytes");
    out
}
