//! Bundles taken apart and put together again are the same changes, and nothing else gets in.

use proptest::prelude::*;

use crate::codec::DecodeError;
use crate::crypto::Keypair;
use crate::history::format::bundle::tests::{replicas, session};
use crate::history::format::genesis::Genesis;
use crate::history::store::refusal::Refusal;
use crate::history::{ApplyError, History, LooseBundle};
use crate::{Document, Json};

/// What is put together of the same changes with the same signatures.
fn again(bundle: &LooseBundle) -> LooseBundle {
    let mut again = LooseBundle::new(bundle.document());
    if let Some(genesis) = bundle.genesis() {
        let genesis = Genesis::from_bytes(&genesis.to_bytes()).expect("a record");
        again.set_genesis(genesis).expect("of this document");
    }
    for change in bundle.changes() {
        let hash = again.push(&bundle.canonical(change), change.signature());
        assert_eq!(hash, Ok(change.hash()));
    }
    again
}

/// Two changes of one author and one of another, which depends on both.
fn three() -> LooseBundle {
    let key = |secret| Keypair::from_secret_bytes(&[secret; 32]);
    let mut mine = Document::<Json>::create(key(1)).expect("randomness");
    mine.change(|page| page.set("/a", 1)).expect("an edit");
    mine.change(|page| page.set("/a", 2)).expect("an edit");
    let mut yours = mine.fork(key(2)).expect("it proves itself");
    yours.change(|page| page.set("/a", 3)).expect("an edit");
    let bundles = LooseBundle::read_all(mine.id(), &yours.export(&[])).expect("genuine");
    let mut all = LooseBundle::new(mine.id());
    for bundle in &bundles {
        for change in bundle.changes() {
            all.push(&bundle.canonical(change), change.signature()).expect("genuine");
        }
    }
    assert_eq!(all.changes().len(), 3);
    all
}

/// Some changes of a bundle, put together in another order.
fn put(bundle: &LooseBundle, places: &[usize]) -> Result<LooseBundle, ApplyError> {
    let mut out = LooseBundle::new(bundle.document());
    for place in places {
        let change = &bundle.changes()[*place];
        out.push(&bundle.canonical(change), change.signature())?;
    }
    Ok(out)
}

#[test]
fn what_no_bundle_can_hold_does_not_get_in() {
    let all = three();
    let refused = |places: &[usize]| put(&all, places).expect_err("no bundle holds it");
    assert_eq!(refused(&[0, 0]), DecodeError::RepeatedChange.into());
    assert_eq!(refused(&[1, 0]), DecodeError::DanglingReference.into());
    assert_eq!(refused(&[2, 1]), DecodeError::DanglingReference.into());
    put(&all, &[2]).expect("the others stay outside");

    let mut other = LooseBundle::new(Document::<Json>::join(all.document(), key()).id());
    let first = all.canonical(&all.changes()[0]);
    let mut foreign = first.clone();
    foreign[1] ^= 1;
    let wrong = other.push(&foreign, None);
    assert!(matches!(wrong, Err(ApplyError::Refused(Refusal::WrongDocument(_)))));
    for cut in 0..first.len() {
        assert!(matches!(other.push(&first[..cut], None), Err(ApplyError::Decode(_)) | Ok(_)));
    }
    // A number that does not follow, and a predecessor of somebody else.
    let changes = all.changes();
    let second = all.canonical(&changes[1]);
    let mut skipped = second.clone();
    skipped[65] += 1;
    let mut stolen = second;
    stolen[33..65].copy_from_slice(changes[2].author().as_bytes());
    let mut after = put(&all, &[0]).expect("the first");
    let wrong = after.push(&skipped, None);
    assert_eq!(wrong, Err(DecodeError::SequenceWithoutPrevious.into()));
    let wrong = after.push(&stolen, None);
    assert_eq!(wrong, Err(DecodeError::PreviousOfAnotherAuthor.into()));
    assert_eq!(after.changes().len(), 1);
}

fn key() -> Keypair {
    Keypair::from_secret_bytes(&[3; 32])
}

#[test]
fn a_record_of_another_document_is_refused() {
    let mut bundle = three();
    let other = Document::<Json>::create(key()).expect("randomness");
    let genesis = other.history().genesis().expect("it was founded").clone();
    let wrong = bundle.set_genesis(genesis);
    assert_eq!(wrong, Err(Refusal::WrongDocument(other.id()).into()));
    assert_eq!(bundle.genesis(), None);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(32) })]

    #[test]
    fn changes_survive_the_way_out_and_in(steps in session()) {
        let all = replicas(&steps);
        let (document, exported) = (all[0].id(), all[0].export(&[]));
        let bundles = LooseBundle::read_all(document, &exported).expect("genuine");
        let mut bytes = Vec::new();
        for bundle in &bundles {
            for change in bundle.changes() {
                let here = all[0].history().change(&change.hash()).expect("it is from here");
                prop_assert_eq!(bundle.canonical(change), here.to_bytes());
            }
            again(bundle).write(&mut bytes);
        }
        let mut history = History::new(document);
        history.apply(&bytes).expect("signed as before");
        prop_assert_eq!(history.heads(), all[0].heads());
        let mut plainly = History::new(document);
        plainly.apply(&exported).expect("genuine");
        prop_assert_eq!(history.signatures(), plainly.signatures());
        prop_assert_eq!(history.genesis(), plainly.genesis());
    }

    #[test]
    fn no_bytes_make_taking_apart_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        at in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
    ) {
        let all = three();
        let _ = LooseBundle::read_all(all.document(), &bytes);
        let _ = LooseBundle::new(all.document()).push(&bytes, None);
        let mut canonical = all.canonical(&all.changes()[1]);
        let at = at.index(canonical.len());
        canonical[at] ^= flip;
        let mut into = put(&all, &[0]).expect("the first");
        if into.push(&canonical, None).is_ok() {
            prop_assert_eq!(into.canonical(&into.changes()[1]), canonical, "one spelling");
            into.write(&mut Vec::new());
        }
    }
}
