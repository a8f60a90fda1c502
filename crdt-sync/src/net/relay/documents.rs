//! Documents by HTTP, for those without WebSocket: to read, and as bundles in and out.

use core::fmt;
use std::net::SocketAddr;
use std::panic::resume_unwind;

use axum::Extension;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, RawQuery, Request, State};
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use crdt_core::serde_json::{Value, json};
use crdt_core::{ChangeHash, DocumentId, History};
use crdt_store::StoreError;
use futures_util::StreamExt as _;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;
use tracing::Instrument as _;

use super::room::Held;
use super::{Inner, Relay, http};
use crate::access::{Grant, Right, Visitor};
use crate::net::hub::{Refusal, take_in};

/// `GET /documents/{id}` and `GET` and `POST /documents/{id}/bundle`.
pub(super) fn router() -> Router<Relay> {
    Router::new()
        .route("/documents/{id}", get(show))
        .route("/documents/{id}/bundle", get(export).post(import))
}

type From = Option<Extension<ConnectInfo<SocketAddr>>>;

/// Why a request is not answered.
struct Failure(StatusCode, String);

impl Failure {
    fn new(status: StatusCode, why: impl fmt::Display) -> Self {
        Self(status, why.to_string())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Self(status, why) = self;
        let mut response = (status, format!("{why}\n")).into_response();
        let header = match status {
            StatusCode::UNAUTHORIZED => Some((WWW_AUTHENTICATE, "Bearer")),
            StatusCode::SERVICE_UNAVAILABLE => Some((RETRY_AFTER, "5")),
            _ => None,
        };
        if let Some((name, value)) = header {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

/// The document as JSON, with its heads.
async fn show(
    State(relay): State<Relay>,
    Path(id): Path<String>,
    headers: HeaderMap,
    from: From,
) -> Result<Response, Failure> {
    let document = named(&id)?;
    let shown = relay.answer(document, (&headers, from), shown).await?;
    Ok(([(CONTENT_TYPE, JSON)], shown).into_response())
}

const JSON: &str = "application/json";

fn shown(history: &History) -> Vec<u8> {
    let shown = json!({
        "id": history.document().to_string(),
        "type": history.genesis().map(|genesis| genesis.type_name().to_owned()),
        "heads": hex(&history.heads()),
        "changes": history.len(),
        "bytes": history.bytes(),
        "value": history.to_json(),
    });
    line(&shown)
}

fn line(value: &Value) -> Vec<u8> {
    format!("{value}\n").into_bytes()
}

fn hex(changes: &[ChangeHash]) -> Vec<String> {
    changes.iter().map(ChangeHash::to_string).collect()
}

/// What somebody lacks who has the heads of `?have=..,..`, as bundles.
async fn export(
    State(relay): State<Relay>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    from: From,
) -> Result<Response, Failure> {
    let document = named(&id)?;
    let have = heads(query.as_deref().unwrap_or_default())?;
    let export = move |history: &History| history.export(&have);
    let bundles = relay.answer(document, (&headers, from), export).await?;
    Ok(([(CONTENT_TYPE, "application/octet-stream")], bundles).into_response())
}

/// Takes bundles in, and answers when they are durable.
async fn import(
    State(relay): State<Relay>,
    Path(id): Path<String>,
    headers: HeaderMap,
    from: From,
    request: Request,
) -> Result<Response, Failure> {
    let document = named(&id)?;
    relay.let_in(&headers, from, document, Right::Write).await?;
    let (bundles, held) = relay.body(request).await?;
    let turn = relay.turn().await?;
    // What they may do may have changed meanwhile.
    let (visitor, grant) = relay.let_in(&headers, from, document, Right::Write).await?;
    let hub = relay.inner.hub.clone();
    let taking_in = async move {
        let _working = (hub.working().await, turn, held);
        take_in(&hub, document, &visitor, grant, bundles).await.map_err(refused)
    };
    let version = to_its_end(taking_in).await?;
    let taken = line(&json!({ "heads": hex(&version.heads), "changes": version.changes }));
    Ok(([(CONTENT_TYPE, JSON)], taken).into_response())
}

/// Works on a request to its end, also where whoever asked is gone: what has begun goes on then, so it has
/// its turn, and the room for it, until it is over.
async fn to_its_end<R: Send + 'static>(
    work: impl Future<Output = Result<R, Failure>> + Send + 'static,
) -> Result<R, Failure> {
    let worked = tokio::spawn(work.in_current_span()).await;
    worked.unwrap_or_else(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(_) => Err(is_restarted()),
    })
}

fn refused(refusal: Refusal) -> Failure {
    let status = match &refusal {
        Refusal::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::OverQuota => StatusCode::INSUFFICIENT_STORAGE,
        Refusal::Removed => StatusCode::GONE,
        Refusal::Nothing => StatusCode::NOT_FOUND,
        Refusal::Failed => StatusCode::SERVICE_UNAVAILABLE,
    };
    Failure::new(status, refusal)
}

fn named(id: &str) -> Result<DocumentId, Failure> {
    let bad =
        |error| Failure::new(StatusCode::BAD_REQUEST, format!("not a document's id: {error}"));
    id.parse().map_err(bad)
}

fn heads(query: &str) -> Result<Vec<ChangeHash>, Failure> {
    let bad = |what: String| Failure::new(StatusCode::BAD_REQUEST, what);
    let mut heads = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let Some(have) = part.strip_prefix("have=") else {
            return Err(bad(format!("`{part}` says nothing here: `have=` and hashes do")));
        };
        for head in have.split(',').filter(|head| !head.is_empty()) {
            let head = head.parse();
            heads.push(head.map_err(|error| bad(format!("not the hash of a change: {error}")))?);
        }
    }
    Ok(heads)
}

