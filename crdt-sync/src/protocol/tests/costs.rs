//! What a peer can cost: work is paid for by what it sends, and nothing that it says over and over
//! is held more than once.

use std::sync::Arc;

use crdt_core::{DocumentId, History};

use super::hostile::{NOW, open, opened, settings, statement};
use super::{Message, Refused, written};
use crate::protocol::digest::hashes_of;
use crate::protocol::{Answer, Connection, Event, Held, Request};

fn document(number: u32) -> DocumentId {
    let mut id = [7; 32];
    id[..4].copy_from_slice(&number.to_be_bytes());
    DocumentId::from_bytes(id)
}

/// Answers as a host does that has none of the documents, and drops what it is told.
fn serve(connection: &mut Connection) {
    while let Some((id, request)) = connection.poll_request() {
        let answer = match request {
            Request::Document { document, ask } => ask.on(&History::new(document)),
            Request::Members { documents, .. } => {
                let held = Held { heads: Vec::new(), genesis: true };
                Answer::Members(documents.iter().map(|_| Ok(held.clone())).collect())
            }
            Request::Recall { .. } => Answer::Recalled(None),
            Request::Admit { .. } => Answer::Admitted,
        };
        connection.answer(NOW, id, answer);
    }
    while connection.poll_event().is_some() {}
}

/// A listener of which so many documents are open, and equal on both sides.
fn with_documents(count: u32) -> Connection {
    let (mut listener, _) = open(settings());
    for number in 0..count {
        listener.receive(NOW, &opened(2 * u64::from(number), document(number))).expect("allowed");
        serve(&mut listener);
    }
    while listener.poll_transmit(NOW).is_some() {}
    assert!((0..count).all(|number| listener.is_synced(&document(number))));
    listener
}

#[test]
fn a_ping_costs_no_more_where_there_are_many_documents() {
    let mut listener = with_documents(300);
    let asked = written(&Message::Ping { number: 1, heads: [0; 8] });
    let answered = written(&Message::Pong { number: 1, heads: [0; 8] });
    let frame = [asked, answered].concat().repeat(1000);
    let hashes = hashes_of(|| {
        listener.receive(NOW, &frame).expect("allowed");
        assert_eq!(listener.poll_transmit(NOW).map(|frame| frame.len()), Some(10), "one pong");
        assert_eq!(listener.poll_transmit(NOW), None);
    });
    assert_eq!(hashes, 0);
}

/// The sum of all documents follows every one of them, whether it is opened, moves or is left.
#[test]
fn the_sum_of_all_documents_is_kept_up() {
    let sum = |listener: &mut Connection| {
        let ping = written(&Message::Ping { number: 1, heads: [0; 8] });
        listener.receive(NOW, &ping).expect("allowed");
        let answer = listener.poll_transmit(NOW).expect("a pong");
        answer[answer.len() - 8..].to_vec()
    };
    let mut listener = with_documents(3);
    let three = sum(&mut listener);
    assert_ne!(three, [0; 8]);
    listener.receive(NOW, &opened(6, document(3))).expect("allowed");
    serve(&mut listener);
    while listener.poll_transmit(NOW).is_some() {}
    assert_ne!(sum(&mut listener), three);
    listener.receive(NOW, &written(&Message::Leave { handle: 6 })).expect("allowed");
    assert_eq!(sum(&mut listener), three);
    // What the other side has now is not what is here.
    let heads = [1; 8];
    listener
        .receive(NOW, &written(&Message::Done { handle: 4, lacks_genesis: true, heads }))
        .expect("allowed");
    assert_ne!(sum(&mut listener), three);
    (0..3).for_each(|number| listener.refuse(document(number), Refused::Forbidden));
    while listener.poll_transmit(NOW).is_some() {}
    assert_eq!(sum(&mut listener), [0; 8], "of what is refused neither side knows");
}

/// Whoever opens and leaves a document without end stands in no queue more than once, and what a host
/// has yet to answer for one that was left is no answer for the next.
#[test]
fn who_comes_and_goes_leaves_nothing_behind() {
    let (mut listener, _) = open(settings());
    listener.receive(NOW, &opened(0, document(0))).expect("allowed");
    let (first, _) = listener.poll_request().expect("to be opened");
    let leave = |handle| written(&Message::Leave { handle });
    for number in 1..1000 {
        listener.receive(NOW, &leave(2 * (number - 1))).expect("allowed");
        listener.receive(NOW, &opened(2 * number, document(0))).expect("allowed");
    }
    listener.answer(NOW, first, Answer::Refused(Refused::Forbidden));
    let requests: Vec<_> = core::iter::from_fn(|| listener.poll_request()).collect();
    assert_eq!(requests.len(), 1, "it is asked once for the document as it was opened last");
    listener.answer(NOW, requests[0].0, Answer::Failed);
    // Of a document that is opened by another number the one before is over.
    listener.receive(NOW, &opened(2000, document(0))).expect("allowed");
    let events: Vec<Event> = core::iter::from_fn(|| listener.poll_event()).collect();
    let (left, opened) =
        (Event::Left { document: document(0) }, Event::Opened { document: document(0) });
    assert_eq!(events[events.len() - 2..], [left, opened]);
    listener.receive(NOW, &leave(2000)).expect("allowed");
    let left = [(); 2].map(|()| {
        listener.receive(NOW, &leave(2000)).expect("allowed");
        core::iter::from_fn(|| listener.poll_event()).count()
    });
    assert_eq!(left, [1, 0], "what was left is not left again");
}

