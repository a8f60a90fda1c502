//! What a file of configuration says.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crdt_core::{Author, DocumentId};
use crdt_sync::access::Token;
use crdt_sync::{Limits, RelayOptions, Target};
use serde::{Deserialize, Deserializer, de};

use crate::args::Log;
use crate::failure::Failure;

/// All that can be said.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) admin: Option<SocketAddr>,
    pub(crate) store: PathBuf,
    pub(crate) endpoint: Option<String>,
    pub(crate) open: bool,
    pub(crate) behind_proxy: bool,
    /// The only documents that there are, if that is said.
    pub(crate) documents: Option<Vec<DocumentId>>,
    pub(crate) allow: Vec<Allow>,
    pub(crate) links: Vec<Link>,
    limits: LimitsTable,
    queues: Queues,
    #[serde(skip, default = "text")]
    pub(crate) log: Log,
    /// Where it was read from.
    #[serde(skip)]
    pub(crate) path: Option<PathBuf>,
    /// Whether everyone may do everything, if that was said besides the file.
    #[serde(skip)]
    pub(crate) is_said_open: Option<bool>,
    /// What of the file holds until the relay ends, as it is there.
    #[serde(skip)]
    pub(crate) fixed: Option<Fixed>,
}

/// Who may do what.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Allow {
    pub(crate) key: Option<Author>,
    pub(crate) token: Option<String>,
    #[serde(default)]
    pub(crate) everyone: bool,
    pub(crate) may: May,
    pub(crate) documents: Option<Vec<DocumentId>>,
    /// Canonical bytes of changes in each document.
    pub(crate) quota: Option<u64>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum May {
    Read,
    Write,
    Relay,
}

/// Another relay.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a table, as in `[[links]]` and `address = \"wss://..\"`")]
pub(crate) struct Link {
    #[serde(deserialize_with = "target")]
    address: Target,
    token: Option<String>,
    relay: Option<Author>,
}

#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct LimitsTable {
    connections: Option<usize>,
    connections_per_address: Option<usize>,
    documents_per_connection: Option<u64>,
    request_body: Option<usize>,
    request_bytes: Option<usize>,
    handshake_seconds: Option<u64>,
    ping_seconds: Option<u64>,
    write_seconds: Option<u64>,
    idle_document_seconds: Option<u64>,
    drain_seconds: Option<u64>,
    retry_after_seconds: Option<u64>,
}

#[derive(Clone, PartialEq, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Queues {
    broadcast: Option<usize>,
    peer: Option<usize>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 8710).into(),
            admin: None,
            store: "relay.crdt".into(),
            endpoint: None,
            open: false,
            behind_proxy: false,
            documents: None,
            allow: Vec::new(),
            links: Vec::new(),
            limits: LimitsTable::default(),
            queues: Queues::default(),
            log: Log::Text,
            path: None,
            is_said_open: None,
            fixed: None,
        }
    }
}

/// What is read when the relay starts, and not again.
#[derive(Clone, Debug)]
pub(crate) struct Fixed {
    listen: SocketAddr,
    admin: Option<SocketAddr>,
    store: PathBuf,
    endpoint: Option<String>,
    behind_proxy: bool,
    links: Vec<Link>,
    limits: LimitsTable,
    queues: Queues,
}

impl Fixed {
    /// What is set in another way, as it is called in the file.
    pub(crate) fn others_than(&self, other: &Self) -> impl Iterator<Item = &'static str> {
        let differ = [
            ("listen", self.listen != other.listen),
            ("admin", self.admin != other.admin),
            ("store", self.store != other.store),
            ("endpoint", self.endpoint != other.endpoint),
            ("behind_proxy", self.behind_proxy != other.behind_proxy),
            ("links", self.links != other.links),
            ("limits", self.limits != other.limits),
            ("queues", self.queues != other.queues),
        ];
        differ.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name)
    }
}

fn text() -> Log {
    Log::Text
}

fn target<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Target, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
}

/// The line that a byte is in, by its number and what it gives a value to.
fn place(text: &str, byte: usize) -> String {
    let before = text.bytes().take(byte).filter(|byte| *byte == b'\n').count();
    let line = text.lines().nth(before).unwrap_or_default();
    match line.split_once('=') {
        Some((name, _)) => format!("line {} (`{}`)", before + 1, name.trim()),
        None => format!("line {}", before + 1),
    }
}

