//! Dates and times of `jiff` are leaves; a date and a `Timestamp` are keys too. A `ZonedDateTime`
//! is not: what it is depends on the time zones that a machine knows.

use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Span, Timestamp, Unit};

use super::{days, foreign_keys, foreign_leaves, instant, nanoseconds};
use crate::node::StandardDefault;
use crate::op::Key;

foreign_leaves! {
    Date as "jiff::Date": StandardDefault;
    Time as "jiff::Time": StandardDefault;
    DateTime as "jiff::DateTime": StandardDefault;
    Timestamp as "jiff::Timestamp": StandardDefault;
    SignedDuration as "jiff::SignedDuration": StandardDefault;
}

const EPOCH: Date = Date::constant(1970, 1, 1);

foreign_keys! {
    Date as "date", key_of_date, |key| {
        EPOCH.checked_add(Span::new().try_days(days(key)?).ok()?).ok()
    };
    Timestamp as "instant", |time: Self| instant(time.as_nanosecond()), |key| {
        Self::from_nanosecond(nanoseconds(key)?).ok()
    };
}

fn key_of_date<'k>(date: Date) -> Key<'k> {
    let days = date.since((Unit::Day, EPOCH)).map_or(0, |span| span.get_days());
    Key::Integer(days.into())
}
