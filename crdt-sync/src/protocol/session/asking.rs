//! What the host is asked, and what it answers.

use crdt_core::DocumentId;

use super::ledger::MOST_WAITING;
use super::{Asked, Session, Turn};
use crate::protocol::channel::Used;
use crate::protocol::event::Event;
use crate::protocol::request::{Answer, Request, RequestId};
use crate::protocol::violation::Violation;

/// Requests that a host has not answered.
const MAX_REQUESTS: usize = 64;

impl Session {
    pub(in crate::protocol) fn ask(&mut self, next: &mut u64) -> Option<(RequestId, Request)> {
        if self.requests.len() < MAX_REQUESTS
            && let Some((asked, request)) = self.ask_of_set()
        {
            return Some((self.note(next, asked), request));
        }
        if self.requests.len() >= MAX_REQUESTS {
            return None;
        }
        let (document, turn) = self.next_to_ask()?;
        let granted = self.granted();
        let id = RequestId(*next);
        let taking = self.taken_at(turn, &document);
        let ask = self.with(&document, |channel| channel.ask(turn, granted, id)).flatten()?;
        self.taking.add(taking);
        self.note(next, Asked::Document(document, taking));
        Some((id, Request::Document { document, ask }))
    }

    /// Who asks next: to take in what came, or to fetch what is to be sent, only where there is room for it.
    /// The host may still take in what it was asked for of documents that were left.
    fn next_to_ask(&self) -> Option<(DocumentId, Turn)> {
        let of = |turn| Some((self.turns.first(turn)?, turn));
        let is_granted = |(document, turn): &(DocumentId, Turn)| {
            self.taking.has_room(self.taken_at(*turn, document), self.terms.connection)
        };
        let has_room = self.ledger.waiting < MOST_WAITING;
        let take_in = of(Turn::TakeIn).filter(is_granted);
        take_in.or_else(|| of(Turn::Ask)).or_else(|| of(Turn::Fetch).filter(|_| has_room))
    }

    /// What a document has taken in at its turn.
    fn taken_at(&self, turn: Turn, document: &DocumentId) -> Used {
        let channel = self.channels.get(document).filter(|_| turn == Turn::TakeIn);
        channel.map(|channel| channel.waiting_use()).unwrap_or_default()
    }

    fn note(&mut self, next: &mut u64, asked: Asked) -> RequestId {
        let id = RequestId(*next);
        *next += 1;
        self.requests.insert(id, asked);
        id
    }

    /// The canonical bytes that the other side still grants to all documents together, or one: what
    /// is fetched next is sent when there is room.
    fn granted(&self) -> u64 {
        let granted = self.peer.terms.connection.canonical_bytes;
        granted.saturating_sub(self.ledger.sent.canonical_bytes).max(1)
    }

    pub(in crate::protocol) fn answer(
        &mut self,
        id: RequestId,
        answer: Answer,
        events: &mut Vec<Event>,
    ) -> Result<(), Violation> {
        match self.requests.remove(&id) {
            None => Ok(()),
            Some(Asked::Document(document, taking)) => {
                self.taking.take(taking);
                self.with(&document, |channel| channel.answer(id, answer, events)).unwrap_or(Ok(()))
            }
            Some(asked) => {
                self.answer_of_set(asked, answer);
                Ok(())
            }
        }
    }
}
