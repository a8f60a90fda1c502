//! Taking in bytes from elsewhere.

use core::fmt;
use std::collections::{BTreeMap, HashSet, VecDeque};

use serde::Serialize;
use thiserror::Error;

use super::admit::Taken;
use super::bundle::{Bundle, Unreadable, check_mark};
use super::error::Refusal;
use super::genesis::Genesis;
use super::pending::{Pending, PendingLimits, Waiting};
use super::store::{History, Mark};
use crate::codec::{DecodeError, Reader};
use crate::crypto::{ChangeHash, Signature};

/// Why bytes from elsewhere were refused. Nothing has changed: heads, digest and waiting
/// bundles are as before, and the genuine change still applies later.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// The bytes are not bundles in the format.
    #[error("not a bundle: {0}")]
    Decode(DecodeError),
    /// A bundle breaks a rule of the history.
    #[error("a bundle was refused: {0}")]
    Refused(Refusal),
    /// The document turns out to be of another type than the one that it was joined as. The id of a
    /// document is the hash of what names its type, so nobody can forge that.
    #[error("the document is a `{document}`, and was joined as a `{opened_as}`: {HOW_TO_OPEN}")]
    OfAnotherType {
        /// The name of the type that the document was created with.
        document: String,
        /// The name of the type here.
        opened_as: &'static str,
    },
}

/// What to do about a document of another type.
pub(super) const HOW_TO_OPEN: &str = "if the type was only renamed, put its former name on it with `#[crdt(alias = \"..\")]`; otherwise `with_any_type` and `load_with_any_type` open it all the same";

impl From<DecodeError> for ApplyError {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl From<Refusal> for ApplyError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// The type as which a document is opened: its name, and the names of documents of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenedAs {
    pub(crate) name: &'static str,
    pub(crate) is_known_as: fn(&str) -> bool,
}

impl OpenedAs {
    /// The name of the type that a document with this record is of, if it is not this one.
    pub(crate) fn other(self, genesis: Option<&Genesis>) -> Option<&str> {
        genesis.map(Genesis::type_name).filter(|name| !(self.is_known_as)(name))
    }

    fn check(self, genesis: Option<&Genesis>) -> Result<(), ApplyError> {
        self.other(genesis).map_or(Ok(()), |document| {
            Err(ApplyError::OfAnotherType { document: document.to_owned(), opened_as: self.name })
        })
    }
}

/// What became of the changes in bytes that were taken in.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Outcome {
    /// Changes that are now part of the document, those that had waited included, each after what it
    /// depends on.
    pub applied: Vec<ChangeHash>,
    /// How much [`History::bytes`] has grown by them.
    pub bytes: u64,
    /// Changes that were part of it before.
    pub known: Vec<ChangeHash>,
    /// Changes that wait for others on which they depend.
    pub waiting: Vec<ChangeHash>,
    /// Changes that had waited and were given up.
    pub given_up: Vec<GivenUp>,
}

/// Changes of one bundle that had waited and were given up, and why.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct GivenUp {
    /// The changes.
    pub changes: Vec<ChangeHash>,
    /// Why.
    pub reason: Refusal,
}

/// How many changes each list has, the empty ones left out, and why what was given up was.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { applied, known, waiting, given_up, .. } = self;
        write!(f, "{} applied", applied.len())?;
        for (what, changes) in [("known before", known), ("waiting for others", waiting)] {
            if !changes.is_empty() {
                write!(f, ", {} {what}", changes.len())?;
            }
        }
        given_up.iter().try_for_each(|given_up| write!(f, ", {given_up}"))
    }
}

impl fmt::Display for GivenUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} given up ({})", self.changes.len(), self.reason)
    }
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
    /// Bundles that had waited before the call and were admitted or given up in it.
    woken: Vec<(u64, Waiting)>,
    /// For which of its changes outside each bundle waited before the call that does not any more.
    moved: BTreeMap<u64, usize>,
    /// Of each bundle that was admitted where it is, and its signatures with the places of its members.
    admitted: Vec<(Taken, Vec<(usize, Signature)>)>,
    outcome: Outcome,
}