/// A document that is followed here is refused once, however often that is said. What the other side
/// alone has opened it can refuse too, and nobody here asks for it again then.
#[test]
fn a_refusal_is_told_once() {
    let mut listener = with_documents(3);
    (0..2).for_each(|number| listener.subscribe(document(number)));
    serve(&mut listener);
    let refuse = |handle, reason| written(&Message::Refuse { handle, reason });
    let refusals = [refuse(0, Refused::Busy), refuse(2, Refused::Quota), refuse(4, Refused::Busy)];
    let frame = refusals.concat().repeat(100);
    listener.receive(NOW, &frame).expect("allowed");
    assert_eq!(core::iter::from_fn(|| listener.poll_event()).count(), 2);
}

/// What says a set of so many documents with 48 symbols that tell nothing, and what says its ids.
fn set_of(count: u32) -> [Vec<u8>; 2] {
    let ids: Arc<[DocumentId]> = (0..count).map(document).collect();
    let hash = crate::protocol::collection::Set::hash(&ids);
    let (count, symbols) = (u64::from(count), &[0; 12 * 48]);
    let set = written(&Message::Set { first: 0, count, hash, symbols });
    [set, written(&Message::SetIds { at: 0, ids: ids.to_vec() })]
}

/// To find out what differs in a set is work for all of its documents: it is done once between two
/// pings, however often the set is said, and never again for a set of which both are told apart.
#[test]
fn a_set_is_compared_once_between_two_pings() {
    let (mut listener, _) = open(settings());
    let [set, ids] = set_of(500);
    let say = |listener: &mut Connection, frame: &[u8]| {
        listener.receive(NOW, frame).expect("allowed");
        serve(listener);
        core::iter::from_fn(|| listener.poll_transmit(NOW)).map(|frame| frame.len()).sum::<usize>()
    };
    say(&mut listener, &set);
    assert!(say(&mut listener, &ids) > 0, "symbols or the list are asked for");
    let again = hashes_of(|| assert_eq!(say(&mut listener, &set.repeat(100)), 0));
    assert_eq!(again, 0, "and nothing is hashed anew");
    let due = listener.poll_timeout().expect("a ping");
    listener.handle_timeout(due);
    assert!(say(&mut listener, &set.repeat(100)) > 10, "after a ping it is taken up");
}

/// Each time that symbols are taken in is work for all documents of a set: so there are to be as many as
/// before.
#[test]
fn symbols_that_come_one_by_one_are_passed_over() {
    let (mut listener, _) = open(settings());
    let [set, ids] = set_of(500);
    let mut replies = |frame: &[u8]| {
        listener.receive(NOW, frame).expect("allowed");
        serve(&mut listener);
        core::iter::from_fn(|| listener.poll_transmit(NOW)).count()
    };
    replies(&set);
    assert!(replies(&ids) > 0, "more are asked for");
    for count in [0, 1, 47] {
        let few = Message::SetSymbols { at: 48, symbols: &vec![0; 12 * count] };
        assert_eq!(replies(&written(&few)), 0, "{count} symbols");
    }
    assert!(replies(&written(&Message::SetSymbols { at: 48, symbols: &[0; 12 * 48] })) > 0);
}

/// What a frame is full of, each message as short as it can be.
fn frames() -> Vec<(&'static str, Vec<u8>)> {
    let fill = |each: &dyn Fn(u64) -> Vec<u8>| {
        let mut frame = Vec::new();
        for number in 0.. {
            let message = each(number);
            if frame.len() + message.len() > crate::protocol::frame::MAX_FRAME {
                break;
            }
            frame.extend(message);
        }
        frame
    };
    let handle = |number: u64| 2 * (number % 100);
    let heads = |number: u64| [u8::from(number / 100 % 2 == 1); 8];
    vec![
        (
            "statements",
            fill(&|number| {
                written(&Message::State { handle: handle(number), statement: statement() })
            }),
        ),
        (
            "same",
            fill(&|number| {
                let (handle, heads) = (handle(number), heads(number));
                written(&Message::Same { handle, taken: 0, lacks_genesis: true, heads })
            }),
        ),
        (
            "done",
            fill(&|number| {
                let (handle, heads) = (handle(number), heads(number));
                written(&Message::Done { handle, lacks_genesis: true, heads })
            }),
        ),
        (
            "durable",
            fill(&|number| {
                let (handle, heads) = (handle(number), heads(number));
                written(&Message::Durable { handle, number, run: number, heads })
            }),
        ),
        (
            "refusals",
            fill(&|number| {
                written(&Message::Refuse { handle: handle(number), reason: Refused::Busy })
            }),
        ),
        (
            "lost",
            fill(&|number| {
                written(&Message::Lost {
                    handle: handle(number),
                    era: u8::try_from(number % 256).expect("a byte"),
                })
            }),
        ),
        ("more", fill(&|number| written(&Message::More { handle: handle(number) }))),
        (
            "coming and going",
            fill(&|number| {
                let handle = 2 * (number + 100);
                [opened(handle, document(100)), written(&Message::Leave { handle })].concat()
            }),
        ),
        ("pings", fill(&|number| written(&Message::Ping { number, heads: heads(number) }))),
    ]
}

/// Whatever a frame is full of, its messages cost no more than a few hashes each, however many
/// documents there are.
#[test]
fn a_frame_costs_what_its_messages_do() {
    for (what, frame) in frames() {
        let messages = super::read(&frame).expect("well-formed").len();
        let mut listener = with_documents(100);
        let hashes = hashes_of(|| listener.receive(NOW, &frame).expect("allowed"));
        assert!(hashes <= 2 * messages, "{what}: {hashes} hashes for {messages} messages");
    }
}
