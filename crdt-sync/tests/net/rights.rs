//! Rights that change while something is under way.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crdt_core::DocumentId;
use crdt_sync::access::{Access, AllowList, Grant, Open, Right, Rule, Rules, Token, Visitor};
use crdt_sync::protocol::Refused;
use crdt_sync::{Invite, Limits, Live, Peer, PeerOptions, Router, Status};
use tokio::sync::{Notify, watch};

use crate::raw::{Raw, socket};
use crate::rig::{
    Board, Server, created, hasty, joined, key, options, refused, soon, store, until,
};

/// A list that is looked up somewhere else: what is asked while it is shut is answered, as it was then,
/// when it is opened.
struct Slow {
    right: Mutex<Right>,
    is_shut: AtomicBool,
    asked: AtomicU32,
    opens: Notify,
    changed: watch::Sender<u64>,
}

impl Slow {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            right: Mutex::new(Right::Write),
            is_shut: AtomicBool::new(false),
            asked: AtomicU32::new(0),
            opens: Notify::new(),
            changed: watch::Sender::new(0),
        })
    }

    fn set(&self, right: Right) {
        *self.right.lock().expect("no panic") = right;
        self.changed.send_modify(|times| *times += 1);
    }

    fn shut(&self) {
        self.asked.store(0, Ordering::SeqCst);
        self.is_shut.store(true, Ordering::SeqCst);
    }

    fn open(&self) {
        self.is_shut.store(false, Ordering::SeqCst);
        self.opens.notify_waiters();
    }
}

impl Access for Slow {
    async fn may_connect(&self, _: &Visitor) -> bool {
        true
    }

    async fn grant(&self, visitor: &Visitor, _: DocumentId) -> Grant {
        let right = *self.right.lock().expect("no panic");
        if self.is_shut.load(Ordering::SeqCst) && visitor.author != Some(key(271).author()) {
            let opens = self.opens.notified();
            self.asked.fetch_add(1, Ordering::SeqCst);
            opens.await;
        }
        Grant { right, ..Grant::ALL }
    }

