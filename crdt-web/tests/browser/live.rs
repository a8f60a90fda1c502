//! A document that tasks of a page share.

use crdt_core::{CrdtNode, Seen};
use crdt_store::StoreError;
use crdt_sync::Live;
use crdt_web::IndexedDb;
use wasm_bindgen_test::wasm_bindgen_test;

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Board {
    title: String,
    tasks: Vec<String>,
}

#[wasm_bindgen_test]
async fn a_page_has_the_handle_that_a_program_has() {
    let store = IndexedDb::store("live").await.unwrap();
    let board = Live::new(store.waiting().create::<Board>().await.unwrap());
    let mut deltas = board.deltas().await;
    board.change(|board| board.title.set("Plan")).await.unwrap();
    assert!(matches!(deltas.next().await, Some(Seen::Delta(_))));
    board.update(|board| board.tasks.push("Write".to_owned())).await.unwrap();
    board.undo().await.unwrap();
    assert_eq!(board.value().await, Board { title: "Plan".to_owned(), tasks: Vec::new() });
    board.redo().await.unwrap();
    let failed = board.change(|board| {
        board.title.set("never")?;
        board.tasks.at(7)?.set("nowhere")
    });
    assert!(matches!(failed.await, Err(StoreError::Edit(_))));
    assert_eq!(board.read(|board| board.title.to_string()).await, "Plan");
    board.close().await.unwrap();
}

/// Two handles to the database, as two tabs have them: each tells the other.
#[wasm_bindgen_test]
async fn what_another_tab_writes_comes_by_itself() {
    let here = IndexedDb::open("following").await.unwrap();
    let key = here.keypair().await.unwrap();
    let store = here.store_with(key.clone());
    let board = Live::new(store.waiting().create::<Board>().await.unwrap());
    let there = IndexedDb::open("following").await.unwrap().store_with(key);
    let other = there.waiting().open_document::<Board>(board.id()).await.unwrap();
    let other = Live::new(other);
    let mut deltas = board.deltas().await;
    other.change(|board| board.tasks.push("Read".to_owned())).await.unwrap();
    assert!(deltas.next().await.is_some());
    assert_eq!(board.value().await.tasks, ["Read"]);
}
