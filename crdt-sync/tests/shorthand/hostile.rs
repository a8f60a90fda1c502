//! Frames that no session made: an error, or a bundle that is verified as any other.

use crdt_core::{ApplyError, History, LooseBundle, Refusal};
use crdt_sync::shorthand::{MAX_LIVE_BYTES, MAX_UNACKNOWLEDGED, Session, ShorthandError};
use proptest::prelude::*;

use crate::exact::{config, edit, replicas};

/// Frames of one author, and a session and a history that have taken in all but the last.
fn some(count: u16) -> (Vec<Vec<u8>>, Session, History) {
    let mut mine = replicas().remove(0);
    let mut sender = Session::new(mine.id());
    let (mut receiver, mut history) = (sender.clone(), History::new(mine.id()));
    history.apply(&mine.export(&[])).expect("genuine");
    let mut frames = Vec::new();
    for number in 0..count {
        let had = mine.heads();
        edit(&mut mine, if number % 4 == 3 { 1 } else { 5 }, number, 1);
        for bundle in LooseBundle::read_all(mine.id(), &mine.export(&had)).expect("genuine") {
            frames.push(sender.encode(&bundle).expect("small enough"));
        }
    }
    for frame in &frames[..frames.len() - 1] {
        history.apply(&receiver.decode(frame).expect("in order")).expect("genuine");
    }
    (frames, receiver, history)
}

/// The canonical bytes that the changes of some bundles have.
fn canonical_bytes(history: &History, bytes: &[u8]) -> usize {
    let bundles = LooseBundle::read_all(history.document(), bytes).expect("a bundle");
    let changes = bundles.iter().flat_map(LooseBundle::changes);
    changes.map(crdt_core::LooseChange::bytes).sum()
}

#[test]
fn a_signature_that_is_none_is_refused_as_ever() {
    let (frames, mut receiver, mut history) = some(5);
    let mut frame = frames.last().expect("five").clone();
    let last = frame.len() - 5;
    frame[last] ^= 1;
    let bytes = receiver.decode(&frame).expect("the change is as it was");
    let refused = history.apply(&bytes).expect_err("the signature is not");
    assert!(matches!(refused, ApplyError::Refused(Refusal::BadSignature(_))));
}

#[test]
fn what_is_cut_or_goes_on_is_refused() {
    let (frames, receiver, _) = some(5);
    let frame = frames.last().expect("five");
    for end in 0..frame.len() {
        assert_eq!(receiver.clone().decode(&frame[..end]), Err(ShorthandError::Truncated), "{end}");
    }
    let longer = [&frame[..], &[0]].concat();
    assert_eq!(receiver.clone().decode(&longer), Err(ShorthandError::TrailingBytes));
    // No other era has begun.
    let other_era = [&[frame[0] ^ 0x10][..], &frame[1..]].concat();
    assert_eq!(receiver.clone().decode(&other_era), Err(ShorthandError::OutOfStep));
    // Nothing was sent that could be acknowledged.
    let acknowledges = [&[frame[0] | 4, 1][..], &frame[1..]].concat();
    let error = Err(ShorthandError::NothingToAcknowledge);
    assert_eq!(receiver.clone().decode(&acknowledges), error);
}

proptest! {
    #![proptest_config(config(256))]

    /// Each bit that is turned over makes an error, or is one of a signature.
    #[test]
    fn no_frame_that_was_changed_is_accepted(
        at in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
    ) {
        let (frames, mut receiver, mut history) = some(4);
        let mut frame = frames.last().expect("four").clone();
        let at = at.index(frame.len());
        frame[at] ^= flip;
        let heads = history.heads();
        // That changes are not to be acknowledged is said beside them.
        if let Ok(bytes) = receiver.decode(&frame) && frame[0] & 8 == 0 {
            let refused = history.apply(&bytes);
            let is_refused = matches!(refused, Err(ApplyError::Refused(Refusal::BadSignature(_))));
            prop_assert!(is_refused || bytes.is_empty(), "{:?}", refused);
            prop_assert_eq!(history.heads(), heads);
        }
    }

    #[test]
    fn no_bytes_do_harm(
        noise in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..6),
        keep in 0..90_usize,
    ) {
        let (frames, mut receiver, mut history) = some(3);
        let heads = history.heads();
        let last = frames.last().expect("three");
        for noise in noise {
            let frame = [&last[..keep.min(last.len())], &noise].concat();
            for frame in [&frame, &noise] {
                if let Ok(bytes) = receiver.decode(frame) {
                    prop_assert!(canonical_bytes(&history, &bytes) <= MAX_LIVE_BYTES);
                    let _ = history.apply(&bytes);
                    prop_assert_eq!(history.heads(), heads.clone());
                }
            }
        }
    }
}

/// A short frame may say much, by places in lists and parts of bases, but within the bound.
#[test]
fn what_frames_expand_to_is_bounded() {
    let (frames, receiver, _) = some(5);
    // Of the chain at the front, the implied previous change and as much else as may be.
    let many_dependencies = [&[0x20, 4][..], &[0xff, 0x7f], &[1; 600]].concat();
    let error = Err(ShorthandError::TooLarge("dependencies"));
    assert_eq!(receiver.clone().decode(&many_dependencies), error);
    let many_changes = [&[0xe0, 0xff, 0x7f][..], &frames[1]].concat();
    let error = Err(ShorthandError::TooLarge("changes"));
    assert_eq!(receiver.clone().decode(&many_changes), error);
    // Changes that are all but the same, each in three bytes.
    let alike = [&[0xe0, 0xc8, 1][..], &[4, 0, 0].repeat(200), &[0; 4]].concat();
    let error = Err(ShorthandError::TooLarge("canonical bytes"));
    assert_eq!(receiver.clone().decode(&alike), error);
}

#[test]
fn what_is_not_in_the_dictionary_is_refused() {
    let (_, receiver, _) = some(5);
    let decode = |frame: &[u8]| receiver.clone().decode(frame);
    assert_eq!(decode(&[0x20, 8]), Err(ShorthandError::Unknown("an author")));
    assert_eq!(decode(&[0x20, 6, 1, 126]), Err(ShorthandError::Unknown("a hash")));
    assert_eq!(decode(&[0x20, 4, 1, 126]), Err(ShorthandError::Unknown("a hash")));
}

/// More than a sender may keep until it is acknowledged.
#[test]
fn who_sends_more_than_it_keeps_is_noticed() {
    let mut mine = replicas().remove(0);
    let (mut sender, mut receiver) = (Session::new(mine.id()), Session::new(mine.id()));
    let mut results = Vec::new();
    for number in 0..=MAX_UNACKNOWLEDGED {
        let had = mine.heads();
        edit(&mut mine, 5, 0, 1);
        let bundles = LooseBundle::read_all(mine.id(), &mine.export(&had)).expect("genuine");
        let mut frame = sender.encode(&bundles[0]).expect("small enough");
        assert_eq!(frame[0] & 8 != 0, number == MAX_UNACKNOWLEDGED);
        frame[0] &= !8;
        results.push(receiver.decode(&frame).err());
    }
    assert_eq!(results.pop(), Some(Some(ShorthandError::Unkept)));
    assert!(results.iter().all(Option::is_none));
}
