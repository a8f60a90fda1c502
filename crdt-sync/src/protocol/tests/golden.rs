//! The bytes of every message, as `docs/sync-protocol.md` has them.

use crdt_core::{ChangeHash, DocumentId, Keypair, ShortTip};
use sha2::{Digest as _, Sha256};

use super::{
    Close, CloseReason, Heads, Message, Piece, Presence, Refused, Statement, read, written,
};
use crate::protocol::collection::Set;
use crate::protocol::digest::Salt;
use crate::protocol::wire::put_bytes;
use crate::protocol::{Connection, Role, Settings, Time};
use crate::sketch::Item;

/// The documentation, where the repository is around the crate.
const DOCUMENTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/sync-protocol.md");

fn hash(byte: u8) -> ChangeHash {
    ChangeHash::from_bytes([byte; 32])
}

fn tip(byte: u8, seq: u32) -> ShortTip {
    ShortTip { author: [byte; 8], seq, change: [byte + 1; 8] }
}

fn statement(heads: Heads) -> Statement {
    Statement { heads, taken: 3, sent: 5, lacks_genesis: true, exact: false }
}

fn of_documents() -> Vec<(&'static str, Message<'static>)> {
    let document = DocumentId::from_bytes([0xd0; 32]);
    let heads = Heads::All(vec![hash(0xa1), hash(0xa2)]);
    let whole = Piece { at: 0, more: false, bytes: b"bytes" };
    let part = Piece { at: 65_536, more: true, bytes: b"bytes" };
    vec![
        ("Open", Message::Open { handle: 4, document, statement: statement(heads) }),
        ("State", Message::State { handle: 4, statement: statement(Heads::Hash([0xaa; 32])) }),
        ("Same", Message::Same { handle: 4, taken: 3, lacks_genesis: false, heads: [9; 8] }),
        ("Tips", Message::Tips { handle: 4, lacks_genesis: false, tips: vec![tip(1, 300)] }),
        (
            "Differing",
            Message::Differing {
                handle: 4,
                known: vec![true, false, true],
                tips: vec![tip(1, 7), tip(3, 8)],
            },
        ),
        (
            "Frontier",
            Message::Frontier { handle: 4, answers: true, lacks_genesis: false, piece: whole },
        ),
        (
            "Sketch",
            Message::Sketch { handle: 4, at: 48, lacks_genesis: true, symbols: b"123456789012" },
        ),
        ("More", Message::More { handle: 4 }),
        (
            "Sketched",
            Message::Sketched {
                handle: 4,
                theirs: vec![Item::from_bytes([0x11; 8]), Item::from_bytes([0x22; 8])],
                tips: vec![tip(1, 7)],
            },
        ),
        ("Bundle", Message::Bundle { handle: 4, number: 5, piece: whole }),
        ("Bundle, a later piece", Message::Bundle { handle: 4, number: 5, piece: part }),
        ("Live", Message::Live { handle: 4, number: 200, bytes: b"bytes" }),
        ("Lost", Message::Lost { handle: 4, era: 7 }),
        ("Done", Message::Done { handle: 4, lacks_genesis: false, heads: [9; 8] }),
        ("Durable", Message::Durable { handle: 4, number: 5, run: 2, heads: [9; 8] }),
        ("Refuse", Message::Refuse { handle: 4, reason: Refused::ReadOnly }),
        ("Leave", Message::Leave { handle: 4 }),
    ]
}

fn of_sets() -> Vec<(&'static str, Message<'static>)> {
    let ids = vec![DocumentId::from_bytes([0xd0; 32])];
    vec![
        ("Set", Message::Set { first: 4, count: 300, hash: [0xcc; 32], symbols: b"123456789012" }),
        ("SetSymbols", Message::SetSymbols { at: 48, symbols: b"123456789012" }),
        ("SetIds", Message::SetIds { at: 512, ids }),
        ("SetDigests", Message::SetDigests { at: 512, digests: vec![[1; 8], [2; 8]] }),
        ("SetUnknown", Message::SetUnknown),
        ("SetMore", Message::SetMore),
        ("SetList", Message::SetList),
        ("SetSettled", Message::SetSettled { heads: [9; 8] }),
    ]
}

