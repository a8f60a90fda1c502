//! Dates and times of `chrono` are leaves; a date and a `DateTime<Utc>` are keys too.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::{Instant, days, foreign_keys, foreign_leaves};
use crate::node::StandardDefault;
use crate::op::Key;

foreign_leaves! {
    NaiveDate as "chrono::NaiveDate": StandardDefault;
    NaiveTime as "chrono::NaiveTime": StandardDefault;
    NaiveDateTime as "chrono::NaiveDateTime": StandardDefault;
    DateTime<Utc> as "chrono::DateTime<chrono::Utc>": StandardDefault;
    DateTime<FixedOffset> as "chrono::DateTime<chrono::FixedOffset>": StandardDefault;
    TimeDelta as "chrono::TimeDelta": StandardDefault;
}

foreign_keys! {
    NaiveDate as "date", key_of_date, |key| {
        let since_epoch = TimeDelta::try_days(days(key)?)?;
        DateTime::UNIX_EPOCH.date_naive().checked_add_signed(since_epoch)
    };
    DateTime<Utc> as "instant", key_of_instant, |key| {
        let Instant { seconds, nanoseconds } = Instant::from_key(key)?;
        Self::from_timestamp(seconds, nanoseconds)
    };
}

fn key_of_date<'k>(date: NaiveDate) -> Key<'k> {
    let epoch = DateTime::UNIX_EPOCH.date_naive();
    Key::Integer(date.signed_duration_since(epoch).num_days().into())
}

fn key_of_instant<'k>(time: DateTime<Utc>) -> Key<'k> {
    // A leap second has more nanoseconds than others.
    Instant { seconds: time.timestamp(), nanoseconds: time.timestamp_subsec_nanos() }.to_key()
}
