//! What a relay answers by HTTP.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{AUTHORIZATION, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::doors::Seat;
use super::upgrade::{agree, protocols};
use super::{Relay, documents, local, page};
use crate::access::{Token, Visitor};
use crate::dialing::{PATH, PROTOCOL_TOKEN};
use crate::net::session::{Setup, serve};
use crate::protocol::{Role, Terms};

impl Relay {
    /// `GET /crdt-sync` for peers; `/documents/{id}` for those without WebSocket; `/healthz` and
    /// `/readyz`. An app can nest it in a router of its own. Then it is for the app to see that heads
    /// of requests do not take for ever, and, if limits by address are to hold, to make the service
    /// with connect info.
    pub fn router(&self) -> Router {
        let router = Router::new()
            .route(PATH, get(sync))
            .merge(documents::router())
            .merge(page::health())
            .with_state(self.clone());
        self.guarded(router)
    }

    /// `/`, a page that shows connections and documents, and `/metrics` for Prometheus. They say who is
    /// connected from where: serve them only to those who run the relay.
    pub fn admin_router(&self) -> Router {
        self.guarded(page::admin().with_state(self.clone()))
    }

    /// A router that answers this machine alone, as [`local`](crate::RelayOptions::local) has all of them
    /// do: for what is served on loopback to who runs the relay, whoever the rest is for.
    pub fn local_router(router: Router) -> Router {
        router.layer(from_fn(local::from_here))
    }

    fn guarded(&self, router: Router) -> Router {
        if self.inner.is_local { Self::local_router(router) } else { router }
    }
}

/// Where a request comes from.
pub(super) fn address(relay: &Relay, headers: &HeaderMap, from: Option<SocketAddr>) -> IpAddr {
    let direct = from.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |from| from.ip());
    if !relay.inner.limits.behind_proxy {
        return direct;
    }
    // The last one was added by the proxy; those before it anybody can say.
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
    let last = forwarded.and_then(|all| all.to_str().ok()?.rsplit(',').next());
    last.and_then(|last| last.trim().parse().ok()).unwrap_or(direct)
}

/// The token that a request shows.
pub(super) fn token(headers: &HeaderMap) -> Option<Token> {
    let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let bearer = bearer.and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    });
    let named =
        || protocols(headers).find_map(|name| Some(name.strip_prefix(PROTOCOL_TOKEN)?.to_owned()));
    bearer.or_else(named).and_then(|secret| Token::new(secret).ok())
}

/// Who a request comes from.
pub(super) fn visitor(relay: &Relay, headers: &HeaderMap, from: Option<SocketAddr>) -> Visitor {
    Visitor::from(address(relay, headers, from)).with_token(token(headers))
}

async fn sync(State(relay): State<Relay>, mut request: Request) -> Response {
    let from = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|from| from.0);
    let Some((response, upgrade)) = agree(&mut request) else {
        let text = "this is the endpoint of a WebSocket, for peers";
        return (StatusCode::UPGRADE_REQUIRED, text).into_response();
    };
    if relay.is_draining() {
        return busy("the relay is being restarted");
    }
    let there = address(&relay, request.headers(), from);
    // The seat of the connection goes on with its WebSocket.
    let entered = request.extensions().get::<Arc<Seat>>().cloned();
    let enter = || relay.inner.doors.enter(from.map(|_| there)).map(Arc::new);
    let Some(seat) = entered.or_else(enter) else {
        relay.inner.hub.metrics.turned_away.add(1);
        return busy("there are too many connections");
    };
    let token = token(request.headers());
    tokio::spawn(async move {
        let Some(wire) = upgrade.wire().await else { return };
        let Some(setup) = relay.setup(there, token, seat) else { return };
        // In a task of its own, so that nothing is left of the request, and as it is: a future that waited
        // for it would keep room for it twice.
        tokio::spawn(serve(relay.inner.hub.clone(), wire, setup));
    });
    response
}

fn busy(why: &'static str) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "5")], why).into_response()
}

impl Relay {
    fn setup(&self, address: IpAddr, token: Option<Token>, seat: Arc<Seat>) -> Option<Setup> {
        let limits = &self.inner.limits;
        let mut settings = self.inner.hub.settings();
        let millis =
            |time: core::time::Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        settings.endpoint.clone_from(&self.inner.endpoint);
        settings.handshake = millis(limits.handshake);
        settings.ping = millis(limits.ping);
        settings.terms = Terms { documents: limits.documents_per_connection, ..settings.terms };
        let entropy = crate::dialing::entropy();
        let entropy = entropy.inspect_err(|error| tracing::error!(%error, "no randomness")).ok()?;
        Some(Setup {
            role: Role::Listener,
            settings,
            entropy,
            address,
            token,
            is_link: false,
            authenticated: None,
            seat: Some(seat),
        })
    }
}
