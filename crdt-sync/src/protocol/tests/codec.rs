//! Any bytes are read without harm, and in one spelling.

use proptest::prelude::*;

use super::{CloseReason, Message, read, written};
use crate::protocol::wire::{Reader, put_varint};

/// Bytes that begin as some message does, or a frame of several.
fn frames() -> impl Strategy<Value = Vec<u8>> {
    let message = (0..32_u8, prop::collection::vec(any::<u8>(), 0..120));
    let message = message.prop_map(|(kind, bytes)| [vec![kind], bytes].concat());
    // Short integers make more of it be read.
    let small = (0..32_u8, prop::collection::vec(0..4_u8, 0..120));
    let small = small.prop_map(|(kind, bytes)| [vec![kind], bytes].concat());
    prop::collection::vec(prop_oneof![message, small], 1..4).prop_map(|all| all.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// What is read is written again as the same bytes, so nothing has two spellings.
    #[test]
    fn what_is_read_has_one_spelling(frame in frames()) {
        let mut reader = Reader::new(&frame);
        let mut again = Vec::new();
        while let Ok(message) = Message::read(&mut reader) {
            // Reasons that come to be later are read as one.
            if matches!(&message, Message::Goodbye(close) if close.reason == CloseReason::Other) {
                break;
            }
            again.extend(written(&message));
        }
        prop_assert_eq!(&again[..], &frame[..again.len()]);
        let _ = read(&frame);
    }

    #[test]
    fn an_integer_is_read_as_it_was_written(value: u64) {
        let mut bytes = Vec::new();
        put_varint(&mut bytes, value);
        let mut reader = Reader::new(&bytes);
        prop_assert_eq!(reader.varint(), Ok(value));
        prop_assert_eq!(reader.finish(), Ok(()));
    }
}
