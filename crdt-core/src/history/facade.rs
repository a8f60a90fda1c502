//! The history as it is used: every method, each of which asks a service.

mod arrivals;
mod between;
mod portions;
pub(super) mod salvage;

use core::fmt;

use super::change::Change;
use super::commit::draft::Draft;
use super::commit::{Committer, Hasher, Unwritten};
use super::export::{Exporter, had};
use super::format::frontier::Frontier;
use super::format::genesis::Genesis;
use super::format::named::Heads;
use super::format::numbers::{BranchIndex, ChangeIndex};
use super::format::proof::{Equivocation, EquivocationProof};
use super::log::Log;
use super::pending::PendingLimits;
use super::prepare::HistoryMark;
use super::receive::ApplyError;
use super::replay::{Replayed, replay};
use super::save::{Kept, LoadError, WrittenHistory};
use super::store::chains::Chains;
use super::{equivocation, store};
use crate::codec::Reader;
use crate::crypto::{Author, ChangeHash, DocumentId, Keypair};
use crate::op::{Id, Segment};

/// Every admitted change of a document, and the bundles that wait for others.
///
/// A history needs no Rust type: a relay or a tool keeps one to store, verify and forward a
/// document it does not understand. A [`Document`](crate::Document) has one inside.
pub struct History {
    pub(super) kept: Kept,
    hasher: Hasher,
}

/// The document, its heads, and how much there is; not the content.
impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History")
            .field("document", &self.document())
            .field("changes", &self.len())
            .field("heads", &self.heads())
            .field("pending", &self.pending())
            .finish_non_exhaustive()
    }
}

impl From<Kept> for History {
    fn from(kept: Kept) -> Self {
        Self { kept, hasher: None }
    }
}

/// What there is.
impl History {
    /// An empty history of a document, of which only the id is known so far.
    pub fn new(document: DocumentId) -> Self {
        Self::with_limits(document, PendingLimits::default())
    }

    /// An empty history with limits of its own for the buffer of waiting bundles.
    pub fn with_limits(document: DocumentId, limits: PendingLimits) -> Self {
        Kept::new(document, limits).into()
    }

    /// The history of a new document.
    pub(crate) fn founded(genesis: Genesis) -> Self {
        let mut history = Self::new(genesis.document());
        history.kept.store.genesis = Some(genesis);
        history
    }

    /// The id of the document.
    pub fn document(&self) -> DocumentId {
        self.store().document
    }

    /// The record the document began with, once a bundle has brought it.
    pub fn genesis(&self) -> Option<&Genesis> {
        self.store().genesis.as_ref()
    }

    /// The changes that no known change depends on, ascending: the version of the document.
    pub fn heads(&self) -> Heads {
        self.store().heads().into()
    }

    /// How many changes there are.
    pub fn len(&self) -> usize {
        self.end() as usize
    }

    /// Whether there are no changes.
    pub fn is_empty(&self) -> bool {
        self.end() == 0
    }

    /// The index that the next change will have.
    pub(crate) fn end(&self) -> ChangeIndex {
        self.chains().len()
    }

    /// Whether a change is known. O(1), but for an opened document's old changes: to say that one
    /// is among them or is not, the first question unpacks them all.
    pub fn contains(&self, change: &ChangeHash) -> bool {
        self.index_of(change).is_some()
    }

    /// Where a change is in the order of [`changes`](Self::changes), counted from 0; `None` if it
    /// is not known. Costs what [`contains`](Self::contains) does.
    pub fn number_of(&self, change: &ChangeHash) -> Option<usize> {
        self.index_of(change).map(|index| index as usize)
    }

    pub(crate) fn index_of(&self, change: &ChangeHash) -> Option<ChangeIndex> {
        self.store().index_of(change)
    }

