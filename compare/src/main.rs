//! Measures the engine beside its peers: `README.md` says how to run it and what the tasks mean.

mod fault;
mod measure;
mod options;
mod peer;
mod report;
mod run;
mod task;
mod trace;

use std::process::ExitCode;

use fault::{Fault, Result};
use options::Options;
use task::Task;

fn main() -> ExitCode {
    match start() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<ExitCode> {
    let options = Options::parse(std::env::args().skip(1))?;
    if let Some(case) = &options.child {
        return run::child(&options, case).map(|()| ExitCode::SUCCESS);
    }
    let mut all_right = true;
    for task in tasks(&options) {
        let cases = task.cases(&options)?;
        if cases.is_empty() {
            if options.tasks.is_empty() {
                continue;
            }
            return Err(Fault::Usage(format!("{}: no recording for it", task.name())).into());
        }
        let mut rows = Vec::new();
        for case in cases {
            rows.extend(run::case(&options, task, &case)?);
        }
        all_right &= rows.iter().all(|row| !row.failed);
        if options.json {
            print!("{}", report::lines(task, &rows, &options.peers)?);
        } else {
            println!("{}", report::table(task, &rows, &options.peers));
        }
    }
    Ok(if options.check && !all_right { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The tasks that were asked for, or all that take a recording if there are recordings, or all that
/// take none.
fn tasks(options: &Options) -> Vec<Task> {
    if !options.tasks.is_empty() {
        return options.tasks.clone();
    }
    let wanted = |task: &Task| task.needs().is_some() != options.traces.is_empty();
    Task::ALL.iter().copied().filter(wanted).collect()
}
