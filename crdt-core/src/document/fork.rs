use thiserror::Error;

use super::Document;
use crate::crypto::Keypair;
use crate::history::ApplyError;
use crate::node::CrdtNode;

/// Why a document cannot have a second writer.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum ForkError {
    /// The key is that of this document's writer. Two that write with one key fork its chain, which
    /// everybody sees as an equivocation.
    #[error("the key is the one that this document writes with: a second writer needs its own")]
    SameKey,
    /// The history does not prove itself, as that of a file that was [loaded](Document::load)
    /// although somebody else has made it up.
    #[error("the history of this document does not prove itself: {0}")]
    Unproven(ApplyError),
    /// The history is not what its changes come to, for the same reason.
    #[error("the history of this document is not what its changes come to")]
    Inconsistent,
}

impl From<ApplyError> for ForkError {
    fn from(error: ApplyError) -> Self {
        Self::Unproven(error)
    }
}

impl<T: CrdtNode> Document<T> {
    /// A second writer of this document in this process, with all that is known here, under a key
    /// of its own. What waits here for other changes waits there too.
    ///
    /// # Errors
    /// [`ForkError::SameKey`] if the key is the one that is used here; others if the history does
    /// not prove itself.
    pub fn fork(&self, keypair: Keypair) -> Result<Self, ForkError> {
        if self.author() == Some(keypair.author()) {
            return Err(ForkError::SameKey);
        }
        let history = self.history.copied(&self.export_all())?;
        if history.heads() != self.heads() {
            return Err(ForkError::Inconsistent);
        }
        Ok(Self { any_type: self.any_type, ..Self::over(history, Some(keypair)) })
    }
}
