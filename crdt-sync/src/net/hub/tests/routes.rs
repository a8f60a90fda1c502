//! Which documents are asked for at relays, and who is told.

use std::collections::BTreeMap;
use std::time::Duration;

use crdt_core::{CrdtNode, DocumentId, Keypair};
use tokio::time::timeout;

use super::hub;
use crate::net::hub::{Errand, Hub, Mail, Mailbox, wanted};
use crate::protocol::{Close, CloseReason, Presence};

#[derive(CrdtNode)]
struct Note {
    text: String,
}

type Errands = BTreeMap<DocumentId, Errand>;

async fn linked(hub: &Hub, number: u32, mailbox: &mut Mailbox) -> Errands {
    let mail = timeout(Duration::from_secs(20), mailbox.mail.next()).await.expect("mail");
    assert!(matches!(mail, Some(Mail::Errands)));
    hub.take_errands(number)
}

fn all(documents: &[DocumentId], errand: Errand) -> Errands {
    documents.iter().map(|document| (*document, errand)).collect()
}

fn want(hub: &Hub, number: u32, document: DocumentId) {
    hub.follow(number, document);
    hub.want(number, document);
}

/// A peer may ask for documents that nobody has, very many of them: connections to relays ask for
/// them too, keep up, and leave them when it is gone.
#[tokio::test]
async fn what_peers_ask_for_is_asked_for_at_relays_as_long_as_they_do() {
    let hub = hub();
    let [link, peer, other] = [(); 3].map(|()| hub.number());
    let mut mailbox = hub.enter(link, None);
    let _mailboxes = [peer, other].map(|number| hub.enter(number, None));
    assert!(hub.link(link).is_empty());
    let stored = hub.store.create::<Note>().expect("room").id();
    let mut documents: Vec<_> = (0..100).map(|n| DocumentId::from_bytes([n; 32])).collect();
    documents.push(stored);
    for document in &documents {
        want(&hub, peer, *document);
    }
    assert!(mailbox.end.borrow().is_none(), "it keeps up");
    assert_eq!(linked(&hub, link, &mut mailbox).await, all(&documents, Errand::Follow));
    for document in &documents {
        hub.follow(link, *document);
    }
    want(&hub, other, documents[0]);

    hub.exit(peer, || documents.clone());
    let left = linked(&hub, link, &mut mailbox).await;
    assert_eq!(left, all(&documents[1..100], Errand::Leave));
    assert_eq!(hub.followed(), 2, "what is here, and what is asked for");
    // Who asks for one again is the first.
    want(&hub, other, documents[1]);
    let asked = linked(&hub, link, &mut mailbox).await;
    assert_eq!(asked, all(&documents[1..2], Errand::Follow));
}

/// A peer that asks for a document and leaves it, again and again, fills nobody's queue.
#[tokio::test]
async fn who_changes_their_mind_fills_no_queue() {
    let hub = hub();
    let [link, peer] = [(); 2].map(|()| hub.number());
    let mut mailbox = hub.enter(link, None);
    let _mailbox = hub.enter(peer, None);
    assert!(hub.link(link).is_empty());
    let document = DocumentId::from_bytes([1; 32]);
    for _ in 0..1000 {
        want(&hub, peer, document);
        hub.leave(peer, document);
    }
    assert!(mailbox.end.borrow().is_none(), "it keeps up");
    assert!(linked(&hub, link, &mut mailbox).await.is_empty());
    want(&hub, peer, document);
    assert_eq!(linked(&hub, link, &mut mailbox).await, all(&[document], Errand::Follow));
}