    /// A change by its hash. Costs what [`contains`](Self::contains) does.
    pub fn change(&self, hash: &ChangeHash) -> Option<Change<'_>> {
        self.index_of(hash).map(|index| Change::new(self.store(), index))
    }

    /// All changes, each after everything it depends on. The order is that of arrival and differs
    /// between replicas.
    pub fn changes(&self) -> impl Iterator<Item = Change<'_>> {
        self.changes_from(0)
    }

    /// All [changes](Self::changes) but the first so many.
    pub(crate) fn changes_from(&self, start: ChangeIndex) -> impl Iterator<Item = Change<'_>> {
        (start..self.end()).map(|index| Change::new(self.store(), index))
    }

    /// The changes, the newest first: those that came here last. Which of them, and in which order,
    /// is said with what [`Log`] offers; of each there is who wrote it, when and upon what.
    ///
    /// ```
    /// # use crdt_core::{ChangeOptions, Document, Keypair, Text};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut text = Document::<Text>::create(Keypair::generate()?)?;
    /// let options = ChangeOptions::new().message("begin").claimed_time(1_700_000_000_000);
    /// text.change_with(&options, |text| text.push_str("Hello"))?;
    /// text.change(|text| text.push_str(" world"))?;
    /// for change in text.log().take(20) {
    ///     let (author, said) = (change.author(), change.message().unwrap_or("-"));
    ///     println!("{} {author} {said} {} ops", change.hash(), change.op_count());
    /// }
    /// let first = text.log().oldest_first().next().ok_or("there are two")?;
    /// assert_eq!((first.message(), first.made_upon().len()), (Some("begin"), 0));
    /// # Ok(())
    /// # }
    /// ```
    pub fn log(&self) -> Log<'_> {
        Log::new(self.store())
    }

    /// The last change of an author, which its next one follows: where its chain forks, that of the
    /// longest part. Looks at every chain, and at no change but the last.
    pub fn last_of(&self, author: &Author) -> Option<ChangeHash> {
        self.tip_of_author(author).map(|tip| self.chains().hash_of(tip))
    }

    /// The authors of changes, ascending.
    pub fn authors(&self) -> impl Iterator<Item = Author> {
        self.chains().authors.ascending()
    }

    /// Canonical bytes of all changes, as the limits of a bundle count them. Memory, work and what
    /// is saved grow with them, so they are what to bound. O(1).
    pub fn bytes(&self) -> u64 {
        self.store().sizes.all()
    }

    /// Canonical bytes of the changes of an author, 0 if there are none. O(log authors).
    pub fn bytes_by(&self, author: &Author) -> u64 {
        let number = self.chains().authors.find(author);
        number.map_or(0, |number| self.store().sizes.of(number))
    }

    /// How many signatures are kept to prove the changes to others. One covers the changes of its
    /// author before it, so there are fewer than changes; none of what a document has written and
    /// not signed yet is among them. O(signatures).
    pub fn signatures(&self) -> usize {
        self.kept.coverage.signatures(self.store()).count()
    }

    /// How ops are named and ordered.
    pub(crate) fn chains(&self) -> &Chains {
        &self.store().chains
    }

    /// How many packs of old changes there are, and how many of them are unpacked.
    #[cfg(test)]
    pub(crate) fn packs(&self) -> (usize, usize) {
        (self.store().archive.packs().count(), self.store().archive.unpacked())
    }

    fn store(&self) -> &store::Store {
        &self.kept.store
    }

    /// Calls `sink` with every op of some changes, in order of admission. The
    /// counters of a delete are of the chain that runs down to the branch it names. Text that is
    /// typed on over several changes comes as one insert.
    pub(crate) fn replay(
        &self,
        changes: impl IntoIterator<Item = ChangeIndex>,
        sink: impl FnMut(&[Segment<'_, Id>], Replayed<'_>),
    ) {
        replay(self.store(), changes, sink);
    }
}

