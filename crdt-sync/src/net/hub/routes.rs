use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use crdt_core::{Author, DocumentId};

use super::Hub;
use super::fan::Announcement;
use super::followers::Followers;
use crate::host::{self, Slot};
use crate::protocol::{Close, Presence};

/// What is put into the queue of a connection.
#[derive(Clone)]
pub(crate) enum Mail {
    /// A document that it follows has got changes.
    Grown(Arc<Announcement>),
    /// It is to ask the other side for a document.
    Follow(DocumentId),
    /// It is not to follow a document any more.
    Leave(DocumentId),
    /// A document that it follows was removed here.
    Removed(DocumentId),
    /// Somebody says where they are.
    Presence(Arc<(DocumentId, Presence)>),
    /// A message from another peer, or to one.
    Message { peer: Author, bytes: Vec<u8> },
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
    documents: usize,
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
    followers: Followers,
}

impl Route {
    /// Puts something into its mailbox.
    fn send(&self, mail: &Mail) {
        let may_be_dropped = matches!(mail, Mail::Presence(_) | Mail::Message { .. });
        self.slot.send(mail, may_be_dropped);
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

    /// Has connections to relays follow a document.
    pub(super) fn tell_links(&self, document: DocumentId, but: Option<u32>) {
        let links = self.connections.iter();
        let links = links.filter(|(link, route)| route.is_link && Some(**link) != but);
        links.for_each(|(_, route)| route.send(&Mail::Follow(document)));
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
            route.send(mail);
        }
    }

    pub(super) fn send_to_author(&self, author: &Author, mail: &Mail) {
        let is_theirs = |route: &&Route| route.author.as_ref() == Some(author);
        self.connections.values().filter(is_theirs).for_each(|route| route.send(mail));
    }
}

/// Connections.
impl Hub {
    /// Enters a connection.
    pub(crate) fn enter(&self, number: u32, address: Option<IpAddr>) -> Mailbox {
        let (slot, mailbox) = host::mailbox(self.bounds.queue);
        let since = Instant::now();
        let route = Route { slot, address, author: None, since, is_link: false, documents: 0 };
        self.routes().connections.insert(number, route);
        mailbox
    }

    /// A connection has proven a key.
    pub(crate) fn authenticated(&self, number: u32, author: Author) {
        if let Some(route) = self.routes().connections.get_mut(&number) {
            route.author = Some(author);
        }
    }

    /// A connection is one to a relay: it follows all documents that others do, and gives those that
    /// others follow now.
    pub(super) fn link(&self, number: u32) -> Vec<DocumentId> {
        let mut routes = self.routes();
        if let Some(route) = routes.connections.get_mut(&number) {
            route.is_link = true;
        }
        routes.followers.documents().collect()
    }

    /// A connection follows a document from now on, and is shown who is there.
    pub(crate) fn follow(&self, number: u32, document: DocumentId) {
        let shown = self.shown(document);
        let mut routes = self.routes();
        let Some(route) = routes.connections.get_mut(&number) else { return };
        route.documents += 1;
        for mail in &shown {
            route.send(mail);
        }
        if routes.followers.add(document, number) {
            routes.tell_links(document, Some(number));
        }
    }

    /// A connection does not follow a document any more.
    pub(crate) fn leave(&self, number: u32, document: DocumentId) {
        let mut routes = self.routes();
        if let Some(route) = routes.connections.get_mut(&number) {
            route.documents = route.documents.saturating_sub(1);
        }
        routes.followers.remove(&document, number);
    }

    /// A connection is gone. Costs time in the number of documents that it followed.
    pub(crate) fn exit(&self, number: u32, documents: impl IntoIterator<Item = DocumentId>) {
        documents.into_iter().for_each(|document| self.leave(number, document));
        self.routes().connections.remove(&number);
        self.exits.notify_waiters();
    }

    /// Has all connections do something.
    pub(crate) fn tell_all(&self, mail: &Mail) {
        self.routes().connections.values().for_each(|route| route.send(mail));
    }

    /// Puts something into the queues of all that follow a document, but one.
    pub(crate) fn tell_followers(&self, document: &DocumentId, but: Option<u32>, mail: &Mail) {
        self.routes().send(document, but, mail);
    }

    /// Whether somebody is connected who has proven a key.
    pub(crate) fn is_connected(&self) -> bool {
        self.routes().connections.values().any(|route| route.author.is_some())
    }

    /// Ends all connections, each for a reason of its own.
    pub(crate) fn end_all(&self, close: impl Fn() -> Close) {
        self.routes().connections.values().for_each(|route| route.slot.end(close()));
    }
}