impl Call {
    fn check_type(&self, genesis: Option<&Genesis>) -> Result<(), ApplyError> {
        self.opened_as.map_or(Ok(()), |opened_as| opened_as.check(genesis))
    }
}

/// A bundle that waits for nothing any more.
struct Ready {
    waiting: Waiting,
    /// Its number among those that had waited before the call; `None` if it is of the call.
    earlier: Option<u64>,
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

    fn refuse(&mut self, changes: Vec<ChangeHash>, reason: Refusal) {
        tracing::warn!(%reason, changes = changes.len(), "gave up a waiting bundle");
        self.given_up.push(GivenUp { changes, reason });
    }
}

impl History {
    /// Takes in bytes that another replica [exported](crate::Document::export): any number of
    /// bundles, in any order, any number of times. Within the bytes too: bundles that depend on each
    /// other are admitted together, whichever comes first.
    ///
    /// # Errors
    /// [`ApplyError`] if any of the bundles is found to be invalid; then none of them has been taken in.
    pub fn apply(&mut self, bytes: &[u8]) -> Result<Outcome, ApplyError> {
        self.apply_as(bytes, None)
    }

    /// The same for a document that is opened as a type, if it is of no other.
    pub(crate) fn apply_as(
        &mut self,
        bytes: &[u8],
        opened_as: Option<OpenedAs>,
    ) -> Result<Outcome, ApplyError> {
        // Once it is known of which type the document is, that has been settled.
        let mut call = self.begin_call(opened_as.filter(|_| self.genesis().is_none()));
        match self.take_in_all(bytes, &mut call) {
            Ok(()) => Ok(self.keep(call)),
            Err(error) => {
                tracing::debug!(%error, bytes = bytes.len(), "refused bytes");
                self.undo(call);
                Err(error)
            }
        }
    }

    fn begin_call(&mut self, opened_as: Option<OpenedAs>) -> Call {
        Call {
            opened_as,
            mark: self.mark(),
            bytes: self.bytes(),
            waiting: Pending::new(PendingLimits::NONE),
            woken: Vec::new(),
            moved: BTreeMap::new(),
            admitted: Vec::new(),
            outcome: Outcome::default(),
        }
    }

    /// Splits bytes into bundles, each after its length, and takes them in one by one, so that only one
    /// of them lies decoded beside the history. On an error the caller undoes the call.
    fn take_in_all(&mut self, bytes: &[u8], call: &mut Call) -> Result<(), ApplyError> {
        let mut reader = Reader::new(bytes);
        while !reader.is_empty() {
            check_mark(reader.rest())?;
            let bytes = reader.bytes()?;
            let bundle = self.decode(bytes)?;
            call.check_type(bundle.genesis.as_ref())?;
            self.check_signatures(&bundle, call.mark.changes)?;
            match self.first_missing(&bundle.outside, 0) {
                None => self.take_in(bundle, call)?,
                Some(missing) => {
                    call.outcome.waiting.extend_from_slice(&bundle.hashes);
                    call.waiting.add(Waiting::new(bytes, bundle.outside, missing));
                }
            }
        }
        self.wake(call)?;
        call.check_type(self.genesis())?;
        let room = self.pending.holds(call.waiting.usage());
        if room { Ok(()) } else { Err(Refusal::PendingFull.into()) }
    }

    fn decode(&self, bytes: &[u8]) -> Result<Bundle, Unreadable> {
        let known = |key: &[u8; 32]| self.checked_key(key);
        Bundle::decode(bytes, self.document(), self.genesis(), known)
    }

    /// Admits a bundle of the call of which everything outside is here.
    fn take_in(&mut self, bundle: Bundle, call: &mut Call) -> Result<(), Refusal> {
        let taken = self.admit(&bundle)?;
        call.outcome.enter(bundle.hashes, &taken.known);
        call.admitted.push((taken, bundle.signatures));
        Ok(())
    }

