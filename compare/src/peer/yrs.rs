//! Yrs, with its default options (deleted content is collected, so its history cannot be read back).
//!
//! - A change is a transaction. Yrs keeps no boundaries between them.
//! - A message is what `observe_update_v1` or `_v2` gives, the way its documentation recommends.
//! - All of a history, sent or saved, is `encode_state_as_update` against an empty state vector.
//! - Both encodings are measured: `yrs` is the first, which its sync protocol speaks, `yrs-v2` the
//!   second, which is made for larger batches.
//! - Positions are bytes, its default.

use std::cell::RefCell;
use std::rc::Rc;

use yrs::updates::decoder::Decode as _;
use yrs::{ClientID, Update};
use yrs::{
    Doc, GetString as _, Options, ReadTxn as _, StateVector, Text as _, TextRef, Transact as _,
};

use crate::fault::{Fault, Result};
use crate::task::text::{self, Exchange, Store, Text};
use crate::task::{Offer, Task};
use crate::trace::Patch;

/// How it does a task with the first encoding.
pub fn offer(task: Task) -> Offer {
    text::offer::<Article<false>>(task).unwrap_or(Offer::Cannot("not measured"))
}

/// How it does a task with the second encoding.
pub fn offer_v2(task: Task) -> Offer {
    match task {
        Task::LocalEach | Task::Local | Task::Heap => Offer::Cannot("the same as yrs"),
        _ => text::offer::<Article<true>>(task).unwrap_or(Offer::Cannot("not measured")),
    }
}

struct Article<const V2: bool> {
    document: Doc,
    text: TextRef,
    outbox: Option<Rc<RefCell<Vec<u8>>>>,
}

impl<const V2: bool> Article<V2> {
    fn with_client(client: usize) -> Result<Self> {
        let client = ClientID::new(u64::try_from(client)?);
        let document = Doc::with_options(Options::with_client_id(client));
        let text = document.get_or_insert_text("text");
        Ok(Self { document, text, outbox: None })
    }

    fn observed(&mut self) -> Result<Rc<RefCell<Vec<u8>>>> {
        if let Some(outbox) = &self.outbox {
            return Ok(Rc::clone(outbox));
        }
        let outbox = Rc::new(RefCell::new(Vec::new()));
        let filled = Rc::clone(&outbox);
        // Every transaction is sent before the next one, so there is never more than one update.
        let observed = if V2 {
            self.document.observe_update_v2("sync", move |_, event| {
                filled.borrow_mut().clone_from(&event.update);
            })
        } else {
            self.document.observe_update_v1("sync", move |_, event| {
                filled.borrow_mut().clone_from(&event.update);
            })
        };
        observed.map_err(Fault::peer)?;
        self.outbox = Some(Rc::clone(&outbox));
        Ok(outbox)
    }
}

impl<const V2: bool> Text for Article<V2> {
    const COUNTS_BYTES: bool = true;

    fn create() -> Result<Self> {
        Self::with_client(1 << 20)
    }

    fn edit<'a>(&mut self, patches: impl Iterator<Item = &'a Patch>) -> Result<()> {
        let mut transaction = self.document.transact_mut();
        for Patch { at, deleted, inserted } in patches {
            let at = u32::try_from(*at)?;
            if *deleted > 0 {
                self.text.remove_range(&mut transaction, at, u32::try_from(*deleted)?);
            }
            if !inserted.is_empty() {
                self.text.insert(&mut transaction, at, inserted);
            }
        }
        Ok(())
    }

    fn text(&self) -> Result<String> {
        Ok(self.text.get_string(&self.document.transact()))
    }
}

impl<const V2: bool> Exchange for Article<V2> {
    fn replica(&self, agent: usize) -> Result<Self> {
        Self::with_client(agent + 1)
    }

    fn edit_and_send<'a>(&mut self, patches: impl Iterator<Item = &'a Patch>) -> Result<Vec<u8>> {
        let outbox = self.observed()?;
        // An observer is also told of what was received.
        outbox.borrow_mut().clear();
        self.edit(patches)?;
        Ok(outbox.take())
    }

    fn bundle(&mut self) -> Result<Vec<u8>> {
        let transaction = self.document.transact();
        let nothing = StateVector::default();
        Ok(if V2 {
            transaction.encode_state_as_update_v2(&nothing)
        } else {
            transaction.encode_state_as_update_v1(&nothing)
        })
    }

    fn receive(&mut self, message: &[u8]) -> Result<()> {
        if message.is_empty() {
            return Ok(());
        }
        let update = if V2 { Update::decode_v2(message)? } else { Update::decode_v1(message)? };
        let mut transaction = self.document.transact_mut();
        transaction.apply_update(update)?;
        if transaction.has_missing_updates() {
            return Err(Fault::peer("a message was not applied").into());
        }
        Ok(())
    }
}

impl<const V2: bool> Store for Article<V2> {
    fn save(&mut self) -> Result<Vec<u8>> {
        self.bundle()
    }

    fn open(saved: &[u8]) -> Result<Self> {
        let mut article = Self::with_client(1 << 21)?;
        article.receive(saved)?;
        Ok(article)
    }
}
