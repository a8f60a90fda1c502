//! What a peer may send is bounded, and a breach is told to it by name.

use crdt_core::{Document, DocumentId, Keypair, Text};

use super::{Message, Piece, Statement, read, written};
use crate::protocol::frame::{Heads, Refused};
use crate::protocol::{
    Answer, Ask, Close, CloseReason, Closed, Connection, Event, Fresh, Held, Limit, Malformed,
    Presence, Request, Role, Settings, Time, Violation,
};

pub(super) const NOW: Time = Time::from_millis(1000);

fn keypair(secret: u8) -> Keypair {
    Keypair::from_secret_bytes(&[secret; 32])
}

/// A listener that has admitted a dialer, which is hostile from there on.
pub(super) fn open(settings: Settings) -> (Connection, Connection) {
    let mut listener = Connection::new(Role::Listener, settings, [2; 32], NOW);
    let mut dialer = Connection::new(Role::Dialer, Settings::new(keypair(1)), [1; 32], NOW);
    for _ in 0..3 {
        while let Some(frame) = dialer.poll_transmit(NOW) {
            listener.receive(NOW, &frame).expect("honest so far");
        }
        if let Some((id, Request::Admit { .. })) = listener.poll_request() {
            listener.answer(NOW, id, Answer::Admitted);
        }
        while let Some(frame) = listener.poll_transmit(NOW) {
            dialer.receive(NOW, &frame).expect("honest");
        }
    }
    assert_eq!(listener.peer(), Some(keypair(1).author()));
    (listener, dialer)
}

pub(super) fn settings() -> Settings {
    Settings::new(keypair(2))
}

/// The listener breaks off, says so to its host, and tells the dialer why.
fn assert_broken(mut listener: Connection, mut dialer: Connection, violation: &Violation) {
    assert!(listener.is_closed());
    let events: Vec<Event> = std::iter::from_fn(|| listener.poll_event()).collect();
    assert_eq!(events.last(), Some(&Event::Closed(Closed::Broken(violation.clone()))));
    let goodbye = listener.poll_transmit(NOW).expect("a goodbye");
    assert_eq!(listener.poll_transmit(NOW), None);
    dialer.receive(NOW, &goodbye).expect("honest");
    let events: Vec<Event> = std::iter::from_fn(|| dialer.poll_event()).collect();
    let told = Close::new(CloseReason::Violation, violation.to_string());
    assert_eq!(events.last(), Some(&Event::Closed(Closed::There(told))));
    assert_eq!(listener.receive(NOW, b"more"), Ok(()));
}

/// A frame ends the connection.
fn assert_ends(settings: Settings, frames: &[Vec<u8>], violation: &Violation) {
    let (mut listener, dialer) = open(settings);
    let (last, before) = frames.split_last().expect("a frame");
    for frame in before {
        assert_eq!(listener.receive(NOW, frame), Ok(()));
    }
    assert_eq!(listener.receive(NOW, last).as_ref(), Err(violation));
    assert_broken(listener, dialer, violation);
}

pub(super) fn statement() -> Statement {
    let heads = Heads::All(Vec::new());
    Statement { heads, taken: 0, sent: 0, lacks_genesis: false, exact: false }
}

pub(super) fn opened(handle: u64, document: DocumentId) -> Vec<u8> {
    written(&Message::Open { handle, document, statement: statement() })
}

#[test]
fn garbage_and_frames_that_are_too_long_end_the_connection() {
    let kind = Violation::Malformed(Malformed::Kind(99));
    assert_ends(settings(), &[vec![99, 0]], &kind);
    let cut = Violation::Malformed(Malformed::Truncated);
    assert_ends(settings(), &[vec![1, 0, 0]], &cut);
    let long = Violation::OverLimit(Limit::Frame);
    assert_ends(settings(), &[vec![0; (1 << 20) + 1]], &long);
}

#[test]
fn before_keys_are_proven_frames_are_short() {
    let mut listener = Connection::new(Role::Listener, settings(), [2; 32], NOW);
    let long = Err(Violation::OverLimit(Limit::Frame));
    assert_eq!(listener.receive(NOW, &[b'c'; 513]), long);
    assert!(listener.is_closed());
}

