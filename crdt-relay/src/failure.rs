use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use crdt_store::StoreError;
use crdt_sync::access::TokenError;
use crdt_sync::{SettingError, StartError};
use thiserror::Error;
use tracing_subscriber::filter::ParseError;

use crate::config;

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
    #[error("entry {0} of `allow` has a token that cannot be one: {1}")]
    Token(usize, TokenError),
    #[error("link {0} has a token that cannot be one: {1}")]
    LinkToken(usize, TokenError),
    #[error("`RUST_LOG` does not say what is logged: {0}")]
    Log(ParseError),
    /// In the words of the file.
    #[error("`{name}` is {}: {}", error.value(), error.range())]
    Setting { name: &'static str, error: SettingError },
    #[error(
        "the folder {folder} of the store is not there: make it, or say another place with `--store`"
    )]
    NoFolder { folder: PathBuf },
    #[error("another relay serves the store {0}: stop it, or say another store with `--store`")]
    Served(PathBuf),
    #[error("{path}, which says that the store is served, could not be opened: {source}")]
    Lock { path: PathBuf, source: io::Error },
    #[error("the store {path} could not be opened: {source}")]
    Store { path: PathBuf, source: StoreError },
    #[error(
        "something else listens at {0}, perhaps another relay: stop it, or say another address with \
         `--listen` or `--admin`"
    )]
    Taken(SocketAddr),
    #[error("{0} cannot be listened at: {1}")]
    Listen(SocketAddr, io::Error),
    #[error("the relay cannot begin: {0}")]
    Start(StartError),
    #[error("the relay cannot begin: {0}")]
    Runtime(io::Error),
    #[error("what was taken in could not be written: {0}")]
    Drain(StoreError),
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Setting(error) => {
                Self::Setting { name: config::name_of(error.setting()), error }
            }
            error => Self::Start(error),
        }
    }
}

impl Failure {
    /// Why nothing can be listened at.
    pub(crate) fn listen(at: SocketAddr, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::AddrInUse => Self::Taken(at),
            _ => Self::Listen(at, error),
        }
    }

    /// 2 if it was started wrongly, 1 otherwise.
    pub(crate) fn exit(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::NotConfig { .. }
            | Self::NobodyAllowed(_)
            | Self::OpenWithList
            | Self::WhoIsAllowed(..)
            | Self::Token(..)
            | Self::LinkToken(..)
            | Self::Log(_)
            | Self::Setting { .. } => 2,
            _ => 1,
        })
    }
}
