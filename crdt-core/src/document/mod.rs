//! The document: a typed state over a history, with a writer.

#[cfg(feature = "by-path")]
mod by_path;
mod changes;
mod deltas;
mod files;
mod fork;
mod journal;
mod load;
mod meta;
mod misuse;
mod observe;
mod parts;
mod past;
mod prepared;
mod stamps;
mod undo;

use core::fmt;
use core::ops::Range;

use crate::crypto::{Author, ChangeHash, Digest, DocumentId, Keypair};
use crate::history::{
    ApplyError, Chains, ChangeIndex, Equivocation, EquivocationProof, Frontier, Genesis, Heads,
    History, OpenedAs, Outcome, PendingLimits, Refusal,
};
use crate::node::{
    CrdtNode, DigestWriter, EffectLog, Fit, Incoming, Inspection, Misfit, NodeState, Space,
    Untyped, root_name,
};
use crate::op::{Action, Id, Segment};
use crate::schema::Schema;

pub use fork::ForkError;
pub use journal::Journal;
pub use load::LoadOptions;
pub use meta::ChangeOptions;
pub use observe::{Look, Observer, Seen};
pub use parts::{PartKind, SaveOptions, SavedPart};
pub use past::{Past, PastJson};
pub use prepared::Prepared;
use prepared::Work;
use stamps::Stamps;
use undo::UndoStack;
pub use undo::{GroupDelay, UndoLimits};

#[cfg(test)]
mod tests;

/// A collaborative document of type `T`.
///
/// Every change is made in one closure, atomic, signed by this replica's key and linked by hashes
/// to everything it was made upon. Replicas exchange changes as bytes, in any order, through
/// anyone.
///
/// ```
/// use crdt_core::{CrdtNode, Document, Keypair};
///
/// #[derive(CrdtNode, Debug, PartialEq)]
/// struct Note {
///     title: String,
///     #[crdt(text)]
///     body: String,
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut mine = Document::<Note>::create(Keypair::generate()?)?;
/// mine.change(|note| {
///     note.title.set("Plan")?;
///     note.body.insert(0, "Hello")
/// })?;
///
/// let mut yours = Document::<Note>::join(mine.id(), Keypair::generate()?);
/// yours.apply(&mine.export_for(&yours.frontier()))?;
/// yours.change(|note| note.body.insert(5, " world"))?;
///
/// mine.apply(&yours.export_for(&mine.frontier()))?;
/// assert_eq!(mine.value(), yours.value());
/// assert_eq!(mine.read().body, "Hello world");
/// # Ok(())
/// # }
/// ```
pub struct Document<T: CrdtNode> {
    history: History,
    state: T::State,
    /// Whether changes say something that `T` does not know, and a type that extends it might.
    partial: bool,
    /// Whether the state keeps all that is deleted or reset, as it does once an op was annulled.
    keeps_all: bool,
    opened: Opened,
    /// What observers have not seen.
    effects: EffectLog,
    /// Whether it may be of another type than `T`.
    any_type: bool,
    /// What is neither accepted nor aborted yet.
    prepared: Option<Work>,
    /// What of its own can be undone.
    undo: UndoStack,
    writer: Option<Writer>,
}

/// Where the state came from when the document was made or opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Opened {
    AsSaved,
    /// All its changes were gone through.
    Replayed,
}

/// The right to write: a key, and where its chain is.
#[derive(Debug)]
struct Writer {
    keypair: Keypair,
    /// The last change of the chain that this replica goes on with.
    tip: Option<ChangeIndex>,
    /// Space for what editors write.
    space: Space,
    /// Where the ops of changes that were written in steps came to lie, and which counters their
    /// editors took them to have.
    moved: Vec<(Id, Range<u32>)>,
    stamps: Stamps,
}

impl<T: CrdtNode> fmt::Debug for Document<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("id", &self.id())
            .field("author", &self.author())
            .field("changes", &self.history.len())
            .finish_non_exhaustive()
    }
}

impl<T: CrdtNode> Document<T> {
    /// A new, empty document, with randomness of the operating system for its id.
    ///
    /// # Errors
    /// The operating system's own where it has no randomness to give.
    #[cfg(feature = "os-random")]
    pub fn create(keypair: Keypair) -> Result<Self, crate::crypto::RandomError> {
        let mut salt = [0; 32];
        crate::crypto::random::fill(&mut salt)?;
        Ok(Self::found(keypair, salt))
    }

    /// A new, empty document, with randomness of yours for its id, for example a seeded one in a
    /// test.
    pub fn create_with<R: rand_core::CryptoRng + ?Sized>(keypair: Keypair, rng: &mut R) -> Self {
        let mut salt = [0; 32];
        rng.fill_bytes(&mut salt);
        Self::found(keypair, salt)
    }

