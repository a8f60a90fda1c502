use serde::Serialize;

use super::CrdtNode;
use crate::codec::{value, write};
use crate::crypto::sha256;
use crate::history::Chains;
use crate::op::Key;

/// What tells plain values of one type apart, for [`update`](crate::Document::update): their
/// canonical bytes, every part such that its end is known.
///
/// Values with equal fingerprints need no op to become each other.
#[derive(Debug, Default)]
pub struct Fingerprint {
    bytes: Vec<u8>,
    unknown: bool,
}

impl Fingerprint {
    /// Adds a value that is written as a whole. Its encoding says where it ends.
    pub fn leaf<T: Serialize + ?Sized>(&mut self, value: &T) {
        if value::append(&mut self.bytes, value).is_err() {
            self.unknown();
        }
    }

    /// Adds the encoding of a value that is written as a whole.
    #[cfg(feature = "by-path")]
    pub(super) fn encoded(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Adds bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    /// Adds which variant it is, or how many parts follow.
    pub fn number(&mut self, number: usize) {
        write::varint(&mut self.bytes, number as u64);
    }

    /// Adds the key of an entry.
    pub(super) fn key(&mut self, key: Key<'_>) {
        match key {
            Key::Bool(bool) => self.number(usize::from(bool)),
            Key::Integer(integer) => self.bytes(&integer.to_be_bytes()),
            Key::Text(text) => self.bytes(text.as_bytes()),
            Key::Bytes(bytes) => self.bytes(&bytes),
        }
    }

    /// Adds whether there is a value, and the value.
    pub(super) fn option<T: CrdtNode>(&mut self, value: Option<&T::Value>) {
        self.number(usize::from(value.is_some()));
        if let Some(value) = value {
            T::fingerprint(value, self);
        }
    }

    /// Says that the value cannot be told apart, so that it counts as unlike any other.
    pub fn unknown(&mut self) {
        self.unknown = true;
    }

    fn of<T: CrdtNode>(value: &T::Value) -> Self {
        let mut print = Self::default();
        T::fingerprint(value, &mut print);
        print
    }

    fn of_key(key: Key<'_>) -> Self {
        let mut print = Self::default();
        print.key(key);
        print
    }

    /// Whether two values are known to be the same.
    pub(super) fn same<T: CrdtNode>(a: &T::Value, b: &T::Value) -> bool {
        Self::of::<T>(a).is(&Self::of::<T>(b))
    }

    /// Whether two values that are written as a whole are known to be the same.
    pub(super) fn same_leaf<T: Serialize>(a: &T, b: &T) -> bool {
        let [mut print, mut other] = [Self::default(), Self::default()];
        print.leaf(a);
        other.leaf(b);
        print.is(&other)
    }

    /// Whether a value that is written as a whole is known to have this encoding.
    pub(super) fn is_leaf<T: Serialize>(encoded: &[u8], value: &T) -> bool {
        let mut print = Self::default();
        print.leaf(value);
        !print.unknown && print.bytes == encoded
    }

    /// Whether both are known, and of the same value.
    pub(super) fn is(&self, other: &Self) -> bool {
        !self.unknown && !other.unknown && self.bytes == other.bytes
    }
}

/// What stands for an element while lists are compared. An element that is unlike any other is
/// told by a number of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Token {
    Known([u8; 32]),
    Unknown(usize),
}

/// Makes the tokens of elements.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    unknown: usize,
}

impl Tokens {
    /// The token of a value: of its key if it has one, otherwise of all of it.
    pub(super) fn of_value<T: CrdtNode>(&mut self, value: &T::Value) -> Token {
        let print = T::key(value).map_or_else(|| Fingerprint::of::<T>(value), Fingerprint::of_key);
        self.token(&print)
    }

    /// The token of what a state reads as.
    pub(super) fn of_state<T: CrdtNode>(&mut self, state: &T::State, chains: &Chains) -> Token {
        match T::key_in(state, chains) {
            Some(key) => self.token(&Fingerprint::of_key(key)),
            None => self.of_value::<T>(&T::value(state, chains)),
        }
    }

    /// The token of what has a fingerprint.
    pub(super) fn token(&mut self, print: &Fingerprint) -> Token {
        if print.unknown {
            self.unknown += 1;
            return Token::Unknown(self.unknown);
        }
        Token::Known(sha256(&print.bytes))
    }
}
