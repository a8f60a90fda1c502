//! Work on a document, where it may block or be waited for.

use std::future::pending;
use std::sync::Arc;

use tokio::sync::RwLock;
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
use tokio::sync::oneshot::error::RecvError;
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
use tokio::task::JoinError;

use super::seat::Seat;
use super::threads::Portable;

/// Does something with a document that nobody else has meanwhile. It is done to its end also if
/// nobody waits for it any more, and what panics in it does so here.
pub(crate) async fn writing<S, R>(
    seat: Arc<RwLock<S>>,
    work: impl AsyncFnOnce(&mut S) -> R + Portable + 'static,
) -> R
where
    S: Seat + ?Sized,
    R: Portable + 'static,
{
    let mut held = seat.write_owned().await;
    finished(run(async move || work(&mut held).await).await).await
}

/// Does something with a document that others may read meanwhile.
pub(crate) async fn reading<S, R>(
    seat: Arc<RwLock<S>>,
    work: impl AsyncFnOnce(&S) -> R + Portable + 'static,
) -> R
where
    S: Seat + ?Sized,
    R: Portable + 'static,
{
    let held = seat.read_owned().await;
    finished(run(async move || work(&held).await).await).await
}

/// Does it on a thread that may block, or here if this is no runtime that has some.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub(super) async fn run<R: Send + 'static>(
    work: impl AsyncFnOnce() -> R + Send + 'static,
) -> Result<R, JoinError> {
    // Not as a task of the runtime: there nobody may block, and whoever is told of changes may.
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => runtime.spawn_blocking(|| pollster::block_on(work())).await,
        Err(_) => Ok(pollster::block_on(work())),
    }
}

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
async fn finished<R>(result: Result<R, JoinError>) -> R {
    match result.map_err(JoinError::try_into_panic) {
        Ok(result) => result,
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        // The runtime ends, and whoever waits here with it.
        Err(Err(_)) => pending().await,
    }
}

/// Does it as a task of its own.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub(super) async fn run<R: 'static>(
    work: impl AsyncFnOnce() -> R + 'static,
) -> Result<R, RecvError> {
    let (tell, told) = tokio::sync::oneshot::channel();
    wasm_bindgen_futures::spawn_local(async move {
        // Nobody may wait for it any more.
        let _ = tell.send(work().await);
    });
    told.await
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
async fn finished<R>(result: Result<R, RecvError>) -> R {
    match result {
        Ok(result) => result,
        // What panics in a browser ends the module, and whoever waits here with it.
        Err(_) => pending().await,
    }
}
