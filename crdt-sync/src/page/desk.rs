use std::sync::Arc;

use crdt_core::{ChangeHash, DocumentId, History};
use crdt_store::StoreError;
use tokio::sync::mpsc;
use wasm_bindgen_futures::spawn_local;

use super::hub::Hub;
use crate::host::{
    Asked, Entry, Origin, Sent, TakeInError, Taken, bundles_of, member, warn_of_type,
};
use crate::protocol::{Answer, Ask, Refused, Request, RequestId};

/// How many bundles are taken in by one task of the page. Of changes that were signed one by one each
/// is a bundle, and its signature takes some 0.3 ms.
const SLICE: usize = 32;

/// How many canonical bytes they may come to, if they are several.
const SLICE_BYTES: u64 = 1 << 18;

/// Where the requests of a connection are answered: those of one document one after the other, those
/// of several beside each other. Only what is bound is had.
pub(super) struct Desk {
    hub: Arc<Hub>,
    number: u32,
    asked: Asked,
    /// What was said of the documents of the set that this side follows.
    said_of_set: Vec<(DocumentId, Vec<ChangeHash>)>,
    done: mpsc::UnboundedSender<Done>,
}

/// Answers that are there.
pub(super) struct Done {
    /// Of which document, if they are of one.
    document: Option<DocumentId>,
    /// What they say of documents of a set.
    of_set: Vec<(DocumentId, Vec<ChangeHash>)>,
    pub(super) answers: Vec<(RequestId, Answer)>,
}

impl Done {
    fn new(document: Option<DocumentId>, answers: Vec<(RequestId, Answer)>) -> Self {
        Self { document, of_set: Vec::new(), answers }
    }
}

impl Desk {
    /// A desk for a connection, and where its answers come out. How many there can be is bounded by
    /// how many requests the protocol has open.
    pub(super) fn new(hub: Arc<Hub>, number: u32) -> (Self, mpsc::UnboundedReceiver<Done>) {
        let (done, answers) = mpsc::unbounded_channel();
        let (asked, said_of_set) = (Asked::default(), Vec::new());
        (Self { hub, number, asked, said_of_set, done }, answers)
    }

    /// Begins to answer.
    pub(super) fn ask(&mut self, id: RequestId, request: Request) {
        match request {
            Request::Admit { .. } => self.at_once(id, Answer::Admitted),
            // What a relay follows in a page is few.
            Request::Recall { .. } => self.at_once(id, Answer::Recalled(None)),
            Request::Members { documents, .. } => {
                let (hub, done) = (self.hub.clone(), self.done.clone());
                spawn_local(async move {
                    let _ = done.send(members(&hub, id, documents).await);
                });
            }
            Request::Document { document, ask } => {
                if let Some(asks) = self.asked.ask(document, id, ask) {
                    self.begin(document, asks);
                }
            }
        }
    }

    /// Goes on when something was answered.
    pub(super) fn go_on(&mut self, done: &mut Done) {
        self.said_of_set.append(&mut done.of_set);
        let Some(document) = done.document else { return };
        if let Some(asks) = self.asked.go_on(document) {
            self.begin(document, asks);
        }
    }

    /// What was said of the documents of the set that this side follows.
    pub(super) fn said_of_set(&mut self) -> Vec<(DocumentId, Vec<ChangeHash>)> {
        core::mem::take(&mut self.said_of_set)
    }

    fn at_once(&self, id: RequestId, answer: Answer) {
        // Nobody waits for it when the connection is over.
        let _ = self.done.send(Done::new(None, vec![(id, answer)]));
    }

    fn begin(&self, document: DocumentId, asks: Vec<(RequestId, Ask)>) {
        let (hub, number, done) = (self.hub.clone(), self.number, self.done.clone());
        spawn_local(async move {
            let answers = answer(&hub, number, document, asks).await;
            let _ = done.send(Done::new(Some(document), answers));
        });
    }
}

async fn answer(
    hub: &Hub,
    number: u32,
    document: DocumentId,
    asks: Vec<(RequestId, Ask)>,
) -> Vec<(RequestId, Answer)> {
    let entry = hub.entries(&document).into_iter().next();
    if matches!(asks.first(), Some((_, Ask::TakeIn { .. }))) {
        let (ids, bundles): (Vec<_>, Vec<_>) = asks.into_iter().filter_map(bundles_of).unzip();
        return ids.into_iter().zip(take_in(entry, number, bundles).await).collect();
    }
    let mut answers = Vec::with_capacity(asks.len());
    for (id, ask) in asks {
        answers.push((id, look(entry.as_ref(), ask).await));
    }
    answers
}

/// What follows from the history.
async fn look(entry: Option<&Arc<Entry>>, ask: Ask) -> Answer {
    let Some(entry) = entry else { return Answer::Refused(Refused::Unknown) };
    match entry.look_durable(move |history| ask.on(history)).await {
        Ok(looked) => looked.unwrap_or(Answer::Refused(Refused::Unknown)),
        Err(error) => {
            tracing::error!(%error, document = %entry.id, "what is not durable is kept back");
            Answer::Failed
        }
    }
}

async fn members(hub: &Hub, id: RequestId, documents: Vec<DocumentId>) -> Done {
    let (mut of_set, mut members) = (Vec::new(), Vec::with_capacity(documents.len()));
    for document in documents {
        let entry = hub.entries(&document).into_iter().next();
        let member = member(look(entry.as_ref(), Ask::Open { by_peer: true }).await);
        of_set.extend(member.iter().map(|held| (document, held.heads.clone())));
        members.push(member);
    }
    Done { document: None, of_set, answers: vec![(id, Answer::Members(members))] }
}

/// Takes in bundles, in their order.
async fn take_in(entry: Option<Arc<Entry>>, number: u32, bundles: Vec<Vec<u8>>) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(bundles.len());
    for bytes in bundles {
        answers.push(match &entry {
            Some(entry) => take_in_slices(entry, number, &bytes).await,
            None => Answer::Refused(Refused::Unknown),
        });
    }
    answers
}

/// Takes in bundles, a slice of the work after the other. Each is a transaction of the database, and
/// so the page has its turn in between.
async fn take_in_slices(entry: &Arc<Entry>, number: u32, bundles: &[u8]) -> Answer {
    let (mut rest, mut all) = (bundles, None::<Answer>);
    loop {
        // Where it makes no sense, taking it in says so.
        let length = History::first_bundles(rest, SLICE, SLICE_BYTES).unwrap_or(rest.len());
        let (now, later) = rest.split_at(length);
        rest = later;
        let sent = Sent { bytes: now.to_vec(), origin: Origin::Connection(number), quota: None };
        let answer = outcome(entry, entry.take_in(vec![sent]).await.pop());
        let goes_on = matches!(answer, Answer::Taken { .. }) && !rest.is_empty();
        let answer = match all.take() {
            Some(before) => before.then(answer),
            None => answer,
        };
        if !goes_on {
            return answer;
        }
        all = Some(answer);
    }
}

fn outcome(entry: &Entry, taken: Option<Result<Taken, TakeInError>>) -> Answer {
    match taken.unwrap_or(Err(TakeInError::Gone)) {
        Ok(taken) => taken.answer,
        Err(TakeInError::Store(StoreError::Apply(error))) => {
            warn_of_type(&error);
            Answer::Invalid(error)
        }
        Err(TakeInError::Store(StoreError::Removed(_)) | TakeInError::Gone) => {
            Answer::Refused(Refused::Unknown)
        }
        Err(error) => {
            tracing::error!(%error, document = %entry.id, "bundles could not be taken in");
            Answer::Failed
        }
    }
}
