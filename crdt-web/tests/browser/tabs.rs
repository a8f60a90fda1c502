//! Several tabs on one document with one key: workers here, each of which has a thread and a module
//! of its own as a tab has.
#![expect(unreachable_pub, reason = "JavaScript calls what a tab does")]

use core::cell::Cell;
use std::rc::Rc;

use crdt_core::{ChangeOptions, CrdtNode, Document, DocumentId};
use crdt_store::StoreError;
use crdt_store::backend::{Access, Place as _, Rows as _};
use crdt_web::{Elected, IndexedDb};
use js_sys::{Array, Promise, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{console_log, wasm_bindgen_test};
use web_sys::{Blob, BlobPropertyBag, MessageEvent, Url, Worker, WorkerOptions, WorkerType};

/// How many edits each tab makes.
const EDITS: &str = match option_env!("CRDT_TAB_EDITS") {
    Some(edits) => edits,
    None => "300",
};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Note {
    #[crdt(text)]
    body: String,
    #[crdt(counter)]
    edits: i64,
}

fn thrown(error: impl core::fmt::Display) -> JsValue {
    error.to_string().into()
}

/// What a tab does: so many edits, each durable before the next. Gives how many of
/// the other tab came before one of them at most.
#[wasm_bindgen]
pub async fn tab_edits(store: String, id: Vec<u8>, edits: u32) -> Result<JsValue, JsValue> {
    let store = IndexedDb::store(&store).await.map_err(thrown)?;
    let id = DocumentId::from_bytes(id.try_into().map_err(|_| "no id")?);
    let mut note = store.waiting().open_document::<Note>(id).await.map_err(thrown)?;
    let (mut overtaken, mut before) = (0_u32, note.read().edits.get());
    for _ in 0..edits {
        let written = note.waiting().write(|note| {
            let prepared = note.prepare(&ChangeOptions::default(), |note| {
                note.body.push_str("x")?;
                note.edits.add(1)
            });
            prepared.map_err(StoreError::from)
        });
        written.await.map_err(thrown)?;
        let now = note.read().edits.get();
        overtaken = overtaken.max(u32::try_from(now - before - 1).map_err(thrown)?);
        before = now;
    }
    Ok(overtaken.into())
}

/// What a tab would do that brings nothing in: it goes on from what it has opened.
#[wasm_bindgen]
pub async fn tab_edits_alone(store: String, id: Vec<u8>, edits: u32) -> Result<JsValue, JsValue> {
    let store = IndexedDb::store(&store).await.map_err(thrown)?;
    let id = DocumentId::from_bytes(id.try_into().map_err(|_| "no id")?);
    let note = store.waiting().open_document::<Note>(id).await.map_err(thrown)?;
    let keypair = store.keypair().ok_or("no key")?.clone();
    let mut alone = Document::<Note>::load(&note.save(), keypair).map_err(thrown)?;
    for _ in 0..edits {
        // Two that write the same write one change.
        let by = (js_sys::Math::random().to_bits() >> 12).cast_signed();
        alone.change(|note| note.edits.add(by)).map_err(thrown)?;
    }
    Ok(Uint8Array::from(&alone.export(&[])[..]).into())
}

/// A tab that is elected, and stays so until it is closed.
#[wasm_bindgen]
pub async fn tab_is_elected(name: String, _id: Vec<u8>, _edits: u32) -> Result<JsValue, JsValue> {
    core::mem::forget(Elected::of(&name).await.map_err(thrown)?);
    Ok(JsValue::UNDEFINED)
}

/// A worker that calls a function of the module that runs here.
struct Tab {
    worker: Worker,
    done: Promise,
    _heard: Closure<dyn FnMut(MessageEvent)>,
}

impl Tab {
    fn new(function: &str, name: &str, id: DocumentId, edits: &str) -> Self {
        let script = script(function, name, id, edits);
        let kind = BlobPropertyBag::new();
        kind.set_type("text/javascript");
        let parts = Array::of1(&script.into());
        let blob = Blob::new_with_str_sequence_and_options(&parts, &kind).unwrap();
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let url = Url::create_object_url_with_blob(&blob).unwrap();
        let worker = Worker::new_with_options(&url, &options).unwrap();
        let mut settle = None;
        let done = Promise::new(&mut |resolve, reject| settle = Some((resolve, reject)));
        let (resolve, reject) = settle.unwrap();
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let said = |name: &str| Reflect::get(&event.data(), &name.into()).unwrap();
            let failed = said("failed");
            let (tell, what) =
                if failed.is_undefined() { (&resolve, said("done")) } else { (&reject, failed) };
            tell.call1(&JsValue::NULL, &what).unwrap();
        });
        worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        Self { worker, done, _heard: heard }
    }
}

