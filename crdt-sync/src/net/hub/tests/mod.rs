//! What connections of one hub come to, without any socket.

mod answers;
mod routes;

use std::sync::Arc;
use std::time::Duration;

use crdt_core::Keypair;
use crdt_store::Store;
use tokio::runtime::Handle;

use super::{Bounds, Hub, Policy};
use crate::access::{Access, Open};

/// The hub of a relay that lets everybody do everything.
fn hub() -> Arc<Hub> {
    hub_with(Open)
}

/// One whose queues are short, and that gives up soon what nobody has.
fn hub_with(access: impl Access) -> Arc<Hub> {
    let keypair = Keypair::from_secret_bytes(&[1; 32]);
    let store = Store::in_memory(keypair.clone());
    let bounds = Bounds { queue: 4, idle: Duration::from_millis(20), ..Bounds::default() };
    Hub::start(store, keypair, Policy::Relay(Arc::new(access)), bounds, Handle::current())
}
