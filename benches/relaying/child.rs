//! The relay, in a process of its own.

use std::fs;
use std::io::{self, BufRead, BufReader, Write as _};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use crdt_store::Store;
use crdt_sync::access::Open;
use crdt_sync::{Limits, Relay, RelayOptions};
use tokio::net::TcpListener;

use crate::{HEAP, PATIENCE, Run, key};

/// Where the relay keeps documents.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kept {
    InMemory,
    InFile,
}

const KEPT: &str = "CRDT_BENCH_RELAY";

impl Kept {
    /// Whether this process is to be the relay.
    pub(crate) fn asked_for() -> Option<Self> {
        match std::env::var(KEPT).ok()?.as_str() {
            "InFile" => Some(Self::InFile),
            _ => Some(Self::InMemory),
        }
    }
}

/// Serves, and answers what the process that started it asks.
pub(crate) fn serve(kept: Kept) -> Run {
    let folder = tempfile::tempdir()?;
    let store = match kept {
        Kept::InMemory => Store::in_memory(key(0)),
        Kept::InFile => Store::open(folder.path().join("relay.crdt"))?,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut limits = Limits::default();
    limits.connections_per_address = 10_000;
    let options = RelayOptions::new().limits(limits).idle(Duration::from_millis(500));
    let relay = runtime.block_on(async { Relay::start(&store, Open, options) })?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    println!("{}", listener.local_addr()?);
    let serving = relay.clone();
    runtime.spawn(async move { serving.serve(listener).await });
    for line in io::stdin().lock().lines() {
        match line?.as_str() {
            "heap" => println!("{}", HEAP.allocated()),
            "connections" => println!("{}", relay.connections()),
            _ => println!("{}", relay.open_documents()),
        }
    }
    Ok(())
}

pub(crate) struct Child {
    process: std::process::Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    pub(crate) address: String,
}

impl Child {
    pub(crate) fn start(kept: Kept) -> Run<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .env(KEPT, format!("{kept:?}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let questions = process.stdin.take().ok_or("it is piped")?;
        let mut answers = BufReader::new(process.stdout.take().ok_or("it is piped")?);
        let mut at = String::new();
        answers.read_line(&mut at)?;
        Ok(Self { process, questions, answers, address: format!("ws://{}", at.trim()) })
    }

    fn ask(&mut self, question: &str) -> Run<u64> {
        writeln!(self.questions, "{question}")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        Ok(answer.trim().parse()?)
    }

    pub(crate) fn heap(&mut self) -> Run<u64> {
        self.ask("heap")
    }

    /// Waits until there are so many connections, and what they began has ended.
    pub(crate) async fn settled(&mut self, connections: usize) -> Run {
        self.until("connections", connections as u64).await
    }

    /// Waits until no document is open.
    pub(crate) async fn let_go(&mut self) -> Run {
        self.until("documents", 0).await
    }

    async fn until(&mut self, question: &str, wanted: u64) -> Run {
        let begun = Instant::now();
        while self.ask(question)? != wanted {
            if begun.elapsed() > PATIENCE {
                return Err(format!("{question} did not become {wanted}").into());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
        Ok(())
    }

    /// How long it has been running on a processor, if the system says so.
    pub(crate) fn cpu(&self) -> Duration {
        let path = format!("/proc/{}/stat", self.process.id());
        let text = fs::read_to_string(path).unwrap_or_default();
        let after_name = text.rsplit(')').next().unwrap_or_default();
        let fields: Vec<u64> = after_name
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|it| it.parse().ok())
            .collect();
        // In hundredths of a second, as Linux tells them.
        Duration::from_millis(fields.iter().sum::<u64>() * 10)
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may be gone.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
