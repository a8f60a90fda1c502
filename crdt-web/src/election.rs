//! Which tab does what only one has to do, as talking to a relay: the one that holds a lock of the
//! browser, which passes on when that tab is closed or crashes.
//!
//! Nothing is wrong if two tabs do it: what is written is kept in order by the database alone.

use core::fmt;

use js_sys::{Function, Promise, Reflect, global};
use thiserror::Error;
use tokio::sync::oneshot;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};

/// Why no tab is elected.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error(
    "the browser has no locks for this page, which it has for pages of https and localhost: {0}"
)]
pub struct ElectionError(String);

/// As long as a tab has this no other one is elected.
pub struct Elected {
    release: Function,
}

impl fmt::Debug for Elected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Elected").finish_non_exhaustive()
    }
}

impl Drop for Elected {
    fn drop(&mut self) {
        // It only settles a promise.
        let _ = self.release.call0(&JsValue::NULL);
    }
}

impl Elected {
    /// Waits until this tab is the one that is elected, of all that ask for the same name. Whoever
    /// stops waiting is not elected.
    ///
    /// # Errors
    /// [`ElectionError`], where the browser has no locks.
    pub async fn of(name: &str) -> Result<Self, ElectionError> {
        let (tell, told) = oneshot::channel();
        let granted = Closure::once_into_js(move |_: JsValue| -> JsValue {
            let mut release = None;
            let held = Promise::new(&mut |resolve, _| release = Some(resolve));
            let elected = release.map(|release| Self { release });
            // Dropped if nobody waits any more, which releases it.
            let _ = elected.map(|elected| tell.send(elected));
            held.into()
        });
        request(name, &granted).map_err(|error| ElectionError(format!("{error:?}")))?;
        told.await.map_err(|_| ElectionError("the request was refused".to_owned()))
    }
}

/// Asks the browser for a lock: not by `web-sys`, which has it behind a flag of the compiler.
fn request(name: &str, granted: &JsValue) -> Result<(), JsValue> {
    let navigator = Reflect::get(&global(), &"navigator".into())?;
    let locks = Reflect::get(&navigator, &"locks".into())?;
    let request: Function = Reflect::get(&locks, &"request".into())?.dyn_into()?;
    request.call2(&locks, &name.into(), granted)?;
    Ok(())
}
