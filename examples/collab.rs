//! One document that several people edit at the same time, each in a terminal, through a relay.
//!
//! ```text
//! cargo run --release --bin crdt-relay                                   # in one terminal
//! cargo run --release --example collab ws://127.0.0.1:8710               # in another: prints a link
//! cargo run --release --example collab 'ws://127.0.0.1:8710/..#..'       # the link, in a third
//! ```
//!
//! Then write lines there: `title Groceries`, `add Milk`, `done 1`, `note Oat milk, not cow's`. Ctrl-C tells
//! the others that you have left. Stop the relay meanwhile, or write while it is stopped: what was written
//! comes together when it is back.
//!
//! ```text
//! cargo run --release --example collab -- --demo                         # all of it in one process
//! ```
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example shows what it does")]

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use crdt_core::{CrdtNode, Editor, Keypair, View};
use crdt_store::{Store, StoreError};
use crdt_sync::access::Open;
use crdt_sync::{Address, Invite, Live, Other, Peer, Relay, RelayOptions, Target};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, BufReader, stdin};
use tokio::net::TcpListener;
use tokio::signal::ctrl_c;

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Page {
    title: String,
    #[crdt(text)]
    notes: String,
    items: Vec<Item>,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Item {
    title: String,
    done: bool,
}

type Result<T = (), E = Box<dyn Error + Send + Sync>> = core::result::Result<T, E>;

/// What others see of somebody who is there.
#[derive(Serialize, Deserialize)]
struct Me {
    name: String,
    /// What they did last.
    wrote: String,
}

#[tokio::main]
async fn main() -> ExitCode {
    match begun(env::args().nth(1).as_deref()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn begun(argument: Option<&str>) -> Result {
    match argument {
        // As a test it does what `--demo` does.
        _ if cfg!(test) => demo().await,
        Some("--demo") => demo().await,
        Some(text) => terminal(text).await,
        None => {
            Err("say the address of a relay, a link that another terminal printed, or --demo"
                .into())
        }
    }
}

/// Somebody: a key, a place for documents, and a connection.
async fn begin(text: &str) -> Result<(Live<Page>, Peer)> {
    let store = Store::in_memory(Keypair::generate()?);
    if text.contains('#') {
        let invite = text.parse()?;
        let peer = Peer::start(&store, Default::default())?;
        return Ok((peer.accept(&invite).await?, peer));
    }
    let page = Live::new(store.create::<Page>()?);
    let peer = Peer::connect(&store, text)?;
    peer.bind(&page);
    Ok((page, peer))
}

/// Shows the page whenever it changes, and does what is written.
async fn terminal(text: &str) -> Result {
    let (page, peer) = begin(text).await?;
    let address = text.split('#').next().unwrap_or(text).parse::<Address>()?;
    println!("For another terminal: {}", Invite::new(address.clone(), page.id()));
    println!("Write `title ..`, `add ..`, `done 1`, `note ..`; Ctrl-C ends it.\n");
    let mut status = peer.watch(&address).ok_or("it is dialed")?;
    let name = env::var("USER").unwrap_or_else(|_| "Somebody".into());
    page.show(&Me { name: name.clone(), wrote: "nothing yet".into() })?;
    let (mut deltas, mut others) = (page.deltas().await, page.others::<Me>());
    let mut lines = BufReader::new(stdin()).lines();
    loop {
        tokio::select! {
            seen = deltas.next() => {
                if seen.is_none() {
                    return Ok(());
                }
                println!("{}", page.read(shown).await);
            }
            Some(other) = others.next() => println!("{}", seen(&other)),
            Ok(()) = status.changed() => println!("({})", *status.borrow_and_update()),
            _ = ctrl_c() => break,
            line = lines.next_line() => match line? {
                None => break,
                Some(line) => {
                    let wrote = line.chars().take(40).collect();
                    page.show(&Me { name: name.clone(), wrote })?;
                    if let Err(error) = write(&page, line).await {
                        println!("{error}");
                    }
                }
            },
        }
    }
    // What was written last is to be at the relay before this ends, if that is there.
    let _ = tokio::time::timeout(Duration::from_secs(5), page.synced()).await;
    page.hide();
    page.close().await?;
    peer.close().await;
    Ok(())
}

fn seen(other: &Other<Me>) -> String {
    let key = &other.author.to_string()[..8];
    match &other.presence {
        Some(Me { name, wrote }) => format!("({name}, {key}, is here, and wrote: {wrote})"),
        None => format!("({key} has left)"),
    }
}

/// Does what a line says. Here it is durable when this returns; the relay is told as soon as it can be.
async fn write(page: &Live<Page>, line: String) -> Result<(), StoreError> {
    page.change(move |page| edit(page, &line)).await
}

fn edit(page: &mut Editor<'_, Page>, line: &str) -> Result<(), crdt_core::EditError> {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    match (verb, rest.parse::<usize>()) {
        ("title", _) => page.title.set(rest),
        ("note", _) => page.notes.push_str(format!("{rest}\n")),
        ("add", _) => page.items.push(Item { title: rest.into(), done: false }).map(drop),
        ("done", Ok(number)) => page.items.at(number.saturating_sub(1))?.done.set(true),
        _ => page.notes.push_str(format!("{line}\n")),
    }
}

fn shown(page: View<'_, Page>) -> String {
    let mut text = format!("--- {}\n", page.title);
    for (number, item) in (1..).zip(page.items.iter()) {
        text += &format!("{number:3}. [{}] {}\n", if *item.done { "x" } else { " " }, item.title);
    }
    text + &page.notes.to_string()
}

/// A relay, and two who write at the same time.
async fn demo() -> Result {
    let relay_store = Store::in_memory(Keypair::generate()?);
    // Everyone may do everything: it listens on this machine alone.
    let relay = Relay::start(&relay_store, Open, RelayOptions::new())?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("ws://{}", listener.local_addr()?);
    let serving = relay.clone();
    let serving = tokio::spawn(async move { serving.serve(listener).await });

    let (alice, _first) = begin(&address).await?;
    write(&alice, "title Groceries".into()).await?;
    alice.synced().await;
    let invite = Invite::new(address.parse()?, alice.id());
    let (bob, second) = begin(&invite.to_string()).await?;
    bob.synced().await;
    println!("Bob has joined by {invite}\n{}", bob.read(shown).await);

    alice.show(&Me { name: "Alice".into(), wrote: "title Groceries".into() })?;
    bob.show(&Me { name: "Bob".into(), wrote: "nothing yet".into() })?;
    for (reader, page) in [("Alice", &alice), ("Bob", &bob)] {
        let other = page.others::<Me>().next().await.ok_or("it is shared")?;
        println!("{reader} sees {}", seen(&other));
    }

    println!("\nBoth write at the same time");
    let (one, other) =
        tokio::join!(write(&alice, "add Milk".into()), write(&bob, "add Bread".into()));
    one.and(other)?;
    together(&alice, &bob).await;

    println!("Bob is offline, and both go on");
    second.close().await;
    write(&bob, "done 1".into()).await?;
    write(&bob, "note written on the train".into()).await?;
    write(&alice, "title Groceries for Friday".into()).await?;
    println!("Alice sees\n{}\nBob sees\n{}", alice.read(shown).await, bob.read(shown).await);

    println!("Bob is back");
    let peer = Peer::start(bob.store(), Default::default())?;
    peer.bind(&bob);
    peer.dial(address.parse::<Target>()?);
    together(&alice, &bob).await;
    assert_eq!(bob.value().await.title, "Groceries for Friday");
    assert!(alice.value().await.items[0].done);
    relay.drain().await?;
    serving.await??;
    Ok(())
}

/// Waits until both have the same, and shows it.
async fn together(alice: &Live<Page>, bob: &Live<Page>) {
    let mut deltas = (alice.deltas().await, bob.deltas().await);
    while alice.with(|page| page.heads()).await != bob.with(|page| page.heads()).await {
        tokio::select! {
            _ = deltas.0.next() => {}
            _ = deltas.1.next() => {}
        }
    }
    let (seen_by_alice, seen_by_bob) = (alice.read(shown).await, bob.read(shown).await);
    println!("Alice sees\n{seen_by_alice}\nBob sees\n{seen_by_bob}");
    assert_eq!(seen_by_alice, seen_by_bob);
}
