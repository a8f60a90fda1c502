//! Proofs of equivocation: those of what an author did, and those that someone would like to have.

use crdt_core::{Author, ChangeHash, DecodeError, DocumentId, EquivocationProof, ProofError};

use crate::wire::{Draft, Hash, Op, Place, Proof, Route, Segment, Writer};

const DOCUMENT: Hash = [5; 32];

/// An author's change on top of one of its own, which inserts a text.
fn change(writer: &Writer, prev: Option<&Draft>, text: &str) -> Draft {
    let field = [Segment::Field("notes".to_owned())];
    writer.draft(DOCUMENT, prev).with(Op::insert_text(&field, Place::Root, text))
}

/// Two changes in the order in which a proof has them.
fn ordered<'a>(a: &'a Draft, b: &'a Draft) -> [&'a Draft; 2] {
    if a.hash() < b.hash() { [a, b] } else { [b, a] }
}

fn refused(proof: &Proof) -> ProofError {
    EquivocationProof::from_bytes(&proof.to_bytes()).expect_err("not a proof")
}

/// An honest author, of whom everyone has the first change with its signature, and whom mallory
/// would like to be seen as an equivocator.
struct Victim {
    alice: Writer,
    first: Draft,
    second: Draft,
}

impl Victim {
    fn new() -> Self {
        let alice = Writer::new(1);
        let first = change(&alice, None, "one");
        let second = change(&alice, Some(&first), "two");
        Self { alice, first, second }
    }

    /// The path of a signed change, and below it one that nobody has signed or linked.
    fn appended(&self, signed: &[&Draft], forged: &Draft) -> Route {
        let mut route = Route::new(&self.alice, signed);
        let [(header, gist)] = &Route::new(&self.alice, &[forged]).steps[..] else {
            unreachable!("of one change");
        };
        route.steps.push((header.clone(), gist.clone()));
        route
    }
}

/// With the signature of a genuine first change alone, which anyone has seen: two headers that the
/// author never wrote, each behind it.
#[test]
fn nothing_follows_the_first_change_of_a_chain() {
    let victim = Victim::new();
    for seq in [0, 1, 7] {
        let mut forged = [change(&victim.alice, None, "a"), change(&victim.alice, None, "b")];
        for draft in &mut forged {
            draft.seq = seq;
            draft.prev = (seq > 0).then_some([9; 32]);
        }
        let mut proof = Proof::new(&victim.alice, &[&[&victim.first], &[&victim.first]]);
        let [lower, higher] = ordered(&forged[0], &forged[1]);
        proof.paths = vec![
            victim.appended(&[&victim.first], lower),
            victim.appended(&[&victim.first], higher),
        ];
        assert_eq!(refused(&proof), ProofError::BrokenPath, "seq {seq}");
        // One genuine path does not help.
        for genuine in 0..2 {
            let mut proof = proof.clone();
            proof.paths[genuine] = Route::new(&victim.alice, &[&victim.second, &victim.first]);
            assert_eq!(refused(&proof), ProofError::BrokenPath, "seq {seq}");
        }
    }
}

#[test]
fn every_step_is_linked_to_the_one_before() {
    let victim = Victim::new();
    let alice = &victim.alice;
    let other = change(alice, None, "other");
    let genuine = Route::new(alice, &[&victim.first]);
    let mut proof = Proof::new(alice, &[&[&victim.first], &[&other]]);
    let mut far = victim.second.clone();
    far.seq = 3;
    let broken = [
        // The second change does not follow what is shown below it.
        victim.appended(&[&victim.second], &other),
        // It does, but its number is not one more.
        victim.appended(&[&far], &victim.first),
        // Nothing is shown.
        Route { steps: Vec::new(), ..genuine.clone() },
    ];
    for route in broken {
        for paths in [[genuine.clone(), route.clone()], [route, genuine.clone()]] {
            proof.paths = paths.to_vec();
            assert_eq!(refused(&proof), ProofError::BrokenPath);
        }
    }
}

