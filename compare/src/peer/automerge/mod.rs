//! Automerge, as its own editing benchmark drives it: `Automerge` with explicit transactions, which
//! saves the bookkeeping of `AutoCommit`, without a patch log. Changes are hashed, not signed.
//!
//! - A message is the change as it is stored (`Change::bytes`), the smallest form that it offers.
//! - All of a history is sent as it is saved: compressed, in columns. `load_incremental` takes both,
//!   and loads directly if the document is empty.
//! - Earlier versions are read in place (`text_at`): there is no state of one to go on from.
//! - Positions are scalar values, which is its default in Rust.

mod board;
mod shared;
mod surgeon;
mod sync;

use automerge::transaction::Transactable as _;
use automerge::{ActorId, Automerge, ChangeHash, ObjId, ObjType, ROOT, ReadDoc as _};

use crate::fault::{Fault, Result};
use crate::task::past::Past;
use crate::task::text::{self, Exchange, Store, Text};
use crate::task::{Offer, Task};
use crate::trace::Patch;

/// How it does a task.
pub fn offer(task: Task) -> Offer {
    match task {
        Task::Board => Offer::Run(crate::task::board::run::<board::MapBoard>),
        Task::CrdtBenchmarks => {
            Offer::Run(crate::task::crdt_benchmarks::run::<shared::ObjectShared>)
        }
        Task::Past => Offer::Run(crate::task::past::run::<Article>),
        Task::Sync => Offer::Run(crate::task::sync::run::<Article>),
        _ => text::offer::<Article>(task),
    }
}

pub use surgeon::offer as offer_autosurgeon;

const TEXT: &str = "text";

struct Article {
    document: Automerge,
    /// The text object. A replica knows it once it has the founder's change.
    text: Option<ObjId>,
}

fn actor(agent: usize) -> ActorId {
    ActorId::from(&agent.to_be_bytes()[..])
}

impl Article {
    fn new(document: Automerge) -> Result<Self> {
        let mut article = Self { document, text: None };
        article.find_text()?;
        Ok(article)
    }

    fn find_text(&mut self) -> Result<()> {
        if self.text.is_none() {
            self.text = self.document.get(ROOT, TEXT)?.map(|(_, object)| object);
        }
        Ok(())
    }

    fn object(&self) -> Result<&ObjId> {
        self.text.as_ref().ok_or_else(|| Fault::peer("there is no text yet").into())
    }
}

impl Text for Article {
    fn create() -> Result<Self> {
        let mut document = Automerge::new().with_actor(ActorId::from(&b"founder"[..]));
        let mut transaction = document.transaction();
        transaction.put_object(ROOT, TEXT, ObjType::Text)?;
        transaction.commit();
        Self::new(document)
    }

    fn edit<'a>(&mut self, patches: impl Iterator<Item = &'a Patch>) -> Result<()> {
        let text = self.object()?.clone();
        let mut transaction = self.document.transaction();
        for Patch { at, deleted, inserted } in patches {
            transaction.splice_text(&text, *at, isize::try_from(*deleted)?, inserted)?;
        }
        transaction.commit();
        Ok(())
    }

    fn text(&self) -> Result<String> {
        Ok(self.document.text(self.object()?)?)
    }
}

impl Exchange for Article {
    fn replica(&self, agent: usize) -> Result<Self> {
        Self::new(Automerge::new().with_actor(actor(agent)))
    }

    fn edit_and_send<'a>(&mut self, patches: impl Iterator<Item = &'a Patch>) -> Result<Vec<u8>> {
        let mut patches = patches.peekable();
        if patches.peek().is_none() {
            return Ok(Vec::new());
        }
        self.edit(patches)?;
        let change = self.document.get_last_local_change();
        let mut change = change.ok_or_else(|| Fault::peer("no change was made"))?;
        Ok(change.bytes().into_owned())
    }

    fn bundle(&mut self) -> Result<Vec<u8>> {
        Ok(self.document.save())
    }

    fn receive(&mut self, message: &[u8]) -> Result<()> {
        self.document.load_incremental(message)?;
        self.find_text()
    }
}

impl Store for Article {
    fn save(&mut self) -> Result<Vec<u8>> {
        Ok(self.document.save())
    }

    fn open(saved: &[u8]) -> Result<Self> {
        Self::new(Automerge::load(saved)?)
    }
}

impl Past for Article {
    type Version = Vec<ChangeHash>;
    type Reader = ();

    fn version(&self) -> Vec<ChangeHash> {
        self.document.get_heads()
    }

    fn reader(&self) -> Result<()> {
        Ok(())
    }

    fn goto(&self, (): &mut (), version: &Vec<ChangeHash>) -> Result<String> {
        Ok(self.document.text_at(self.object()?, version)?)
    }
}
