//! Documents by HTTP, for those without WebSocket: to read, and as bundles in and out.

use core::fmt;
use std::net::SocketAddr;

use axum::Extension;
use axum::Router;
use axum::body::to_bytes;
use axum::extract::{ConnectInfo, Path, RawQuery, Request, State};
use axum::http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use crdt_core::serde_json::{Value, json};
use crdt_core::{ChangeHash, DocumentId, History};
use crdt_store::StoreError;
use tokio::time::timeout;

use super::{Relay, http};
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
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, scheme());
        }
        response
    }
}

fn scheme() -> axum::http::HeaderValue {
    axum::http::HeaderValue::from_static("Bearer")
}

/// The document as JSON, with its heads.
async fn show(
    State(relay): State<Relay>,
    Path(id): Path<String>,
    headers: HeaderMap,
    from: From,
) -> Result<Response, Failure> {
    let document = named(&id)?;
    let (visitor, _) = relay.let_in(&headers, from, document, Right::Read).await?;
    let shown = relay.look(document, &visitor, shown).await?;
    Ok(as_json(&shown))
}

fn shown(history: &History) -> Value {
    json!({
        "id": history.document().to_string(),
        "type": history.genesis().map(|genesis| genesis.type_name().to_owned()),
        "heads": hex(&history.heads()),
        "changes": history.len(),
        "bytes": history.bytes(),
        "value": history.to_json(),
    })
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
    let (visitor, _) = relay.let_in(&headers, from, document, Right::Read).await?;
    let bundles = relay.look(document, &visitor, move |history| history.export(&have)).await?;
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
    let (visitor, grant) = relay.let_in(&headers, from, document, Right::Write).await?;
    let _turn = relay.turn().await?;
    let bundles = relay.body(request).await?;
    let taken = take_in(&relay.inner.hub, document, &visitor, grant, bundles).await;
    let version = taken.map_err(refused)?;
    Ok(as_json(&json!({ "heads": hex(&version.heads), "changes": version.changes })))
}

fn refused(refusal: Refusal) -> Failure {
    let status = match &refusal {
        Refusal::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::OverQuota => StatusCode::INSUFFICIENT_STORAGE,
        Refusal::Removed => StatusCode::GONE,
        Refusal::Failed => StatusCode::SERVICE_UNAVAILABLE,
    };
    Failure::new(status, refusal)
}

fn as_json(value: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], format!("{value}\n")).into_response()
}

fn named(id: &str) -> Result<DocumentId, Failure> {
    let bad =
        |error| Failure::new(StatusCode::BAD_REQUEST, format!("not a document's id: {error}"));
    id.parse().map_err(bad)
}

fn heads(query: &str) -> Result<Vec<ChangeHash>, Failure> {
    let have = query.split('&').find_map(|part| part.strip_prefix("have="));
    let have = have.unwrap_or_default().split(',').filter(|head| !head.is_empty());
    let bad =
        |error| Failure::new(StatusCode::BAD_REQUEST, format!("not the hash of a change: {error}"));
    have.map(|head| head.parse().map_err(bad)).collect()
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

    /// What comes with a request, which is read only for those who may send it.
    async fn body(&self, request: Request) -> Result<Vec<u8>, Failure> {
        let most = self.inner.limits.request_body;
        let too_long = |_| {
            let why = format!("what is sent is cut off, or has more than {most} bytes");
            Failure::new(StatusCode::PAYLOAD_TOO_LARGE, why)
        };
        let reading = timeout(self.inner.limits.request_head, to_bytes(request.into_body(), most));
        let too_slow = |_| Failure::new(StatusCode::REQUEST_TIMEOUT, "it came too slowly");
        Ok(reading.await.map_err(too_slow)?.map_err(too_long)?.into())
    }

    /// A turn among those whose requests are worked on.
    async fn turn(&self) -> Result<tokio::sync::SemaphorePermit<'_>, Failure> {
        let turn = self.inner.requests.acquire().await;
        turn.map_err(|_| {
            Failure::new(StatusCode::SERVICE_UNAVAILABLE, "the relay is being restarted")
        })
    }

    async fn look<R: Send + 'static>(
        &self,
        document: DocumentId,
        visitor: &Visitor,
        look: impl FnOnce(&History) -> R + Send + 'static,
    ) -> Result<R, Failure> {
        let _turn = self.turn().await?;
        let failed = |error: StoreError| match error {
            StoreError::UnknownDocument(_) | StoreError::Removed(_) => {
                Failure::new(StatusCode::NOT_FOUND, "there is no such document here")
            }
            error => {
                tracing::error!(%error, %document, ?visitor, "a document could not be opened");
                Failure::new(StatusCode::SERVICE_UNAVAILABLE, "the document cannot be opened now")
            }
        };
        let entry = self.inner.hub.open(document).await.map_err(failed)?;
        let looked = entry.look(look).await;
        looked.ok_or_else(|| Failure::new(StatusCode::NOT_FOUND, "there is no such document here"))
    }
}
