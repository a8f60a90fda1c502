//! Bytes that no honest writer makes: each is refused for the right reason, and the document is as
//! it was before.

use crdt_core::limits::{
    MAX_BUNDLE_EXPANSION, MAX_BUNDLE_EXPANSION_BASE, MAX_KEY_BYTES, MAX_PATH_DEPTH, MAX_TAG_BYTES,
};
use crdt_core::{
    ApplyError, Author, ChangeHash, DecodeError, Digest, Document, DocumentId, Heads, Keypair,
    Refusal,
};

use crate::board::Board;

mod listed;

use crate::wire::{Bundle, Draft, Genesis, Hash, Op, Place, Segment, Writer, cbor, frame, varint};

/// A small document, those who write in it, and a replica that is to stand firm.
pub(crate) struct Stage {
    pub(crate) genesis: Genesis,
    pub(crate) alice: Writer,
    pub(crate) bob: Writer,
    pub(crate) mallory: Writer,
    /// Alice's two changes: a title, the text "hello" with counters 1 to 5; another title.
    pub(crate) first: Draft,
    pub(crate) second: Draft,
    pub(crate) document: Document<Board>,
}

/// What a refusal must not change.
#[derive(PartialEq, Debug)]
pub(crate) struct Trace {
    heads: Heads,
    changes: usize,
    digest: Digest,
    waiting: ((usize, usize), Vec<ChangeHash>),
    bytes: u64,
    authors: Vec<(Author, u64)>,
    exported: Vec<u8>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let [alice, bob, mallory] = [1, 2, 3].map(Writer::new);
        let genesis = Genesis::new(alice.author(), 7, "Board");
        let document = genesis.hash();
        let first = alice
            .draft(document, None)
            .with(Op::set(&field("title"), &[], &cbor("one")))
            .with(Op::insert_text(&field("notes"), Place::Root, "hello"));
        let second =
            alice.draft(document, Some(&first)).with(Op::set(&field("title"), &[], &cbor("two")));
        let id = DocumentId::from_bytes(document);
        let mut document = Document::join(id, Keypair::from_secret_bytes(&[99; 32]));
        let bundle = Bundle::new(&[&first, &second], &[&alice]).with_genesis(&genesis);
        let outcome = document.apply(&bundle.framed()).expect("a genuine bundle");
        assert_eq!(outcome.applied, [hash(&first), hash(&second)]);
        assert_eq!(outcome.bytes, first.size() + second.size());
        Self { genesis, alice, bob, mallory, first, second, document }
    }

    /// A first change of mallory's, in its own name, with nothing wrong so far.
    pub(crate) fn draft(&self) -> Draft {
        let dependencies = [self.second.hash()];
        self.mallory.draft(self.genesis.hash(), None).after(&dependencies)
    }

    pub(crate) fn signed(&self, draft: &Draft) -> Bundle {
        Bundle::new(&[draft], &[&self.alice, &self.bob, &self.mallory])
    }

    /// Asserts that bytes are refused for a reason and have changed nothing.
    pub(crate) fn refuses(&mut self, bytes: &[u8], reason: impl Into<ApplyError>) {
        let before = self.trace();
        assert_eq!(self.document.apply(bytes), Err(reason.into()));
        assert_eq!(self.trace(), before, "a refusal leaves no trace");
    }

    /// Everything in which a refusal could leave a trace.
    pub(crate) fn trace(&self) -> Trace {
        let history = self.document.history();
        Trace {
            heads: self.document.heads(),
            changes: history.len(),
            digest: self.document.digest(),
            waiting: (history.pending(), history.missing()),
            bytes: history.bytes(),
            authors: history.authors().map(|author| (author, history.bytes_by(&author))).collect(),
            exported: self.document.export(&[]),
        }
    }

    fn refuses_draft(&mut self, draft: &Draft, reason: impl Into<ApplyError>) {
        let bytes = self.signed(draft).framed();
        self.refuses(&bytes, reason);
    }

    fn refuses_op(&mut self, op: Op, reason: impl Into<ApplyError>) {
        let draft = self.draft().with(op);
        self.refuses_draft(&draft, reason);
    }

    /// Asserts that a genuine change of alice's still applies.
    pub(crate) fn still_works(mut self) {
        let third = self.alice.draft(self.genesis.hash(), Some(&self.second)).with(Op::delete(
            &field("notes"),
            (0, 1),
            5,
        ));
        let outcome = self.document.apply(&self.signed(&third).framed());
        let outcome = outcome.expect("a genuine change");
        assert_eq!(outcome.applied, [hash(&third)]);
        assert_eq!(self.document.heads(), [hash(&third)]);
    }
}

