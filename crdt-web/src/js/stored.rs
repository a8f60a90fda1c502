//! A document in a store, of any type.

use core::cell::RefCell;
use core::pin::Pin;
use std::rc::{Rc, Weak};

use crdt_core::{
    ChangeHash, ChangeOptions, CrdtNode, Document, DocumentId, Heads, Observer, PlainValue,
    Prepared, serde_json,
};
use crdt_store::backend::Keyed;
use crdt_store::{Store, StoreError, Stored};
use crdt_sync::{Live, Others, Peer, PresenceError, RelayStanding};
use js_sys::{Array, Function, Promise, Uint8Array};
use tokio::sync::watch;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};
use wasm_bindgen_futures::{future_to_promise, spawn_local};

use super::any::{self, Look};
use super::editing;
use super::edits::RawEdits;
use super::failure::Failure;
use super::plain::{from_js, object};
use super::store::Inner;
use crate::IndexedDb;

/// What has to be waited for.
pub(super) type Later<V> = Pin<Box<dyn Future<Output = V>>>;
type Place = Keyed<IndexedDb>;
type Made = Later<Result<Rc<dyn AnyStored>, StoreError>>;

/// How documents of a type are found in a store.
#[derive(Clone, Copy, Debug)]
pub(super) struct StoredType {
    pub(super) create: fn(Store<Place>) -> Made,
    pub(super) open: fn(Store<Place>, DocumentId) -> Made,
    pub(super) join: fn(Store<Place>, DocumentId) -> Made,
}

impl StoredType {
    pub(super) fn of<T: CrdtNode>() -> Self {
        Self {
            create: |store| Box::pin(async move { Ok(kept(store.waiting().create::<T>().await?)) }),
            open: |store, id| {
                Box::pin(async move { Ok(kept(store.waiting().open_document::<T>(id).await?)) })
            },
            join: |store, id| {
                Box::pin(async move { Ok(kept(store.waiting().join::<T>(id).await?)) })
            },
        }
    }
}

fn kept<T: CrdtNode>(mut stored: Stored<T, Place>) -> Rc<dyn AnyStored> {
    let observer = RefCell::new(stored.observe());
    Rc::new(Kept { number: editing::number(), live: Live::new(stored), observer })
}

/// What JavaScript does with a document in a store, whatever its type.
pub(super) trait AnyStored {
    fn number(&self) -> u64;
    fn id(&self) -> DocumentId;
    fn author(&self) -> Option<String>;
    fn bind(&self, peer: &Peer);
    /// Calls a function while a change is open.
    fn change(
        self: Rc<Self>,
        options: ChangeOptions,
        edit: Function,
        tell: Function,
    ) -> Later<Result<(), Failure>>;
    fn update(self: Rc<Self>, value: PlainValue, tell: Function) -> Later<Result<(), Failure>>;
    fn undo(self: Rc<Self>, tell: Function) -> Later<Result<bool, Failure>>;
    fn redo(self: Rc<Self>, tell: Function) -> Later<Result<bool, Failure>>;
    fn apply(self: Rc<Self>, bytes: Vec<u8>) -> Later<Result<(), Failure>>;
    fn refresh(self: Rc<Self>) -> Later<Result<bool, StoreError>>;
    /// Calls a function while the document is open for reading.
    fn read(self: Rc<Self>, read: Function, tell: Function) -> Later<Result<JsValue, JsValue>>;
    /// Tells what changed since it was told last.
    fn look(self: Rc<Self>, tell: Function) -> Later<()>;
    fn heads(self: Rc<Self>) -> Later<Heads>;
    fn log(self: Rc<Self>, most: usize) -> Later<Array>;
    fn export(self: Rc<Self>, heads: Vec<ChangeHash>) -> Later<Vec<u8>>;
    fn save(self: Rc<Self>) -> Later<Vec<u8>>;
    /// Told whenever it has grown.
    fn growth(&self) -> watch::Receiver<u64>;
    fn synced(self: Rc<Self>) -> Later<()>;
    fn relays(&self) -> Vec<RelayStanding>;
    fn show(&self, presence: Option<serde_json::Value>) -> Result<(), PresenceError>;
    fn others(&self) -> Others<serde_json::Value>;
    fn close(self: Rc<Self>) -> Later<Result<(), StoreError>>;
}

/// A document, and what has been seen of it.
struct Kept<T: CrdtNode> {
    number: u64,
    live: Live<T, Place>,
    observer: RefCell<Observer>,
}

