//! The relay from beginning to end.

use std::env;
use std::fs::{File, TryLockError};
use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crdt_store::Store;
use crdt_sync::access::AllowList;
use crdt_sync::{Address, Relay, Target};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tracing_subscriber::EnvFilter;

use crate::args::Log;
use crate::config::{Config, Fixed};
use crate::failure::Failure;
use crate::policy::rules;
use crate::signals::{Signal, Signals};

/// Serves until the process is told to end.
pub(crate) fn run(config: &Config) -> Result<(), Failure> {
    begin_log(config.log)?;
    let list = Arc::new(AllowList::new(rules(config)?));
    let targets = config.targets()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(Failure::Runtime)?;
    // Nothing is made for a relay that cannot be reached.
    let listeners = runtime.block_on(Listeners::bind(config))?;
    let store = opened(&config.store)?;
    let _served = served(&config.store)?;
    runtime.block_on(serve(config, targets, list, &store, listeners))
}

/// Where it can be reached.
struct Listeners {
    listen: TcpListener,
    admin: Option<TcpListener>,
}

impl Listeners {
    async fn bind(config: &Config) -> Result<Self, Failure> {
        let listen = bound(config.listen).await?;
        let admin = match config.admin {
            Some(admin) => Some(bound(admin).await?),
            None => None,
        };
        Ok(Self { listen, admin })
    }
}

async fn bound(at: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(at).await.map_err(|error| Failure::listen(at, error))
}

fn opened(store: &Path) -> Result<Store, Failure> {
    let folder = store.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        return Err(Failure::NoFolder { folder: folder.to_owned() });
    }
    Store::open(store).map_err(|source| Failure::Store { path: store.to_owned(), source })
}

/// What says that a relay serves a store, as long as it is held: two would not tell those who are
/// connected to one of them what the others say who is there.
fn served(store: &Path) -> Result<File, Failure> {
    let mut path = store.as_os_str().to_owned();
    path.push(".lock");
    let path = PathBuf::from(path);
    let opened = File::options().create(true).truncate(false).write(true).open(&path);
    let lock = opened.map_err(|source| Failure::Lock { path, source })?;
    match lock.try_lock() {
        Err(TryLockError::WouldBlock) => return Err(Failure::Served(store.to_owned())),
        // There are places where nothing can be locked.
        Err(TryLockError::Error(error)) => {
            tracing::warn!(%error, "another relay on the same store would not be noticed");
        }
        Ok(()) => {}
    }
    Ok(lock)
}

fn begin_log(log: Log) -> Result<(), Failure> {
    let filter = match env::var(EnvFilter::DEFAULT_ENV) {
        Ok(said) if !said.trim().is_empty() => EnvFilter::try_new(said).map_err(Failure::Log)?,
        _ => EnvFilter::new("info"),
    };
    let for_people = std::io::stderr().is_terminal();
    let log_to = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(for_people);
    let log_to = log_to.with_writer(std::io::stderr);
    match log {
        Log::Text => log_to.init(),
        Log::Json => log_to.json().init(),
    }
    Ok(())
}

async fn serve(
    config: &Config,
    targets: Vec<Target>,
    list: Arc<AllowList>,
    store: &Store,
    listeners: Listeners,
) -> Result<(), Failure> {
    let mut signals = Signals::new().map_err(Failure::Runtime)?;
    let relay = Relay::start(store, list.clone(), config.options())?;
    let mut serving = vec![listen(config, &relay, listeners.listen)?];
    if let (Some(admin), Some(listener)) = (config.admin, listeners.admin) {
        let router = admin_router(&relay, config.is_here(admin));
        serving.push(spawn(&relay, listener, router));
    }
    let link_all = || targets.iter().for_each(|target| relay.link(target.clone()));
    link_all();
    while signals.next().await == Signal::Reload {
        reload(config, &list);
        // Those that were refused may have been listed there meanwhile.
        link_all();
    }
    tracing::info!(connections = relay.connections(), "draining");
    tokio::select! {
        drained = relay.drain() => drained.map_err(Failure::Drain)?,
        () = signals.end() => tracing::warn!("told twice: not everyone was told when to come again"),
    }
    for serving in serving {
        // It has ended, or is cut off.
        serving.abort();
    }
    Ok(())
}

fn listen(
    config: &Config,
    relay: &Relay,
    listener: TcpListener,
) -> Result<JoinHandle<()>, Failure> {
    let at = listener.local_addr().map_err(|error| Failure::Listen(config.listen, error))?;
    let mut router = relay.router();
    // Who can reach it is on this machine, and may see who is connected.
    if config.admin.is_none() && config.is_local() {
        router = router.merge(admin_router(relay, true));
    }
    announce(at);
    tracing::info!(%at, key = %relay.author(), store = %config.store.display(), "listening");
    if let Some(admin) = config.admin {
        tracing::info!(at = %admin, "the status page and metrics are served for those who run it");
    }
    Ok(spawn(relay, listener, router))
}

/// What is for those who run the relay: not for a page that a browser of theirs shows, which can be made
/// to reach this machine by a name of its own.
fn admin_router(relay: &Relay, is_here: bool) -> crdt_sync::Router {
    let router = relay.admin_router();
    if is_here { Relay::local_router(router) } else { router }
}

/// Says where it listens to whoever started it.
#[expect(clippy::print_stdout, reason = "whoever started it has to know the port")]
fn announce(at: SocketAddr) {
    let address: Result<Address, _> = format!("ws://{at}").parse();
    if let Ok(address) = address {
        println!("crdt-relay listens at {address}");
    }
}

fn spawn(relay: &Relay, listener: TcpListener, router: crdt_sync::Router) -> JoinHandle<()> {
    let relay = relay.clone();
    tokio::spawn(async move {
        if let Err(error) = relay.serve_router(listener, router).await {
            tracing::error!(%error, "not served any more");
        }
    })
}

/// What is set in another way than it was, of what is not read again.
fn others(now: Option<Fixed>, before: Option<&Fixed>) -> Vec<&'static str> {
    match (now, before) {
        (Some(now), Some(before)) => now.others_than(before).collect(),
        _ => Vec::new(),
    }
}

/// Reads anew who may do what. What is wrong with that changes nothing.
fn reload(config: &Config, list: &AllowList) {
    let Some(path) = &config.path else {
        tracing::warn!("there is no file of configuration to be read again");
        return;
    };
    let read = Config::read(path).and_then(|mut read| {
        (read.listen, read.behind_proxy) = (config.listen, config.behind_proxy);
        read.open = config.is_said_open.unwrap_or(read.open);
        // A file that is being written is empty for a while.
        if read.allow.is_empty() && !config.allow.is_empty() {
            return Err(Failure::ListGone(path.clone()));
        }
        Ok((rules(&read)?, read.fixed))
    });
    match read {
        Ok((rules, fixed)) => {
            list.set(rules);
            tracing::info!("read again who may do what");
            for setting in others(fixed, config.fixed.as_ref()) {
                tracing::warn!(setting, "differs in the file, and holds after a restart");
            }
        }
        Err(error) => tracing::error!(%error, "who may do what stays as it was"),
    }
}
