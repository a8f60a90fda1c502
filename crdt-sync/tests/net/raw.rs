//! Peers that do what they are told, also what no peer should do.

use std::net::SocketAddr;
use std::time::Instant;

use crdt_core::{Author, DocumentId, History};
use crdt_sync::protocol::{Answer, Closed, Connection, Event, Held, Request, Role, Settings, Time};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::rig::{key, soon};

pub(crate) type Socket = WebSocketStream<TcpStream>;

/// A WebSocket to a relay on which nothing has been said.
pub(crate) async fn socket(at: SocketAddr) -> Socket {
    socket_with(at, None).await
}

/// The same, of which the system holds no more than so many bytes that were not read.
async fn socket_with(at: SocketAddr, holds: Option<u32>) -> Socket {
    let tcp = TcpSocket::new_v4().expect("a socket");
    if let Some(holds) = holds {
        tcp.set_recv_buffer_size(holds).expect("a size");
    }
    let tcp = tcp.connect(at).await.expect("it listens");
    let (socket, _) = client_async(format!("ws://{at}/crdt-sync"), tcp).await.expect("a relay");
    socket
}

/// Waits until the other side has ended a connection.
pub(crate) async fn ended(mut socket: Socket) {
    soon("the relay ends it", async move {
        while let Some(Ok(message)) = socket.next().await {
            if message.is_close() {
                return;
            }
        }
    })
    .await;
}

/// A peer that has nothing, and says what the protocol says.
pub(crate) struct Raw {
    pub(crate) socket: Socket,
    pub(crate) it: Connection,
    pub(crate) closed: Option<Closed>,
    begun: Instant,
}

/// Sends frames, and gives what comes until the other side ends it or there were so many.
pub(crate) async fn exchange(socket: &mut Socket, frames: &[Vec<u8>], most: usize) -> Vec<Vec<u8>> {
    for frame in frames {
        // It may be ended in the middle.
        let _ = socket.send(Message::binary(frame.clone())).await;
    }
    let mut came = Vec::new();
    while came.len() < most {
        let Some(Ok(message)) = soon("a frame", socket.next()).await else { break };
        match message {
            Message::Binary(bytes) => came.push(bytes.to_vec()),
            Message::Close(_) => break,
            _ => {}
        }
    }
    came
}

impl Raw {
    /// Connects, and waits until both sides have proven their keys.
    pub(crate) async fn connect(at: SocketAddr, seed: u16) -> Self {
        Self::connect_with(at, seed, None).await
    }

    /// The same, of which the system holds no more than so many bytes that were not read.
    pub(crate) async fn connect_with(at: SocketAddr, seed: u16, holds: Option<u32>) -> Self {
        Self::over(socket_with(at, holds).await, at, seed).await
    }

    /// The same, over a WebSocket on which nothing has been said.
    pub(crate) async fn over(socket: Socket, at: SocketAddr, seed: u16) -> Self {
        let mut settings = Settings::new(key(seed));
        settings.endpoint = Some(format!("{at}/crdt-sync"));
        let mut entropy = [1; 32];
        entropy[..2].copy_from_slice(&seed.to_le_bytes());
        let it = Connection::new(Role::Dialer, settings, entropy, Time::default());
        let mut raw = Self { socket, it, closed: None, begun: Instant::now() };
        let _: Author = raw.authenticated().await;
        raw
    }

    pub(crate) fn now(&self) -> Time {
        Time::from_millis(self.begun.elapsed().as_millis().try_into().expect("a short test"))
    }

    async fn authenticated(&mut self) -> Author {
        loop {
            if let Some(peer) = self.it.peer() {
                self.flush().await;
                return peer;
            }
            self.step().await;
        }
    }

    /// Sends what there is to send.
    pub(crate) async fn flush(&mut self) {
        let now = self.now();
        while let Some(frame) = self.it.poll_transmit(now) {
            // A relay that has ended it does not take it.
            let _ = self.socket.send(Message::binary(frame)).await;
        }
    }

    /// Sends what there is, and waits for a frame; says whether there may be more.
    pub(crate) async fn step(&mut self) -> bool {
        self.settle().await;
        let frame = soon("a frame", self.socket.next()).await;
        let Some(Ok(Message::Binary(bytes))) = frame else { return false };
        let now = self.now();
        self.it.receive(now, &bytes).expect("a relay keeps to the protocol");
        self.answer();
        while let Some(event) = self.it.poll_event() {
            if let Event::Closed(closed) = event {
                self.closed = Some(closed);
            }
        }
        true
    }

    /// Finds out what is asked here, and sends what there is to send.
    pub(crate) async fn settle(&mut self) {
        self.answer();
        self.flush().await;
    }

    fn answer(&mut self) {
        let now = self.now();
        while let Some((id, request)) = self.it.poll_request() {
            let answer = match request {
                Request::Document { document, ask } => ask.on(&History::new(document)),
                Request::Admit { .. } => Answer::Admitted,
                Request::Recall { .. } => Answer::Recalled(None),
                Request::Members { documents, .. } => {
                    Answer::Members(documents.iter().map(|_| Ok(Held::default())).collect())
                }
            };
            self.it.answer(now, id, answer);
        }
    }

    /// Follows a document, and waits until the relay says something of it.
    pub(crate) async fn follow(&mut self, document: DocumentId) {
        self.it.subscribe(document);
        self.step().await;
    }

    /// Why the relay ended it.
    pub(crate) async fn reason(mut self) -> Option<Closed> {
        while self.closed.is_none() && self.step().await {}
        self.closed
    }
}