impl Config {
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let text = fs::read_to_string(path);
        let text = text.map_err(|source| Failure::Unreadable { path: path.to_owned(), source })?;
        let mut config: Self = toml::from_str(&text).map_err(|error| Failure::NotConfig {
            path: path.to_owned(),
            place: place(&text, error.span().map_or(0, |span| span.start)),
            what: error.message().to_owned(),
        })?;
        config.fixed = Some(config.fixed());
        config.path = Some(path.to_owned());
        Ok(config)
    }

    fn fixed(&self) -> Fixed {
        let Self { listen, admin, store, endpoint, behind_proxy, links, limits, queues, .. } = self;
        Fixed {
            listen: *listen,
            admin: *admin,
            store: store.clone(),
            endpoint: endpoint.clone(),
            behind_proxy: *behind_proxy,
            links: links.clone(),
            limits: limits.clone(),
            queues: queues.clone(),
        }
    }

    /// Whether only this machine can reach what is served.
    pub(crate) fn is_local(&self) -> bool {
        self.is_here(self.listen)
    }

    /// Whether only this machine can reach what is served at an address. A proxy on it lets others in.
    pub(crate) fn is_here(&self, address: SocketAddr) -> bool {
        address.ip().is_loopback() && !self.behind_proxy
    }

    pub(crate) fn options(&self) -> RelayOptions {
        let mut options = RelayOptions::new().limits(self.limits());
        if self.is_local() && self.allow.is_empty() && !self.open {
            options = options.local();
        }
        let seconds = Duration::from_secs;
        options = match &self.endpoint {
            Some(endpoint) => options.endpoint(endpoint),
            None => options,
        };
        options = self.queues.broadcast.map_or(options.clone(), |most| options.broadcast(most));
        options = self.queues.peer.map_or(options.clone(), |most| options.queue(most));
        let Self { limits, .. } = self;
        options =
            limits.write_seconds.map_or(options.clone(), |s| options.write_timeout(seconds(s)));
        limits.idle_document_seconds.map_or(options.clone(), |s| options.idle(seconds(s)))
    }

    fn limits(&self) -> Limits {
        let (table, mut limits) = (&self.limits, Limits::default());
        let or = |said: Option<u64>, default| said.map_or(default, Duration::from_secs);
        limits.behind_proxy = self.behind_proxy;
        limits.connections = table.connections.unwrap_or(limits.connections);
        limits.connections_per_address =
            table.connections_per_address.unwrap_or(limits.connections_per_address);
        limits.documents_per_connection =
            table.documents_per_connection.unwrap_or(limits.documents_per_connection);
        limits.request_body = table.request_body.unwrap_or(limits.request_body);
        limits.request_bytes = table.request_bytes.unwrap_or(limits.request_bytes);
        limits.handshake = or(table.handshake_seconds, limits.handshake);
        limits.ping = or(table.ping_seconds, limits.ping);
        limits.drain = or(table.drain_seconds, limits.drain);
        limits.retry_after = or(table.retry_after_seconds, limits.retry_after);
        limits
    }
}

impl From<Target> for Link {
    fn from(address: Target) -> Self {
        Self { address, token: None, relay: None }
    }
}

impl Config {
    /// The relays to dial.
    ///
    /// # Errors
    /// If a token is none.
    pub(crate) fn targets(&self) -> Result<Vec<Target>, Failure> {
        (1..).zip(&self.links).map(|(number, link)| link.target(number)).collect()
    }
}

impl Link {
    fn target(&self, number: usize) -> Result<Target, Failure> {
        let mut target = self.address.clone();
        if let Some(token) = &self.token {
            let token = Token::new(token).map_err(|error| Failure::LinkToken(number, error))?;
            target = target.with_token(token);
        }
        Ok(self.relay.map_or(target.clone(), |relay| target.with_relay(relay)))
    }
}

/// What a setting of the library is called in the file.
pub(crate) fn name_of(setting: &'static str) -> &'static str {
    match setting {
        "connections" => "limits.connections",
        "connections_per_address" => "limits.connections_per_address",
        "documents_per_connection" => "limits.documents_per_connection",
        "request_body" => "limits.request_body",
        "request_bytes" => "limits.request_bytes",
        "handshake" => "limits.handshake_seconds",
        "ping" => "limits.ping_seconds",
        "write_timeout" => "limits.write_seconds",
        "idle" => "limits.idle_document_seconds",
        "drain" => "limits.drain_seconds",
        "retry_after" => "limits.retry_after_seconds",
        "broadcast" => "queues.broadcast",
        "queue" => "queues.peer",
        other => other,
    }
}
