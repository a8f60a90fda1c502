//! What it costs to relay: tables for docs/performance.md.
//!
//! `cargo bench -p benches --bench relaying`, or a part of it with `-- spreading`, `-- latency` or
//! `-- idle` after that. The relay is a process of its own, of which the memory and the time of the
//! processor are asked. Everyone else is in this one, on the same machine: that bounds what the relay
//! can show.

mod child;
mod sink;

use std::error::Error;
use std::time::{Duration, Instant};

use cap::Cap;
use crdt_core::{CrdtNode, Keypair};
use crdt_store::Store;
use crdt_sync::{Live, Peer, PeerOptions, Target};

use child::{Child, Kept};
use sink::Sink;

#[global_allocator]
static HEAP: Cap<std::alloc::System> = Cap::new(std::alloc::System, usize::MAX);

type Run<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Note {
    #[crdt(text)]
    text: String,
}

fn main() -> Run {
    if let Some(kept) = Kept::asked_for() {
        return child::serve(kept);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        if is_wanted("spreading") {
            spreading().await?;
        }
        if is_wanted("latency") {
            latency().await?;
        }
        if is_wanted("idle") {
            idle_connections().await?;
            idle_documents().await?;
        }
        Ok(())
    })
}

/// Whether a part was named, or none was.
fn is_wanted(part: &str) -> bool {
    let mut named =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).peekable();
    named.peek().is_none() || named.any(|name| name == part)
}

fn key(seed: u32) -> Keypair {
    let mut secret = [9; 32];
    secret[..4].copy_from_slice(&seed.to_le_bytes());
    Keypair::from_secret_bytes(&secret)
}

/// A document that is new, and kept up to date.
async fn writer(seed: u32, child: &Child) -> Run<(Live<Note>, Peer)> {
    let store = Store::in_memory(key(seed));
    let note = Live::new(store.create::<Note>()?);
    let peer = Peer::connect(&store, &child.address)?;
    peer.bind(&note);
    note.change(|note| note.text.push_str("Hello")).await?;
    note.synced().await;
    Ok((note, peer))
}

/// Changes that one writes as fast as they are made durable by the relay, and that others get.
async fn spreading() -> Run {
    println!("changes through the relay, each a letter, to all that follow the document\n");
    println!("| store | subscribers | changes/s | relay, CPU a change | a change and subscriber |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for kept in [Kept::InMemory, Kept::InFile] {
        for (subscribers, changes) in [(2, 20_000), (50, 10_000), (500, 4000)] {
            let child = Child::start(kept)?;
            let (note, _peer) = writer(1, &child).await?;
            let sinks = Sink::several(&child, note.id(), subscribers).await?;
            let (begun, cpu) = (Instant::now(), child.cpu());
            for _ in 0..changes {
                note.change(|note| note.text.push_str("x")).await?;
            }
            for sink in &sinks {
                sink.has(changes + 1).await;
            }
            let (took, cpu) = (begun.elapsed(), child.cpu() - cpu);
            let each = cpu / u32::try_from(changes)?;
            println!(
                "| {kept:?} | {subscribers} | {:.0} | {each:.1?} | {:.2?} |",
                changes as f64 / took.as_secs_f64(),
                each / subscribers,
            );
        }
    }
    verification()
}

/// What of it is hashing and verifying, which everyone does who takes changes in.
fn verification() -> Run {
    let mut note = crdt_core::Document::<Note>::create(key(1))?;
    let mut bundles = Vec::new();
    for _ in 0..2000 {
        let had = note.heads();
        note.change(|note| note.text.push_str("x"))?;
        bundles.push(note.export(&had));
    }
    let mut history = crdt_core::History::new(note.id());
    let begun = Instant::now();
    for bundle in &bundles {
        history.apply(bundle)?;
    }
    println!("\nof which to take a change in, in memory: {:.1?}", begun.elapsed() / 2000);
    Ok(())
}

/// From when a change is durable where it is made to when it is seen elsewhere.
async fn latency() -> Run {
    println!("\nfrom a change that is durable at one peer to what is seen at another\n");
    println!("| store of the relay | p50 | p99 |\n| --- | ---: | ---: |");
    for kept in [Kept::InMemory, Kept::InFile] {
        let child = Child::start(kept)?;
        let (note, _peer) = writer(2, &child).await?;
        let store = Store::in_memory(key(3));
        let other = Live::new(store.join::<Note>(note.id())?);
        let peer = Peer::connect(&store, &child.address)?;
        peer.bind(&other);
        other.synced().await;
        let mut deltas = other.deltas().await;
        let mut times = Vec::new();
        for _ in 0..1000 {
            note.change(|note| note.text.push_str("x")).await?;
            let begun = Instant::now();
            deltas.next().await.ok_or("it is shared")?;
            times.push(begun.elapsed());
        }
        times.sort_unstable();
        println!("| {kept:?} | {:.2?} | {:.2?} |", times[500], times[990]);
    }
    Ok(())
}

async fn idle_connections() -> Run {
    const COUNT: u32 = 1000;
    let mut child = Child::start(Kept::InMemory)?;
    let mut connections = Vec::new();
    for seed in 0..100 {
        connections.push(Sink::connect(&child, 1000 + seed).await?);
    }
    child.settled(100).await?;
    let before = child.heap()?;
    for seed in 0..COUNT {
        connections.push(Sink::connect(&child, 2000 + seed).await?);
    }
    child.settled(100 + COUNT as usize).await?;
    let after = child.heap()?;
    println!(
        "\nheap of the relay for an idle connection: {} B",
        (after - before) / u64::from(COUNT)
    );
    Ok(())
}

/// Documents that a connection follows, and that the relay has let go of.
async fn idle_documents() -> Run {
    const COUNT: u64 = 10_000;
    let mut child = Child::start(Kept::InMemory)?;
    let store = Store::in_memory(key(5));
    let peer = Peer::connect(&store, &child.address)?;
    let mut notes = Vec::new();
    for _ in 0..COUNT {
        let note = Live::new(store.create::<Note>()?);
        note.change(|note| note.text.push_str("x")).await?;
        peer.bind(&note);
        notes.push(note);
    }
    for note in &notes {
        note.synced().await;
    }
    peer.close().await;
    // All at once, as when somebody comes again.
    let peer = Peer::start(&store, PeerOptions::new())?;
    for note in &notes {
        peer.bind(note);
    }
    peer.dial(child.address.parse::<Target>()?);
    for note in &notes {
        note.synced().await;
    }
    child.let_go().await?;
    let followed = child.heap()?;
    peer.close().await;
    child.settled(0).await?;
    let left = child.heap()?;
    println!(
        "heap of the relay for an idle document that is followed, beside what its store keeps: {} B",
        followed.saturating_sub(left) / COUNT
    );
    Ok(())
}

/// How long something may take.
const PATIENCE: Duration = Duration::from_secs(120);