pub(crate) fn hash(draft: &Draft) -> ChangeHash {
    ChangeHash::from_bytes(draft.hash())
}

pub(crate) fn field(name: &str) -> [Segment; 1] {
    [Segment::Field(name.to_owned())]
}

#[test]
fn a_change_in_another_name() {
    let mut stage = Stage::new();
    let forged = stage.alice.draft(stage.genesis.hash(), Some(&stage.second));
    let mut bundle = stage.signed(&forged);
    bundle.signatures = vec![(0, stage.mallory.sign(&forged.hash()))];
    stage.refuses(&bundle.framed(), Refusal::BadSignature(hash(&forged)));
    bundle.signatures.clear();
    stage.refuses(&bundle.framed(), Refusal::Uncovered(hash(&forged)));
    let follows = stage.mallory.draft(stage.genesis.hash(), Some(&stage.second));
    stage.refuses_draft(&follows, Refusal::PreviousOfAnotherAuthor(hash(&follows)));
    let third = stage.alice.draft(stage.genesis.hash(), Some(&stage.second));
    let follows = stage.mallory.draft(stage.genesis.hash(), Some(&third));
    let bundle = Bundle::new(&[&third, &follows], &[&stage.alice, &stage.mallory]);
    stage.refuses(&bundle.framed(), DecodeError::PreviousOfAnotherAuthor);
    stage.still_works();
}

#[test]
fn a_signature_vouches_for_nothing_later_and_nothing_of_others() {
    let mut stage = Stage::new();
    let first = stage.draft();
    let second = stage.mallory.draft(stage.genesis.hash(), Some(&first));
    let mut bundle = Bundle::new(&[&first, &second], &[]);
    bundle.signatures = vec![(0, stage.mallory.sign(&first.hash()))];
    stage.refuses(&bundle.framed(), Refusal::Uncovered(hash(&second)));
    let other = stage.bob.draft(stage.genesis.hash(), None).after(&[second.hash()]);
    let bundle = Bundle::new(&[&first, &second, &other], &[&stage.bob]);
    stage.refuses(&bundle.framed(), Refusal::Uncovered(hash(&first)));
    stage.still_works();
}

#[test]
fn a_chain_with_a_gap() {
    let mut stage = Stage::new();
    for seq in [1, 3, u32::MAX] {
        let mut draft = stage.alice.draft(stage.genesis.hash(), Some(&stage.second));
        draft.seq = seq;
        stage.refuses_draft(&draft, Refusal::WrongSequence(hash(&draft)));
    }
    let mut draft = stage.alice.draft(stage.genesis.hash(), Some(&stage.second));
    draft.seq = 0;
    stage.refuses_draft(&draft, DecodeError::SequenceWithoutPrevious);
    stage.still_works();
}

#[test]
fn names_beyond_what_is_there() {
    let mut stage = Stage::new();
    let notes = field("notes");
    let text = |place| Op::insert_text(&notes, place, "x");
    stage.refuses_op(text(Place::Right(2, 0)), Refusal::NameOutsideTable);
    stage.refuses_op(text(Place::Right(0, 0)), Refusal::NameBeyondChain);
    stage.refuses_op(text(Place::Left(1, 7)), Refusal::NameBeyondChain);
    stage.refuses_op(Op::delete(&notes, (1, 1), 7), Refusal::NameBeyondChain);
    stage.refuses_op(Op::set(&notes, &[(2, 0)], &[0]), Refusal::NameOutsideTable);
    stage.refuses_op(Op::reset(&notes, &[(1, 7)]), Refusal::NameBeyondChain);
    stage.refuses_op(Op::put(&[Segment::Element(1, 9)], &[]), Refusal::NameBeyondChain);
    let too_far = Op::delete(&notes, (1, u32::MAX), 1);
    stage.refuses_op(too_far, DecodeError::OverLimit("counters of a chain"));
    stage.still_works();
}

