//! How the relay does: for people, for Prometheus, and for whoever restarts it.

use core::fmt::{self, Display, Write as _};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use tokio::task::spawn_blocking;

use super::Relay;
use crate::dialing::Address;
use crate::dialing::Status;
use crate::net::hub::Connected;

/// The most rows that a table shows.
const ROWS: usize = 200;

/// `/healthz` and `/readyz`.
pub(super) fn health() -> Router<Relay> {
    Router::new().route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(ready))
}

/// `/` and `/metrics`.
pub(super) fn admin() -> Router<Relay> {
    Router::new().route("/", get(page)).route("/metrics", get(metrics))
}

/// Whether new peers are served: not while it is drained, nor while the store cannot be read.
async fn ready(State(relay): State<Relay>) -> impl IntoResponse {
    if relay.is_draining() {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining\n");
    }
    let store = relay.inner.hub.store.clone();
    let read =
        spawn_blocking(move || store.was_removed(crdt_core::DocumentId::from_bytes([0; 32])));
    match read.await {
        Ok(Ok(_)) => (StatusCode::OK, "ready\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the store cannot be read\n"),
    }
}

async fn metrics(State(relay): State<Relay>) -> impl IntoResponse {
    let links = relay.links();
    let connected = links.iter().filter(|(_, status)| matches!(status, Status::Connected { .. }));
    let more = [
        ("links", "Relays that are dialed.", links.len() as u64),
        ("links_connected", "Relays that are dialed and connected.", connected.count() as u64),
    ];
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], relay.inner.hub.metrics_text(more))
}

async fn page(State(relay): State<Relay>) -> impl IntoResponse {
    let store = relay.inner.hub.store.clone();
    let listings = spawn_blocking(move || store.documents()).await;
    let listings = listings.ok().and_then(Result::ok).unwrap_or_default();
    let forks = relay.inner.hub.forks().await;
    let mut text = String::from(HEAD);
    // Writing into a string does not fail.
    let _ = write_page(&mut text, &relay, &listings, &forks);
    Html(text)
}

fn write_page(
    text: &mut String,
    relay: &Relay,
    listings: &[crdt_store::Listing],
    forks: &[(crdt_core::DocumentId, usize)],
) -> fmt::Result {
    let connected = relay.inner.hub.connected();
    writeln!(text, "<h1>crdt-relay</h1><p>Key <code>{}</code></p>", relay.author())?;
    writeln!(
        text,
        "<p>{} connections, {} documents, {} of them open</p>",
        connected.len(),
        listings.len(),
        relay.open_documents()
    )?;
    table(
        text,
        "Connections",
        &["key", "from", "relay", "documents", "waiting", "for"],
        connected.iter(),
        row,
    )?;
    let links = relay.links();
    let link =
        |(address, status): &(Address, Status)| vec![address.to_string(), status.to_string()];
    table(text, "Relays", &["address", "status"], links.iter(), link)?;
    let documents = listings.iter().map(|listing| {
        let type_name = listing.type_name.clone().unwrap_or_default();
        let (changes, bytes) = (listing.changes.to_string(), listing.bytes.to_string());
        let followers = relay.inner.hub.followers(&listing.id).to_string();
        vec![listing.id.to_string(), type_name, changes, bytes, followers]
    });
    let columns = ["document", "type", "changes", "bytes", "followers"];
    table(text, "Documents", &columns, documents, |row| row)?;
    let fork = |(document, count): &(crdt_core::DocumentId, usize)| {
        vec![document.to_string(), count.to_string()]
    };
    table(text, "Equivocations seen", &["document", "count"], forks.iter(), fork)
}

fn row(connected: &Connected) -> Vec<String> {
    let or_dash = |shown: Option<String>| shown.unwrap_or_else(|| "-".to_owned());
    vec![
        or_dash(connected.author.map(|author| author.to_string())),
        or_dash(connected.address.map(|address| address.to_string())),
        if connected.is_link { "yes" } else { "" }.to_owned(),
        connected.documents.to_string(),
        connected.lag.to_string(),
        format!("{} s", connected.since.elapsed().as_secs()),
    ]
}

fn table<T>(
    text: &mut String,
    title: &str,
    columns: &[&str],
    rows: impl ExactSizeIterator<Item = T>,
    row: impl Fn(T) -> Vec<String>,
) -> fmt::Result {
    let count = rows.len();
    writeln!(text, "<h2>{title}</h2><table><tr>")?;
    columns.iter().try_for_each(|column| write!(text, "<th>{column}</th>"))?;
    for cells in rows.take(ROWS).map(row) {
        write!(text, "</tr><tr>")?;
        cells.iter().try_for_each(|cell| write!(text, "<td>{}</td>", Escaped(cell)))?;
    }
    writeln!(text, "</tr></table>")?;
    if count > ROWS { writeln!(text, "<p>and {} more</p>", count - ROWS) } else { Ok(()) }
}

/// Text in which nothing is markup: names of types are whatever their authors wrote.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|char| match char {
            '<' => f.write_str("&lt;"),
            '>' => f.write_str("&gt;"),
            '&' => f.write_str("&amp;"),
            '"' => f.write_str("&quot;"),
            char => f.write_char(char),
        })
    }
}

const HEAD: &str = "<!doctype html><meta charset=\"utf-8\"><meta http-equiv=\"refresh\" content=\"5\">\
    <title>crdt-relay</title><style>body{font:14px system-ui;margin:2em}table{border-collapse:\
    collapse}td,th{border:1px solid #bbb;padding:.2em .6em;text-align:left;font-family:monospace}\
    </style>\n";
