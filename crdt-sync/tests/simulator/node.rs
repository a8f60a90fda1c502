//! A replica in the simulation: a store on a disk, and what connections have asked of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crdt_core::{DocumentId, Heads, History, Keypair, Text};
use crdt_store::{Store, StoreError, Stored, StoredHistory};
use crdt_sync::protocol::{Answer, Ask, Fresh, Held, Relation, Request, RequestId};

use crate::disk::Disk;
use crate::world::Rules;

pub(crate) struct Node {
    pub(crate) keypair: Keypair,
    disk: Arc<Disk>,
    store: Store,
    documents: BTreeMap<DocumentId, Kept>,
    /// What was asked and not answered yet: by which side of which link, in which of its lives.
    pub(crate) asked: VecDeque<(usize, u64, RequestId, Request)>,
    /// Of which links and documents a frontier was compared, for the control that believes it.
    believed: BTreeSet<(usize, DocumentId)>,
    pub(crate) is_relay: bool,
    /// Sets of documents that peers have followed.
    pub(crate) sets: BTreeMap<[u8; 32], Arc<[DocumentId]>>,
}

/// A document in the store: a relay does not know of which type it is.
enum Kept {
    Text(Box<Stored<Text>>),
    History(Box<StoredHistory>),
}

impl Kept {
    fn history(&self) -> &History {
        match self {
            Self::Text(text) => text.history(),
            Self::History(history) => history,
        }
    }

    fn apply(&mut self, bundles: &[u8]) -> Result<crdt_core::Outcome, StoreError> {
        match self {
            Self::Text(text) => text.apply(bundles),
            Self::History(history) => history.apply(bundles),
        }
    }
}

impl Node {
    pub(crate) fn new(keypair: Keypair, is_relay: bool) -> Self {
        let disk = Arc::new(Disk::default());
        let store = Store::over(disk.start(), Some(keypair.clone()));
        Self {
            keypair,
            disk,
            store,
            documents: BTreeMap::new(),
            asked: VecDeque::new(),
            believed: BTreeSet::new(),
            is_relay,
            sets: BTreeMap::new(),
        }
    }

    pub(crate) fn add(&mut self, document: crdt_core::Document<Text>) -> DocumentId {
        let text = self.store.add(document).expect("it is new");
        let id = text.id();
        self.documents.insert(id, Kept::Text(Box::new(text)));
        self.store.flush().expect("in memory");
        id
    }

    /// Loses what is in memory, and all that was not flushed.
    pub(crate) fn crash(&mut self) {
        self.documents.clear();
        self.asked.clear();
        self.sets.clear();
        self.store = Store::over(self.disk.start(), Some(self.keypair.clone()));
    }

    pub(crate) fn flush(&self) {
        self.store.flush().expect("in memory");
    }

    fn document(&mut self, id: DocumentId) -> &mut Kept {
        let (store, is_relay) = (&self.store, self.is_relay);
        self.documents.entry(id).or_insert_with(|| {
            if is_relay {
                Kept::History(Box::new(store.join_history(id).expect("in memory")))
            } else {
                Kept::Text(Box::new(store.join(id).expect("in memory")))
            }
        })
    }

    pub(crate) fn history(&mut self, id: DocumentId) -> &History {
        self.document(id).history()
    }

    pub(crate) fn heads(&mut self, id: DocumentId) -> Heads {
        self.history(id).heads()
    }

    /// Types something, which is not flushed, and gives what to tell connections.
    pub(crate) fn write(&mut self, id: DocumentId, at: usize, letters: &str) -> Option<Fresh> {
        let Kept::Text(text) = self.document(id) else { return None };
        let first = text.history().len();
        let at = at % (text.read().len() + 1);
        text.change(|text| text.insert(at, letters)).expect("in memory");
        Some(Fresh::since(text.history(), first))
    }

    /// Answers a request, and gives what others are to be told. What was taken in is not flushed.
    pub(crate) fn answer(
        &mut self,
        link: usize,
        request: &Request,
        rules: &Rules,
    ) -> (Answer, Option<(DocumentId, Fresh)>) {
        let (document, ask) = match request {
            Request::Document { document, ask } => (document, ask),
            Request::Admit { .. } => return (Answer::Admitted, None),
            Request::Recall { hash } => {
                return (Answer::Recalled(self.sets.get(hash).cloned()), None);
            }
            Request::Members { documents, .. } => {
                let held = documents.iter().map(|id| Ok(Held::of(self.history(*id))));
                return (Answer::Members(held.collect()), None);
            }
        };
        if let Ask::TakeIn { bundles } = ask {
            let kept = self.document(*document);
            let first = kept.history().len();
            let had_genesis = kept.history().genesis().is_some();
            // Some take them in slice by slice, as a page does.
            let slice = if first.is_multiple_of(2) { 2 } else { usize::MAX };
            let answer = take_in(kept, bundles, slice);
            let fresh = Fresh::since(kept.history(), first);
            let is_new = kept.history().genesis().is_some() && !had_genesis;
            let is_news = is_new || kept.history().len() > first;
            return (answer, is_news.then_some((*document, fresh)));
        }
        let answer = ask.on(self.history(*document));
        if rules.believes_frontiers {
            return (self.believe(link, *document, ask, answer), None);
        }
        (answer, None)
    }

    /// The control: after frontiers were compared once, both are taken to have the same.
    fn believe(&mut self, link: usize, id: DocumentId, ask: &Ask, answer: Answer) -> Answer {
        match (ask, answer) {
            (Ask::Recognize { .. } | Ask::Place { .. }, answer) => {
                self.believed.insert((link, id));
                answer
            }
            (Ask::Compare { .. }, Answer::Compared { version, .. })
                if self.believed.contains(&(link, id)) =>
            {
                Answer::Compared { version, relation: Relation::Equal }
            }
            (_, answer) => answer,
        }
    }
}

/// Takes in bundles, so many at a time.
fn take_in(kept: &mut Kept, bundles: &[u8], slice: usize) -> Answer {
    let (mut rest, mut all) = (bundles, None::<Answer>);
    loop {
        let length = History::first_bundles(rest, slice, u64::MAX).unwrap_or(rest.len());
        let (now, later) = rest.split_at(length);
        let answer = match kept.apply(now) {
            Ok(outcome) => Answer::taken(kept.history(), &outcome),
            Err(StoreError::Apply(error)) => Answer::Invalid(error),
            Err(_) => Answer::Failed,
        };
        let goes_on = matches!(answer, Answer::Taken { .. }) && !later.is_empty();
        let answer = match all.take() {
            Some(before) => before.then(answer),
            None => answer,
        };
        if !goes_on {
            return answer;
        }
        (rest, all) = (later, Some(answer));
    }
}
