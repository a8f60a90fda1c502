use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use crdt_core::{Author, DocumentId};
use tokio::task::spawn_blocking;

use super::Hub;
use super::fan::Announcement;
use super::followers::Followers;
use super::wanted::{self, Freed, Wanted};
use crate::host::{self, Letter, Slot};
use crate::protocol::{Close, Presence};

/// What is put into the queue of a connection.
#[derive(Clone)]
pub(crate) enum Mail {
    /// A document that it follows has got changes.
    Grown(Arc<Announcement>),
    /// There are documents that it is to ask for, or to leave.
    Errands,
    /// A document that it follows was removed here.
    Removed(DocumentId),
    /// Somebody says where they are.
    Presence(Arc<(DocumentId, Presence)>),
    /// A message from another peer, or to one.
    Message { peer: Author, bytes: Vec<u8> },
}

impl Letter for Mail {
    fn bytes(&self) -> u64 {
        match self {
            Self::Grown(announcement) => announcement.fresh.bytes(),
            _ => 0,
        }
    }

    fn lightened(&self) -> Self {
        match self {
            Self::Grown(announcement) => Self::Grown(Arc::new(announcement.lightened())),
            other => other.clone(),
        }
    }

    fn may_be_dropped(&self) -> bool {
        matches!(self, Self::Presence(_) | Self::Message { .. })
    }
}

/// Where a connection gets its mail.
pub(crate) type Mailbox = host::Mailbox<Mail>;

/// A connection as others see it.
pub(super) struct Route {
    slot: Slot<Mail>,
    address: Option<IpAddr>,
    author: Option<Author>,
    since: Instant,
    /// Whether it is to follow all documents that others do.
    is_link: bool,
    /// What it has not been told of these: however many there are, they take one place in its queue.
    errands: BTreeMap<DocumentId, Errand>,
    /// Whether that place is taken.
    is_sent_for: bool,
    documents: usize,
}

/// What a connection is to do with a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Errand {
    /// It is here, or others want it.
    Follow,
    /// It is another one for the app than it was, of which there may be less.
    FollowAnew,
    /// Nobody wants it any more, and it is not here; or the app does not share it any more.
    Leave,
}

/// Who is connected.
#[derive(Clone, Debug)]
pub(crate) struct Connected {
    pub(crate) author: Option<Author>,
    pub(crate) address: Option<IpAddr>,
    pub(crate) since: Instant,
    pub(crate) documents: usize,
    /// How much waits for it.
    pub(crate) lag: usize,
    pub(crate) is_link: bool,
}

/// Which connections there are, and what they follow.
#[derive(Default)]
pub(super) struct Routes {
    pub(super) connections: HashMap<u32, Route>,
    /// Which of them are to relays: few, among very many.
    links: Vec<u32>,
    followers: Followers,
    wanted: Wanted,
    /// Documents that nobody has wanted any more since it was last looked which of these are to be left
    /// at relays.
    left: HashSet<DocumentId>,
    /// Documents that were removed here, and that somebody follows.
    removed: HashSet<DocumentId>,
    /// Why every connection is to end, once they are, also those that come then.
    ended: Option<Ending>,
}

/// Says why a connection is to end, to each by itself.
type Ending = Box<dyn Fn() -> Close + Send>;

impl Route {
    /// Tells a connection what to do with a document.
    fn send_on(&mut self, document: DocumentId, errand: Errand) {
        if !core::mem::replace(&mut self.is_sent_for, true) {
            self.slot.send(&Mail::Errands);
        }
        self.errands.insert(document, errand);
    }
}

impl Routes {
    pub(super) fn followers(&self, document: &DocumentId) -> &[u32] {
        self.followers.of(document)
    }

    pub(super) fn followed(&self) -> usize {
        self.followers.len()
    }

    /// Those that follow a document were told of so many changes when it was let go of.
    pub(super) fn told(&mut self, document: &DocumentId, changes: usize) {
        self.followers.told(document, changes);
    }

    /// Of how many changes those were told that follow a document, if it is followed.
    pub(super) fn were_told(&self, document: &DocumentId) -> Option<u32> {
        self.followers.were_told(document)
    }

    /// A document was removed here, of which those that follow it are told when it is taken in again.
    pub(super) fn removed(&mut self, document: DocumentId) {
        self.removed.insert(document);
    }

    /// Those of them that are here again.
    pub(super) fn returned(&mut self, is_here: impl Fn(&DocumentId) -> bool) -> Vec<DocumentId> {
        let followers = &self.followers;
        self.removed.retain(|document| !followers.of(document).is_empty());
        self.removed.extract_if(|document| is_here(document)).collect()
    }

