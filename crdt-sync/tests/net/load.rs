//! Many peers, and slow ones.

use std::time::Duration;

use crdt_store::Store;
use crdt_sync::access::Open;
use crdt_sync::{Limits, Peer, PeerOptions};

use crate::raw::Raw;
use crate::rig::{
    Board, Server, converged, created, hasty, joined, key, options, soon, store, until,
};

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_is_dropped_and_nobody_waits_for_it() {
    let options = options().queue(8).write_timeout(Duration::from_millis(200));
    let server = Server::start(&store(200), Open, options, None);
    let (one, _first) = created(201, &server);
    let (two, _second) = joined(202, one.id(), &server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    converged(&[&one, &two]).await;
    let mut slow = Raw::connect(server.at, 203).await;
    slow.follow(one.id()).await;
    until("it is connected", async || server.relay.connections() == 3).await;
    // It takes nothing any more: what is sent to it fills what the system holds, and then its queue.
    let mut number = 0_u64;
    until("it is dropped", async || {
        number += 1;
        let text = text(number, 100_000);
        one.change(move |board| board.notes.push_str(&text)).await.expect("room");
        soon("synced", one.synced()).await;
        server.relay.connections() == 2
    })
    .await;
    converged(&[&one, &two]).await;
    // It comes again, and gets what it lacks.
    let (three, _third) = joined(204, one.id(), &server);
    converged(&[&one, &three]).await;
}

/// Letters that are not compressed to nothing.
fn text(seed: u64, length: usize) -> String {
    let mut state = seed;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b' ' + u8::try_from((state >> 33) % 95).expect("below 95"))
    };
    (0..length).map(next).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_idle_connections_cost_nobody_anything() {
    let mut limits = Limits::default();
    limits.connections_per_address = 1100;
    let server = Server::start(&store(210), Open, options().limits(limits), None);
    let mut idle = Vec::new();
    for seed in 0..1000 {
        idle.push(Raw::connect(server.at, 10_000 + seed).await);
    }
    until("they are there", async || server.relay.connections() == 1000).await;
    let (one, _first) = created(211, &server);
    let (two, _second) = joined(212, one.id(), &server);
    for number in 0..20 {
        one.change(move |board| board.tasks.push(format!("{number}"))).await.expect("room");
    }
    converged(&[&one, &two]).await;
    assert_eq!(server.relay.connections(), 1002);
    drop(idle);
    until("they are gone", async || server.relay.connections() == 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn peers_that_lose_a_relay_all_at_once_all_come_back() {
    let server = Server::open(&store(220));
    let (one, _first) = created(221, &server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    soon("synced", one.synced()).await;
    let mut others = Vec::new();
    for seed in 0..100 {
        let store = Store::in_memory(key(20_000 + seed));
        let board = crdt_sync::Live::new(store.join::<Board>(one.id()).expect("room"));
        let peer = Peer::start(&store, PeerOptions::new().backoff(hasty())).expect("a peer");
        peer.dial(server.target());
        peer.bind(&board);
        others.push((board, peer));
    }
    let all: Vec<_> = others.iter().map(|(board, _)| board).chain([&one]).collect();
    converged(&all).await;
    let at = server.kill();
    one.change(|board| board.title.set("Next")).await.expect("room");
    // It has lost all that it had: they bring it back.
    let server = Server::start(&store(220), Open, options(), Some(at));
    until("they are back", async || server.relay.connections() == 101).await;
    converged(&all).await;
    assert_eq!(others[99].0.value().await.title, "Next");
}
