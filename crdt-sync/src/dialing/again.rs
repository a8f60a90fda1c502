use core::time::Duration;
use std::collections::{HashSet, VecDeque};

use crdt_core::DocumentId;
use web_time::Instant;

use super::backoff::random;

/// After how long a document is asked for again that could not be served.
const LATER: Duration = Duration::from_secs(2);
/// After how much longer for each that waits.
const EACH: Duration = Duration::from_micros(100);

/// Documents that the other side could not serve, and when they are asked for again.
pub(crate) struct Again {
    spread: u64,
    documents: VecDeque<(Instant, DocumentId)>,
    /// Those of them that were not forgotten or asked for since.
    waiting: HashSet<DocumentId>,
}

impl Again {
    /// Not everyone who was refused at once asks again at once, but within so many milliseconds.
    pub(crate) fn within(spread: u64) -> Self {
        Self { spread, documents: VecDeque::new(), waiting: HashSet::new() }
    }

    /// A document could not be served.
    pub(crate) fn later(&mut self, document: DocumentId) {
        if !self.waiting.insert(document) {
            return;
        }
        let spread = Duration::from_millis(random() % self.spread);
        // Where there are very many they are asked for less often.
        let each = EACH.saturating_mul(u32::try_from(self.documents.len()).unwrap_or(u32::MAX));
        self.documents.push_back((Instant::now() + LATER + spread + each, document));
    }

    /// A document is not to be asked for any more.
    pub(crate) fn forget(&mut self, document: &DocumentId) {
        self.waiting.remove(document);
    }

    /// When there is one to be asked for.
    pub(crate) fn when(&self) -> Option<Instant> {
        self.documents.front().map(|(when, _)| *when)
    }

    /// One that is to be asked for now.
    pub(crate) fn due(&mut self) -> Option<DocumentId> {
        while self.when().is_some_and(|when| when <= Instant::now()) {
            let (_, document) = self.documents.pop_front()?;
            if self.waiting.remove(&document) {
                return Some(document);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_not_asked_for_again() {
        let [one, two] = [1, 2].map(|seed| DocumentId::from_bytes([seed; 32]));
        let mut again = Again::within(1);
        for document in [one, two, one] {
            again.later(document);
        }
        again.forget(&one);
        std::thread::sleep(LATER + Duration::from_millis(100));
        assert_eq!((again.due(), again.due()), (Some(two), None));
        assert!(again.when().is_none());
    }
}
