use crate::codec::write;
use crate::crypto::ChangeHash;
use crate::history::{ChangeIndex, History, Tags, tag};
use crate::node::EditError;
use crate::op::limits::MAX_TAG_BYTES;

/// What a change says of itself beside its ops, for [`change_with`](crate::Document::change_with).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ChangeOptions {
    message: Option<String>,
    claimed_time: Option<u64>,
    after: Vec<ChangeHash>,
    joined: bool,
}

impl ChangeOptions {
    /// Nothing beside the ops.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the author says about the change.
    #[must_use]
    pub fn message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// When the author says the change was made, in milliseconds since 1970-01-01 UTC. Nothing
    /// depends on it.
    #[must_use]
    pub fn claimed_time(mut self, milliseconds: u64) -> Self {
        self.claimed_time = Some(milliseconds);
        self
    }

    /// Makes the change depend on another one explicitly. Every change depends on the heads, and so
    /// on everything known when it is made; naming one more keeps the dependency visible in the
    /// change itself.
    ///
    /// With this, even a closure that edits nothing makes a change, one without ops.
    #[must_use]
    pub fn after(mut self, change: ChangeHash) -> Self {
        self.after.push(change);
        self
    }

    /// Makes the change belong to the group of the one before, so that [`undo`] undoes both at
    /// once, unless something was undone or redone since.
    ///
    /// [`undo`]: crate::Document::undo
    #[must_use]
    pub fn joined(mut self) -> Self {
        self.joined = true;
        self
    }

    /// Whether the change belongs to the group of the one before.
    pub(super) fn joins(&self) -> bool {
        self.joined
    }

    /// The further dependencies in a history, unless a change of it cannot say all this of itself.
    pub(super) fn known(&self, history: &History) -> Result<Vec<ChangeIndex>, EditError> {
        let length = self.message.as_ref().map_or(0, String::len);
        let tags = self.tags().as_bytes().len();
        if tags > MAX_TAG_BYTES {
            let limit = MAX_TAG_BYTES - (tags - length);
            return Err(EditError::MessageTooLong { length, limit });
        }
        let index =
            |hash: &ChangeHash| history.index_of(hash).ok_or(EditError::UnknownDependency(*hash));
        self.after.iter().map(index).collect()
    }

    pub(super) fn tags(&self) -> Tags {
        if self.message.is_none() && self.claimed_time.is_none() {
            return Tags::NONE;
        }
        let time = self.claimed_time.map(|time| {
            let mut bytes = Vec::new();
            write::varint(&mut bytes, time);
            (tag::CLAIMED_TIME, bytes)
        });
        let message = self.message.as_ref().map(|text| (tag::MESSAGE, text.clone().into_bytes()));
        Tags::new(time.into_iter().chain(message))
    }
}
