//! Dialing one address, again and again.

use core::time::Duration;
use std::net::IpAddr;
use std::sync::Arc;

use rustls::ClientConfig;
use tokio::sync::watch;
use tokio::time::sleep;

use super::dial::{DialError, dial};
use super::hub::Hub;
use super::session::{Setup, serve};
use super::socket::Wire;
use crate::dialing::{Attempt, Backoff, Status, TAKEN_FROM_RELAYS, Target, Tries, entropy};
use crate::protocol::Role;

/// What was begun so shortly before is not begun anew, however often it is told to hurry.
const FRESH: Duration = Duration::from_secs(1);

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

impl Dialer {
    pub(super) async fn run(self) {
        let mut ended = self.hub.ended();
        let mut tries = Tries::new(&self.target.address, &self.status, self.backoff);
        while !*ended.borrow() {
            tries.begin();
            let attempt = self.attempt(&mut ended).await;
            let Some(wait) = tries.next(attempt) else { return };
            tokio::select! {
                () = sleep(wait) => {}
                () = self.hub.hurry.notified() => {}
                _ = ended.wait_for(|ended| *ended) => {}
            }
        }
        self.status.send_replace(Status::Closed);
    }

    async fn attempt(&self, ended: &mut watch::Receiver<bool>) -> Attempt {
        let dialed = tokio::select! {
            dialed = self.dial() => dialed,
            _ = ended.wait_for(|ended| *ended) => return Attempt::Closed,
        };
        let connected = dialed.and_then(|(wire, there)| Ok((wire, self.setup(there)?)));
        match connected {
            Err(error) if error.is_final() => Attempt::Final(error.to_string()),
            Err(error) => Attempt::Again { why: error.to_string(), after: None },
            Ok((wire, setup)) => {
                let served = serve(self.hub.clone(), wire, setup).await;
                let was_connected = matches!(*self.status.borrow(), Status::Connected { .. });
                Attempt::of(served, was_connected)
            }
        }
    }

    /// Connects. What was begun before it was told to hurry may be on a way that is no more: it is begun anew.
    async fn dial(&self) -> Result<(Wire, IpAddr), DialError> {
        loop {
            let hurried = async {
                sleep(FRESH).await;
                self.hub.hurry.notified().await;
            };
            tokio::select! {
                dialed = dial(&self.target.address, self.target.token.as_ref(), &self.tls) => {
                    return dialed;
                }
                () = hurried => {}
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
            entropy: entropy()?,
            address: there,
            token: None,
            is_link: self.is_link,
            authenticated: Some(Box::new(connected)),
            seat: None,
        })
    }
}
