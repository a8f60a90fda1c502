//! Who writes to a place next: whoever asked first.
//!
//! A lock that waiting ones try again and again goes to whoever happens to try next, which is mostly
//! the one that has just had it. So one could wait for ever among others that never stop.

use core::time::Duration;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::LONGEST_LOCK_TIMEOUT;

/// Those of this process that want to write to one place.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    line: Mutex<Line>,
    /// Told when somebody leaves the line.
    left: Condvar,
}

#[derive(Debug, Default)]
struct Line {
    /// In the order in which they were drawn. It is the turn of the first.
    tickets: VecDeque<u64>,
    drawn: u64,
}

/// A place in the line, which is left when this is dropped, also by who panics.
#[derive(Debug)]
pub(crate) struct Turn {
    queue: Arc<Queue>,
    ticket: u64,
}

impl Queue {
    /// Waits until all that asked before are done. `None` if that takes longer than so, or than 24
    /// days.
    pub(crate) fn enter(self: &Arc<Self>, timeout: Duration) -> Option<Turn> {
        let turn = self.draw();
        let mut line = self.line();
        let mut until = None;
        while line.tickets.front() != Some(&turn.ticket) {
            // Without threads nobody else can leave the line, and there is no clock either.
            if cfg!(target_family = "wasm") {
                drop(line);
                return None;
            }
            let until =
                *until.get_or_insert_with(|| Instant::now() + timeout.min(LONGEST_LOCK_TIMEOUT));
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                drop(line);
                return None;
            }
            let waited = self.left.wait_timeout(line, left);
            line = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(line);
        Some(turn)
    }

    fn draw(self: &Arc<Self>) -> Turn {
        let mut line = self.line();
        let ticket = line.drawn;
        line.drawn += 1;
        line.tickets.push_back(ticket);
        Turn { queue: self.clone(), ticket }
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.queue.line().tickets.retain(|ticket| *ticket != self.ticket);
        self.queue.left.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn until_there_are(queue: &Queue, count: usize) {
        while queue.line().tickets.len() < count {
            thread::yield_now();
        }
    }

    /// Also before one that has just had its turn and asks again at once.
    #[test]
    fn who_asked_first_writes_first() {
        let queue = Arc::new(Queue::default());
        let written = Mutex::new(Vec::new());
        thread::scope(|scope| {
            let mut turn = queue.enter(LONG).unwrap();
            for name in 0..4 {
                let (queue, written) = (&queue, &written);
                scope.spawn(move || {
                    let _turn = queue.enter(LONG).unwrap();
                    written.lock().unwrap().push(name);
                });
                until_there_are(queue, name + 2);
            }
            drop(turn);
            turn = queue.enter(LONG).unwrap();
            written.lock().unwrap().push(4);
            drop(turn);
        });
        assert_eq!(written.into_inner().unwrap(), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn who_waits_for_too_long_is_waited_for_by_nobody() {
        let queue = Arc::new(Queue::default());
        let turn = queue.enter(Duration::ZERO).unwrap();
        assert!(queue.enter(Duration::from_millis(1)).is_none());
        drop(turn);
        queue.enter(Duration::ZERO).unwrap();
    }

    #[test]
    fn who_panics_lets_the_next_one_write() {
        let queue = Arc::new(Queue::default());
        let entered = queue.clone();
        let panicked = thread::spawn(move || {
            let _turn = entered.enter(LONG);
            panic!("within its turn");
        });
        panicked.join().unwrap_err();
        queue.enter(Duration::ZERO).unwrap();
    }
}