    fn found(keypair: Keypair, salt: [u8; 32]) -> Self {
        let genesis = Genesis::new(keypair.author(), salt, &root_name::<T>());
        Self::over(History::founded(genesis), Some(keypair))
    }

    /// A replica of a document of which nothing is known yet but its id. It can be edited at once.
    ///
    /// Of which type the document is comes with the first changes. If that is not `T`,
    /// [`apply`](Self::apply) refuses them.
    pub fn join(document: DocumentId, keypair: Keypair) -> Self {
        Self::over(History::new(document), Some(keypair))
    }

    /// A document over a history, its state built from the beginning.
    fn over(history: History, keypair: Option<Keypair>) -> Self {
        let mut document = Self::with_state(history, T::State::default(), keypair);
        document.replay(0);
        document
    }

    fn with_state(history: History, state: T::State, keypair: Option<Keypair>) -> Self {
        let tip = keypair.as_ref().and_then(|keypair| history.tip_of_author(&keypair.author()));
        let writer = keypair.map(|keypair| Writer {
            keypair,
            tip,
            space: Space::default(),
            moved: Vec::new(),
            stamps: Stamps::default(),
        });
        let mut document = Self {
            history,
            state,
            partial: false,
            keeps_all: false,
            opened: Opened::AsSaved,
            effects: EffectLog::default(),
            any_type: false,
            prepared: None,
            undo: UndoStack::default(),
            writer,
        };
        document.begin_stretch();
        document
    }

    /// Exchanges with another replica in this process whatever one of the two lacks. Afterwards
    /// both have the same.
    ///
    /// Costs time in the number of authors and in the changes exchanged, not in the length of the
    /// history; with authors that fork between the two, as [`export_for`](Self::export_for) does.
    ///
    /// # Errors
    /// [`ApplyError`] if they are not replicas of one document.
    pub fn merge(&mut self, other: &mut Self) -> Result<(), ApplyError> {
        if self.id() != other.id() {
            return Err(Refusal::WrongDocument(other.id()).into());
        }
        loop {
            let before = (self.history.len(), other.history.len());
            // Who sees a fork sends all that the other lacks; who does not may take too much for
            // had until then. So the former begins, and what the latter sends is exact.
            if self.history.is_contested(&other.frontier()) {
                other.apply(&self.export_for(&other.frontier()))?;
                self.apply(&other.export_for(&self.frontier()))?;
            } else {
                self.apply(&other.export_for(&self.frontier()))?;
                other.apply(&self.export_for(&other.frontier()))?;
            }
            // What waited in one of them may have come free, and the other lacks it.
            let after = (self.history.len(), other.history.len());
            if before == after || self.heads() == other.heads() {
                return Ok(());
            }
        }
    }

    /// Bounds what may wait for changes it depends on.
    #[must_use]
    pub fn with_pending_limits(mut self, limits: PendingLimits) -> Self {
        self.history.set_pending_limits(limits);
        self
    }

    /// Takes in changes also if the document turns out to be of another type than `T`, of which
    /// most then reads as if it had not been written.
    #[must_use]
    pub fn with_any_type(mut self) -> Self {
        self.any_type = true;
        self
    }

    /// The type as which it is opened, unless any will do.
    fn opened_as(&self) -> Option<OpenedAs> {
        (!self.any_type).then(Self::as_this_type)
    }

    fn as_this_type() -> OpenedAs {
        OpenedAs { name: root_name::<T>, is_known_as: T::is_known_as }
    }

    /// The schema of documents of this type; the same as [`Schema::of`].
    pub fn schema() -> Schema {
        Schema::of::<T>()
    }

    /// The document's id, the same on all replicas.
    pub fn id(&self) -> DocumentId {
        self.history.document()
    }

    /// The author that this replica writes as; `None` if it was opened for reading.
    pub fn author(&self) -> Option<Author> {
        self.writer.as_ref().map(|writer| writer.keypair.author())
    }

    /// The changes that no known change depends on, ascending: the version of the document. Two
    /// replicas with equal heads have equal values under the same `T`.
    ///
    /// Heads name a version to those who have it. To compare with a replica that may have written
    /// something of its own, take the [`frontier`](Self::frontier).
    pub fn heads(&self) -> Heads {
        self.history.heads()
    }

