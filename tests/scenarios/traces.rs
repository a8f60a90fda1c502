//! Recordings of people writing end in the text that was recorded, on every replica.

use crdt_core::Document;
use test_support::trace::{Article, Trace, agents, load, replay};
use test_support::two;

/// Sends everything to a second replica and compares.
fn travels(writer: &Document<Article>, reader: &mut Document<Article>, trace: &Trace) {
    assert!(writer.value().body == trace.end_content, "the writer has the recorded text");
    reader.apply(&writer.export(&[])).unwrap();
    assert!(reader.value().body == trace.end_content, "the reader has the recorded text");
    assert_eq!(reader.digest(), writer.digest());
}

#[test]
#[cfg_attr(not(traces), ignore = "CRDT_TRACES names no folder of traces")]
fn automerge_paper_as_one_change() {
    let trace = load("automerge-paper");
    let (mut writer, mut reader) = two::<Article>();
    writer.change(|article| trace.txns.iter().try_for_each(|txn| replay(article, txn))).unwrap();
    assert_eq!(writer.history().len(), 1);
    travels(&writer, &mut reader, &trace);
}

#[test]
#[cfg_attr(not(traces), ignore = "CRDT_TRACES names no folder of traces")]
fn automerge_paper_as_one_change_per_edit() {
    let trace = load("automerge-paper");
    let (mut writer, mut reader) = two::<Article>();
    for txn in &trace.txns {
        writer.change(|article| replay(article, txn)).unwrap();
    }
    assert_eq!(writer.history().len(), trace.txns.len());
    travels(&writer, &mut reader, &trace);
}

#[test]
#[cfg_attr(not(traces), ignore = "CRDT_TRACES names no folder of traces")]
fn friendsforever_with_an_author_per_agent() {
    concurrently("friendsforever");
}

#[test]
#[cfg_attr(not(traces), ignore = "CRDT_TRACES names no folder of traces")]
fn clownschool_with_an_author_per_agent() {
    concurrently("clownschool");
}

fn concurrently(name: &str) {
    let trace = load(name);
    let agents = agents(&trace);
    for agent in &agents {
        assert!(agent.value().body == trace.end_content, "{name} has the recorded text");
        assert_eq!(agent.equivocations(), []);
        assert_eq!(agent.digest(), agents[0].digest(), "all agents have the same");
    }
}
