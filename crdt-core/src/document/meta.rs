use crate::codec::write;
use crate::crypto::ChangeHash;
use crate::history::{Tags, tag};

/// What a change says of itself beside its ops, for [`change_with`](crate::Document::change_with).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ChangeOptions {
    message: Option<String>,
    claimed_time: Option<u64>,
    pub(super) after: Vec<ChangeHash>,
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

    /// In bytes.
    pub(super) fn message_length(&self) -> usize {
        self.message.as_ref().map_or(0, String::len)
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