impl Relay {
    /// Whoever comes, if they may do this with a document. Whether it is there they are not told
    /// otherwise.
    async fn let_in(
        &self,
        headers: &HeaderMap,
        from: From,
        document: DocumentId,
        right: Right,
    ) -> Result<(Visitor, Grant), Failure> {
        let visitor = http::visitor(self, headers, from.map(|Extension(from)| from.0));
        let access = &self.inner.access;
        let is_known = access.may_connect(&visitor).await;
        let grant = if is_known { access.grant(&visitor, document).await } else { Grant::NONE };
        if grant.right >= right {
            return Ok((visitor, grant));
        }
        let (status, why) = if visitor.token.is_none() {
            (StatusCode::UNAUTHORIZED, "show a token that may do this: `Authorization: Bearer ..`")
        } else {
            (StatusCode::FORBIDDEN, "the token may not do this with the document")
        };
        Err(Failure::new(status, why))
    }

    /// What comes with a request, which is read only for those who may send it, and the room for it.
    async fn body(&self, request: Request) -> Result<(Vec<u8>, Held), Failure> {
        let reading = timeout(self.inner.limits.request_head, self.read(request));
        let too_slow = |_| Failure::new(StatusCode::REQUEST_TIMEOUT, "it came too slowly");
        reading.await.map_err(too_slow)?
    }

    async fn read(&self, request: Request) -> Result<(Vec<u8>, Held), Failure> {
        let Inner { limits, bodies, .. } = &*self.inner;
        let most = limits.request_body;
        let mut pieces = request.into_body().into_data_stream();
        let mut held = bodies.take(0).ok_or_else(no_room)?;
        let mut bytes = Vec::new();
        while let Some(piece) = pieces.next().await {
            let cut_off = |_| Failure::new(StatusCode::BAD_REQUEST, "what is sent is cut off");
            let piece = piece.map_err(cut_off)?;
            if bytes.len() + piece.len() > most {
                let why = format!("what is sent has more than {most} bytes");
                return Err(Failure::new(StatusCode::PAYLOAD_TOO_LARGE, why));
            }
            held.grow(bodies, bytes.len() + piece.len()).ok_or_else(no_room)?;
            bytes.extend_from_slice(&piece);
        }
        Ok((bytes, held))
    }

    /// A turn among those whose requests are worked on.
    async fn turn(&self) -> Result<OwnedSemaphorePermit, Failure> {
        self.inner.requests.clone().acquire_owned().await.map_err(|_| is_restarted())
    }

    /// Bytes that a history is answered with to who may read it, for which there is room: before they are
    /// made for as many as it has.
    async fn answer(
        &self,
        document: DocumentId,
        (headers, from): (&HeaderMap, From),
        answer: impl FnOnce(&History) -> Vec<u8> + Send + 'static,
    ) -> Result<Bytes, Failure> {
        self.let_in(headers, from, document, Right::Read).await?;
        let turn = self.turn().await?;
        // What they may do may have changed meanwhile.
        let (visitor, _) = self.let_in(headers, from, document, Right::Read).await?;
        let relay = self.clone();
        let answering = async move {
            let _turn = turn;
            relay.answer_in_turn(document, &visitor, answer).await
        };
        to_its_end(answering).await
    }

