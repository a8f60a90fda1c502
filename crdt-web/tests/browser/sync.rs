//! Documents of pages that meet at a relay: a real one, which `.ci/wasm.sh` starts.

use core::cell::Cell;
use core::time::Duration;
use std::rc::Rc;

use crdt_core::{Author, CrdtNode, Document, DocumentId, Keypair};
use crdt_store::Store;
use crdt_store::backend::Keyed;
use crdt_sync::{
    Address, Backoff, Live, Message, MessageError, Messages, Peer, PeerOptions, Status, Target,
};
use crdt_web::{Elected, IndexedDb};
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};
use wasm_bindgen_test::wasm_bindgen_test;

/// Where a relay is.
const RELAY: &str = match option_env!("CRDT_TEST_RELAY") {
    Some(address) => address,
    None => "ws://127.0.0.1:8719",
};

/// Where one is that is killed every few seconds, and started again.
const DYING_RELAY: &str = match option_env!("CRDT_TEST_DYING_RELAY") {
    Some(address) => address,
    None => "ws://127.0.0.1:8720",
};

/// Where nobody is.
const NOBODY: &str = "ws://127.0.0.1:9";

type Board = Live<Plan, Keyed<IndexedDb>>;

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Plan {
    #[crdt(text)]
    notes: String,
    tasks: Vec<String>,
}

/// A device: its database and its store.
struct Device {
    name: String,
    store: Store<Keyed<IndexedDb>>,
}

impl Device {
    /// One that is called so, and whose database is another one on each run: the relay stays.
    async fn new(name: &str) -> Self {
        Self::tab(format!("{name} {}", js_sys::Date::now())).await
    }

    /// A tab of the device with a database of this name.
    async fn tab(name: String) -> Self {
        let store = IndexedDb::store(&name).await.unwrap();
        Self { name, store }
    }

    async fn create(&self) -> Board {
        Live::new(self.store.waiting().create::<Plan>().await.unwrap())
    }

    async fn join(&self, id: DocumentId) -> Board {
        Live::new(self.store.waiting().join::<Plan>(id).await.unwrap())
    }

    fn connect(&self, address: &str, board: &Board) -> Peer {
        self.connect_all(address, core::slice::from_ref(board))
    }

    fn connect_all(&self, address: &str, boards: &[Board]) -> Peer {
        let peer = Peer::start(&self.store, PeerOptions::new().backoff(soon())).unwrap();
        for board in boards {
            peer.bind(board);
        }
        peer.dial(address.parse::<Target>().unwrap());
        peer
    }
}

/// Tries again soon, so that the tests do not wait for long.
fn soon() -> Backoff {
    Backoff { first: Duration::from_millis(50), most: Duration::from_millis(500) }
}

fn timer(seconds: u32, says: &str) -> Promise {
    let (millis, says) = (JsValue::from(seconds * 1000), JsValue::from(says));
    Promise::new(&mut |_, reject| {
        let set: Function =
            Reflect::get(&js_sys::global(), &"setTimeout".into()).unwrap().unchecked_into();
        set.call3(&JsValue::NULL, &reject, &millis, &says).unwrap();
    })
}

/// What is not there after half a minute is not waited for.
async fn within<T: 'static>(what: &str, future: impl Future<Output = T> + 'static) -> T {
    let done = Rc::new(Cell::new(None));
    let tell = done.clone();
    let working = future_to_promise(async move {
        tell.set(Some(future.await));
        Ok(JsValue::UNDEFINED)
    });
    JsFuture::from(Promise::race(&Array::of2(&working, &timer(30, what)))).await.unwrap();
    done.take().unwrap()
}

/// Waits until a document is as it should be.
async fn until(what: &str, board: &Board, is_so: impl Fn(&Plan) -> bool + 'static) {
    let board = board.clone();
    within(what, async move {
        let mut deltas = board.deltas().await;
        while !is_so(&board.value().await) {
            deltas.next().await.unwrap();
        }
    })
    .await;
}

