//! What is answered to a connection that asks for documents: what the other side may do, and what there is.

use core::any::Any;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crdt_core::{Author, ChangeHash, DocumentId, History};
use crdt_store::StoreError;

use super::members::{Following, Members};
use super::taking::{Refusal, take_in_all};
use super::{Hub, Policy};
use crate::access::{Grant, Right, Token, Visitor};
use crate::host::{Origin, Taken, bundles_of, member};
use crate::protocol::{Access, Answer, Ask, Refused, RequestId, Version};

/// Who answers.
pub(crate) struct Clerk {
    hub: Arc<Hub>,
    number: u32,
    visitor: Mutex<Visitor>,
    /// Whether this side dialed a relay that all documents are for.
    is_link: bool,
    /// Whether the other side is a relay that is to be sent every document, once that is known.
    is_relay: OnceLock<bool>,
    /// The documents that one of the sides has asked for.
    members: Mutex<Members>,
    said_of_set: Mutex<Vec<(DocumentId, Vec<ChangeHash>)>>,
    /// The place of the connection among all: as long as something is worked on for it, also once it is
    /// over.
    _seat: Option<Seat>,
}

/// What holds a place among the connections.
pub(crate) type Seat = Arc<dyn Any + Send + Sync>;

/// What has become of permissions.
pub(crate) struct Reviewed {
    /// Whether the other side may still be here.
    pub(crate) may_stay: bool,
    /// With which documents it may do less than before, and what.
    pub(crate) less: Vec<(DocumentId, Right)>,
    /// Whether there are some with which it may do more, or it is sent all of them from now on or is
    /// not any more: what it then is to have shows on a connection that is made anew.
    pub(crate) is_more: bool,
}

impl Clerk {
    /// Who answers a connection.
    pub(crate) fn new(
        hub: Arc<Hub>,
        number: u32,
        address: IpAddr,
        token: Option<Token>,
        is_link: bool,
        seat: Option<Seat>,
    ) -> Self {
        Self {
            hub,
            number,
            visitor: Mutex::new(Visitor::from(address).with_token(token)),
            is_link,
            is_relay: OnceLock::new(),
            members: Mutex::default(),
            said_of_set: Mutex::default(),
            _seat: seat,
        }
    }

    /// The set of that hash, if it is one of this side.
    pub(super) fn recall(&self, hash: &[u8; 32]) -> Answer {
        Answer::Recalled(self.hub.set(hash))
    }

    /// The documents that are followed.
    pub(super) fn documents(&self) -> Vec<DocumentId> {
        self.members().followed().collect()
    }

    /// What was said of the documents of the set that this side follows.
    pub(super) fn said_of_set(&self) -> Vec<(DocumentId, Vec<ChangeHash>)> {
        core::mem::take(&mut *lock(&self.said_of_set))
    }

