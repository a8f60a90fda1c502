//! Replays real editing traces through the public typed API.
//!
//! `CRDT_TRACES` names the folder that holds `automerge-paper.json.gz` and the like (from the public
//! repository `josephg/editing-traces`); without it the benchmark says so and does nothing.
//!
//! `cargo bench --bench traces`

use std::hint::black_box;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crdt_core::{CrdtNode, Document, Keypair};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use serde::Deserialize;

/// A document that is one text.
#[derive(CrdtNode)]
struct Article {
    #[crdt(text)]
    body: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trace {
    end_content: String,
    txns: Vec<Transaction>,
}

#[derive(Deserialize)]
struct Transaction {
    patches: Vec<(usize, usize, String)>,
}

fn load(folder: &Path, name: &str) -> Trace {
    let file =
        std::fs::File::open(folder.join(format!("{name}.json.gz"))).expect("the trace is there");
    let mut json = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut json).expect("gzip");
    serde_json::from_str(&json).expect("a trace")
}

fn empty() -> Document<Article> {
    Document::create(Keypair::from_secret_bytes(&[1; 32])).expect("randomness")
}

fn one_change(trace: &Trace) -> Document<Article> {
    let mut document = empty();
    let edits = document.change(|article| {
        for (at, deleted, text) in trace.txns.iter().flat_map(|txn| &txn.patches) {
            article.body.replace(*at..*at + *deleted, text)?;
        }
        Ok(())
    });
    edits.expect("every edit is within the text");
    document
}

fn change_per_edit(trace: &Trace) -> Document<Article> {
    let mut document = empty();
    for (at, deleted, text) in trace.txns.iter().flat_map(|txn| &txn.patches) {
        let edit = document.change(|article| article.body.replace(*at..*at + *deleted, text));
        edit.expect("every edit is within the text");
    }
    document
}

fn merge(bytes: &[u8], id: crdt_core::DocumentId) -> Document<Article> {
    let mut document = Document::join(id, Keypair::from_secret_bytes(&[2; 32]));
    document.apply(bytes).expect("genuine changes");
    document
}

fn traces(criterion: &mut Criterion) {
    let Some(folder) = std::env::var_os("CRDT_TRACES").map(PathBuf::from) else {
        eprintln!("CRDT_TRACES is not set: no traces to replay");
        return;
    };
    let trace = load(&folder, "automerge-paper");
    let mut group = criterion.benchmark_group("automerge-paper");
    group.sample_size(10);
    group.bench_function("local, one change", |b| b.iter(|| one_change(&trace)));
    group.bench_function("local, a change per edit", |b| b.iter(|| change_per_edit(&trace)));
    for (name, document) in
        [("one change", one_change(&trace)), ("a change per edit", change_per_edit(&trace))]
    {
        assert_eq!(document.value().body, trace.end_content);
        let bytes = document.export(&[]);
        eprintln!("{name}: {} bytes exported", bytes.len());
        group.bench_function(format!("export, {name}"), |b| b.iter(|| document.export(&[])));
        group.bench_function(format!("merge, {name}"), |b| {
            b.iter_batched(
                || (),
                |()| merge(black_box(&bytes), document.id()),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, traces);
criterion_main!(benches);