async fn synced(board: &Board) {
    let board = board.clone();
    within("everything is at the relay", async move { board.synced().await }).await;
}

/// Waits until a relay stands so.
async fn status(
    what: &str,
    peer: &Peer,
    address: &str,
    is_so: impl FnMut(&Status) -> bool + 'static,
) -> Status {
    let mut watched = peer.watch(&address.parse::<Address>().unwrap()).unwrap();
    within(what, async move { watched.wait_for(is_so).await.unwrap().clone() }).await
}

#[wasm_bindgen_test]
async fn two_devices_meet_at_a_relay_and_keep_up() {
    let (alice, bob) = (Device::new("alice").await, Device::new("bob").await);
    let here = alice.create().await;
    here.change(|plan| plan.notes.push_str("Ship it")).await.unwrap();
    let peer = alice.connect(RELAY, &here);
    synced(&here).await;
    let there = bob.join(here.id()).await;
    let other = bob.connect(RELAY, &there);
    until("what was there comes", &there, |plan| plan.notes == "Ship it").await;

    // Both at once.
    there.change(|plan| plan.tasks.push("Write".to_owned())).await.unwrap();
    here.change(|plan| plan.notes.push_str(" on Friday")).await.unwrap();
    until("theirs comes here", &here, |plan| plan.tasks == ["Write"]).await;
    until("ours comes there", &there, |plan| plan.notes == "Ship it on Friday").await;
    synced(&here).await;
    synced(&there).await;
    let digests = (here.with(Document::digest).await, there.with(Document::digest).await);
    assert_eq!(digests.0, digests.1);

    let Status::Connected { relay } = status("it is connected", &peer, RELAY, |_| true).await
    else {
        panic!("not connected");
    };
    let known = here.clone();
    within("the relay has it", async move { known.durable_at(&relay).await }).await;
    assert!(here.relays().iter().all(|standing| standing.relay == relay && standing.is_synced));
    peer.close().await;
    other.close().await;
    assert!(here.relays().iter().all(|standing| !standing.is_synced));
}

#[wasm_bindgen_test]
async fn who_is_offline_goes_on_and_comes_back() {
    let (alice, bob) = (Device::new("alice away").await, Device::new("bob away").await);
    let here = alice.create().await;
    let peer = alice.connect(RELAY, &here);
    let there = bob.join(here.id()).await;
    let _other = bob.connect(RELAY, &there);
    here.change(|plan| plan.notes.push_str("both")).await.unwrap();
    until("both have it", &there, |plan| plan.notes == "both").await;

    peer.close().await;
    here.change(|plan| plan.tasks.push("offline".to_owned())).await.unwrap();
    there.change(|plan| plan.tasks.push("online".to_owned())).await.unwrap();
    synced(&there).await;
    assert_eq!(here.value().await.tasks, ["offline"]);
    let _peer = alice.connect(RELAY, &here);
    until("theirs comes here", &here, |plan| plan.tasks.len() == 2).await;
    until("ours comes there", &there, |plan| plan.tasks.len() == 2).await;
    assert_eq!(here.value().await, there.value().await);
}

#[wasm_bindgen_test]
async fn a_relay_that_was_killed_is_dialed_again() {
    let (alice, bob) = (Device::new("alice through").await, Device::new("bob through").await);
    let (here, there) = {
        let here = alice.create().await;
        let there = bob.join(here.id()).await;
        (here, there)
    };
    let peer = alice.connect(DYING_RELAY, &here);
    let _other = bob.connect(DYING_RELAY, &there);
    let is_connected = |status: &Status| matches!(status, Status::Connected { .. });
    for round in 0..2 {
        status("it is connected", &peer, DYING_RELAY, is_connected).await;
        status("it is lost", &peer, DYING_RELAY, move |status| !is_connected(status)).await;
        // Nobody is there now.
        let task = format!("round {round}");
        here.change(move |plan| plan.tasks.push(task)).await.unwrap();
        let count = round + 1;
        until("it comes all the same", &there, move |plan| plan.tasks.len() == count).await;
    }
    assert_eq!(there.value().await.tasks, ["round 0", "round 1"]);
}

