//! A host whose documents lie in a store.

use std::collections::BTreeMap;

use crdt_core::{ApplyError, DocumentId, History, Keypair, Outcome, Text};
use crdt_store::{Store, StoreError, Stored};
use crdt_sync::protocol::{Access, Ask, Event, Fresh, Request, RequestId};

use crate::host::Host;

pub(crate) fn keypair(number: u8) -> Keypair {
    Keypair::from_secret_bytes(&[number; 32])
}

/// Texts of one author.
pub(crate) struct Replica {
    keypair: Keypair,
    store: Store,
    documents: BTreeMap<DocumentId, Stored<Text>>,
    /// Whether documents that are not here are made when a peer opens them.
    pub(crate) takes_all: bool,
    /// A document that the peer may only read.
    pub(crate) reader: Option<DocumentId>,
    /// Whether there is no room for changes of others.
    pub(crate) is_full: bool,
    /// A document for which nothing is taken in for now.
    pub(crate) slow: Option<DocumentId>,
    waiting: Vec<(RequestId, Request)>,
    /// What happened on its connection.
    pub(crate) events: Vec<Event>,
}

impl Replica {
    pub(crate) fn new(author: u8) -> Self {
        let keypair = keypair(author);
        let store = Store::in_memory(keypair.clone());
        Self {
            keypair,
            store,
            documents: BTreeMap::new(),
            takes_all: true,
            reader: None,
            is_full: false,
            slow: None,
            waiting: Vec::new(),
            events: Vec::new(),
        }
    }

    pub(crate) fn create(&mut self) -> DocumentId {
        let text = self.store.create::<Text>().expect("in memory");
        let id = text.id();
        self.documents.insert(id, text);
        id
    }

    pub(crate) fn text(&mut self, id: DocumentId) -> &mut Stored<Text> {
        let store = &self.store;
        self.documents.entry(id).or_insert_with(|| store.join(id).expect("in memory"))
    }

    /// Lets go of a document, to be opened again.
    pub(crate) fn reopen(&mut self, id: DocumentId) {
        self.documents.remove(&id);
    }

    /// Types a letter at the end, and gives what to tell connections.
    pub(crate) fn write(&mut self, id: DocumentId, letters: &str) -> Fresh {
        let text = self.text(id);
        let first = text.history().len();
        text.change(|text| text.push_str(letters)).expect("in memory");
        Fresh::since(text.history(), first)
    }
}

impl Host for Replica {
    fn keypair(&self) -> Keypair {
        self.keypair.clone()
    }

    fn history(&mut self, id: DocumentId) -> &History {
        self.text(id).history()
    }

    fn take_in(&mut self, id: DocumentId, bundles: &[u8]) -> Result<Outcome, ApplyError> {
        self.text(id).apply(bundles).map_err(|error| match error {
            StoreError::Apply(error) => error,
            error => panic!("in memory: {error}"),
        })
    }

    fn access(&self, id: DocumentId) -> Access {
        if self.reader == Some(id) { Access::Read } else { Access::Write }
    }

    fn has_room(&self) -> bool {
        !self.is_full
    }

    fn waits(&mut self, id: RequestId, request: &Request) -> bool {
        let is_slow = matches!(
            request,
            Request::Document { document, ask: Ask::TakeIn { .. } } if Some(*document) == self.slow
        );
        if is_slow {
            self.waiting.push((id, request.clone()));
        }
        is_slow
    }

    fn waited(&mut self) -> Vec<(RequestId, Request)> {
        if self.slow.is_some() { Vec::new() } else { std::mem::take(&mut self.waiting) }
    }

    fn events(&mut self) -> &mut Vec<Event> {
        &mut self.events
    }

    fn serves(&self, id: DocumentId) -> bool {
        self.takes_all || self.documents.contains_key(&id)
    }
}
