//! Documents that are forked, saved and opened.

use super::{create, forged, key};
use crate::document::{Document, ForkError, Journal, LoadOptions};
use crate::history::{History, PendingLimits};
use crate::node::Text;

/// A text of which the second of three changes is missing, and the bytes with that.
fn with_a_gap() -> (Document<Text>, Vec<u8>) {
    let mut text = create::<Text>();
    let mut other = Document::<Text>::join(text.id(), key(2));
    let mut parts = Vec::new();
    for letter in ["a", "b", "c"] {
        let heads = text.heads();
        text.change(|text| text.push_str(letter)).expect("it fits");
        parts.push(text.export(&heads));
    }
    other.apply(&parts[0]).expect("it is genuine");
    other.apply(&parts[2]).expect("it waits");
    (other, parts.swap_remove(1))
}

#[test]
fn a_fork_writes_under_a_key_of_its_own() {
    let text = create::<Text>();
    assert_eq!(text.fork(key(1)).map(drop), Err(ForkError::SameKey));
    let reader = Document::<Text>::load_read_only(&text.save()).expect("it was saved");
    assert!(reader.fork(key(1)).is_ok(), "nobody writes with the key here");
}

#[test]
fn a_fork_is_whole_or_an_error() {
    let mut text = create::<Text>();
    text.change(|text| text.insert(0, "abc")).expect("it fits");
    let saved = text.save();
    let (mut unproven, mut inconsistent) = (0, 0);
    for at in 0..saved.len() - 32 {
        let Ok(opened) = Document::<Text>::load_read_only(&forged(&saved, at)) else { continue };
        match opened.fork(key(3)) {
            Ok(fork) => assert_eq!(fork.heads(), opened.heads(), "byte {at}"),
            Err(ForkError::Unproven(_)) => unproven += 1,
            Err(ForkError::Inconsistent) => inconsistent += 1,
            Err(ForkError::SameKey) => unreachable!("the key is another one"),
        }
    }
    assert!(unproven + inconsistent > 32, "a signature has more bytes than that");
    assert!(unproven > 0 && inconsistent > 0, "{unproven} {inconsistent}");
}

#[test]
fn what_waits_waits_in_a_fork_too() {
    let (text, missing) = with_a_gap();
    let mut fork = text.fork(key(3)).expect("it proves itself");
    assert_eq!(fork.history().pending(), text.history().pending());
    assert_eq!(fork.history().missing(), text.history().missing());
    fork.apply(&missing).expect("it is genuine");
    assert_eq!(fork.value(), "abc".into());
}

/// A relay keeps what it was given, also what it does not understand and what waits.
#[test]
fn a_history_is_saved_without_its_type() {
    let (text, missing) = with_a_gap();
    let mut relay = History::new(text.id());
    relay.apply(&text.export(&[])).expect("it is genuine");
    let bytes = text.history().save();
    assert_eq!(bytes, text.save_changes(), "all of it is signed");
    let mut relay = History::load_verified(&bytes).expect("it was saved");
    assert_eq!(relay.pending(), text.history().pending());
    relay.apply(&missing).expect("it is genuine");
    assert_eq!(relay.to_json(), "abc");
    let opened = Document::<Text>::load_verified(&relay.save(), None).expect("it was saved");
    assert_eq!(opened.value(), "abc".into());
}

#[test]
fn a_history_is_saved_without_what_nobody_has_signed() {
    let mut text = create::<Text>();
    let empty = History::load_verified(&text.history().save()).expect("it was saved");
    assert_eq!((empty.len(), empty.genesis()), (0, text.history().genesis()));
    text.change(|text| text.push_str("a")).expect("it fits");
    let _signed = text.export(&[]);
    let length = |text: &Document<Text>| {
        History::load_verified(&text.history().save()).expect("it proves itself").len()
    };
    assert_eq!(length(&text), 1);
    text.change(|text| text.push_str("b")).expect("it fits");
    assert_eq!(length(&text), 0, "the signature is to come with the last change");
    let _signed = text.save();
    assert_eq!(length(&text), 2);
}

#[test]
fn what_waits_in_a_file_is_kept_within_bounds_if_there_are_any() {
    let (text, _) = with_a_gap();
    let saved = text.save();
    let none = PendingLimits { bytes: 0, bundles: 0 };
    for options in [LoadOptions::new(), LoadOptions::new().verified()] {
        let opened = Document::<Text>::load_with(&options, &saved, None).expect("it was saved");
        assert_eq!(opened.history().pending(), text.history().pending());
        let options = options.pending_limits(none);
        let opened = Document::<Text>::load_with(&options, &saved, None).expect("it was saved");
        assert_eq!(opened.history().pending(), (0, 0));
        assert_eq!(opened.history().pending_limits(), none);
        let opened = History::load_with(&options, &saved).expect("it was saved");
        assert_eq!((opened.pending(), opened.pending_limits()), ((0, 0), none));
    }
}

#[test]
fn a_document_of_another_type_is_verified_too() {
    let mut other = super::other_type();
    other.change(|text| text.insert(0, "a")).expect("it fits");
    let saved = other.save();
    let verified = LoadOptions::new().verified();
    assert!(Document::<super::Named>::load_with(&verified, &saved, None).is_err());
    let any = verified.any_type();
    let mut opened =
        Document::<super::Named>::load_with(&any, &saved, Some(key(2))).expect("of any type");
    assert_eq!(opened.value(), "a");
    other.change(|text| text.insert(1, "b")).expect("it fits");
    opened.apply(&other.export(&[])).expect("it goes on to be of any type");
    assert_eq!(opened.value(), "ab");
    let mut forged = forged(&saved, saved.len() / 2);
    assert!(Document::<super::Named>::load_with(&any, &forged, None).is_err());
    forged.truncate(9);
    assert!(Document::<super::Named>::load_with(&any, &forged, None).is_err());
}

/// A saved document and bundles say which document they are of, unless that is cut off.
#[test]
fn the_document_of_a_journal() {
    let mut text = create::<Text>();
    text.change(|text| text.push_str("one")).expect("it is written");
    let with_genesis = text.export(&[]);
    let version = text.heads();
    text.change(|text| text.push_str("two")).expect("it is written");
    for pieces in [text.save(), with_genesis, text.export(&version)] {
        assert_eq!(Journal::new(&pieces).document(), Some(text.id()));
        let appended = [pieces.as_slice(), b"\x05hello"].concat();
        assert_eq!(Journal::new(&appended).document(), Some(text.id()));
        for end in 0..pieces.len() {
            assert_eq!(Journal::new(&pieces[..end]).document(), None, "cut at {end}");
        }
    }
    for foreign in [&b""[..], b"\x00", b"\x05hello", b"\x05CRDB\x01", b"\x06CRDB\x03\x00"] {
        assert_eq!(Journal::new(foreign).document(), None);
    }
}

/// One signature for what was exported together, and none for what has not been exported yet.
#[test]
fn signatures_are_counted() {
    let mut text = create::<Text>();
    let mut other = Document::<Text>::join(text.id(), key(2));
    for word in ["one", "two"] {
        text.change(|text| text.push_str(word)).expect("it is written");
    }
    assert_eq!(text.history().signatures(), 0);
    other.apply(&text.export(&[])).expect("it is genuine");
    assert_eq!(other.history().signatures(), 1);
    other.change(|text| text.push_str("three")).expect("it is written");
    let opened = History::load_verified(&other.save()).expect("it is a saved document");
    assert_eq!((opened.len(), opened.signatures()), (3, 2));
}
