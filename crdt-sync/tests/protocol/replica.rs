//! A host: documents in a store, and answers from them.

use std::collections::BTreeMap;

use crdt_core::{ChangeHash, DocumentId, History, Keypair, Text};
use crdt_store::{Store, StoreError, Stored};
use crdt_sync::protocol::{Answer, Ask, Connection, Event, Fresh, Refused, Request};

pub(crate) fn keypair(number: u8) -> Keypair {
    Keypair::from_secret_bytes(&[number; 32])
}

/// Texts of one author.
pub(crate) struct Replica {
    pub(crate) store: Store,
    pub(crate) documents: BTreeMap<DocumentId, Stored<Text>>,
    /// Whether documents that are not here are made when a peer opens them.
    pub(crate) takes_all: bool,
    /// What happened on its connection.
    pub(crate) events: Vec<Event>,
}

impl Replica {
    pub(crate) fn new(author: u8) -> Self {
        let store = Store::in_memory(keypair(author));
        Self { store, documents: BTreeMap::new(), takes_all: true, events: Vec::new() }
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

    /// Types a letter at the end, and gives what to tell connections.
    pub(crate) fn write(&mut self, id: DocumentId, letters: &str) -> Fresh {
        let text = self.text(id);
        let first = text.history().len();
        text.change(|text| text.push_str(letters)).expect("in memory");
        Fresh::since(text.history(), first)
    }

    pub(crate) fn heads(&self, id: DocumentId) -> Vec<ChangeHash> {
        self.documents.get(&id).map(|text| text.heads()).unwrap_or_default()
    }

    pub(crate) fn answer(&mut self, request: &Request) -> Answer {
        let Request::Document { document, ask } = request else { return Answer::Admitted };
        if let Ask::Open { by_peer: true } = ask
            && !self.takes_all
            && !self.documents.contains_key(document)
        {
            return Answer::Refused(Refused::Unknown);
        }
        let text = self.text(*document);
        match ask {
            Ask::TakeIn { bundles } => match text.apply(bundles) {
                Ok(outcome) => Answer::taken(text.history(), &outcome),
                Err(StoreError::Apply(error)) => Answer::Invalid(error),
                Err(_) => Answer::Failed,
            },
            ask => ask.on(text.history()),
        }
    }

    /// Answers everything that a connection asks.
    pub(crate) fn serve(&mut self, connection: &mut Connection, now: crdt_sync::protocol::Time) {
        while let Some((id, request)) = connection.poll_request() {
            let answer = self.answer(&request);
            connection.answer(now, id, answer);
        }
        self.events.extend(std::iter::from_fn(|| connection.poll_event()));
    }

    pub(crate) fn history(&self, id: DocumentId) -> &History {
        self.documents[&id].history()
    }
}

/// The key of a replica's store.
pub(crate) fn keypair_of(store: &Store) -> Keypair {
    let is_its = |keypair: &Keypair| Some(keypair.author()) == store.author();
    (0..=u8::MAX).map(keypair).find(is_its).expect("made here")
}