/// What comes before the host has admitted the peer is kept, up to a bound.
#[test]
fn a_peer_that_is_not_admitted_yet_is_bounded() {
    let mut listener = Connection::new(Role::Listener, settings(), [2; 32], NOW);
    let mut dialer = Connection::new(Role::Dialer, Settings::new(keypair(1)), [1; 32], NOW);
    for _ in 0..2 {
        while let Some(frame) = dialer.poll_transmit(NOW) {
            listener.receive(NOW, &frame).expect("honest so far");
        }
        while let Some(frame) = listener.poll_transmit(NOW) {
            dialer.receive(NOW, &frame).expect("honest");
        }
    }
    assert_eq!(listener.receive(NOW, &vec![0; 1 << 19]), Ok(()));
    assert_eq!(listener.receive(NOW, &vec![0; (1 << 19) - 200]), Ok(()));
    // What a frame takes beside its bytes counts too.
    assert_eq!(listener.receive(NOW, &[]), Ok(()));
    assert_eq!(listener.receive(NOW, &[]), Err(Violation::OverLimit(Limit::Frame)));
}

#[test]
fn documents_are_bounded() {
    let mut settings = settings();
    settings.terms.documents = 10;
    let frames: Vec<_> =
        (0..11).map(|n| opened(2 * u64::from(n), DocumentId::from_bytes([n; 32]))).collect();
    assert_ends(settings.clone(), &frames, &Violation::OverLimit(Limit::Documents));
    let set = Message::Set { first: 0, count: u64::MAX / 4, hash: [0; 32], symbols: &[] };
    assert_ends(settings, &[written(&set)], &Violation::OverLimit(Limit::Documents));
}

/// A document by a number that belongs to this side, or to another document.
#[test]
fn numbers_of_documents_are_held_to() {
    let place = Violation::OutOfPlace("a document by a number that is not free");
    let document = DocumentId::from_bytes([1; 32]);
    assert_ends(settings(), &[opened(1, document)], &place);
    let other = opened(0, DocumentId::from_bytes([2; 32]));
    assert_ends(settings(), &[opened(0, document), other], &place);
}

/// Opens a document at a listener whose host takes nothing in, so that everything waits.
fn with_document(settings: Settings) -> (Connection, Connection, DocumentId) {
    let text = Document::<Text>::create(keypair(1)).expect("randomness");
    let (mut listener, dialer) = open(settings);
    listener.receive(NOW, &opened(0, text.id())).expect("allowed");
    let history = crdt_core::History::new(text.id());
    while let Some((id, request)) = listener.poll_request() {
        let Request::Document { ask, .. } = request else { continue };
        if !matches!(ask, Ask::TakeIn { .. }) {
            listener.answer(NOW, id, ask.on(&history));
        }
    }
    (listener, dialer, text.id())
}

/// A bundle, as it is sent, of a document with this id, which is not looked into.
fn bundle(length: usize, canonical: u64) -> Vec<u8> {
    let mut bytes = vec![1, 0];
    for total in [1, 1, canonical] {
        crate::protocol::wire::put_varint(&mut bytes, total);
    }
    bytes.resize(length, 0);
    bytes
}

#[test]
fn what_waits_to_be_taken_in_is_bounded() {
    let cases = [(600_000, 1000, Limit::DocumentBytes), (60_000, 3_000_000, Limit::DocumentWork)];
    for (length, canonical, limit) in cases {
        let (mut listener, dialer, _) = with_document(settings());
        let bytes = bundle(length, canonical);
        let send = |number| {
            let piece = Piece { at: 0, more: false, bytes: &bytes };
            written(&Message::Bundle { handle: 0, number, piece })
        };
        assert_eq!(listener.receive(NOW, &send(1)), Ok(()));
        assert!(listener.poll_request().is_some());
        let violation = Violation::OverLimit(limit);
        assert_eq!(listener.receive(NOW, &send(2)), Err(violation.clone()));
        assert_broken(listener, dialer, &violation);
    }
}

