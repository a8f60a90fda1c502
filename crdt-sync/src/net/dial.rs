//! Connecting to an address: TCP, TLS where it asks for it, and the WebSocket.

use core::time::Duration;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tungstenite::client::IntoClientRequest as _;
use tungstenite::error::ProtocolError;
use tungstenite::handshake::client::Request;
use tungstenite::{self, ClientRequestBuilder};

use super::line::Transport;
use super::socket::Wire;
use crate::access::Token;
use crate::dialing::Address;

/// How long each step may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why there is no connection.
#[derive(Debug, Error)]
pub(crate) enum DialError {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("the system has no randomness: {0}")]
    Random(#[from] getrandom::Error),
    #[error("there was no answer in {PATIENCE:?}")]
    Silent,
    #[error("the certificate is for another name than {0}, or that is no name")]
    Name(String),
    #[error("nothing speaks TLS there: for a relay without it, write `ws://` instead of `wss://`")]
    NoTls,
    #[error(
        "what answers there is no relay, or one with TLS, for which `wss://` is to be written: {0}"
    )]
    NoHttp(Box<tungstenite::Error>),
    #[error("no relay is at this path ({0}): check all of the address")]
    NoRelay(u16),
    #[error("the relay serves nobody just now ({0})")]
    Busy(u16),
    #[error("no relay there: {0}")]
    NoWebSocket(Box<tungstenite::Error>),
    #[error("the relay does not let us in ({0}): it asks for another token")]
    Refused(u16),
}

impl DialError {
    /// Whether there is no use in trying again.
    pub(crate) fn is_final(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Name(_))
    }
}

/// Connects.
pub(crate) async fn dial(
    address: &Address,
    token: Option<&Token>,
    tls: &Arc<ClientConfig>,
) -> Result<(Wire, IpAddr), DialError> {
    let tcp = timed(TcpStream::connect((address.host(), address.port()))).await??;
    tcp.set_nodelay(true)?;
    let there = tcp.peer_addr()?.ip();
    let transport: Box<dyn Transport> = if address.is_secure() {
        let name = ServerName::try_from(address.host().to_owned());
        let name = name.map_err(|_| DialError::Name(address.host().to_owned()))?;
        let shaking = TlsConnector::from(tls.clone()).connect(name, tcp);
        Box::new(timed(shaking).await?.map_err(no_tls)?)
    } else {
        Box::new(tcp)
    };
    let request = request(address, token)?;
    match timed(Wire::request(transport, request)).await? {
        Ok(wire) => Ok((wire, there)),
        Err(error) => Err(no_websocket(error)),
    }
}

/// Why TLS did not come about.
fn no_tls(error: io::Error) -> DialError {
    let is_other = |error: &rustls::Error| {
        matches!(error, rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType))
    };
    let of_tls = error.get_ref().and_then(|error| error.downcast_ref());
    if of_tls.is_some_and(is_other) { DialError::NoTls } else { error.into() }
}

/// Why a WebSocket did not come about.
fn no_websocket(error: tungstenite::Error) -> DialError {
    let answered = match &error {
        tungstenite::Error::Http(response) => response.status().as_u16(),
        tungstenite::Error::HttpFormat(_)
        | tungstenite::Error::Protocol(ProtocolError::HttparseError(_)) => {
            return DialError::NoHttp(Box::new(error));
        }
        _ => return DialError::NoWebSocket(Box::new(error)),
    };
    match answered {
        401 | 403 => DialError::Refused(answered),
        429 | 500.. => DialError::Busy(answered),
        _ => DialError::NoRelay(answered),
    }
}

fn request(address: &Address, token: Option<&Token>) -> Result<Request, DialError> {
    let uri = address.to_string().parse();
    let uri = uri.map_err(|_| DialError::Name(address.host().to_owned()))?;
    let request = ClientRequestBuilder::new(uri);
    let request = match token {
        Some(token) => request.with_header("Authorization", format!("Bearer {}", token.secret())),
        None => request,
    };
    request.into_client_request().map_err(|error| DialError::NoWebSocket(Box::new(error)))
}

async fn timed<F: Future>(future: F) -> Result<F::Output, DialError> {
    timeout(PATIENCE, future).await.map_err(|_| DialError::Silent)
}

/// TLS with the certificates that the system trusts, or, where it has none, those that browsers do.
///
/// # Errors
/// If the versions of TLS that there are cannot be spoken, which would be a fault of this crate.
pub(crate) fn trusting_the_system() -> Result<Arc<ClientConfig>, rustls::Error> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        tracing::debug!(errors = ?found.errors, "the system trusts nobody: as browsers do");
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}
