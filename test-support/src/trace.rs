//! Recordings of people writing, for the tests and benchmarks that replay them through the typed
//! API.
//!
//! `CRDT_TRACES` names the folder that holds them (`automerge-paper.json.gz` and others, from the
//! public repository `josephg/editing-traces`).

use std::io::Read as _;
use std::path::PathBuf;

use crdt_core::{CrdtNode, Document, DocumentId, EditError, Keypair};
use serde::Deserialize;

/// A document that is one text.
#[derive(CrdtNode, Debug, PartialEq)]
pub struct Article {
    /// The text.
    #[crdt(text)]
    pub body: String,
}

/// A recording.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trace {
    /// The text at the end.
    pub end_content: String,
    /// How many wrote, where several did at the same time.
    #[serde(default)]
    num_agents: u8,
    /// What was written, each after what it follows.
    pub txns: Vec<Transaction>,
}

/// What one agent wrote in one go.
#[derive(Deserialize)]
pub struct Transaction {
    #[serde(default)]
    parents: Vec<usize>,
    #[serde(default)]
    agent: usize,
    /// Position, how many characters are deleted there, and what is inserted.
    patches: Vec<(usize, usize, String)>,
}

/// A trace. Tests and benchmarks that need one run only where there are some (`cfg(traces)`).
pub fn load(name: &str) -> Trace {
    let folder = std::env::var_os("CRDT_TRACES").expect("CRDT_TRACES names the folder of traces");
    let path = PathBuf::from(folder).join(format!("{name}.json.gz"));
    let file = std::fs::File::open(path).expect("the trace");
    let mut json = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut json).expect("gzip");
    serde_json::from_str(&json).expect("a trace")
}

/// Writes what was written in a transaction.
///
/// # Errors
/// If the text is not that to which the transaction was made.
pub fn replay(
    article: &mut <Article as CrdtNode>::Editor<'_>,
    transaction: &Transaction,
) -> Result<(), EditError> {
    let mut patches = transaction.patches.iter();
    patches.try_for_each(|(at, deleted, text)| article.body.replace(*at..*at + *deleted, text))
}

/// The replicas of all agents of a recording, each an author of its own, after all that they wrote
/// has reached all of them. Every transaction is a change that depends on what its agent had seen.
pub fn agents(trace: &Trace) -> Vec<Document<Article>> {
    let (mut agents, messages) = written(trace);
    let all: Vec<usize> = (0..trace.txns.len()).collect();
    for agent in &mut agents {
        agent.catch_up(&all, trace, &messages);
    }
    agents.into_iter().map(|agent| agent.document).collect()
}

/// The document that the agents of a recording write, and each of their changes by itself, signed.
pub fn messages(trace: &Trace) -> (DocumentId, Vec<Vec<u8>>) {
    let (agents, messages) = written(trace);
    (agents[0].document.id(), messages)
}

/// The agents once all is written, and every change that one of them made.
fn written(trace: &Trace) -> (Vec<Agent>, Vec<Vec<u8>>) {
    let key = |secret| Keypair::from_secret_bytes(&[secret; 32]);
    let founder = Document::<Article>::create(key(1)).expect("randomness");
    let agent = |secret| Agent {
        document: Document::join(founder.id(), key(secret)),
        has: vec![false; trace.txns.len()],
    };
    let mut agents: Vec<Agent> = (1..=trace.num_agents).map(agent).collect();
    let mut messages: Vec<Vec<u8>> = Vec::new();
    for (number, txn) in trace.txns.iter().enumerate() {
        let agent = &mut agents[txn.agent];
        agent.catch_up(&txn.parents, trace, &messages);
        let before = agent.document.heads();
        agent.document.change(|article| replay(article, txn)).expect("within the text");
        agent.has[number] = true;
        messages.push(agent.document.export(&before));
    }
    (agents, messages)
}

/// The replica of one agent, and which transactions it has.
struct Agent {
    document: Document<Article>,
    has: Vec<bool>,
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
        let outcome = self.document.apply(&bytes).expect("genuine changes");
        assert!(outcome.waiting.is_empty(), "causes come first");
    }
}
