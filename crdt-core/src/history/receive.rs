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
use crate::crypto::{ChangeHash, Signature};

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

/// What was decided about a bundle that came in.
enum Arrival<'a> {
    /// It was admitted; what is left of it are the signatures, each with the place of its member.
    Admitted(Taken, Vec<(usize, Signature)>),
    /// It waits for the outside change at this place.
    Waits(Box<Bundle>, &'a [u8], usize),
}

impl Outcome {
    /// Enters the members of an admitted bundle, given the places of those that were known.
    fn enter(&mut self, mut members: Vec<ChangeHash>, known: &[usize]) {
        let mut rest = known.iter().peekable();
        if known.is_empty() && self.applied.is_empty() {
            self.applied = core::mem::take(&mut members);
        }
        for (place, hash) in members.into_iter().enumerate() {
            let was_known = rest.next_if(|known| **known == place).is_some();
            let list = if was_known { &mut self.known } else { &mut self.applied };
            list.push(hash);
        }
    }
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
        let mark = self.mark();
        let mut outcome = Outcome::default();
        let arrivals =
            self.take_in_all(bytes, &mut outcome).inspect_err(|_| self.roll_back(mark))?;
        for arrival in arrivals {
            self.settle(arrival, &mut outcome);
        }
        self.wake(mark.changes, &mut outcome);
        let given_up: HashSet<_> = outcome.refused.iter().flat_map(|r| &r.changes).collect();
        outcome.waiting.retain(|hash| !self.contains(hash) && !given_up.contains(hash));
        self.forget_mark();
        Ok(outcome)
    }

    /// Splits bytes into bundles, each after its length, and takes them in one by one, so that only one
    /// of them lies decoded beside the history. On an error the caller rolls back.
    fn take_in_all<'a>(
        &mut self,
        bytes: &'a [u8],
        outcome: &mut Outcome,
    ) -> Result<Vec<Arrival<'a>>, ApplyError> {
        let mut reader = Reader::new(bytes);
        let mut arrivals = Vec::new();
        let mut waiting = 0;
        while !reader.is_empty() {
            let bytes = reader.bytes()?;
            let known = |key: &[u8; 32]| self.checked_key(key);
            let bundle = Bundle::decode(bytes, self.document(), self.genesis(), known)?;
            self.check_signatures(&bundle)?;
            let arrival = self.take_in(bundle, bytes, outcome)?;
            if let Arrival::Waits(bundle, ..) = &arrival {
                waiting += bundle.memory();
                if !self.pending.holds(waiting) {
                    return Err(Refusal::PendingFull.into());
                }
            }
            arrivals.push(arrival);
        }
        Ok(arrivals)
    }

    /// Admits a bundle if everything it depends on is here.
    fn take_in<'a>(
        &mut self,
        bundle: Bundle,
        bytes: &'a [u8],
        outcome: &mut Outcome,
    ) -> Result<Arrival<'a>, Refusal> {
        if let Some(missing) = self.first_missing(&bundle.outside, 0) {
            return Ok(Arrival::Waits(Box::new(bundle), bytes, missing));
        }
        let taken = self.admit(&bundle)?;
        outcome.enter(bundle.hashes, &taken.known);
        Ok(Arrival::Admitted(taken, bundle.signatures))
    }

    /// Keeps the signatures of an admitted bundle, files one that waits.
    fn settle(&mut self, arrival: Arrival<'_>, outcome: &mut Outcome) {
        match arrival {
            Arrival::Admitted(taken, signatures) => self.cover(&signatures, &taken),
            Arrival::Waits(bundle, bytes, missing) => {
                tracing::debug!(missing = %bundle.outside[missing], "a bundle waits");
                outcome.waiting.extend_from_slice(&bundle.hashes);
                for dropped in self.pending.add(Waiting::new(*bundle, bytes, missing)) {
                    refuse(&dropped, Refusal::PendingFull, outcome);
                }
            }
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
        match self.admit(bundle) {
            Ok(taken) => {
                self.cover(&bundle.signatures, &taken);
                let added = self.chains.len();
                outcome.applied.extend((taken.start..added).map(|new| self.chains.hash_of(new)));
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
    let changes = bundle.hashes.clone();
    tracing::warn!(%reason, changes = changes.len(), "gave up a waiting bundle");
    outcome.refused.push(Refused { changes, reason });
}
