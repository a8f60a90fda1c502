use core::future::pending;
use core::time::Duration;

use tokio::sync::watch;
use web_time::Instant;

use super::address::Address;
use super::backoff::{Backoff, random};
use super::status::Status;
use crate::protocol::{CloseReason, Closed, Violation};

/// How a connection ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// One of the two ended it.
    Closed(Closed),
    /// The transport is gone.
    Lost(String),
}

/// What came of dialing.
#[derive(PartialEq, Eq, Debug)]
pub(crate) enum Attempt {
    Final(String),
    Again { why: String, after: Option<Duration> },
    Closed,
}

impl Attempt {
    /// What follows from how a connection ended.
    pub(crate) fn of(ended: Ended, was_connected: bool) -> Self {
        let (why, after) = match ended {
            Ended::Closed(Closed::There(close)) if is_final(close.reason, was_connected) => {
                return Self::Final(close.text);
            }
            Ended::Closed(Closed::There(close)) => {
                (close.text, close.retry_after.map(Duration::from_millis))
            }
            Ended::Closed(Closed::Here(close)) if close.reason == CloseReason::Done => {
                return Self::Closed;
            }
            Ended::Closed(Closed::Here(close)) => (close.text, None),
            Ended::Closed(Closed::Broken(violation)) => {
                let is_another = matches!(
                    violation,
                    Violation::WrongKey { .. } | Violation::Unproven | Violation::Version(_)
                );
                if is_another {
                    return Self::Final(violation.to_string());
                }
                (violation.to_string(), None)
            }
            Ended::Lost(why) => (why, None),
        };
        Self::Again { why, after }
    }
}

/// Whether what a relay says is for good. That it takes something for a violation once both know each
/// other may be the fault of what carries the bytes.
fn is_final(reason: CloseReason, was_connected: bool) -> bool {
    match reason {
        CloseReason::Violation => !was_connected,
        reason => reason.is_final(),
    }
}

/// A connection that held for so long was no failure.
const STEADY: Duration = Duration::from_secs(20);

/// After this an address is dialed again whatever it has said.
const LONGEST: Duration = Duration::from_secs(3600);

/// What was begun so shortly before is not begun anew, however often it is told to hurry.
const FRESH: Duration = Duration::from_secs(1);

/// How often an address was dialed in vain, for who dials it and says how it stands.
#[derive(Debug)]
pub(crate) struct Tries<'a> {
    address: &'a Address,
    status: &'a watch::Sender<Status>,
    backoff: Backoff,
    /// Told when it is to be dialed without waiting.
    hurry: watch::Receiver<()>,
    failures: u32,
    began: Instant,
}

impl<'a> Tries<'a> {
    pub(crate) fn new(
        address: &'a Address,
        status: &'a watch::Sender<Status>,
        backoff: Backoff,
        hurry: watch::Receiver<()>,
    ) -> Self {
        Self { address, status, backoff, hurry, failures: 0, began: Instant::now() }
    }

    /// It is dialed now. Whatever was told before is done with that.
    pub(crate) fn begin(&mut self) {
        self.hurry.mark_unchanged();
        self.status.send_replace(Status::Connecting);
        self.began = Instant::now();
    }

    /// Waits until it is to be dialed anew whatever is waited for: what was begun may be on a way that is no
    /// more. It is when that was told since it was [begun](Self::begin), also while nobody waited here, as
    /// soon as what was begun is not fresh any more. What is told while it is connected is for others.
    pub(crate) async fn hurried<S: Future<Output = ()>>(&mut self, sleep: impl Fn(Duration) -> S) {
        loop {
            // It stays told until something has come of it.
            if self.hurry.clone().changed().await.is_err() {
                return pending().await;
            }
            sleep(FRESH.saturating_sub(self.began.elapsed())).await;
            if !matches!(*self.status.borrow(), Status::Connected { .. }) {
                return;
            }
            self.hurry.mark_unchanged();
        }
    }

    /// How long to wait before it is dialed again; `None` if it is not.
    pub(crate) fn next(&mut self, attempt: Attempt) -> Option<Duration> {
        let address = self.address;
        match attempt {
            Attempt::Final(why) => {
                tracing::warn!(%address, %why, "refused for good");
                self.status.send_replace(Status::Refused { why });
                None
            }
            Attempt::Closed => {
                self.status.send_replace(Status::Closed);
                None
            }
            Attempt::Again { why, after } => {
                let wait = self.wait(after);
                // Once for each time that it is away.
                if self.failures == 1 {
                    tracing::warn!(%address, %why, "not connected, and dialed again and again");
                }
                tracing::debug!(%address, %why, ?wait, "dialing again");
                self.status.send_replace(Status::Waiting { why, wait });
                Some(wait)
            }
        }
    }