/// Whether what is told was written through this document.
#[derive(Clone, Copy)]
struct IsOwn(bool);

impl<T: CrdtNode> Kept<T> {
    /// Tells what changed since it was told last, if something did. The function can read the places of the
    /// document.
    fn tell(&self, document: &Document<T>, tell: &Function, IsOwn(is_own): IsOwn) {
        let seen = document.look(&mut self.observer.borrow_mut()).seen;
        let Some(seen) = Look::of(&seen).to_js() else { return };
        // What it throws is its own affair.
        let call = || tell.call2(&JsValue::UNDEFINED, &seen, &is_own.into()).map(drop);
        let _ = editing::reading(self.number, document.read_by_path(), call);
    }

    /// Writes what a closure prepares. It does so when everything before that has been told, and what was
    /// written is told before anything else happens: whoever is told knows what the closure sees, and
    /// what of that it has written.
    async fn write<R: 'static>(
        self: Rc<Self>,
        tell: Function,
        prepare: impl FnOnce(&mut Document<T>) -> Result<Prepared<'_, T, R>, Failure> + 'static,
    ) -> Result<R, Failure> {
        let (before, after) = ((self.clone(), tell.clone()), (self.clone(), tell));
        let writing = self.live.write_then(
            move |document| {
                before.0.tell(document, &before.1, IsOwn(false));
                prepare(document)
            },
            move |document, written| {
                if written.is_ok() {
                    after.0.tell(document, &after.1, IsOwn(true));
                }
                written
            },
        );
        writing.await
    }
}

impl<T: CrdtNode> AnyStored for Kept<T> {
    fn number(&self) -> u64 {
        self.number
    }

    fn id(&self) -> DocumentId {
        self.live.id()
    }

    fn author(&self) -> Option<String> {
        self.live.store().author().map(|author| author.to_string())
    }

    fn bind(&self, peer: &Peer) {
        peer.bind(&self.live);
    }

    fn change(
        self: Rc<Self>,
        options: ChangeOptions,
        edit: Function,
        tell: Function,
    ) -> Later<Result<(), Failure>> {
        let number = self.number;
        Box::pin(self.write(tell, move |document| {
            document.prepare_by_path(&options, |editor| {
                editing::during(number, editor, || editing::call(&edit))
            })
        }))
    }

    fn update(self: Rc<Self>, value: PlainValue, tell: Function) -> Later<Result<(), Failure>> {
        Box::pin(self.write(tell, move |document| {
            let options = ChangeOptions::new();
            document.prepare_by_path(&options, |editor| Ok(editor.set("", value)?))
        }))
    }

    fn undo(self: Rc<Self>, tell: Function) -> Later<Result<bool, Failure>> {
        let undoing =
            self.write(tell, |document| Ok(document.prepare_undo(&ChangeOptions::new())?));
        Box::pin(async move { Ok(undoing.await?.is_some()) })
    }

    fn redo(self: Rc<Self>, tell: Function) -> Later<Result<bool, Failure>> {
        let redoing =
            self.write(tell, |document| Ok(document.prepare_redo(&ChangeOptions::new())?));
        Box::pin(async move { Ok(redoing.await?.is_some()) })
    }

    fn apply(self: Rc<Self>, bytes: Vec<u8>) -> Later<Result<(), Failure>> {
        Box::pin(async move { Ok(self.live.apply(bytes).await.map(drop)?) })
    }

    fn refresh(self: Rc<Self>) -> Later<Result<bool, StoreError>> {
        Box::pin(async move { self.live.refresh().await })
    }

    fn read(self: Rc<Self>, read: Function, tell: Function) -> Later<Result<JsValue, JsValue>> {
        Box::pin(async move {
            let run = |document: &Document<T>| {
                self.tell(document, &tell, IsOwn(false));
                let call = || read.call0(&JsValue::UNDEFINED);
                editing::reading(self.number, document.read_by_path(), call)
            };
            self.live.with(run).await
        })
    }

    fn look(self: Rc<Self>, tell: Function) -> Later<()> {
        Box::pin(async move {
            self.live.with(|document| self.tell(document, &tell, IsOwn(false))).await;
        })
    }

    fn heads(self: Rc<Self>) -> Later<Heads> {
        Box::pin(async move { self.live.with(Document::heads).await })
    }

    fn log(self: Rc<Self>, most: usize) -> Later<Array> {
        Box::pin(async move { self.live.with(|document| any::log(document.history(), most)).await })
    }

