//! Documents that are written in more than one way: by several handles of an app, by another process
//! in the file of a relay.

use std::time::Duration;

use crdt_core::Document;
use crdt_store::{Store, StoreOptions};
use crdt_sync::access::Open;
use crdt_sync::protocol::Refused;
use crdt_sync::{Live, Peer};

use crate::rig::{
    Board, Server, converged, created, joined, key, options, peer, refused, soon, store, until,
};

#[tokio::test(flavor = "multi_thread")]
async fn two_handles_of_one_document_are_kept_up_to_date_each_and_alone() {
    let server = Server::open(&store(240));
    let (one, peer) = created(241, &server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    let other = Live::new(one.store().open_document::<Board>(one.id()).expect("it is there"));
    peer.bind(&other);
    let (two, _second) = joined(242, one.id(), &server);
    for (number, writes) in [&one, &other, &two, &other, &one].iter().enumerate() {
        writes.change(move |board| board.tasks.push(format!("{number}"))).await.expect("room");
        converged(&[&one, &other, &two]).await;
    }
    soon("synced", one.synced()).await;
    soon("synced", other.synced()).await;
    drop(other);
    two.change(|board| board.title.set("Next")).await.expect("room");
    converged(&[&one, &two]).await;
    one.change(|board| board.title.set("Last")).await.expect("room");
    converged(&[&one, &two]).await;
    assert_eq!(two.value().await.title, "Last");
}

/// A store in a file, as each process opens it.
fn opened(path: &std::path::Path, seed: u16) -> Store {
    Store::open_with(path, &StoreOptions::new().keypair(key(seed))).expect("a file")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_process_writes_in_the_store_of_a_relay_is_told_to_its_peers() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("relay.crdt");
    for (seed, idle) in [(250, Duration::from_secs(60)), (255, Duration::from_millis(20))] {
        let server = Server::start(&opened(&path, 249), Open, options().idle(idle), None);
        let (one, _first) = created(seed, &server);
        one.change(|board| board.title.set("Plan")).await.expect("room");
        soon("synced", one.synced()).await;
        if idle < Duration::from_secs(1) {
            until("it is let go of", async || server.relay.open_documents() == 0).await;
        }
        let app = opened(&path, 249);
        let mut own = app.open_document::<Board>(one.id()).expect("it is there");
        own.change(|board| board.tasks.push("of the relay's app".into())).expect("room");
        until("it is told", async || one.value().await.tasks.len() == 1).await;
        assert_eq!(one.with(Document::heads).await, own.heads());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_made_in_the_store_of_a_relay_is_told_to_those_that_wait_for_it() {
    let (left, right) = (store(260), store(261));
    let (one, two) = (Server::open(&left), Server::open(&right));
    let (target, relay) = (one.target(), two.relay.clone());
    two.run(async move { relay.link(target) });
    until("they are linked", async || one.relay.connections() == 1).await;
    // Made in memory elsewhere, and asked for before it is there.
    let mut made = Document::<Board>::create(key(262)).expect("randomness");
    made.change(|board| board.title.set("Plan")).expect("an edit");
    let (waiting, _peer) = joined(263, made.id(), &one);
    soon("synced", waiting.synced()).await;
    left.add(made).expect("room");
    until("it is told", async || waiting.value().await.title == "Plan").await;

    let mut alone = right.create::<Board>().expect("room");
    alone.change(|board| board.title.set("Alone")).expect("room");
    until("the relay that is dialed has it", async || {
        left.documents().expect("it can be read").iter().any(|listing| listing.id == alone.id())
    })
    .await;
}

/// A document that was synced with a relay, and then removed from its store.
async fn removed(seed: u16, kept: &Store, server: &Server) -> (Live<Board>, Peer) {
    let (one, peer) = created(seed, server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    soon("synced", one.synced()).await;
    kept.remove(one.id()).expect("it is there");
    refused(&one, Refused::Unknown).await;
    (one, peer)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_removed_from_the_store_of_a_relay_is_served_no_more() {
    let kept = store(265);
    let server = Server::open(&kept);
    let (one, _first) = removed(266, &kept, &server).await;
    assert_eq!(server.relay.open_documents(), 0);
    // Others go on.
    let mine = one.store().clone();
    let peer = peer(&mine, &server);
    let other = Live::new(mine.create::<Board>().expect("room"));
    peer.bind(&other);
    soon("synced", other.synced()).await;
}

/// A document that was removed from the store of a relay and is taken in again there is exchanged with those
/// who are connected.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_in_again_at_a_relay_is_served_again() {
    let kept = store(280);
    let server = Server::open(&kept);
    let (one, _first) = removed(281, &kept, &server).await;
    kept.join_history(one.id()).expect("room");
    soon("synced", one.synced()).await;
    let again = kept.open_history(one.id()).expect("it is there");
    assert_eq!(again.heads(), one.with(Document::heads).await);
}

/// An app that removes a document and joins it anew has it be exchanged by the new handle, also where it
/// still has the one before.
#[tokio::test(flavor = "multi_thread")]
async fn what_an_app_removes_and_joins_anew_is_exchanged() {
    let server = Server::open(&store(285));
    let (one, first) = created(286, &server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    soon("synced", one.synced()).await;
    let mine = one.store().clone();
    mine.remove(one.id()).expect("it is there");
    let again = Live::new(mine.join::<Board>(one.id()).expect("room"));
    first.bind(&again);
    until("it has come back", async || again.value().await.title == "Plan").await;
    again.change(|board| board.tasks.push("on".into())).await.expect("it is there");
    let (two, _second) = joined(287, one.id(), &server);
    converged(&[&again, &two]).await;
}

/// A handle that is bound when another one of the document is synced already is told so too.
#[tokio::test(flavor = "multi_thread")]
async fn a_handle_that_is_bound_later_is_told_how_relays_stand() {
    let server = Server::open(&store(288));
    let (one, first) = created(289, &server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    soon("synced", one.synced()).await;
    let mine = one.store().clone();
    let two = Live::new(mine.open_document::<Board>(one.id()).expect("it is there"));
    first.bind(&two);
    soon("synced", two.synced()).await;
    soon("durable", two.durable_at(&server.relay.author())).await;
}
