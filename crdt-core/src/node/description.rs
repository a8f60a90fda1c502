use core::any::TypeId;

use sha2::{Digest as _, Sha256};

use super::NodeState;
use crate::crypto::domain;

/// From the first release on raised whenever states are written in another way, or ops come to something else under the same
/// type, be it that a kind of op is known that was not. States of another version are built anew.
const VERSION: usize = 1;

/// Describes what a type of state takes: two types with one description build the same state from
/// the same changes.
///
/// Names, their aliases, kinds of nodes, keys and types of leaves are part of it. The definition of a
/// type that is kept in a register as a whole is not; a value of which it reads a part only keeps
/// the state from being saved.
#[derive(Debug)]
pub struct Description {
    hasher: Sha256,
    /// Types that have been described or are being described, for types that contain themselves.
    seen: Vec<TypeId>,
}

impl Description {
    /// The hash of the description of a type.
    pub(crate) fn of<S: NodeState>() -> [u8; 32] {
        let mut description = Self { hasher: Sha256::new(), seen: Vec::new() };
        description.hasher.update(domain::TYPE);
        description.number(VERSION);
        description.node::<S>();
        description.hasher.finalize().into()
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
    }

    /// A kind of node, or what else there is to say of one.
    pub fn word(&mut self, word: &str) {
        self.number(word.len());
        self.hasher.update(word.as_bytes());
    }

    /// A field or a variant with its former names, and its node.
    pub fn named<S: NodeState>(&mut self, name: &str, aliases: &[&str]) {
        self.word(name);
        self.number(aliases.len());
        for alias in aliases {
            self.word(alias);
        }
        self.node::<S>();
    }

    /// How many of something follow.
    pub fn number(&mut self, number: usize) {
        self.hasher.update((number as u64).to_le_bytes());
    }
}
