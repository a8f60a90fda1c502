use web_time::Instant;

/// How many presences and messages may be sent in a second, and at once after a pause. Whoever sends
/// more is cut off by the other side, so what is more is dropped here.
#[derive(Debug)]
pub(crate) struct Allowance {
    rate: f64,
    left: f64,
    counted: Instant,
}

/// What a relay takes from a peer, and somewhat less, which is sent to one.
pub(crate) const TO_RELAYS: u32 = 80;
/// What a peer takes from a relay, where very many may be, and what is sent to one.
pub(crate) const TAKEN_FROM_RELAYS: u32 = 2000;
#[cfg(all(feature = "net", not(target_family = "wasm")))]
pub(crate) const TO_PEERS: u32 = 1000;

impl Allowance {
    pub(crate) fn new(rate: u32) -> Self {
        let rate = f64::from(rate);
        Self { rate, left: rate, counted: Instant::now() }
    }

    /// Whether one more may be sent.
    pub(crate) fn spend(&mut self) -> bool {
        let now = Instant::now();
        let since = now.duration_since(self.counted).as_secs_f64();
        self.left = (self.left + since * self.rate).min(self.rate);
        self.counted = now;
        if self.left < 1.0 {
            return false;
        }
        self.left -= 1.0;
        true
    }
}
