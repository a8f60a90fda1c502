//! Types of other crates as leaves and keys: what they are written as, and that they come back.

use std::collections::BTreeMap;
use std::fmt::Debug;

use crdt_core::{Action, CrdtNode, Document, EditError, Key, Keypair, MapKey};
use uuid::Uuid;

/// What a value of a leaf is written as, in hexadecimal digits; it is read back as it was.
fn written<T>(value: &T) -> String
where
    T: CrdtNode<Value = T> + Clone + Debug + PartialEq,
{
    let mut document = Document::<T>::create(Keypair::generate().expect("random")).expect("random");
    document.update(|old| *old = value.clone()).expect("it can be written");
    assert_eq!(document.value(), *value);
    let mut other = Document::<T>::join(document.id(), Keypair::generate().expect("random"));
    other.apply(&document.export(&[])).expect("it is genuine");
    assert_eq!(other.value(), *value);
    let change = other.history().changes().next().expect("it was written");
    match &change.ops()[0].1.action {
        Action::Set { payload, .. } => digits(payload),
        action => panic!("{action:?}"),
    }
}

/// CBOR text in hexadecimal digits.
fn text(text: &str) -> String {
    assert!(text.len() < 256, "its length fits a byte");
    let head = if text.len() < 24 {
        format!("{:02x}", 0x60 + text.len())
    } else {
        format!("78{:02x}", text.len())
    };
    head + &digits(text.as_bytes())
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |all, byte| all + &format!("{byte:02x}"))
}

/// Keys in ascending order come back, and their forms have the same order.
fn ascending<K: MapKey + Debug>(keys: &[K]) {
    assert!(keys.windows(2).all(|pair| pair[0] < pair[1] && pair[0].to_key() < pair[1].to_key()));
    for key in keys {
        assert_eq!(K::from_key(key.to_key()).as_ref(), Some(key));
        assert!(K::from_key(Key::Bool(true)).is_none());
        assert!(K::from_key(Key::Bytes([0xff; 12].into())).is_none());
        assert!(K::from_key(Key::Integer(i128::from(u64::MAX))).is_none());
    }
}

#[test]
fn uuids() {
    let id = Uuid::from_u128(0x0102_0304_0506_0708_090a_0b0c_0d0e_0f10);
    assert_eq!(written(&id), "500102030405060708090a0b0c0d0e0f10");
    ascending(&[Uuid::nil(), id, Uuid::max()]);
    assert_eq!(id.to_key(), Key::Bytes(id.as_bytes().as_slice().into()));
}

#[test]
fn dates_and_times_of_chrono() {
    use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, Utc};

    let time: DateTime<Utc> = "2024-02-29T12:30:00.000000007Z".parse().expect("it is a time");
    let date = time.date_naive();
    assert_eq!(written(&date), text("2024-02-29"));
    assert_eq!(written(&time.time()), text("12:30:00.000000007"));
    assert_eq!(written(&time.naive_utc()), text("2024-02-29T12:30:00.000000007"));
    assert_eq!(written(&time), text("2024-02-29T12:30:00.000000007Z"));
    let east = FixedOffset::east_opt(3600).expect("it is an offset");
    let there = time.with_timezone(&east);
    assert_eq!(written(&there), text("2024-02-29T13:30:00.000000007+01:00"));
    assert_eq!(written(&TimeDelta::new(-1, 5).expect("it is short")), "822005");

    let epoch = DateTime::UNIX_EPOCH.date_naive();
    ascending(&[NaiveDate::MIN, epoch - TimeDelta::days(1), epoch, date, NaiveDate::MAX]);
    assert_eq!((epoch - TimeDelta::days(1)).to_key(), Key::Integer(-1));
    let leap = NaiveDateTime::new(date, "23:59:60.5".parse().expect("it is a time")).and_utc();
    let after = leap + TimeDelta::milliseconds(500);
    ascending(&[
        DateTime::<Utc>::MIN_UTC,
        DateTime::UNIX_EPOCH - TimeDelta::nanoseconds(1),
        DateTime::UNIX_EPOCH,
        time,
        leap,
        after,
        DateTime::<Utc>::MAX_UTC,
    ]);
    let second = [0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2];
    assert_eq!(
        DateTime::from_timestamp(1, 2).expect("it is a time").to_key(),
        Key::Bytes(second.into())
    );
}

/// `chrono` makes leap seconds within a minute too, and reads none of them.
#[test]
fn a_leap_second_where_none_can_be_is_no_key() {
    use chrono::{DateTime, Timelike, Utc};

    let leap = DateTime::UNIX_EPOCH.with_nanosecond(1_500_000_000).expect("chrono takes it");
    let mut map =
        Document::<BTreeMap<DateTime<Utc>, String>>::create(Keypair::generate().expect("random"))
            .expect("random");
    let inserted = map.change(|map| map.insert(leap, "lost".to_owned()));
    assert!(matches!(inserted, Err(EditError::AlteredKey(_))), "{inserted:?}");
    assert!(map.read().is_empty());
}

