use tokio::sync::watch;

use super::address::Address;
use super::status::Status;
use super::target::Target;

/// A relay that is dialed.
struct Link<T> {
    target: Target,
    status: watch::Receiver<Status>,
    /// What dials it.
    dialing: T,
}

/// The relays that are dialed.
pub(crate) struct Links<T>(Vec<Link<T>>);

impl<T> Default for Links<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Links<T> {
    /// Dials a relay too, by what is begun for it, unless that is done already. What is not dialed any
    /// more at that address is dialed anew.
    pub(crate) fn dial(
        &mut self,
        target: Target,
        begin: impl FnOnce(Target, watch::Sender<Status>) -> T,
    ) {
        let is_over = |link: &Link<T>| link.status.borrow().is_over();
        self.0.retain(|link| link.target.address != target.address || !is_over(link));
        if self.0.iter().all(|link| link.target != target) {
            let (sender, status) = watch::channel(Status::Connecting);
            let dialing = begin(target.clone(), sender);
            self.0.push(Link { target, status, dialing });
        }
    }

    /// How it stands with each.
    pub(crate) fn status(&self) -> Vec<(Address, Status)> {
        let status = |link: &Link<T>| (link.target.address.clone(), link.status.borrow().clone());
        self.0.iter().map(status).collect()
    }

    /// How it stands with one of them, and whenever that changes; `None` if it is not dialed.
    pub(crate) fn watch(&self, address: &Address) -> Option<watch::Receiver<Status>> {
        let link = self.0.iter().find(|link| link.target.address == *address);
        link.map(|link| link.status.clone())
    }

    /// All of them, of which nothing is known here any more: how each stands, and what dials it.
    pub(crate) fn take(&mut self) -> Vec<(watch::Receiver<Status>, T)> {
        self.0.drain(..).map(|Link { status, dialing, .. }| (status, dialing)).collect()
    }
}