/// What two chains of a fork share has one name: through the lowest entry.
#[test]
fn a_second_name_under_a_fork() {
    let mut stage = Stage::new();
    let document = stage.genesis.hash();
    let trunk = stage.draft().with(Op::insert_text(&field("notes"), Place::Root, "ab"));
    let fork = |text: &str| {
        let op = Op::insert_text(&field("notes"), Place::Right(0, 1), text);
        stage.mallory.draft(document, Some(&trunk)).with(op)
    };
    let (left, right) = (fork("left"), fork("right"));
    let mut bundle = Bundle::new(&[&trunk, &left, &right], &[]);
    let sign = |draft: &Draft| stage.mallory.sign(&draft.hash());
    bundle.signatures = vec![(1, sign(&left)), (0, sign(&right))];
    let name = |index, counter| {
        let op = Op::insert_text(&field("notes"), Place::Right(index, counter), "!");
        stage.bob.draft(document, None).after(&[left.hash(), right.hash()]).with(op)
    };
    // The shared beginning is named through entry 1; what follows the fork, through each.
    let good = [name(1, 0), name(1, 1), name(1, 2), name(2, 2)].map(|draft| stage.signed(&draft));
    let bad = [name(2, 0), name(2, 1)].map(|draft| stage.signed(&draft));
    let own = {
        let op = Op::insert_text(&field("notes"), Place::Right(1, 1), "!");
        let next = stage.mallory.draft(document, Some(&left));
        stage.signed(&next.after(&[right.hash()]).with(op))
    };
    stage.document.apply(&bundle.framed()).expect("forks are kept");
    for bundle in bad.iter().chain([&own]) {
        let result = stage.document.apply(&bundle.framed());
        assert_eq!(result, Err(Refusal::AmbiguousName.into()));
    }
    for bundle in good {
        stage.document.apply(&bundle.framed()).expect("the lowest entry");
    }
}

#[test]
fn a_replay_into_another_document() {
    let mut stage = Stage::new();
    let genesis = Genesis { salt: [8; 32], ..stage.genesis.clone() };
    let other = stage.alice.draft(genesis.hash(), None);
    let bundle = stage.signed(&other);
    let elsewhere = DocumentId::from_bytes(genesis.hash());
    stage.refuses(&bundle.framed(), Refusal::WrongDocument(elsewhere));
    stage.refuses(&bundle.with_genesis(&genesis).framed(), Refusal::WrongDocument(elsewhere));
    // Moved here with its signature, it is another change, which was never signed.
    let moved = Draft { document: stage.genesis.hash(), ..other.clone() };
    let mut bundle = stage.signed(&moved);
    bundle.signatures = vec![(0, stage.alice.sign(&other.hash()))];
    stage.refuses(&bundle.framed(), Refusal::BadSignature(hash(&moved)));
    stage.still_works();
}

#[test]
fn a_header_in_another_spelling() {
    let mut stage = Stage::new();
    let known = [stage.first.hash(), stage.second.hash()];
    let mut sorted = known;
    sorted.sort_unstable();
    let mut draft = stage.draft();
    draft.dependencies = vec![sorted[1], sorted[0]];
    stage.refuses_draft(&draft, DecodeError::Unsorted("dependencies"));
    draft.dependencies = vec![sorted[0], sorted[0]];
    stage.refuses_draft(&draft, DecodeError::Unsorted("dependencies"));
    let repeats = stage.alice.draft(stage.genesis.hash(), Some(&stage.second));
    let repeats = repeats.after(&[stage.second.hash()]);
    stage.refuses_draft(&repeats, DecodeError::PreviousInTable);
    let mut draft = stage.draft();
    draft.tags = vec![(2, vec![]), (1, vec![])];
    stage.refuses_draft(&draft, DecodeError::Unsorted("tags"));
    draft.tags = vec![(1, vec![]), (1, vec![])];
    stage.refuses_draft(&draft, DecodeError::Unsorted("tags"));
    draft.tags = vec![(1, vec![0; MAX_TAG_BYTES])];
    stage.refuses_draft(&draft, DecodeError::OverLimit("bytes of tags"));
    stage.still_works();
}

