//! Yrs, with its default options (deleted content is collected, so its history cannot be read back).
//!
//! - A change is a transaction. Yrs keeps no boundaries between them.
//! - A message is what `observe_update_v1` or `_v2` gives, the way its documentation recommends.
//! - All of a history, sent or saved, is `encode_state_as_update` against an empty state vector.
//! - Both encodings are measured: `yrs` is the first, which its sync protocol speaks, `yrs-v2` the
//!   second, which is made for larger batches.
//! - Positions are bytes, its default.

mod board;
mod shared;
mod sync;

use std::cell::RefCell;
use std::rc::Rc;

use yrs::updates::decoder::Decode as _;
use yrs::{ClientID, Doc, GetString as _, Options, ReadTxn as _, StateVector, Text as _, TextRef};
use yrs::{Transact as _, TransactionMut, Update};

use crate::fault::{Fault, Result};
use crate::task::text::{self, Exchange, Store, Text};
use crate::task::{Offer, Task};
use crate::trace::Patch;

/// How it does a task with the first encoding.
pub fn offer(task: Task) -> Offer {
    match task {
        Task::Sync => Offer::Run(crate::task::sync::run::<Article<false>>),
        _ => offer_with::<false>(task),
    }
}

/// How it does a task with the second encoding.
pub fn offer_v2(task: Task) -> Offer {
    match task {
        Task::Heap | Task::Sync => Offer::Cannot("the same as yrs"),
        _ => offer_with::<true>(task),
    }
}

fn offer_with<const V2: bool>(task: Task) -> Offer {
    match task {
        Task::Board => Offer::Run(crate::task::board::run::<board::ArrayBoard<V2>>),
        Task::CrdtBenchmarks => {
            Offer::Run(crate::task::crdt_benchmarks::run::<shared::RootShared<V2>>)
        }
        _ => text::offer::<Article<V2>>(task),
    }
}

/// The update of the last transaction, be it made here or received.
struct Outbox(Rc<RefCell<Vec<u8>>>);

impl Outbox {
    fn take(&self) -> Vec<u8> {
        self.0.take()
    }
}

/// Has a document tell of every transaction.
fn observe<const V2: bool>(document: &Doc) -> Result<Outbox> {
    let outbox = Rc::new(RefCell::new(Vec::new()));
    let filled = Rc::clone(&outbox);
    let fill = move |update: &Vec<u8>| filled.borrow_mut().clone_from(update);
    let observed = if V2 {
        document.observe_update_v2("sync", move |_, event| fill(&event.update))
    } else {
        document.observe_update_v1("sync", move |_, event| fill(&event.update))
    };
    observed.map_err(Fault::peer)?;
    Ok(Outbox(outbox))
}

/// All that a document holds.
fn state<const V2: bool>(document: &Doc) -> Vec<u8> {
    let (transaction, nothing) = (document.transact(), StateVector::default());
    if V2 {
        transaction.encode_state_as_update_v2(&nothing)
    } else {
        transaction.encode_state_as_update_v1(&nothing)
    }
}

/// Applies an update, all of it.
fn apply<const V2: bool>(transaction: &mut TransactionMut<'_>, update: &[u8]) -> Result<()> {
    let update = if V2 { Update::decode_v2(update)? } else { Update::decode_v1(update)? };
    transaction.apply_update(update)?;
    if transaction.has_missing_updates() {
        return Err(Fault::peer("a message was not applied").into());
    }
    Ok(())
}

struct Article<const V2: bool> {
    document: Doc,
    text: TextRef,
    outbox: Option<Outbox>,
}

impl<const V2: bool> Article<V2> {
    fn with_client(client: usize) -> Result<Self> {
        let client = ClientID::new(u64::try_from(client)?);
        let document = Doc::with_options(Options::with_client_id(client));
        let text = document.get_or_insert_text("text");
        Ok(Self { document, text, outbox: None })
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
        if self.outbox.is_none() {
            self.outbox = Some(observe::<V2>(&self.document)?);
        }
        // What was received was told, too.
        self.outbox.as_ref().map(Outbox::take);
        self.edit(patches)?;
        Ok(self.outbox.as_ref().map(Outbox::take).unwrap_or_default())
    }

    fn bundle(&mut self) -> Result<Vec<u8>> {
        Ok(state::<V2>(&self.document))
    }

    fn receive(&mut self, message: &[u8]) -> Result<()> {
        if message.is_empty() {
            return Ok(());
        }
        apply::<V2>(&mut self.document.transact_mut(), message)
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