fn script(function: &str, name: &str, id: DocumentId, edits: &str) -> String {
    let origin = Reflect::get(&js_sys::global(), &"location".into()).unwrap();
    let origin = Reflect::get(&origin, &"origin".into()).unwrap().as_string().unwrap();
    let id = id.as_bytes().iter().map(u8::to_string).collect::<Vec<_>>().join(",");
    format!(
        "import init, * as module from '{origin}/wasm-bindgen-test.js';
         await init({{ module_or_path: '{origin}/wasm-bindgen-test_bg.wasm' }});
         try {{
             const id = new Uint8Array([{id}]);
             self.postMessage({{ done: await module.{function}('{name}', id, {edits}) }});
         }} catch (error) {{ self.postMessage({{ failed: String(error) }}); }}"
    )
}

/// Two tabs at once.
async fn two(function: &str, store: &str, id: DocumentId, edits: &str) -> Vec<JsValue> {
    let tabs = [0; 2].map(|_| Tab::new(function, store, id, edits));
    let both = Array::of2(&tabs[0].done, &tabs[1].done);
    let done: Array = JsFuture::from(Promise::all(&both)).await.unwrap().unchecked_into();
    done.iter().collect()
}

#[wasm_bindgen_test]
async fn two_tabs_with_one_key_never_fork_its_chain() {
    let store = IndexedDb::store("tabs").await.unwrap();
    let mut note = store.waiting().create::<Note>().await.unwrap();
    let (id, began) = (note.id(), js_sys::Date::now());
    let overtaken = two("tab_edits", "tabs", id, EDITS).await;
    let took = js_sys::Date::now() - began;
    console_log!("2 x {EDITS} edits in {took} ms, {overtaken:?} of the other tab before one");
    // Who asks first has its turn first: nobody waits while the other one goes on and on.
    let most = overtaken.iter().filter_map(JsValue::as_f64).fold(0.0, f64::max);
    assert!(most <= 10.0, "{most} edits of the other tab came before one");
    note.waiting().refresh().await.unwrap();
    let edits: i64 = EDITS.parse().unwrap();
    assert_eq!(note.value().edits, 2 * edits);
    let all = usize::try_from(2 * edits).unwrap();
    assert_eq!((note.value().body.len(), note.history().len()), (all, all));
    assert_eq!(note.equivocations().len(), 0);
    let opened = store.waiting().open_document::<Note>(id).await.unwrap();
    assert_eq!(opened.digest(), note.digest());
}

/// The control: without bringing in what the other tab wrote there are forks, and they are seen.
#[wasm_bindgen_test]
async fn tabs_that_bring_nothing_in_fork_the_chain() {
    let store = IndexedDb::store("tabs alone").await.unwrap();
    let mut note = store.waiting().create::<Note>().await.unwrap();
    for written in two("tab_edits_alone", "tabs alone", note.id(), "3").await {
        note.waiting().apply(&Uint8Array::new(&written).to_vec()).await.unwrap();
    }
    assert!(!note.equivocations().is_empty());
}

#[wasm_bindgen_test]
async fn when_the_tab_that_is_elected_is_closed_another_one_is() {
    let tab = Tab::new("tab_is_elected", "speaker", DocumentId::from_bytes([0; 32]), "0");
    JsFuture::from(tab.done.clone()).await.unwrap();
    let is_elected = Rc::new(Cell::new(false));
    let tell = is_elected.clone();
    let waiting = wasm_bindgen_futures::future_to_promise(async move {
        let elected = Elected::of("speaker").await.map_err(thrown)?;
        tell.set(true);
        drop(elected);
        Ok(JsValue::UNDEFINED)
    });
    // Longer than asking takes where nobody stands in the way.
    drop(Elected::of("another name").await.unwrap());
    assert!(!is_elected.get());
    tab.worker.terminate();
    JsFuture::from(waiting).await.unwrap();
    assert!(is_elected.get());
    drop(Elected::of("speaker").await.unwrap());
}

/// A tab that is frozen while it writes holds up who reads too, for no longer than those who write.
#[wasm_bindgen_test]
async fn who_reads_does_not_wait_for_ever_for_who_writes() {
    let name = format!("frozen {}", js_sys::Date::now());
    let (frozen, store) =
        (IndexedDb::store(&name).await.unwrap(), IndexedDb::store(&name).await.unwrap());
    let id = store.waiting().create::<Note>().await.unwrap().id();
    let thawed = Rc::new(Cell::new(false));
    let (begun, has_begun) = tokio::sync::oneshot::channel();
    let until = thawed.clone();
    wasm_bindgen_futures::spawn_local(async move {
        let writing = frozen.place().begin(Access::Write).await.unwrap();
        let _ = begun.send(());
        // It ends by itself once nothing is asked of it.
        while !until.get() {
            writing.documents().await.unwrap();
        }
    });
    has_begun.await.unwrap();
    let listed = store.waiting().documents().await;
    assert!(matches!(listed, Err(StoreError::Locked(_))), "{listed:?}");
    let opened = store.waiting().open_document::<Note>(id).await.map(drop);
    assert!(matches!(opened, Err(StoreError::Locked(_))), "{opened:?}");
    thawed.set(true);
    assert_eq!(store.waiting().documents().await.unwrap().len(), 1);
}
