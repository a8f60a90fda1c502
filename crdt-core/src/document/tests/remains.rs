//! Of what is left of a document, everything that proves itself is put together, and nothing else.

use super::{create, key};
use crate::document::{Document, PartKind, SaveOptions, SavedPart};
use crate::history::{History, Piece, Salvage, Salvaged};
use crate::node::Text;

/// A document of two authors as a base, and what was appended to it: a bundle of each.
struct Kept {
    document: Document<Text>,
    base: Vec<SavedPart>,
    bundles: Vec<Vec<u8>>,
}

fn kept() -> Kept {
    let mut document = create::<Text>();
    let mut other = document.fork(key(2)).expect("another key");
    for number in 0..20 {
        document.change(|text| text.insert(0, number.to_string())).expect("it fits");
        other.change(|text| text.push_str("other ")).expect("it fits");
    }
    document.merge(&mut other).expect("they are of one document");
    let base = document.save_in_parts(&SaveOptions::new());
    let mut bundles = Vec::new();
    for _ in 0..3 {
        let heads = document.heads();
        document.change(|text| text.push_str("more ")).expect("it fits");
        bundles.push(document.export(&heads));
    }
    Kept { document, base, bundles }
}

fn piece(kind: PartKind, bytes: &[u8]) -> Option<Piece<'_>> {
    match kind {
        PartKind::Head => Some(Piece::Head(bytes)),
        PartKind::Changes { first, .. } => Some(Piece::Changes { first, bytes }),
        PartKind::Outline => Some(Piece::Outline(bytes)),
        PartKind::State | PartKind::Check => None,
    }
}

impl Kept {
    /// What is salvaged of the parts and bundles that are left. Each part names the document.
    fn salvaged(
        &self,
        is_left: impl Fn(PartKind) -> bool,
        bundles: impl IntoIterator<Item = usize>,
    ) -> Salvaged {
        let mut salvage = Salvage::new(self.document.id());
        for number in bundles {
            salvage.take(Piece::Bundles(&self.bundles[number])).expect("it is whole");
        }
        for part in self.base.iter().filter(|part| is_left(part.kind())) {
            let Some(piece) = piece(part.kind(), part.bytes()) else { continue };
            let says = piece.document().is_none_or(|document| document == self.document.id());
            assert!(says, "{:?}", part.kind());
            salvage.take(piece).expect("it is whole");
        }
        salvage.finish()
    }
}

/// Everything in it is proven to whoever receives it.
fn assert_whole(salvaged: &Salvaged, changes: usize) {
    let history = &salvaged.history;
    assert_eq!(history.len(), changes);
    let mut received = History::new(history.document());
    received.apply(&history.export(&[])).expect("it is signed");
    assert_eq!(received.len(), changes);
    let saved = History::load_verified(&history.save()).expect("it is valid");
    assert_eq!(saved.heads(), history.heads());
}

#[test]
fn what_is_whole_is_salvaged_whole() {
    let kept = kept();
    let salvaged = kept.salvaged(|_| true, [2, 0, 1, 1]);
    assert_whole(&salvaged, 43);
    assert_eq!(salvaged.unproven, 0);
    assert_eq!(salvaged.history.heads(), kept.document.heads());
    let opened = Document::<Text>::load(&salvaged.history.save(), key(3)).expect("it is valid");
    assert_eq!(opened.digest(), kept.document.digest());
}

/// A signature that came later vouches for the chain before it, and for nobody else's.
#[test]
fn signatures_are_taken_from_wherever_they_are() {
    let kept = kept();
    let is_outline = |kind| kind == PartKind::Outline;
    let salvaged = kept.salvaged(|kind| !is_outline(kind), [0, 1, 2]);
    // What was appended depends on changes of the other author, which nothing proves any more.
    assert_whole(&salvaged, 0);
    assert_eq!(salvaged.unproven, 43);

    let mut other = kept.document.fork(key(4)).expect("another key");
    let heads = other.heads();
    other.change(|text| text.push_str("!")).expect("it fits");
    let mut salvage = Salvage::new(other.id());
    let mut yours = Document::<Text>::load(&kept.document.save(), key(2)).expect("it is saved");
    yours.change(|text| text.push_str("?")).expect("it fits");
    for bundle in [&other.export(&heads), &yours.export(&heads)].into_iter().chain(&kept.bundles) {
        salvage.take(Piece::Bundles(bundle)).expect("it is whole");
    }
    for part in kept.base.iter().filter(|part| !is_outline(part.kind())) {
        let Some(piece) = piece(part.kind(), part.bytes()) else { continue };
        salvage.take(piece).expect("it is whole");
    }
    assert_whole(&salvage.finish(), 45);
}

#[test]
fn what_is_left_alone_is_salvaged_alone() {
    let kept = kept();
    // Without the changes that it builds upon, what was appended waits.
    let salvaged = kept.salvaged(|kind| !matches!(kind, PartKind::Changes { .. }), [0, 2]);
    assert_whole(&salvaged, 0);
    assert_eq!(salvaged.history.pending().0, 2);
    assert!(salvaged.history.genesis().is_some());
    // Its record is with the first change too.
    let salvaged = kept.salvaged(|kind| kind != PartKind::Head, []);
    assert_whole(&salvaged, 40);
    assert!(salvaged.history.genesis().is_some());
    // One that is missing keeps back what comes after it, until it comes.
    let mut salvaged = kept.salvaged(|_| true, [0, 2]);
    assert_whole(&salvaged, 41);
    let outcome = salvaged.history.apply(&kept.bundles[1]).expect("it is whole");
    assert_eq!((outcome.applied.len(), salvaged.history.len()), (2, 43));
}

/// Whatever is wrong in whatever piece, nothing is taken for a change that is none.
#[test]
fn no_bit_makes_a_change() {
    let kept = kept();
    let is_known = |salvaged: &Salvaged| {
        salvaged.history.changes().all(|change| kept.document.history().contains(&change.hash()))
    };
    for (damaged, part) in kept.base.iter().enumerate() {
        for at in (0..part.bytes().len()).step_by(7) {
            let mut salvage = Salvage::new(kept.document.id());
            for (place, part) in kept.base.iter().enumerate() {
                let mut bytes = part.bytes().to_vec();
                bytes[at.min(part.bytes().len() - 1)] ^= u8::from(place == damaged) << (at % 8);
                let _ = piece(part.kind(), &bytes).map(|piece| salvage.take(piece).is_ok());
            }
            let salvaged = salvage.finish();
            assert!(is_known(&salvaged), "{:?} at {at}", part.kind());
            let is_of_use = matches!(part.kind(), PartKind::State | PartKind::Check);
            assert!(!is_of_use || salvaged.history.len() == 40);
            let exported = History::new(kept.document.id()).apply(&salvaged.history.export(&[]));
            assert!(exported.is_ok(), "{:?} at {at}", part.kind());
        }
    }
}
