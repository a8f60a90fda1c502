//! What answers a connection in these tests.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crdt_core::{ApplyError, DocumentId, Heads, History, Keypair, Outcome};
use crdt_sync::protocol::{
    Access, Answer, Ask, Connection, Event, Held, Refused, Request, RequestId, Time,
};

/// A host: documents, and answers from them.
pub(crate) trait Host {
    fn keypair(&self) -> Keypair;
    fn history(&mut self, id: DocumentId) -> &History;
    fn take_in(&mut self, id: DocumentId, bundles: &[u8]) -> Result<Outcome, ApplyError>;
    fn events(&mut self) -> &mut Vec<Event>;

    /// Whether a peer may have a document.
    fn serves(&self, _: DocumentId) -> bool {
        true
    }

    /// What the peer may do with a document.
    fn access(&self, _: DocumentId) -> Access {
        Access::Write
    }

    /// Whether there is room for changes of the peer.
    fn has_room(&self) -> bool {
        true
    }

    /// Whether a peer may know that a document is here.
    fn shows(&self, _: DocumentId) -> bool {
        true
    }

    /// Puts off a request.
    fn waits(&mut self, _: RequestId, _: &Request) -> bool {
        false
    }

    /// What had been put off and is not any more.
    fn waited(&mut self) -> Vec<(RequestId, Request)> {
        Vec::new()
    }

    /// Remembers a set of documents.
    fn remember(&mut self, _: [u8; 32], _: Arc<[DocumentId]>) {}

    fn recall(&self, _: &[u8; 32]) -> Option<Arc<[DocumentId]>> {
        None
    }

    fn heads(&mut self, id: DocumentId) -> Heads {
        self.history(id).heads()
    }

    fn answer(&mut self, request: &Request) -> Answer {
        let (document, ask) = match request {
            Request::Document { document, ask } => (document, ask),
            Request::Recall { hash } => return Answer::Recalled(self.recall(hash)),
            Request::Members { documents, .. } => {
                let member = |id: &DocumentId| {
                    if self.shows(*id) {
                        Ok(Held::of(self.history(*id)))
                    } else {
                        Err(Refused::Forbidden)
                    }
                };
                return Answer::Members(documents.iter().map(member).collect());
            }
            Request::Admit { .. } => return Answer::Admitted,
        };
        match ask {
            Ask::Open { by_peer: true } if !self.serves(*document) => {
                Answer::Refused(Refused::Unknown)
            }
            Ask::TakeIn { .. } if !self.has_room() => Answer::Refused(Refused::Quota),
            Ask::TakeIn { bundles } => match self.take_in(*document, bundles) {
                Ok(outcome) => Answer::taken(self.history(*document), &outcome),
                Err(error) => Answer::Invalid(error),
            },
            ask => match ask.on(self.history(*document)) {
                Answer::Opened { version, genesis, .. } => {
                    Answer::Opened { version, genesis, access: self.access(*document) }
                }
                answer => answer,
            },
        }
    }

    /// Answers everything that a connection asks.
    fn serve(&mut self, connection: &mut Connection, now: Time) {
        for (id, request) in self.waited() {
            let answer = self.answer(&request);
            connection.answer(now, id, answer);
        }
        while let Some((id, request)) = connection.poll_request() {
            if self.waits(id, &request) {
                continue;
            }
            let answer = self.answer(&request);
            connection.answer(now, id, answer);
        }
        while let Some(event) = connection.poll_event() {
            if let Event::Set { hash, documents } = &event {
                self.remember(*hash, documents.clone());
            }
            self.events().push(event);
        }
    }
}

/// Histories in memory.
pub(crate) struct Histories {
    pub(crate) keypair: Keypair,
    pub(crate) all: BTreeMap<DocumentId, History>,
    pub(crate) events: Vec<Event>,
    /// Documents that no peer may have.
    pub(crate) hidden: BTreeSet<DocumentId>,
    /// Sets of documents that peers have followed.
    pub(crate) sets: BTreeMap<[u8; 32], Arc<[DocumentId]>>,
}

impl Histories {
    /// Another host that has the same.
    pub(crate) fn fork(&self) -> Self {
        let copy = |(id, history): (&DocumentId, &History)| {
            let mut copied = History::new(*id);
            copied.apply(&history.export(&[])).expect("honest");
            (*id, copied)
        };
        let all = self.all.iter().map(copy).collect();
        let (hidden, sets) = (self.hidden.clone(), self.sets.clone());
        Self { keypair: self.keypair.clone(), all, events: Vec::new(), hidden, sets }
    }

    pub(crate) fn new(author: u8) -> Self {
        let keypair = crate::replica::keypair(author);
        let (all, hidden, sets) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        Self { keypair, all, events: Vec::new(), hidden, sets }
    }

    /// With one document, as bundles.
    pub(crate) fn of(author: u8, id: DocumentId, bundles: &[u8]) -> Self {
        let mut new = Self::new(author);
        let mut history = History::new(id);
        history.apply(bundles).expect("honest");
        new.all.insert(id, history);
        new
    }
}

impl Host for Histories {
    fn keypair(&self) -> Keypair {
        self.keypair.clone()
    }

    fn history(&mut self, id: DocumentId) -> &History {
        self.all.entry(id).or_insert_with(|| History::new(id))
    }

    fn take_in(&mut self, id: DocumentId, bundles: &[u8]) -> Result<Outcome, ApplyError> {
        self.all.entry(id).or_insert_with(|| History::new(id)).apply(bundles)
    }

    fn events(&mut self) -> &mut Vec<Event> {
        &mut self.events
    }

    fn shows(&self, id: DocumentId) -> bool {
        !self.hidden.contains(&id)
    }

    fn remember(&mut self, hash: [u8; 32], documents: Arc<[DocumentId]>) {
        self.sets.insert(hash, documents);
    }

    fn recall(&self, hash: &[u8; 32]) -> Option<Arc<[DocumentId]>> {
        self.sets.get(hash).cloned()
    }
}