    fn export(self: Rc<Self>, heads: Vec<ChangeHash>) -> Later<Vec<u8>> {
        Box::pin(async move { self.live.with(|document| document.export(&heads)).await })
    }

    fn save(self: Rc<Self>) -> Later<Vec<u8>> {
        Box::pin(async move { self.live.with(Document::save).await })
    }

    fn growth(&self) -> watch::Receiver<u64> {
        self.live.growth()
    }

    fn synced(self: Rc<Self>) -> Later<()> {
        Box::pin(async move { self.live.synced().await })
    }

    fn relays(&self) -> Vec<RelayStanding> {
        self.live.relays()
    }

    fn show(&self, presence: Option<serde_json::Value>) -> Result<(), PresenceError> {
        match presence {
            Some(presence) => self.live.show(&presence)?,
            None => self.live.hide(),
        }
        Ok(())
    }

    fn others(&self) -> Others<serde_json::Value> {
        self.live.others()
    }

    fn close(self: Rc<Self>) -> Later<Result<(), StoreError>> {
        Box::pin(async move { self.live.clone().close().await })
    }
}

/// A document in a store. What has to be waited for gives a promise, and takes its turn.
#[wasm_bindgen]
pub struct RawStored {
    document: Rc<dyn AnyStored>,
    store: Weak<Inner>,
}

impl core::fmt::Debug for RawStored {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RawStored").field("document", &self.document.id()).finish_non_exhaustive()
    }
}

impl RawStored {
    pub(super) fn new(document: Rc<dyn AnyStored>, store: Weak<Inner>) -> Self {
        Self { document, store }
    }

    /// A promise of what comes of writing. Whoever else has the document open is told then.
    fn written<V: Into<JsValue>>(
        &self,
        writing: impl Future<Output = Result<V, Failure>> + 'static,
    ) -> Promise {
        let (document, store) = (self.document.clone(), self.store.clone());
        promise(async move {
            let written = writing.await;
            if let (Ok(_), Some(store)) = (&written, store.upgrade()) {
                store.wrote(&document);
            }
            written
        })
    }
}

/// A promise of what comes of some work.
pub(super) fn promise<V: Into<JsValue>, E: Into<Failure>>(
    work: impl Future<Output = Result<V, E>> + 'static,
) -> Promise {
    future_to_promise(async move {
        let done = work.await;
        done.map(Into::into).map_err(|error| error.into().0)
    })
}

fn nothing((): ()) -> JsValue {
    JsValue::UNDEFINED
}

