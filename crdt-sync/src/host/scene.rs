//! Who is in a document: what is shown of this side, and what others show.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crdt_core::{Author, DocumentId, Keypair};
use tokio::sync::watch;
use web_time::{Instant, SystemTime, UNIX_EPOCH};

use crate::protocol::{Presence, Presences, Time};

/// What is not shown anew for so long is forgotten.
const LIFETIME: Duration = Duration::from_secs(60);
/// After so long it is shown anew, so that it survives that some of it is lost.
const RENEWAL: Duration = Duration::from_secs(10);
/// After how long is looked who has not been heard of, and what is to be said anew.
pub(crate) const PAUSE: Duration = Duration::from_secs(1);
/// It is not said more often than this, however often it changes.
pub(crate) const STEP: Duration = Duration::from_millis(50);
/// The most others that are known.
const MOST: usize = 4096;

/// Who is in a document.
#[derive(Debug)]
pub(crate) struct Scene {
    begun: Instant,
    state: Mutex<State>,
    changed: watch::Sender<u64>,
}

#[derive(Debug)]
struct State {
    others: Presences,
    /// What is shown; nothing says that this side has left.
    own: Option<Vec<u8>>,
    /// When something was shown last, and how often something was said: of several tabs or programs of one
    /// author the one that showed something last is seen.
    session: u64,
    number: u64,
    said: Option<Instant>,
    /// Whether it is to be said as soon as it may be.
    is_due: bool,
}

impl Default for Scene {
    fn default() -> Self {
        let state = State {
            others: Presences::new(millis(LIFETIME), MOST),
            own: None,
            session: 0,
            number: 0,
            said: None,
            is_due: false,
        };
        Self { begun: Instant::now(), state: Mutex::new(state), changed: watch::Sender::default() }
    }
}

impl Scene {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Time {
        Time::from_millis(millis(self.begun.elapsed()))
    }

    /// Shows something of this side from now on; nothing if it leaves. Says whether that is to be said.
    pub(crate) fn show(&self, bytes: Vec<u8>) -> bool {
        let mut state = self.state();
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        state.session = state.session.max(millis(since));
        let was_there = state.own.as_ref().is_some_and(|own| !own.is_empty());
        state.is_due |= was_there || !bytes.is_empty();
        state.own = Some(bytes);
        state.is_due
    }

    /// Has what is shown be said to somebody who may not know it.
    pub(crate) fn show_again(&self) {
        self.state().show_again();
    }

    /// What is to be said now, if something is.
    pub(crate) fn say(&self, keypair: &Keypair, document: &DocumentId) -> Option<Presence> {
        let mut state = self.state();
        let said = state.said.map(|said| said.elapsed());
        if said.is_some_and(|said| said >= RENEWAL) {
            state.show_again();
        }
        // Leaving is said at once: there may be nobody later who could.
        let leaves = state.own.as_ref().is_some_and(Vec::is_empty);
        if !state.is_due || said.is_some_and(|said| said < STEP && !leaves) {
            return None;
        }
        (state.is_due, state.said) = (false, Some(Instant::now()));
        state.number += 1;
        let place = (state.session, state.number);
        Presence::sign(keypair, document, place, state.own.as_deref()?)
    }

    /// Whether something is to be said as soon as it may be.
    pub(crate) fn is_due(&self) -> bool {
        self.state().is_due
    }

    /// Hears what another one shows, which is genuine. Who is seen for the first time is shown what is
    /// shown here.
    pub(crate) fn hear(&self, document: DocumentId, presence: &Presence) {
        let mut state = self.state();
        let is_known = state.others.of(&document).any(|known| known.author == presence.author);
        if state.others.take(self.now(), document, presence) {
            if !is_known && !presence.bytes.is_empty() {
                state.show_again();
            }
            drop(state);
            self.changed.send_modify(|times| *times = times.wrapping_add(1));
        }
    }

    /// Forgets who has not been heard of for too long.
    pub(crate) fn expire(&self) {
        let gone = self.state().others.expire(self.now());
        if !gone.is_empty() {
            self.changed.send_modify(|times| *times = times.wrapping_add(1));
        }
    }

    /// Who is there, and what they show.
    pub(crate) fn others(&self, document: DocumentId) -> Vec<(Author, Vec<u8>)> {
        let state = self.state();
        let others = state.others.of(&document);
        others.map(|presence| (presence.author, presence.bytes.clone())).collect()
    }

    /// Told whenever that changes.
    pub(crate) fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}

impl State {
    fn show_again(&mut self) {
        self.is_due |= self.own.as_ref().is_some_and(|own| !own.is_empty());
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two tabs of one author: who showed something last is seen, and not who merely says it again.
    #[test]
    fn of_two_tabs_the_one_that_showed_something_last_is_seen() {
        let mine = Keypair::from_secret_bytes(&[1; 32]);
        let document = DocumentId::from_bytes([3; 32]);
        let [one, two, there] = [(); 3].map(|()| Scene::default());
        let shows = |tab: &Scene, bytes: &[u8]| {
            std::thread::sleep(2 * STEP);
            tab.show(bytes.to_vec());
            there.hear(document, &tab.say(&mine, &document).expect("it is to be said"));
            there.others(document)[0].1.clone()
        };
        assert_eq!(shows(&one, b"here"), b"here");
        assert_eq!(shows(&two, b"there"), b"there");
        one.show_again();
        std::thread::sleep(2 * STEP);
        there.hear(document, &one.say(&mine, &document).expect("it is to be said"));
        assert_eq!(there.others(document)[0].1, b"there");
        assert_eq!(shows(&one, b"here again"), b"here again");
    }

    #[test]
    fn what_is_shown_is_said_once_and_again_to_who_is_new() {
        let [mine, yours] = [1, 2].map(|seed| Keypair::from_secret_bytes(&[seed; 32]));
        let document = DocumentId::from_bytes([3; 32]);
        let (here, there) = (Scene::default(), Scene::default());
        assert!(!here.show(Vec::new()), "who was not there does not leave");
        assert!(here.show(b"one".to_vec()) && here.show(b"two".to_vec()));
        let said = here.say(&mine, &document).expect("it is to be said");
        assert_eq!(said.bytes, b"two");
        assert!(here.say(&mine, &document).is_none(), "it was said");
        there.hear(document, &said);
        assert_eq!(there.others(document), [(mine.author(), b"two".to_vec())]);

        // Who only looks on is shown nothing of themselves.
        assert!(!there.is_due());
        there.show(b"me".to_vec());
        here.hear(document, &there.say(&yours, &document).expect("it is to be said"));
        assert!(here.is_due(), "somebody new is there");
        std::thread::sleep(2 * STEP);
        let again = here.say(&mine, &document).expect("it is said anew");
        assert!(again.number > said.number);

        here.show(Vec::new());
        there.hear(document, &here.say(&mine, &document).expect("leaving is said"));
        assert!(there.others(document).is_empty());
        here.show_again();
        assert!(!here.is_due(), "nothing is shown");
    }
}
