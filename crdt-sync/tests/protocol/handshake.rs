//! Who the other side is.

use crdt_sync::protocol::{Connection, Event, Role, Settings, Time, Violation};

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