/// Reading.
#[wasm_bindgen]
impl RawStored {
    /// Which document it is.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        self.document.id().to_string()
    }

    /// The key that writes here.
    #[wasm_bindgen(getter)]
    pub fn author(&self) -> Option<String> {
        self.document.author()
    }

    /// Its places, to be read where [`read`](Self::read) and what tells call a function, and written within
    /// [`change`](Self::change).
    pub fn edits(&self) -> RawEdits {
        RawEdits::new(self.document.number(), None)
    }

    /// Calls a function that reads its places, and gives what that gives. Before that it is told what
    /// changed since it was told last, as by [`look`](Self::look).
    pub fn read(&self, read: Function, tell: Function) -> Promise {
        future_to_promise(self.document.clone().read(read, tell))
    }

    /// Tells what changed since it was told last, if something did: `{ delta }`, or `true` if all is to be
    /// read anew, and whether it was written through this document. The function can read its places.
    pub fn look(&self, tell: Function) -> Promise {
        let looking = self.document.clone().look(tell);
        future_to_promise(async move {
            looking.await;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Calls a function whenever the document has grown, as long as there is one.
    pub fn watch(&self, tell: Function) {
        let mut growth = self.document.growth();
        spawn_local(async move {
            while growth.changed().await.is_ok() {
                // What it throws is its own affair.
                let _ = tell.call0(&JsValue::UNDEFINED);
            }
        });
    }

    /// The changes that nothing follows on.
    pub fn heads(&self) -> Promise {
        let heads = self.document.clone().heads();
        future_to_promise(async move {
            let heads = heads.await;
            let heads = heads.iter().map(|head| JsValue::from(head.to_string()));
            Ok(heads.collect::<Array>().into())
        })
    }

    /// The changes, the newest one first, and no more than so many.
    pub fn log(&self, most: usize) -> Promise {
        let log = self.document.clone().log(most);
        future_to_promise(async move { Ok(log.await.into()) })
    }

    /// What a replica with these heads lacks.
    ///
    /// # Errors
    /// If one of them is none.
    #[expect(clippy::needless_pass_by_value, reason = "it is how strings come from there")]
    pub fn export(&self, heads: Vec<String>) -> Result<Promise, JsError> {
        let heads = heads.iter().map(|head| head.parse()).collect::<Result<_, _>>()?;
        let bytes = self.document.clone().export(heads);
        Ok(future_to_promise(async move { Ok(Uint8Array::from(&bytes.await[..]).into()) }))
    }

    /// All of it.
    pub fn save(&self) -> Promise {
        let bytes = self.document.clone().save();
        future_to_promise(async move { Ok(Uint8Array::from(&bytes.await[..]).into()) })
    }
}

/// Writing: what is promised is durable.
#[wasm_bindgen]
impl RawStored {
    /// Opens a change, calls the function, and closes it. If that throws, nothing of it is done. What changed
    /// before is told first, and then what was written. What the author says about it is a message, and
    /// when it is made, in milliseconds since 1970. If it joins the one before, it is undone with that.
    pub fn change(
        &self,
        edit: Function,
        tell: Function,
        message: Option<String>,
        time: Option<f64>,
        joins: bool,
    ) -> Promise {
        let options = any::options(message, time, joins);
        let changing = self.document.clone().change(options, edit, tell);
        self.written(async move { changing.await.map(nothing) })
    }

    /// Makes it read as a value, by what differs; tells as [`change`](Self::change) does.
    ///
    /// # Errors
    /// If it is no plain value.
    pub fn update(&self, value: &JsValue, tell: Function) -> Result<Promise, JsError> {
        let updating = self.document.clone().update(from_js(value)?, tell);
        Ok(self.written(async move { updating.await.map(nothing) }))
    }

    /// Takes back what was done here last; whether there was something. Tells as
    /// [`change`](Self::change) does.
    pub fn undo(&self, tell: Function) -> Promise {
        self.written(self.document.clone().undo(tell))
    }

    /// Does again what was taken back last; whether there was something. Tells as
    /// [`change`](Self::change) does.
    pub fn redo(&self, tell: Function) -> Promise {
        self.written(self.document.clone().redo(tell))
    }

    /// Takes in what another replica exported.
    pub fn apply(&self, bytes: Vec<u8>) -> Promise {
        let applying = self.document.clone().apply(bytes);
        self.written(async move { applying.await.map(nothing) })
    }

    /// Ends its exchange with relays, when what is being written is durable.
    pub fn close(&self) -> Promise {
        let closing = self.document.clone().close();
        promise(async move { closing.await.map(nothing) })
    }
}

/// Others.
#[wasm_bindgen]
impl RawStored {
    /// Is kept when a relay has everything that is here now.
    pub fn synced(&self) -> Promise {
        let syncing = self.document.clone().synced();
        future_to_promise(async move {
            syncing.await;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// How the relays stand to it.
    pub fn relays(&self) -> Array {
        self.document.relays().iter().map(standing).collect()
    }

    /// Shows something to others, as JSON; nothing any more if it is none.
    ///
    /// # Errors
    /// If it is too long, or no JSON.
    #[expect(clippy::needless_pass_by_value, reason = "it is how strings come from there")]
    pub fn show(&self, presence: Option<String>) -> Result<(), JsError> {
        let presence = presence.as_deref().map(serde_json::from_str).transpose()?;
        Ok(self.document.show(presence)?)
    }

    /// Calls a function with whoever shows something, and what, as JSON, or nothing if they have left;
    /// as long as there is the document.
    pub fn others(&self, tell: Function) {
        let mut others = self.document.others();
        spawn_local(async move {
            while let Some(other) = others.next().await {
                let author = JsValue::from(other.author.to_string());
                let shown = other.presence.map(|presence| JsValue::from(presence.to_string()));
                // What it throws is its own affair.
                let _ =
                    tell.call2(&JsValue::UNDEFINED, &author, &shown.unwrap_or(JsValue::UNDEFINED));
            }
        });
    }
}

fn standing(of: &RelayStanding) -> JsValue {
    let durable = of.durable.iter().map(|head| JsValue::from(head.to_string()));
    let refused = of.refused.map(|refused| JsValue::from(format!("{refused:?}")));
    object([
        ("relay", of.relay.to_string().into()),
        ("isSynced", of.is_synced.into()),
        ("durable", durable.collect::<Array>().into()),
        ("refused", refused.unwrap_or(JsValue::NULL)),
    ])
}
