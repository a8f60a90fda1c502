//! What a history says it holds is what the allocator counts.

use std::alloc::System;
use std::collections::BTreeMap;

use cap::Cap;
use crdt_core::{CrdtNode, Document, DocumentId, History, Keypair, PendingLimits};
use test_support::wire::{Bundle, Draft, Genesis, Op, Place, Segment, Writer};

#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Page {
    #[crdt(text)]
    text: String,
}

fn genesis(schema: usize) -> Genesis {
    let founder = Writer::new(1).author();
    Genesis { founder, salt: [4; 32], schema: "s".repeat(schema), tags: Vec::new() }
}

/// A hash that no change has.
fn unknown(bundle: usize, number: usize) -> [u8; 32] {
    let mut hash = [0xee; 32];
    hash[..8].copy_from_slice(&(bundle as u64).to_le_bytes());
    hash[8..16].copy_from_slice(&(number as u64).to_be_bytes());
    hash
}

/// Lets bundles wait, of which some may be several, and compares what is held for them with what is accounted. Says how much that
/// is, and the bytes of the bundles.
fn held(
    what: &str,
    id: [u8; 32],
    bundles: impl ExactSizeIterator<Item = Vec<u8>>,
) -> (usize, usize) {
    let count = bundles.len();
    let mut history = History::new(DocumentId::from_bytes(id));
    let (before, mut received) = (HEAP.allocated(), 0);
    for bundle in bundles {
        received += bundle.len();
        assert!(!history.apply(&bundle).expect("valid").waiting.is_empty(), "{what}");
    }
    let held = HEAP.allocated() - before;
    let (waiting, accounted) = history.pending();
    assert!(waiting >= count, "{what}: {waiting} of {count} wait");
    assert!(held <= accounted, "{what}: {held} bytes held, {accounted} accounted");
    (held, received)
}

/// Bundles of one change by each of some writers, which depend on so many unknown changes each.
fn hostile(
    genesis: &Genesis,
    bundles: usize,
    writers: usize,
    outside: usize,
) -> impl ExactSizeIterator<Item = Vec<u8>> {
    let writers: Vec<Writer> = (0..writers).map(|secret| Writer::new(secret as u8 + 1)).collect();
    (0..bundles).map(move |bundle| {
        let hashes: Vec<_> = (0..outside).map(|number| unknown(bundle, number)).collect();
        let drafts: Vec<Draft> = writers
            .iter()
            .map(|writer| writer.draft(genesis.hash(), None).after(&hashes))
            .collect();
        let signers: Vec<&Writer> = writers.iter().collect();
        let bundle = Bundle::new(&drafts.iter().collect::<Vec<_>>(), &signers);
        bundle.with_genesis(genesis).framed()
    })
}

/// Memory held for a flood of bundles under some limits.
fn flooded(genesis: &Genesis, limits: PendingLimits) -> usize {
    let bundles: Vec<Vec<u8>> = hostile(genesis, 2000, 1, 10).collect();
    let mut history = History::with_limits(DocumentId::from_bytes(genesis.hash()), limits);
    let before = HEAP.allocated();
    for bundle in &bundles {
        history.apply(bundle).expect("valid");
    }
    HEAP.allocated() - before
}

/// A flood is held within the limits, and it is these that hold it: without them it is not.
fn limits_hold(genesis: &Genesis) {
    let limits = PendingLimits { bytes: 1 << 18, bundles: usize::MAX };
    let held = flooded(genesis, limits);
    assert!(held <= limits.bytes, "{held} bytes held");
    let unbounded = flooded(genesis, PendingLimits { bytes: usize::MAX, ..limits });
    assert!(unbounded > 4 * limits.bytes, "{unbounded} bytes held without a limit");
}

#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Labels {
    labels: BTreeMap<String, String>,
}

/// The path of an entry.
fn entry() -> Vec<Segment> {
    vec![Segment::Field("labels".into()), Segment::Text("x".into())]
}

/// Ops whose paths lead, by such a step for each byte or two, into what the type does not know.
fn along(step: &Segment) -> Vec<Op> {
    let path = |number| {
        let mut path = entry();
        path.push(Segment::Integer(number));
        path.resize(125, step.clone());
        path
    };
    (0..500).map(|number| Op::add(&path(number), 1)).collect()
}

/// Bytes of memory that a document takes for each canonical byte of ops that do not fit its type.
fn held_for_each_byte(ops: Vec<Op>) -> usize {
    let genesis = Genesis::new(Writer::new(1).author(), 4, "Labels");
    let writer = Writer::new(2);
    let draft = ops.into_iter().fold(writer.draft(genesis.hash(), None), Draft::with);
    let bundle = Bundle::new(&[&draft], &[&writer]).with_genesis(&genesis).framed();
    let id = DocumentId::from_bytes(genesis.hash());
    let mut labels = Document::<Labels>::join(id, Keypair::from_secret_bytes(&[3; 32]));
    let before = HEAP.allocated();
    labels.apply(&bundle).expect("valid");
    let held = HEAP.allocated() - before;
    assert!(labels.value().labels.is_empty(), "nothing of it is known");
    held / usize::try_from(labels.history().bytes()).expect("it is in memory")
}

/// docs/threat-model.md names the bound.
fn what_does_not_fit_is_in_proportion() {
    let steps = [
        Segment::Bool(true),
        Segment::Integer(1),
        Segment::Bytes(Vec::new()),
        Segment::Text(String::new()),
        Segment::Field("f".into()),
        Segment::Variant("v".into()),
    ];
    let elements = Op::insert(&entry(), Place::Root, &vec![Vec::new(); 10_000]);
    let text = Op::insert_text(&entry(), Place::Root, &"x".repeat(10_000));
    let counts = (0..1000).map(|_| Op::add(&entry(), 1)).collect();
    let all = steps.iter().map(along).chain([vec![elements], vec![text], counts]);
    for (case, ops) in all.enumerate() {
        let held = held_for_each_byte(ops);
        println!("case {case}: {held} bytes for each canonical byte");
        assert!(held < 256, "case {case}: {held} bytes for each canonical byte");
    }
}

/// The one test of this binary, so that nobody else allocates meanwhile.
#[test]
fn what_is_held_is_in_proportion_and_accounted() {
    what_does_not_fit_is_in_proportion();
    let (plain, long) = (genesis(4), genesis(4096));
    for (held, received) in [
        held("many small bundles", plain.hash(), hostile(&plain, 5000, 1, 1)),
        held("long names of schemas", long.hash(), hostile(&long, 500, 1, 1)),
        held("many changes outside", plain.hash(), hostile(&plain, 10, 1, 10_000)),
    ] {
        assert!(held > received, "whoever accounted the bundles alone would hold more");
    }
    held("many authors", plain.hash(), hostile(&plain, 20, 100, 1));
    limits_hold(&plain);
    let mut page = Document::<Page>::create(Keypair::from_secret_bytes(&[1; 32])).expect("random");
    page.change(|page| page.text.insert(0, "a")).expect("an edit");
    let dense: Vec<Vec<u8>> = (0..20)
        .map(|_| {
            let heads = page.heads();
            (0..2000).for_each(|place| {
                page.change(|page| page.text.insert(place, "a")).expect("an edit");
            });
            page.export(&heads)
        })
        .collect();
    let canonical = page.history().bytes();
    let id = *page.id().as_bytes();
    let (held, _) = held("dense bundles", id, dense.into_iter());
    assert!(held as u64 * 50 < canonical, "{held} bytes held of {canonical} canonical ones");
}
