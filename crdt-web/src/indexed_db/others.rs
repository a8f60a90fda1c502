//! What tabs tell each other: that something was committed. What it is, the database says.

use core::cell::Cell;
use std::rc::Rc;

use tokio::sync::watch;
use wasm_bindgen::JsValue;
use web_sys::BroadcastChannel;

use super::answer::Listening;
use super::error::IndexedDbError;

/// All tabs that have the database open.
#[derive(Debug)]
pub(super) struct Others {
    channel: BroadcastChannel,
    /// How often another tab has committed.
    heard: Rc<watch::Sender<u64>>,
    /// How often this one has.
    told: Cell<u64>,
    _listening: Listening,
}

impl Others {
    pub(super) fn of(name: &str) -> Result<Self, IndexedDbError> {
        let channel = BroadcastChannel::new(&format!("crdt {name}")).map_err(IndexedDbError::of)?;
        let heard = Rc::new(watch::Sender::new(0));
        let hear = heard.clone();
        let listening = Listening::new(&channel, "message", move |_| {
            hear.send_modify(|times: &mut u64| *times = times.wrapping_add(1));
        })?;
        Ok(Self { channel, heard, told: Cell::new(0), _listening: listening })
    }

    /// Something was committed here.
    pub(super) fn tell(&self) {
        self.told.set(self.told.get().wrapping_add(1));
        if let Err(error) = self.channel.post_message(&JsValue::TRUE) {
            let error = IndexedDbError::of(error);
            tracing::warn!(%error, "other tabs are not told of what was committed");
        }
    }

    /// How often somebody has committed.
    pub(super) fn commits(&self) -> u64 {
        self.heard.borrow().wrapping_add(self.told.get())
    }

    pub(super) fn heard(&self) -> watch::Receiver<u64> {
        self.heard.subscribe()
    }
}

impl Drop for Others {
    fn drop(&mut self) {
        self.channel.close();
    }
}