/// What leaves.
impl History {
    /// Every change that is not among `have` and what those depend on, as bundles; nothing if there
    /// is none. What this replica wrote and has not signed yet is left out: a
    /// [`Document`](crate::Document) signs it.
    ///
    /// Hashes that are not known here say nothing and are passed over. The heads of a replica that
    /// has written something of its own are such hashes: to that replica, everything is sent. Name
    /// heads that both sides have had, or ask for a [`frontier`](Self::frontier) and
    /// [`export_for`](Self::export_for) it.
    ///
    /// Costs time in the changes sent and those that came here after the first of them, not in the
    /// length of the history; of an opened document, old changes are unpacked if some of them are
    /// sent or `have` names others than heads and ends of chains.
    pub fn export(&self, have: &[ChangeHash]) -> Vec<u8> {
        self.export_signed(have, None)
    }

    /// Every change from one on, in the order of [`changes`](Self::changes), as bytes to
    /// [`apply`](Self::apply) where all before it is: what a store appends. Where there is none, the
    /// genesis record alone, if it is known. Costs what is exported.
    pub fn export_since(&self, first: usize) -> Vec<u8> {
        self.export_signed_since(first, None)
    }

    pub(crate) fn export_signed_since(&self, first: usize, keypair: Option<&Keypair>) -> Vec<u8> {
        let first = ChangeIndex::try_from(first).unwrap_or(ChangeIndex::MAX);
        self.exporter(keypair).since(first.min(self.end()))
    }

    /// What a replica with these changes lacks, as bundles, what this replica wrote and has not
    /// signed yet included, with its signature.
    pub(crate) fn export_signed(&self, have: &[ChangeHash], keypair: Option<&Keypair>) -> Vec<u8> {
        self.exporter(keypair).beyond(have)
    }

    /// Every change, and the genesis record even if there is none.
    pub(crate) fn export_all(&self, keypair: Option<&Keypair>) -> Vec<u8> {
        self.exporter(keypair).all()
    }

    /// What is here, said so that others can compare. O(n log n) in the number of chains.
    pub fn frontier(&self) -> Frontier {
        had::frontier(self.store())
    }

    /// What a replica with this frontier lacks, as bundles; nothing if it lacks nothing. What this
    /// replica wrote and has not signed yet is left out: a [`Document`](crate::Document) signs it.
    ///
    /// After each has taken in what the other sent, both have the same. Only if an author's chain
    /// forks between the two, so that each has a branch that the other has not seen, a second
    /// exchange may be needed; it always is enough.
    ///
    /// Costs time in the number of chains and in the changes sent, not in the length of the
    /// history. An author that forks between the two makes it look through what the other has, and
    /// send some of that again. Of an opened document, old changes are unpacked if some of them are
    /// sent, or around those that the frontier names.
    pub fn export_for(&self, frontier: &Frontier) -> Vec<u8> {
        self.export_signed_for(frontier, None)
    }

    /// What a replica with this frontier lacks, as bundles, what this replica wrote and has not
    /// signed yet included, with its signature.
    pub(crate) fn export_signed_for(
        &self,
        frontier: &Frontier,
        keypair: Option<&Keypair>,
    ) -> Vec<u8> {
        self.exporter(keypair).beyond_frontier(frontier)
    }

    /// Whether an author has forked between here and the replica with a frontier, as seen from
    /// here.
    pub(crate) fn is_contested(&self, frontier: &Frontier) -> bool {
        had::had_by(self.store(), frontier).is_contested
    }

    fn exporter<'a>(&'a self, keypair: Option<&'a Keypair>) -> Exporter<'a> {
        let (store, coverage) = (self.store(), &self.kept.coverage);
        Exporter { store, coverage, keypair, genesis: true }
    }

    /// Every place where an author's chain forks, by author and sequence number.
    pub fn equivocations(&self) -> Vec<Equivocation> {
        equivocation::equivocations(self.store())
    }

    /// The proof that the first two changes of an equivocation are by one author with one sequence
    /// number. `None` if it is not one of this history's, or if its signature is not there yet (the
    /// newest changes of this replica's own author are signed when they are exported).
    pub fn prove(&self, equivocation: &Equivocation) -> Option<EquivocationProof> {
        equivocation::prove(self.store(), &self.kept.coverage, equivocation)
    }
}

