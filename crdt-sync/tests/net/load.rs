//! Many peers, and slow ones.

use std::time::Duration;

use crdt_store::{Store, Stored};
use crdt_sync::access::Open;
use crdt_sync::{Limits, Live, Peer, PeerOptions, Target};

use crate::raw::Raw;
use crate::rig::{
    Board, Server, Way, converged, created, hasty, joined, key, options, peer, soon, store, until,
};

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_is_dropped_and_nobody_waits_for_it() {
    let options = options().queue(8).write_timeout(Duration::from_millis(200));
    let server = Server::start(&store(200), Open, options, None);
    let peer = peer(&store(201), &server);
    let create = |_| bound(&peer, store(201).create().expect("room"));
    let boards: Vec<_> = (0..8).map(create).collect();
    let mut slow = Raw::connect_with(server.at, 203, Some(4096)).await;
    for board in &boards {
        slow.follow(board.id()).await;
    }
    until("it is connected", async || server.relay.connections() == 2).await;
    // It takes nothing any more: what is sent to it fills what the system holds, and then its queue.
    let mut number = 0;
    until("it is dropped", async || {
        number += 1;
        let (board, text) = (&boards[number % boards.len()], text(number as u64, 200_000));
        board.change(move |board| board.notes.push_str(&text)).await.expect("room");
        soon("synced", board.synced()).await;
        server.relay.connections() == 1
    })
    .await;
    // It comes again, and gets what it lacks.
    let (late, _late) = joined(204, boards[0].id(), &server);
    converged(&[&boards[0], &late]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_answer_any_more_is_dropped() {
    let mut limits = Limits::default();
    limits.ping = Duration::from_millis(50);
    let server = Server::start(&store(205), Open, options().limits(limits), None);
    let (one, _first) = created(206, &server);
    let half_open = Raw::connect(server.at, 207).await;
    until("it is connected", async || server.relay.connections() == 2).await;
    until("it is dropped", async || server.relay.connections() == 1).await;
    drop(half_open);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    soon("synced", one.synced()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_closes_does_not_wait_for_whom_nothing_reaches() {
    let server = Server::start(&store(208), Open, options(), None);
    let way = Way::to(server.at);
    let store = store(209);
    let peer = Peer::start(&store, PeerOptions::new().backoff(hasty())).expect("a peer");
    let target: Target = format!("ws://{}", way.at).parse().expect("an address");
    peer.dial(target);
    let boards: Vec<_> = (0..30).map(|_| bound(&peer, store.create().expect("room"))).collect();
    for board in &boards {
        soon("synced", board.synced()).await;
    }
    way.lie();
    for (number, board) in (0..).zip(&boards) {
        let text = text(number, 200_000);
        board.change(move |board| board.notes.push_str(&text)).await.expect("room");
    }
    // By itself it would notice within 30 s.
    let closed = tokio::time::timeout(Duration::from_secs(20), peer.close()).await;
    closed.expect("it is waited for");
}

fn bound(peer: &Peer, board: Stored<Board>) -> Live<Board> {
    let board = Live::new(board);
    peer.bind(&board);
    board
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
        let board = Live::new(store.join::<Board>(one.id()).expect("room"));
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
