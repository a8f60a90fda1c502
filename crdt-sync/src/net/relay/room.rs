use std::sync::Arc;

use axum::body::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Room for the bytes of requests or of answers, which may be held only so long by each and only so
/// much by all together.
#[derive(Debug)]
pub(super) struct Room {
    free: Arc<Semaphore>,
    all: u32,
}

/// A part of it, which is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Held(OwnedSemaphorePermit);

impl Room {
    pub(super) fn new(bytes: usize) -> Self {
        let all = u32::try_from(bytes).unwrap_or(u32::MAX);
        Self { free: Arc::new(Semaphore::new(all as usize)), all }
    }

    /// Room for so many bytes, or all of it if they are more; `None` if there is none now.
    pub(super) fn take(&self, bytes: usize) -> Option<Held> {
        self.acquire(self.bounded(bytes)).map(Held)
    }

    /// Whether some of it is held.
    #[cfg(test)]
    pub(super) fn is_held(&self) -> bool {
        self.free.available_permits() < self.all as usize
    }

    fn acquire(&self, bytes: u32) -> Option<OwnedSemaphorePermit> {
        self.free.clone().try_acquire_many_owned(bytes).ok()
    }

    fn bounded(&self, bytes: usize) -> u32 {
        u32::try_from(bytes).map_or(self.all, |bytes| bytes.min(self.all))
    }
}

impl Held {
    /// Takes as much more as is lacking for so many bytes; `None` if there is not so much now.
    pub(super) fn grow(&mut self, room: &Room, bytes: usize) -> Option<()> {
        let held = u32::try_from(self.0.num_permits()).unwrap_or(u32::MAX);
        let more = room.acquire(room.bounded(bytes).saturating_sub(held))?;
        self.0.merge(more);
        Some(())
    }

    /// Bytes that hold the room until they have left.
    pub(super) fn with(self, bytes: Vec<u8>) -> Bytes {
        struct Holding(Vec<u8>, #[expect(dead_code, reason = "held until the bytes go")] Held);

        impl AsRef<[u8]> for Holding {
            fn as_ref(&self) -> &[u8] {
                &self.0
            }
        }

        Bytes::from_owner(Holding(bytes, self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_held_until_the_bytes_go() {
        let room = Room::new(100);
        let mut held = room.take(60).expect("there is room");
        assert!(room.take(60).is_none());
        assert!(held.grow(&room, 50).is_some() && room.take(41).is_none());
        held.grow(&room, 100).expect("there is room");
        held.grow(&room, 1000).expect("it has all of it");
        let bytes = held.with(vec![7; 100]);
        let part = bytes.slice(..10);
        drop(bytes);
        assert!(room.take(1).is_none(), "some of it is still there");
        drop(part);
        assert!(room.take(1000).is_some(), "what is larger gets all of it");
    }
}
