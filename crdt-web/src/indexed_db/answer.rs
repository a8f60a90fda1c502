//! Events as futures.

use tokio::sync::oneshot;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{Event, EventTarget, IdbRequest};

use super::error::IndexedDbError;

/// Listens for one event as long as it lives.
#[derive(Debug)]
pub(super) struct Listening {
    target: EventTarget,
    event: &'static str,
    handler: Closure<dyn FnMut(Event)>,
}

impl Listening {
    pub(super) fn new(
        target: &EventTarget,
        event: &'static str,
        hear: impl FnMut(Event) + 'static,
    ) -> Result<Self, IndexedDbError> {
        let handler = Closure::<dyn FnMut(Event)>::new(hear);
        let function = handler.as_ref().unchecked_ref();
        let added = target.add_event_listener_with_callback(event, function);
        added.map_err(IndexedDbError::of)?;
        Ok(Self { target: target.clone(), event, handler })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let function = self.handler.as_ref().unchecked_ref();
        // A target that is gone calls nobody.
        let _ = self.target.remove_event_listener_with_callback(self.event, function);
    }
}

/// Tells the first event of some that happens.
pub(super) struct First {
    happened: oneshot::Receiver<&'static str>,
    _listening: Vec<Listening>,
}

impl First {
    pub(super) fn of(
        target: &EventTarget,
        events: &[&'static str],
    ) -> Result<Self, IndexedDbError> {
        let (tell, happened) = oneshot::channel();
        let tell = std::rc::Rc::new(core::cell::Cell::new(Some(tell)));
        let listen = |event: &&'static str| {
            let (tell, event) = (tell.clone(), *event);
            Listening::new(target, event, move |_| {
                if let Some(tell) = tell.take() {
                    // Nobody may wait for it any more.
                    let _ = tell.send(event);
                }
            })
        };
        let listening = events.iter().map(listen).collect::<Result<_, _>>()?;
        Ok(Self { happened, _listening: listening })
    }

    /// What happened; `None` never, while it is listened for.
    pub(super) async fn wait(&mut self) -> Option<&'static str> {
        (&mut self.happened).await.ok()
    }
}

/// What comes of a request.
pub(super) async fn answer(
    request: Result<IdbRequest, JsValue>,
) -> Result<JsValue, IndexedDbError> {
    let request = request.map_err(IndexedDbError::of)?;
    let mut first = First::of(&request, &["success", "error"])?;
    match first.wait().await {
        Some("success") => request.result().map_err(IndexedDbError::of),
        _ => Err(why(&request)),
    }
}

pub(super) fn why(request: &IdbRequest) -> IndexedDbError {
    match request.error() {
        Ok(Some(exception)) => IndexedDbError::of(exception.into()),
        Ok(None) => IndexedDbError::new("AbortError", "a request was given up"),
        Err(error) => IndexedDbError::of(error),
    }
}
