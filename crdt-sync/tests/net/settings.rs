//! What can be set, and where something can begin at all.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use crdt_sync::access::{Open, Token};
use crdt_sync::{
    AddressError, Backoff, Invite, Limits, Live, Peer, PeerError, PeerOptions, Relay, RelayOptions,
    StartError,
};

use crate::rig::{Board, store};

type Limit = (&'static str, fn(&mut Limits));

const NONE: Duration = Duration::ZERO;
const EVER: Duration = Duration::MAX;

fn named(result: Result<impl Sized, StartError>) -> &'static str {
    let Err(StartError::Setting(error)) = result else { panic!("it is taken as it is") };
    let text = error.to_string();
    assert!(text.contains(error.setting()) && text.contains("it has to be"), "{text}");
    error.setting()
}

#[tokio::test]
async fn what_cannot_be_set_is_named_before_anything_begins() {
    let limits: [Limit; 15] = [
        ("connections", |limits| limits.connections = 0),
        ("connections_per_address", |limits| limits.connections_per_address = 0),
        ("documents_per_connection", |limits| limits.documents_per_connection = 0),
        ("request_body", |limits| limits.request_body = usize::MAX),
        ("request_bytes", |limits| limits.request_bytes = usize::MAX),
        ("requests", |limits| limits.requests = 0),
        ("request_head", |limits| limits.request_head = NONE),
        ("request_head", |limits| limits.request_head = EVER),
        ("handshake", |limits| limits.handshake = NONE),
        ("handshake", |limits| limits.handshake = EVER),
        ("ping", |limits| limits.ping = NONE),
        ("ping", |limits| limits.ping = EVER),
        ("drain", |limits| limits.drain = EVER),
        ("retry_after", |limits| limits.retry_after = EVER),
        ("requests", |limits| limits.requests = usize::MAX),
    ];
    let new = RelayOptions::new;
    let limited = limits.map(|(name, set)| {
        let mut limits = Limits::default();
        set(&mut limits);
        (name, new().limits(limits))
    });
    let waits = |first, most| Backoff { first, most };
    let others = [
        ("queue", new().queue(0)),
        ("queue", new().queue(usize::MAX)),
        ("broadcast", new().broadcast(0)),
        ("broadcast", new().broadcast(usize::MAX)),
        ("idle", new().idle(NONE)),
        ("write_timeout", new().write_timeout(EVER)),
        ("backoff.first", new().backoff(waits(NONE, EVER))),
        ("backoff.most", new().backoff(waits(Duration::from_secs(2), Duration::from_secs(1)))),
        ("endpoint", new().endpoint("")),
        ("endpoint", new().endpoint("https://relay.example.org")),
        ("endpoint", new().endpoint("two words")),
    ];
    for (name, options) in limited.into_iter().chain(others) {
        assert_eq!(named(Relay::start(&store(230), Open, options)), name);
    }
    let start = |options| Peer::start(&store(231), options);
    assert_eq!(named(start(PeerOptions::new().queue(0))), "queue");
    assert_eq!(named(start(PeerOptions::new().queue(usize::MAX))), "queue");
    assert_eq!(named(start(PeerOptions::new().backoff(waits(NONE, NONE)))), "backoff.first");
}

#[test]
fn without_a_runtime_peers_and_relays_do_not_begin_and_documents_can_be_written() {
    let no_runtime = |result: Result<_, StartError>| matches!(result, Err(StartError::NoRuntime));
    assert!(no_runtime(Peer::start(&store(232), PeerOptions::new()).map(drop)));
    assert!(no_runtime(Relay::start(&store(232), Open, RelayOptions::new()).map(drop)));

    let board = Live::new(store(233).create::<Board>().expect("room"));
    now(board.change(|board| board.title.set("Plan"))).expect("room");
    assert_eq!(now(board.value()).title, "Plan");
    now(board.close()).expect("it is flushed");
}

/// What a future comes to that waits for nobody.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("it waits"),
    }
}

#[tokio::test]
async fn an_invite_is_not_dialed_as_if_it_were_an_address() {
    let mine = store(234);
    let board = mine.create::<Board>().expect("room");
    let token = Token::new("guest-2f6e9a").expect("a token");
    let address = "ws://127.0.0.1:1".parse().expect("an address");
    let link = Invite::new(address, board.id()).with_token(token).to_string();
    let refused = Peer::connect(&mine, &link).expect_err("it says more than an address");
    assert!(matches!(refused, PeerError::Address(AddressError::Invite)), "{refused}");
    assert!(!refused.to_string().contains("2f6e9a"), "{refused}");
}