#[test]
fn an_op_in_another_spelling() {
    let mut stage = Stage::new();
    let notes = field("notes");
    let raw = |kind, counters, body: &[u8]| Op { kind, counters, body: body.to_vec() };
    for (op, reason) in [
        (raw(0, 1, &[0]), DecodeError::InvalidKind),
        (raw(99, 0, &[0]), DecodeError::WrongCounters),
        (raw(99, 2, &[0]), DecodeError::WrongCounters),
        (raw(3, 2, &[0, 2]), DecodeError::WrongCounters),
        (raw(3, 1, &[0]), DecodeError::Truncated),
        (raw(3, 1, &[0, 2, 0]), DecodeError::TrailingBytes),
        (raw(3, 1, &[0, 0x82, 0]), DecodeError::NonMinimalVarint),
        (raw(3, 1, &[1, 9, 2]), DecodeError::InvalidSegment),
        (raw(3, 1, &[1, 0, 1, 0xff, 2]), DecodeError::InvalidUtf8),
        (raw(6, 1, &[0, 3, b'x']), DecodeError::InvalidPlace),
        (raw(6, 1, &[0, 0, 0xff]), DecodeError::InvalidUtf8),
        (raw(6, 2, &[0, 0, b'x']), DecodeError::WrongCounters),
        (raw(5, 1, &[0, 0, 0, 0]), DecodeError::WrongCounters),
        (Op::delete(&notes, (1, 1), 0), DecodeError::EmptyOp("delete of nothing")),
        (Op::set(&notes, &[], &[]), DecodeError::EmptyOp("set without a value")),
        (Op::unset(&notes, &[(0, 0)]), DecodeError::ImpliedName),
        (Op::unset(&notes, &[(1, 1), (1, 2)]), DecodeError::Unsorted("names")),
        (Op::unset(&notes, &[(2, 1), (1, 2)]), DecodeError::Unsorted("names")),
    ] {
        stage.refuses_op(op, reason);
    }
    stage.still_works();
}

#[test]
fn an_insert_cut_in_two() {
    let mut stage = Stage::new();
    let notes = field("notes");
    let mergeable = Refusal::Malformed(DecodeError::MergeableOps);
    let text = |place, text| Op::insert_text(&notes, place, text);
    let cut = stage.draft().with(text(Place::Root, "ab")).with(text(Place::Right(0, 1), "c"));
    stage.refuses_draft(&cut, mergeable);
    let seeds = [vec![0xf6], vec![]];
    let list = |place| Op::insert(&field("tasks"), place, &seeds);
    let cut = stage.draft().with(list(Place::Root)).with(list(Place::Right(0, 1)));
    stage.refuses_draft(&cut, mergeable);
    // Counters are those of the chain: Alice has used 0 to 6 before.
    let third = stage.alice.draft(stage.genesis.hash(), Some(&stage.second));
    let cut = third.with(text(Place::Root, "ab")).with(text(Place::Right(0, 8), "c"));
    stage.refuses_draft(&cut, mergeable);
    stage.still_works();
}

/// An insert right after an element whose counter, counted from the change and not from the
/// chain, would be that of the insert before.
#[test]
fn two_inserts_that_only_look_like_one() {
    let mut stage = Stage::new();
    let notes = field("notes");
    let text = |place, text| Op::insert_text(&notes, place, text);
    let third = stage.alice.draft(stage.genesis.hash(), Some(&stage.second));
    let third = third.with(text(Place::Root, "ab")).with(text(Place::Right(0, 1), "c"));
    let outcome = stage.document.apply(&stage.signed(&third).framed()).expect("canonical");
    assert_eq!(outcome.applied, [hash(&third)]);
}

#[test]
fn an_op_over_a_limit() {
    let mut stage = Stage::new();
    let deep = vec![Segment::Bool(true); MAX_PATH_DEPTH + 1];
    stage.refuses_op(Op::add(&deep, 1), DecodeError::OverLimit("path depth"));
    let long = field(&"x".repeat(MAX_KEY_BYTES + 1));
    stage.refuses_op(Op::add(&long, 1), DecodeError::OverLimit("key length"));
    stage.still_works();
}

/// Changes a part of a good bundle and expects a refusal.
fn spoiled(reason: DecodeError, spoil: impl FnOnce(&mut Bundle)) {
    let mut stage = Stage::new();
    let first = stage.draft().with(Op::add(&field("votes"), -1));
    let second = stage.mallory.draft(stage.genesis.hash(), Some(&first));
    let mut bundle = Bundle::new(&[&first, &second], &[&stage.mallory]);
    spoil(&mut bundle);
    stage.refuses(&bundle.framed(), reason);
    stage.still_works();
}

#[test]
fn totals_that_are_not_true() {
    for (which, off) in [(0, 1), (1, 1), (1, -1), (2, 1), (2, -1)] {
        let reason = match (which, off) {
            // One more member is looked for in what follows the members, and one fewer leaves one
            // over.
            (0, _) => DecodeError::DanglingReference,
            _ => DecodeError::WrongTotals,
        };
        spoiled(reason, |bundle| {
            bundle.totals[which] = bundle.totals[which].wrapping_add_signed(off);
        });
    }
    let limits = ["changes of a bundle", "ops of a bundle", "bytes of a bundle"];
    for (which, what) in limits.into_iter().enumerate() {
        spoiled(DecodeError::OverLimit(what), |bundle| bundle.totals[which] = 1 << 40);
    }
}

