//! From an HTTP request to a WebSocket.

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::SEC_WEBSOCKET_PROTOCOL;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use hyper::upgrade::{OnUpgrade, on};
use hyper_util::rt::TokioIo;
use tungstenite::handshake::server::create_response_with_body;

use crate::dialing::PROTOCOL;
use crate::net::socket::Wire;

/// A WebSocket that was asked for, once the answer has been sent.
pub(super) struct Upgrade(OnUpgrade);

/// Agrees to a WebSocket: the answer, and what becomes of the connection. `None` if none was asked for.
pub(super) fn agree(request: &mut Request) -> Option<(Response, Upgrade)> {
    let mut response = create_response_with_body(request, Body::empty).ok()?;
    if names(request.headers(), PROTOCOL) {
        let protocol = HeaderValue::from_static(PROTOCOL);
        response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    Some((response, Upgrade(on(request))))
}

/// The protocols that a WebSocket is asked for with.
pub(super) fn protocols(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let named = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter();
    named.filter_map(|value| value.to_str().ok()).flat_map(|all| all.split(',')).map(str::trim)
}

fn names(headers: &HeaderMap, protocol: &str) -> bool {
    protocols(headers).any(|named| named == protocol)
}

impl Upgrade {
    /// The WebSocket; `None` if whoever asked is gone.
    pub(super) async fn wire(self) -> Option<Wire> {
        let upgraded = self.0.await.inspect_err(|error| tracing::debug!(%error, "no WebSocket"));
        Some(Wire::accepted(Box::new(TokioIo::new(upgraded.ok()?))))
    }
}
