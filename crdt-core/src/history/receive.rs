//! Taking in bytes from elsewhere.

use std::collections::{HashSet, VecDeque};

use thiserror::Error;

use super::admit::Taken;
use super::bundle::Bundle;
use super::chains::ChangeIndex;
use super::error::Refusal;
use super::pending::Waiting;
use super::store::History;
use crate::codec::{DecodeError, Reader};
use crate::crypto::ChangeHash;

/// Why bytes from elsewhere were refused. Nothing has changed: heads, digest and waiting
/// bundles are as before, and the genuine change still applies later.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// The bytes are not bundles in the format.
    #[error("these bytes are not valid bundles: {0}")]
    Decode(#[from] DecodeError),
    /// A bundle breaks a rule of the history.
    #[error("a bundle was refused: {0}")]
    Refused(#[from] Refusal),
}

/// What became of the changes in bytes that were taken in. Every list is in the order of the bytes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outcome {
    /// Changes that are now part of the document, those that had waited included.
    pub applied: Vec<ChangeHash>,
    /// Changes that were part of it before.
    pub known: Vec<ChangeHash>,
    /// Changes that wait for others on which they depend.
    pub waiting: Vec<ChangeHash>,
    /// Changes that had waited and were given up.
    pub refused: Vec<Refused>,
}

/// Changes of one bundle that had waited and were given up, and why.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// The changes.
    pub changes: Vec<ChangeHash>,
    /// Why.
    pub reason: Refusal,
}

/// What was decided about a bundle.
enum State {
    Undecided,
    /// It waits; the place of the first outside change that is not here.
    Missing(usize),
    Admitted(Taken),
}

/// A bundle that came in, with what was decided about it.
struct Arrival<'a> {
    bundle: Bundle,
    bytes: &'a [u8],
    state: State,
}

impl History {
    /// Takes in bytes that another replica [exported](crate::Document::export): any number of
    /// bundles, in any order relative to other bytes, any number of times.
    ///
    /// # Errors
    /// [`ApplyError`] if any of the bundles is refused; then none of them has been taken in.
    pub fn apply(&mut self, bytes: &[u8]) -> Result<Outcome, ApplyError> {
        let result = self.receive(bytes);
        if let Err(error) = &result {
            tracing::debug!(%error, bytes = bytes.len(), "refused bytes");
        }
        result
    }

    fn receive(&mut self, bytes: &[u8]) -> Result<Outcome, ApplyError> {
        let mut arrivals = self.decode_all(bytes)?;
        for arrival in &arrivals {
            self.check_signatures(&arrival.bundle)?;
        }
        let mark = self.mark();
        let mut outcome = Outcome::default();
        for arrival in &mut arrivals {
            if let Err(refusal) = self.take_in(arrival, &mut outcome) {
                self.roll_back(mark);
                return Err(refusal.into());
            }
        }
        let first_new = mark.changes;
        for arrival in arrivals {
            self.settle(arrival, &mut outcome);
        }
        self.wake(first_new, &mut outcome);
        let given_up: HashSet<_> = outcome.refused.iter().flat_map(|r| &r.changes).collect();
        outcome.waiting.retain(|hash| !self.contains(hash) && !given_up.contains(hash));
        Ok(outcome)
    }

    /// Splits bytes into bundles, each after its length, and decodes them all.
    fn decode_all<'a>(&self, bytes: &'a [u8]) -> Result<Vec<Arrival<'a>>, DecodeError> {
        let mut reader = Reader::new(bytes);
        let mut arrivals = Vec::new();
        while !reader.is_empty() {
            let bytes = reader.bytes()?;
            let bundle = Bundle::decode(bytes, |key| self.checked_key(key))?;
            arrivals.push(Arrival { bundle, bytes, state: State::Undecided });
        }
        Ok(arrivals)
    }

    /// Admits a bundle if everything it depends on is here.
    fn take_in(&mut self, arrival: &mut Arrival<'_>, outcome: &mut Outcome) -> Result<(), Refusal> {
        let bundle = &arrival.bundle;
        if let Some(missing) = self.first_missing(&bundle.outside, 0) {
            arrival.state = State::Missing(missing);
            let memory = bundle.memory();
            return if self.pending.holds(memory) { Ok(()) } else { Err(Refusal::PendingFull) };
        }
        let taken = self.admit(bundle, |hash, known| {
            let list = if known { &mut outcome.known } else { &mut outcome.applied };
            list.push(hash);
        })?;
        arrival.state = State::Admitted(taken);
        Ok(())
    }

    /// Keeps the signatures of an admitted bundle, files one that waits.
    fn settle(&mut self, arrival: Arrival<'_>, outcome: &mut Outcome) {
        let Arrival { bundle, bytes, state } = arrival;
        let missing = match state {
            State::Undecided => return,
            State::Admitted(taken) => return self.cover(&bundle, &taken),
            State::Missing(missing) => missing,
        };
        tracing::debug!(missing = %bundle.outside[missing], "a bundle waits");
        outcome.waiting.extend(bundle.members.iter().map(|member| member.hash));
        for dropped in self.pending.add(Waiting::new(bundle, bytes, missing)) {
            refuse(&dropped, Refusal::PendingFull, outcome);
        }
    }

    /// Admits what waited for changes from `first_new` on, and what waited for that in turn.
    fn wake(&mut self, first_new: ChangeIndex, outcome: &mut Outcome) {
        if self.pending.is_empty() {
            return;
        }
        let mut next = first_new;
        let mut ready = VecDeque::new();
        loop {
            while next < self.chains.len() {
                let hash = self.chains.hash_of(next);
                let mut pending = core::mem::take(&mut self.pending);
                ready.extend(
                    pending.ready(&hash, |outside, from| self.first_missing(outside, from)),
                );
                self.pending = pending;
                next += 1;
            }
            let Some(bundle) = ready.pop_front() else {
                return;
            };
            self.admit_woken(&bundle, outcome);
        }
    }

    fn admit_woken(&mut self, bundle: &Bundle, outcome: &mut Outcome) {
        let mark = self.mark();
        let mut new = Vec::new();
        let admitted = self.admit(bundle, |hash, known| {
            if !known {
                new.push(hash);
            }
        });
        match admitted {
            Ok(taken) => {
                self.cover(bundle, &taken);
                outcome.applied.extend(new);
            }
            Err(refusal) => {
                self.roll_back(mark);
                refuse(bundle, refusal, outcome);
            }
        }
    }

    /// How many bundles wait for changes they depend on, and the bytes of memory they take, about.
    pub fn pending(&self) -> (usize, usize) {
        self.pending.usage()
    }

    /// Changes that are not here and that waiting bundles depend on: what to ask other replicas
    /// for.
    pub fn missing(&self) -> Vec<ChangeHash> {
        self.pending.missing().copied().collect()
    }
}

fn refuse(bundle: &Bundle, reason: Refusal, outcome: &mut Outcome) {
    let changes: Vec<ChangeHash> = bundle.members.iter().map(|member| member.hash).collect();
    tracing::warn!(%reason, changes = changes.len(), "gave up a waiting bundle");
    outcome.refused.push(Refused { changes, reason });
}