    /// Every change, and what waits for others.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Reads the document by reference: a view with the fields of `T`.
    pub fn read(&self) -> T::View<'_> {
        T::view(&self.state, self.history.chains())
    }

    /// The document as a plain value.
    pub fn value(&self) -> T::Value {
        T::value(&self.state, self.history.chains())
    }

    /// A hash over the whole state, hidden parts included. Replicas with the same changes and the
    /// same `T` have the same digest. O(size of the state).
    pub fn digest(&self) -> Digest {
        let mut digest = DigestWriter::new(self.history.chains());
        self.state.digest(&mut digest);
        digest.finish()
    }

    /// The [value](Self::value) as serde writes it in JSON.
    /// `serde_json::to_string(&document.read())` writes it out without making it first. What the
    /// changes come to without the type is what [`History::to_json`] gives.
    ///
    /// # Errors
    /// Those of `serde_json`, for what JSON cannot say: integers beyond 64 bits, keys of maps that
    /// are bytes, and what the app's own types refuse.
    pub fn value_as_json(&self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(self.read())
    }

    /// The whole state with its hidden parts, to print, as [`History::inspect`] shows it.
    pub fn inspect(&self) -> Inspection<'_> {
        self.history.inspect()
    }

    /// Every place where an author's chain forks.
    pub fn equivocations(&self) -> Vec<Equivocation> {
        self.history.equivocations()
    }

    /// The proof of an equivocation, to be given to anyone.
    pub fn prove(&self, equivocation: &Equivocation) -> Option<EquivocationProof> {
        self.history.prove(equivocation)
    }

    /// Takes in bytes that another replica exported: any number of changes, in any order, any
    /// number of times. Changes whose dependencies are not here wait for them.
    ///
    /// # Errors
    /// [`ApplyError`] if any of it is malformed, forged or of another document. Then nothing has
    /// changed, and the genuine changes still apply later. So it is, by
    /// [`ApplyError::OfAnotherType`], if a document that was [joined](Self::join) as a `T` turns
    /// out to be of another type.
    pub fn apply(&mut self, bytes: &[u8]) -> Result<Outcome, ApplyError> {
        self.prepare_apply(bytes).map(Prepared::accept)
    }

    /// What this replica has, said so that another one can tell what it lacks: to be sent there,
    /// for [`export_for`](Self::export_for). O(n log n) in the number of authors.
    pub fn frontier(&self) -> Frontier {
        self.history.frontier()
    }

    /// What a replica with this frontier lacks, as bytes to [`apply`](Self::apply) there; nothing
    /// if it lacks nothing. What was written here since the last export is signed once.
    ///
    /// When two replicas have exchanged frontiers, and then what each lacks, they have the same.
    /// Only if the chain of one author forks between the two, so that each has a branch that the
    /// other has not seen, a second such exchange may be needed; it always is enough.
    ///
    /// Costs what [`History::export_for`] does.
    ///
    /// ```
    /// # use crdt_core::{Document, Frontier, Keypair, Text};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut mine = Document::<Text>::create(Keypair::generate()?)?;
    /// # let mut yours = Document::<Text>::join(mine.id(), Keypair::generate()?);
    /// mine.change(|text| text.insert(0, "Hello"))?;
    /// yours.change(|text| text.insert(0, "Hi"))?;
    ///
    /// let asked = yours.frontier().to_bytes();       // yours to mine, and the same the other way
    /// let answer = mine.export_for(&Frontier::from_bytes(&asked)?);
    /// yours.apply(&answer)?;
    /// assert_eq!(yours.read().len(), 7);
    /// # Ok(())
    /// # }
    /// ```
    pub fn export_for(&self, frontier: &Frontier) -> Vec<u8> {
        self.history.export_signed_for(frontier, self.writer.as_ref().map(|writer| &writer.keypair))
    }

    /// Everything that a replica lacks which has these changes and what they depend on, as bytes to
    /// [`apply`](Self::apply) there; nothing if it lacks nothing. `&[]` exports everything. What
    /// was written here since the last export is signed once.
    ///
    /// Changes that are not known here are passed over. So this is for heads that both sides have
    /// had; the heads of a replica that has written since are not known here, and for them
    /// everything is sent. [`export_for`](Self::export_for) sends such a replica what it lacks.
    pub fn export(&self, have: &[ChangeHash]) -> Vec<u8> {
        let keypair = self.writer.as_ref().map(|writer| &writer.keypair);
        self.history.export_signed(have, keypair)
    }

    /// Every change from one on, in the order of [`History::changes`], as bytes to
    /// [`apply`](Self::apply) where all before it is: what a store appends. Where there is none, the
    /// genesis record alone, if it is known. What was written here
    /// since the last export is signed once. Costs what is exported.
    pub fn export_since(&self, first: usize) -> Vec<u8> {
        let keypair = self.writer.as_ref().map(|writer| &writer.keypair);
        self.history.export_signed_since(first, keypair)
    }

    /// Every change, as a document is saved.
    fn export_all(&self) -> Vec<u8> {
        self.history.export_all(self.writer.as_ref().map(|writer| &writer.keypair))
    }

    /// Applies the ops of changes from `start` on to the state.
    fn replay(&mut self, start: ChangeIndex) {
        self.effects.let_go();
        self.take_in_from(start, true);
    }

    /// Has the state take in the changes from `start` on, for observers to see or not.
    fn take_in_from(&mut self, start: ChangeIndex, seen: bool) {
        let Self { history, state, effects, .. } = self;
        let (end, before) = (history.end(), effects.end());
        let watch = seen.then_some(&mut *effects);
        let mut replayed = replay(history, start..end, state, self.keeps_all, watch);
        if replayed.let_go {
            // Once: from now on nothing is let go of. What observers have seen is built first.
            self.keeps_all = true;
            *state = T::State::default();
            effects.rewind(before);
            let known = replay(history, 0..start, state, true, None);
            let watch = seen.then_some(&mut *effects);
            replayed = replay(history, start..end, state, true, watch);
            replayed.partial |= known.partial;
        }
        self.partial |= replayed.partial;
    }

    /// What is written must not be added to a stretch of signatures that is full, as one is that a
    /// large bundle has come into.
    fn begin_stretch(&mut self) {
        if let Some(writer) = &self.writer {
            self.history.seal_when_full(&writer.keypair);
        }
    }

    /// Another writer with the same key may have gone on with the chain.
    fn follow_own_chain(&mut self) {
        if let Some(writer) = &mut self.writer {
            let chains = self.history.chains();
            writer.tip = match writer.tip {
                Some(tip) => chains.tip_of(chains.branch_of(tip)),
                None => self.history.tip_of_author(&writer.keypair.author()),
            };
        }
    }

    /// Builds the state anew from all changes.
    fn rebuild(&mut self) {
        self.state = T::State::default();
        self.take_in_from(0, false);
    }
}

