//! What peers and relays are begun with, and what of it can be set how.

use std::sync::Arc;

use crdt_core::Keypair;
use crdt_store::Store;
use rustls::ClientConfig;
use tokio::runtime::Handle;

use super::dial::trusting_the_system;
use super::hub::Bounds;
use crate::dialing::{Backoff, SOON, SettingError, StartError, number, time};

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
