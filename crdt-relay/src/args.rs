use std::env;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::{BoolishValueParser, Resettable};
use clap::{Arg, CommandFactory as _, FromArgMatches as _, Parser, ValueEnum};
use crdt_sync::Target;

use crate::config::{Config, Link};
use crate::failure::Failure;

/// Keeps signed collaborative documents for those who write them, and tells each what the others
/// wrote. Without any arguments it serves this machine alone, from `relay.crdt` in this folder.
///
/// What is said here goes before the environment, and that before the file of `--config`.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Args {
    /// A file of TOML that says the rest: who may do what, limits, other relays. It is read again on
    /// SIGHUP, for who may do what
    #[arg(long, short, env = "CRDT_RELAY_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where to listen; 127.0.0.1:8710 if nothing is said
    #[arg(long, env = "CRDT_RELAY_LISTEN", value_name = "ADDRESS:PORT", value_parser = socket)]
    listen: Option<SocketAddr>,
    /// Where to serve the status page and /metrics; with the rest if that is on this machine alone,
    /// otherwise nowhere
    #[arg(long, env = "CRDT_RELAY_ADMIN", value_name = "ADDRESS:PORT", value_parser = socket)]
    admin: Option<SocketAddr>,
    /// The file of the documents, made if it is not there; relay.crdt if nothing is said
    #[arg(long, env = "CRDT_RELAY_STORE", value_name = "FILE")]
    store: Option<PathBuf>,
    /// What peers call this relay: `relay.example.org/crdt-sync`. Who means another one is refused
    #[arg(long, env = "CRDT_RELAY_ENDPOINT", value_name = "NAME")]
    endpoint: Option<String>,
    /// Another relay to exchange all documents with, besides those of the file; can be given several
    /// times, and in the environment with commas between
    #[arg(long, env = "CRDT_RELAY_LINK", value_name = "ADDRESS", value_delimiter = ',')]
    link: Vec<Target>,
    /// Everyone who can reach it may do everything
    #[arg(
        long,
        env = "CRDT_RELAY_OPEN",
        value_name = "BOOL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        value_parser = BoolishValueParser::new()
    )]
    open: Option<bool>,
    /// How its log is written; `RUST_LOG` says what is in it
    #[arg(long, env = "CRDT_RELAY_LOG", value_name = "FORMAT", default_value = "text")]
    log: Log,
}

/// How a log is written.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Log {
    /// For people
    Text,
    /// A line of JSON for each event
    Json,
}

/// An address to listen at.
fn socket(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "it has to be an IP address and a port, as in `127.0.0.1:8710`")
}

impl Args {
    /// What this process was started with. A variable of the environment that is empty says nothing.
    pub(crate) fn given() -> Self {
        let says =
            |arg: &Arg| arg.get_env().and_then(env::var_os).is_none_or(|said| !said.is_empty());
        let command = Self::command();
        let command =
            command.mut_args(|arg| if says(&arg) { arg } else { arg.env(Resettable::Reset) });
        Self::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
    }

    /// What the file says, and above it what is said here.
    pub(crate) fn config(self) -> Result<Config, Failure> {
        let Self { config: path, listen, admin, store, endpoint, link, open, log } = self;
        let mut config = match path {
            Some(path) => Config::read(&path)?,
            None => Config::default(),
        };
        config.listen = listen.unwrap_or(config.listen);
        config.admin = admin.or(config.admin);
        config.store = store.unwrap_or(config.store);
        config.endpoint = endpoint.or(config.endpoint);
        config.open = open.unwrap_or(config.open);
        config.is_said_open = open;
        config.links.extend(link.into_iter().map(Link::from));
        config.log = log;
        Ok(config)
    }
}
