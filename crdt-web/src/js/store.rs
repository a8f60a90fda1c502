//! A store of this browser, and relays that it is connected to.

use core::cell::RefCell;
use std::rc::{Rc, Weak};
use std::time::UNIX_EPOCH;

use crdt_core::DocumentId;
use crdt_store::backend::Keyed;
use crdt_store::{Listing, Store, StoreError};
use crdt_sync::{Invite, MessageError, Messages, Peer, PeerError, Status, Target};
use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};
use wasm_bindgen_futures::spawn_local;

use super::document::RawType;
use super::failure::Failure;
use super::plain::object;
use super::stored::{AnyStored, Later, RawStored, promise};
use crate::IndexedDb;

/// Documents that are kept in this browser.
#[wasm_bindgen]
pub struct RawStore {
    inner: Rc<Inner>,
}

/// What is the same for all documents of a store.
pub(super) struct Inner {
    store: Store<Keyed<IndexedDb>>,
    /// The documents that are open.
    open: RefCell<Vec<Weak<dyn AnyStored>>>,
    /// What dials, if something does.
    peer: RefCell<Option<Peer>>,
    /// Who is told of messages, if somebody is.
    hears: RefCell<Option<Function>>,
}

impl core::fmt::Debug for RawStore {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RawStore").finish_non_exhaustive()
    }
}

impl Inner {
    /// Has a document be kept up to date with relays.
    fn opened(self: Rc<Self>, document: Rc<dyn AnyStored>) -> RawStored {
        if let Some(peer) = &*self.peer.borrow() {
            document.bind(peer);
        }
        let mut open = self.open.borrow_mut();
        open.retain(|other| other.strong_count() > 0);
        open.push(Rc::downgrade(&document));
        drop(open);
        RawStored::new(document, Rc::downgrade(&self))
    }

    /// Has whatever else has a document open bring in what was written through one.
    pub(super) fn wrote(&self, writer: &Rc<dyn AnyStored>) {
        let is_other =
            |other: &Rc<dyn AnyStored>| other.id() == writer.id() && !Rc::ptr_eq(other, writer);
        for other in self.open.borrow().iter().filter_map(Weak::upgrade).filter(is_other) {
            spawn_local(async move {
                if let Err(error) = other.refresh().await {
                    tracing::warn!(%error, "what was written by the side was not brought in");
                }
            });
        }
    }

    /// The peer, which is begun when it is first asked for.
    fn peer(&self) -> Result<Peer, PeerError> {
        if let Some(peer) = &*self.peer.borrow() {
            return Ok(peer.clone());
        }
        let peer = Peer::start(&self.store, crdt_sync::PeerOptions::new())?;
        for document in self.open.borrow().iter().filter_map(Weak::upgrade) {
            document.bind(&peer);
        }
        if let Some(tell) = &*self.hears.borrow() {
            spawn_local(hear(peer.messages(), tell.clone()));
        }
        self.peer.replace(Some(peer.clone()));
        Ok(peer)
    }
}

/// Tells of the messages that come, as long as there is the peer.
async fn hear(mut messages: Messages, tell: Function) {
    while let Some(message) = messages.next().await {
        let bytes = Uint8Array::from(&message.bytes[..]);
        // What it throws is its own affair.
        let _ = tell.call2(&JsValue::UNDEFINED, &message.from.to_string().into(), &bytes);
    }
}

#[wasm_bindgen]
impl RawStore {
    /// Opens the store of a name, or makes it, with the key that this browser has for it.
    pub fn open(name: String) -> Promise {
        promise::<Self, StoreError>(async move {
            let store = IndexedDb::store(&name).await?;
            let (open, peer, hears) = Default::default();
            Ok(Self { inner: Rc::new(Inner { store, open, peer, hears }) })
        })
    }

    /// The key that writes here.
    #[wasm_bindgen(getter)]
    pub fn author(&self) -> Option<String> {
        self.inner.store.author().map(|author| author.to_string())
    }

    /// A new document.
    pub fn create(&self, of: &RawType) -> Promise {
        self.made((of.stored.create)(self.inner.store.clone()))
    }

    /// One that is here.
    ///
    /// # Errors
    /// If it is no id.
    #[wasm_bindgen(js_name = openDocument)]
    pub fn open_document(&self, of: &RawType, id: &str) -> Result<Promise, JsError> {
        Ok(self.made((of.stored.open)(self.inner.store.clone(), id.parse()?)))
    }

    /// One that may not be here yet.
    ///
    /// # Errors
    /// If it is no id.
    pub fn join(&self, of: &RawType, id: &str) -> Result<Promise, JsError> {
        Ok(self.made((of.stored.join)(self.inner.store.clone(), id.parse()?)))
    }

    fn made(&self, making: Later<Result<Rc<dyn AnyStored>, StoreError>>) -> Promise {
        let inner = self.inner.clone();
        promise::<RawStored, StoreError>(async move { Ok(inner.opened(making.await?)) })
    }

