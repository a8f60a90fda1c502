/// Why a connection ends, as the other side is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Close {
    /// The kind of reason.
    pub reason: CloseReason,
    /// Milliseconds after which to try again, if it is to be tried again at a certain time.
    pub retry_after: Option<u64>,
    /// For people; at most 255 bytes are sent.
    pub text: String,
}

/// The kinds of reasons to end a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum CloseReason {
    /// This side is done.
    Done = 0,
    /// The key is not allowed here, or the endpoint is another one: there is no use in trying
    /// again.
    Refused = 1,
    /// Not now.
    Busy = 2,
    /// The other side broke the protocol.
    Violation = 3,
    /// The other side did not keep up.
    TooSlow = 4,
    /// Any reason that is not known here.
    Other = 5,
}

impl CloseReason {
    pub(super) fn of(number: u64) -> Self {
        let known = [Self::Done, Self::Refused, Self::Busy, Self::Violation, Self::TooSlow];
        known.into_iter().find(|known| *known as u64 == number).unwrap_or(Self::Other)
    }

    /// Whether there is no use in trying again.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Refused | Self::Violation)
    }
}

impl Close {
    /// With a reason and a text.
    pub fn new(reason: CloseReason, text: impl Into<String>) -> Self {
        Self { reason, retry_after: None, text: text.into() }
    }
}
