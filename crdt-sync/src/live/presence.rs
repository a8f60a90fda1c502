//! Who else is in a document.

use core::fmt;
use core::marker::PhantomData;
use std::sync::{Arc, Weak};

use crdt_core::serde_json::{from_slice, to_vec};
use crdt_core::sorted::SortedMap;
use crdt_core::{Author, CrdtNode};
use crdt_store::backend::Place;
use futures_util::stream::{self, Stream};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;
use tokio::sync::watch;

use super::Live;
use crate::host::{Entry, Shareable};
use crate::protocol::MAX_PRESENCE;

/// Why something cannot be shown.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum PresenceError {
    /// It is too long.
    #[error("what is shown has {0} bytes as JSON, and may have {MAX_PRESENCE}: show less")]
    TooLong(usize),
    /// It is none that JSON can say.
    #[error("what is shown cannot be written as JSON: {0}")]
    Json(String),
    /// The store is open for reading.
    #[error("the store is open for reading only: what is shown is signed with the key that writes")]
    NoKey,
}

/// Somebody who is in a document, or has left it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Other<P> {
    /// Whose key has signed it.
    pub author: Author,
    /// What they show; `None` if they have left, were not heard of for a minute, or show what this
    /// app does not know.
    pub presence: Option<P>,
}

/// Who else is in a document, one after the other; made by [`Live::others`].
///
/// It does not keep the document open: there is no more when the last handle is gone.
pub struct Others<P> {
    entry: Weak<Entry>,
    changed: watch::Receiver<u64>,
    /// What was said of whom.
    told: SortedMap<Author, Vec<u8>>,
    shows: PhantomData<fn() -> P>,
}

impl<P> fmt::Debug for Others<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Others").field("told", &self.told.len()).finish_non_exhaustive()
    }
}

impl<T: CrdtNode, S: Place + Shareable> Live<T, S> {
    /// Shows others where you are in the document, who you are, or whatever else: at most 1 KiB as JSON,
    /// signed with the key of the store. It never enters the history. Those see it who are connected to
    /// the same relays with the document [bound](crate::Peer::bind), until it is
    /// [hidden](Self::hide), the document is closed, or they have not heard of it for a minute. It can be
    /// called as often as something changes: what is shown last is what others get. Who comes later is
    /// shown it by the relay.
    ///
    /// Of several handles or processes with the key of one store, others see what the one shows that
    /// began to last.
    ///
    /// # Errors
    /// [`PresenceError`], if it cannot be shown.
    ///
    /// ```
    /// # use crdt_core::{Keypair, Text};
    /// # use crdt_store::Store;
    /// # use crdt_sync::Live;
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Serialize, Deserialize)]
    /// struct Me {
    ///     name: String,
    ///     line: usize,
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let store = Store::in_memory(Keypair::generate()?);
    /// # let text = Live::new(store.create::<Text>()?);
    /// text.show(&Me { name: "Alice".into(), line: 7 })?;
    /// let mut others = text.others::<Me>();
    /// tokio::spawn(async move {
    ///     while let Some(other) = others.next().await {
    ///         match other.presence {
    ///             Some(Me { name, line }) => println!("{name} is in line {line}"),
    ///             None => println!("{} has left", other.author),
    ///         }
    ///     }
    /// });
    /// # Ok(())
    /// # }
    /// ```
    pub fn show<P: Serialize + ?Sized>(&self, presence: &P) -> Result<(), PresenceError> {
        let bytes = to_vec(presence).map_err(|error| PresenceError::Json(error.to_string()))?;
        if bytes.len() > MAX_PRESENCE {
            return Err(PresenceError::TooLong(bytes.len()));
        }
        if self.shared.store.keypair().is_none() {
            return Err(PresenceError::NoKey);
        }
        self.shared.entry.show(bytes);
        Ok(())
    }

    /// Shows nothing any more: others are told that you have left.
    pub fn hide(&self) {
        self.shared.entry.show(Vec::new());
    }

    /// Who else is there: those who are now, and then whoever comes, shows something else or leaves.
    pub fn others<P: DeserializeOwned>(&self) -> Others<P> {
        let entry = &self.shared.entry;
        let changed = entry.scene.changed();
        Others { entry: Arc::downgrade(entry), changed, told: SortedMap::new(), shows: PhantomData }
    }
}

impl<P: DeserializeOwned> Others<P> {
    /// Waits until there is something new of somebody; `None` when the document is no longer shared.
    /// Nothing is missed if the future is dropped, and of what was shown meanwhile the last is told.
    pub async fn next(&mut self) -> Option<Other<P>> {
        loop {
            self.changed.borrow_and_update();
            let news = {
                let entry = self.entry.upgrade()?;
                self.news(&entry)
            };
            if news.is_some() {
                return news;
            }
            self.changed.changed().await.ok()?;
        }
    }

    /// What was not told yet of somebody.
    fn news(&mut self, entry: &Entry) -> Option<Other<P>> {
        let now: SortedMap<_, _> = entry.scene.others(entry.id).into_iter().collect();
        let left = self.told.keys().copied().find(|author| !now.contains_key(author));
        if let Some(author) = left {
            self.told.remove(&author);
            return Some(Other { author, presence: None });
        }
        let mut all = now.into_iter();
        let (author, bytes) = all.find(|(author, bytes)| self.told.get(author) != Some(bytes))?;
        let presence = from_slice(&bytes).ok();
        self.told.insert(author, bytes);
        Some(Other { author, presence })
    }

    /// All of them as a stream.
    pub fn into_stream(self) -> impl Stream<Item = Other<P>> {
        stream::unfold(self, |mut others| async move {
            let other = others.next().await?;
            Some((other, others))
        })
    }
}