#[test]
fn dates_and_times_of_time() {
    use time::{
        Date, OffsetDateTime, PlainDateTime, SignedDuration, Timestamp, UtcDateTime, UtcOffset,
    };

    let nanoseconds = 1_709_209_800_000_000_007;
    let time = UtcDateTime::from_unix_timestamp_nanos(nanoseconds).expect("it is a time");
    assert_eq!(written(&time.date()), "821907e8183c");
    assert_eq!(written(&time.time()), "840c181e0007");
    assert_eq!(written(&time), "861907e8183c0c181e0007");
    assert_eq!(written(&PlainDateTime::new(time.date(), time.time())), "861907e8183c0c181e0007");
    let east = UtcOffset::from_hms(1, 0, 0).expect("it is an offset");
    let there = OffsetDateTime::from(time).to_offset(east);
    assert_eq!(written(&there), "891907e8183c0d181e0007010000");
    let stamp = Timestamp::from_nanoseconds(nanoseconds).expect("it is a time");
    assert_eq!(written(&stamp), format!("1b{nanoseconds:016x}"));
    assert_eq!(written(&SignedDuration::new(1, 5)), "820105");

    let epoch = UtcDateTime::UNIX_EPOCH.date();
    ascending(&[Date::MIN, epoch, time.date(), Date::MAX]);
    assert_eq!(epoch.next_day().expect("it is not the last").to_key(), Key::Integer(1));
    ascending(&[UtcDateTime::MIN, UtcDateTime::UNIX_EPOCH, time, UtcDateTime::MAX]);
    ascending(&[Timestamp::UNIX_EPOCH, stamp]);
}

#[test]
fn dates_and_times_of_jiff() {
    use jiff::civil::{Date, Time};
    use jiff::{SignedDuration, Timestamp};

    let time: Timestamp = "2024-02-29T12:30:00.000000007Z".parse().expect("it is a time");
    let date: Date = "2024-02-29".parse().expect("it is a date");
    let noon: Time = "12:30:00".parse().expect("it is a time");
    assert_eq!(written(&date), text("2024-02-29"));
    assert_eq!(written(&noon), text("12:30:00"));
    assert_eq!(written(&date.to_datetime(noon)), text("2024-02-29T12:30:00"));
    assert_eq!(written(&time), text("2024-02-29T12:30:00.000000007Z"));
    assert_eq!(written(&SignedDuration::from_secs(90)), text("PT1M30S"));

    let epoch: Date = "1970-01-01".parse().expect("it is a date");
    ascending(&[Date::MIN, epoch, date, Date::MAX]);
    assert_eq!(date.to_key(), Key::Integer(19_782));
    ascending(&[Timestamp::MIN, Timestamp::UNIX_EPOCH, time, Timestamp::MAX]);
}

/// A leaf and a key in a type of an app.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Task {
    #[crdt(key)]
    id: Uuid,
    title: String,
    due: Option<jiff::civil::Date>,
    done: time::UtcDateTime,
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Board {
    tasks: Vec<Task>,
    days: BTreeMap<chrono::NaiveDate, String>,
    owners: Vec<Uuid>,
}

#[test]
fn in_the_types_of_an_app() {
    let mut board =
        Document::<Board>::create(Keypair::generate().expect("random")).expect("random");
    let task = |id, title: &str| Task {
        id: Uuid::from_u128(id),
        title: title.to_owned(),
        due: None,
        done: time::UtcDateTime::UNIX_EPOCH,
    };
    let day = chrono::NaiveDate::from_ymd_opt(2024, 2, 29).expect("it is a day");
    board
        .update(|board| {
            board.tasks.push(task(1, "one"));
            board.days.insert(day, "leap".to_owned());
            board.owners.push(Uuid::max());
        })
        .expect("it can be written");
    let mut other = board.fork(Keypair::generate().expect("random")).expect("it proves itself");
    board.update(|board| board.tasks.insert(0, task(2, "two"))).expect("it can be written");
    other
        .update(|board| board.tasks[0].due = Some(jiff::civil::Date::MAX))
        .expect("it can be written");
    board.merge(&mut other).expect("one document");
    let value = board.value();
    assert_eq!(
        (value.tasks[0].id, value.tasks[1].due),
        (Uuid::from_u128(2), Some(jiff::civil::Date::MAX))
    );
    assert_eq!(value.days[&day], "leap");
    assert_eq!(value.tasks[0].done, time::UtcDateTime::UNIX_EPOCH);
    let loaded = Document::<Board>::load_read_only(&board.save()).expect("it was saved");
    assert_eq!(loaded.value(), value);
    let json = crdt_core::serde_json::to_value(loaded.read()).expect("it is JSON");
    assert_eq!(json["days"]["2024-02-29"], "leap");
    assert_eq!(json["owners"][0], Uuid::max().to_string());
}
