//! Answering what a connection asks of documents.

use core::any::Any;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crdt_core::{Author, ChangeHash, DocumentId, History};
use crdt_store::StoreError;
use futures_util::FutureExt as _;
use tokio::sync::mpsc;
use tracing::Instrument as _;

use super::members::{Following, Members};
use super::taking::{Refusal, take_in_all};
use super::{Hub, Policy};
use crate::access::{Grant, Right, Token, Visitor};
use crate::host::{Asked, Origin, Taken, bundles_of, member};
use crate::protocol::{Access, Answer, Ask, Refused, Request, RequestId, Version};

/// Where the requests of a connection are answered: those of one document one after the other, those
/// of several beside each other.
pub(crate) struct Desk {
    clerk: Arc<Clerk>,
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

/// Who answers.
struct Clerk {
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

impl Desk {
    /// A desk for a connection, and where its answers come out. How many there can be is bounded by
    /// how many requests the protocol has open.
    pub(crate) fn new(
        hub: Arc<Hub>,
        number: u32,
        address: IpAddr,
        token: Option<Token>,
        is_link: bool,
        seat: Option<Seat>,
    ) -> (Self, mpsc::UnboundedReceiver<Box<Done>>) {
        let (done, answers) = mpsc::unbounded_channel();
        let visitor = Mutex::new(Visitor::from(address).with_token(token));
        let (members, said_of_set) = (Mutex::default(), Mutex::default());
        let is_relay = OnceLock::new();
        let clerk = Arc::new(Clerk {
            hub,
            number,
            visitor,
            is_link,
            is_relay,
            members,
            said_of_set,
            _seat: seat,
        });
        (Self { clerk, asked: Asked::default(), done }, answers)
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
        self.clerk.members().followed().collect()
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
        core::mem::take(&mut *lock(&self.clerk.said_of_set))
    }

    fn admit(&self, id: RequestId, peer: Author) {
        let clerk = self.clerk.clone();
        self.begin_other(id, Vec::new(), async move { clerk.admit(peer).await });
    }