#[wasm_bindgen_test]
async fn what_is_refused_for_good_is_not_dialed_again() {
    let device = Device::new("stranger").await;
    let board = device.create().await;
    let peer = device.connect(NOBODY, &board);
    let waiting = |status: &Status| matches!(status, Status::Waiting { .. });
    let is_waiting = status("nobody is there", &peer, NOBODY, waiting).await;
    let Status::Waiting { why, .. } = is_waiting else { panic!("{is_waiting:?}") };
    assert!(why.contains("there is no connection"), "{why}");

    let another = Keypair::from_secret_bytes(&[7; 32]).author();
    peer.dial(Target::new(RELAY.parse().unwrap()).with_relay(another));
    let refused = |status: &Status| matches!(status, Status::Refused { .. });
    status("it has another key", &peer, RELAY, refused).await;
    JsFuture::from(Promise::race(&Array::of1(&timer(1, "later")))).await.unwrap_err();
    let all = peer.status();
    let of = |address: &str| all.iter().find(|(at, _)| *at == address.parse().unwrap()).unwrap();
    assert!(refused(&of(RELAY).1), "{all:?}");
    assert!(!refused(&of(NOBODY).1), "{all:?}");

    // It is when that is asked for.
    peer.dial(RELAY.parse::<Target>().unwrap());
    synced(&board).await;
    let address = "relay.example.org".parse::<Address>().unwrap_err().to_string();
    assert!(address.contains("write `wss://HOST`"), "{address}");
}

#[wasm_bindgen_test]
async fn who_is_there_is_shown_to_others() {
    let (alice, bob) = (Device::new("alice shown").await, Device::new("bob shown").await);
    let here = alice.create().await;
    let there = bob.join(here.id()).await;
    let _peers = (alice.connect(RELAY, &here), bob.connect(RELAY, &there));
    synced(&here).await;
    synced(&there).await;
    here.show("Alice is in line 1").unwrap();
    let mut others = there.others::<String>();
    let (author, seen) = within("she is seen", async move {
        let other = others.next().await.unwrap();
        (other.author, (other.presence, others))
    })
    .await;
    assert_eq!(Some(author), alice.store.author());
    assert_eq!(seen.0.as_deref(), Some("Alice is in line 1"));
    here.hide();
    let mut others = seen.1;
    let left = within("she leaves", async move { others.next().await.unwrap().presence }).await;
    assert_eq!(left, None);
}

/// More than are followed one by one: what is the same on both sides is settled all at once.
#[wasm_bindgen_test]
async fn many_documents_are_followed_at_once() {
    let (alice, bob) = (Device::new("alice of many").await, Device::new("bob of many").await);
    let mut here = Vec::new();
    for number in 0..20 {
        let board = alice.create().await;
        board.change(move |plan| plan.tasks.push(format!("{number}"))).await.unwrap();
        here.push(board);
    }
    let peer = alice.connect_all(RELAY, &here);
    for board in &here {
        synced(board).await;
    }
    let mut there = Vec::new();
    for board in &here {
        there.push(bob.join(board.id()).await);
    }
    let _other = bob.connect_all(RELAY, &there);
    for (number, board) in there.iter().enumerate() {
        until("it comes", board, move |plan| plan.tasks == [format!("{number}")]).await;
    }

    // On a connection that is made anew nearly all are the same.
    peer.close().await;
    there[3].change(|plan| plan.notes.push_str("from there")).await.unwrap();
    synced(&there[3]).await;
    here[4].change(|plan| plan.notes.push_str("from here")).await.unwrap();
    let peer = alice.connect_all(RELAY, &here);
    let connected = |status: &Status| matches!(status, Status::Connected { .. });
    let Status::Connected { relay } = status("it is connected", &peer, RELAY, connected).await
    else {
        panic!("not connected");
    };
    for board in &here {
        synced(board).await;
        let known = board.clone();
        within("the relay has it", async move { known.durable_at(&relay).await }).await;
    }
    until("theirs comes here", &here[3], |plan| plan.notes == "from there").await;
    until("ours comes there", &there[4], |plan| plan.notes == "from here").await;
    // What was settled with the others moves as if it had been alone.
    there[17].change(|plan| plan.notes.push_str("later")).await.unwrap();
    until("it comes here", &here[17], |plan| plan.notes == "later").await;
}

