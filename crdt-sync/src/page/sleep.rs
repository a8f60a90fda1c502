//! Waiting for a time, by the timers of the browser.

use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;

use js_sys::{Function, Reflect, global};
use tokio::sync::oneshot;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};

/// The longest time that a timer takes: more is taken for none.
const LONGEST: Duration = Duration::from_secs(86_400);

/// Is over after a time, or somewhat later: browsers slow the timers of pages that nobody sees.
pub(super) struct Sleep {
    rung: oneshot::Receiver<()>,
    number: JsValue,
    _alarm: Closure<dyn FnMut()>,
}

impl Sleep {
    /// A day at most.
    pub(super) fn new(time: Duration) -> Self {
        let (tell, rung) = oneshot::channel();
        let mut tell = Some(tell);
        let alarm = Closure::<dyn FnMut()>::new(move || {
            // Nobody may wait any more.
            let _ = tell.take().map(|tell| tell.send(()));
        });
        let millis = JsValue::from_f64(time.min(LONGEST).as_secs_f64() * 1000.0);
        let set = |set: Function| set.call2(&JsValue::NULL, alarm.as_ref(), &millis);
        let number = timer_function("setTimeout").and_then(set);
        let number = number.unwrap_or_else(|error| {
            // Where there are WebSockets there are timers.
            tracing::error!(?error, "there are no timers");
            JsValue::UNDEFINED
        });
        Self { rung, number, _alarm: alarm }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.rung).poll(context).map(drop)
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        // A timer that has rung is cleared for nothing.
        let _ =
            timer_function("clearTimeout").map(|clear| clear.call1(&JsValue::NULL, &self.number));
    }
}

/// Of the page, or of the worker.
fn timer_function(name: &str) -> Result<Function, JsValue> {
    Reflect::get(&global(), &name.into())?.dyn_into()
}
