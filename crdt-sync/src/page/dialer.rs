//! Dialing one address, again and again.

use core::time::Duration;
use std::sync::Arc;

use tokio::sync::watch;
use wasm_bindgen::{JsCast as _, JsValue};

use super::hub::Hub;
use super::session::serve;
use super::sleep::Sleep;
use super::socket::{Heard, Socket};
use crate::dialing::{Attempt, Backoff, Status, TAKEN_FROM_RELAYS, Target, Tries, entropy};
use crate::protocol::Settings;

/// How long a connection may take to come about.
const PATIENCE: Duration = Duration::from_secs(20);

/// Dials one address, as long as there is a use in it.
pub(super) struct Dialer {
    pub(super) hub: Arc<Hub>,
    pub(super) target: Target,
    pub(super) backoff: Backoff,
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
                () = tries.hurried(Sleep::new) => continue,
            };
            let Some(wait) = tries.next(attempt) else { return };
            tokio::select! {
                () = Sleep::new(wait) => {}
                () = tries.hurried(Sleep::new) => {}
                _ = ended.wait_for(|ended| *ended) => {}
            }
        }
        self.status.send_replace(Status::Closed);
    }

    async fn attempt(&self, ended: &mut watch::Receiver<bool>) -> Attempt {
        let socket = match Socket::dial(&self.target.address, self.target.token.as_ref()) {
            Ok(socket) => socket,
            Err(error) => return Attempt::Final(not_dialed(&error)),
        };
        let heard = tokio::select! {
            heard = socket.next() => heard,
            () = Sleep::new(PATIENCE) => Heard::Gone(format!("there was no answer in {PATIENCE:?}")),
            _ = ended.wait_for(|ended| *ended) => return Attempt::Closed,
        };
        let entropy = match (heard, entropy()) {
            (Heard::Open, Ok(entropy)) => entropy,
            (Heard::Open, Err(error)) => {
                let why = format!("the browser has no randomness: {error}");
                return Attempt::Again { why, after: None };
            }
            (Heard::Gone(why), _) => return Attempt::Again { why, after: None },
            (Heard::Binary(_) | Heard::Text, _) => {
                let why = "something came before the connection was open".to_owned();
                return Attempt::Again { why, after: None };
            }
        };
        let connected = |relay| {
            self.status.send_replace(Status::Connected { relay });
        };
        let served = serve(self.hub.clone(), socket, self.settings(), entropy, connected).await;
        let was_connected = matches!(*self.status.borrow(), Status::Connected { .. });
        Attempt::of(served, was_connected)
    }

    fn settings(&self) -> Settings {
        let mut settings = Settings::new(self.hub.keypair.clone());
        settings.endpoint = Some(self.target.address.endpoint());
        settings.expects = self.target.relay;
        settings.droppable_rate = TAKEN_FROM_RELAYS;
        settings
    }
}

/// What a browser does not even try, it never will.
fn not_dialed(error: &JsValue) -> String {
    let said = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
    let said = said.unwrap_or_else(|| format!("{error:?}"));
    format!("the browser does not dial this (pages of https can dial `wss://` alone): {said}")
}
