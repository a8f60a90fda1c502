use core::any::TypeId;

use sha2::{Digest as _, Sha256};

use super::NodeState;
use crate::crypto::domain;

/// The version of how states are written. Under another one they are built from the changes.
const VERSION: usize = 1;

/// Describes what a type of state takes: two types with one description build the same state from
/// the same changes.
///
/// Names, their aliases, kinds of nodes and types of leaves are part of it. The definition of a type
/// that is kept in a register as a whole is not: its values are decoded anew whenever a state is
/// read.
#[derive(Debug)]
pub struct Schema {
    hasher: Sha256,
    /// Types that have been described or are being described, for types that contain themselves.
    seen: Vec<TypeId>,
}

impl Schema {
    /// The hash of the description of a type.
    pub(crate) fn of<S: NodeState>() -> [u8; 32] {
        let mut schema = Self { hasher: Sha256::new(), seen: Vec::new() };
        schema.hasher.update(domain::SCHEMA);
        schema.number(VERSION);
        schema.node::<S>();
        schema.hasher.finalize().into()
    }

    /// A node nested in the one that is being described.
    pub fn node<S: NodeState>(&mut self) {
        let this = TypeId::of::<S>();
        if let Some(known) = self.seen.iter().position(|seen| *seen == this) {
            self.word("again");
            self.number(known);
            return;
        }
        self.seen.push(this);
        S::describe(self);
        self.word("end");
    }

    /// A kind of node, or what else there is to say of one.
    pub fn word(&mut self, word: &str) {
        self.number(word.len());
        self.hasher.update(word.as_bytes());
    }

    /// A field or a variant with its former names, and its node.
    pub fn named<S: NodeState>(&mut self, name: &str, aliases: &[&str]) {
        self.names(name, aliases);
        self.node::<S>();
    }

    /// A name and former names.
    pub(super) fn names(&mut self, name: &str, aliases: &[&str]) {
        self.word(name);
        self.number(aliases.len());
        aliases.iter().for_each(|alias| self.word(alias));
    }

    pub(super) fn number(&mut self, number: usize) {
        self.hasher.update((number as u64).to_le_bytes());
    }
}
