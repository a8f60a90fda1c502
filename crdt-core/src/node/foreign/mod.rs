//! The types of other crates that are leaves, each crate behind the feature of its name.
//!
//! What is written is what each crate's own serde writes in formats that are not for people, in the
//! CBOR of all registers; `docs/wire-format.md` tables it. Types whose values mean something else
//! on another machine are left out, as what depends on a database of time zones.

#[cfg(feature = "chrono")]
mod chrono;
#[cfg(feature = "jiff")]
mod jiff;
#[cfg(feature = "time")]
mod time;
#[cfg(feature = "uuid")]
mod uuid;

/// Makes types leaves.
macro_rules! foreign_leaves {
    ($($type:ty as $name:literal: $initial:ty;)*) => {$(
        impl $crate::node::LeafValue for $type {}

        $crate::node::leaf::leaf_node!([] $type, $name, $initial);

        #[diagnostic::do_not_recommend]
        impl $crate::node::IntoLeaf<Option<$type>> for $type {
            fn into_leaf(self) -> Option<$type> {
                Some(self)
            }
        }
    )*

        /// A document names a type as a schema does, whatever becomes of the compiler's names.
        #[test]
        fn names_are_those_of_a_schema() {
            $(
                let name = <$type as $crate::node::CrdtNode>::NAME;
                assert_eq!(name, $crate::schema::known(core::any::type_name::<$type>()));
            )*
        }
    };
}

/// Makes types keys; `$to` and `$from` are inverse to each other.
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
macro_rules! foreign_keys {
    ($($type:ty as $word:literal, $to:expr, $from:expr;)*) => {$(
        impl $crate::node::MapKey for $type {
            fn to_key(&self) -> Key<'_> {
                $to(*self)
            }

            fn key_type() -> &'static str {
                $word
            }

            fn from_key(key: Key<'_>) -> Option<Self> {
                $from(key)
            }

            fn serialize_key<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                ::serde::Serialize::serialize(self, serializer)
            }
        }
    )*};
}

use foreign_leaves;
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
use {foreign_keys, instant::Instant};

#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
mod instant {
    use crate::node::key::bytes_of;
    use crate::op::Key;

    /// A point in time as a key: 12 bytes in the order of time. Seconds since 1970, the highest
    /// byte first and the first bit turned over, then the nanoseconds of the second.
    pub(super) struct Instant {
        pub(super) seconds: i64,
        pub(super) nanoseconds: u32,
    }

    impl Instant {
        pub(super) fn to_key<'k>(&self) -> Key<'k> {
            let mut bytes = [0; 12];
            bytes[..8].copy_from_slice(&(self.seconds ^ i64::MIN).to_be_bytes());
            bytes[8..].copy_from_slice(&self.nanoseconds.to_be_bytes());
            Key::Bytes(bytes.into())
        }

        pub(super) fn from_key(key: Key<'_>) -> Option<Self> {
            let bytes: [u8; 12] = bytes_of(key)?;
            let seconds = i64::from_be_bytes(*bytes.first_chunk()?) ^ i64::MIN;
            let nanoseconds = u32::from_be_bytes(*bytes.last_chunk()?);
            Some(Self { seconds, nanoseconds })
        }
    }
}

/// The key of a point in time, given in nanoseconds since 1970 of a year that fits.
#[cfg(any(feature = "jiff", feature = "time"))]
fn instant<'k>(nanoseconds: i128) -> crate::op::Key<'k> {
    let (seconds, rest) = (nanoseconds.div_euclid(SECOND), nanoseconds.rem_euclid(SECOND));
    let fits = i64::try_from(seconds).ok().zip(u32::try_from(rest).ok());
    let (seconds, nanoseconds) = fits.unwrap_or_default();
    Instant { seconds, nanoseconds }.to_key()
}

/// The nanoseconds since 1970 that a key is.
#[cfg(any(feature = "jiff", feature = "time"))]
fn nanoseconds(key: crate::op::Key<'_>) -> Option<i128> {
    let Instant { seconds, nanoseconds } = Instant::from_key(key)?;
    let nanoseconds = i128::from(nanoseconds);
    (nanoseconds < SECOND).then(|| i128::from(seconds) * SECOND + nanoseconds)
}

#[cfg(any(feature = "jiff", feature = "time"))]
const SECOND: i128 = 1_000_000_000;

/// The number of days from 1970-01-01 that a key is.
#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
fn days(key: crate::op::Key<'_>) -> Option<i64> {
    match key {
        crate::op::Key::Integer(days) => days.try_into().ok(),
        _ => None,
    }
}
