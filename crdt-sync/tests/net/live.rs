//! A document that tasks share.

use std::sync::mpsc;
use std::time::Duration;

use crdt_core::{ChangeOptions, CrdtNode, EditError, Keypair, Seen, Text};
use crdt_store::{Store, StoreError};
use crdt_sync::Live;

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Board {
    title: String,
    tasks: Vec<String>,
}

fn store(seed: u8) -> Store {
    Store::in_memory(Keypair::from_secret_bytes(&[seed; 32]))
}

fn board(seed: u8) -> Live<Board> {
    Live::new(store(seed).create::<Board>().expect("memory has room"))
}

#[tokio::test]
async fn tasks_write_one_after_the_other() {
    let board = board(1);
    let tasks = (0..20).map(|number| {
        let board = board.clone();
        tokio::spawn(async move {
            board.change(move |board| board.tasks.push(format!("{number}"))).await
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.expect("no panic").expect("memory has room");
    }
    assert_eq!(board.value().await.tasks.len(), 20);
    assert_eq!(board.with(|board| board.history().len()).await, 20);
}

#[tokio::test]
async fn what_fails_or_panics_changes_nothing_and_the_handle_goes_on() {
    let board = board(2);
    board.change(|board| board.title.set("Plan")).await.expect("memory has room");
    let failed: Result<(), StoreError> = board
        .change(|board| {
            board.title.set("Lost")?;
            Err(EditError::OutOfRange { position: 9, length: 0 })
        })
        .await;
    assert!(matches!(failed, Err(StoreError::Edit(EditError::OutOfRange { .. }))));

    let other = board.clone();
    let panicked = tokio::spawn(async move {
        let edit = |_: &mut crdt_core::Editor<'_, Board>| -> Result<(), EditError> {
            panic!("in the closure")
        };
        other.change(edit).await
    });
    let panic = panicked.await.expect_err("it panics").into_panic();
    assert_eq!(panic.downcast_ref(), Some(&"in the closure"));

    assert_eq!(board.read(|board| board.title.to_string()).await, "Plan");
    board.change(|board| board.title.set("Next")).await.expect("the handle is as before");
    assert_eq!(board.with(|board| board.history().len()).await, 2);
}

#[tokio::test]
async fn the_runtime_goes_on_while_a_change_blocks() {
    // The only thread of this runtime lets the blocked change go on, so it must not be blocked.
    let board = board(3);
    let (go_on, wait) = mpsc::channel::<()>();
    let (began, mut has_begun) = tokio::sync::mpsc::unbounded_channel::<()>();
    let other = board.clone();
    let change = tokio::spawn(async move {
        let edit = move |board: &mut crdt_core::Editor<'_, Board>| {
            began.send(()).expect("somebody waits");
            wait.recv_timeout(Duration::from_secs(60)).expect("let go on");
            board.title.set("Plan")
        };
        other.change(edit).await
    });
    has_begun.recv().await.expect("it begins");
    // A reader waits its turn, and nobody is blocked by that either.
    let reader = tokio::spawn({
        let board = board.clone();
        async move { board.read(|board| board.title.to_string()).await }
    });
    tokio::task::yield_now().await;
    go_on.send(()).expect("it waits");
    change.await.expect("no panic").expect("memory has room");
    assert_eq!(reader.await.expect("no panic"), "Plan");
}

#[tokio::test]
async fn a_future_that_is_dropped_leaves_the_document_to_others() {
    let board = board(4);
    let (go_on, wait) = mpsc::channel::<()>();
    {
        let change = board.change(move |board| {
            wait.recv_timeout(Duration::from_secs(60)).expect("let go on");
            board.title.set("Plan")
        });
        tokio::pin!(change);
        // Begun, and given up.
        assert!(futures_util::poll!(change.as_mut()).is_pending());
    }
    go_on.send(()).expect("it goes on although nobody waits for it");
    board.change(|board| board.tasks.push("on".into())).await.expect("it goes on");
    assert_eq!(board.value().await, Board { title: "Plan".into(), tasks: vec!["on".into()] });
}

#[tokio::test]
async fn deltas_tell_what_changes_and_one_that_lags_is_told_all_has() {
    let text = Live::new(store(5).create::<Text>().expect("memory has room"));
    let (mut deltas, mut lagging) = (text.deltas().await, text.deltas().await);
    let mut shown = text.value().await;
    for word in ["Hello", " world"] {
        text.change(move |text| text.push_str(word)).await.expect("memory has room");
        let seen = deltas.next().await.expect("it is shared");
        assert!(matches!(seen, Seen::Delta(_)), "{seen:?}");
        text.with(|text| seen.apply(&mut shown, text)).await.expect("the value before");
        assert_eq!(shown, text.value().await);
    }
    // Two changes are one delta to whoever comes late.
    let seen = lagging.next().await.expect("it is shared");
    assert!(matches!(&seen, Seen::Delta(delta) if delta.0.len() == 1), "{seen:?}");
    let many =
        |text: &mut crdt_core::Editor<'_, Text>| (0..70_000).try_for_each(|_| text.insert(0, "x"));
    text.change(many).await.expect("memory has room");
    assert_eq!(lagging.next().await, Some(Seen::Wholly));
    text.change(|text| text.insert(0, "y")).await.expect("memory has room");
    assert!(matches!(lagging.next().await, Some(Seen::Delta(_))), "it is up to date again");
    drop(text);
    assert!(lagging.next().await.is_none(), "nobody has the document");
}

#[tokio::test]
async fn a_stored_document_becomes_live_and_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("boards.crdt");
    let store = Store::open(&path).expect("a file");
    let board = Live::from(store.create::<Board>().expect("room"));
    let other = board.clone();
    other.change(|board| board.title.set("Plan")).await.expect("room");
    let board = board.into_stored().await.expect_err("there is another handle");
    drop(other);
    let mut board = board.into_stored().await.expect("it is the only one");
    board.change(|board| board.tasks.push("on".into())).expect("room");
    let id = board.id();
    drop((board, store));

    let again =
        Store::open(&path).expect("a file").open_document::<Board>(id).expect("it is there");
    assert_eq!(again.value(), Board { title: "Plan".into(), tasks: vec!["on".into()] });
}