    fn recall(&self, id: RequestId, hash: &[u8; 32]) {
        let answers = vec![(id, Answer::Recalled(self.clerk.hub.set(hash)))];
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

impl Clerk {
    fn members(&self) -> MutexGuard<'_, Members> {
        lock(&self.members)
    }

    /// Follows a document, as far as the other side may, and says what it may do.
    async fn follow(&self, document: DocumentId) -> Grant {
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

    fn leave(&self, document: DocumentId) {
        let mut members = self.members();
        if members.remove(&document) {
            self.hub.leave(self.number, document);
        }
    }

    fn visitor(&self) -> Visitor {
        self.visitor.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The documents that this side is to follow: all, if the other one is a relay that is sent them.
    async fn linked(&self) -> Vec<DocumentId> {
        if self.is_link || self.is_relay().await {
            self.hub.link_documents(self.number).await
        } else {
            Vec::new()
        }
    }

    async fn is_relay(&self) -> bool {
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

    async fn admit(&self, peer: Author) -> Answer {
        let visitor = self.visitor().with_author(peer);
        *self.visitor.lock().unwrap_or_else(PoisonError::into_inner) = visitor.clone();
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

    async fn review(&self) -> Reviewed {
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

    async fn answer(
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
    async fn open(&self, document: DocumentId, ask: Ask) -> Answer {
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
    async fn members_of_set(&self, documents: Vec<DocumentId>, by_peer: bool) -> Answer {
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

/// What comes of something, unless it panics, as what an app says of permissions may: who asked is to be
/// answered all the same.
async fn unpanicked<R>(work: impl Future<Output = R>) -> Option<R> {
    AssertUnwindSafe(work).catch_unwind().await.ok()
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

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use crdt_core::Keypair;
    use crdt_store::Store;
    use tokio::runtime::Handle;
    use tokio::sync::Semaphore;
    use tokio::time::timeout;

    use super::super::{Bounds, Errand};
    use super::*;
    use crate::access::Open;

    const DOCUMENT: DocumentId = DocumentId::from_bytes([7; 32]);

    fn hub() -> Arc<Hub> {
        hub_with(Open)
    }

    fn hub_with(access: impl crate::access::Access) -> Arc<Hub> {
        let keypair = Keypair::from_secret_bytes(&[1; 32]);
        let store = Store::in_memory(keypair.clone());
        let bounds = Bounds { idle: Duration::from_millis(20), ..Bounds::default() };
        Hub::start(store, keypair, Policy::Relay(Arc::new(access)), bounds, Handle::current())
    }

    fn desk(hub: &Arc<Hub>, number: u32, is_link: bool) -> Desk {
        Desk::new(hub.clone(), number, Ipv4Addr::LOCALHOST.into(), None, is_link, None).0
    }

    /// Says what somebody may do once it is told to, and then panics, if it is to.
    struct Slow {
        told: Arc<Semaphore>,
        panics: bool,
    }

    impl crate::access::Access for Slow {
        async fn may_connect(&self, _: &Visitor) -> bool {
            true
        }

        async fn grant(&self, _: &Visitor, _: DocumentId) -> Grant {
            self.told.acquire().await.expect("it is not closed").forget();
            assert!(!self.panics, "as it was told to");
            Grant::ALL
        }
    }

    /// Whoever asks for something and is gone has their place among the connections until it is answered:
    /// otherwise those who come and go at once would have as much be worked on as they like.
    #[tokio::test]
    async fn what_is_asked_by_who_is_gone_has_a_place_until_it_is_answered() {
        let told = Arc::new(Semaphore::new(0));
        let hub = hub_with(Slow { told: told.clone(), panics: false });
        let (seat, address) = (Arc::new(()), Ipv4Addr::LOCALHOST.into());
        let seated: Seat = seat.clone();
        let (mut desk, answers) =
            Desk::new(hub.clone(), hub.number(), address, None, false, Some(seated));
        let request = Request::Document { document: DOCUMENT, ask: Ask::Open { by_peer: true } };
        desk.ask(RequestId(0), request);
        drop((desk, answers));
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(Arc::strong_count(&seat), 2);
        told.add_permits(1);
        let is_free = async {
            while Arc::strong_count(&seat) > 1 {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(20), is_free).await.expect("it is answered");
    }

    /// A question that comes to nothing is answered, and those that wait behind it are too.
    #[tokio::test]
    async fn what_panics_where_it_is_looked_up_is_answered() {
        let told = Arc::new(Semaphore::new(3));
        let hub = hub_with(Slow { told, panics: true });
        let address = Ipv4Addr::LOCALHOST.into();
        let (mut desk, mut answers) =
            Desk::new(hub.clone(), hub.number(), address, None, false, None);
        for number in 0..2 {
            let ask = Ask::Open { by_peer: true };
            desk.ask(RequestId(number), Request::Document { document: DOCUMENT, ask });
        }
        for number in 0..2 {
            let done = timeout(Duration::from_secs(20), answers.recv()).await;
            let done = done.expect("it is answered").expect("it is there");
            let is_it = matches!(done.answers[..], [(id, Answer::Failed)] if id.0 == number);
            assert!(is_it, "{:?}", done.answers);
            desk.go_on(&done);
        }
    }

    /// Says whether somebody is a relay as it was when that was asked, once it is told to.
    struct Listed {
        is_relay: AtomicBool,
        told: Semaphore,
    }

    impl crate::access::Access for Arc<Listed> {
        async fn may_connect(&self, _: &Visitor) -> bool {
            true
        }

        async fn grant(&self, _: &Visitor, _: DocumentId) -> Grant {
            Grant::ALL
        }

        async fn is_relay(&self, _: &Visitor) -> bool {
            let is_relay = self.is_relay.load(Ordering::SeqCst);
            self.told.acquire().await.expect("it is not closed").forget();
            is_relay
        }
    }

    /// Who is made a relay while it is looked up whether they are one is one, and need not connect anew.
    #[tokio::test]
    async fn who_is_made_a_relay_while_that_is_asked_is_one() {
        let (is_relay, told) = (AtomicBool::new(false), Semaphore::new(0));
        let listed = Arc::new(Listed { is_relay, told });
        let hub = hub_with(listed.clone());
        let clerk = desk(&hub, hub.number(), false).clerk;
        let asking = clerk.clone();
        let asked = tokio::spawn(async move { asking.is_relay().await });
        tokio::task::yield_now().await;
        listed.is_relay.store(true, Ordering::SeqCst);
        let reviewed = timeout(Duration::from_secs(20), clerk.review()).await;
        assert!(!reviewed.expect("it does not wait for that").is_more);
        listed.told.add_permits(2);
        assert!(asked.await.expect("no panic"));
        // What becomes of that later is seen.
        listed.is_relay.store(false, Ordering::SeqCst);
        listed.told.add_permits(1);
        assert!(clerk.review().await.is_more);
    }

    /// Who waits to be told what they may do is not waited for when all that was taken in is to be durable.
    #[tokio::test]
    async fn what_is_looked_up_is_not_waited_for_at_the_end() {
        let told = Arc::new(Semaphore::new(0));
        let hub = hub_with(Slow { told, panics: false });
        let mut desk = desk(&hub, hub.number(), false);
        let request = Request::Document { document: DOCUMENT, ask: Ask::Open { by_peer: true } };
        desk.ask(RequestId(0), request);
        tokio::time::sleep(Duration::from_millis(50)).await;
        timeout(Duration::from_secs(20), hub.done()).await.expect("nothing is taken in");
    }

    /// Who leaves a document on one thread while another one has just looked up whether they may have it
    /// does not follow it then.
    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_left_while_it_is_asked_for_is_not_followed() {
        let hub = hub();
        let number = hub.number();
        let _mailbox = hub.enter(number, None);
        let desk = Arc::new(desk(&hub, number, false));
        let clerk = desk.clerk.clone();
        // Whoever comes to follow it waits here.
        let shown = hub.remembered();
        let following = std::thread::spawn(move || pollster::block_on(clerk.follow(DOCUMENT)));
        std::thread::sleep(Duration::from_millis(200));
        let leaving = {
            let desk = desk.clone();
            std::thread::spawn(move || desk.left(DOCUMENT))
        };
        std::thread::sleep(Duration::from_millis(200));
        drop(shown);
        following.join().expect("no panic");
        leaving.join().expect("no panic");
        assert_eq!((desk.documents().len(), hub.followers(&DOCUMENT)), (0, 0));
    }

    /// A connection to a relay may come to ask for a document when who wanted it is gone already.
    #[tokio::test]
    async fn what_is_asked_for_too_late_at_a_relay_is_left_there_too() {
        let hub = hub();
        let [link, peer] = [(); 2].map(|()| hub.number());
        let mut mailbox = hub.enter(link, None);
        let _mailbox = hub.enter(peer, None);
        assert!(hub.link_documents(link).await.is_empty());
        hub.follow(peer, DOCUMENT);
        hub.want(peer, DOCUMENT);
        assert_eq!(hub.take_errands(link), [(DOCUMENT, Errand::Follow)].into());
        hub.exit(peer, || [DOCUMENT]);
        let mail = mailbox.mail.next().await;
        assert!(matches!(mail, Some(crate::net::hub::Mail::Errands)));
        desk(&hub, link, true).clerk.open(DOCUMENT, Ask::Open { by_peer: false }).await;
        let told = timeout(Duration::from_secs(20), mailbox.mail.next()).await;
        assert!(matches!(told, Ok(Some(crate::net::hub::Mail::Errands))), "it is to leave it");
        assert_eq!(hub.take_errands(link), [(DOCUMENT, Errand::Leave)].into());
        assert_eq!(hub.followed(), 0);
    }
}
