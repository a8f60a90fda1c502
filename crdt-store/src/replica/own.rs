//! What this store wrote to a document, whoever has it now.
//!
//! A document can be removed, and come back from somebody who has only a part of it. Its chains end
//! earlier then. Whoever writes there goes on behind its own last change, or forks its chain.

use crdt_core::{Author, ChangeHash, History};

use super::Replica;
use crate::backend::{Tip, Write};
use crate::error::StoreError;

impl Replica {
    /// Whether what an author wrote here last is here now, so that it may go on.
    pub(crate) fn check_own(
        &mut self,
        history: &History,
        author: Option<Author>,
    ) -> Result<(), StoreError> {
        let Some(change) = self.own_tip(author) else { return Ok(()) };
        if self.own != Some(change) && !history.contains(&change) {
            return Err(StoreError::OwnMissing(self.id));
        }
        self.own = Some(change);
        Ok(())
    }

    fn own_tip(&self, author: Option<Author>) -> Option<ChangeHash> {
        let author = author?;
        self.tips.iter().find(|tip| tip.author == author).map(|tip| tip.change)
    }

    /// What is to be written when an author's change becomes its last.
    pub(crate) fn tip(&self, author: Option<Author>, change: Option<ChangeHash>) -> Option<Write> {
        let (author, change) = (author?, change?);
        let others = self.tips.iter().filter(|tip| tip.author != author);
        Some(Write::Tips(others.copied().chain([Tip { author, change }]).collect()))
    }

    /// What is to be written of the author of a document that was brought along, unless what it
    /// wrote here last is still missing.
    pub(crate) fn tip_of(&self, history: &History, author: Option<Author>) -> Option<Write> {
        let known = self.own_tip(author);
        let is_here = known.is_none_or(|change| history.contains(&change));
        let last = author.and_then(|author| history.last_of(&author));
        self.tip(author, last.filter(|_| is_here))
    }
}
