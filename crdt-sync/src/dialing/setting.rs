use core::fmt;
use core::time::Duration;

use thiserror::Error;

use super::backoff::Backoff;

/// Something is set as it cannot be.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[error("`{setting}` is {value}: {range}")]
pub struct SettingError {
    setting: &'static str,
    value: String,
    range: String,
}

impl SettingError {
    pub(crate) fn new(setting: &'static str, value: impl fmt::Display, range: String) -> Self {
        Self { setting, value: value.to_string(), range }
    }

    /// What is set, as its method or field is called.
    pub fn setting(&self) -> &'static str {
        self.setting
    }

    /// As what it is set.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// As what it can be set, in a sentence.
    pub fn range(&self) -> &str {
        &self.range
    }
}

/// The longest time that can be set: a year.
const LONGEST: Duration = Duration::from_secs(365 * 86_400);

/// Sees to it that a number is one of these.
#[cfg(all(feature = "net", not(target_family = "wasm")))]
pub(crate) fn number(
    setting: &'static str,
    value: impl TryInto<u64>,
    most: impl TryInto<u64>,
) -> Result<(), SettingError> {
    let value = value.try_into().unwrap_or(u64::MAX);
    let most = most.try_into().unwrap_or(u64::MAX);
    if (1..=most).contains(&value) {
        return Ok(());
    }
    Err(SettingError::new(setting, value, format!("it has to be a number from 1 to {most}")))
}

/// Sees to it that a time is no shorter than another one, nor longer than any needs to be.
pub(crate) fn time(
    setting: &'static str,
    value: Duration,
    least: Duration,
) -> Result<(), SettingError> {
    if (least..=LONGEST).contains(&value) {
        return Ok(());
    }
    let range = format!("it has to be a time from {least:?} to {LONGEST:?}");
    let value = if value.is_zero() { "0s".to_owned() } else { format!("{value:?}") };
    Err(SettingError::new(setting, value, range))
}

/// The shortest time that something takes.
pub(crate) const SOON: Duration = Duration::from_millis(1);

impl Backoff {
    /// Sees to it that there is a pause at all.
    pub(crate) fn check(&self) -> Result<(), SettingError> {
        time("backoff.first", self.first, SOON)?;
        time("backoff.most", self.most, self.first)
    }
}
