//! When to try again: each time up to twice as long, at a random point, so that many who lost one
//! relay do not come back to it at once.

use core::time::Duration;

/// How long is waited before a relay is dialed again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Backoff {
    /// The most that is waited after the first failure; 250 ms by default.
    pub first: Duration,
    /// The most that is ever waited; a minute by default.
    pub most: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_millis(250), most: Duration::from_secs(60) }
    }
}

impl Backoff {
    /// How long to wait after so many failures in a row, given a random number.
    pub(crate) fn wait(&self, failures: u32, random: u64) -> Duration {
        let doubled = self.first.saturating_mul(1 << failures.saturating_sub(1).min(20));
        let most = doubled.min(self.most);
        let millis = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(random % millis.saturating_add(1))
    }
}

/// A number that differs between replicas that do the same at the same time.
pub(crate) fn random() -> u64 {
    let mut bytes = [0; 8];
    match getrandom::fill(&mut bytes) {
        Ok(()) => u64::from_le_bytes(bytes),
        // It only spreads what is done: better all at once than not at all.
        Err(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_bound_and_are_anywhere_below_it() {
        let backoff = Backoff::default();
        let most = |failures| {
            let waits = (0..120_000).map(|random| backoff.wait(failures, random));
            waits.fold((Duration::MAX, Duration::ZERO), |(least, most), wait| {
                (least.min(wait), most.max(wait))
            })
        };
        assert_eq!(most(1), (Duration::ZERO, Duration::from_millis(250)));
        assert_eq!(most(3), (Duration::ZERO, Duration::from_secs(1)));
        assert_eq!(most(9), (Duration::ZERO, Duration::from_secs(60)));
        assert_eq!(most(u32::MAX), (Duration::ZERO, Duration::from_secs(60)));
    }
}
