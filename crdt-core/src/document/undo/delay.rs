use crate::document::ChangeOptions;

/// Joins changes that follow on each other quickly, so that they are undone together, by a time
/// that the app tells: this crate asks no clock.
///
/// ```
/// use crdt_core::{Document, GroupDelay, Keypair, Text};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mut text = Document::<Text>::create(Keypair::generate()?)?;
/// let mut delay = GroupDelay::new(500);
/// for (now, typed) in [(0, "a"), (200, "b"), (400, "c"), (2000, "d")] {
///     text.change_with(&delay.options(now), |text| text.push_str(typed))?;
/// }
/// text.undo()?;
/// assert_eq!(text.read(), "abc");
/// text.undo()?;
/// assert_eq!(text.read(), "");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct GroupDelay {
    delay: u64,
    last: Option<u64>,
}

impl GroupDelay {
    /// Joins a change to the one before if no more than so much time lies between. Time is in
    /// whatever unit the app tells it in.
    pub fn new(delay: u64) -> Self {
        Self { delay, last: None }
    }

    /// The options of a change that is made now.
    pub fn options(&mut self, now: u64) -> ChangeOptions {
        let last = self.last.replace(now);
        let joins = last.is_some_and(|last| now.saturating_sub(last) <= self.delay);
        if joins { ChangeOptions::new().joined() } else { ChangeOptions::new() }
    }

    /// Ends the group: the next change begins another one, however soon it comes.
    pub fn close(&mut self) {
        self.last = None;
    }
}
