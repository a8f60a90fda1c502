//! Subscribers that cost as little as can be: what one of them has verified the others believe.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use crdt_core::{DocumentId, History};
use crdt_sync::protocol::{Answer, Ask, Connection, Request, Role, Settings, Time};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::child::Child;
use crate::{PATIENCE, Run, key};

/// A subscriber.
pub(crate) struct Sink {
    /// How many changes it has.
    has: watch::Receiver<usize>,
}

/// A connection of which somebody has to take care.
pub(crate) struct Open {
    socket: WebSocketStream<TcpStream>,
    it: Connection,
    begun: Instant,
}

impl Sink {
    /// An idle connection.
    pub(crate) async fn connect(child: &Child, seed: u32) -> Run<Open> {
        let address = format!("{}/crdt-sync", child.address);
        let at = child.address.trim_start_matches("ws://");
        let tcp = TcpStream::connect(at).await?;
        tcp.set_nodelay(true)?;
        let (socket, _) = client_async(&address, tcp).await?;
        let mut settings = Settings::new(key(seed));
        settings.endpoint = Some(format!("{at}/crdt-sync"));
        let mut entropy = [3; 32];
        entropy[..4].copy_from_slice(&seed.to_le_bytes());
        let it = Connection::new(Role::Dialer, settings, entropy, Time::default());
        let mut open = Open { socket, it, begun: Instant::now() };
        while open.it.peer().is_none() {
            open.step(None).await?;
        }
        open.flush().await?;
        Ok(open)
    }

    /// Subscribers of a document.
    pub(crate) async fn several(child: &Child, document: DocumentId, count: u32) -> Run<Vec<Self>> {
        let shared = Arc::new(Mutex::new(History::new(document)));
        let mut sinks = Vec::new();
        for seed in 0..count {
            let mut open = Self::connect(child, 100_000 + seed).await?;
            let (told, has) = watch::channel(0);
            let shared = shared.clone();
            tokio::spawn(async move {
                open.it.subscribe(document);
                while open.step(Some((&shared, &told))).await.is_ok() {}
            });
            sinks.push(Self { has });
        }
        for sink in &sinks {
            sink.has(1).await;
        }
        Ok(sinks)
    }

    /// Waits until it has so many changes.
    pub(crate) async fn has(&self, changes: usize) {
        let mut has = self.has.clone();
        let wait = has.wait_for(|has| *has >= changes);
        let waited = tokio::time::timeout(PATIENCE, wait).await;
        waited.expect("changes come").expect("it is connected");
    }
}

type Shared<'a> = Option<(&'a Arc<Mutex<History>>, &'a watch::Sender<usize>)>;

impl Open {
    fn now(&self) -> Time {
        Time::from_millis(u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    async fn flush(&mut self) -> Run {
        let now = self.now();
        while let Some(frame) = self.it.poll_transmit(now) {
            self.socket.send(Message::binary(frame)).await?;
        }
        Ok(())
    }

    async fn step(&mut self, shared: Shared<'_>) -> Run {
        self.answer(shared)?;
        self.flush().await?;
        let frame = self.socket.next().await.ok_or("the relay is gone")??;
        let now = self.now();
        if let Message::Binary(bytes) = frame {
            self.it.receive(now, &bytes)?;
        }
        while self.it.poll_event().is_some() {}
        self.answer(shared)?;
        self.flush().await
    }

    fn answer(&mut self, shared: Shared<'_>) -> Run {
        let now = self.now();
        while let Some((id, request)) = self.it.poll_request() {
            let Request::Document { ask, .. } = request else { continue };
            let (history, told) = shared.ok_or("it follows nothing")?;
            let mut history = history.lock().map_err(|_| "another one failed")?;
            let answer = match &ask {
                Ask::TakeIn { bundles } => {
                    let outcome = history.apply(bundles)?;
                    Answer::taken(&history, &outcome)
                }
                ask => ask.on(&history),
            };
            told.send_replace(history.len());
            self.it.answer(now, id, answer);
        }
        Ok(())
    }
}
