//! Who is in a document, and messages from peer to peer.

use std::time::Duration;

use crdt_core::Author;
use crdt_sync::access::{AllowList, Rule, Rules};
use crdt_sync::{
    Live, Message, MessageError, Messages, Other, Others, Peer, PeerOptions, PresenceError, Status,
};
use serde::{Deserialize, Serialize};
use tokio::time::timeout;

use crate::rig::{
    Board, Server, converged, created, joined, key, options, peer, soon, store, until,
};

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Me {
    name: String,
    at: usize,
}

fn me(name: &str, at: usize) -> Me {
    Me { name: name.into(), at }
}

/// Waits until somebody shows something, or nothing.
async fn seen(others: &mut Others<Me>, seed: u16, shown: Option<Me>) {
    soon("it is seen", async {
        while let Some(Other { author, presence, .. }) = others.next().await {
            if author == key(seed).author() && presence == shown {
                return;
            }
        }
        panic!("the document is no longer shared");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn others_see_who_is_there_where_they_are_and_that_they_have_left() {
    let server = Server::open(&store(300));
    let (one, _first) = created(301, &server);
    one.show(&me("Alice", 0)).expect("short");
    let (two, _second) = joined(302, one.id(), &server);
    let (mut by_one, mut by_two) = (one.others::<Me>(), two.others::<Me>());
    // Who comes later is shown who is there, as soon as they are seen.
    two.show(&me("Bob", 7)).expect("short");
    seen(&mut by_one, 302, Some(me("Bob", 7))).await;
    seen(&mut by_two, 301, Some(me("Alice", 0))).await;
    let (three, third) = joined(303, one.id(), &server);
    three.show(&me("Carol", 1)).expect("short");
    let mut by_three = three.others::<Me>();
    let (mut alice, mut bob) = (false, false);
    while !(alice && bob) {
        let other = soon("they are seen", by_three.next()).await.expect("it is shared");
        alice |= other.presence == Some(me("Alice", 0));
        bob |= other.presence == Some(me("Bob", 7));
    }
    // What is shown last is what others get, however much is shown.
    for at in 0..1000 {
        one.show(&me("Alice", at)).expect("short");
    }
    seen(&mut by_three, 301, Some(me("Alice", 999))).await;
    two.hide();
    seen(&mut by_three, 302, None).await;
    // A document that is closed is left.
    seen(&mut by_one, 303, Some(me("Carol", 1))).await;
    drop(three);
    seen(&mut by_one, 303, None).await;
    assert!(by_three.next().await.is_none(), "it is not shared any more");
    drop(third);
    // It is in nobody's history, and nobody was cut off.
    assert!(one.with(|board| board.history().len() <= 1).await);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    converged(&[&one, &two]).await;
}

/// Who is there shows it to the relay, which shows it to those who come: nobody has to be there any more who
/// could say it anew.
#[tokio::test(flavor = "multi_thread")]
async fn who_comes_and_only_looks_on_is_shown_who_is_there() {
    let server = Server::open(&store(320));
    let (one, first) = created(321, &server);
    let (two, _second) = joined(322, one.id(), &server);
    one.show(&me("Alice", 0)).expect("short");
    seen(&mut two.others::<Me>(), 321, Some(me("Alice", 0))).await;
    first.close().await;
    let (three, _third) = joined(323, one.id(), &server);
    seen(&mut three.others::<Me>(), 321, Some(me("Alice", 0))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_long_is_not_shown_and_what_others_do_not_know_is_told() {
    let server = Server::open(&store(305));
    let (one, _first) = created(306, &server);
    let (two, _second) = joined(307, one.id(), &server);
    let long = one.show(&"x".repeat(1023));
    assert_eq!(long, Err(PresenceError::TooLong(1025)));
    one.show(&"x".repeat(1022)).expect("short");
    // Another version of the app, that shows something else.
    let mut others = two.others::<Me>();
    let other = soon("it is seen", others.next()).await.expect("it is shared");
    assert_eq!((other.author, other.presence), (key(306).author(), None));
}

#[tokio::test(flavor = "multi_thread")]
async fn presence_is_for_those_who_may_have_the_document_and_passes_between_relays() {
    let (left, right) = (Server::open(&store(310)), Server::open(&store(311)));
    let (one, _first) = created(312, &left);
    let (target, relay) = (left.target(), right.relay.clone());
    right.run(async move { relay.link(target) });
    let (two, _second) = joined(313, one.id(), &right);
    for (board, name) in [(&one, "Alice"), (&two, "Bob")] {
        board.show(&me(name, 0)).expect("short");
    }
    seen(&mut two.others::<Me>(), 312, Some(me("Alice", 0))).await;
    seen(&mut one.others::<Me>(), 313, Some(me("Bob", 0))).await;

    let rules = Rules::new()
        .key(key(316).author(), Rule::write())
        .key(key(317).author(), Rule::write().documents([]));
    let server = Server::start(&store(315), AllowList::new(rules), options(), None);
    let (one, _first) = created(316, &server);
    let (two, _second) = joined(317, one.id(), &server);
    until("it is refused", async || two.relays().iter().any(|relay| relay.refused.is_some())).await;
    one.show(&me("Alice", 0)).expect("short");
    two.show(&me("Eve", 0)).expect("short");
    let looks = tokio::time::timeout(Duration::from_millis(500), async {
        let (mut by_one, mut by_two) = (one.others::<Me>(), two.others::<Me>());
        tokio::select! {
            other = by_one.next() => other,
            other = by_two.next() => other,
        }
    });
    assert!(looks.await.is_err(), "neither sees the other");
}

/// Sends a message until it comes: it may be lost where the relay does not know yet who is to have it.
async fn sent(from: &Peer, to: Author, bytes: &[u8], inbox: &mut Messages) -> Message {
    let arrives = async {
        loop {
            from.send(&to, bytes).expect("it is connected");
            if let Ok(message) = timeout(Duration::from_millis(100), inbox.next()).await {
                return message.expect("the peer is there");
            }
        }
    };
    soon("a message", arrives).await
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_go_to_one_peer_through_a_relay() {
    let server = Server::open(&store(320));
    let connected = async |seed: u16| -> Peer {
        let peer = peer(&store(seed), &server);
        let mut status = peer.watch(server.target().address()).expect("it is dialed");
        let connected = |status: &Status| matches!(status, Status::Connected { .. });
        soon("connected", status.wait_for(connected)).await.expect("it is dialed");
        peer
    };
    let (one, two, three) = (connected(321).await, connected(322).await, connected(323).await);
    let (mut to_two, mut to_three) = (two.messages(), three.messages());
    let message = sent(&one, key(322).author(), b"an offer", &mut to_two).await;
    assert_eq!((message.from, &message.bytes[..]), (key(321).author(), &b"an offer"[..]));
    two.send(&message.from, b"an answer").expect("it is connected");
    // Nobody else has got any of it, also nothing before this.
    let message = sent(&two, key(323).author(), b"hello", &mut to_three).await;
    assert_eq!((message.from, &message.bytes[..]), (key(322).author(), &b"hello"[..]));

    assert_eq!(one.send(&key(322).author(), &[7; 8193]), Err(MessageError::TooLong(8193)));
    // More than are passed on are lost, and end nobody's connection.
    for _ in 0..1000 {
        one.send(&key(322).author(), &[7; 8192]).expect("it is connected");
    }
    let board = Live::new(store(321).create::<Board>().expect("room"));
    one.bind(&board);
    soon("synced", board.synced()).await;
    assert_eq!(server.relay.connections(), 3);
    let alone = Peer::start(&store(324), PeerOptions::new()).expect("a peer");
    assert_eq!(alone.send(&key(322).author(), b"x"), Err(MessageError::NotConnected));
    drop((one, two, three));
    soon("no more", async { while to_two.next().await.is_some() {} }).await;
}
