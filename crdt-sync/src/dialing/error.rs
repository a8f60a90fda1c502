use crdt_store::StoreError;
use thiserror::Error;

use super::address::AddressError;
use super::setting::SettingError;

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
    #[cfg(all(feature = "net", not(target_family = "wasm")))]
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    /// There is no runtime for its tasks.
    #[cfg(all(feature = "net", not(target_family = "wasm")))]
    #[error("there is no runtime of tokio here: begin it within one, as under `#[tokio::main]`")]
    NoRuntime,
}

/// Why a peer does not do what it was asked to.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PeerError {
    /// It cannot begin.
    #[error(transparent)]
    Start(#[from] StartError),
    /// An address is none.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The document of an invite could not be joined.
    #[error(transparent)]
    Store(#[from] StoreError),
}
