//! What connections of a page share: the documents that are bound, and a bounded queue to each.

use core::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::{Arc, Weak};

use crdt_core::sorted::SortedMap;
use crdt_core::{Author, DocumentId, Keypair};
use tokio::sync::Notify;
use tokio::sync::watch::{Receiver, Sender};
use wasm_bindgen_futures::spawn_local;
use web_time::Instant;

use super::sleep::Sleep;
use crate::dialing::Inbox;
use crate::host::{
    Entry, Grown, Letter, Listener, Mailbox, Origin, PAUSE, PeerNumber, STEP, Slot, Ways, apart,
    mailbox,
};
use crate::protocol::{Close, CloseReason, Fresh, Presence, Time};

/// What waits for one connection.
const QUEUE: usize = 256;

/// What connections share.
pub(super) struct Hub {
    pub(super) keypair: Keypair,
    pub(super) peer: PeerNumber,
    documents: RefCell<HashMap<DocumentId, Ways>>,
    connections: RefCell<SortedMap<u32, Slot<Mail>>>,
    next: Cell<u32>,
    /// Told when there is something to be said of who is in documents.
    due: Arc<Notify>,
    /// Told when relays that are lost are to be dialed without waiting.
    pub(super) hurry: Sender<()>,
    /// Messages for the app.
    pub(super) inbox: Inbox,
    /// Ends everything that serves the hub.
    ended: Sender<bool>,
    begun: Instant,
}

/// What is put into the queue of a connection.
#[derive(Clone)]
pub(super) enum Mail {
    /// A document has got changes.
    Grown(DocumentId, Arc<Fresh>),
    Follow(DocumentId),
    Leave(DocumentId),
    /// Somebody here says where they are.
    Presence(Arc<(DocumentId, Presence)>),
    /// A message, and whom it is for.
    Message(Author, Arc<[u8]>),
}

impl Letter for Mail {
    fn bytes(&self) -> u64 {
        match self {
            Self::Grown(_, fresh) => fresh.bytes(),
            Self::Message(_, bytes) => bytes.len() as u64,
            _ => 0,
        }
    }

    fn lightened(&self) -> Self {
        match self {
            Self::Grown(document, fresh) => {
                Self::Grown(*document, Arc::new(fresh.without_changes()))
            }
            other => other.clone(),
        }
    }

    fn may_be_dropped(&self) -> bool {
        matches!(self, Self::Presence(_) | Self::Message(..))
    }
}

impl Hub {
    /// A hub, and the task that serves it until it [ends](Self::end).
    pub(super) fn start(keypair: Keypair) -> Arc<Self> {
        // The listeners of a document are shared between threads elsewhere.
        #[allow(clippy::arc_with_non_send_sync, reason = "in a page there is one thread")]
        let hub = Arc::new(Self {
            keypair,
            peer: PeerNumber::new(),
            documents: RefCell::default(),
            connections: RefCell::default(),
            next: Cell::new(0),
            due: Arc::default(),
            hurry: Sender::new(()),
            inbox: Inbox::default(),
            ended: Sender::new(false),
            begun: Instant::now(),
        });
        spawn_local(show(Arc::downgrade(&hub), hub.ended()));
        hub
    }

