//! Dialing one address, again and again.

use std::net::IpAddr;
use std::sync::Arc;

use rustls::ClientConfig;
use tokio::sync::watch;
use tokio::time::sleep;

use super::dial::{DialError, dial};
use super::hub::Hub;
use super::session::{Setup, serve};
use crate::dialing::{Attempt, Backoff, Status, TAKEN_FROM_RELAYS, Target, Tries, entropy};
use crate::protocol::Role;

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
        let (mut ended, hurry) = (self.hub.ended(), self.hub.hurry.subscribe());
        let mut tries = Tries::new(&self.target.address, &self.status, self.backoff, hurry);
        while !*ended.borrow() {
            tries.begin();
            let attempt = tokio::select! {
                attempt = self.attempt(&mut ended) => attempt,
                () = tries.hurried(sleep) => continue,
            };
            let Some(wait) = tries.next(attempt) else { return };
            tokio::select! {
                () = sleep(wait) => {}
                () = tries.hurried(sleep) => {}
                _ = ended.wait_for(|ended| *ended) => {}
            }
        }
        self.status.send_replace(Status::Closed);
    }

    async fn attempt(&self, ended: &mut watch::Receiver<bool>) -> Attempt {
        let dialed = tokio::select! {
            dialed = dial(&self.target.address, self.target.token.as_ref(), &self.tls) => dialed,
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
