//! Claimed times, in UTC wherever one is.

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;

/// A claimed time for people, to the second.
pub(crate) fn for_people(milliseconds: u64) -> String {
    match timestamp(milliseconds) {
        Some(time) => time.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        None => "after 9999".into(),
    }
}

/// A claimed time for programs (RFC 3339). `None` if it is beyond the year 9999.
pub(crate) fn for_programs(milliseconds: u64) -> Option<String> {
    timestamp(milliseconds).map(|time| time.to_string())
}

fn timestamp(milliseconds: u64) -> Option<Timestamp> {
    Timestamp::from_millisecond(i64::try_from(milliseconds).ok()?).ok()
}

/// A time to claim, as `--time` has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Claim {
    /// None is claimed.
    Nothing,
    /// Milliseconds since 1970-01-01 UTC.
    At(u64),
}

/// Reads a time to claim.
pub(crate) fn parse(text: &str) -> Result<Claim, String> {
    if text == "none" {
        return Ok(Claim::Nothing);
    }
    let time: Timestamp = text.parse().map_err(|error: jiff::Error| {
        format!("{error}; a time is written 2026-01-31T12:00:00Z, or `none`")
    })?;
    let milliseconds = u64::try_from(time.as_millisecond());
    milliseconds.map(Claim::At).map_err(|_| "it lies before 1970".into())
}

/// The present time, if the clock goes.
pub(crate) fn now() -> Option<u64> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_millis()).ok()
}
