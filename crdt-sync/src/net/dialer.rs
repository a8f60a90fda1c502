//! Dialing one address, again and again.

use core::time::Duration;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use rustls::ClientConfig;
use tokio::sync::watch;
use tokio::time::timeout;

use super::allowance::TAKEN_FROM_RELAYS;
use super::backoff::{Backoff, random};
use super::dial::{DialError, dial};
use super::hub::Hub;
use super::peer::{Status, Target};
use super::session::{Ended, Setup, serve};
use crate::protocol::{CloseReason, Closed, Role, Violation};

/// Dials one address, as long as there is a use in it.
pub(super) struct Dialer {
    pub(super) hub: Arc<Hub>,
    pub(super) target: Target,
    pub(super) backoff: Backoff,
    pub(super) tls: Arc<ClientConfig>,
    /// Whether it is a relay that dials another.
    pub(super) is_link: bool,
    pub(super) status: watch::Sender<Status>,
}

/// A connection that held for so long was no failure.
const STEADY: Duration = Duration::from_secs(20);

/// After this an address is dialed again whatever it has said.
const LONGEST: Duration = Duration::from_secs(3600);

/// What came of dialing.
enum Attempt {
    Final(String),
    Again { why: String, after: Option<Duration> },
    Closed,
}

impl Dialer {
    pub(super) async fn run(self) {
        let mut ended = self.hub.ended();
        let mut failures = 0;
        while !*ended.borrow() {
            self.status.send_replace(Status::Connecting);
            let begun = Instant::now();
            let (why, after) = match self.attempt(&mut ended).await {
                Attempt::Final(why) => {
                    tracing::warn!(address = %self.target.address, %why, "refused for good");
                    self.status.send_replace(Status::Refused { why });
                    return;
                }
                Attempt::Closed => break,
                Attempt::Again { why, after } => (why, after),
            };
            failures = if begun.elapsed() > STEADY { 1 } else { failures + 1 };
            // A relay says when it is to be dialed again, but neither at once for ever nor never.
            let least = self.backoff.wait(failures, random());
            let wait = after.unwrap_or_default().max(least).min(LONGEST);
            tracing::debug!(address = %self.target.address, %why, ?wait, "dialing again");
            self.status.send_replace(Status::Waiting { why, wait });
            let is_over = timeout(wait, ended.wait_for(|ended| *ended)).await.is_ok();
            if is_over {
                break;
            }
        }
        self.status.send_replace(Status::Closed);
    }

    async fn attempt(&self, ended: &mut watch::Receiver<bool>) -> Attempt {
        let dialing = dial(&self.target.address, self.target.token.as_ref(), &self.tls);
        let dialed = tokio::select! {
            dialed = dialing => dialed,
            _ = ended.wait_for(|ended| *ended) => return Attempt::Closed,
        };
        let connected = dialed.and_then(|(wire, there)| Ok((wire, self.setup(there)?)));
        match connected {
            Err(error) if error.is_final() => Attempt::Final(error.to_string()),
            Err(error) => Attempt::Again { why: error.to_string(), after: None },
            Ok((wire, setup)) => {
                let served = serve(self.hub.clone(), wire, setup).await;
                self.after(served)
            }
        }
    }

    fn setup(&self, there: IpAddr) -> Result<Setup, DialError> {
        let mut settings = self.hub.settings();
        settings.endpoint = Some(self.target.address.endpoint());
        settings.expects = self.target.relay;
        settings.droppable_rate = TAKEN_FROM_RELAYS;
        let status = self.status.clone();
        let connected = move |relay| {
            status.send_replace(Status::Connected { relay });
        };
        Ok(Setup {
            role: Role::Dialer,
            settings,
            entropy: super::entropy()?,
            address: there,
            token: None,
            is_link: self.is_link,
            authenticated: Some(Box::new(connected)),
        })
    }

    /// What follows from how a connection ended.
    fn after(&self, ended: Ended) -> Attempt {
        let was_connected = matches!(*self.status.borrow(), Status::Connected { .. });
        let (why, after) = match ended {
            Ended::Closed(Closed::There(close)) if is_final(close.reason, was_connected) => {
                return Attempt::Final(close.text);
            }
            Ended::Closed(Closed::There(close)) => {
                (close.text, close.retry_after.map(Duration::from_millis))
            }
            Ended::Closed(Closed::Here(close)) if close.reason == CloseReason::Done => {
                return Attempt::Closed;
            }
            Ended::Closed(Closed::Here(close)) => (close.text, None),
            Ended::Closed(Closed::Broken(violation)) => {
                let is_another = matches!(
                    violation,
                    Violation::WrongKey { .. } | Violation::Unproven | Violation::Version(_)
                );
                if is_another {
                    return Attempt::Final(violation.to_string());
                }
                (violation.to_string(), None)
            }
            Ended::Lost(why) => (why, None),
        };
        Attempt::Again { why, after }
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
