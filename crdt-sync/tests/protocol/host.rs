//! What answers a connection in these tests.

use std::collections::BTreeMap;

use crdt_core::{ApplyError, ChangeHash, DocumentId, History, Keypair, Outcome};
use crdt_sync::protocol::{Answer, Ask, Connection, Event, Refused, Request, Time};

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

    fn heads(&mut self, id: DocumentId) -> Vec<ChangeHash> {
        self.history(id).heads()
    }

    fn answer(&mut self, request: &Request) -> Answer {
        let Request::Document { document, ask } = request else { return Answer::Admitted };
        match ask {
            Ask::Open { by_peer: true } if !self.serves(*document) => {
                Answer::Refused(Refused::Unknown)
            }
            Ask::TakeIn { bundles } => match self.take_in(*document, bundles) {
                Ok(outcome) => Answer::taken(self.history(*document), &outcome),
                Err(error) => Answer::Invalid(error),
            },
            ask => ask.on(self.history(*document)),
        }
    }

    /// Answers everything that a connection asks.
    fn serve(&mut self, connection: &mut Connection, now: Time) {
        while let Some((id, request)) = connection.poll_request() {
            let answer = self.answer(&request);
            connection.answer(now, id, answer);
        }
        self.events().extend(std::iter::from_fn(|| connection.poll_event()));
    }
}

/// Histories in memory.
pub(crate) struct Histories {
    pub(crate) keypair: Keypair,
    pub(crate) all: BTreeMap<DocumentId, History>,
    pub(crate) events: Vec<Event>,
}

impl Histories {
    pub(crate) fn new(author: u8) -> Self {
        let keypair = crate::replica::keypair(author);
        Self { keypair, all: BTreeMap::new(), events: Vec::new() }
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
}
