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

/// How often an address was dialed in vain, for who dials it and says how it stands.
#[derive(Debug)]
pub(crate) struct Tries<'a> {
    address: &'a Address,
    status: &'a watch::Sender<Status>,
    backoff: Backoff,
    failures: u32,
    began: Instant,
}

impl<'a> Tries<'a> {
    pub(crate) fn new(
        address: &'a Address,
        status: &'a watch::Sender<Status>,
        backoff: Backoff,
    ) -> Self {
        Self { address, status, backoff, failures: 0, began: Instant::now() }
    }

    /// It is dialed now.
    pub(crate) fn begin(&mut self) {
        self.status.send_replace(Status::Connecting);
        self.began = Instant::now();
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
        let mut tries = Tries::new(&address, &status, Backoff::default());
        assert!(tries.wait(None) <= Duration::from_millis(250));
        assert_eq!(tries.wait(Some(Duration::from_secs(90))), Duration::from_secs(90));
        assert_eq!(tries.wait(Some(Duration::MAX)), LONGEST);
    }
}
