//! Recordings of people writing, replayed through the typed API.
//!
//! `CRDT_TRACES` names the folder that holds them (`automerge-paper.json.gz` and others, from the
//! public repository `josephg/editing-traces`).

use std::io::Read as _;
use std::path::PathBuf;

use crdt_core::{CrdtNode, Document, EditError};
use serde::Deserialize;

use crate::{key, two};

#[derive(CrdtNode)]
struct Article {
    #[crdt(text)]
    body: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trace {
    end_content: String,
    #[serde(default)]
    num_agents: u8,
    txns: Vec<Transaction>,
}

#[derive(Deserialize)]
struct Transaction {
    #[serde(default)]
    parents: Vec<usize>,
    #[serde(default)]
    agent: usize,
    patches: Vec<(usize, usize, String)>,
}

/// A trace, or nothing where there are none.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn load(name: &str) -> Option<Trace> {
    let Some(folder) = std::env::var_os("CRDT_TRACES").map(PathBuf::from) else {
        eprintln!("CRDT_TRACES is not set: {name} is skipped");
        return None;
    };
    let file = std::fs::File::open(folder.join(format!("{name}.json.gz"))).expect("the trace");
    let mut json = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut json).expect("gzip");
    Some(serde_json::from_str(&json).expect("a trace"))
}

fn replay(
    article: &mut <Article as CrdtNode>::Editor<'_>,
    transaction: &Transaction,
) -> Result<(), EditError> {
    let mut patches = transaction.patches.iter();
    patches.try_for_each(|(at, deleted, text)| article.body.replace(*at..*at + *deleted, text))
}

/// Sends everything to a second replica and compares.
fn travels(writer: &Document<Article>, reader: &mut Document<Article>, trace: &Trace) {
    assert!(writer.value().body == trace.end_content, "the writer has the recorded text");
    reader.apply(&writer.export(&[])).unwrap();
    assert!(reader.value().body == trace.end_content, "the reader has the recorded text");
    assert_eq!(reader.digest(), writer.digest());
}

#[test]
fn automerge_paper_as_one_change() {
    let Some(trace) = load("automerge-paper") else { return };
    let (mut writer, mut reader) = two::<Article>();
    writer.change(|article| trace.txns.iter().try_for_each(|txn| replay(article, txn))).unwrap();
    assert_eq!(writer.history().len(), 1);
    travels(&writer, &mut reader, &trace);
}

#[test]
fn automerge_paper_as_one_change_per_edit() {
    let Some(trace) = load("automerge-paper") else { return };
    let (mut writer, mut reader) = two::<Article>();
    for txn in &trace.txns {
        writer.change(|article| replay(article, txn)).unwrap();
    }
    assert_eq!(writer.history().len(), trace.txns.len());
    travels(&writer, &mut reader, &trace);
}

#[test]
fn friendsforever_with_an_author_per_agent() {
    concurrently("friendsforever");
}

#[test]
fn clownschool_with_an_author_per_agent() {
    concurrently("clownschool");
}

/// The replica of one agent, and which transactions it has.
struct Agent {
    document: Document<Article>,
    has: Vec<bool>,
}

fn concurrently(name: &str) {
    let Some(trace) = load(name) else { return };
    let founder = Document::<Article>::create(key(1)).unwrap();
    let agent = |secret| Agent {
        document: Document::join(founder.id(), key(secret)),
        has: vec![false; trace.txns.len()],
    };
    let mut agents: Vec<Agent> = (1..=trace.num_agents).map(agent).collect();
    let mut messages: Vec<Vec<u8>> = Vec::new();
    for (number, txn) in trace.txns.iter().enumerate() {
        let agent = &mut agents[txn.agent];
        agent.catch_up(&txn.parents, &trace, &messages);
        let before = agent.document.heads();
        agent.document.change(|article| replay(article, txn)).unwrap();
        agent.has[number] = true;
        messages.push(agent.document.export(&before));
    }
    let all: Vec<usize> = (0..trace.txns.len()).collect();
    for agent in &mut agents {
        agent.catch_up(&all, &trace, &messages);
        assert!(agent.document.value().body == trace.end_content, "{name} has the recorded text");
        assert_eq!(agent.document.equivocations(), []);
    }
    let digests: Vec<_> = agents.iter().map(|agent| agent.document.digest()).collect();
    assert!(digests.iter().all(|digest| *digest == digests[0]), "all agents have the same");
}

impl Agent {
    /// Takes in some transactions and all that they follow, and nothing else.
    fn catch_up(&mut self, parents: &[usize], trace: &Trace, messages: &[Vec<u8>]) {
        let mut open = parents.to_vec();
        let mut missing = Vec::new();
        while let Some(number) = open.pop() {
            if !std::mem::replace(&mut self.has[number], true) {
                missing.push(number);
                open.extend(&trace.txns[number].parents);
            }
        }
        missing.sort_unstable();
        let bytes: Vec<u8> = missing.iter().flat_map(|number| messages[*number].clone()).collect();
        let outcome = self.document.apply(&bytes).unwrap();
        assert!(outcome.waiting.is_empty(), "causes come first");
    }
}
