//! This repository's engine, through its typed API.
//!
//! Every change is hashed when it is made and signed when it leaves: `edit` counts the hashing, the
//! message the signature. A message of one change has one signature, and so has a bundle of any number
//! of changes of one author; receiving verifies it. Saving and opening do the same.

mod board;
mod shared;
mod sync;

use crdt_core::{CrdtNode, Document, Heads, Keypair, Outcome};

use crate::fault::{Fault, Result};
use crate::task::past::Past;
use crate::task::text::{self, Exchange, Store, Text};
use crate::task::{Offer, Task};
use crate::trace::Patch;

/// How it does a task.
pub fn offer(task: Task) -> Offer {
    match task {
        Task::Board => Offer::Run(crate::task::board::run::<board::TypedBoard>),
        Task::CrdtBenchmarks => {
            Offer::Run(crate::task::crdt_benchmarks::run::<shared::TypedShared>)
        }
        Task::Growth => Offer::Run(crate::task::growth::run),
        Task::Past => Offer::Run(crate::task::past::run::<Article>),
        Task::Sync => Offer::Run(crate::task::sync::run::<Article>),
        _ => text::offer::<Article>(task),
    }
}

/// What the document is.
#[derive(CrdtNode)]
struct Doc {
    #[crdt(text)]
    text: String,
}

struct Article {
    document: Document<Doc>,
}

/// The key of an agent; the founder's is none of theirs.
fn key(agent: usize) -> Keypair {
    let mut secret = [2; 32];
    secret[..8].copy_from_slice(&agent.to_le_bytes());
    Keypair::from_secret_bytes(&secret)
}

fn founder() -> Keypair {
    Keypair::from_secret_bytes(&[1; 32])
}

/// Fails unless all of a message was applied.
fn received(outcome: &Outcome) -> Result<()> {
    let applied = outcome.waiting.is_empty() && outcome.given_up.is_empty();
    if applied { Ok(()) } else { Err(Fault::peer("a message was not applied").into()) }
}

impl Text for Article {
    fn create() -> Result<Self> {
        Ok(Self { document: Document::create(founder())? })
    }

    fn edit<'a>(&mut self, mut patches: impl Iterator<Item = &'a Patch>) -> Result<()> {
        Ok(self.document.change(|doc| {
            patches.try_for_each(|Patch { at, deleted, inserted }| {
                doc.text.replace(*at..*at + *deleted, inserted)
            })
        })?)
    }

    fn text(&self) -> Result<String> {
        Ok(self.document.value().text)
    }
}

impl Exchange for Article {
    fn replica(&self, agent: usize) -> Result<Self> {
        Ok(Self { document: Document::join(self.document.id(), key(agent)) })
    }

    fn edit_and_send<'a>(&mut self, patches: impl Iterator<Item = &'a Patch>) -> Result<Vec<u8>> {
        let before = self.document.heads();
        self.edit(patches)?;
        Ok(self.document.export(&before))
    }

    fn bundle(&mut self) -> Result<Vec<u8>> {
        Ok(self.document.export(&[]))
    }

    fn receive(&mut self, message: &[u8]) -> Result<()> {
        received(&self.document.apply(message)?)
    }
}

impl Store for Article {
    fn save(&mut self) -> Result<Vec<u8>> {
        Ok(self.document.save())
    }

    fn open(saved: &[u8]) -> Result<Self> {
        Ok(Self { document: Document::load(saved, founder())? })
    }
}

impl Past for Article {
    type Version = Heads;
    type Reader = Option<crdt_core::Past<Doc>>;

    fn version(&self) -> Heads {
        self.document.heads()
    }

    fn reader(&self) -> Result<Self::Reader> {
        Ok(None)
    }

    fn goto(&self, reader: &mut Self::Reader, version: &Heads) -> Result<String> {
        match reader {
            Some(past) => past.goto(version)?,
            None => *reader = Some(self.document.at(version)?),
        }
        Ok(reader.as_ref().map(|past| past.value().text).unwrap_or_default())
    }
}