    /// Has connections to relays follow a document that do not, or were to leave it.
    pub(super) fn tell_links(&mut self, document: DocumentId) {
        let followers = self.followers.of(&document);
        for link in &self.links {
            if let Some(route) = self.connections.get_mut(link)
                && (!followers.contains(link) || route.errands.contains_key(&document))
            {
                route.send_on(document, Errand::Follow);
            }
        }
    }

    fn tell_links_all(&mut self, documents: Vec<DocumentId>) {
        for document in documents {
            self.tell_links(document);
        }
    }

    /// A document is here: nobody has to want it from relays, which get it.
    pub(super) fn arrived(&mut self, document: DocumentId) {
        for number in self.followers(&document).to_vec() {
            let Freed { asked, .. } = self.wanted.settle(&document, number);
            self.tell_links_all(asked);
        }
        self.tell_links(document);
    }

    /// Something is wanted no more.
    fn freed(&mut self, Freed { unasked, asked }: Freed) {
        for document in unasked {
            let followers = self.followers.of(&document);
            for link in self.links.iter().filter(|link| !followers.contains(link)) {
                // What it has not been told yet it need not be.
                if let Some(route) = self.connections.get_mut(link) {
                    route.errands.remove(&document);
                }
            }
            self.left.insert(document);
        }
        self.tell_links_all(asked);
    }

    /// A connection does not follow a document any more.
    fn leave(&mut self, document: &DocumentId, number: u32) {
        self.followers.remove(document, number);
        let freed = self.wanted.settle(document, number);
        self.freed(freed);
    }

    /// Has all connections do something with a document.
    pub(super) fn send_all_on(&mut self, document: DocumentId, errand: Errand) {
        self.connections.values_mut().for_each(|route| route.send_on(document, errand));
    }

    /// Has all that follow a document ask for it.
    pub(super) fn send_followers_on(&mut self, document: DocumentId) {
        for number in self.followers.of(&document) {
            if let Some(route) = self.connections.get_mut(number) {
                route.send_on(document, Errand::Follow);
            }
        }
    }

    pub(super) fn connected(&self) -> Vec<Connected> {
        let connected = self.connections.values().map(|route| Connected {
            author: route.author,
            address: route.address,
            since: route.since,
            documents: route.documents,
            lag: route.slot.waiting(),
            is_link: route.is_link,
        });
        connected.collect()
    }

    /// Puts something into the queues of all that follow a document, but one.
    pub(super) fn send(&self, document: &DocumentId, but: Option<u32>, mail: &Mail) {
        let others = self.followers(document).iter().filter(|number| Some(**number) != but);
        for route in others.filter_map(|number| self.connections.get(number)) {
            route.slot.send(mail);
        }
    }

    pub(super) fn send_to_author(&self, author: &Author, mail: &Mail) {
        let is_theirs = |route: &&Route| route.author.as_ref() == Some(author);
        self.connections.values().filter(is_theirs).for_each(|route| route.slot.send(mail));
    }
}

/// Connections.
impl Hub {
    /// Enters a connection.
    pub(crate) fn enter(&self, number: u32, address: Option<IpAddr>) -> Mailbox {
        let (slot, mailbox) = host::mailbox(self.bounds.queue);
        let (since, errands) = (Instant::now(), BTreeMap::new());
        let route = Route {
            slot,
            address,
            author: None,
            since,
            is_link: false,
            errands,
            is_sent_for: false,
            documents: 0,
        };
        let mut routes = self.routes();
        if let Some(close) = &routes.ended {
            route.slot.end(close());
        }
        routes.connections.insert(number, route);
        mailbox
    }

    /// A connection has proven a key.
    pub(crate) fn authenticated(&self, number: u32, author: Author) {
        if let Some(route) = self.routes().connections.get_mut(&number) {
            route.author = Some(author);
        }
    }

    /// A connection is one to a relay: it follows all documents that are here, and those that others want.
    /// Gives the ones that they want now.
    pub(super) fn link(&self, number: u32) -> Vec<DocumentId> {
        let mut routes = self.routes();
        if let Some(route) = routes.connections.get_mut(&number)
            && !core::mem::replace(&mut route.is_link, true)
        {
            routes.links.push(number);
        }
        routes.wanted.asked().collect()
    }

    /// A connection follows a document from now on, and is shown who is there.
    pub(crate) fn follow(&self, number: u32, document: DocumentId) {
        let mut routes = self.routes();
        // Whoever leaves from here on is told to this connection too.
        let shown = self.shown(document);
        let Some(route) = routes.connections.get_mut(&number) else { return };
        route.documents += 1;
        for mail in &shown {
            route.slot.send(mail);
        }
        routes.followers.add(document, number);
    }