    fn members(&self) -> MutexGuard<'_, Members> {
        lock(&self.members)
    }

    /// Follows a document, as far as the other side may, and says what it may do.
    pub(super) async fn follow(&self, document: DocumentId) -> Grant {
        loop {
            let reviews = self.members().reviews();
            let grant = self.grant(document).await;
            if self.enter(document, grant, reviews) {
                return grant;
            }
        }
    }

    /// Has a document be followed, if it may be. What is followed here and in the hub is the same
    /// whenever others look: it may be left at the same time. Says whether what was granted still is.
    fn enter(&self, document: DocumentId, grant: Grant, reviews: u64) -> bool {
        let mut members = self.members();
        // A review that began meanwhile does not know of this one, which may be of before.
        if members.reviews() != reviews {
            return false;
        }
        match members.add(document, grant) {
            Following::Begins => self.hub.follow(self.number, document),
            Following::Ends => self.hub.leave(self.number, document),
            Following::AsBefore => {}
        }
        true
    }

    pub(super) fn leave(&self, document: DocumentId) {
        let mut members = self.members();
        if members.remove(&document) {
            self.hub.leave(self.number, document);
        }
    }

    fn visitor(&self) -> Visitor {
        lock(&self.visitor).clone()
    }

    /// The documents that this side is to follow: all, if the other one is a relay that is sent them.
    pub(super) async fn linked(&self) -> Vec<DocumentId> {
        if self.is_link || self.is_relay().await {
            self.hub.link_documents(self.number).await
        } else {
            Vec::new()
        }
    }

    pub(super) async fn is_relay(&self) -> bool {
        let Policy::Relay(access) = &self.hub.policy else { return false };
        loop {
            let reviews = self.members().reviews();
            let is_relay = access.is_relay(&self.visitor()).await;
            let members = self.members();
            // A review that began meanwhile does not know of this answer, which may be of before.
            if members.reviews() == reviews {
                return *self.is_relay.get_or_init(|| is_relay);
            }
        }
    }

    pub(super) async fn admit(&self, peer: Author) -> Answer {
        let visitor = self.visitor().with_author(peer);
        *lock(&self.visitor) = visitor.clone();
        match &self.hub.policy {
            Policy::Relay(access) if !self.is_link && !access.may_connect(&visitor).await => {
                tracing::info!(%peer, "not let in");
                let reason = format!(
                    "this relay lets in neither the key {peer} nor a token that was shown with it"
                );
                Answer::NotAdmitted { reason, retry_after: None }
            }
            _ => Answer::Admitted,
        }
    }

    async fn grant(&self, document: DocumentId) -> Grant {
        match &self.hub.policy {
            Policy::Relay(_) if self.is_link => Grant::ALL,
            Policy::Relay(access) => access.grant(&self.visitor(), document).await,
            Policy::Bound if self.hub.is_bound(&document) => Grant::ALL,
            Policy::Bound => Grant::NONE,
        }
    }

    pub(super) async fn review(&self) -> Reviewed {
        let mut review = Reviewed { may_stay: true, less: Vec::new(), is_more: false };
        let Policy::Relay(access) = &self.hub.policy else { return review };
        if self.is_link {
            return review;
        }
        let asked = self.members().begin_review();
        review.may_stay = access.may_connect(&self.visitor()).await;
        // As long as it is not known it is looked up anew.
        if let Some(before) = self.is_relay.get() {
            review.is_more = *before != access.is_relay(&self.visitor()).await;
        }
        for (document, before) in asked {
            let now = self.grant(document).await;
            if now.right < before.right {
                review.less.push((document, now.right));
            }
            review.is_more |= now.allows_more_than(before);
            self.members().set(&document, now);
        }
        review
    }

    pub(super) async fn answer(
        &self,
        document: DocumentId,
        asks: Vec<(RequestId, Ask)>,
    ) -> Vec<(RequestId, Answer)> {
        if matches!(asks.first(), Some((_, Ask::TakeIn { .. }))) {
            return self.take_in(document, asks).await;
        }
        let mut answers = Vec::with_capacity(asks.len());
        for (id, ask) in asks {
            let answer = match &ask {
                Ask::Open { .. } => self.open(document, ask).await,
                _ => self.look(document, ask).await,
            };
            answers.push((id, answer));
        }
        answers
    }

    /// Follows a document, and then says what there is: so nothing is missed in between.
    pub(super) async fn open(&self, document: DocumentId, ask: Ask) -> Answer {
        let grant = self.follow(document).await;
        let by_peer = !matches!(ask, Ask::Open { by_peer: false });
        if grant.right == Right::None {
            return Answer::Refused(match self.hub.policy {
                Policy::Relay(_) => Refused::Forbidden,
                Policy::Bound => Refused::Unknown,
            });
        }
        let answer = match self.look(document, ask).await {
            Answer::Refused(Refused::Unknown) => self.unknown(document, grant).await,
            Answer::Opened { version, genesis, .. } => {
                Answer::Opened { version, genesis, access: access_of(grant) }
            }
            other => other,
        };
        match &answer {
            Answer::Opened { version, genesis, .. } => {
                let is_here = *genesis || !version.heads.is_empty();
                if !is_here && !self.hub.is_of_app() {
                    self.ask_relays(document, by_peer);
                }
            }
            Answer::Refused(Refused::Unknown) if !self.hub.is_of_app() => {
                self.hub.routes().removed(document);
            }
            _ => self.leave(document),
        }
        answer
    }

    /// Has relays be asked for a document that is not here, for whoever asked for it here.
    fn ask_relays(&self, document: DocumentId, by_peer: bool) {
        if by_peer {
            self.hub.want(self.number, document);
        } else {
            self.hub.asked_at_link(document);
        }
    }

    /// Follows the documents of a set, and says what there is of each.
    pub(super) async fn members_of_set(&self, documents: Vec<DocumentId>, by_peer: bool) -> Answer {
        let mut members = Vec::with_capacity(documents.len());
        for document in documents {
            let ask = Ask::Open { by_peer };
            let member = member(self.open(document, ask).await);
            if let (Policy::Bound, Ok(held)) = (&self.hub.policy, &member) {
                lock(&self.said_of_set).push((document, held.heads.clone()));
            }
            members.push(member);
        }
        Answer::Members(members)
    }

    /// What is said of a document that is not here: it may come to be, unless it was removed.
    async fn unknown(&self, document: DocumentId, grant: Grant) -> Answer {
        let store = self.hub.store.clone();
        let was_removed = tokio::task::spawn_blocking(move || store.was_removed(document)).await;
        match was_removed {
            Ok(Ok(false)) => Answer::Opened {
                version: Version::default(),
                genesis: false,
                access: access_of(grant),
            },
            Ok(Ok(true)) => Answer::Refused(Refused::Unknown),
            _ => Answer::Refused(Refused::Busy),
        }
    }

    /// What follows from the history.
    async fn look(&self, document: DocumentId, ask: Ask) -> Answer {
        let is_opening = matches!(ask, Ask::Open { .. });
        match self.hub.open(document).await {
            Ok(entry) => {
                let look = move |history: &History| ask.on(history);
                match entry.look_durable(look).await {
                    Ok(answer) => answer.unwrap_or(Answer::Failed),
                    Err(error) => {
                        tracing::error!(%error, %document, "what is not durable is kept back");
                        Answer::Failed
                    }
                }
            }
            Err(StoreError::UnknownDocument(_) | StoreError::Removed(_)) if is_opening => {
                Answer::Refused(Refused::Unknown)
            }
            Err(StoreError::UnknownDocument(_)) if self.hub.is_of_app() => {
                Answer::Refused(Refused::Unknown)
            }
            // It was opened as one that is yet to be made.
            Err(StoreError::UnknownDocument(_)) => ask.on(&History::new(document)),
            Err(error) => {
                tracing::error!(%error, %document, "a document could not be opened");
                Answer::Failed
            }
        }
    }

    /// Takes in bundles, in their order, which is waited for before the process ends.
    async fn take_in(
        &self,
        document: DocumentId,
        asks: Vec<(RequestId, Ask)>,
    ) -> Vec<(RequestId, Answer)> {
        let _working = self.hub.working().await;
        let (ids, bundles): (Vec<_>, Vec<_>) = asks.into_iter().filter_map(bundles_of).unzip();
        let results = self.taken(document, bundles).await;
        ids.into_iter().zip(results).collect()
    }

    async fn taken(&self, document: DocumentId, bundles: Vec<Vec<u8>>) -> Vec<Answer> {
        let grant = self.members().grant(&document);
        if grant.right < Right::Write {
            return bundles.iter().map(|_| Answer::Refused(Refused::ReadOnly)).collect();
        }
        let origin = Origin::Connection(self.number);
        let visitor = self.visitor();
        let taken = take_in_all(&self.hub, document, (&visitor, grant), origin, bundles).await;
        taken.into_iter().map(outcome).collect()
    }
}

fn outcome(taken: Result<Taken, Refusal>) -> Answer {
    match taken {
        Ok(taken) => taken.answer,
        Err(Refusal::Invalid(error)) => Answer::Invalid(error),
        Err(Refusal::OverQuota) => Answer::Refused(Refused::Quota),
        Err(Refusal::Removed) => Answer::Refused(Refused::Unknown),
        Err(Refusal::Failed | Refusal::Nothing) => Answer::Failed,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn access_of(grant: Grant) -> Access {
    if grant.right == Right::Write { Access::Write } else { Access::Read }
}
