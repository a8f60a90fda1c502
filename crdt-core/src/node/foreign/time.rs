//! Dates and times of `time` are leaves; a date, a `UtcDateTime` and a `Timestamp` are keys too.
//! Those that have no default start at the beginning of 1970.

use time::{Date, OffsetDateTime, PlainDateTime, SignedDuration, Time, Timestamp, UtcDateTime};

use super::{days, foreign_keys, foreign_leaves, instant, nanoseconds};
use crate::node::{Initial, StandardDefault};
use crate::op::Key;

foreign_leaves! {
    Date as "time::Date": Epoch;
    Time as "time::Time": Epoch;
    PlainDateTime as "time::PlainDateTime": Epoch;
    UtcDateTime as "time::UtcDateTime": Epoch;
    OffsetDateTime as "time::OffsetDateTime": Epoch;
    Timestamp as "time::Timestamp": Epoch;
    SignedDuration as "time::SignedDuration": StandardDefault;
}

/// The beginning of 1970.
#[derive(Debug)]
pub struct Epoch;

macro_rules! initials {
    ($($type:ty: $value:expr;)*) => {$(
        impl Initial<$type> for Epoch {
            fn initial() -> $type {
                $value
            }
        }
    )*};
}

initials! {
    Date: UtcDateTime::UNIX_EPOCH.date();
    Time: Time::MIDNIGHT;
    PlainDateTime: PlainDateTime::new(UtcDateTime::UNIX_EPOCH.date(), Time::MIDNIGHT);
    UtcDateTime: UtcDateTime::UNIX_EPOCH;
    OffsetDateTime: OffsetDateTime::UNIX_EPOCH;
    Timestamp: Timestamp::UNIX_EPOCH;
}

foreign_keys! {
    Date as "date", key_of_date, |key| {
        let epoch = UtcDateTime::UNIX_EPOCH.date().to_julian_day();
        let day = i64::from(epoch).checked_add(days(key)?)?;
        Self::from_julian_day(day.try_into().ok()?).ok()
    };
    UtcDateTime as "instant", |time: Self| instant(time.unix_timestamp_nanos()), |key| {
        Self::from_unix_timestamp_nanos(nanoseconds(key)?).ok()
    };
    Timestamp as "instant", |time: Self| instant(time.as_nanoseconds()), |key| {
        Self::from_nanoseconds(nanoseconds(key)?).ok()
    };
}

fn key_of_date<'k>(date: Date) -> Key<'k> {
    let epoch = UtcDateTime::UNIX_EPOCH.date().to_julian_day();
    Key::Integer((i64::from(date.to_julian_day()) - i64::from(epoch)).into())
}
