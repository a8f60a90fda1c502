//! What a connection is answered.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crdt_core::DocumentId;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::{hub, hub_with};
use crate::access::{Access, Grant, Visitor};
use crate::net::hub::{Clerk, Desk, Errand, Hub, Mail, Seat};
use crate::protocol::{Answer, Ask, Request, RequestId};

const DOCUMENT: DocumentId = DocumentId::from_bytes([7; 32]);

fn desk(hub: &Arc<Hub>, number: u32, is_link: bool) -> Desk {
    Desk::new(Clerk::new(hub.clone(), number, Ipv4Addr::LOCALHOST.into(), None, is_link, None)).0
}

/// Says what somebody may do once it is told to, and then panics, if it is to.
struct Slow {
    told: Arc<Semaphore>,
    panics: bool,
}

impl Access for Slow {
    async fn may_connect(&self, _: &Visitor) -> bool {
        true
    }

    async fn grant(&self, _: &Visitor, _: DocumentId) -> Grant {
        self.told.acquire().await.expect("it is not closed").forget();
        assert!(!self.panics, "as it was told to");
        Grant::ALL
    }
}

/// Whoever asks for something and is gone has their place among the connections until it is answered:
/// otherwise those who come and go at once would have as much be worked on as they like.
#[tokio::test]
async fn what_is_asked_by_who_is_gone_has_a_place_until_it_is_answered() {
    let told = Arc::new(Semaphore::new(0));
    let hub = hub_with(Slow { told: told.clone(), panics: false });
    let (seat, address) = (Arc::new(()), Ipv4Addr::LOCALHOST.into());
    let seated: Seat = seat.clone();
    let (mut desk, answers) =
        Desk::new(Clerk::new(hub.clone(), hub.number(), address, None, false, Some(seated)));
    let request = Request::Document { document: DOCUMENT, ask: Ask::Open { by_peer: true } };
    desk.ask(RequestId(0), request);
    drop((desk, answers));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(Arc::strong_count(&seat), 2);
    told.add_permits(1);
    let is_free = async {
        while Arc::strong_count(&seat) > 1 {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), is_free).await.expect("it is answered");
}

/// A question that comes to nothing is answered, and those that wait behind it are too.
#[tokio::test]
async fn what_panics_where_it_is_looked_up_is_answered() {
    let told = Arc::new(Semaphore::new(3));
    let hub = hub_with(Slow { told, panics: true });
    let address = Ipv4Addr::LOCALHOST.into();
    let (mut desk, mut answers) =
        Desk::new(Clerk::new(hub.clone(), hub.number(), address, None, false, None));
    for number in 0..2 {
        let ask = Ask::Open { by_peer: true };
        desk.ask(RequestId(number), Request::Document { document: DOCUMENT, ask });
    }
    for number in 0..2 {
        let done = timeout(Duration::from_secs(20), answers.recv()).await;
        let done = done.expect("it is answered").expect("it is there");
        let is_it = matches!(done.answers[..], [(id, Answer::Failed)] if id.0 == number);
        assert!(is_it, "{:?}", done.answers);
        desk.go_on(&done);
    }
}

/// Says whether somebody is a relay as it was when that was asked, once it is told to.
struct Listed {
    is_relay: AtomicBool,
    told: Semaphore,
}

impl Access for Arc<Listed> {
    async fn may_connect(&self, _: &Visitor) -> bool {
        true
    }

    async fn grant(&self, _: &Visitor, _: DocumentId) -> Grant {
        Grant::ALL
    }

    async fn is_relay(&self, _: &Visitor) -> bool {
        let is_relay = self.is_relay.load(Ordering::SeqCst);
        self.told.acquire().await.expect("it is not closed").forget();
        is_relay
    }
}

/// Who is made a relay while it is looked up whether they are one is one, and need not connect anew.
#[tokio::test]
async fn who_is_made_a_relay_while_that_is_asked_is_one() {
    let (is_relay, told) = (AtomicBool::new(false), Semaphore::new(0));
    let listed = Arc::new(Listed { is_relay, told });
    let hub = hub_with(listed.clone());
    let clerk = desk(&hub, hub.number(), false).clerk;
    let asking = clerk.clone();
    let asked = tokio::spawn(async move { asking.is_relay().await });
    tokio::task::yield_now().await;
    listed.is_relay.store(true, Ordering::SeqCst);
    let reviewed = timeout(Duration::from_secs(20), clerk.review()).await;
    assert!(!reviewed.expect("it does not wait for that").is_more);
    listed.told.add_permits(2);
    assert!(asked.await.expect("no panic"));
    // What becomes of that later is seen.
    listed.is_relay.store(false, Ordering::SeqCst);
    listed.told.add_permits(1);
    assert!(clerk.review().await.is_more);
}

/// Who waits to be told what they may do is not waited for when all that was taken in is to be durable.
#[tokio::test]
async fn what_is_looked_up_is_not_waited_for_at_the_end() {
    let told = Arc::new(Semaphore::new(0));
    let hub = hub_with(Slow { told, panics: false });
    let mut desk = desk(&hub, hub.number(), false);
    let request = Request::Document { document: DOCUMENT, ask: Ask::Open { by_peer: true } };
    desk.ask(RequestId(0), request);
    tokio::time::sleep(Duration::from_millis(50)).await;
    timeout(Duration::from_secs(20), hub.done()).await.expect("nothing is taken in");
}

/// Who leaves a document on one thread while another one has just looked up whether they may have it
/// does not follow it then.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_while_it_is_asked_for_is_not_followed() {
    let hub = hub();
    let number = hub.number();
    let _mailbox = hub.enter(number, None);
    let desk = Arc::new(desk(&hub, number, false));
    let clerk = desk.clerk.clone();
    // Whoever comes to follow it waits here.
    let shown = hub.remembered();
    let following = std::thread::spawn(move || pollster::block_on(clerk.follow(DOCUMENT)));
    std::thread::sleep(Duration::from_millis(200));
    let leaving = {
        let desk = desk.clone();
        std::thread::spawn(move || desk.left(DOCUMENT))
    };
    std::thread::sleep(Duration::from_millis(200));
    drop(shown);
    following.join().expect("no panic");
    leaving.join().expect("no panic");
    assert_eq!((desk.documents().len(), hub.followers(&DOCUMENT)), (0, 0));
}

/// A connection to a relay may come to ask for a document when who wanted it is gone already.
#[tokio::test]
async fn what_is_asked_for_too_late_at_a_relay_is_left_there_too() {
    let hub = hub();
    let [link, peer] = [(); 2].map(|()| hub.number());
    let mut mailbox = hub.enter(link, None);
    let _mailbox = hub.enter(peer, None);
    assert!(hub.link_documents(link).await.is_empty());
    hub.follow(peer, DOCUMENT);
    hub.want(peer, DOCUMENT);
    assert_eq!(hub.take_errands(link), [(DOCUMENT, Errand::Follow)].into());
    hub.exit(peer, || [DOCUMENT]);
    let mail = mailbox.mail.next().await;
    assert!(matches!(mail, Some(Mail::Errands)));
    desk(&hub, link, true).clerk.open(DOCUMENT, Ask::Open { by_peer: false }).await;
    let told = timeout(Duration::from_secs(20), mailbox.mail.next()).await;
    assert!(matches!(told, Ok(Some(Mail::Errands))), "it is to leave it");
    assert_eq!(hub.take_errands(link), [(DOCUMENT, Errand::Leave)].into());
    assert_eq!(hub.followed(), 0);
}