/// What is written here.
impl History {
    /// The change of an author that its next one follows: the last one of its longest chain.
    pub(crate) fn tip_of_author(&self, author: &Author) -> Option<ChangeIndex> {
        self.store().tip_of_author(author)
    }

    /// The branch on which all changes of an author lie; `None` if there are none, or its chain
    /// forks. O(log n).
    pub(crate) fn unforked(&self, author: &Author) -> Option<BranchIndex> {
        self.store().unforked(author)
    }

    /// Writes and appends a change, which is what the draft follows then; it stays unsigned until
    /// it leaves.
    ///
    /// # Errors
    /// [`Unwritten`]; the draft is as it was.
    pub(crate) fn commit(&mut self, draft: &mut Draft) -> Result<(), Unwritten> {
        self.committer().commit(draft)
    }

    /// Writes and appends a draft as several changes, and gives the id that its first op got. The
    /// last of them is what the draft follows then. The state has to take them in from here.
    ///
    /// # Errors
    /// [`Unwritten`] if a single value is too large for a change, or another reason remains. Some
    /// changes may have been appended: the caller goes back to before.
    pub(crate) fn commit_in_steps(
        &mut self,
        draft: &mut Draft,
        keypair: &Keypair,
    ) -> Result<Id, Unwritten> {
        self.committer().commit_in_steps(draft, keypair)
    }

    /// What to go back to, until the next mark.
    pub(crate) fn mark(&mut self) -> HistoryMark {
        self.kept.mark()
    }

    /// Goes back. Costs what came since.
    pub(crate) fn roll_back(&mut self, mark: HistoryMark) {
        self.kept.roll_back(mark);
    }

    /// Gives up going back.
    pub(crate) fn forget_mark(&mut self) {
        self.kept.forget_mark();
    }

    fn committer(&mut self) -> Committer<'_> {
        let Kept { store, coverage, .. } = &mut self.kept;
        Committer { store, coverage, hasher: &mut self.hasher }
    }

    /// Signs what this replica wrote, so that everything in the history is covered.
    #[cfg(test)]
    pub(crate) fn seal(&mut self, keypair: &Keypair) {
        self.kept.coverage.seal(&self.kept.store.chains, keypair);
    }

    /// Seals and closes the open stretch when it is large.
    pub(crate) fn seal_when_full(&mut self, keypair: &Keypair) {
        self.kept.coverage.seal_when_full(&self.kept.store.chains, keypair);
    }
}

/// What is saved.
impl History {
    /// The whole history as it is saved, and what waits for others if that is wanted, signing what
    /// this replica wrote and has not signed yet.
    pub(crate) fn written(&self, keypair: Option<&Keypair>, waiting: bool) -> WrittenHistory {
        self.kept.written(keypair, waiting)
    }

    /// Reads what was [written](Self::written), and believes it. Packs stay packed, so
    /// it costs time and memory in proportion to the bytes whoever wrote them.
    pub(crate) fn read_saved(
        reader: &mut Reader<'_>,
        document: DocumentId,
    ) -> Result<Self, LoadError> {
        Kept::read(reader, document).map(Self::from)
    }

    /// This history with everything checked anew, as if it had come from elsewhere: all changes
    /// are taken in, every signature is verified, and everything else that the file says of the
    /// changes has to be what they come to.
    pub(crate) fn verified(&self) -> Result<Self, LoadError> {
        self.kept.verified().map(Self::from)
    }

    /// A history of these changes of it, and of what waits in it, which is checked as what comes
    /// from elsewhere is.
    pub(crate) fn copied(&self, changes: &[u8]) -> Result<Self, ApplyError> {
        self.kept.copied(changes).map(Self::from)
    }

    /// A copy without the changes that no signature covers yet, if there are any.
    pub(crate) fn without_unsigned(&self) -> Option<Self> {
        self.kept.coverage.unsigned_from()?;
        self.copied(&self.export(&[])).ok()
    }
}