    async fn answer_in_turn(
        &self,
        document: DocumentId,
        visitor: &Visitor,
        answer: impl FnOnce(&History) -> Vec<u8> + Send + 'static,
    ) -> Result<Bytes, Failure> {
        let failed = |error: StoreError| match error {
            StoreError::UnknownDocument(_) | StoreError::Removed(_) => not_here(),
            error => {
                tracing::error!(%error, %document, ?visitor, "a document could not be opened");
                Failure::new(StatusCode::SERVICE_UNAVAILABLE, "the document cannot be opened now")
            }
        };
        let entry = self.inner.hub.open(document).await.map_err(failed)?;
        let bytes = entry.look(History::bytes).await.ok_or_else(not_here)?;
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        let room = &self.inner.answers;
        let mut held = room.take(bytes).ok_or_else(no_room)?;
        let answer = entry.look_durable(answer).await.map_err(failed)?.ok_or_else(not_here)?;
        held.grow(room, answer.len()).ok_or_else(no_room)?;
        Ok(held.with(answer))
    }
}

fn is_restarted() -> Failure {
    Failure::new(StatusCode::SERVICE_UNAVAILABLE, "the relay is being restarted")
}

fn not_here() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, "there is no such document here")
}

fn no_room() -> Failure {
    let why = "too much is being sent and answered just now: try again later";
    Failure::new(StatusCode::SERVICE_UNAVAILABLE, why)
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::mpsc::channel;

    use crdt_core::{Keypair, Text};
    use crdt_store::Store;

    use super::*;
    use crate::RelayOptions;
    use crate::access::{Access, Open};

    /// Everyone may read, once.
    #[derive(Default)]
    struct Once(AtomicBool);

    impl Access for Once {
        async fn may_connect(&self, _: &Visitor) -> bool {
            true
        }

        async fn grant(&self, _: &Visitor, _: DocumentId) -> Grant {
            if self.0.swap(true, Ordering::SeqCst) { Grant::NONE } else { Grant::READ }
        }
    }

    fn relay(access: impl Access) -> (Relay, DocumentId) {
        let store = Store::in_memory(Keypair::from_secret_bytes(&[1; 32]));
        let mut text = store.create::<Text>().expect("room");
        text.change(|text| text.push_str("Plan")).expect("room");
        (Relay::start(&store, access, RelayOptions::new()).expect("a relay"), text.id())
    }

    /// Who asks and is gone has nothing be worked on beside that for which others wait for their turn.
    #[tokio::test]
    async fn what_is_worked_on_for_somebody_who_is_gone_has_its_turn_and_room() {
        let (relay, document) = relay(Open);
        let (begun, has_begun) = channel();
        let (go_on, may_go_on) = channel();
        let answer = move |_: &History| {
            begun.send(()).expect("it is waited for");
            may_go_on.recv().expect("it is told");
            Vec::new()
        };
        let asked = tokio::spawn({
            let relay = relay.clone();
            async move { relay.answer(document, (&HeaderMap::new(), None), answer).await.is_ok() }
        });
        let begins = tokio::task::spawn_blocking(move || has_begun.recv());
        begins.await.expect("no panic").expect("it begins");
        asked.abort();
        assert!(asked.await.is_err_and(|error| error.is_cancelled()));
        let Inner { requests, answers, limits, .. } = &*relay.inner;
        assert_eq!(requests.available_permits(), limits.requests - 1);
        assert!(answers.is_held());
        go_on.send(()).expect("it waits");
        let over = async {
            while requests.available_permits() < limits.requests || answers.is_held() {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(20), over).await.expect("it comes to its end");
    }

    /// Whose right to read is taken away while they wait for their turn is not answered then.
    #[tokio::test]
    async fn who_may_not_read_any_more_at_their_turn_is_not_answered() {
        let list = Arc::new(Once::default());
        let (relay, document) = relay(list.clone());
        let all = u32::try_from(relay.inner.limits.requests).expect("few");
        let busy = relay.inner.requests.clone().acquire_many_owned(all).await.expect("it is open");
        let id = Path(document.to_string());
        let asked = tokio::spawn(show(State(relay.clone()), id, HeaderMap::new(), None));
        let is_let_in = async {
            while !list.0.load(Ordering::SeqCst) {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(20), is_let_in).await.expect("it is looked at");
        drop(busy);
        let refused = asked.await.expect("no panic").expect_err("it is not answered");
        assert_eq!(refused.0, StatusCode::UNAUTHORIZED);
    }
}
