use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use crdt_store::StoreError;
use crdt_sync::RelayError;
use thiserror::Error;

/// Why the relay does not run.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    #[error("{path} could not be read: {source}")]
    Unreadable { path: PathBuf, source: io::Error },
    /// Without what is said there, which may be a token.
    #[error("{path} is not a configuration, in {place}: {what}")]
    NotConfig { path: PathBuf, place: String, what: String },
    #[error(
        "others than this machine could reach {0}, and nothing says who may do what: list them \
         under `[[allow]]` in a file for `--config`, or say `--open` if everyone may do everything"
    )]
    NobodyAllowed(SocketAddr),
    #[error(
        "`open` says that everyone may do everything, and there is a list of who may: keep one"
    )]
    OpenWithList,
    #[error(
        "there was a list of who may do what, and {0} has none any more: to let everyone in, start \
         anew"
    )]
    ListGone(PathBuf),
    #[error("entry {0} of `allow` names {1}: say one of `key`, `token` and `everyone = true`")]
    WhoIsAllowed(usize, &'static str),
    #[error(
        "entry {0} of `allow` has a token that no header can say: take visible ASCII characters"
    )]
    Token(usize),
    #[error("the store {path} could not be opened: {source}")]
    Store { path: PathBuf, source: StoreError },
    #[error("{0} cannot be listened at: {1}")]
    Listen(SocketAddr, io::Error),
    #[error("the relay cannot begin: {0}")]
    Relay(#[from] RelayError),
    #[error("the relay cannot begin: {0}")]
    Runtime(io::Error),
    #[error("what was taken in could not be written: {0}")]
    Drain(StoreError),
}

impl Failure {
    /// 2 if it was started wrongly, 1 otherwise.
    pub(crate) fn exit(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::NotConfig { .. }
            | Self::NobodyAllowed(_)
            | Self::OpenWithList
            | Self::WhoIsAllowed(..)
            | Self::Token(_) => 2,
            _ => 1,
        })
    }
}
