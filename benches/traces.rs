//! Replays recordings of people writing through the public typed API.
//!
//! `CRDT_TRACES` names the folder that holds them (from the public repository
//! `josephg/editing-traces`); without it the benchmark says so and does nothing.
//!
//! `cargo bench -p benches`

use std::env;
use std::hint::black_box;

use crdt_core::{Document, DocumentId, Keypair};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use test_support::trace::{Article, Trace, agents, load, replay};

fn empty() -> Document<Article> {
    Document::create(Keypair::from_secret_bytes(&[1; 32])).expect("randomness")
}

fn one_change(trace: &Trace) -> Document<Article> {
    let mut document = empty();
    let edits =
        document.change(|article| trace.txns.iter().try_for_each(|txn| replay(article, txn)));
    edits.expect("every edit is within the text");
    document
}

fn change_per_edit(trace: &Trace) -> Document<Article> {
    let mut document = empty();
    for txn in &trace.txns {
        document.change(|article| replay(article, txn)).expect("every edit is within the text");
    }
    document
}

fn merge(bytes: &[u8], id: DocumentId) -> Document<Article> {
    let mut document = Document::join(id, Keypair::from_secret_bytes(&[9; 32]));
    document.apply(bytes).expect("genuine changes");
    document
}

/// Exporting a document whole and merging that into a fresh replica.
fn travel(criterion: &mut Criterion, name: &str, document: &Document<Article>, trace: &Trace) {
    assert_eq!(document.value().body, trace.end_content);
    let bytes = document.export(&[]);
    println!("{name}: {} bytes exported", bytes.len());
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10);
    group.bench_function("export", |b| b.iter(|| document.export(&[])));
    group.bench_function("merge", |b| {
        b.iter_batched(
            || (),
            |()| merge(black_box(&bytes), document.id()),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn sequential(criterion: &mut Criterion) {
    let trace = load("automerge-paper");
    let mut group = criterion.benchmark_group("automerge-paper, local");
    group.sample_size(10);
    group.bench_function("one change", |b| b.iter(|| one_change(&trace)));
    group.bench_function("a change per edit", |b| b.iter(|| change_per_edit(&trace)));
    group.finish();
    travel(criterion, "automerge-paper, one change", &one_change(&trace), &trace);
    travel(criterion, "automerge-paper, a change per edit", &change_per_edit(&trace), &trace);
}

fn concurrent(criterion: &mut Criterion) {
    for name in ["friendsforever", "clownschool"] {
        let trace = load(name);
        travel(criterion, name, &agents(&trace)[0], &trace);
    }
}

fn all(criterion: &mut Criterion) {
    if env::var_os("CRDT_TRACES").is_some() {
        sequential(criterion);
        concurrent(criterion);
    } else {
        println!("CRDT_TRACES names no folder of traces: nothing is measured");
    }
}

criterion_group!(benches, all);
criterion_main!(benches);