    /// Admits what waited for changes of the call, and what waited for that in turn.
    fn wake(&mut self, call: &mut Call) -> Result<(), ApplyError> {
        let mut next = call.mark.changes;
        let mut ready = VecDeque::new();
        loop {
            while next < self.chains.len() && !(self.pending.is_empty() && call.waiting.is_empty())
            {
                let hash = self.chains.hash_of(next);
                self.find_ready(&hash, call, &mut ready);
                next += 1;
            }
            let Some(Ready { waiting, earlier }) = ready.pop_front() else {
                return Ok(());
            };
            match earlier {
                None => self.take_in(self.decode(&waiting.bytes)?, call)?,
                Some(number) => {
                    self.admit_woken(&waiting, call);
                    call.woken.push((number, waiting));
                }
            }
        }
    }

    /// Takes out what waited for a change and for nothing else. What lacks more is filed under that.
    fn find_ready(&mut self, change: &ChangeHash, call: &mut Call, ready: &mut VecDeque<Ready>) {
        for (number, mut waiting) in call.waiting.take(change) {
            match self.first_missing(&waiting.outside, waiting.missing) {
                None => ready.push_back(Ready { waiting, earlier: None }),
                Some(missing) => {
                    waiting.missing = missing;
                    call.waiting.file(number, waiting);
                }
            }
        }
        for (number, mut waiting) in self.pending.take(change) {
            call.moved.entry(number).or_insert(waiting.missing);
            match self.first_missing(&waiting.outside, waiting.missing) {
                None => ready.push_back(Ready { waiting, earlier: Some(number) }),
                Some(missing) => {
                    waiting.missing = missing;
                    self.pending.file(number, waiting);
                }
            }
        }
    }

    /// Admits a bundle that had waited before the call, or gives it up.
    fn admit_woken(&mut self, waiting: &Waiting, call: &mut Call) {
        let bundle = match self.decode(&waiting.bytes) {
            Ok(bundle) => bundle,
            Err(error) => return call.outcome.refuse(Vec::new(), error.into()),
        };
        let mark = self.mark();
        match self.admit(&bundle) {
            Ok(taken) => {
                let new = taken.start..self.chains.len();
                call.outcome.applied.extend(new.map(|new| self.chains.hash_of(new)));
                call.admitted.push((taken, bundle.signatures));
            }
            Err(refusal) => {
                self.roll_back(mark);
                call.outcome.refuse(bundle.hashes, refusal);
            }
        }
    }

    /// Keeps what a call has done: the signatures of what was admitted, and what is left waiting.
    fn keep(&mut self, call: Call) -> Outcome {
        let Call { bytes, waiting, admitted, mut outcome, .. } = call;
        for (taken, signatures) in admitted {
            self.cover(&signatures, &taken);
        }
        for waiting in waiting.into_waiting() {
            tracing::debug!(missing = %waiting.missing(), "a bundle waits");
            for dropped in self.pending.add(waiting) {
                let changes = self.decode(&dropped.bytes).map(|bundle| bundle.hashes);
                outcome.refuse(changes.unwrap_or_default(), Refusal::PendingFull);
            }
        }
        let given_up: HashSet<_> = outcome.given_up.iter().flat_map(|r| &r.changes).collect();
        outcome.waiting.retain(|hash| !self.contains(hash) && !given_up.contains(hash));
        outcome.bytes = self.bytes() - bytes;
        self.forget_mark();
        outcome
    }

    /// Makes everything as it was before a call.
    fn undo(&mut self, call: Call) {
        self.roll_back(call.mark);
        let mut woken: BTreeMap<u64, Waiting> = call.woken.into_iter().collect();
        for (number, missing) in call.moved {
            let waiting = woken.remove(&number).or_else(|| self.pending.remove(number));
            if let Some(mut waiting) = waiting {
                waiting.missing = missing;
                self.pending.file(number, waiting);
            }
        }
    }

    /// How many bundles wait for changes they depend on, and the bytes of memory they take.
    pub fn pending(&self) -> (usize, usize) {
        self.pending.usage()
    }

    /// Changes that are not here and that waiting bundles depend on: what to ask other replicas
    /// for.
    pub fn missing(&self) -> Vec<ChangeHash> {
        self.pending.missing()
    }
}
