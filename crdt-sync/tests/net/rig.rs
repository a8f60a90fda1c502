//! Relays and peers to test with.

use std::future::Future;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crdt_core::{CrdtNode, Document, DocumentId, Keypair};
use crdt_store::Store;
use crdt_sync::access::{Access, Open};
use crdt_sync::protocol::Refused;
use crdt_sync::{Backoff, Live, Peer, PeerOptions, Relay, RelayOptions, Target};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

#[derive(CrdtNode, Clone, Debug, PartialEq)]
pub(crate) struct Board {
    pub(crate) title: String,
    #[crdt(text)]
    pub(crate) notes: String,
    pub(crate) tasks: Vec<String>,
}

pub(crate) fn key(seed: u16) -> Keypair {
    let mut secret = [7; 32];
    secret[..2].copy_from_slice(&seed.to_le_bytes());
    Keypair::from_secret_bytes(&secret)
}

pub(crate) fn store(seed: u16) -> Store {
    Store::in_memory(key(seed))
}

/// A relay on a port of its own, in a runtime of its own: what is killed is gone at once.
pub(crate) struct Server {
    pub(crate) relay: Relay,
    pub(crate) at: SocketAddr,
    runtime: Option<Runtime>,
}

impl Server {
    /// Everyone may do everything.
    pub(crate) fn open(store: &Store) -> Self {
        Self::start(store, Open, options(), None)
    }

    /// At an address, or at one that is free.
    pub(crate) fn start(
        store: &Store,
        access: impl Access,
        options: RelayOptions,
        at: Option<SocketAddr>,
    ) -> Self {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        let runtime = runtime.worker_threads(2).enable_all().build().expect("a runtime");
        let _inside = runtime.enter();
        let relay = Relay::start(store, access, options).expect("a relay");
        let at = at.unwrap_or_else(|| ([127, 0, 0, 1], 0).into());
        let listener = bound(at);
        listener.set_nonblocking(true).expect("a socket");
        let at = listener.local_addr().expect("an address");
        let listener = TcpListener::from_std(listener).expect("a listener");
        let serving = relay.clone();
        runtime.spawn(async move { serving.serve(listener).await });
        Self { relay, at, runtime: Some(runtime) }
    }

    pub(crate) fn target(&self) -> Target {
        format!("ws://{}", self.at).parse().expect("an address")
    }

    /// Ends it as a power cut would.
    pub(crate) fn kill(mut self) -> SocketAddr {
        self.runtime.take().expect("it runs").shutdown_background();
        self.at
    }

    /// A number of those that the relay shows to who runs it.
    pub(crate) async fn metric(&self, name: &str) -> u64 {
        let listener = bound(([127, 0, 0, 1], 0).into());
        listener.set_nonblocking(true).expect("a socket");
        let at = listener.local_addr().expect("an address");
        let (relay, runtime) = (self.relay.clone(), self.runtime.as_ref().expect("it runs"));
        let serving = runtime.spawn(async move {
            let listener = TcpListener::from_std(listener).expect("a listener");
            relay.serve_router(listener, relay.admin_router()).await
        });
        let mut socket = TcpStream::connect(at).await.expect("it listens");
        let request = b"GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        socket.write_all(request).await.expect("it listens");
        let mut text = String::new();
        socket.read_to_string(&mut text).await.expect("an answer");
        serving.abort();
        let shown =
            text.lines().find_map(|line| line.strip_prefix("crdt_relay_")?.strip_prefix(name));
        shown.expect("it is shown").trim().parse().expect("a number")
    }

    /// Has the relay do something in its own runtime.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
    ) -> T {
        let runtime = self.runtime.as_ref().expect("it runs");
        let (done, is_done) = std::sync::mpsc::channel();
        runtime.spawn(async move { done.send(future.await) });
        is_done.recv_timeout(Duration::from_secs(30)).expect("it ends")
    }
}