/// What the host takes in of documents that were left is bounded too: what comes then waits, and is held
/// no longer than its document.
#[test]
fn what_is_taken_in_of_documents_that_were_left_is_bounded() {
    let (mut listener, _) = open(settings());
    let (mut taken_in, bytes) = (Vec::new(), bundle(60_000, 3_000_000));
    let asked = |listener: &mut Connection, taken_in: &mut Vec<_>| {
        while let Some((id, request)) = listener.poll_request() {
            match request {
                Request::Document { ask: Ask::TakeIn { .. }, .. } => taken_in.push(id),
                Request::Document { document, ask } => {
                    listener.answer(NOW, id, ask.on(&crdt_core::History::new(document)));
                }
                other => panic!("{other:?}"),
            }
        }
    };
    for seed in 0..50 {
        let handle = 2 * u64::from(seed);
        listener
            .receive(NOW, &opened(handle, DocumentId::from_bytes([seed; 32])))
            .expect("allowed");
        asked(&mut listener, &mut taken_in);
        let piece = Piece { at: 0, more: false, bytes: &bytes };
        listener
            .receive(NOW, &written(&Message::Bundle { handle, number: 1, piece }))
            .expect("alone");
        asked(&mut listener, &mut taken_in);
        listener.receive(NOW, &written(&Message::Leave { handle })).expect("allowed");
    }
    // Of 32 MiB that are granted.
    assert_eq!((taken_in.len(), listener.held()), (11, 11 * 60_000));
    // Once the host has answered there is room again.
    taken_in.drain(..).for_each(|id| listener.answer(NOW, id, Answer::Failed));
    assert_eq!(listener.held(), 0);
    listener.receive(NOW, &opened(200, DocumentId::from_bytes([200; 32]))).expect("allowed");
    asked(&mut listener, &mut taken_in);
    let piece = Piece { at: 0, more: false, bytes: &bytes };
    let sent = Message::Bundle { handle: 200, number: 1, piece };
    listener.receive(NOW, &written(&sent)).expect("alone");
    asked(&mut listener, &mut taken_in);
    assert_eq!(taken_in.len(), 1);
}

#[test]
fn a_bundle_is_bounded_while_it_comes() {
    let mut settings = settings();
    settings.terms.bundle = 100_000;
    let (mut listener, dialer, _) = with_document(settings);
    let bytes = vec![1; 60_000];
    let piece = |at| {
        let piece = Piece { at, more: true, bytes: &bytes };
        written(&Message::Bundle { handle: 0, number: 1, piece })
    };
    assert_eq!(listener.receive(NOW, &piece(0)), Ok(()));
    let violation = Violation::OverLimit(Limit::Bundle);
    assert_eq!(listener.receive(NOW, &piece(60_000)), Err(violation.clone()));
    assert_broken(listener, dialer, &violation);
}

/// A bundle that states what its length cannot hold is refused without being decoded.
#[test]
fn a_bundle_that_claims_too_much_ends_the_connection() {
    let (mut listener, _, _) = with_document(settings());
    let bytes = bundle(100, 1 << 27);
    let piece = Piece { at: 0, more: false, bytes: &bytes };
    let sent = written(&Message::Bundle { handle: 0, number: 1, piece });
    let malformed = Violation::Malformed(Malformed::Content);
    assert_eq!(listener.receive(NOW, &sent), Err(malformed));
}