    fn changed(&self) -> Option<watch::Receiver<u64>> {
        Some(self.changed.subscribe())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_is_taken_away_while_it_is_given_is_gone() {
    let access = Slow::new();
    let server = Server::start(&store(270), access.clone(), options(), None);
    let (one, _first) = created(271, &server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    soon("synced", one.synced()).await;

    access.shut();
    let (two, _second) = joined(272, one.id(), &server);
    until("it is asked", async || access.asked.load(Ordering::SeqCst) == 1).await;
    access.set(Right::None);
    // As much later as it takes to look at all rights anew.
    tokio::time::sleep(Duration::from_millis(300)).await;
    access.open();
    refused(&two, Refused::Forbidden).await;
    assert!(two.with(|board| board.history().is_empty()).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_that_change_twice_at_once_end_as_they_are_last() {
    let access = Slow::new();
    let server = Server::start(&store(275), access.clone(), options(), None);
    let (one, peer) = created(276, &server);
    let other = Live::new(one.store().create::<Board>().expect("room"));
    peer.bind(&other);
    soon("synced", one.synced()).await;
    soon("synced", other.synced()).await;
    // The first look at them has come to the second of the two when they change again.
    access.shut();
    access.set(Right::None);
    until("it is asked", async || access.asked.load(Ordering::SeqCst) == 1).await;
    access.opens.notify_waiters();
    until("it is asked", async || access.asked.load(Ordering::SeqCst) == 2).await;
    access.set(Right::None);
    tokio::time::sleep(Duration::from_millis(100)).await;
    access.open();
    for board in [&one, &other] {
        refused(board, Refused::Forbidden).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_read_again_turns_nobody_away_who_is_about_to_prove_a_key() {
    let rules = Rules::new().key(key(281).author(), Rule::write());
    let list = Arc::new(AllowList::new(rules.clone()));
    let server = Server::start(&store(280), list.clone(), options(), None);
    let begun = socket(server.at).await;
    until("it is connected", async || server.relay.connections() == 1).await;
    list.set(rules);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let raw = Raw::over(begun, server.at, 281).await;
    assert_eq!(raw.it.peer(), Some(server.relay.author()));
}

/// Two invites to one relay, each to a document of its own: on either connection one of them is refused,
/// and both are there all the same.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_connection_to_a_relay_may_not_have_another_one_may() {
    let app = store(286);
    let boards: [Live<Board>; 2] =
        [(); 2].map(|()| Live::new(app.create::<Board>().expect("room")));
    let tokens = ["first", "second"].map(|secret| Token::new(secret).expect("a token"));
    let rules = boards.iter().zip(&tokens).fold(Rules::new(), |rules, (board, token)| {
        rules.token(token, Rule::write().documents([board.id()]))
    });
    let server = Server::start(&store(285), AllowList::new(rules), options(), None);
    let peer = Peer::start(&app, PeerOptions::new().backoff(hasty())).expect("a peer");
    for (board, token) in boards.iter().zip(&tokens) {
        peer.bind(board);
        peer.dial(server.target().with_token(token.clone()));
        soon("synced", board.synced()).await;
    }
    until("all is said", async || server.metric("documents_followed").await == 2).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    for board in &boards {
        soon("synced", board.synced()).await;
        assert_eq!(board.relays()[0].refused, None);
    }
}

/// A document that is left while it is looked up who may have it is not followed from then on.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_while_it_is_asked_for_is_not_followed() {
    let access = Slow::new();
    let server = Server::start(&store(287), access.clone(), options(), None);
    let mut raw = Raw::connect(server.at, 288).await;
    access.shut();
    for number in 0..3 {
        let document = DocumentId::from_bytes([number; 32]);
        raw.it.subscribe(document);
        raw.settle().await;
        until("it is asked", async || access.asked.load(Ordering::SeqCst) == u32::from(number) + 1)
            .await;
        raw.it.unsubscribe(document);
        raw.settle().await;
    }
    // What is asked of another document is heard after that.
    let (other, _second) = created(271, &server);
    soon("synced", other.synced()).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    access.open();
    until("they are left", async || server.metric("documents_followed").await == 1).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(server.metric("documents_followed").await, 1);
}

/// Who is listed as a relay from now on is sent every document, and who is not any more is sent none
/// unasked.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_made_a_relay_is_sent_all_documents_from_then_on() {
    let rules = Rules::new().key(key(291).author(), Rule::write());
    let made = rules.clone().key(key(290).author(), Rule::relay());
    let list = Arc::new(AllowList::new(rules.key(key(290).author(), Rule::write())));
    let server = Server::start(&store(289), list.clone(), options(), None);
    let (one, _first) = created(291, &server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    soon("synced", one.synced()).await;
    let linked = store(290);
    let other = Server::open(&linked);
    other.relay.link(server.target());
    until("they are linked", async || server.relay.connections() == 2).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(linked.documents().expect("a store").is_empty(), "nothing is sent unasked");
    list.set(made);
    until("it is sent", async || linked.documents().expect("a store").len() == 1).await;
}

/// Whoever may only read is synced, and can see before writing that nothing of it would be taken.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_read_is_told_so() {
    let rules = Rules::new().key(key(341).author(), Rule::write()).everyone(Rule::read());
    let server = Server::start(&store(340), AllowList::new(rules), options(), None);
    let (one, _first) = created(341, &server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    soon("synced", one.synced()).await;
    let (two, _second) = joined(342, one.id(), &server);
    soon("synced", two.synced()).await;
    let standing = || two.relays().into_iter().next().expect("it is connected");
    assert_eq!((standing().is_synced, standing().refused), (true, Some(Refused::ReadOnly)));
    two.change(|board| board.title.set("Mine")).await.expect("room");
    one.change(|board| board.tasks.push("Try".into())).await.expect("room");
    until("it goes on reading", async || two.read(|board| board.tasks.len()).await == 1).await;
    assert_eq!((standing().is_synced, standing().refused), (true, Some(Refused::ReadOnly)));
}

#[tokio::test(flavor = "multi_thread")]
async fn more_room_is_for_those_too_who_are_connected() {
    let author = key(346).author();
    let list = Arc::new(AllowList::new(Rules::new().key(author, Rule::write().quota(600))));
    let server = Server::start(&store(345), list.clone(), options(), None);
    let (one, _peer) = created(346, &server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    soon("synced", one.synced()).await;
    for _ in 0..8 {
        one.change(|board| board.notes.push_str("x".repeat(100))).await.expect("room");
    }
    refused(&one, Refused::Quota).await;
    list.set(Rules::new().key(author, Rule::write()));
    soon("synced", one.synced()).await;
    assert!(one.relays().iter().all(|relay| relay.refused.is_none()));
}

/// A document that was joined as what it is not is never there. Who runs the app is told why.
#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_joined_as_another_type_says_so() {
    #[derive(crdt_core::CrdtNode)]
    struct Other {
        title: String,
    }
    let server = Server::open(&store(350));
    let (one, _first) = created(351, &server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    soon("synced", one.synced()).await;
    let peer = Peer::start(&store(352), PeerOptions::new().backoff(hasty())).expect("a peer");
    let invite = Invite::new(server.target().address().clone(), one.id());
    let other = peer.accept::<Other>(&invite).await.expect("nothing is known of it yet");
    refused(&other, Refused::OfAnotherType).await;
}

/// A relay is a part of a larger service: peers dial the path that it has there.
#[tokio::test(flavor = "multi_thread")]
async fn a_relay_is_served_beneath_a_path_of_an_app() {
    let server = Server::open(&store(355));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("ws://{}/collab/crdt-sync", listener.local_addr().expect("an address"));
    let (relay, app) = (server.relay.clone(), Router::new().nest("/collab", server.relay.router()));
    let serving = tokio::spawn(async move { relay.serve_router(listener, app).await });
    let (one, two) = (store(356), store(357));
    let board = Live::new(one.create::<Board>().expect("room"));
    let first = Peer::connect(&one, &address).expect("an address");
    first.bind(&board);
    board.change(|board| board.title.set("Plan")).await.expect("room");
    soon("synced", board.synced()).await;
    let second = Peer::start(&two, PeerOptions::new()).expect("a peer");
    let invite = Invite::new(address.parse().expect("an address"), board.id());
    let joined = second.accept::<Board>(&invite).await.expect("room");
    soon("synced", joined.synced()).await;
    assert_eq!(joined.value().await, board.value().await);
    serving.abort();
}

/// What is exchanged no more is not said to be synced.
#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_unbound_is_synced_nowhere() {
    let server = Server::open(&store(360));
    let (one, peer) = created(361, &server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    soon("synced", one.synced()).await;
    assert!(one.relays()[0].is_synced);
    peer.unbind(&one);
    let standing = one.relays().remove(0);
    assert!(!standing.is_synced && !standing.durable.is_empty());
    peer.bind(&one);
    soon("synced", one.synced()).await;
    assert!(one.relays()[0].is_synced);
}

/// Does not say whether somebody is a relay.
struct Silent;

impl Access for Silent {
    async fn may_connect(&self, _: &Visitor) -> bool {
        true
    }

    async fn grant(&self, _: &Visitor, _: DocumentId) -> Grant {
        Grant::ALL
    }

    async fn is_relay(&self, _: &Visitor) -> bool {
        std::future::pending().await
    }
}

/// Who waits to be told whether somebody is a relay serves them meanwhile, and lets them go.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_be_a_relay_is_served_until_that_is_known() {
    let server = Server::start(&store(365), Silent, options(), None);
    let (one, peer) = created(366, &server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    soon("synced", one.synced()).await;
    let mut status = peer.watch(server.target().address()).expect("it is dialed");
    let relay = server.relay.clone();
    server.run(async move { relay.drain().await }).expect("it is flushed");
    let is_told = |status: &Status| matches!(status, Status::Waiting { why, .. } if why.contains("restarted"));
    soon("told", status.wait_for(is_told)).await.expect("it is dialed");
}

/// Who does not take their leave in time is cut off.
#[tokio::test(flavor = "multi_thread")]
async fn who_stays_when_a_relay_is_drained_is_cut_off() {
    let mut limits = Limits::default();
    limits.drain = Duration::from_millis(50);
    let server = Server::start(&store(370), Open, options().limits(limits), None);
    // It does not answer any more.
    let raw = Raw::connect(server.at, 371).await;
    until("it is connected", async || server.relay.connections() == 1).await;
    let relay = server.relay.clone();
    server.run(async move { relay.drain().await }).expect("it is flushed");
    assert_eq!(server.relay.connections(), 0);
    drop(raw);
}
