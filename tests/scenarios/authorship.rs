//! Who wrote what: forgeries, tampering, and authors that write two histories.

use crdt_core::{
    ApplyError, CrdtNode, DecodeError, Document, EquivocationProof, ProofError, Refusal,
};

use crate::{key, sync, two};

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Purse {
    alpha: i64,
    omega: i64,
}

fn pay(purse: &mut Document<Purse>, sum: i64) {
    let edit = purse.change(|purse| purse.alpha.set(sum));
    edit.unwrap();
}

/// Replaces bytes wherever they occur, by as many others.
fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    let places: Vec<usize> =
        (0..out.len()).filter(|place| bytes[*place..].starts_with(from)).collect();
    assert!(!places.is_empty(), "the bytes are there");
    for place in places {
        out[place..place + from.len()].copy_from_slice(to);
    }
    out
}

/// Asserts that bytes are refused and that the genuine ones still apply.
fn refused(reader: &mut Document<Purse>, forged: &[u8], genuine: &[u8]) {
    let before = (reader.heads(), reader.digest(), reader.history().pending());
    let error = reader.apply(forged).unwrap_err();
    assert!(matches!(error, ApplyError::Refused(Refusal::BadSignature(_))), "{error}");
    assert_eq!((reader.heads(), reader.digest(), reader.history().pending()), before);
    let outcome = reader.apply(genuine).unwrap();
    assert_eq!(outcome.applied.len(), 1);
}

#[test]
fn a_change_in_the_name_of_another() {
    let (mut a, mut b) = two::<Purse>();
    pay(&mut a, 1);
    sync(&mut a, &mut b);
    let heads = b.heads();
    pay(&mut b, 1_000_000);
    let genuine = b.export(&heads);
    let [from, to] = [key(2), key(3)].map(|key| *key.author().as_bytes());
    refused(&mut a, &replace(&genuine, &from, &to), &genuine);
}

#[test]
fn a_change_moved_to_another_path() {
    let (mut a, mut b) = two::<Purse>();
    pay(&mut a, 5);
    let genuine = a.export(&[]);
    refused(&mut b, &replace(&genuine, b"alpha", b"omega"), &genuine);
    assert_eq!(b.value(), Purse { alpha: 5, omega: 0 });
}

/// One key in two places writes two changes with one number: all replicas take both, agree, and
/// can prove it to anyone.
#[test]
fn an_author_that_writes_two_histories() {
    let (mut a, mut b) = two::<Purse>();
    pay(&mut a, 1);
    sync(&mut a, &mut b);
    let mut copy = Document::<Purse>::load(&a.save(), key(1)).unwrap();
    pay(&mut a, 2);
    pay(&mut copy, 3);
    pay(&mut copy, 4);
    b.apply(&a.export(&b.heads())).unwrap();
    assert_eq!(b.equivocations(), []);
    b.apply(&copy.export(&b.heads())).unwrap();
    sync(&mut a, &mut b);
    sync(&mut copy, &mut b);
    assert_eq!(a.digest(), copy.digest());
    let forks = b.equivocations();
    let [fork] = forks.as_slice() else { panic!("one fork: {forks:?}") };
    assert_eq!((fork.author, fork.seq, fork.changes.len()), (key(1).author(), 1, 2));
    let proof = b.prove(fork).expect("both are signed");
    let received = EquivocationProof::from_bytes(proof.as_bytes()).unwrap();
    assert_eq!(received.verify(), Ok((a.id(), fork.clone())));
}

#[test]
fn a_damaged_proof_proves_nothing() {
    let (mut a, mut b) = two::<Purse>();
    let mut copy = Document::<Purse>::load(&a.save(), key(1)).unwrap();
    pay(&mut a, 2);
    pay(&mut copy, 3);
    sync(&mut a, &mut b);
    sync(&mut copy, &mut b);
    let proof = b.prove(&b.equivocations()[0]).expect("both are signed");
    let bytes = proof.as_bytes();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(EquivocationProof::from_bytes(&flipped).is_err(), "bit {bit}");
    }
    let half = EquivocationProof::from_bytes(&bytes[..bytes.len() / 2]);
    assert_eq!(half, Err(ProofError::Decode(DecodeError::Truncated)));
}
