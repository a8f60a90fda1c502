//! A concurrent recording: one author for each agent, and every transaction a change that depends on
//! what its agent had seen. A fresh replica merges all of it from one message.

use super::Input;
use super::text::{Exchange, travel};
use crate::fault::{Fault, Result, ensure};
use crate::measure::Sample;
use crate::trace::Trace;

/// Measures the merge; replaying the recording is not measured.
pub fn run<P: Exchange>(input: &Input) -> Result<Sample> {
    let trace = input.concurrent()?;
    if P::COUNTS_BYTES && !trace.is_ascii() {
        return Err(Fault::NotAscii.into());
    }
    travel(&mut written::<P>(trace)?, trace)
}

/// The replica of the first agent after everything has reached it.
fn written<P: Exchange>(trace: &Trace) -> Result<P> {
    let mut founder = P::create()?;
    let founding = founder.bundle()?;
    let mut agents = (0..trace.num_agents)
        .map(|number| Agent::new(&founder, number, &founding, trace))
        .collect::<Result<Vec<_>>>()?;
    let mut messages = Vec::with_capacity(trace.txns.len());
    for (number, txn) in trace.txns.iter().enumerate() {
        let agent = &mut agents[txn.agent];
        agent.catch_up(&txn.parents, trace, &messages)?;
        messages.push(agent.document.edit_and_send(txn.patches.iter())?);
        agent.has[number] = true;
    }
    let all: Vec<usize> = (0..trace.txns.len()).collect();
    let mut first = agents.swap_remove(0);
    first.catch_up(&all, trace, &messages)?;
    ensure(first.document.text()? == trace.end_content, "the text of an agent")?;
    Ok(first.document)
}

/// The replica of one agent, and which transactions it has.
struct Agent<P> {
    document: P,
    has: Vec<bool>,
}

impl<P: Exchange> Agent<P> {
    fn new(founder: &P, number: usize, founding: &[u8], trace: &Trace) -> Result<Self> {
        let mut document = founder.replica(number)?;
        document.receive(founding)?;
        Ok(Self { document, has: vec![false; trace.txns.len()] })
    }

    /// Takes in some transactions and all that they follow, and nothing else.
    fn catch_up(&mut self, parents: &[usize], trace: &Trace, messages: &[Vec<u8>]) -> Result<()> {
        let mut open = parents.to_vec();
        let mut missing = Vec::new();
        while let Some(number) = open.pop() {
            if !std::mem::replace(&mut self.has[number], true) {
                missing.push(number);
                open.extend(&trace.txns[number].parents);
            }
        }
        missing.sort_unstable();
        let mut messages = missing.into_iter().map(|number| &messages[number]);
        messages.try_for_each(|message| self.document.receive(message))
    }
}
