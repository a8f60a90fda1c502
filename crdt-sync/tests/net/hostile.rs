//! Peers that break the protocol, or may not do what they try.

use std::time::{Duration, Instant};

use crdt_sync::access::{AllowList, Rule, Rules, Token};
use crdt_sync::protocol::{CloseReason, Closed, Connection, Refused, Role, Settings, Time};
use crdt_sync::{Invite, Limits, Live, Peer, PeerOptions, Status};
use futures_util::SinkExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use crate::raw::{Raw, ended, exchange, socket};
use crate::rig::{
    Board, Server, converged, created, hasty, joined, key, options, peer, refused, soon, store,
    until,
};

/// That an honest peer is served.
async fn still_serves(server: &Server, seed: u16) {
    let (one, _first) = created(seed, server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    let (two, _second) = joined(seed + 1, one.id(), server);
    converged(&[&one, &two]).await;
    assert_eq!(two.value().await.title, "Plan");
}

fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let next = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    (0..bytes).map(next).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_of_garbage_is_told_so_and_dropped() {
    let server = Server::open(&store(100));
    let mut before = socket(server.at).await;
    before.send(Message::binary(noise(100))).await.expect("it is open");
    ended(before).await;

    let mut after = Raw::connect(server.at, 101).await;
    after.socket.send(Message::binary(noise(10_000))).await.expect("it is open");
    let reason = after.reason().await;
    assert!(
        matches!(&reason, Some(Closed::There(close)) if close.reason == CloseReason::Violation),
        "{reason:?}"
    );

    let mut text = socket(server.at).await;
    text.send(Message::text("hello")).await.expect("it is open");
    ended(text).await;
    until("they are gone", async || server.relay.connections() == 0).await;
    still_serves(&server, 102).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_can_be_neither_played_again_nor_answered_with_what_the_relay_said() {
    let server = Server::open(&store(105));
    let mut settings = Settings::new(key(106));
    settings.endpoint = Some(format!("{}/crdt-sync", server.at));
    let mut it = Connection::new(Role::Dialer, settings, [9; 32], Time::default());
    let hello = vec![it.poll_transmit(Time::default()).expect("a hello")];
    let mut honest = socket(server.at).await;
    let said = exchange(&mut honest, &hello, 1).await;
    it.receive(Time::default(), &said[0]).expect("a proof");
    let proof = it.poll_transmit(Time::default()).expect("a proof");
    honest.send(Message::binary(proof.clone())).await.expect("it is open");
    // The same again, the relay's own words as a proof, and as a hello.
    let replayed = [hello[0].clone(), proof];
    let reflected = [hello[0].clone(), said[0].clone()];
    for frames in [&replayed[..], &reflected, &said] {
        let mut socket = socket(server.at).await;
        let came = exchange(&mut socket, frames, usize::MAX).await;
        assert!(came.len() <= 2, "it goes on as if a key had been proven");
    }
    until("only the honest one is there", async || server.relay.connections() == 1).await;
    still_serves(&server, 107).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_oversized_frame_ends_a_connection_and_is_not_waited_for() {
    let server = Server::open(&store(110));
    let mut raw = Raw::connect(server.at, 111).await;
    // It may be cut off in the middle.
    let _ = raw.socket.send(Message::binary(vec![0; (1 << 20) + 1])).await;
    ended(raw.socket).await;

    // One that says it has 2^40 bytes, of which none follow.
    let mut claims = socket(server.at).await;
    let head = [0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4];
    claims.get_mut().write_all(&head).await.expect("it is open");
    ended(claims).await;
    until("they are gone", async || server.relay.connections() == 0).await;
    still_serves(&server, 112).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_known_yet_is_given_no_memory_however_frames_are_cut() {
    let mut limits = Limits::default();
    // Nothing ends by itself what is not ended for its length.
    limits.handshake = Duration::from_secs(3600);
    let server =
        Server::start(&store(115), crdt_sync::access::Open, options().limits(limits), None);
    // A frame of 1 MiB, of which a part comes; and one in pieces that never end.
    let mut claims = socket(server.at).await;
    let head = [0x82, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 0, 1, 2, 3, 4];
    claims.get_mut().write_all(&head).await.expect("it is open");
    ended(claims).await;
    let mut pieces = socket(server.at).await;
    let piece = |opcode: u8| [&[opcode, 0x80 | 0x64, 1, 2, 3, 4][..], &[7; 100]].concat();
    for number in 0..6 {
        let opcode = if number == 0 { 2 } else { 0 };
        // The last ones may come too late.
        let _ = pieces.get_mut().write_all(&piece(opcode)).await;
    }
    ended(pieces).await;
    until("they are gone", async || server.relay.connections() == 0).await;
    still_serves(&server, 116).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_with_another_key_than_expected_is_not_dialed_again() {
    let server = Server::open(&store(120));
    let store = store(121);
    let peer = Peer::start(&store, PeerOptions::new().backoff(hasty())).expect("a peer");
    peer.dial(server.target().with_relay(key(999).author()));
    let mut status = peer.watch(server.target().address()).expect("it is dialed");
    let refused = |status: &Status| matches!(status, Status::Refused { .. });
    let status = soon("refused", status.wait_for(refused)).await.expect("it is dialed").clone();
    let Status::Refused { why } = status else { unreachable!() };
    assert!(why.contains("was expected"), "{why}");
    peer.dial(server.target().with_relay(server.relay.author()));
    let mut status = peer.watch(server.target().address()).expect("it is dialed");
    let connected = |status: &Status| matches!(status, Status::Connected { .. });
    soon("connected", status.wait_for(connected)).await.expect("it is dialed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_not_on_the_list_is_refused_for_good_and_one_that_is_taken_off_it_too() {
    let (allowed, stranger) = (key(131).author(), key(132).author());
    let rules = Rules::new().key(allowed, Rule::write());
    let list = std::sync::Arc::new(AllowList::new(rules.clone()));
    let server = Server::start(&store(130), list.clone(), options(), None);
    let (one, peer) = created(131, &server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    soon("synced", one.synced()).await;

    let (two, other) = joined(132, one.id(), &server);
    let refused = |status: &Status| matches!(status, Status::Refused { .. });
    let mut status = other.watch(server.target().address()).expect("it is dialed");
    let why = soon("refused", status.wait_for(refused)).await.expect("it is dialed").clone();
    assert!(format!("{why:?}").contains(&stranger.to_string()), "{why:?}");

    list.set(rules.without_key(&allowed).key(stranger, Rule::read()));
    let mut status = peer.watch(server.target().address()).expect("it is dialed");
    soon("refused", status.wait_for(refused)).await.expect("it is dialed");

    // Now the other one may read, and not write.
    other.dial(server.target());
    converged(&[&one, &two]).await;
    two.change(|board| board.title.set("Mine")).await.expect("room");
    let (three, _third) = {
        list.set(Rules::new().everyone(Rule::read()));
        joined(133, one.id(), &server)
    };
    converged(&[&one, &three]).await;
    assert_eq!(three.value().await.title, "Plan");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_write_from_now_on_can_without_being_started_anew() {
    let author = key(136).author();
    let list = std::sync::Arc::new(AllowList::new(Rules::new().key(author, Rule::read())));
    let server = Server::start(&store(135), list.clone(), options(), None);
    let (one, _first) = created(136, &server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    let is_refused = |one: &Live<Board>| {
        one.relays().iter().any(|relay| relay.refused == Some(Refused::ReadOnly))
    };
    until("it may not write", async || is_refused(&one)).await;
    list.set(Rules::new().everyone(Rule::write()));
    soon("synced", one.synced()).await;
    let (two, _second) = joined(137, one.id(), &server);
    converged(&[&one, &two]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invite_lets_in_whoever_has_it_and_to_its_document_only() {
    let token = Token::new("guest-2f6e9a").expect("a token");
    let (one_store, other_store) = (store(141), store(142));
    let one = Live::new(one_store.create::<Board>().expect("room"));
    let other = Live::new(one_store.create::<Board>().expect("room"));
    let rules = Rules::new()
        .key(key(141).author(), Rule::write())
        .token(&token, Rule::write().documents([one.id()]));
    let server = Server::start(&store(140), AllowList::new(rules), options(), None);
    let peer = crate::rig::peer(&one_store, &server);
    peer.bind(&one);
    peer.bind(&other);
    for board in [&one, &other] {
        board.change(|board| board.title.set("Plan")).await.expect("room");
        soon("synced", board.synced()).await;
    }
    let invite = |board: &Live<Board>| {
        let invite = Invite::new(server.target().address().clone(), board.id());
        invite.with_relay(server.relay.author()).with_token(token.clone())
    };
    let guest = Peer::start(&other_store, PeerOptions::new().backoff(hasty())).expect("a peer");
    let link: Invite = invite(&one).to_string().parse().expect("a link");
    let joined = guest.accept::<Board>(&link).await.expect("room");
    let closed = guest.accept::<Board>(&invite(&other)).await.expect("room");
    converged(&[&one, &joined]).await;
    joined.change(|board| board.tasks.push("as a guest".into())).await.expect("room");
    converged(&[&one, &joined]).await;
    assert!(closed.with(|board| board.history().is_empty()).await, "it may not have this one");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_a_quota_is_not_taken_in() {
    let rules = Rules::new()
        .key(key(151).author(), Rule::write().quota(20_000))
        .key(key(152).author(), Rule::write());
    let server = Server::start(&store(150), AllowList::new(rules), options(), None);
    let (one, _first) = created(151, &server);
    one.change(|board| board.title.set("Plan")).await.expect("room");
    soon("synced", one.synced()).await;
    let (two, _second) = joined(152, one.id(), &server);
    converged(&[&one, &two]).await;
    let noise: String = noise(30_000).iter().map(|byte| char::from(b'a' + byte % 26)).collect();
    one.change(move |board| board.notes.push_str(&noise)).await.expect("room");
    // Another one can write, and gets nothing of what was refused.
    two.change(|board| board.tasks.push("on".into())).await.expect("room");
    soon("synced", two.synced()).await;
    assert!(two.read(|board| board.notes.is_empty()).await);
}

/// Whoever opens documents, refuses them at once and leaves them has nothing of it be held, nor asked for.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_by_who_opened_it_is_not_asked_for_again() {
    let server = Server::open(&store(195));
    let mut raw = Raw::connect(server.at, 196).await;
    let mut frame = Vec::new();
    for number in 64..164_u8 {
        // Of two bytes each.
        let handle = [number << 1 | 0x80, number >> 6];
        let opened = [&[1][..], &handle, &[number; 32], &[1, 0, 0]].concat();
        frame.extend([opened, [&[10][..], &handle, &[4, 11], &handle].concat()].concat());
    }
    raw.socket.send(Message::binary(frame)).await.expect("it is open");
    // Those that were not served are asked for again within four seconds.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let said = tokio::time::timeout(Duration::from_millis(10), raw.step()).await;
    assert!(said.is_err(), "nothing is said");
    assert_eq!(server.metric("documents_followed").await, 0);
}

/// What is over a quota makes no document, however many ids are made up for it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_over_a_quota_makes_no_document() {
    let kept = store(197);
    let rules = Rules::new().everyone(Rule::write().quota(10));
    let server = Server::start(&kept, AllowList::new(rules), options(), None);
    let store = store(198);
    let mut board = store.create::<Board>().expect("room");
    board.change(|board| board.title.set("more than ten bytes of changes")).expect("room");
    let (one, peer) = (Live::new(board), peer(&store, &server));
    peer.bind(&one);
    refused(&one, Refused::Quota).await;
    assert_eq!(kept.documents().expect("it is there").len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_before_authentication_does_not_keep_others_out() {
    let mut limits = Limits::default();
    limits.connections_per_address = 120;
    let server =
        Server::start(&store(160), crdt_sync::access::Open, options().limits(limits), None);
    let floods: Vec<_> = (0..100)
        .map(|number| {
            let at = server.at;
            tokio::spawn(async move {
                let mut socket = socket(at).await;
                for _ in 0..200 {
                    // Some begin as a handshake does, and go on as none.
                    let mut frame = b"crdtsync".to_vec();
                    frame.extend(noise(if number % 2 == 0 { 60 } else { 2000 }));
                    if socket.send(Message::binary(frame)).await.is_err() {
                        return;
                    }
                }
                ended(socket).await;
            })
        })
        .collect();
    still_serves(&server, 161).await;
    for flood in floods {
        flood.await.expect("no panic");
    }
    until("they are gone", async || server.relay.connections() == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_or_little_at_a_time_is_dropped() {
    let mut limits = Limits::default();
    (limits.request_head, limits.handshake) =
        (Duration::from_millis(100), Duration::from_millis(100));
    let server =
        Server::start(&store(170), crdt_sync::access::Open, options().limits(limits), None);
    let begun = Instant::now();
    // Nothing at all, a request that never ends, and a WebSocket on which nothing is said.
    for head in ["", "GET /crdt-sync HTTP/1.1\r\nHost: x\r\nX: "] {
        let mut tcp = TcpStream::connect(server.at).await.expect("it listens");
        tcp.write_all(head.as_bytes()).await.expect("it is open");
        let mut rest = Vec::new();
        soon("it is dropped", tcp.read_to_end(&mut rest)).await.ok();
    }
    ended(socket(server.at).await).await;
    assert!(begun.elapsed() < Duration::from_secs(9), "as if nothing had been said of limits");
    still_serves(&server, 171).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_only_so_many_connections_from_one_address() {
    let mut limits = Limits::default();
    limits.connections_per_address = 3;
    let server =
        Server::start(&store(180), crdt_sync::access::Open, options().limits(limits), None);
    let mut inside = Vec::new();
    for seed in 181..184 {
        inside.push(Raw::connect(server.at, seed).await);
    }
    let is_answered = async || {
        let mut another = TcpStream::connect(server.at).await.expect("the system accepts it");
        let request = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        let _ = another.write_all(request).await;
        let mut answer = Vec::new();
        let _ = soon("it is dropped", another.read_to_end(&mut answer)).await;
        !answer.is_empty()
    };
    assert!(!is_answered().await);
    drop(inside.pop());
    // Its place is held until nothing is worked on for it.
    until("there is room again", is_answered).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_endpoint_than_this_one_is_refused() {
    let server = Server::start(&store(190), crdt_sync::access::Open, named(), None);
    let peer = crate::rig::peer(&store(191), &server);
    let mut status = peer.watch(server.target().address()).expect("it is dialed");
    let refused = |status: &Status| matches!(status, Status::Refused { .. });
    soon("refused", status.wait_for(refused)).await.expect("it is dialed");
    // As what it is dialed it may also be said.
    let server = Server::start(&store(192), crdt_sync::access::Open, named(), None);
    let own = format!("ws://{}", server.at);
    drop(server);
    let options = crate::rig::options().endpoint(own.to_uppercase().replace("WS://", "ws://"));
    let at = own.strip_prefix("ws://").and_then(|at| at.parse().ok());
    let server = Server::start(&store(192), crdt_sync::access::Open, options, at);
    let (one, _peer) = created(193, &server);
    soon("synced", one.synced()).await;
}

fn named() -> crdt_sync::RelayOptions {
    options().endpoint("relay.example.org")
}