/// What a bundle claims to hold is bounded by its length, before anything of it is read.
#[test]
fn more_canonical_bytes_than_the_length_allows() {
    for (beyond, reason) in [(0, DecodeError::WrongTotals), (1, DecodeError::TooDense)] {
        spoiled(reason, |bundle| {
            bundle.totals[2] = 1 << 18;
            let most = MAX_BUNDLE_EXPANSION * bundle.to_bytes().len() + MAX_BUNDLE_EXPANSION_BASE;
            bundle.totals[2] = most as u64 + beyond;
            assert_eq!(bundle.to_bytes().len(), (most - MAX_BUNDLE_EXPANSION_BASE) / 1024);
        });
    }
    spoiled(DecodeError::WrongTotals, |bundle| {
        bundle.totals[0] = bundle.totals[2] / 75 + 1;
        bundle.authors[0] = [0; 32];
    });
    // Before its lists are looked at.
    spoiled(DecodeError::TooDense, |bundle| {
        bundle.totals[2] = 1 << 27;
        bundle.authors[0] = [0; 32];
    });
}

#[test]
fn tables_that_are_not_tables() {
    spoiled(DecodeError::WrongMagic, |bundle| bundle.magic[0] = b'X');
    spoiled(DecodeError::UnsupportedVersion(3), |bundle| bundle.magic[4] = 3);
    spoiled(DecodeError::WrongMagic, |bundle| bundle.document[0] = 2);
    spoiled(DecodeError::Unsorted("authors"), |bundle| bundle.authors.push([0; 32]));
    spoiled(DecodeError::InvalidKey, |bundle| bundle.authors[0] = [0; 32]);
    spoiled(DecodeError::Unsorted("outside hashes"), |bundle| {
        bundle.outside.push(bundle.outside[0]);
    });
    spoiled(DecodeError::DanglingReference, |bundle| bundle.outside.clear());
    spoiled(DecodeError::DanglingReference, |bundle| bundle.members[0][0] = 1);
    spoiled(DecodeError::DanglingReference, |bundle| bundle.signatures[0].0 = 2);
    spoiled(DecodeError::DanglingReference, |bundle| {
        bundle.signatures.push(bundle.signatures[0]);
    });
}

#[test]
fn a_change_twice_in_a_bundle() {
    let mut stage = Stage::new();
    let draft = stage.draft();
    let bundle = Bundle::new(&[&draft, &draft], &[&stage.mallory]);
    stage.refuses(&bundle.framed(), DecodeError::RepeatedChange);
    stage.still_works();
}

#[test]
fn bytes_that_are_no_bundles() {
    let mut stage = Stage::new();
    let bundle = stage.signed(&stage.draft());
    let mut longer = bundle.to_bytes();
    longer.push(0);
    stage.refuses(&frame(&longer), DecodeError::TrailingBytes);
    let mut framed = bundle.framed();
    framed.push(0);
    stage.refuses(&framed, DecodeError::Truncated);
    let mut claim = Vec::new();
    varint(&mut claim, u64::MAX);
    stage.refuses(&claim, DecodeError::Truncated);
    stage.refuses(&[0xff; 11], DecodeError::VarintOverflow);
    stage.refuses(&[0x80, 0], DecodeError::NonMinimalVarint);
    stage.still_works();
}

/// Every change that the crate keeps has the bytes and the hash that the description gives it.
#[test]
fn the_description_and_the_crate_agree_on_bytes() {
    let stage = Stage::new();
    for (change, draft) in stage.document.history().changes().zip([&stage.first, &stage.second]) {
        assert_eq!(change.to_bytes(), [draft.header(), draft.body()].concat());
        assert_eq!(change.hash(), hash(draft));
    }
    let bundle = Bundle::new(&[&stage.first, &stage.second], &[&stage.alice]);
    let exported = stage.document.export(&[]);
    assert_eq!(exported, bundle.with_genesis(&stage.genesis).framed());
    let nothing: [Hash; 0] = [];
    assert_eq!(stage.document.export(&stage.document.heads()), nothing.concat());
}