#[tokio::test]
async fn what_was_written_through_any_clone_is_undone_and_that_is_told() {
    let board = board(7);
    let mut deltas = board.deltas().await;
    let other = board.clone();
    board.change(|board| board.title.set("Plan")).await.expect("memory has room");
    other.change(|board| board.title.set("Launch")).await.expect("memory has room");
    assert!(matches!(deltas.next().await, Some(Seen::Delta(_))));
    assert_eq!(board.undo().await.expect("memory has room").map(|undone| undone.len()), Some(1));
    assert_eq!(other.read(|board| board.title.to_string()).await, "Plan");
    assert!(matches!(deltas.next().await, Some(Seen::Delta(_))));
    assert!(other.redo().await.expect("memory has room").is_some());
    assert_eq!(board.read(|board| board.title.to_string()).await, "Launch");
    let (id, store) = (board.id(), board.store().clone());
    drop((board, other, deltas));
    let opened = Live::new(store.open_document::<Board>(id).expect("it is there"));
    let said = ChangeOptions::new().message("undo");
    opened.undo_with(said.clone()).await.expect("memory has room");
    assert_eq!(opened.read(|board| board.title.to_string()).await, "Plan");
    opened.redo_with(said).await.expect("memory has room");
    opened.clear_undo().await.expect("memory has room");
    assert_eq!(opened.undo().await.expect("memory has room"), None);
    assert_eq!(opened.read(|board| board.title.to_string()).await, "Launch");
}

#[tokio::test]
async fn what_another_handle_wrote_is_seen_when_it_is_brought_in() {
    let store = store(6);
    let mut other = store.create::<Board>().expect("room");
    let board = Live::new(store.open_document::<Board>(other.id()).expect("it is there"));
    let mut deltas = board.deltas().await;
    other.change(|board| board.title.set("Plan")).expect("room");
    assert!(board.refresh().await.expect("it can be read"));
    let seen = deltas.next().await.expect("it is shared");
    assert!(matches!(seen, Seen::Delta(_)), "{seen:?}");
    assert_eq!(board.read(|board| board.title.to_string()).await, "Plan");
}

#[test]
fn handles_and_their_futures_can_be_sent() {
    fn sent<T: Send>(_: &T) {}
    fn shared<T: Send + Sync>(_: &T) {}
    let board = board(7);
    shared(&board);
    sent(&board.change(|board| board.title.set("x")));
    sent(&board.read(|board| board.title.to_string()));
    sent(&board.deltas());
}
