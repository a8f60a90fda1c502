//! Loro, with its default configuration.
//!
//! - A change is what is committed; consecutive commits of one peer are joined into one change in its
//!   log, as it does by default.
//! - A message is what `subscribe_local_update` gives, the way its documentation recommends for sync.
//! - All of a history is sent as updates (`loro`) or as a snapshot (`loro-snapshot`), which also holds
//!   the state, so that a fresh replica need not replay the history. Saving is the snapshot in both.
//! - Earlier versions are checked out in a fork, which begins at the present.
//! - Positions are scalar values.

mod board;
mod shared;
mod sync;

use std::sync::{Arc, Mutex, PoisonError};

use loro::{ExportMode, Frontiers, LoroDoc, LoroText, Subscription};

use crate::fault::{Fault, Result};
use crate::task::past::Past;
use crate::task::text::{self, Exchange, Store, Text};
use crate::task::{Offer, Task};
use crate::trace::Patch;

/// How it does a task.
pub fn offer(task: Task) -> Offer {
    match task {
        Task::Board => Offer::Run(crate::task::board::run::<board::ContainerBoard<false>>),
        Task::CrdtBenchmarks => Offer::Run(crate::task::crdt_benchmarks::run::<shared::RootShared>),
        Task::Past => Offer::Run(crate::task::past::run::<Article<false>>),
        Task::Sync => Offer::Run(crate::task::sync::run::<Article<false>>),
        _ => text::offer::<Article<false>>(task),
    }
}

/// How it does a task where a history is sent as a snapshot.
pub fn offer_snapshot(task: Task) -> Offer {
    match task {
        Task::Board => Offer::Run(crate::task::board::run::<board::ContainerBoard<true>>),
        Task::Local | Task::LocalEach | Task::MergeOne | Task::MergeEach | Task::Concurrent => {
            text::offer::<Article<true>>(task)
        }
        Task::Signing | Task::Growth => Offer::Absent,
        _ => Offer::Cannot("the same as loro"),
    }
}

struct Article<const SNAPSHOT: bool> {
    document: LoroDoc,
    text: LoroText,
    outbox: Option<Outbox>,
}

/// The updates that were committed here and not yet sent.
struct Outbox {
    updates: Arc<Mutex<Vec<u8>>>,
    _subscription: Subscription,
}

impl Outbox {
    fn new(document: &LoroDoc) -> Self {
        let updates = Arc::new(Mutex::new(Vec::new()));
        let filled = Arc::clone(&updates);
        // Every commit is sent before the next one, so there is never more than one update.
        let subscription = document.subscribe_local_update(Box::new(move |update| {
            filled.lock().unwrap_or_else(PoisonError::into_inner).clone_from(update);
            true
        }));
        Self { updates, _subscription: subscription }
    }

    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.updates.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<const SNAPSHOT: bool> Article<SNAPSHOT> {
    fn new(document: LoroDoc) -> Self {
        let text = document.get_text("text");
        Self { document, text, outbox: None }
    }

    fn with_peer(peer: usize) -> Result<Self> {
        let document = LoroDoc::new();
        document.set_peer_id(u64::try_from(peer)?)?;
        Ok(Self::new(document))
    }
}

impl<const SNAPSHOT: bool> Text for Article<SNAPSHOT> {
    fn create() -> Result<Self> {
        Self::with_peer(1 << 20)
    }

    fn edit<'a>(&mut self, patches: impl Iterator<Item = &'a Patch>) -> Result<()> {
        for Patch { at, deleted, inserted } in patches {
            if *deleted > 0 {
                self.text.delete(*at, *deleted)?;
            }
            if !inserted.is_empty() {
                self.text.insert(*at, inserted)?;
            }
        }
        self.document.commit();
        Ok(())
    }

    fn text(&self) -> Result<String> {
        Ok(self.text.to_string())
    }
}

impl<const SNAPSHOT: bool> Exchange for Article<SNAPSHOT> {
    fn replica(&self, agent: usize) -> Result<Self> {
        Self::with_peer(agent + 1)
    }

    fn edit_and_send<'a>(&mut self, patches: impl Iterator<Item = &'a Patch>) -> Result<Vec<u8>> {
        if self.outbox.is_none() {
            self.outbox = Some(Outbox::new(&self.document));
        }
        self.edit(patches)?;
        Ok(self.outbox.as_ref().map(Outbox::take).unwrap_or_default())
    }

    fn bundle(&mut self) -> Result<Vec<u8>> {
        let mode = if SNAPSHOT { ExportMode::Snapshot } else { ExportMode::all_updates() };
        Ok(self.document.export(mode)?)
    }

    fn receive(&mut self, message: &[u8]) -> Result<()> {
        if message.is_empty() {
            return Ok(());
        }
        let status = self.document.import(message)?;
        if status.pending.is_some() {
            return Err(Fault::peer("a message was not applied").into());
        }
        Ok(())
    }
}

impl<const SNAPSHOT: bool> Store for Article<SNAPSHOT> {
    fn save(&mut self) -> Result<Vec<u8>> {
        Ok(self.document.export(ExportMode::Snapshot)?)
    }

    fn open(saved: &[u8]) -> Result<Self> {
        Ok(Self::new(LoroDoc::from_snapshot(saved)?))
    }
}

impl<const SNAPSHOT: bool> Past for Article<SNAPSHOT> {
    type Version = Frontiers;
    type Reader = LoroDoc;

    fn version(&self) -> Frontiers {
        self.document.oplog_frontiers()
    }

    fn reader(&self) -> Result<LoroDoc> {
        let reader = self.document.fork();
        // What it has not read yet it has not taken apart.
        reader.get_text("text").to_string();
        Ok(reader)
    }

    fn goto(&self, reader: &mut LoroDoc, version: &Frontiers) -> Result<String> {
        reader.checkout(version)?;
        Ok(reader.get_text("text").to_string())
    }
}