/// Numbers are counted up from, and those from which they could not be are none.
#[test]
fn numbers_are_low_enough_to_be_counted_up() {
    let most = (1 << 62) - 1;
    let piece = |at| Piece { at, more: true, bytes: b"bytes" };
    let messages = |number| {
        let statement = Statement { sent: number, ..statement() };
        let (answers, lacks_genesis, frontier) = (true, true, piece(number));
        [
            Message::Durable { handle: 0, number, run: 0, heads: [1; 8] },
            Message::Durable { handle: 0, number: 1, run: number, heads: [1; 8] },
            Message::State { handle: 0, statement },
            Message::Bundle { handle: 0, number: 1, piece: piece(number) },
            Message::Frontier { handle: 0, answers, lacks_genesis, piece: frontier },
            Message::Live { handle: 0, number, bytes: b"bytes" },
        ]
    };
    for (highest, high) in messages(most).iter().zip(&messages(most + 1)) {
        let (mut listener, _, _) = with_document(settings());
        // What is too much by itself is told to be that.
        let taken = listener.receive(NOW, &written(highest));
        let is_too_much = matches!(taken, Err(Violation::OverLimit(Limit::Bundle)));
        assert!(taken.is_ok() || is_too_much, "{highest:?}: {taken:?}");
        let (mut listener, _, _) = with_document(settings());
        let malformed = Violation::Malformed(Malformed::Integer);
        assert_eq!(listener.receive(NOW, &written(high)), Err(malformed), "{high:?}");
    }
}

/// A signature that is not valid is the fault of whoever sends it; that an author forks is not.
#[test]
fn a_forwarder_is_blamed_for_what_it_can_check() {
    let mut text = Document::<Text>::create(keypair(1)).expect("randomness");
    text.change(|text| text.push_str("x")).expect("a short text");
    let mut bundles = text.export(&[]);
    let mut history = crdt_core::History::new(text.id());
    *bundles.last_mut().expect("a signature") ^= 1;
    let error = history.apply(&bundles).expect_err("forged");
    let (mut listener, dialer, document) = with_document(settings());
    let bytes = bundle(100, 100);
    let piece = Piece { at: 0, more: false, bytes: &bytes };
    listener
        .receive(NOW, &written(&Message::Bundle { handle: 0, number: 1, piece }))
        .expect("not looked into");
    let (id, _) = listener.poll_request().expect("to be taken in");
    listener.answer(NOW, id, Answer::Invalid(error.clone()));
    assert_broken(listener, dialer, &Violation::Refused { document, error });
}

#[test]
fn presence_has_to_be_signed_and_new_and_not_too_much() {
    let (mut listener, dialer, document) = with_document(settings());
    let say = |number, bytes: &[u8]| {
        let presence = Presence::sign(&keypair(3), &document, (7, number), bytes);
        presence.expect("short")
    };
    let sent = |presence| written(&Message::Presence { handle: 0, presence });
    let mut heard = |presence: &Presence| {
        listener.receive(NOW, &sent(presence.clone())).expect("genuine");
        std::iter::from_fn(|| listener.poll_event())
            .any(|event| matches!(event, Event::Presence { .. }))
    };
    assert!(heard(&say(1, b"here")));
    assert!(!heard(&say(1, b"here")), "it came before");
    assert!(heard(&say(2, b"there")));
    assert!(!heard(&say(1, b"here")), "it is older");
    let mut forged = say(3, b"nowhere");
    forged.bytes[0] ^= 1;
    assert_eq!(listener.receive(NOW, &sent(forged)), Err(Violation::ForgedPresence));
    assert_broken(listener, dialer, &Violation::ForgedPresence);

    let (mut listener, _, document) = with_document(settings());
    listener.refuse(document, Refused::Forbidden);
    assert_eq!(listener.receive(NOW, &sent(say(1, b"here"))), Ok(()));
    let is_told = |event| matches!(event, Event::Presence { .. });
    assert!(!std::iter::from_fn(|| listener.poll_event()).any(is_told), "by who may not be there");

    // Nor is it said to who may not have the document any more.
    let (mut listener, _, document) = with_document(settings());
    let mut is_said = |is_refused: bool| {
        if is_refused {
            listener.refuse(document, Refused::Forbidden);
        }
        listener.presence(&document, &say(1, b"here"));
        let frames: Vec<Vec<u8>> = std::iter::from_fn(|| listener.poll_transmit(NOW)).collect();
        let is_it = |message: &Message<'_>| matches!(message, Message::Presence { .. });
        frames.iter().any(|frame| read(frame).expect("messages").iter().any(is_it))
    };
    assert!(is_said(false) && !is_said(true));

    let mut settings = settings();
    settings.droppable_rate = 5;
    let (mut listener, dialer) = open(settings);
    let message = written(&Message::Peer { peer: keypair(9).author(), bytes: b"hello" });
    (0..5).for_each(|_| assert_eq!(listener.receive(NOW, &message), Ok(())));
    let violation = Violation::OverLimit(Limit::Rate);
    assert_eq!(listener.receive(NOW, &message), Err(violation.clone()));
    assert_broken(listener, dialer, &violation);
}

