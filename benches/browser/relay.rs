//! A relay for the page that is measured, and somebody who writes there what was recorded, each
//! change signed by itself.
//!
//! `module` prints the JavaScript of the document, `saved` one of 259,778 changes. `relay` says where it listens, which document it
//! is and how it ends, and waits for a line; then it writes.

use std::error::Error;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::time::Instant;

use crdt_core::{Document, Keypair};
use crdt_store::Store;
use crdt_sync::access::Open;
use crdt_sync::{Live, Peer, Relay, RelayOptions};
use crdt_typescript::Declarations;
use test_support::trace::{self, Article};
use tokio::net::TcpListener;

type Run<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Run {
    match std::env::args().nth(1).as_deref() {
        Some("module") => {
            let module = Declarations::of::<Article>().module("./browser_bench.js", "article_type");
            print!("{module}");
            Ok(())
        }
        Some("saved") => saved(),
        Some("relay") => {
            tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(relay())
        }
        _ => Err("say `module`, `saved` or `relay`".into()),
    }
}

/// A recording of one person, each edit a change of its own.
fn saved() -> Run {
    let trace = trace::load("automerge-paper");
    let mut article = Document::<Article>::create(key(1))?;
    for transaction in &trace.txns {
        article.change(|article| trace::replay(article, transaction))?;
    }
    Ok(io::stdout().write_all(&article.save())?)
}

fn key(secret: u8) -> Keypair {
    Keypair::from_secret_bytes(&[secret; 32])
}

async fn relay() -> Run {
    let (id, messages) = trace::messages(&trace::load("friendsforever"));
    let at = serve().await?;
    println!("ws://{at} {id} {}", messages.len());
    let store = Store::in_memory(key(201));
    let article = Live::new(store.join::<Article>(id)?);
    let peer = Peer::connect(&store, &format!("ws://{at}"))?;
    peer.bind(&article);
    io::stdin().read_line(&mut String::new())?;
    let begun = Instant::now();
    for message in messages {
        article.apply(message).await?;
    }
    article.synced().await;
    println!("written in {:.0?}", begun.elapsed());
    io::stdin().read_line(&mut String::new())?;
    Ok(())
}

/// A relay in memory.
async fn serve() -> Run<SocketAddr> {
    let relay = Relay::start(&Store::in_memory(key(200)), Open, RelayOptions::new())?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let at = listener.local_addr()?;
    tokio::spawn(async move { relay.serve(listener).await });
    Ok(at)
}
