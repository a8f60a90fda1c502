//! What a peer can have held is within the bounds of docs/sync-protocol.md, counted by the allocator.

use std::alloc::System;
use std::collections::BTreeMap;

use cap::Cap;
use crdt_core::{Document, DocumentId, History, Keypair, Text};
use crdt_sync::protocol::{Answer, Connection, Request, Role, Settings, Time};

#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

const NOW: Time = Time::from_millis(1000);
const MIB: usize = 1 << 20;

fn keypair(secret: u8) -> Keypair {
    Keypair::from_secret_bytes(&[secret; 32])
}

/// A listener that has admitted a dialer, whose frames are made by hand from there on.
fn open() -> Connection {
    let mut listener = Connection::new(Role::Listener, Settings::new(keypair(2)), [2; 32], NOW);
    let mut dialer = Connection::new(Role::Dialer, Settings::new(keypair(1)), [1; 32], NOW);
    for _ in 0..3 {
        while let Some(frame) = dialer.poll_transmit(NOW) {
            listener.receive(NOW, &frame).expect("honest so far");
        }
        serve(&mut listener);
        while let Some(frame) = listener.poll_transmit(NOW) {
            dialer.receive(NOW, &frame).expect("honest");
        }
    }
    assert!(listener.peer().is_some());
    listener
}

/// Answers as a host does that has none of the documents, and drops what it is told.
fn serve(connection: &mut Connection) {
    while let Some((id, request)) = connection.poll_request() {
        let answer = match request {
            Request::Document { document, ask } => ask.on(&History::new(document)),
            Request::Admit { .. } => Answer::Admitted,
            _ => Answer::Failed,
        };
        connection.answer(NOW, id, answer);
    }
    while connection.poll_event().is_some() {}
}

fn varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(u8::try_from(number & 0x7f).expect("seven bits") | 0x80);
        number >>= 7;
    }
    out.push(u8::try_from(number).expect("seven bits"));
}

/// The beginning of a message of a document.
fn message(kind: u8, handle: u64) -> Vec<u8> {
    let mut out = vec![kind];
    varint(&mut out, handle);
    out
}

fn document(number: u64) -> DocumentId {
    let mut id = [7; 32];
    id[..8].copy_from_slice(&number.to_be_bytes());
    DocumentId::from_bytes(id)
}

/// Opens a document, of which the other side says to have nothing.
fn opened(number: u64) -> Vec<u8> {
    let mut out = message(1, 2 * number);
    out.extend_from_slice(document(number).as_bytes());
    out.extend_from_slice(&[1, 0, 0]);
    out
}

/// As many tips as go into a message.
fn tips(number: u64) -> Vec<u8> {
    let mut out = message(4, 2 * number);
    out.push(0);
    varint(&mut out, 16_384);
    for tip in 0..16_384_u64 {
        out.extend_from_slice(&tip.to_be_bytes());
        out.push(1);
        out.extend_from_slice(&[3; 8]);
    }
    out
}

/// The first piece of a frontier or bundle that has more.
fn piece(kind: u8, number: u64, at: u64, of: u64) -> Vec<u8> {
    let mut out = message(kind, 2 * number);
    varint(&mut out, 4 * of + 1 + if at > 0 { 2 } else { 0 });
    if at > 0 {
        varint(&mut out, at);
    }
    varint(&mut out, 1 << 16);
    out.resize(out.len() + (1 << 16), 9);
    out
}

/// Has a listener take frames, and says how many bytes it holds more then. What it accounts is no
/// less.
fn held(what: &str, listener: &mut Connection, frames: impl Iterator<Item = Vec<u8>>) -> usize {
    let (before, accounted_before) = (HEAP.allocated(), listener.held());
    let mut most = 0;
    for frame in frames {
        if listener.receive(NOW, &frame).is_err() {
            break;
        }
        while listener.poll_event().is_some() {}
        let held = HEAP.allocated().saturating_sub(before + frame.capacity());
        let accounted = usize::try_from(listener.held() - accounted_before).expect("in memory");
        // A quarter, for buffers that grow.
        assert!(
            held <= accounted * 5 / 4 + MIB,
            "{what}: {held} bytes held, {accounted} accounted"
        );
        most = most.max(held);
    }
    println!("{what}: at most {most} bytes held");
    most
}