    /// What is here.
    pub fn documents(&self) -> Promise {
        let store = self.inner.store.clone();
        promise::<Array, StoreError>(async move {
            Ok(store.waiting().documents().await?.iter().map(listing).collect())
        })
    }

    /// Calls a document something; nothing any more if that is nothing.
    ///
    /// # Errors
    /// If it is no id.
    #[wasm_bindgen(js_name = setTitle)]
    pub fn set_title(&self, id: &str, title: Option<String>) -> Result<Promise, JsError> {
        let (store, id): (_, DocumentId) = (self.inner.store.clone(), id.parse()?);
        Ok(promise::<JsValue, StoreError>(async move {
            store.waiting().set_title(id, title.as_deref()).await?;
            Ok(JsValue::UNDEFINED)
        }))
    }

    /// Removes a document.
    ///
    /// # Errors
    /// If it is no id.
    pub fn remove(&self, id: &str) -> Result<Promise, JsError> {
        let (store, id): (_, DocumentId) = (self.inner.store.clone(), id.parse()?);
        Ok(promise::<JsValue, StoreError>(async move {
            store.waiting().remove(id).await?;
            Ok(JsValue::UNDEFINED)
        }))
    }

    /// Dials a relay, and keeps the documents that are open up to date with it. Tells how it stands
    /// with it, and whenever that changes. Gives the id of the document that a link leads to, if it is one.
    ///
    /// # Errors
    /// If it is neither an address nor a link.
    pub fn connect(&self, address: &str, tell: Function) -> Result<Option<String>, JsError> {
        let link = address.contains('#').then(|| address.parse::<Invite>()).transpose()?;
        let document = link.as_ref().map(|link| link.document().to_string());
        let target = match &link {
            Some(link) => Target::from(link),
            None => address.parse()?,
        };
        let peer = self.inner.peer()?;
        let address = target.address().clone();
        peer.dial(target);
        let Some(mut status) = peer.watch(&address) else { return Ok(document) };
        spawn_local(async move {
            loop {
                let now = status.borrow_and_update().clone();
                // What it throws is its own affair.
                let _ = tell.call1(&JsValue::UNDEFINED, &status_of(&now));
                if status.changed().await.is_err() {
                    return;
                }
            }
        });
        Ok(document)
    }

    /// Dials at once all relays that are lost.
    #[wasm_bindgen(js_name = dialAgain)]
    pub fn dial_again(&self) {
        if let Some(peer) = &*self.inner.peer.borrow() {
            peer.dial_again();
        }
    }

    /// Sends a message to whoever is connected with a key to a relay that is connected here.
    ///
    /// # Errors
    /// If it is no key, no relay is connected, or it is too long.
    pub fn send(&self, to: &str, bytes: &[u8]) -> Result<(), JsError> {
        let to = to.parse()?;
        match &*self.inner.peer.borrow() {
            Some(peer) => Ok(peer.send(&to, bytes)?),
            None => Err(MessageError::NotConnected.into()),
        }
    }

    /// Calls a function with the messages that come from now on, and whom each is from. There is one that is
    /// told.
    pub fn hear(&self, tell: Function) {
        if let Some(peer) = &*self.inner.peer.borrow() {
            spawn_local(hear(peer.messages(), tell.clone()));
        }
        self.inner.hears.replace(Some(tell));
    }

    /// Ends all connections; documents stay as they are.
    pub fn disconnect(&self) -> Promise {
        let peer = self.inner.peer.take();
        promise::<JsValue, Failure>(async move {
            if let Some(peer) = peer {
                peer.close().await;
            }
            Ok(JsValue::UNDEFINED)
        })
    }
}

fn listing(of: &Listing) -> JsValue {
    let since = of.changed_at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let text = |text: &Option<String>| text.as_deref().map_or(JsValue::NULL, JsValue::from);
    // Numbers of these are exact as far as a browser can keep as many.
    #[expect(clippy::cast_precision_loss, reason = "they are far below 2^53")]
    let number = |number: u64| JsValue::from_f64(number as f64);
    object([
        ("id", of.id.to_string().into()),
        ("type", text(&of.type_name)),
        ("title", text(&of.title)),
        ("changes", number(of.changes)),
        ("bytes", number(of.bytes)),
        ("changedAt", js_sys::Date::new(&JsValue::from_f64(since.as_secs_f64() * 1000.0)).into()),
    ])
}

fn status_of(status: &Status) -> JsValue {
    let named = |name: &str| ("state", JsValue::from(name));
    match status {
        Status::Connecting => object([named("connecting")]),
        Status::Connected { relay } => {
            object([named("connected"), ("relay", relay.to_string().into())])
        }
        Status::Waiting { why, wait } => {
            let wait = JsValue::from_f64(wait.as_secs_f64() * 1000.0);
            object([named("waiting"), ("why", why.into()), ("wait", wait)])
        }
        Status::Refused { why } => object([named("refused"), ("why", why.into())]),
        _ => object([named("closed")]),
    }
}