fn of_connections() -> Vec<(&'static str, Message<'static>)> {
    let keypair = Keypair::from_secret_bytes(&[1; 32]);
    let (author, document) = (keypair.author(), DocumentId::from_bytes([0xd0; 32]));
    let presence = Presence::sign(&keypair, &document, (300, 2), b"here").expect("short");
    let close =
        Close { reason: CloseReason::Busy, retry_after: Some(299), text: "going down".to_owned() };
    vec![
        ("Ping", Message::Ping { number: 1, heads: [9; 8] }),
        ("Pong", Message::Pong { number: 1, heads: [9; 8] }),
        ("Presence", Message::Presence { handle: 4, presence }),
        ("Peer", Message::Peer { peer: author, bytes: b"bytes" }),
        ("Goodbye", Message::Goodbye(close)),
    ]
}

fn all() -> Vec<(&'static str, Message<'static>)> {
    [of_documents(), of_sets(), of_connections()].concat()
}

/// The frames of a handshake.
fn handshake() -> Vec<(&'static str, Vec<u8>)> {
    let now = Time::from_millis(0);
    let settings = |secret| Settings::new(Keypair::from_secret_bytes(&[secret; 32]));
    let endpoint = Some("relay.example.org/crdt-sync".to_owned());
    let dialer = Settings { endpoint: endpoint.clone(), ..settings(1) };
    let listener = Settings { endpoint, ..settings(2) };
    let mut dialer = Connection::new(Role::Dialer, dialer, [1; 32], now);
    let mut listener = Connection::new(Role::Listener, listener, [2; 32], now);
    let hello = dialer.poll_transmit(now).expect("a hello");
    listener.receive(now, &hello).expect("genuine");
    let answer = listener.poll_transmit(now).expect("a hello and a signature");
    dialer.receive(now, &answer).expect("genuine");
    let proof = dialer.poll_transmit(now).expect("a signature");
    listener.receive(now, &proof).expect("genuine");
    vec![("Dialer", hello), ("Listener", answer), ("Proof", proof)]
}

/// What is hashed on the connection that begins with that handshake.
fn hashed([dialer, listener]: [&[u8]; 2]) -> Vec<(&'static str, Vec<u8>)> {
    let mut salted = b"crdt-sync salt".to_vec();
    put_bytes(&mut salted, dialer);
    // Behind its hello is its signature.
    put_bytes(&mut salted, &listener[..listener.len() - 64]);
    let salt = Salt(Sha256::digest(salted).into());
    let (ids, heads) = ([DocumentId::from_bytes([0xd0; 32])], [hash(0xa1), hash(0xa2)]);
    let digest = salt.heads(&heads);
    vec![
        ("Salt", salt.0.to_vec()),
        ("Hash of the heads a1.. and a2..", salt.hash(&heads).to_vec()),
        ("Eight bytes for the document d0.. with them", salt.document(&ids[0], digest).to_vec()),
        ("Hash of the set of d0..", Set::hash(&ids).to_vec()),
    ]
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(half.into(), 16).expect("half a byte");
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[test]
fn every_message_is_read_as_it_was_written() {
    for (name, message) in all() {
        let bytes = written(&message);
        assert_eq!(read(&bytes), Ok(vec![message]), "{name}");
        for end in 1..bytes.len() {
            assert!(read(&bytes[..end]).is_err(), "{name} cut at {end}");
        }
    }
}

#[test]
fn the_documentation_has_the_bytes_of_every_message() {
    let messages = all().into_iter().map(|(name, message)| (name, written(&message)));
    let handshake = handshake();
    let hashed = hashed([&handshake[0].1, &handshake[1].1]);
    let all = messages.chain(handshake).chain(hashed);
    let lines = all.map(|(name, bytes)| format!("{name}: {}\n", hex(&bytes)));
    let table: String = lines.collect();
    let documented = std::fs::read_to_string(DOCUMENTED).expect("the documentation");
    assert!(documented.contains(&table), "the bytes are not those of the documentation:\n{table}");
}