    /// A relay says when it is to be dialed again, but neither at once for ever nor never.
    fn wait(&mut self, after: Option<Duration>) -> Duration {
        let was_steady = self.began.elapsed() > STEADY;
        self.failures = if was_steady { 1 } else { self.failures.saturating_add(1) };
        let least = self.backoff.wait(self.failures, random());
        after.unwrap_or_default().max(least).min(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use core::cell::Cell;
    use core::future::ready;

    use crdt_core::Keypair;
    use futures_util::FutureExt as _;

    use super::*;
    use crate::protocol::Close;

    fn told(reason: CloseReason, was_connected: bool) -> Attempt {
        let close = Close { retry_after: Some(7), ..Close::new(reason, "why") };
        Attempt::of(Ended::Closed(Closed::There(close)), was_connected)
    }

    #[test]
    fn who_is_refused_for_good_does_not_try_again() {
        let again = || {
            let after = Some(Duration::from_millis(7));
            Attempt::Again { why: "why".to_owned(), after }
        };
        for was_connected in [false, true] {
            assert_eq!(told(CloseReason::Refused, was_connected), Attempt::Final("why".to_owned()));
            assert_eq!(told(CloseReason::Busy, was_connected), again());
        }
        assert_eq!(told(CloseReason::Violation, false), Attempt::Final("why".to_owned()));
        assert_eq!(told(CloseReason::Violation, true), again());
        let done = Close::new(CloseReason::Done, "");
        assert_eq!(Attempt::of(Ended::Closed(Closed::Here(done)), true), Attempt::Closed);
    }

    #[test]
    fn what_a_relay_says_is_waited_for_but_not_for_ever() {
        let address = "ws://127.0.0.1:8710".parse().expect("an address");
        let status = watch::Sender::new(Status::Closed);
        let mut tries = Tries::new(&address, &status, Backoff::default(), watch::channel(()).1);
        assert!(tries.wait(None) <= Duration::from_millis(250));
        assert_eq!(tries.wait(Some(Duration::from_secs(90))), Duration::from_secs(90));
        assert_eq!(tries.wait(Some(Duration::MAX)), LONGEST);
    }

    /// Whether it is to be dialed anew, once what was begun is not fresh any more.
    fn is_hurried(tries: &mut Tries<'_>) -> bool {
        tries.hurried(|_| ready(())).now_or_never().is_some()
    }

    #[test]
    fn what_is_told_since_it_was_dialed_is_not_lost() {
        let address = "ws://127.0.0.1:8710".parse().expect("an address");
        let (status, hurry) = (watch::Sender::new(Status::Closed), watch::Sender::new(()));
        let mut tries = Tries::new(&address, &status, Backoff::default(), hurry.subscribe());
        hurry.send_replace(());
        tries.begin();
        assert!(!is_hurried(&mut tries), "it is dialed already");
        // While nobody waits for it, and when who waits has given up before something came of it.
        hurry.send_replace(());
        assert!(tries.hurried(|_| pending::<()>()).now_or_never().is_none());
        tries.next(Attempt::Again { why: "why".to_owned(), after: None });
        let pause = Cell::new(Duration::ZERO);
        let sleep = |time| {
            pause.set(time);
            ready(())
        };
        assert!(tries.hurried(sleep).now_or_never().is_some());
        assert!((FRESH / 2..=FRESH).contains(&pause.get()), "{pause:?}");
        tries.begin();
        assert!(!is_hurried(&mut tries));
    }

    /// Who was connected all the while, and is lost later, comes back among all others when it is its turn.
    #[test]
    fn what_is_told_while_it_is_connected_is_for_others() {
        let address = "ws://127.0.0.1:8710".parse().expect("an address");
        let (status, hurry) = (watch::Sender::new(Status::Closed), watch::Sender::new(()));
        let mut tries = Tries::new(&address, &status, Backoff::default(), hurry.subscribe());
        tries.begin();
        let relay = Keypair::from_secret_bytes(&[1; 32]).author();
        status.send_replace(Status::Connected { relay });
        hurry.send_replace(());
        assert!(!is_hurried(&mut tries));
        tries.next(Attempt::Again { why: "why".to_owned(), after: None });
        assert!(!is_hurried(&mut tries));
        hurry.send_replace(());
        assert!(is_hurried(&mut tries));
    }
}
