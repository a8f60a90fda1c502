//! Work on a document, on a thread where it may block.

use std::future::pending;
use std::panic::resume_unwind;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::RwLock;
use tokio::task::JoinError;

use super::seat::Seat;

/// Does something with a document that nobody else has meanwhile. It is done to its end also if
/// nobody waits for it any more, and what panics in it does so here.
pub(crate) async fn writing<S, R>(
    seat: Arc<RwLock<S>>,
    work: impl FnOnce(&mut S) -> R + Send + 'static,
) -> R
where
    S: Seat + ?Sized,
    R: Send + 'static,
{
    let mut held = seat.write_owned().await;
    on_thread(move || work(&mut held)).await
}

/// Does something with a document that others may read meanwhile.
pub(crate) async fn reading<S, R>(
    seat: Arc<RwLock<S>>,
    work: impl FnOnce(&S) -> R + Send + 'static,
) -> R
where
    S: Seat + ?Sized,
    R: Send + 'static,
{
    let held = seat.read_owned().await;
    on_thread(move || work(&held)).await
}

/// Does it on a thread for such work, or here if this is no runtime that has some.
async fn on_thread<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
    match Handle::try_current() {
        Ok(runtime) => finished(runtime.spawn_blocking(work).await).await,
        Err(_) => work(),
    }
}

async fn finished<R>(result: Result<R, JoinError>) -> R {
    match result.map_err(JoinError::try_into_panic) {
        Ok(result) => result,
        Err(Ok(panic)) => resume_unwind(panic),
        // The runtime ends, and whoever waits here with it.
        Err(Err(_)) => pending().await,
    }
}
