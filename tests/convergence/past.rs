//! Earlier versions are what replicas were that had nothing else.

use std::collections::BTreeMap;

use crdt_core::serde_json::{self, Value};
use crdt_core::{Digest, Document, Heads};
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom as _;

use crate::board::Board;

/// What replicas were, by the versions that they had.
#[derive(Default)]
pub(crate) struct Versions(BTreeMap<Heads, Was>);

/// A replica at some moment.
#[derive(PartialEq, Debug)]
struct Was {
    value: Value,
    untyped: Value,
    digest: Digest,
}

impl Versions {
    /// Takes note of what a replica is.
    pub(crate) fn note(&mut self, replica: &Document<Board>) {
        self.0.entry(replica.heads()).or_insert_with(|| Was {
            value: serde_json::to_value(replica.value()).expect("a board has JSON"),
            untyped: replica.history().to_json(),
            digest: replica.digest(),
        });
    }

    /// Goes through the versions that a replica knows, in any order. Says how many there are.
    pub(crate) fn are_in(&self, replica: &Document<Board>, rng: &mut ChaCha8Rng) -> usize {
        let history = replica.history();
        let known = |heads: &&Heads| heads.iter().all(|head| history.contains(head));
        let mut known: Vec<&Heads> = self.0.keys().filter(known).collect();
        known.shuffle(rng);
        let mut past = replica.at(&[]).expect("it was once");
        let mut json = history.at(&[]).expect("it was once");
        for heads in &known {
            past.goto(heads).expect("it is known");
            json.goto(heads).expect("it is known");
            let is = Was {
                value: serde_json::to_value(past.value()).expect("a board has JSON"),
                untyped: json.to_json(),
                digest: past.digest(),
            };
            assert_eq!(is, self.0[heads], "at {heads}");
            assert_eq!((&past.heads(), &json.heads()), (*heads, *heads));
        }
        known.len()
    }
}
