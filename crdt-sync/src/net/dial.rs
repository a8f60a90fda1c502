//! Connecting to an address: TCP, TLS where it asks for it, and the WebSocket.

use core::time::Duration;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, ClientRequestBuilder};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::address::Address;
use super::socket::{BUFFER, MAX_MESSAGE};
use crate::access::Token;

/// How long each step may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A WebSocket to a relay.
pub(crate) type Dialed = WebSocketStream<Box<dyn Transport>>;

/// Bytes in and out.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Transport for T {}

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
) -> Result<(Dialed, IpAddr), DialError> {
    let tcp = timed(TcpStream::connect((address.host(), address.port()))).await??;
    tcp.set_nodelay(true)?;
    let there = tcp.peer_addr()?.ip();
    let transport: Box<dyn Transport> = if address.is_secure() {
        let name = ServerName::try_from(address.host().to_owned());
        let name = name.map_err(|_| DialError::Name(address.host().to_owned()))?;
        Box::new(timed(TlsConnector::from(tls.clone()).connect(name, tcp)).await??)
    } else {
        Box::new(tcp)
    };
    let request = request(address, token)?;
    let shaking = client_async_with_config(request, transport, Some(config()));
    match timed(shaking).await? {
        Ok((socket, _)) => Ok((socket, there)),
        Err(tungstenite::Error::Http(response)) if is_final(response.status().as_u16()) => {
            Err(DialError::Refused(response.status().as_u16()))
        }
        Err(error) => Err(DialError::NoWebSocket(Box::new(error))),
    }
}

fn request(address: &Address, token: Option<&Token>) -> Result<ClientRequestBuilder, DialError> {
    let uri = address.to_string().parse();
    let uri = uri.map_err(|_| DialError::Name(address.host().to_owned()))?;
    let request = ClientRequestBuilder::new(uri);
    Ok(match token {
        Some(token) => request.with_header("Authorization", format!("Bearer {}", token.secret())),
        None => request,
    })
}

/// Whether an answer says that it will always be that.
fn is_final(status: u16) -> bool {
    matches!(status, 401 | 403)
}

async fn timed<F: Future>(future: F) -> Result<F::Output, DialError> {
    timeout(PATIENCE, future).await.map_err(|_| DialError::Silent)
}

/// How much of a WebSocket is kept in memory.
pub(crate) fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(BUFFER)
        .write_buffer_size(0)
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE))
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