/// Of several connections to relays one may have left a document, and another not yet, when somebody
/// comes to ask for it.
#[tokio::test]
async fn what_some_connections_to_relays_have_left_is_asked_for_at_all_of_them() {
    let hub = hub();
    let [one, two, peer, other] = [(); 4].map(|()| hub.number());
    let mut mailboxes = [one, two].map(|number| hub.enter(number, None));
    let _mailboxes = [peer, other].map(|number| hub.enter(number, None));
    let document = [DocumentId::from_bytes([1; 32])];
    assert!(hub.link(one).is_empty() && hub.link(two).is_empty());
    want(&hub, peer, document[0]);
    for (link, mailbox) in [one, two].into_iter().zip(&mut mailboxes) {
        assert_eq!(linked(&hub, link, mailbox).await, all(&document, Errand::Follow));
        hub.follow(link, document[0]);
    }
    hub.exit(peer, || document);
    let [first, second] = &mut mailboxes;
    assert_eq!(linked(&hub, one, first).await, all(&document, Errand::Leave));
    want(&hub, other, document[0]);
    assert_eq!(linked(&hub, one, first).await, all(&document, Errand::Follow));
    let told = linked(&hub, two, second).await;
    assert_eq!(told, all(&document, Errand::Follow), "it has not left it");
}

/// Who asks for very many documents that nobody has keeps nobody else from theirs, and what comes to
/// be here is exchanged with relays whoever waits.
#[tokio::test]
async fn who_asks_for_very_many_keeps_nobody_from_theirs() {
    let hub = hub();
    let [link, peer, other] = [(); 3].map(|()| hub.number());
    let mut mailbox = hub.enter(link, None);
    let _mailboxes = [peer, other].map(|number| hub.enter(number, None));
    assert!(hub.link(link).is_empty());
    let document = |number: usize| {
        let mut bytes = [0; 32];
        bytes[24..].copy_from_slice(&(number as u64).to_be_bytes());
        DocumentId::from_bytes(bytes)
    };
    for number in 0..2 * wanted::OF_ONE {
        want(&hub, peer, document(number));
    }
    let first = linked(&hub, link, &mut mailbox).await;
    assert_eq!(first.len(), wanted::OF_ONE);
    let theirs = [document(1_000_000)];
    want(&hub, other, theirs[0]);
    assert_eq!(linked(&hub, link, &mut mailbox).await, all(&theirs, Errand::Follow));
    let waits = [document(2 * wanted::OF_ONE - 1)];
    assert!(!first.contains_key(&waits[0]));
    hub.arrived(waits[0]);
    assert_eq!(linked(&hub, link, &mut mailbox).await, all(&waits, Errand::Follow));
    // One that is asked for comes, and another one takes its room.
    hub.follow(link, document(0));
    hub.arrived(document(0));
    let next = [document(wanted::OF_ONE)];
    assert_eq!(linked(&hub, link, &mut mailbox).await, all(&next, Errand::Follow));
}

/// Who leaves while somebody comes is not shown to them as if they were there.
#[tokio::test]
async fn who_comes_is_shown_nobody_who_left_meanwhile() {
    let hub = hub();
    let (number, document) = (hub.number(), DocumentId::from_bytes([1; 32]));
    let mut mailbox = hub.enter(number, None);
    let author = Keypair::from_secret_bytes(&[2; 32]);
    let say = |number, bytes: &[u8]| {
        Presence::sign(&author, &document, (1, number), bytes).expect("short")
    };
    hub.pass_on(document, say(1, b"here"), None);
    let routes = hub.routes();
    let coming = hub.clone();
    let coming = std::thread::spawn(move || coming.follow(number, document));
    std::thread::sleep(Duration::from_millis(200));
    // As passing it on does, which is told to those who follow it by now: nobody.
    let left = say(2, b"");
    assert!(hub.remembered().take(hub.now(), document, &left));
    drop(routes);
    coming.join().expect("no panic");
    let shown = timeout(Duration::from_millis(50), mailbox.mail.next()).await;
    assert!(shown.is_err(), "nobody is there");
}

#[tokio::test]
async fn who_connects_when_all_are_told_to_end_is_told_too() {
    let hub = hub();
    hub.end_all(|| Close::new(CloseReason::Done, ""));
    let mailbox = hub.enter(hub.number(), None);
    assert!(mailbox.end.has_changed().expect("it is there") && mailbox.end.borrow().is_some());
}
