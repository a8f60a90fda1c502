//! What nobody has signed is not taken in. The same story is told without that check, to see that
//! it is the check that keeps replicas together.

use crate::codec::{Reader, write};
use crate::crypto::Keypair;
use crate::history::admission::admit;
use crate::history::coverage::Added;
use crate::history::format::bundle::Bundle;
use crate::history::save::Kept;
use crate::history::{Draft, Genesis, History};

fn keypair(secret: u8) -> Keypair {
    Keypair::from_secret_bytes(&[secret; 32])
}

fn empty() -> History {
    History::founded(Genesis::new(keypair(1).author(), [9; 32], "test"))
}

fn write(history: &mut History, secret: u8) {
    let author = keypair(secret).author();
    let prev = history.tip_of_author(&author);
    assert!(history.commit(&mut Draft::blank(author, prev, 0)).is_ok());
    history.seal(&keypair(secret));
}

/// The bundle of one change in a frame, without its signature.
fn unsigned(framed: &[u8]) -> Vec<u8> {
    let bundle = Reader::new(framed).bytes().expect("a frame");
    let rest = bundle.len() - 66;
    assert_eq!(bundle[rest..rest + 2], [1, 0], "one signature, of the first change");
    let mut out = Vec::new();
    write::bytes(&mut out, &[&bundle[..rest], &[0]].concat());
    out
}

fn checked(history: &mut History, bytes: &[u8]) {
    let _ = history.apply(bytes);
}

/// As [`checked`], without a look at signatures.
fn believing(history: &mut History, bytes: &[u8]) {
    let bytes = Reader::new(bytes).bytes().expect("a frame");
    let bundle = Bundle::decode(bytes, history.document(), history.genesis(), |_| None);
    let bundle = bundle.expect("well formed");
    let Kept { store, coverage, .. } = &mut history.kept;
    let taken = admit(store, &bundle).expect("but for signatures it is valid");
    let added = Added { members: &taken.members, start: taken.start, totals: taken.added };
    coverage.cover(&store.chains, &added, &bundle.signatures);
}

/// A change of mallory's that mallory has not signed reaches bob, who goes on. Says whether bob and
/// alice come to agree.
fn agree(take: fn(&mut History, &[u8])) -> bool {
    let (mut alice, mut bob, mut mallory) = (empty(), empty(), empty());
    write(&mut alice, 1);
    write(&mut mallory, 3);
    take(&mut bob, &unsigned(&mallory.export(&[])));
    write(&mut bob, 2);
    for _ in 0..3 {
        let sent = (alice.export(&[]), bob.export(&[]));
        checked(&mut alice, &sent.1);
        checked(&mut bob, &sent.0);
    }
    alice.heads() == bob.heads()
}

#[test]
fn coverage_keeps_replicas_together() {
    assert!(agree(checked));
    assert!(!agree(believing), "without the check nobody takes in what bob writes");
}
