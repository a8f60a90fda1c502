use std::collections::{HashMap, VecDeque};

use crdt_core::DocumentId;

use crate::protocol::{Answer, Ask, Held, Member, Refused, RequestId};

/// What a connection asks of documents, those of one document one after the other. How much waits is
/// bounded by how many requests the protocol has open.
#[derive(Default)]
pub(crate) struct Asked(HashMap<DocumentId, VecDeque<(RequestId, Ask)>>);

impl Asked {
    /// Something is asked. Gives what is to be worked on, unless that has to wait.
    pub(crate) fn ask(
        &mut self,
        document: DocumentId,
        id: RequestId,
        ask: Ask,
    ) -> Option<Vec<(RequestId, Ask)>> {
        if let Some(waiting) = self.0.get_mut(&document) {
            waiting.push_back((id, ask));
            return None;
        }
        self.0.insert(document, VecDeque::new());
        Some(vec![(id, ask)])
    }

    /// What was worked on is answered. Gives what is next.
    pub(crate) fn go_on(&mut self, document: DocumentId) -> Option<Vec<(RequestId, Ask)>> {
        let asks = next(self.0.get_mut(&document)?);
        if asks.is_empty() {
            self.0.remove(&document);
        }
        (!asks.is_empty()).then_some(asks)
    }
}

/// What is worked on next: bundles that wait together, or a single question.
fn next(waiting: &mut VecDeque<(RequestId, Ask)>) -> Vec<(RequestId, Ask)> {
    let bundles = waiting.iter().take_while(|(_, ask)| matches!(ask, Ask::TakeIn { .. })).count();
    let count = bundles.max(1).min(waiting.len());
    waiting.drain(..count).collect()
}

/// What the answer to somebody who opens a document says of it as a member of a set.
pub(crate) fn member(opened: Answer) -> Member {
    match opened {
        Answer::Opened { version, genesis, .. } => Ok(Held { heads: version.heads, genesis }),
        Answer::Refused(reason) => Err(reason),
        _ => Err(Refused::Busy),
    }
}

/// The bundles of what asks for some to be taken in.
pub(crate) fn bundles_of((id, ask): (RequestId, Ask)) -> Option<(RequestId, Vec<u8>)> {
    match ask {
        Ask::TakeIn { bundles } => Some((id, bundles)),
        _ => None,
    }
}
