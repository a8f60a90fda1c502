//! The database of the browser is held to the suite that every place is held to.

use core::cell::Cell;

use crdt_core::{ChangeOptions, CrdtNode};
use crdt_store::backend::Keyed;
use crdt_store::conformance;
use crdt_web::IndexedDb;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn the_database_keeps_what_documents_need() {
    let stores = Cell::new(0);
    let make = || {
        stores.set(stores.get() + 1);
        let name = format!("conforming {}", stores.get());
        async move || Ok(Keyed::new(IndexedDb::open(&name).await?))
    };
    conformance::check_waiting(&make).await.unwrap();
}

#[derive(CrdtNode)]
struct Note {
    title: String,
}

#[wasm_bindgen_test]
async fn a_document_is_there_with_the_same_key_when_the_store_is_opened_again() {
    let store = IndexedDb::store("notes").await.unwrap();
    let author = store.author();
    let mut note = store.waiting().create::<Note>().await.unwrap();
    let id = note.id();
    let titled = note.waiting().write(|note| {
        let prepared = note.prepare(&ChangeOptions::default(), |note| note.title.set("Plan"));
        prepared.map_err(crdt_store::StoreError::from)
    });
    titled.await.unwrap();
    drop((note, store));
    let store = IndexedDb::store("notes").await.unwrap();
    assert_eq!(store.author(), author);
    let note = store.waiting().open_document::<Note>(id).await.unwrap();
    assert_eq!(note.read().title, "Plan");
    assert_eq!(store.waiting().documents().await.unwrap().len(), 1);
}
