//! Receiving: taking in bytes from elsewhere, all or nothing.
//!
//! A call goes through the bundles in the bytes one by one. Each is decoded and its signatures are
//! checked; then it is admitted, or waits for others of the call. Then all of that is kept, or
//! everything is as it was.
//!
//! Only what is kept wakes what had waited before. So whatever a call makes a replica do before it
//! fails is in proportion to the call, and not to what waits. What of the call itself comes free by
//! that alone is treated as if it had waited too: it is admitted or given up, and fails no call.

mod apply_error;
mod outcome;

pub use apply_error::ApplyError;
pub(crate) use apply_error::{HOW_TO_OPEN, OpenedAs};
pub use outcome::{GivenUp, Outcome};

use std::collections::{HashSet, VecDeque};

use super::admission::{Taken, admit};
use super::coverage::{self, Added, Coverage};
use super::format::bundle::{Bundle, Unreadable, check_mark};
use super::format::genesis::Genesis;
use super::format::numbers::MemberIndex;
use super::format::waiting::Waiting;
use super::pending::{Pending, PendingLimits};
use super::store::refusal::Refusal;
use super::store::{Mark, Store};
use crate::codec::Reader;
use crate::crypto::{ChangeHash, Keypair, Signature};

/// What receiving changes.
pub(crate) struct Receiver<'a> {
    pub(crate) store: &'a mut Store,
    pub(crate) pending: &'a mut Pending,
    pub(crate) coverage: &'a mut Coverage,
    /// Signs what this replica wrote once something is kept. Needed if it wrote anything.
    pub(crate) keypair: Option<&'a Keypair>,
}

/// What one call has done so far, to be kept or undone.
struct Call {
    /// The type as which the document is opened, if it is for one.
    opened_as: Option<OpenedAs>,
    mark: Mark,
    /// The canonical bytes before it.
    bytes: u64,
    /// Bundles of the call that wait for other changes.
    waiting: Pending,
    /// Of each bundle that was admitted where it is, and its signatures with the places of its
    /// members.
    admitted: Vec<(Taken, Vec<(MemberIndex, Signature)>)>,
    outcome: Outcome,
}

impl Call {
    fn begin(store: &Store, opened_as: Option<OpenedAs>) -> Self {
        Self {
            opened_as,
            mark: store.mark(),
            bytes: store.sizes.all(),
            waiting: Pending::new(PendingLimits::NONE),
            admitted: Vec::new(),
            outcome: Outcome::default(),
        }
    }

    fn check_type(&self, genesis: Option<&Genesis>) -> Result<(), ApplyError> {
        self.opened_as.map_or(Ok(()), |opened_as| opened_as.check(genesis))
    }
}

/// A bundle that waits for nothing any more.
struct Ready {
    waiting: Waiting,
    /// Whether it is of the call, and had not waited before it.
    is_of_call: bool,
}

