//! What every place has to keep: a suite for [`Backend`]s and [`Place`]s, those of this crate and those
//! of others.
//!
//! ```
//! use std::sync::Arc;
//!
//! use crdt_store::backend::Memory;
//! use crdt_store::conformance;
//!
//! conformance::check(&|| {
//!     let place = Arc::new(Memory::new());
//!     Box::new(move || Ok(place.clone()))
//! })?;
//! # Ok::<(), conformance::Violation>(())
//! ```

mod documents;
mod rows;

use std::sync::Arc;

use thiserror::Error;

use crate::backend::{Backend, Blocking, Place, now};
use crate::error::StoreError;

/// Opens a place, each time as another process would.
pub type Open = Box<dyn Fn() -> Result<Arc<dyn Backend>, StoreError>>;

/// What a place did not keep.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Violation {
    /// Something is not as it has to be.
    #[error("{rule}: {found}")]
    Broken {
        /// What has to be so.
        rule: &'static str,
        /// What is so.
        found: String,
    },
    /// Something failed that has to work.
    #[error("{doing} failed")]
    Failed {
        /// What was done.
        doing: &'static str,
        /// Why it failed.
        source: StoreError,
    },
}

/// Asks of a place everything that documents need, given what makes a new one. It may not wait
/// longer than some seconds for others that write.
///
/// # Errors
/// [`Violation`] says what is not kept.
pub fn check(make: &dyn Fn() -> Open) -> Result<(), Violation> {
    now(check_waiting(&|| {
        let open = make();
        async move || open().map(Blocking::new)
    }))
}

/// As [`check`], of a place that may have to be waited for.
///
/// # Errors
/// [`Violation`] says what is not kept.
pub async fn check_waiting<P: Place, O: AsyncFn() -> Result<P, StoreError>>(
    make: &dyn Fn() -> O,
) -> Result<(), Violation> {
    rows::check(make).await?;
    for seed in 0..8 {
        documents::check(&make(), seed).await?;
    }
    Ok(())
}

/// Fails unless it is so.
fn ensure(
    is_so: bool,
    rule: &'static str,
    found: impl FnOnce() -> String,
) -> Result<(), Violation> {
    if is_so { Ok(()) } else { Err(Violation::Broken { rule, found: found() }) }
}

/// Names what failed.
trait Doing<V> {
    fn doing(self, doing: &'static str) -> Result<V, Violation>;
}

impl<V> Doing<V> for Result<V, StoreError> {
    fn doing(self, doing: &'static str) -> Result<V, Violation> {
        self.map_err(|source| Violation::Failed { doing, source })
    }
}