/// Who follows a set says nothing to those who are in documents that it may not have, neither before the
/// host has said so nor from then on.
#[test]
fn presence_is_of_those_alone_who_may_have_a_document_of_a_set() {
    let (mut listener, _) = open(settings());
    let ids = [1, 2].map(|seed| DocumentId::from_bytes([seed; 32]));
    let hash = crate::protocol::collection::Set::hash(&ids);
    let set = Message::Set { first: 0, count: 2, hash, symbols: &[] };
    listener.receive(NOW, &written(&set)).expect("allowed");
    let (id, _) = listener.poll_request().expect("whether it is known");
    listener.answer(NOW, id, Answer::Recalled(Some(ids.into())));
    let mut number = 0;
    let mut heard = |listener: &mut Connection| {
        number += 1;
        for (handle, document) in [(0, ids[0]), (2, ids[1])] {
            let presence = Presence::sign(&keypair(3), &document, (7, number), b"here");
            let presence = presence.expect("short");
            let said = written(&Message::Presence { handle, presence });
            listener.receive(NOW, &said).expect("genuine");
        }
        let events = std::iter::from_fn(|| listener.poll_event());
        let document = |event| match event {
            Event::Presence { document, .. } => Some(document),
            _ => None,
        };
        events.filter_map(document).collect::<Vec<_>>()
    };
    assert_eq!(heard(&mut listener), []);
    let (id, _) = listener.poll_request().expect("which of them it may have");
    let held = Held { heads: Vec::new(), genesis: true };
    listener.answer(NOW, id, Answer::Members(vec![Err(Refused::Forbidden), Ok(held)]));
    assert_eq!(heard(&mut listener), [ids[1]]);
}

/// Has a listener follow a set of three documents, each with nothing in it but its record, and gives
/// their ids, which go by the numbers 1, 3 and 5.
fn with_followed_set(listener: &mut Connection) -> [DocumentId; 3] {
    let ids = [1, 2, 3].map(|seed| DocumentId::from_bytes([seed; 32]));
    listener.subscribe_set(ids);
    ids
}

fn said(listener: &mut Connection) -> Vec<Vec<u8>> {
    let held = Held { heads: Vec::new(), genesis: true };
    while let Some((id, request)) = listener.poll_request() {
        let answer = match request {
            Request::Members { documents, .. } => {
                Answer::Members(documents.iter().map(|_| Ok(held.clone())).collect())
            }
            Request::Document { document, ask } => ask.on(&crdt_core::History::new(document)),
            other => panic!("{other:?}"),
        };
        listener.answer(NOW, id, answer);
    }
    std::iter::from_fn(|| listener.poll_transmit(NOW)).collect()
}

/// A document of a set that was left and is followed anew has another number from then on: what is still on
/// its way by the one before is not of it.
#[test]
fn what_comes_by_a_number_of_a_set_that_was_left_is_passed_over() {
    let (mut listener, _) = open(settings());
    let [document, ..] = with_followed_set(&mut listener);
    said(&mut listener);
    listener.unsubscribe(document);
    listener.subscribe(document);
    let frames = said(&mut listener).concat();
    let anew = read(&frames).expect("messages");
    assert!(matches!(anew[..], [Message::Leave { handle: 1 }, Message::Open { handle: 7, .. }]));
    while listener.poll_event().is_some() {}
    for late in [
        Message::Live { handle: 1, number: 9, bytes: b"late" },
        Message::Refuse { handle: 1, reason: Refused::Busy },
        Message::Leave { handle: 1 },
    ] {
        listener.receive(NOW, &written(&late)).expect("it crosses");
        assert!(listener.is_followed(&document), "{late:?}");
    }
    assert_eq!((listener.poll_event(), said(&mut listener).len()), (None, 0));
    listener.receive(NOW, &written(&Message::Leave { handle: 7 })).expect("allowed");
    assert!(!listener.is_followed(&document));
    assert_eq!(listener.poll_event(), Some(Event::Left { document }));
}