/// What is known of changes that a state has taken in.
#[derive(Default)]
struct Replayed {
    /// Whether one says more than the state's type knows.
    partial: bool,
    /// Whether one annuls what the state may have let go of. Then the state has not taken it in.
    let_go: bool,
}

/// Has a state take in some changes, and keeps their effects if somebody observes. Compiled once,
/// not for each type.
fn replay(
    history: &History,
    changes: Range<ChangeIndex>,
    state: &mut dyn NodeState,
    keeps_all: bool,
    mut effects: Option<&mut EffectLog>,
) -> Replayed {
    let (chains, mut replayed) = (history.chains(), Replayed::default());
    let mut sink = effects.as_ref().and_then(|effects| effects.sink());
    history.replay(changes, |path, op| {
        #[cfg(test)]
        crate::steps::count();
        let op = Incoming::replayed(op, keeps_all, sink.as_ref());
        replayed.let_go |= op.wants_all();
        if replayed.let_go {
            return;
        }
        let fit = take_in(state, path, &op, chains);
        if let (Some(sink), Some(effects)) = (&mut sink, &mut effects) {
            effects.take(sink, path);
        }
        match fit {
            Fit::Applied => {}
            Fit::Partial => replayed.partial = true,
            Fit::Inert(reason) | Fit::Refused(reason) => {
                tracing::debug!(?reason, ?path, "an op has no effect");
            }
        }
    });
    replayed
}

/// Has a state take in an op.
fn take_in(
    state: &mut dyn NodeState,
    path: &[Segment<'_, Id>],
    op: &Incoming<'_>,
    chains: &Chains,
) -> Fit {
    match op.action {
        Action::Unknown { .. } => Fit::Inert(Misfit::UnknownKind),
        _ => state.apply(path, op, chains),
    }
}

impl History {
    /// What the changes come to as JSON, without the document's type, for tools that do not know
    /// it; [`Document::value_as_json`] gives that of the typed value.
    ///
    /// Structs and maps are objects, lists arrays, texts strings, counters numbers (or, beyond 64
    /// bits, strings), registers their values. An enum is its variant's name or, if something was
    /// written in what the variant holds, an object with that name; one that was never selected is
    /// null. An optional node is an object with the key `true`, or an empty one. A `Json` is the
    /// JSON it reads as. Fields that were never written are not there, and elements in which
    /// nothing was are null.
    pub fn to_json(&self) -> serde_json::Value {
        Untyped::of(self).to_json(self.chains())
    }
}
