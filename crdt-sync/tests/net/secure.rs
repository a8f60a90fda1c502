//! Dialing with TLS, which ends in front of the relay.

use std::net::SocketAddr;
use std::sync::Arc;

use crdt_sync::{Live, Peer, PeerOptions, Status};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::rig::{Board, Server, hasty, soon, store};

/// What ends TLS for a name in front of a relay, and the certificate that it shows.
async fn proxy(relay: SocketAddr) -> (SocketAddr, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let certificate = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key.into())
        .expect("they belong together");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // Who does not trust it goes away.
                let Ok(mut tls) = acceptor.accept(tcp).await else { return };
                let mut relay = TcpStream::connect(relay).await.expect("it listens");
                let _ = copy_bidirectional(&mut tls, &mut relay).await;
            });
        }
    });
    (at, certificate)
}

fn trusting(certificate: &CertificateDer<'static>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).expect("a certificate");
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()));
    let config = config.with_safe_default_protocol_versions().expect("versions of TLS");
    Arc::new(config.with_root_certificates(roots).with_no_client_auth())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_trusted_is_dialed_with_tls_and_nobody_else() {
    let server = Server::open(&store(80));
    let (at, certificate) = proxy(server.at).await;
    let address = format!("wss://localhost:{}", at.port());
    let store = store(81);
    let board = Live::new(store.create::<Board>().expect("room"));
    board.change(|board| board.title.set("Plan")).await.expect("room");

    let doubting = Peer::start(&store, PeerOptions::new().backoff(hasty())).expect("a peer");
    doubting.bind(&board);
    doubting.dial(address.parse::<crdt_sync::Target>().expect("an address"));
    let mut status = doubting.watch(&address.parse().expect("an address")).expect("it is dialed");
    let waits = |status: &Status| matches!(status, Status::Waiting { why, .. } if why.contains("certificate"));
    soon("it is not trusted", status.wait_for(waits)).await.expect("it is dialed");
    doubting.close().await;

    let options = PeerOptions::new().backoff(hasty()).tls(trusting(&certificate));
    let peer = Peer::start(&store, options).expect("a peer");
    peer.bind(&board);
    peer.dial(address.parse::<crdt_sync::Target>().expect("an address"));
    soon("synced", board.synced()).await;

    // Who dials with TLS where there is none, and the other way round, is told so.
    let others = [
        (format!("wss://localhost:{}", server.at.port()), "write `ws://`"),
        (format!("ws://localhost:{}", at.port()), "`wss://` is to be written"),
        (format!("ws://localhost:{}/elsewhere", server.at.port()), "at this path (404)"),
    ];
    for (address, says) in others {
        peer.dial(address.parse::<crdt_sync::Target>().expect("an address"));
        let mut status = peer.watch(&address.parse().expect("an address")).expect("it is dialed");
        let told = |status: &Status| matches!(status, Status::Waiting { .. });
        let why = soon(&address, status.wait_for(told)).await.expect("it is dialed").clone();
        assert!(format!("{why:?}").contains(says), "{address}: {why:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_where_tls_is_expected_costs_only_its_connection() {
    let server = Server::open(&store(82));
    let (at, certificate) = proxy(server.at).await;
    // What begins as TLS and goes on as none, at the proxy; and TLS at the relay itself.
    let hello = [&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3][..], &[7; 600]].concat();
    for to in [at, server.at] {
        let mut tcp = TcpStream::connect(to).await.expect("it listens");
        tcp.write_all(&hello).await.expect("it is open");
        let mut answer = Vec::new();
        let _ = soon("it is dropped", tcp.read_to_end(&mut answer)).await;
    }
    let store = store(83);
    let board = Live::new(store.create::<Board>().expect("room"));
    let options = PeerOptions::new().backoff(hasty()).tls(trusting(&certificate));
    let peer = Peer::start(&store, options).expect("a peer");
    peer.bind(&board);
    let address = format!("wss://localhost:{}", at.port());
    peer.dial(address.parse::<crdt_sync::Target>().expect("an address"));
    soon("synced", board.synced()).await;
}