/// A text that does not compress, in bundles.
fn large(secret: u8) -> (DocumentId, History) {
    let mut text = Document::<Text>::create(keypair(secret)).expect("randomness");
    let mut state = u64::from(secret);
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        let letter = u32::try_from(state >> 52).expect("twelve bits");
        char::from_u32(0x4e00 + letter).expect("a letter")
    });
    text.change(|text| text.push_str(noise.take(150_000).collect::<String>())).expect("short");
    let mut history = History::new(text.id());
    history.apply(&text.export(&[])).expect("honest");
    (text.id(), history)
}

/// A peer that follows many documents and takes nothing has few of them fetched for it.
fn who_takes_nothing_has_little_fetched() {
    let documents: BTreeMap<DocumentId, History> = (1..25).map(large).collect();
    let mut listener = open();
    let before = HEAP.allocated();
    for (number, id) in (0..).zip(documents.keys()) {
        let mut frame = message(1, 2 * number);
        frame.extend_from_slice(id.as_bytes());
        frame.extend_from_slice(&[1, 0, 0]);
        listener.receive(NOW, &frame).expect("allowed");
    }
    while let Some((id, request)) = listener.poll_request() {
        if let Request::Document { document, ask } = request {
            listener.answer(NOW, id, ask.on(&documents[&document]));
        }
    }
    let held = HEAP.allocated() - before;
    println!("fetched: {held} bytes held");
    assert!(MIB < held && held < 10 * MIB, "{held} bytes held");
}

/// The one test of this binary, so that nobody else allocates meanwhile.
#[test]
fn what_a_peer_can_have_held_is_bounded() {
    const DOCUMENTS: u64 = 1000;
    who_takes_nothing_has_little_fetched();
    let mut listener = open();
    let before = HEAP.allocated();
    for number in 0..DOCUMENTS {
        listener.receive(NOW, &opened(number)).expect("allowed");
        serve(&mut listener);
    }
    while listener.poll_transmit(NOW).is_some() {}
    let each = (HEAP.allocated() - before) / usize::try_from(DOCUMENTS).expect("few");
    println!("{each} bytes for each document");
    assert!(each < 2048, "{each} bytes for each document");

    // The host answers nothing of what follows.
    let coming = (0..20_000).map(|number| {
        let of = DOCUMENTS + number % 2;
        [message(11, 2 * of), opened(of)].concat()
    });
    assert!(held("coming and going", &mut listener, coming) < MIB);
    let pings = (0..3).map(|_| [12, 1, 0, 0, 0, 0, 0, 0, 0, 0].repeat(100_000));
    assert!(held("pings", &mut listener, pings) < 4096);
    let refusals = (0..3).map(|_| [10, 0, 0, 10, 0, 4].repeat(100_000));
    assert!(held("refusals", &mut listener, refusals) < 4096);
    let all = held("tips", &mut listener, (1..230).map(tips));
    assert!(all > MIB && all < 65 * MIB);

    let mut listener = open();
    for number in 0..DOCUMENTS {
        listener.receive(NOW, &opened(number)).expect("allowed");
    }
    let pieces = (0..30_u64).flat_map(|at| (0..200).map(move |of| (of, at << 16)));
    let frontiers = pieces.clone().map(|(of, at)| piece(6, of, at, 0));
    assert!(held("pieces of frontiers", &mut listener, frontiers) < 65 * MIB);
    let bundles = pieces.map(|(of, at)| piece(7, of, at, 1));
    assert!(held("pieces of bundles", &mut listener, bundles) < 110 * MIB);
    assert!(listener.is_closed());
}