impl Receiver<'_> {
    /// Takes in bundles. `opened_as` is the type that the document is opened as, if it is for one.
    ///
    /// Whoever may go back has marked everything before. Others give up going back afterwards.
    pub(crate) fn apply(
        mut self,
        bytes: &[u8],
        opened_as: Option<OpenedAs>,
    ) -> Result<Outcome, ApplyError> {
        // Once it is known of which type the document is, that has been settled.
        let opened_as = opened_as.filter(|_| self.store.genesis.is_none());
        let mut call = Call::begin(self.store, opened_as);
        match self.take_in_all(bytes, &mut call) {
            Ok(()) => {
                self.wake(&mut call);
                Ok(self.keep(call))
            }
            Err(error) => {
                tracing::debug!(%error, bytes = bytes.len(), "refused bytes");
                self.store.roll_back(call.mark);
                Err(error)
            }
        }
    }

    /// Splits bytes into bundles, each after its length, and takes them in one by one, so that only
    /// one of them lies decoded beside the history. On an error the caller undoes the call.
    fn take_in_all(&mut self, bytes: &[u8], call: &mut Call) -> Result<(), ApplyError> {
        let mut reader = Reader::new(bytes);
        while !reader.is_empty() {
            check_mark(reader.rest())?;
            let bytes = reader.bytes()?;
            let bundle = self.decode(bytes)?;
            call.check_type(bundle.genesis.as_ref())?;
            coverage::check(self.store, &bundle, call.mark.changes)?;
            match self.store.first_missing(&bundle.outside, 0) {
                None => self.take_in(bundle, call)?,
                Some(missing) => {
                    call.outcome.waiting.extend_from_slice(&bundle.hashes);
                    call.waiting.add(Waiting::new(bytes, bundle.outside, missing));
                }
            }
        }
        self.settle(call)?;
        call.check_type(self.store.genesis.as_ref())?;
        let room = self.pending.holds(call.waiting.usage());
        if room { Ok(()) } else { Err(Refusal::PendingFull.into()) }
    }

    fn decode(&self, bytes: &[u8]) -> Result<Bundle, Unreadable> {
        let Store { document, genesis, .. } = &*self.store;
        Bundle::decode(bytes, *document, genesis.as_ref(), |key| self.store.checked_key(key))
    }

    /// Admits a bundle of the call of which everything outside is here.
    fn take_in(&mut self, bundle: Bundle, call: &mut Call) -> Result<(), Refusal> {
        let taken = admit(self.store, &bundle)?;
        call.outcome.enter(bundle.hashes, &taken.known);
        call.admitted.push((taken, bundle.signatures));
        Ok(())
    }

    /// Admits what of the call waits for nothing but others of it.
    fn settle(&mut self, call: &mut Call) -> Result<(), ApplyError> {
        let mut next = call.mark.changes;
        while next < self.store.chains.len() && !call.waiting.is_empty() {
            let hash = self.store.chains.hash_of(next);
            for (_, waiting) in
                call.waiting.wake(&hash, |outside, from| self.store.first_missing(outside, from))
            {
                self.take_in(self.decode(waiting.bytes())?, call)?;
            }
            next += 1;
        }
        Ok(())
    }

    /// Admits what had waited for changes of the call, and what waits for that in turn, or gives it
    /// up.
    fn wake(&mut self, call: &mut Call) {
        let mut next = call.mark.changes;
        let mut ready = VecDeque::new();
        loop {
            while next < self.store.chains.len()
                && !(self.pending.is_empty() && call.waiting.is_empty())
            {
                let hash = self.store.chains.hash_of(next);
                self.find_ready(&hash, call, &mut ready);
                next += 1;
            }
            let Some(woken) = ready.pop_front() else {
                return;
            };
            self.admit_woken(&woken, call);
        }
    }

    /// Finds what waited for a change and for nothing else.
    fn find_ready(&mut self, change: &ChangeHash, call: &mut Call, ready: &mut VecDeque<Ready>) {
        let missing = |outside: &[ChangeHash], from| self.store.first_missing(outside, from);
        for (pending, is_of_call) in [(&mut call.waiting, true), (&mut *self.pending, false)] {
            let woken = pending.wake(change, missing).into_iter();
            ready.extend(woken.map(|(_, waiting)| Ready { waiting, is_of_call }));
        }
    }

    /// Admits a bundle that waits for nothing any more, or gives it up.
    fn admit_woken(&mut self, Ready { waiting, is_of_call }: &Ready, call: &mut Call) {
        let bundle = match self.decode(waiting.bytes()) {
            Ok(bundle) => bundle,
            Err(error) => return call.outcome.refuse(Vec::new(), error.into()),
        };
        let (mark, before) = (self.store.mark(), self.store.sizes.all());
        match admit(self.store, &bundle) {
            Ok(taken) if *is_of_call => {
                call.outcome.enter(bundle.hashes, &taken.known);
                call.admitted.push((taken, bundle.signatures));
            }
            Ok(taken) => {
                let new = taken.start..self.store.chains.len();
                call.outcome.applied.extend(new.map(|new| self.store.chains.hash_of(new)));
                call.outcome.woken_bytes += self.store.sizes.all() - before;
                call.admitted.push((taken, bundle.signatures));
            }
            Err(refusal) => {
                self.store.roll_back(mark);
                call.outcome.refuse(bundle.hashes, refusal);
            }
        }
    }

    /// Keeps what a call has done: the signatures of what was admitted, and what is left waiting.
    fn keep(&mut self, call: Call) -> Outcome {
        let Call { bytes, waiting, admitted, mut outcome, .. } = call;
        if let Some(keypair) = self.keypair {
            self.coverage.seal(&self.store.chains, keypair);
        }
        for (taken, signatures) in admitted {
            let Taken { members, start, added: totals, .. } = taken;
            let added = Added { members: &members, start, totals };
            self.coverage.cover(&self.store.chains, &added, &signatures);
        }
        for waiting in waiting.into_waiting() {
            tracing::debug!(missing = %waiting.missing(), "a bundle waits");
            if !self.pending.has(&waiting) {
                // It was decoded when it came.
                let stated =
                    Bundle::stated(waiting.bytes()).map_or(0, |stated| stated.bytes as u64);
                outcome.waiting_bytes += stated;
            }
            for dropped in self.pending.add(waiting) {
                let (changes, reason) = match self.decode(dropped.bytes()) {
                    Ok(bundle) => (bundle.hashes, Refusal::PendingFull),
                    Err(error) => (Vec::new(), error.into()),
                };
                outcome.refuse(changes, reason);
            }
        }
        let given_up: HashSet<_> = outcome.given_up.iter().flat_map(|r| &r.changes).collect();
        let is_here = |hash: &ChangeHash| self.store.index_of(hash).is_some();
        outcome.waiting.retain(|hash| !is_here(hash) && !given_up.contains(hash));
        outcome.bytes = self.store.sizes.all() - bytes;
        outcome
    }
}