#[test]
fn proofs_are_of_one_author_and_document() {
    let [alice, bob] = [1, 2].map(Writer::new);
    let (ours, theirs) = (change(&alice, None, "a"), change(&bob, None, "b"));
    let [lower, higher] = ordered(&ours, &theirs);
    let proof = Proof::new(&alice, &[&[lower], &[higher]]);
    assert!(matches!(refused(&proof), ProofError::BadSignature | ProofError::BrokenPath));
    let mut elsewhere = change(&alice, None, "b");
    elsewhere.document = [6; 32];
    let [lower, higher] = ordered(&ours, &elsewhere);
    let mut proof = Proof::new(&alice, &[&[lower], &[higher]]);
    proof.document = DOCUMENT;
    assert_eq!(refused(&proof), ProofError::BrokenPath);
}

#[test]
fn proofs_are_signed_by_the_author() {
    let [alice, mallory] = [1, 3].map(Writer::new);
    let (one, two) = (change(&alice, None, "one"), change(&alice, None, "two"));
    let [lower, higher] = ordered(&one, &two);
    let mut proof = Proof::new(&alice, &[&[lower], &[higher]]);
    proof.paths[1] = Route::new(&mallory, &[higher]);
    assert_eq!(refused(&proof), ProofError::BadSignature);
    // The signature has to be of the first change of the path, not of one below it.
    let above = change(&alice, Some(higher), "three");
    proof.paths[1] = Route::new(&alice, &[&above, higher]);
    proof.paths[1].signature = alice.sign(&higher.hash());
    assert_eq!(refused(&proof), ProofError::BadSignature);
}

#[test]
fn one_change_or_two_numbers_are_no_conflict() {
    let Victim { alice, first, second } = Victim::new();
    let same = Proof::new(&alice, &[&[&first], &[&second, &first]]);
    assert_eq!(refused(&same), ProofError::NoConflict);
    let [lower, higher] = ordered(&first, &second);
    assert_eq!(refused(&Proof::new(&alice, &[&[lower], &[higher]])), ProofError::NoConflict);
    let fork = change(&alice, None, "other");
    let [lower, higher] = ordered(&first, &fork);
    let backwards = Proof::new(&alice, &[&[higher], &[lower]]);
    assert_eq!(refused(&backwards), ProofError::NoConflict);
}

/// What an author really did is proved, and nothing of the bytes may be otherwise.
#[test]
fn a_fork_is_proved_and_every_byte_of_the_proof_counts() {
    let Victim { alice, first, second } = Victim::new();
    let (fork, above) = (change(&alice, Some(&first), "fork"), change(&alice, Some(&second), "x"));
    let routes = [(&second, [&above, &second].to_vec()), (&fork, [&fork].to_vec())];
    let [lower, higher] = if second.hash() < fork.hash() {
        routes
    } else {
        let [second, fork] = routes;
        [fork, second]
    };
    let proof = Proof::new(&alice, &[&lower.1, &higher.1]);
    let bytes = proof.to_bytes();
    let (document, found) =
        EquivocationProof::from_bytes(&bytes).and_then(|proof| proof.verify()).expect("a proof");
    assert_eq!(document, DocumentId::from_bytes(DOCUMENT));
    assert_eq!(Ok(found.author), Author::from_bytes(alice.author()));
    assert_eq!((found.seq, found.changes.len()), (1, 2));
    assert_eq!(found.changes[0], ChangeHash::from_bytes(lower.0.hash()));
    for place in 0..bytes.len() {
        let mut spoiled = bytes.clone();
        spoiled[place] ^= 1;
        assert!(EquivocationProof::from_bytes(&spoiled).is_err(), "byte {place}");
    }
    let cut = EquivocationProof::from_bytes(&bytes[..bytes.len() - 1]);
    assert_eq!(cut, Err(ProofError::Decode(DecodeError::Truncated)));
    let longer = EquivocationProof::from_bytes(&[bytes.as_slice(), &[0]].concat());
    assert_eq!(longer, Err(ProofError::Decode(DecodeError::TrailingBytes)));
}
