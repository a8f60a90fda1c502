//! Runs every (task, case, peer) in a process of its own, so that no run meets the heap, the caches or
//! the lazily made tables of another.

use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::fault::{Fault, Result};
use crate::measure::Sample;
use crate::options::Options;
use crate::peer::Peer;
use crate::report::Row;
use crate::task::{Case, Input, Offer, Task};

/// Makes the one run that a child process is for, and prints what it measured.
pub fn child(options: &Options, case: &str) -> Result<()> {
    let (Some(task), Some(peer)) = (options.tasks.first(), options.peers.first()) else {
        return Err(Fault::Usage("--child needs --task and --peer".to_owned()).into());
    };
    let input = Input::new(options, case)?;
    let Offer::Run(run) = (peer.offer)(*task) else {
        return Err(Fault::Usage(format!("{} does not do {}", peer.name, task.name())).into());
    };
    let outcome = match run(&input) {
        Ok(sample) => Outcome::Done(sample),
        Err(error) => match error.downcast_ref() {
            Some(Fault::Cannot(reason)) => Outcome::Cannot((*reason).to_owned()),
            Some(fault @ Fault::NotAscii) => Outcome::Cannot(fault.to_string()),
            _ => Outcome::Failed(error.to_string()),
        },
    };
    println!("{}", serde_json::to_string(&outcome)?);
    Ok(())
}

/// Measures one case of a task for all peers. Runs of different peers alternate, so that what else the
/// machine does falls on all of them.
pub fn case(options: &Options, task: Task, case: &Case) -> Result<Vec<Row>> {
    let offering = options.peers.iter().filter(|peer| matches!((peer.offer)(task), Offer::Run(_)));
    let mut rows: Vec<Row> = offering.map(|peer| Row::new(case, *peer)).collect();
    for run in 0..options.runs {
        for row in rows.iter_mut().filter(|row| row.reason.is_none()) {
            eprintln!("{} {} {}, run {}", task.name(), case.name, row.peer.name, run + 1);
            match one(options, task, case, row.peer)? {
                Outcome::Done(sample) => row.samples.push(sample),
                Outcome::Cannot(reason) => row.reason = Some(reason),
                Outcome::Failed(why) => row.fail(why),
            }
        }
    }
    Ok(rows)
}

/// What a child tells of its run.
#[derive(Serialize, Deserialize)]
enum Outcome {
    /// What it measured.
    Done(Sample),
    /// Why the peer does not do this case.
    Cannot(String),
    /// Why the run did not come to its end.
    Failed(String),
}

fn one(options: &Options, task: Task, case: &Case, peer: Peer) -> Result<Outcome> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--child", &case.name, "--task", task.name(), "--peer", peer.name]);
    command.args(["--cards", &options.cards.to_string()]);
    if let Some(size) = options.size {
        command.args(["--size", &size.to_string()]);
    }
    if let Some(first) = options.first {
        command.args(["--first", &first.to_string()]);
    }
    if let Some(trace) = &case.trace {
        command.arg("--trace").arg(trace);
    }
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let output = collect(child.stdout.take());
    let errors = collect(child.stderr.take());
    let Some(success) = wait(&mut child, options.limit)? else {
        return Ok(Outcome::Failed(format!("more than {} s", options.limit.as_secs())));
    };
    let (output, errors) = (joined(output), joined(errors));
    if !success {
        return Ok(Outcome::Failed(last_words(&errors).to_owned()));
    }
    Ok(serde_json::from_str(output.trim())?)
}

/// What a child said of its end: the message of its panic, or else the last line.
fn last_words(errors: &str) -> &str {
    let mut lines = errors.lines().filter(|line| !line.trim().is_empty());
    let panic = lines.clone().skip_while(|line| !line.contains(" panicked at ")).nth(1);
    panic.or_else(|| lines.next_back()).unwrap_or("ended without a word")
}

/// Reads a pipe to its end beside everything else, so that a child never waits for its reader.
fn collect<R: std::io::Read + Send + 'static>(pipe: Option<R>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // What was read before an error is still worth showing.
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn joined(reader: thread::JoinHandle<String>) -> String {
    reader.join().unwrap_or_default()
}

/// Waits for a child and says whether it succeeded; ends it, and gives nothing, after the limit.
fn wait(child: &mut Child, limit: Duration) -> Result<Option<bool>> {
    let end = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.success()));
        }
        if Instant::now() >= end {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(10));
    }
}
