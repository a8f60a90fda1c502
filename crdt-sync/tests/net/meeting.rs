//! Replicas that meet at relays.

use std::time::Duration;

use crdt_core::{Author, DocumentId, Seen};
use crdt_store::Store;
use crdt_sync::access::{Access, Grant, Open, Visitor};
use crdt_sync::{Backoff, Live, Peer, PeerOptions, Relay, Status, Target};

use crate::rig::{
    Board, Server, converged, created, joined, key, options, peer, soon, store, until,
};

#[tokio::test(flavor = "multi_thread")]
async fn three_peers_see_through_one_relay_what_each_writes() {
    let server = Server::open(&store(0));
    let (one, _first) = created(1, &server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    let (two, _second) = joined(2, one.id(), &server);
    let (three, _third) = joined(3, one.id(), &server);
    converged(&[&one, &two, &three]).await;
    assert_eq!(three.value().await.title, "Plan");

    let mut deltas = three.deltas().await;
    let boards = [&one, &two, &three];
    for (number, board) in boards.iter().enumerate() {
        board.change(move |board| board.tasks.push(format!("{number}"))).await.expect("room");
    }
    converged(&boards).await;
    let mut tasks = two.value().await.tasks;
    tasks.sort();
    assert_eq!(tasks, ["0", "1", "2"]);
    let seen = soon("a delta", deltas.next()).await.expect("it is shared");
    assert!(matches!(seen, Seen::Delta(_)));
    for board in boards {
        soon("synced", board.synced()).await;
        soon("durable", board.durable_at(&server.relay.author())).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_durable_at_a_relay_is_there_when_it_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("relay.crdt");
    let open = || Store::open(&path).expect("a file");
    let server = Server::open(&open());
    let author = server.relay.author();
    let (one, _peer) = created(11, &server);
    for number in 0..20 {
        one.change(move |board| board.tasks.push(format!("{number}"))).await.expect("room");
    }
    soon("durable", one.durable_at(&author)).await;
    server.kill();
    let kept = open().open_document::<Board>(one.id()).expect("it is kept");
    assert_eq!(kept.value(), one.value().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn peers_go_on_when_a_relay_is_killed_and_comes_back_under_load() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("relay.crdt");
    let key = key(20);
    let open = || {
        let options = crdt_store::StoreOptions::new().keypair(key.clone());
        Store::open_with(&path, &options).expect("a file")
    };
    let mut server = Server::open(&open());
    let (one, _first) = created(21, &server);
    let (two, _second) = joined(22, one.id(), &server);
    let writers = [one.clone(), two.clone()].map(|board| {
        tokio::spawn(async move {
            for number in 0..300 {
                let text = format!("{number} ");
                board.change(move |board| board.notes.push_str(&text)).await.expect("room");
                tokio::task::yield_now().await;
            }
        })
    });
    for wanted in [50, 150] {
        until("it is under load", async || {
            one.with(|board| board.history().len())
                .await
                .max(two.with(|board| board.history().len()).await)
                >= wanted
        })
        .await;
        let at = server.kill();
        server = Server::start(&open(), Open, options(), Some(at));
    }
    for writer in writers {
        writer.await.expect("no panic");
    }
    converged(&[&one, &two]).await;
    assert_eq!(one.with(|board| board.history().len()).await, 600);
    assert!(one.with(|board| board.equivocations().is_empty()).await);
    soon("durable", two.durable_at(&server.relay.author())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_relay_is_sent_is_seen_at_another_that_is_linked() {
    let (left, right) = (Server::open(&store(30)), Server::open(&store(31)));
    let (one, _first) = created(32, &left);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    soon("synced", one.synced()).await;
    let target = left.target();
    let relay = right.relay.clone();
    right.run(async move { relay.link(target) });
    // It is not at the right one yet: that asks for it when somebody follows it there.
    let (two, _second) = joined(33, one.id(), &right);
    converged(&[&one, &two]).await;
    assert_eq!(two.value().await.title, "Plan");
    two.change(|board| board.tasks.push("back".into())).await.expect("room");
    converged(&[&one, &two]).await;
    // What is made later on either side is seen on the other.
    let (three, _third) = created(34, &right);
    three.change(|board| board.title.set("Later")).await.expect("room");
    let (four, _fourth) = joined(35, three.id(), &left);
    converged(&[&three, &four]).await;
    assert_eq!(four.value().await.title, "Later");
    assert_eq!((right.metric("links ").await, right.metric("links_connected").await), (1, 1));
    left.kill();
    until("it is seen", async || right.metric("links_connected").await == 0).await;
    assert_eq!(right.metric("links ").await, 1);
}

/// Everyone may do everything, and one key is that of a relay that is sent every document.
struct Mirrored(Author);

impl Access for Mirrored {
    async fn may_connect(&self, _: &Visitor) -> bool {
        true
    }

    async fn grant(&self, _: &Visitor, _: DocumentId) -> Grant {
        Grant::ALL
    }

    async fn is_relay(&self, visitor: &Visitor) -> bool {
        visitor.author == Some(self.0)
    }
}

/// A relay that is sent every document, and has left one that nobody follows there any more, is sent it
/// when it comes to be.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_linked_relay_has_left_it_is_sent_when_others_follow_it_here() {
    let mirror = store(37);
    let left = Server::start(&store(36), Mirrored(key(37).author()), options(), None);
    let soon_idle = options().idle(Duration::from_millis(20));
    let right = Server::start(&mirror, Open, soon_idle, None);
    let (target, relay) = (left.target(), right.relay.clone());
    right.run(async move { relay.link(target) });
    until("linked", async || right.metric("links_connected").await == 1).await;
    let made = store(38);
    let board = Live::new(made.create::<Board>().expect("room"));
    board.change(|board| board.title.set("Plan")).await.expect("room");
    // Nobody has it yet, and it is asked for at both.
    let (two, _second) = joined(39, board.id(), &left);
    let (three, third) = joined(40, board.id(), &right);
    soon("synced", two.synced()).await;
    soon("synced", three.synced()).await;
    third.close().await;
    drop(three);
    tokio::time::sleep(Duration::from_millis(500)).await;
    let first = peer(&made, &left);
    first.bind(&board);
    converged(&[&board, &two]).await;
    until("it is sent to the other relay", async || {
        mirror.documents().expect("a list").iter().any(|listing| listing.id == board.id())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_was_offline_for_ten_thousand_changes_catches_up() {
    let server = Server::open(&store(40));
    let (one, first) = created(41, &server);
    let (two, _second) = joined(42, one.id(), &server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    converged(&[&one, &two]).await;
    first.close().await;
    let mut offline = one.into_stored().await.expect("the only handle");
    for number in 0..10_000 {
        offline.change(|board| board.notes.insert(number, "x")).expect("room");
    }
    two.change(|board| board.tasks.push("meanwhile".into())).await.expect("room");
    let again = peer(offline.store(), &server);
    let one = Live::new(offline);
    again.bind(&one);
    converged(&[&one, &two]).await;
    assert_eq!(two.with(|board| board.history().len()).await, 10_002);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_is_drained_tells_its_peers_when_to_come_again() {
    let server = Server::open(&store(50));
    let (one, peer) = created(51, &server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    soon("synced", one.synced()).await;
    let mut status = peer.watch(server.target().address()).expect("it is dialed");
    let relay = server.relay.clone();
    server.run(async move { relay.drain().await }).expect("it is flushed");
    // Longer than this peer would wait of its own accord.
    let told = |status: &Status| {
        matches!(status, Status::Waiting { why, wait } if why.contains("restarted")
            && (Duration::from_millis(500)..Duration::from_secs(6)).contains(wait))
    };
    soon("told", status.wait_for(told)).await.expect("it is dialed");
    assert_eq!(server.relay.connections(), 0);
}

/// Who is connected is told too when an app lets go of a relay without draining it, and what that dials is
/// dialed no more.
#[tokio::test(flavor = "multi_thread")]
async fn a_relay_whose_last_handle_is_dropped_serves_nobody() {
    let linked = Server::open(&store(52));
    let relay = Relay::start(&store(53), Open, options()).expect("a relay");
    relay.link(linked.target());
    until("linked", async || linked.relay.connections() == 1).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("ws://{}", listener.local_addr().expect("an address"));
    let serving = tokio::spawn(async move { relay.serve(listener).await });
    let mine = store(54);
    let board = Live::new(mine.create::<Board>().expect("room"));
    let peer = Peer::connect(&mine, &address).expect("an address");
    peer.bind(&board);
    soon("synced", board.synced()).await;
    let address = address.parse().expect("an address");
    let mut status = peer.watch(&address).expect("it is dialed");
    serving.abort();
    let told = |status: &Status| matches!(status, Status::Waiting { why, .. } if why.contains("restarted"));
    soon("told", status.wait_for(told)).await.expect("it is dialed");
    until("not linked", async || linked.relay.connections() == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_lets_go_of_what_nobody_uses_and_opens_it_again() {
    let server = Server::start(&store(60), Open, options().idle(Duration::from_millis(20)), None);
    let (one, _first) = created(61, &server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    soon("synced", one.synced()).await;
    until("it is let go of", async || server.relay.open_documents() == 0).await;
    // It is followed all the same.
    let (two, _second) = joined(62, one.id(), &server);
    one.change(|board| board.title.set("Next")).await.expect("room");
    converged(&[&one, &two]).await;
    assert_eq!(two.value().await.title, "Next");
}

#[tokio::test(flavor = "multi_thread")]
async fn very_many_documents_are_followed_on_one_connection() {
    let server = Server::open(&store(70));
    let mine = store(71);
    let first = peer(&mine, &server);
    let mut boards = Vec::new();
    for number in 0..200 {
        let board = Live::new(mine.create::<Board>().expect("room"));
        board.change(move |board| board.title.set(format!("{number}"))).await.expect("room");
        first.bind(&board);
        boards.push(board);
    }
    for board in &boards {
        soon("synced", board.synced()).await;
    }
    // Another one has them all from the beginning, and again after something has changed meanwhile.
    let yours = store(72);
    let joined: Vec<_> = boards
        .iter()
        .map(|board| Live::new(yours.join::<Board>(board.id()).expect("room")))
        .collect();
    for round in 0..3 {
        let second =
            crdt_sync::Peer::start(&yours, crdt_sync::PeerOptions::default()).expect("a peer");
        for board in &joined {
            second.bind(board);
        }
        second.dial(server.target());
        for board in &joined {
            soon("synced", board.synced()).await;
        }
        for (mine, yours) in boards.iter().zip(&joined) {
            converged(&[mine, yours]).await;
        }
        boards[round].change(|board| board.tasks.push("live".into())).await.expect("room");
        converged(&[&boards[round], &joined[round]]).await;
        second.close().await;
        for number in [5, 50, 150] {
            boards[number].change(|board| board.tasks.push("more".into())).await.expect("room");
            joined[number].change(|board| board.notes.push_str("offline")).await.expect("room");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_closed_is_exchanged_no_more_and_other_handles_go_on() {
    let server = Server::open(&store(90));
    let (one, first) = created(91, &server);
    let (two, _second) = joined(92, one.id(), &server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    converged(&[&one, &two]).await;
    let other = one.clone();
    one.close().await.expect("it is flushed");
    other.change(|board| board.title.set("Mine")).await.expect("room");
    // What is sent later by the same connection has come, and that of before would have.
    let third = Live::new(other.store().create::<Board>().expect("room"));
    first.bind(&third);
    third.change(|board| board.title.set("Third")).await.expect("room");
    soon("synced", third.synced()).await;
    two.change(|board| board.tasks.push("on".into())).await.expect("room");
    soon("synced", two.synced()).await;
    assert_eq!(two.value().await.title, "Plan");
    assert_eq!(other.value().await.title, "Mine");
    // It is exchanged again when it is bound again.
    first.bind(&other);
    converged(&[&other, &two]).await;
}

/// An app that is told that the network is back has its relays be dialed at once: those that are waited for,
/// and those that are being dialed on a way that leads nowhere.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_told_to_dial_again_waits_for_nobody() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = silent.local_addr().expect("an address");
    let long = Duration::from_secs(3600);
    let backoff = Backoff { first: long, most: long };
    let peer = Peer::start(&store(230), PeerOptions::new().backoff(backoff)).expect("a peer");
    let address: Target = format!("ws://{at}").parse().expect("an address");
    peer.dial(address);
    let dialed = async |what: &str| {
        let dialed = tokio::time::timeout(Duration::from_secs(5), silent.accept()).await;
        dialed.expect(what).expect("it listens").0
    };
    // It says nothing, which is waited for for ten seconds.
    let first = dialed("it is dialed").await;
    peer.dial_again();
    let second = dialed("it is dialed anew").await;
    drop((first, second));
    let is_waiting = |(_, status): &(_, Status)| matches!(status, Status::Waiting { .. });
    until("it is waited for", async || peer.status().iter().any(is_waiting)).await;
    peer.dial_again();
    dialed("it is not waited for any more").await;
}

/// An app may bind as many documents at once as it likes, and unbind them: nobody is disconnected for it.
#[tokio::test(flavor = "multi_thread")]
async fn very_many_documents_are_bound_at_once_on_one_connection() {
    let server = Server::open(&store(235));
    let mine = store(236);
    let peer = peer(&mine, &server);
    until("it is connected", async || {
        peer.status().iter().any(|(_, status)| matches!(status, Status::Connected { .. }))
    })
    .await;
    let create = |_| Live::new(mine.create::<Board>().expect("room"));
    let boards: Vec<Live<Board>> = (0..1000).map(create).collect();
    for board in &boards {
        peer.bind(board);
    }
    for board in &boards {
        soon("synced", board.synced()).await;
    }
    for board in &boards {
        peer.unbind(board);
    }
    until("they are left", async || server.metric("documents_followed").await == 0).await;
    assert_eq!(server.metric("connections_authenticated_total").await, 1);
}