/// Sends a message until it comes: a relay may not know yet that somebody is there who knows that it is.
async fn sent(from: &Peer, to: Author, says: &'static [u8], mut there: Messages) -> Message {
    let has_come = Rc::new(Cell::new(false));
    let (peer, is_over) = (from.clone(), has_come.clone());
    spawn_local(async move {
        while !is_over.get() {
            peer.send(&to, says).unwrap();
            JsFuture::from(timer(1, "again")).await.unwrap_err();
        }
    });
    let message = within("it comes", async move { there.next().await.unwrap() }).await;
    has_come.set(true);
    message
}

#[wasm_bindgen_test]
async fn messages_go_from_page_to_page() {
    let (alice, bob) = (Device::new("alice says").await, Device::new("bob hears").await);
    let [from, to] = [&alice, &bob].map(|device| device.store.author().unwrap());
    let here = alice.create().await;
    let peer = alice.connect(RELAY, &here);
    assert_eq!(peer.send(&to, b"too soon"), Err(MessageError::NotConnected));
    let other = bob.connect(RELAY, &bob.create().await);
    let (answers, offers) = (peer.messages(), other.messages());
    for peer in [&peer, &other] {
        let connected = |status: &Status| matches!(status, Status::Connected { .. });
        status("it is connected", peer, RELAY, connected).await;
    }
    assert_eq!(peer.send(&to, &[0; 8193]), Err(MessageError::TooLong(8193)));
    let offer = sent(&peer, to, b"an offer", offers).await;
    assert_eq!((offer.from, &offer.bytes[..]), (from, &b"an offer"[..]));
    let answer = sent(&other, from, b"an answer", answers).await;
    assert_eq!((answer.from, &answer.bytes[..]), (to, &b"an answer"[..]));
    // More than are passed on are lost, and end no connection.
    for _ in 0..1000 {
        peer.send(&to, &[7; 8192]).unwrap();
    }
    here.change(|plan| plan.notes.push_str("still here")).await.unwrap();
    synced(&here).await;
    assert!(peer.send(&to, b"and connected").is_ok());
}

/// The tab that is elected holds the connection; the other one, with the same database, has what comes.
#[wasm_bindgen_test]
async fn a_tab_without_a_connection_has_what_the_elected_one_gets() {
    let (tab, bob) = (Device::new("tab").await, Device::new("bob of tabs").await);
    let second = Device::tab(tab.name.clone()).await;
    let elected = tab.create().await;
    let held = Elected::of("relay of tabs").await.unwrap();
    let peer = tab.connect(RELAY, &elected);
    let opened = second.store.waiting().open_document::<Plan>(elected.id()).await.unwrap();
    let other = Live::new(opened);
    let there = bob.join(elected.id()).await;
    let _other = bob.connect(RELAY, &there);
    there.change(|plan| plan.notes.push_str("from elsewhere")).await.unwrap();
    until("it comes", &elected, |plan| plan.notes == "from elsewhere").await;
    until("it comes to the other tab", &other, |plan| plan.notes == "from elsewhere").await;
    // What the other tab writes goes out through the elected one.
    other.change(|plan| plan.tasks.push("from the other tab".to_owned())).await.unwrap();
    until("it goes out", &there, |plan| plan.tasks.len() == 1).await;
    drop(held);
    drop(peer);
}
