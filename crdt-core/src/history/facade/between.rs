//! Versions: what lies between them, and going from one to another.

use super::History;
use crate::crypto::ChangeHash;
use crate::history::format::named::Heads;
use crate::history::format::numbers::ChangeIndex;
use crate::history::replay::{Replayed, replay};
use crate::history::save::Kept;
use crate::history::version::{Between, Version, VersionError, Way, indexes};
use crate::op::{Id, Segment};

impl History {
    /// The changes that lie between two versions, each named by its heads, forwards or backwards.
    /// Costs time in the changes that were admitted here after the oldest one that differs.
    ///
    /// ```
    /// # use crdt_core::{Document, Keypair, Text};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut mine = Document::<Text>::create(Keypair::generate()?)?;
    /// # let mut yours = Document::<Text>::join(mine.id(), Keypair::generate()?);
    /// let version = mine.heads();
    /// mine.change(|text| text.insert(0, "Hello"))?;
    /// yours.change(|text| text.insert(0, "Hi"))?;
    /// mine.merge(&mut yours)?;
    ///
    /// let between = mine.history().between(&version, &mine.heads())?;
    /// assert_eq!(between.gained.len(), 2);
    /// let from_elsewhere = |author| Some(author) != mine.author();
    /// assert!(between.gained.iter().any(|change| from_elsewhere(change.author())));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`VersionError::UnknownHead`] if a head is not known here.
    pub fn between(
        &self,
        from: &[ChangeHash],
        to: &[ChangeHash],
    ) -> Result<Between<'_>, VersionError> {
        Between::new(self.store(), from, to)
    }

    /// The same changes, to be read while this history goes on: they are copied when it does. What
    /// waits, and the signatures, are not there.
    pub(crate) fn as_it_is(&self) -> Self {
        Kept::of_store(self.kept.store.share()).into()
    }

    /// The changes that hashes name.
    pub(crate) fn indexes(&self, heads: &[ChangeHash]) -> Result<Vec<ChangeIndex>, VersionError> {
        indexes(self.store(), heads)
    }

    /// What lies between a version and that of some changes and all that they depend on.
    pub(crate) fn way(&self, from: &Version, to: &[ChangeIndex]) -> Way {
        Way::between(self.store(), from.heads(), to)
    }

    /// A version with more changes, which come after all that they depend on.
    pub(crate) fn version_with(&self, version: &Version, gained: &[ChangeIndex]) -> Version {
        version.with(self.store(), gained)
    }

    /// The hashes of the heads of a version.
    pub(crate) fn heads_of(&self, version: &Version) -> Heads {
        version.heads().iter().map(|head| self.chains().hash_of(*head)).collect()
    }

    /// [Calls](Self::replay) `sink` with every op of some changes, given in order of admission.
    pub(crate) fn replay_some(
        &self,
        changes: &[ChangeIndex],
        sink: impl FnMut(&[Segment<'_, Id>], Replayed<'_>),
    ) {
        replay(self.store(), changes.iter().copied(), sink);
    }
}