/// What is left while it is looked up of a set what its documents are is not said to be of the set.
#[test]
fn what_is_left_of_a_set_before_that_is_said_is_not_followed() {
    let (mut listener, _) = open(settings());
    let [document, ..] = with_followed_set(&mut listener);
    listener.unsubscribe(document);
    assert!(!listener.is_followed(&document));
    let frames = said(&mut listener).concat();
    let set = read(&frames).expect("messages");
    assert!(matches!(set[..], [Message::Set { first: 1, count: 2, .. }]), "{set:?}");
}

/// Silence is noticed, and a handshake that goes on for ever.
#[test]
fn who_says_nothing_is_given_up() {
    let (mut listener, dialer) = open(settings());
    while let Some(due) = listener.poll_timeout() {
        listener.handle_timeout(due);
        while listener.poll_transmit(due).is_some_and(|_| !listener.is_closed()) {}
    }
    assert!(listener.is_closed() && !dialer.is_closed());
    let mut slow = Connection::new(Role::Listener, settings(), [2; 32], NOW);
    let due = slow.poll_timeout().expect("a limit");
    assert_eq!(due, NOW + 10_000);
    slow.handle_timeout(due);
    let broken = Some(Event::Closed(Closed::Broken(Violation::SlowHandshake)));
    assert_eq!(slow.poll_event(), broken);
}

/// Live changes that are not taken for lack of room are dropped, and the document is compared
/// later.
#[test]
fn a_peer_that_does_not_keep_up_costs_no_memory() {
    let mut text = Document::<Text>::create(keypair(1)).expect("randomness");
    let mut history = crdt_core::History::new(text.id());
    let (mut listener, _, _) = with_document(Settings { live_changes: 4, ..settings() });
    listener.receive(NOW, &opened(2, text.id())).expect("allowed");
    for _ in 0..1000 {
        let first = history.len();
        text.change(|text| text.push_str("x")).expect("short");
        history.apply(&text.export(&history.heads())).expect("honest");
        listener.local_change(text.id(), &Fresh::since(&history, first));
    }
    let waiting = std::iter::from_fn(|| listener.poll_transmit(NOW)).map(|frame| frame.len());
    assert!(waiting.sum::<usize>() < 4096);
}

/// Presence is kept of so many, and forgotten when it is not said anew; what came before does not
/// count again.
#[test]
fn presence_expires_by_its_time_of_receipt() {
    use crate::protocol::Presences;
    let document = DocumentId::from_bytes([1; 32]);
    let say = |author, number| {
        Presence::sign(&keypair(author), &document, (1, number), b"here").expect("short")
    };
    let mut all = Presences::new(1000, 2);
    assert!(all.take(Time::from_millis(0), document, &say(1, 1)));
    assert!(all.take(Time::from_millis(500), document, &say(2, 1)));
    assert_eq!(all.next_expiry(), Some(Time::from_millis(1000)));
    assert_eq!(all.expire(Time::from_millis(1000)), [(document, keypair(1).author())]);
    assert_eq!(all.of(&document).count(), 1);
    assert!(!all.take(Time::from_millis(1001), document, &say(1, 1)), "replayed");
    assert!(all.take(Time::from_millis(1002), document, &say(1, 2)));
    assert!(all.take(Time::from_millis(1003), document, &say(3, 1)));
    assert_eq!(all.of(&document).count(), 2, "the oldest is forgotten");
    assert!(Presence::sign(&keypair(1), &document, (1, 1), &[0; 1025]).is_none());
}
