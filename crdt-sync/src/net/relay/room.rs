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
    pub(super) fn take(&self, bytes: u64) -> Option<Held> {
        let bytes = u32::try_from(bytes).map_or(self.all, |bytes| bytes.min(self.all));
        self.free.clone().try_acquire_many_owned(bytes).ok().map(Held)
    }
}

impl Held {
    pub(super) fn add(&mut self, more: Self) {
        self.0.merge(more.0);
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
        held.add(room.take(40).expect("there is room"));
        let bytes = held.with(vec![7; 100]);
        let part = bytes.slice(..10);
        drop(bytes);
        assert!(room.take(1).is_none(), "some of it is still there");
        drop(part);
        assert!(room.take(1000).is_some(), "what is larger gets all of it");
    }
}
