//! Who the other side is.

use crdt_sync::protocol::{
    Answer, Close, CloseReason, Closed, Connection, Event, Role, Settings, Time, Violation,
};

use crate::pair::Pair;
use crate::replica::{Replica, keypair};

#[test]
fn each_side_knows_the_key_of_the_other() {
    let mut pair = Pair::new(Replica::new(1), Replica::new(2));
    pair.settle();
    let authors = [keypair(2).author(), keypair(1).author()];
    for ((connection, replica), other) in pair.connections.iter().zip(&pair.replicas).zip(authors) {
        assert_eq!(connection.peer(), Some(other));
        assert_eq!(replica.events, [Event::Authenticated(other)]);
    }
}

#[test]
fn a_handshake_for_another_endpoint_is_refused() {
    let now = Time::from_millis(0);
    let named = |number, name: &str| {
        let endpoint = Some(name.to_owned());
        Settings { endpoint, ..Settings::new(keypair(number)) }
    };
    let mut dialer = Connection::new(Role::Dialer, named(1, "here"), [1; 32], now);
    let mut listener = Connection::new(Role::Listener, named(2, "there"), [2; 32], now);
    let hello = dialer.poll_transmit(now).expect("the dialer begins");
    assert_eq!(listener.receive(now, &hello), Err(Violation::Unproven));
    let goodbye = listener.poll_transmit(now).expect("it says why");
    assert_eq!(dialer.receive(now, &goodbye), Ok(()));
    assert!(dialer.is_closed() && listener.is_closed());
}

/// What a listener has signed is of no use to play a dialer, nor what a dialer has signed before.
#[test]
fn signatures_count_for_one_role_on_one_connection() {
    let now = Time::from_millis(0);
    let begin = |entropy: u8| {
        let dialer = Connection::new(Role::Dialer, Settings::new(keypair(1)), [entropy; 32], now);
        let entropy = [entropy + 1; 32];
        (dialer, Connection::new(Role::Listener, Settings::new(keypair(2)), entropy, now))
    };
    let (mut dialer, mut listener) = begin(1);
    let hello = dialer.poll_transmit(now).expect("a hello");
    listener.receive(now, &hello).expect("genuine");
    let answer = listener.poll_transmit(now).expect("a hello and a signature");
    dialer.receive(now, &answer).expect("genuine");
    let proof = dialer.poll_transmit(now).expect("a proof");

    // The listener's own signature, back to it.
    let (_, mut reflected) = begin(1);
    reflected.receive(now, &hello).expect("genuine");
    let reflection = [&[0], &answer[answer.len() - 64..]].concat();
    assert_eq!(reflected.receive(now, &reflection), Err(Violation::Unproven));

    // The same dialer's hello and proof, once more.
    let (_, mut replayed) = begin(3);
    replayed.receive(now, &hello).expect("a hello is no proof");
    assert_eq!(replayed.receive(now, &proof), Err(Violation::Unproven));
    assert_eq!(listener.receive(now, &proof), Ok(()));

    // A listener that gets its own hello back.
    let (_, mut mirrored) = begin(1);
    let own = &answer[..answer.len() - 64];
    assert_eq!(mirrored.receive(now, own), Err(Violation::Unproven));
}

#[test]
fn another_key_than_the_expected_one_is_refused() {
    let now = Time::from_millis(0);
    let (expected, found) = (keypair(3).author(), keypair(2).author());
    let settings = Settings { expects: Some(expected), ..Settings::new(keypair(1)) };
    let mut dialer = Connection::new(Role::Dialer, settings, [1; 32], now);
    let mut listener = Connection::new(Role::Listener, Settings::new(keypair(2)), [2; 32], now);
    let hello = dialer.poll_transmit(now).expect("a hello");
    listener.receive(now, &hello).expect("genuine");
    let answer = listener.poll_transmit(now).expect("a hello and a signature");
    assert_eq!(dialer.receive(now, &answer), Err(Violation::WrongKey { expected, found }));
}

#[test]
fn who_is_not_admitted_is_told_whether_to_try_again() {
    for (retry_after, reason) in [(None, CloseReason::Refused), (Some(5000), CloseReason::Busy)] {
        let now = Time::from_millis(0);
        let mut dialer = Connection::new(Role::Dialer, Settings::new(keypair(1)), [1; 32], now);
        let mut listener = Connection::new(Role::Listener, Settings::new(keypair(2)), [2; 32], now);
        for _ in 0..2 {
            while let Some(frame) = dialer.poll_transmit(now) {
                listener.receive(now, &frame).expect("genuine");
            }
            if let Some((id, _)) = listener.poll_request() {
                let reason = "a stranger".to_owned();
                listener.answer(now, id, Answer::NotAdmitted { reason, retry_after });
            }
            while let Some(frame) = listener.poll_transmit(now) {
                dialer.receive(now, &frame).expect("genuine");
            }
        }
        let told = Close { reason, retry_after, text: "a stranger".to_owned() };
        let mut events = std::iter::from_fn(|| dialer.poll_event());
        assert!(events.any(|event| event == Event::Closed(Closed::There(told.clone()))));
        assert_eq!(reason.is_final(), retry_after.is_none());
    }
}
