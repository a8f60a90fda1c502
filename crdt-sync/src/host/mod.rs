//! Documents of a store that are shared within a process: between tasks, and with connections.
//!
//! Each has a *seat*, of a type or without one, behind a lock that is waited for without blocking.
//! What takes long (signatures, the disk) is done on a thread for that, which holds the lock until it
//! is done; in a browser it is a task. So no lock is held while anything else is awaited.

mod asked;
#[cfg(test)]
mod disk;
mod entry;
mod intake;
mod mailbox;
mod scene;
mod seat;
mod standing;
mod threads;
mod ways;
mod work;

#[cfg(any(feature = "net", all(target_family = "wasm", target_os = "unknown")))]
pub(crate) use asked::{Asked, bundles_of, member};
#[cfg(all(test, feature = "net", not(target_family = "wasm")))]
pub(crate) use disk::Disk;
pub(crate) use entry::{Entry, Origin};
#[cfg(any(feature = "net", all(target_family = "wasm", target_os = "unknown")))]
pub(crate) use entry::{Grown, Listener};
#[cfg(all(feature = "net", not(target_family = "wasm")))]
pub(crate) use intake::Quota;
#[cfg(any(feature = "net", all(target_family = "wasm", target_os = "unknown")))]
pub(crate) use intake::{Sent, TakeInError, Taken, warn_of_type};
#[cfg(any(feature = "net", all(target_family = "wasm", target_os = "unknown")))]
pub(crate) use mailbox::{Letter, Mailbox, Slot, mailbox};
#[cfg(any(feature = "net", all(target_family = "wasm", target_os = "unknown")))]
pub(crate) use scene::{PAUSE, STEP};
pub(crate) use standing::Standing;
#[cfg(any(feature = "net", all(target_family = "wasm", target_os = "unknown")))]
pub(crate) use standing::{PeerNumber, To};
pub use threads::{Portable, Shareable};
#[cfg(any(feature = "net", all(target_family = "wasm", target_os = "unknown")))]
pub(crate) use ways::{Ways, apart};
pub(crate) use work::writing;
