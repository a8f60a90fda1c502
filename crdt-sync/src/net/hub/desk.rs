//! Where what a connection asks is answered: in turn what is asked of one document, the rest beside each
//! other.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use crdt_core::{Author, ChangeHash, DocumentId};
use futures_util::FutureExt as _;
use tokio::sync::mpsc;
use tracing::Instrument as _;

use super::clerk::{Clerk, Reviewed};
use crate::host::Asked;
use crate::protocol::{Answer, Ask, Request, RequestId};

/// Where the requests of a connection are answered: those of one document one after the other, those
/// of several beside each other.
pub(crate) struct Desk {
    pub(super) clerk: Arc<Clerk>,
    asked: Asked,
    done: mpsc::UnboundedSender<Box<Done>>,
}

/// Answers that are there.
#[derive(Default)]
pub(crate) struct Done {
    /// Of which document, if they are of one alone.
    document: Option<DocumentId>,
    /// Those that are followed with that, if they are.
    pub(crate) documents: Vec<DocumentId>,
    pub(crate) answers: Vec<(RequestId, Answer)>,
    /// Documents that this side is to follow, since the other one is a relay.
    pub(crate) linked: Vec<DocumentId>,
}

impl Desk {
    /// A desk for the connection that somebody answers, and where the answers come out. How many there can be is bounded by
    /// how many requests the protocol has open.
    pub(crate) fn new(clerk: Clerk) -> (Self, mpsc::UnboundedReceiver<Box<Done>>) {
        let (done, answers) = mpsc::unbounded_channel();
        (Self { clerk: Arc::new(clerk), asked: Asked::default(), done }, answers)
    }

    /// Begins to answer.
    pub(crate) fn ask(&mut self, id: RequestId, request: Request) {
        match request {
            Request::Admit { peer } => self.admit(id, peer),
            Request::Recall { hash } => self.recall(id, &hash),
            Request::Members { documents, by_peer } => self.members(id, documents, by_peer),
            Request::Document { document, ask } => {
                if let Some(asks) = self.asked.ask(document, id, ask) {
                    self.begin(document, asks);
                }
            }
        }
    }

    /// Goes on when something was answered.
    pub(crate) fn go_on(&mut self, done: &Done) {
        let Some(document) = done.document else { return };
        if let Some(asks) = self.asked.go_on(document) {
            self.begin(document, asks);
        }
    }

    /// The documents that are followed.
    pub(crate) fn documents(&self) -> Vec<DocumentId> {
        self.clerk.documents()
    }

    /// The document is not followed any more.
    pub(crate) fn left(&self, document: DocumentId) {
        self.clerk.leave(document);
    }

    /// Looks whether what was granted still is.
    pub(crate) fn review(&self) -> impl Future<Output = Reviewed> + Send + 'static {
        let clerk = self.clerk.clone();
        async move { clerk.review().await }
    }

    /// Begins to look which documents this side is to follow, should the other one be a relay.
    pub(crate) fn link(&self) {
        let (clerk, done) = (self.clerk.clone(), self.done.clone());
        let looking = async move {
            let linked = unpanicked(clerk.linked()).await.unwrap_or_default();
            let _ = done.send(Box::new(Done { linked, ..Done::default() }));
        };
        tokio::spawn(looking.in_current_span());
    }

    /// What was said of the documents of the set that this side follows.
    pub(crate) fn said_of_set(&self) -> Vec<(DocumentId, Vec<ChangeHash>)> {
        self.clerk.said_of_set()
    }

    fn admit(&self, id: RequestId, peer: Author) {
        let clerk = self.clerk.clone();
        self.begin_other(id, Vec::new(), async move { clerk.admit(peer).await });
    }

    fn recall(&self, id: RequestId, hash: &[u8; 32]) {
        let answers = vec![(id, self.clerk.recall(hash))];
        // Nobody waits for it when the connection is over.
        let _ = self.done.send(Box::new(Done { answers, ..Done::default() }));
    }

    fn members(&self, id: RequestId, documents: Vec<DocumentId>, by_peer: bool) {
        let (clerk, all) = (self.clerk.clone(), documents.clone());
        self.begin_other(id, all, async move { clerk.members_of_set(documents, by_peer).await });
    }

    /// Begins to answer what is not asked of a single document.
    fn begin_other(
        &self,
        id: RequestId,
        documents: Vec<DocumentId>,
        answer: impl Future<Output = Answer> + Send + 'static,
    ) {
        let done = self.done.clone();
        tokio::spawn(async move {
            let answer = unpanicked(answer).await.unwrap_or(Answer::Failed);
            let answers = vec![(id, answer)];
            let _ = done.send(Box::new(Done { documents, answers, ..Done::default() }));
        });
    }

    fn begin(&self, document: DocumentId, asks: Vec<(RequestId, Ask)>) {
        let (clerk, done) = (self.clerk.clone(), self.done.clone());
        let answering = async move {
            let is_opened = asks.iter().any(|(_, ask)| matches!(ask, Ask::Open { .. }));
            let documents = is_opened.then_some(document).into_iter().collect();
            let ids: Vec<RequestId> = asks.iter().map(|(id, _)| *id).collect();
            let answers = unpanicked(clerk.answer(document, asks)).await;
            let failed = || ids.into_iter().map(|id| (id, Answer::Failed)).collect();
            let answers = answers.unwrap_or_else(failed);
            let document = Some(document);
            let _ = done.send(Box::new(Done { document, documents, answers, linked: Vec::new() }));
        };
        // In the span of the connection also where that of the document is not asked for.
        let span = tracing::debug_span!("document", %document);
        tokio::spawn(answering.instrument(span).in_current_span());
    }
}

/// What comes of something, unless it panics, as what an app says of permissions may: who asked is to be
/// answered all the same.
async fn unpanicked<R>(work: impl Future<Output = R>) -> Option<R> {
    AssertUnwindSafe(work).catch_unwind().await.ok()
}