    /// The other side of a connection has asked for a document that is not here: relays are asked for it. A
    /// relay that was asked for it asks for its own sake only what is asked of nobody yet.
    pub(super) fn want(&self, number: u32, document: DocumentId) {
        let mut routes = self.routes();
        if !routes.followers(&document).contains(&number) {
            return;
        }
        let is_link = routes.connections.get(&number).is_some_and(|route| route.is_link);
        if is_link && routes.wanted.is_asked(&document) {
            return;
        }
        let most = if is_link { wanted::OF_ALL } else { wanted::OF_ONE };
        let asked = routes.wanted.want(document, number, most);
        routes.tell_links_all(asked);
    }

    /// A document has come to be here.
    pub(super) fn arrived(&self, document: DocumentId) {
        self.routes().arrived(document);
    }

    /// A document was asked for at a relay. Who wanted it may be gone by now.
    pub(super) fn asked_at_link(&self, document: DocumentId) {
        let mut routes = self.routes();
        if !routes.wanted.is_asked(&document) {
            routes.left.insert(document);
        }
    }

    /// Whether a connection is one to a relay, and others follow a document than such.
    pub(crate) fn is_wanted_at_link(&self, number: u32, document: &DocumentId) -> bool {
        let routes = self.routes();
        let is_link = |number| routes.connections.get(number).is_some_and(|route| route.is_link);
        is_link(&number) && !routes.followers(document).iter().all(is_link)
    }

    /// A connection does not follow a document any more.
    pub(crate) fn leave(&self, number: u32, document: DocumentId) {
        let mut routes = self.routes();
        if let Some(route) = routes.connections.get_mut(&number) {
            route.documents = route.documents.saturating_sub(1);
        }
        routes.leave(&document, number);
    }

    /// What a connection is to do with documents. Those that it is to leave it does not follow
    /// from here on, so that it is told of who wants one then.
    pub(crate) fn take_errands(&self, number: u32) -> BTreeMap<DocumentId, Errand> {
        let mut routes = self.routes();
        let Some(route) = routes.connections.get_mut(&number) else { return BTreeMap::new() };
        route.is_sent_for = false;
        let errands = core::mem::take(&mut route.errands);
        for (document, _) in errands.iter().filter(|(_, errand)| **errand == Errand::Leave) {
            routes.followers.remove(document, number);
        }
        errands
    }

    /// Has connections to relays leave documents that nobody wants any more and that are not here: what
    /// somebody has asked for, and nobody has, is not asked for there for ever.
    pub(super) async fn leave_at_links(&self) {
        let left = core::mem::take(&mut self.routes().left);
        if left.is_empty() {
            return;
        }
        let store = self.store.clone();
        let Ok(Ok(listings)) = spawn_blocking(move || store.documents()).await else {
            // It is looked again.
            self.routes().left.extend(left);
            return;
        };
        let here: HashSet<DocumentId> = listings.iter().map(|listing| listing.id).collect();
        let mut routes = self.routes();
        for document in left.difference(&here) {
            if routes.wanted.is_asked(document) {
                continue;
            }
            if self.is_in_use(document) {
                // It may come to be here, or not.
                routes.left.insert(*document);
                continue;
            }
            for number in routes.followers(document).to_vec() {
                let route = routes.connections.get_mut(&number).filter(|route| route.is_link);
                if let Some(route) = route {
                    route.send_on(*document, Errand::Leave);
                }
            }
        }
    }

    /// A connection is gone. It follows no more documents from here on, and which it did is asked then.
    /// Costs time in the number of these.
    pub(crate) fn exit<D: IntoIterator<Item = DocumentId>>(
        &self,
        number: u32,
        documents: impl FnOnce() -> D,
    ) {
        let mut routes = self.routes();
        routes.links.retain(|link| *link != number);
        routes.connections.remove(&number);
        let freed = routes.wanted.gone(number);
        routes.freed(freed);
        drop(routes);
        for document in documents() {
            self.routes().leave(&document, number);
        }
        self.exits.notify_waiters();
    }

    /// Has all connections do something.
    pub(crate) fn tell_all(&self, mail: &Mail) {
        self.routes().connections.values().for_each(|route| route.slot.send(mail));
    }

    /// Puts something into the queues of all that follow a document, but one.
    pub(crate) fn tell_followers(&self, document: &DocumentId, but: Option<u32>, mail: &Mail) {
        self.routes().send(document, but, mail);
    }

    /// Whether somebody is connected who has proven a key.
    pub(crate) fn is_connected(&self) -> bool {
        self.routes().connections.values().any(|route| route.author.is_some())
    }

    /// Ends all connections, each for a reason of its own, and whatever is connected from then on.
    pub(crate) fn end_all(&self, close: impl Fn() -> Close + Send + 'static) {
        let mut routes = self.routes();
        routes.connections.values().for_each(|route| route.slot.end(close()));
        routes.ended = Some(Box::new(close));
    }
}
