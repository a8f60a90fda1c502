//! Showing that long work goes on. Nothing is shown where nobody looks: standard error is not a
//! terminal, or the work is soon done.

use core::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// From how many bytes on work is long.
const LONG: usize = 1 << 18;

/// Work that goes on.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// Work of which it is known how much of it is done.
    pub(crate) fn bar(what: &'static str, bytes: usize) -> Self {
        Self::new(what, bytes, "{msg} [{bar:30}] {bytes}/{total_bytes} {elapsed}")
    }

    /// Work that says nothing until it is done.
    pub(crate) fn spinner(what: &'static str, bytes: usize) -> Self {
        Self::new(what, bytes, "{spinner} {msg} {total_bytes} {elapsed}")
    }

    fn new(what: &'static str, bytes: usize, template: &str) -> Self {
        if bytes < LONG {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(Some(bytes as u64), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(100));
        Self(bar)
    }

    /// So many bytes are done.
    pub(crate) fn set(&self, done: usize) {
        self.0.set_position(done as u64);
    }

    /// Takes away what is shown.
    pub(crate) fn finish(self) {
        self.0.finish_and_clear();
    }
}