/// A way to a relay that can come to lie: what is sent goes nowhere, and nobody is told.
pub(crate) struct Way {
    pub(crate) at: SocketAddr,
    lies: watch::Sender<bool>,
}

impl Way {
    /// To what listens at an address, for one connection.
    pub(crate) fn to(relay: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        // The system takes little that nobody reads.
        socket.set_recv_buffer_size(4096).expect("a size");
        socket.bind(([127, 0, 0, 1], 0).into()).expect("a port");
        let listener = socket.listen(1).expect("a listener");
        let at = listener.local_addr().expect("an address");
        let (lies, mut has_come_to_lie) = watch::channel(false);
        tokio::spawn(async move {
            let (mut from, _) = listener.accept().await.expect("it dials");
            let mut to = TcpStream::connect(relay).await.expect("it listens");
            tokio::select! {
                _ = copy_bidirectional(&mut from, &mut to) => return,
                _ = has_come_to_lie.wait_for(|lies| *lies) => {}
            }
            // Both stay open for as long as somebody holds the way.
            while has_come_to_lie.changed().await.is_ok() {}
        });
        Self { at, lies }
    }

    pub(crate) fn lie(&self) {
        self.lies.send_replace(true);
    }
}

/// A relay that was killed holds its port until its runtime has let go of it.
fn bound(at: SocketAddr) -> std::net::TcpListener {
    for _ in 0..500 {
        match std::net::TcpListener::bind(at) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {
                std::thread::sleep(Duration::from_millis(10));
            }
            bound => return bound.expect("a port"),
        }
    }
    panic!("the port {at} stays in use")
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

pub(crate) fn options() -> RelayOptions {
    RelayOptions::new().backoff(hasty())
}

/// Dials again soon: a test has no time.
pub(crate) fn hasty() -> Backoff {
    Backoff { first: Duration::from_millis(10), most: Duration::from_millis(200) }
}

/// A peer of a store that dials a relay.
pub(crate) fn peer(store: &Store, server: &Server) -> Peer {
    let peer = Peer::start(store, PeerOptions::new().backoff(hasty())).expect("a peer");
    peer.dial(server.target());
    peer
}

/// A replica of a document, and the peer that keeps it up to date.
pub(crate) fn joined(seed: u16, document: DocumentId, server: &Server) -> (Live<Board>, Peer) {
    let store = store(seed);
    let board = Live::new(store.join::<Board>(document).expect("room"));
    let peer = peer(&store, server);
    peer.bind(&board);
    (board, peer)
}

/// A new document, and the peer that keeps it up to date.
pub(crate) fn created(seed: u16, server: &Server) -> (Live<Board>, Peer) {
    let store = store(seed);
    let board = Live::new(store.create::<Board>().expect("room"));
    let peer = peer(&store, server);
    peer.bind(&board);
    (board, peer)
}

/// Waits until something is so, and fails if it takes too long.
pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < Duration::from_secs(40), "{what}: not in 40 seconds");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Waits until replicas have the same heads, and checks that they have the same value.
pub(crate) async fn converged(boards: &[&Live<Board>]) {
    until("replicas converge", async || {
        let mut heads = Vec::new();
        for board in boards {
            heads.push(board.with(Document::heads).await);
        }
        heads.windows(2).all(|pair| pair[0] == pair[1])
    })
    .await;
    let first = boards[0].value().await;
    for board in boards {
        assert_eq!(board.value().await, first);
    }
}

/// Waits until a relay refuses a document for a reason.
pub(crate) async fn refused<T: CrdtNode>(document: &Live<T>, reason: Refused) {
    let is_refused = || document.relays().iter().any(|relay| relay.refused == Some(reason));
    until("it is refused", async || is_refused()).await;
}

/// At most so long.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    let limited = tokio::time::timeout(Duration::from_secs(40), future).await;
    limited.unwrap_or_else(|_| panic!("{what}: not in 40 seconds"))
}
