//! Diamond types: `ListCRDT`, an operation log together with a branch at its tip, which is what its
//! documentation gives to those who edit.
//!
//! - It has no changes: an edit of many characters is the same as many edits of one. `local-each`
//!   makes the same calls as `local`.
//! - A message holds what came after the version before (`ENCODE_PATCH`); a whole history is
//!   `ENCODE_FULL`. Neither holds what was deleted, as its own benchmarks have it.
//! - Positions are scalar values.

use diamond_types::AgentId;
use diamond_types::list::ListCRDT;
use diamond_types::list::encoding::{ENCODE_FULL, ENCODE_PATCH};

use crate::fault::{Fault, Result};
use crate::task::text::{self, Exchange, Store, Text};
use crate::task::{Offer, Task};
use crate::trace::Patch;

/// How it does a task.
pub fn offer(task: Task) -> Offer {
    match task {
        Task::Board | Task::CrdtBenchmarks => Offer::Cannot("has texts only"),
        _ => text::offer::<Article>(task),
    }
}

struct Article {
    document: ListCRDT,
    agent: AgentId,
}

impl Article {
    fn of(mut document: ListCRDT, name: &str) -> Self {
        let agent = document.get_or_create_agent_id(name);
        Self { document, agent }
    }
}

impl Text for Article {
    fn create() -> Result<Self> {
        Ok(Self::of(ListCRDT::new(), "founder"))
    }

    fn edit<'a>(&mut self, patches: impl Iterator<Item = &'a Patch>) -> Result<()> {
        for Patch { at, deleted, inserted } in patches {
            if *deleted > 0 {
                self.document.delete_without_content(self.agent, *at..*at + *deleted);
            }
            if !inserted.is_empty() {
                self.document.insert(self.agent, *at, inserted);
            }
        }
        Ok(())
    }

    fn text(&self) -> Result<String> {
        Ok(self.document.branch.content().to_string())
    }
}

impl Exchange for Article {
    fn replica(&self, agent: usize) -> Result<Self> {
        Ok(Self::of(ListCRDT::new(), &format!("agent {agent}")))
    }

    fn edit_and_send<'a>(&mut self, patches: impl Iterator<Item = &'a Patch>) -> Result<Vec<u8>> {
        let before = self.document.oplog.local_version();
        self.edit(patches)?;
        Ok(self.document.oplog.encode_from(ENCODE_PATCH, &before))
    }

    fn bundle(&mut self) -> Result<Vec<u8>> {
        Ok(self.document.oplog.encode(ENCODE_FULL))
    }

    fn receive(&mut self, message: &[u8]) -> Result<()> {
        self.document
            .merge_data_and_ff(message)
            .map_err(|error| Fault::peer(format!("{error:?}")))?;
        Ok(())
    }
}

impl Store for Article {
    fn save(&mut self) -> Result<Vec<u8>> {
        self.bundle()
    }

    fn open(saved: &[u8]) -> Result<Self> {
        let document = ListCRDT::load_from(saved);
        let document = document.map_err(|error| Fault::peer(format!("{error:?}")))?;
        Ok(Self::of(document, "reader"))
    }
}
