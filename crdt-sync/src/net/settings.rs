//! What peers and relays are begun with, and what of it can be set how.

use std::sync::Arc;

use crdt_core::Keypair;
use crdt_store::Store;
use rustls::ClientConfig;
use thiserror::Error;
use tokio::runtime::Handle;

use super::dial::trusting_the_system;
use super::hub::Bounds;
use crate::dialing::{Backoff, SOON, SettingError, number, time};

/// Why a peer or a relay cannot begin.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// The store is open for reading, so there is no key to prove.
    #[error(
        "the store is open for reading only: to connect, the key is proven that writes there, so open \
         it for writing"
    )]
    NoKey,
    /// Something is set as it cannot be.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// There is no runtime for its tasks.
    #[error("there is no runtime of tokio here: begin it within one, as under `#[tokio::main]`")]
    NoRuntime,
}

/// What peers and relays have in common.
#[derive(Clone, Debug, Default)]
pub(super) struct Common {
    pub(super) bounds: Bounds,
    pub(super) backoff: Backoff,
    pub(super) tls: Option<Arc<ClientConfig>>,
}

/// What they begin with.
pub(super) struct Start {
    pub(super) keypair: Keypair,
    pub(super) bounds: Bounds,
    pub(super) backoff: Backoff,
    pub(super) tls: Arc<ClientConfig>,
    pub(super) runtime: Handle,
}

impl Common {
    pub(super) fn start(self, store: &Store) -> Result<Start, StartError> {
        let Self { bounds, backoff, tls } = self;
        let keypair = store.keypair().ok_or(StartError::NoKey)?.clone();
        bounds.check()?;
        backoff.check()?;
        let runtime = Handle::try_current().map_err(|_| StartError::NoRuntime)?;
        let tls = match tls {
            Some(tls) => tls,
            None => trusting_the_system().map_err(|error| StartError::Tls(error.to_string()))?,
        };
        Ok(Start { keypair, bounds, backoff, tls, runtime })
    }
}

impl Bounds {
    fn check(&self) -> Result<(), SettingError> {
        number("broadcast", self.broadcast, MOST_QUEUED)?;
        number("queue", self.queue, MOST_QUEUED)?;
        time("idle", self.idle, SOON)?;
        time("write_timeout", self.write, SOON)
    }
}

/// The longest queue that can be set.
const MOST_QUEUED: u64 = 1 << 20;
