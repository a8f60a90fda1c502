//! What peers and relays are begun with, and what of it can be set how.

use core::fmt;
use core::time::Duration;
use std::sync::Arc;

use crdt_core::Keypair;
use crdt_store::Store;
use rustls::ClientConfig;
use thiserror::Error;
use tokio::runtime::Handle;

use super::backoff::Backoff;
use super::dial::trusting_the_system;
use super::hub::Bounds;

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

/// Something is set as it cannot be.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("`{setting}` is {value}: {range}")]
pub struct SettingError {
    setting: &'static str,
    value: String,
    range: String,
}

impl SettingError {
    pub(super) fn new(setting: &'static str, value: impl fmt::Display, range: String) -> Self {
        Self { setting, value: value.to_string(), range }
    }

    /// What is set, as its method or field is called.
    pub fn setting(&self) -> &'static str {
        self.setting
    }

    /// As what it is set.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// As what it can be set, in a sentence.
    pub fn range(&self) -> &str {
        &self.range
    }
}

/// The longest time that can be set: a year.
const LONGEST: Duration = Duration::from_secs(365 * 86_400);

/// Sees to it that a number is one of these.
pub(super) fn number(
    setting: &'static str,
    value: impl TryInto<u64>,
    most: impl TryInto<u64>,
) -> Result<(), SettingError> {
    let value = value.try_into().unwrap_or(u64::MAX);
    let most = most.try_into().unwrap_or(u64::MAX);
    if (1..=most).contains(&value) {
        return Ok(());
    }
    Err(SettingError::new(setting, value, format!("it has to be a number from 1 to {most}")))
}

/// Sees to it that a time is no shorter than another one, nor longer than any needs to be.
pub(super) fn time(
    setting: &'static str,
    value: Duration,
    least: Duration,
) -> Result<(), SettingError> {
    if (least..=LONGEST).contains(&value) {
        return Ok(());
    }
    let range = format!("it has to be a time from {least:?} to {LONGEST:?}");
    Err(SettingError::new(setting, format_args!("{value:?}"), range))
}

/// The shortest time that something takes.
pub(super) const SOON: Duration = Duration::from_millis(1);

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

impl Backoff {
    fn check(&self) -> Result<(), SettingError> {
        time("backoff.first", self.first, SOON)?;
        time("backoff.most", self.most, self.first)
    }
}