    /// What connections take for the time.
    pub(super) fn now(&self) -> Time {
        Time::from_millis(u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Told when everything that serves the hub is to end.
    pub(super) fn ended(&self) -> Receiver<bool> {
        self.ended.subscribe()
    }

    /// Ends all connections, and whatever dials.
    pub(super) fn end(&self) {
        self.ended.send_replace(true);
        let done = || Close::new(CloseReason::Done, "");
        self.connections.borrow().values().for_each(|slot| slot.end(done()));
    }

    /// Enters a connection, and gives its number.
    pub(super) fn enter(&self) -> (u32, Mailbox<Mail>) {
        let number = self.next.replace(self.next.get().wrapping_add(1));
        let (slot, mailbox) = mailbox(QUEUE);
        if *self.ended.borrow() {
            slot.end(Close::new(CloseReason::Done, ""));
        }
        self.connections.borrow_mut().insert(number, slot);
        (number, mailbox)
    }

    /// A connection is gone.
    pub(super) fn exit(&self, number: u32) {
        self.connections.borrow_mut().remove(&number);
    }

    pub(super) fn tell(&self, but: Option<u32>, mail: &Mail) {
        let connections = self.connections.borrow();
        let others = connections.iter().filter(|(number, _)| Some(**number) != but);
        others.for_each(|(_, slot)| slot.send(mail));
    }
}

/// Documents.
impl Hub {
    /// The documents that are bound.
    pub(super) fn bound(&self) -> Vec<DocumentId> {
        self.documents.borrow().keys().copied().collect()
    }

    /// A bound document in all ways in which the app has it.
    pub(super) fn entries(&self, document: &DocumentId) -> Vec<Arc<Entry>> {
        self.documents.borrow().get(document).map(Ways::all).unwrap_or_default()
    }

    /// Has all connections follow a document of the app.
    pub(super) fn bind(self: &Arc<Self>, entry: &Arc<Entry>) {
        self.documents.borrow_mut().entry(entry.id).or_default().add(entry);
        let listener: Arc<dyn Listener> = self.clone();
        entry.listen(Arc::downgrade(&listener));
        self.tell(None, &Mail::Follow(entry.id));
    }

    /// Has no connection follow a document any more.
    pub(super) fn unbind(&self, document: DocumentId) {
        let held = self.documents.borrow_mut().remove(&document);
        if let Some(ways) = held {
            self.tell(None, &Mail::Leave(document));
            for entry in ways.all() {
                entry.note(|standing| standing.unbound(self.peer));
            }
        }
    }

    /// Has the other ways in which the app has a document bring in what one of them got. Says whether
    /// it is one of those that do so when others are to be told.
    fn brought_in_by_others(&self, entry: &Entry) -> bool {
        let (tells, others) = apart(self.entries(&entry.id), entry);
        for other in others {
            spawn_local(async move { other.bring_in().await });
        }
        !tells
    }
}

/// Who is in documents.
impl Hub {
    /// Says what is to be said of this side in a document.
    fn say(&self, entry: &Entry) {
        if entry.say_own(&self.keypair) {
            self.due.notify_one();
        }
    }

    /// Hears who is in a document of the app, where it is somebody else.
    pub(super) fn hear(&self, document: DocumentId, presence: &Presence) {
        if presence.author == self.keypair.author() {
            return;
        }
        for entry in self.entries(&document) {
            entry.scene.hear(document, presence);
        }
        self.due.notify_one();
    }
}

/// Says what is shown in documents of the app, as soon as it is and then now and then.
async fn show(hub: Weak<Hub>, mut ended: Receiver<bool>) {
    loop {
        let Some(due) = hub.upgrade().map(|hub| hub.due.clone()) else { return };
        tokio::select! {
            _ = ended.wait_for(|ended| *ended) => return,
            () = due.notified() => {}
            () = Sleep::new(PAUSE) => {}
        }
        let Some(hub) = hub.upgrade() else { return };
        for entry in hub.bound().iter().flat_map(|document| hub.entries(document)) {
            entry.scene.expire();
            hub.say(&entry);
        }
        drop(hub);
        Sleep::new(STEP).await;
    }
}

impl Listener for Hub {
    /// Where the app shares a document in several ways, what is said to others comes from one of them
    /// alone, in its order; what another one got is there when that has brought it in.
    fn grown(&self, grown: &Grown<'_>) {
        if self.brought_in_by_others(grown.entry) {
            return;
        }
        let origin = match grown.origin {
            Origin::Here => None,
            Origin::Connection(number) => Some(number),
        };
        let is_heard = self.connections.borrow().keys().any(|number| Some(*number) != origin);
        if is_heard {
            let fresh = Arc::new(Fresh::since(grown.history, grown.before));
            self.tell(origin, &Mail::Grown(grown.history.document(), fresh));
        }
    }

    fn scene(&self, entry: &Entry) {
        self.say(entry);
    }

    fn presence(&self, document: DocumentId, presence: &Presence) {
        self.tell(None, &Mail::Presence(Arc::new((document, presence.clone()))));
    }

    fn gone(&self, entry: &Entry) {
        let left = self.documents.borrow_mut().get_mut(&entry.id).map(|ways| ways.remove(entry));
        if left == Some(true) {
            self.unbind(entry.id);
        }
    }
}
