//! Bare ropes, which hold a text and no history: what it costs to hold a text at all. A baseline.

use crop::Rope;
use jumprope::JumpRope;

use crate::fault::Result;
use crate::task::text::{Text, heap_edited, local};
use crate::task::{Offer, Task};
use crate::trace::Patch;

/// How jumprope, which diamond types uses, does a task.
pub fn offer_jumprope(task: Task) -> Offer {
    offer::<JumpRope>(task)
}

/// How crop does a task.
pub fn offer_crop(task: Task) -> Offer {
    offer::<Rope>(task)
}

fn offer<P: Text>(task: Task) -> Offer {
    match task {
        Task::Local => Offer::Run(local::<P>),
        Task::Heap => Offer::Run(heap_edited::<P>),
        Task::Signing | Task::Growth => Offer::Absent,
        _ => Offer::Cannot("has no history"),
    }
}

impl Text for JumpRope {
    fn create() -> Result<Self> {
        Ok(Self::new())
    }

    fn edit<'a>(&mut self, patches: impl Iterator<Item = &'a Patch>) -> Result<()> {
        for Patch { at, deleted, inserted } in patches {
            if *deleted > 0 {
                self.remove(*at..*at + *deleted);
            }
            if !inserted.is_empty() {
                self.insert(*at, inserted);
            }
        }
        Ok(())
    }

    fn text(&self) -> Result<String> {
        Ok(self.to_string())
    }
}

impl Text for Rope {
    const COUNTS_BYTES: bool = true;

    fn create() -> Result<Self> {
        Ok(Self::new())
    }

    fn edit<'a>(&mut self, patches: impl Iterator<Item = &'a Patch>) -> Result<()> {
        for Patch { at, deleted, inserted } in patches {
            self.replace(*at..*at + *deleted, inserted);
        }
        Ok(())
    }

    fn text(&self) -> Result<String> {
        Ok(self.to_string())
    }
}
