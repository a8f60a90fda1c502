//! Documents of a store that are shared within a process: between tasks, and with connections.
//!
//! Each has a *seat*, of a type or without one, behind a lock that is waited for without blocking.
//! What takes long (signatures, the disk) is done on a thread for that, which holds the lock until it
//! is done; in a browser it is a task. So no lock is held while anything else is awaited.

mod entry;
mod intake;
mod seat;
mod standing;
mod threads;
mod work;

pub(crate) use entry::{Entry, Origin};
#[cfg(feature = "net")]
pub(crate) use entry::{Grown, Listener};
#[cfg(feature = "net")]
pub(crate) use intake::{Quota, Sent, TakeInError, Taken};
pub(crate) use standing::Standing;
pub use threads::{Portable, Shareable};
pub(crate) use work::writing;
