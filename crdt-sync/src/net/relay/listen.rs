//! Accepting connections, each of which may take only so long to say what it wants.

use core::time::Duration;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::Relay;
use super::patient::Patient;

/// How long nothing is accepted after the system had no means to.
const BREATH: Duration = Duration::from_millis(100);

/// The most bytes of a request's head.
const HEAD: usize = 16 << 10;

impl Relay {
    /// Serves [`router`](Self::router) until the relay is [drained](Self::drain).
    ///
    /// # Errors
    /// None so far: that the system has no means to accept for now is waited out.
    pub async fn serve(&self, listener: TcpListener) -> io::Result<()> {
        self.serve_router(listener, self.router()).await
    }

    /// Serves another router, in which there may be more or less, in the same way.
    ///
    /// # Errors
    /// As [`serve`](Self::serve).
    pub async fn serve_router(
        &self,
        listener: TcpListener,
        router: axum::Router,
    ) -> io::Result<()> {
        let mut draining = self.inner.draining.subscribe();
        let mut serving = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = begins(&mut draining) => break,
                Some(_) = serving.join_next() => continue,
            };
            match accepted {
                Ok((stream, from)) => self.accept(&mut serving, stream, from, &router),
                Err(error) => {
                    tracing::warn!(%error, "nothing can be accepted for now");
                    sleep(BREATH).await;
                }
            }
        }
        drop(listener);
        let all = async { while serving.join_next().await.is_some() {} };
        // What is not answered by then is dropped.
        let _ = timeout(self.inner.limits.drain, all).await;
        Ok(())
    }

    fn accept(
        &self,
        serving: &mut JoinSet<()>,
        stream: TcpStream,
        from: SocketAddr,
        router: &axum::Router,
    ) {
        let mut router = router.clone().layer(Extension(ConnectInfo(from)));
        // Behind a proxy all come from one address. The head of the request says from where, so it is
        // counted there.
        if !self.inner.limits.behind_proxy {
            let Some(seat) = self.inner.doors.enter(Some(from.ip())) else {
                self.inner.hub.metrics.turned_away.add(1);
                tracing::debug!(%from, "turned away: there are too many connections");
                return;
            };
            router = router.layer(Extension(Arc::new(seat)));
        }
        self.inner.hub.metrics.accepted.add(1);
        // Small frames are not held back to be sent together.
        let _ = stream.set_nodelay(true);
        let stream = Patient::new(stream, self.inner.hub.bounds.write);
        let head = self.inner.limits.request_head;
        serving.spawn(serve_one(stream, router, head, self.inner.draining.subscribe()));
    }
}

/// Waits until the relay is drained.
async fn begins(draining: &mut watch::Receiver<bool>) {
    // Whoever drains it holds the other end.
    let _ = draining.wait_for(|draining| *draining).await;
}

async fn serve_one(
    stream: Patient<TcpStream>,
    router: axum::Router,
    head: Duration,
    mut draining: watch::Receiver<bool>,
) {
    let service = TowerToHyperService::new(router);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head).max_buf_size(HEAD);
    let connection = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
    tokio::pin!(connection);
    let served = tokio::select! {
        served = &mut connection => served,
        () = begins(&mut draining) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%error, "a request came to nothing");
    }
}
